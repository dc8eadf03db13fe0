"""What floors and the ground are made of."""

from functools import lru_cache

import numpy as np

from models.synthetic.scene.noise import Field, noise, smoothstep, speckle
from models.synthetic.scene.textures.tile import Colour, Picture, Tile, finished, mixed, pick, plain

# Floors are made once and shared: see `textures.walls`.
_KEPT, _TAG = 48, 0xF100
WOODS = "b08a5e c9a57a 8a6642 6b4a32 a37a50 d7bd97 9c8d7a 4a3527 bfae98"


def _grain(rng: np.random.Generator, size: int) -> Field:
    """Wood's fibres along x: fine streaks and wider rings."""
    fibres = noise(rng, size, 1.0, 25.0)
    rings = np.sin(6 * noise(rng, size, 1.9, 10.0)).astype(np.float32)
    return np.asarray(0.06 * fibres + 0.05 * rings, np.float32)


def boards(rng: np.random.Generator) -> Tile:
    """Floor boards or laminate: planks of different length, shade and grain."""
    size, rows = 512, int(rng.integers(6, 11))
    base = pick(rng, WOODS)
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    row = np.floor(y * rows).astype(int)
    shift = rng.random(rows).astype(np.float32)[row]
    along = (x + shift) * 2
    plank = np.floor(along).astype(int) % 2
    number = row * 2 + plank
    grain = _grain(rng, size)
    # Every plank is cut from another place of the tree.
    dx, dy = rng.integers(size, size=(2, rows * 2))
    rows_of, columns_of = np.mgrid[:size, :size]
    grain = grain[(rows_of + dy[number]) % size, (columns_of + dx[number]) % size]
    shade = rng.normal(0, rng.uniform(0.02, 0.08), rows * 2).astype(np.float32)[number]
    gap = np.minimum(np.minimum(y * rows % 1, 1 - y * rows % 1) / rows, np.minimum(along % 1, 1 - along % 1) / 2)
    value = np.asarray((1 + shade + grain) * (0.55 + 0.45 * smoothstep(0.0006, 0.002, gap)), np.float32)
    return Tile(finished(plain(base, value)), (2.4, rows * rng.uniform(0.11, 0.17)))


def herringbone(rng: np.random.Generator) -> Tile:
    """Oak parquet in a herringbone of 7 x 28 cm blocks."""
    size, cells = 512, 16
    base = pick(rng, "b08a5e c9a57a 9a7248 d7bd97 7d5a3a")
    rows, columns = np.mgrid[:size, :size]
    i, j = columns * cells // size, rows * cells // size
    # Blocks of 4 x 1 cells: along a diagonal staircase horizontal and vertical ones take turns.
    phase = (i - j) % 8
    lying = phase < 4
    start_i = np.where(lying, i - phase, i)
    start_j = np.where(lying, j, j - (7 - phase))
    number = (start_i * 7 + start_j * 13 + lying * 101) % 97
    u, v = columns / size * cells, rows / size * cells
    along = np.where(lying, u - start_i, v - start_j)
    across = np.where(lying, v - j, u - i)
    grain = _grain(rng, size)
    shifts = rng.integers(size, size=(2, 97))
    grain = grain[
        (across * 32 + shifts[0][number]).astype(int) % size, (along * 32 + shifts[1][number]).astype(int) % size
    ]
    gap = np.minimum(np.minimum(across, 1 - across), np.minimum(along % 4, 4 - along % 4)).astype(np.float32)
    value = (1 + rng.normal(0, 0.06, 97)[number] + grain) * (0.6 + 0.4 * smoothstep(0.01, 0.06, gap))
    return Tile(finished(plain(base, np.asarray(value, np.float32))), (1.12, 1.12))


def slabs(rng: np.random.Generator, kind: str = "tiles") -> Tile:
    """Floor tiles indoors, or paving slabs outdoors ("paving": rougher, dirtier, in a bond)."""
    size, outside = 512, kind == "paving"
    rows, columns = (4, 2) if outside else (3, 3)
    base = pick(rng, "a8a39a 98938b b0a594 86847f b5aa9b" if outside else "d8d4cb bfb8ab 8a8782 5a5957 e6e2da b39b82")
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    row = np.floor(y * rows).astype(int)
    across = x * columns + (0.5 * (row % 2) if outside else 0)
    column = np.floor(across).astype(int) % columns
    edge = np.minimum(
        np.minimum(across % 1, 1 - across % 1) / columns, np.minimum(y * rows % 1, 1 - y * rows % 1) / rows
    )
    tint = rng.normal(0, 0.07 if outside else 0.02, (rows, columns)).astype(np.float32)[row, column]
    rough = 0.05 if outside else 0.012
    value = 1 + tint + rough * speckle(rng, size) + 0.045 * noise(rng, size, 1.7)
    stains = smoothstep(1.2, 2.6, noise(rng, size, 1.5)) * (0.2 if outside else 0.03)
    picture = plain(base, np.asarray(value - stains, np.float32))
    joint = plain(pick(rng, "7d786f 5f5c57 a09a90"), 1 + 0.1 * speckle(rng, size))
    width = 0.006 if outside else 0.003
    return Tile(finished(mixed(joint, picture, smoothstep(width / 2, width, edge))), (1.6, 1.6))


def paving(rng: np.random.Generator) -> Tile:
    """Paving slabs."""
    return slabs(rng, "paving")


def carpet(rng: np.random.Generator) -> Tile:
    """Pile: soft grain and brushed patches."""
    size = 512
    base = pick(rng, "9a948a 7a7d80 b8ab98 5c636b 8a6f62 c9c0b2 6d7566 45484d")
    value = 1 + 0.1 * speckle(rng, size) + 0.07 * noise(rng, size, 0.8) + 0.04 * noise(rng, size, 1.8)
    return Tile(finished(plain(base, np.asarray(value, np.float32))), (1.5, 1.5))


def asphalt(rng: np.random.Generator) -> Tile:
    """Tar and stones, patched and stained."""
    size = 512
    base = pick(rng, "6f6f6e 5c5d5e 7f7d7a 4d4e50")
    stones = smoothstep(0.8, 2.0, speckle(rng, size)) * 0.22
    patch = smoothstep(0.9, 1.1, noise(rng, size, 2.1)) * 0.08
    cracks = (1 - smoothstep(0.0, 0.03, np.abs(noise(rng, size, 1.9)))) * smoothstep(0.2, 1.0, noise(rng, size, 2.0))
    value = 1 + stones + 0.05 * noise(rng, size, 1.4) + 0.08 * speckle(rng, size) - patch - 0.25 * cracks
    return Tile(finished(plain(base, np.asarray(value, np.float32))), (2.2, 2.2))


def cobbles(rng: np.random.Generator) -> Tile:
    """Granite setts of 10 cm, worn round."""
    size, count = 512, 14
    base = pick(rng, "8c8a86 7b7975 9c958a 6c6b6a")
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    x, y = x + 0.006 * noise(rng, size, 1.6), y + 0.006 * noise(rng, size, 1.6)
    row = np.floor(y * count).astype(int) % count
    across = x * count + 0.5 * (row % 2)
    column = np.floor(across).astype(int) % count
    dome = np.minimum(np.minimum(across % 1, 1 - across % 1), np.minimum(y * count % 1, 1 - y * count % 1))
    tint = rng.normal(0, 0.13, (count, count)).astype(np.float32)[row, column]
    value = (1 + tint + 0.08 * speckle(rng, size)) * (0.35 + 0.65 * smoothstep(0.02, 0.2, dome))
    return Tile(finished(plain(base, np.asarray(value, np.float32))), (1.5, 1.5))


def grass(rng: np.random.Generator) -> Tile:
    """A lawn: blades as upright streaks, dry and lush patches, clover."""
    size = 512
    lush, dry = pick(rng, "4a5a30 43532c 56603a 5a6238"), pick(rng, "75704a 6f6a45 6a6c44")
    share = smoothstep(-0.2, 2.2, noise(rng, size, 1.6)) * rng.uniform(0.3, 0.9)
    blades = 0.2 * noise(rng, size, 0.5) + 0.16 * speckle(rng, size) + 0.06 * noise(rng, size, 1.7)
    picture: Picture = mixed(lush, dry, share) * np.asarray(1 + blades, np.float32)[..., None]
    return Tile(finished(picture), (1.8, 1.8))


def gravel(rng: np.random.Generator) -> Tile:
    """A path of small stones."""
    size = 512
    base: Colour = pick(rng, "9a9080 8c8272 a39a8b 837c72")
    value = 1 + 0.2 * noise(rng, size, 0.4) + 0.14 * speckle(rng, size) + 0.03 * noise(rng, size, 1.7)
    return Tile(finished(plain(base, np.asarray(value, np.float32))), (1.4, 1.4))


_INDOOR = (boards, boards, boards, herringbone, slabs, carpet)
_OUTDOOR = (paving, paving, paving, asphalt, cobbles, grass, gravel)


def indoor(rng: np.random.Generator) -> Tile:
    """A room's floor."""
    return _kept("indoor", int(rng.integers(_KEPT)))


def outdoor(rng: np.random.Generator) -> Tile:
    """The ground under a street or a park."""
    return _kept("outdoor", int(rng.integers(_KEPT)))


@lru_cache(maxsize=2 * _KEPT)
def _kept(where: str, number: int) -> Tile:
    kinds = _INDOOR if where == "indoor" else _OUTDOOR
    rng = np.random.default_rng([_TAG, len(where), number])
    return kinds[number % len(kinds)](rng)
