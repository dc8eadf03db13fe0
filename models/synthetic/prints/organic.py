"""Prints that grow: animal skins, camouflage, tie-dye."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.prints.palette import Colour, Palette, sample_palette, to_srgb, tone
from models.synthetic.prints.patterns import Pattern, tiled
from models.synthetic.prints.sheet import Field, Picture, Sheet, blend, noise


def leopard(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Broken rings around darker cores; skins have their own colours."""
    natural = rng.random() < 0.75
    hide, core, ring = (
        [to_srgb(c) for c in ((0.76, 0.075, 72), (0.58, 0.09, 62), (0.25, 0.02, 60))]
        if natural
        else [to_srgb(c) for c in ((0.86, 0.004, 90), (0.6, 0.004, 90), (0.22, 0.004, 90))]
    )
    spot = float(rng.uniform(0.007, 0.016))
    size = spot * 11
    spots = _spread(rng, size, spot * 2.0)
    bends = rng.random((len(spots), 14))

    def draw(tile: Sheet, picture: Picture) -> None:
        for (x, y), bend in zip(spots, bends, strict=True):
            for dx in (-size, 0.0, size):
                for dy in (-size, 0.0, size):
                    if abs(x + dx) < size / 2 + 2 * spot and -2 * spot < y + dy < size + 2 * spot:
                        _rosette(tile, picture, _Spot(x + dx, y + dy, spot, bend), core, ring)

    return tiled(Palette("leopard", ground or hide, (ring, core)), (size, size), draw)


def zebra(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Stripes that bend and fork: the sign of a sine whose phase is disturbed."""
    dark, pale = to_srgb((0.22, 0.005, 60)), to_srgb((0.96, 0.01, 88))
    if rng.random() < 0.2:
        pale = sample_palette(rng, 0, neutral=0.2).ground
    pale = ground or pale
    period, lean = float(rng.uniform(0.02, 0.045)), float(rng.uniform(-0.5, 0.5))
    seed = int(rng.integers(1 << 32))

    def paint(sheet: Sheet) -> Picture:
        local = np.random.default_rng(seed)
        bend = noise(local, sheet.shape, 3.2 * period * sheet.scale, (1.0, 2.0))
        phase = (sheet.y[:, None] + lean * np.abs(sheet.x)[None]) / period + 0.62 * bend
        wave = np.sin(2 * np.pi * phase) - 0.1
        # The cover of a texel: how far the wave lies from its edge, in texels.
        cover = np.clip(wave * period * sheet.scale / (2 * np.pi) + 0.5, 0, 1)
        return _mixed(pale, dark, cover.astype(np.float32))

    return Pattern(Palette("zebra", pale, (dark,)), paint)


def camouflage(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Four tones of blots."""
    schemes = (
        ((0.62, 0.05, 100), (0.45, 0.055, 125), (0.36, 0.05, 60), (0.24, 0.01, 120)),
        ((0.80, 0.045, 80), (0.68, 0.055, 75), (0.52, 0.055, 65), (0.42, 0.04, 60)),
        ((0.75, 0.008, 250), (0.58, 0.01, 250), (0.42, 0.01, 250), (0.26, 0.008, 250)),
    )
    scheme = [to_srgb(lch) for lch in schemes[int(rng.choice(3, p=(0.55, 0.25, 0.2)))]]
    if ground is not None:
        scheme = [ground, *(tone(ground, factor) for factor in (0.75, 0.55, 0.38))]
    blot = float(rng.uniform(0.05, 0.10))
    seed = int(rng.integers(1 << 32))

    def paint(sheet: Sheet) -> Picture:
        local = np.random.default_rng(seed)
        picture = sheet.blank(scheme[0])
        for colour, level in zip(scheme[1:], (0.15, 0.55, 0.85), strict=True):
            field = noise(local, sheet.shape, blot * sheet.scale, (0.75, 1.3))
            field = field + 0.35 * noise(local, sheet.shape, blot * sheet.scale / 3, (0.8, 1.3))
            cover = np.clip((field - level) * blot * sheet.scale * 0.4 + 0.5, 0, 1)
            blend(picture, (255 * cover).astype(np.uint8), colour)
        return picture

    return Pattern(Palette("camouflage", scheme[0], tuple(scheme[1:])), paint)


def tie_dye(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """A spiral or rings of dye around a knot, or a fade from top to bottom."""
    palette = sample_palette(rng, 3, neutral=0.25, contrast=0.2, ground=ground)
    pale: Colour = (248, 246, 240)
    colours = np.array([palette.ground, pale, palette.accent(0), pale, palette.accent(1)], np.float32)
    sort = rng.choice(["spiral", "rings", "fade"], p=(0.45, 0.3, 0.25))
    centre = (float(rng.normal(0, 0.06)), float(rng.uniform(0.2, 0.45)))
    arms, seed = int(rng.integers(1, 3)), int(rng.integers(1 << 32))

    def paint(sheet: Sheet) -> Picture:
        local = np.random.default_rng(seed)
        x, y = sheet.x[None] - centre[0], sheet.y[:, None] - centre[1] * sheet.height
        wobble = (
            noise(local, sheet.shape, 0.05 * sheet.scale) * 0.35 + noise(local, sheet.shape, 0.012 * sheet.scale) * 0.18
        )
        if sort == "fade":
            turn = 2.2 * sheet.y[:, None] / sheet.height + 0.25 * wobble
        else:
            radius = np.sqrt(x * x + y * y)
            turn = radius / 0.16 + 0.3 * wobble
            turn = 1.6 * turn
            if sort == "spiral":  # once around is a whole number of rounds of the colours: no seam shows
                turn = turn + arms * len(colours) * np.arctan2(y, x) / (2 * np.pi)
        at = np.mod(turn, len(colours)).astype(np.float32)
        # A table of colours with soft, uneven steps, read at `at`.
        steps = np.concatenate([colours, colours[:1]])
        table = np.stack(
            [np.interp(np.linspace(0, len(colours), 256), np.arange(len(steps)), steps[:, k]) for k in range(3)], 1
        )
        index = np.clip(at / len(colours) * 255, 0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.round(table).astype(np.uint8)[index])

    return Pattern(palette, paint)


def _mixed(first: Colour, second: Colour, cover: Field) -> Picture:
    """From one colour to another by `cover` (H, W; 0..1)."""
    table = np.linspace(first, second, 256).round().astype(np.uint8)
    return np.ascontiguousarray(table[(255 * cover).astype(np.uint8)])


def _spread(rng: np.random.Generator, size: float, distance: float) -> list[tuple[float, float]]:
    """Points of a torus at least `distance` apart, x from the tile's middle."""
    at = np.zeros((0, 2))
    for point in rng.random((220, 2)) * size:
        apart = np.abs(at - point)
        if len(at) == 0 or np.hypot(*np.minimum(apart, size - apart).T).min() >= distance:
            at = np.concatenate([at, point[None]])
    return [(float(x) - size / 2, float(y)) for x, y in at]


@dataclass(frozen=True, eq=False)
class _Spot:
    """A leopard's spot; `bend` (14,) are random numbers that shape it."""

    x: float
    y: float
    radius: float
    bend: npt.NDArray[np.float64]


def _rosette(tile: Sheet, picture: Picture, spot: _Spot, core: Colour, ring: Colour) -> None:
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    bend = spot.bend
    radius = spot.radius * (0.75 + 0.5 * bend[:12])
    outline = np.stack([spot.x + radius * np.cos(angle), spot.y + radius * 0.85 * np.sin(angle)], 1)
    tile.fill(picture, outline, core)
    # Two or three strokes of the ring, with gaps between them.
    start = int(12 * bend[12])
    strokes = 2 + int(bend[13] > 0.5)
    for stroke in range(strokes):
        length = 12 // strokes - 1
        picked = [(start + stroke * 12 // strokes + k) % 12 for k in range(length)]
        tile.line(picture, outline[picked], spot.radius * 0.42, ring)


def melange(rng: np.random.Generator, sheet: Sheet, picture: Picture) -> Picture:
    """Fibres of several tones spun together: short horizontal flecks."""
    field = noise(rng, sheet.shape, max(0.0016 * sheet.scale, 1.2), (0.8, 3.0))
    shade = np.clip(1 + 0.085 * field, 0.6, 1.4)
    return np.asarray(np.clip(picture * shade[..., None], 0, 255), np.uint8)
