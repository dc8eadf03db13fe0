"""What walls are covered with."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from models.synthetic.scene.noise import Field, noise, smoothstep, speckle
from models.synthetic.scene.textures.tile import Colour, Tile, finished, mixed, pick, plain

PAINTS = (
    "f3f1ec f3f1ec efe9dd e8e4da dedad2 cfcdc8 b9bcbd d8d2c4 c9d3cc a9b5a0 8d9a86 b8c7d1 8fa3b0 5d7282 3d4d5c "
    "e3cfc4 d9a994 b9745a e8d9a8 c7a65a 6b6f74 4a4c50 7a4f4b"
)
# Walls are made once and shared: a texture takes 10-50 ms, more than all the rest of a room.
_KEPT, _TAG = 64, 0x3A11
_BRICKS = "9b5a45 a86a50 8a4f3f b57a5c c2a58c d9d2c6 77594d"


def paint(rng: np.random.Generator, colour: Colour | None = None) -> Tile:
    """Painted plaster: the roller's grain, faint clouds, a few scuffs."""
    size = 512
    base = pick(rng, PAINTS) if colour is None else colour
    value = 1 + 0.012 * noise(rng, size, 0.6) + 0.012 * noise(rng, size, 2.0)
    scuffs = smoothstep(2.3, 3.2, noise(rng, size, 1.2)) * rng.uniform(0, 0.12)
    return Tile(finished(plain(base, value - scuffs)), (2.6, 2.6))


def wallpaper(rng: np.random.Generator, colour: Colour | None = None) -> Tile:
    """Paper with stripes, or with a motif set in offset rows."""
    size = 512
    base = pick(rng, PAINTS) if colour is None else colour
    ink = np.clip(base * rng.choice([0.8, 0.88, 1.1]), 0, 1).astype(np.float32)
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    if rng.random() < 0.5:
        count = int(rng.integers(5, 14))
        pattern = smoothstep(-0.1, 0.1, np.sin(2 * np.pi * count * x) + rng.uniform(-0.6, 0.6))
    else:
        count = int(rng.integers(3, 7))
        row = np.floor(y * count * 2)
        u = (x * count + 0.5 * (row % 2)) % 1 - 0.5
        v = (y * count * 2) % 1 - 0.5
        radius, angle = np.hypot(u * 1.3, v), np.arctan2(v, u)
        petals = 0.3 + 0.09 * np.cos(int(rng.integers(4, 8)) * angle)
        pattern = smoothstep(0.02, -0.02, np.abs(radius - petals) - 0.05)
    value = 1 + 0.012 * noise(rng, size, 0.8) + 0.01 * noise(rng, size, 2.0)
    return Tile(finished(mixed(base, ink, pattern) * value[..., None]), (1.1, 1.1))


def brick(rng: np.random.Generator, colour: Colour | None = None) -> Tile:
    """A running bond; whitewashed now and then. Twelve courses of four bricks, 0.96 m x 0.9 m."""
    size, rows, columns = 512, 12, 4
    base = pick(rng, _BRICKS) if colour is None else colour
    mortar = pick(rng, "b7b0a4 cfc9bf 8f8a82")
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    # Real courses are not ruler-straight: the bricks' edges wander by a few millimetres.
    x = x + 0.004 * noise(rng, size, 1.6)
    y = y + 0.003 * noise(rng, size, 1.6)
    row = np.floor(y * rows).astype(int) % rows
    across = x * columns + 0.5 * (row % 2)
    column = np.floor(across).astype(int) % columns
    edge = np.minimum(
        np.minimum(across % 1, 1 - across % 1) / columns, np.minimum(y * rows % 1, 1 - y * rows % 1) / rows
    )
    face = smoothstep(0.004, 0.009, edge)
    tint = rng.normal(0, 1, (rows, columns)).astype(np.float32)[row, column]
    hue = rng.normal(0, 0.012, (rows, columns, 3)).astype(np.float32)[row, column]
    value = 1 + 0.11 * tint + 0.08 * noise(rng, size, 1.0) + 0.05 * speckle(rng, size)
    bricks = plain(base, np.asarray(value, np.float32)) + hue
    joint = plain(mortar, 1 + 0.08 * noise(rng, size, 0.8)) * (0.75 + 0.25 * smoothstep(0, 0.004, edge))[..., None]
    return Tile(finished(mixed(joint, bricks, face)), (0.96, 0.9))


def tiles(rng: np.random.Generator, colour: Colour | None = None) -> Tile:
    """Glazed tiles: squares, or metro tiles in a running bond."""
    size = 512
    metro = rng.random() < 0.6
    rows, columns = (8, 4) if metro else (4, 4)
    base = pick(rng, "f4f4f0 f4f4f0 e5e8e6 b9c9c4 7fa39a 3f6b6a 2f4858 d8c7b0 222426") if colour is None else colour
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    row = np.floor(y * rows).astype(int) % rows
    across = x * columns + (0.5 * (row % 2) if metro else 0.0)
    column = np.floor(across).astype(int) % columns
    edge = np.minimum(
        np.minimum(across % 1, 1 - across % 1) / columns, np.minimum(y * rows % 1, 1 - y * rows % 1) / rows
    )
    tint = rng.normal(0, 0.02, (rows, columns)).astype(np.float32)[row, column]
    bevel = 0.08 * (smoothstep(0.003, 0.006, edge) - smoothstep(0.006, 0.016, edge))
    value = np.asarray(1 + tint + bevel + 0.015 * noise(rng, size, 1.8), np.float32)
    grout = pick(rng, "d9d6cf b0aca4 6e6c69")
    return Tile(finished(mixed(grout, plain(base, value), smoothstep(0.001, 0.003, edge))), (0.8, 0.8))


def concrete(rng: np.random.Generator, colour: Colour | None = None) -> Tile:
    """Bare concrete with shuttering joints and stains."""
    size = 512
    base = pick(rng, "a9a8a4 bdbbb6 8f9090 c9c3b8") if colour is None else colour
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    joint = np.minimum(np.abs((x * 2 % 1) - 0.5), np.abs((y % 1) - 0.5))
    pores = smoothstep(2.2, 3.0, speckle(rng, size) + noise(rng, size, 1.0))
    value = 1 + 0.03 * noise(rng, size, 1.7) + 0.02 * speckle(rng, size) - 0.18 * pores
    value = value - 0.15 * (1 - smoothstep(0.002, 0.006, joint))
    return Tile(finished(plain(base, np.asarray(value, np.float32))), (2.4, 2.4))


def panelling(rng: np.random.Generator, colour: Colour | None = None) -> Tile:
    """Vertical boards, painted or varnished."""
    size, count = 512, int(rng.integers(5, 10))
    wood = colour is None and rng.random() < 0.4
    base = pick(rng, "b08a5e 8a6642 c9a57a" if wood else PAINTS) if colour is None else colour
    x = (np.arange(size, dtype=np.float32) + 0.5) / size * count
    groove = np.minimum(x % 1, 1 - x % 1)
    board = rng.normal(0, 0.05 if wood else 0.01, count).astype(np.float32)[np.floor(x).astype(int)]
    grain: Field = noise(rng, size, 1.2, 0.08) * np.float32(0.07 if wood else 0.01)
    value = (1 + board - 0.35 * (1 - smoothstep(0.0, 0.03, groove)))[None] + grain
    return Tile(finished(plain(base, np.asarray(value, np.float32))), (1.2, 1.2))


COVERINGS: tuple[tuple[Callable[[np.random.Generator, Colour | None], Tile], float], ...] = (
    (paint, 0.5),
    (wallpaper, 0.13),
    (brick, 0.13),
    (panelling, 0.1),
    (tiles, 0.06),
    (concrete, 0.08),
)


def wall(rng: np.random.Generator, colour: Colour | None = None) -> Tile:
    """One of the coverings, as often as rooms have them; of about `colour` (sRGB, 0..1) where one is asked for."""
    if colour is None:
        return _kept(int(rng.integers(_KEPT)))
    return _covering(rng, colour)


def _covering(rng: np.random.Generator, colour: Colour | None) -> Tile:
    number = int(rng.choice(len(COVERINGS), p=[share for _, share in COVERINGS]))
    return COVERINGS[number][0](rng, colour)


@lru_cache(maxsize=_KEPT)
def _kept(number: int) -> Tile:
    return _covering(np.random.default_rng([_TAG, number]), None)
