"""All-over prints and weaves of straight lines: stripes, checks, dots, tiles. Every length is in metres.

A pattern's maker draws its sizes and colours once; the painter it returns draws any panel, so that front, back and
sleeves match.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.prints.palette import Colour, Palette, lightness, sample_palette, tone
from models.synthetic.prints.sheet import Picture, Sheet, periodic, profile

_SUPERSAMPLE = 3


@dataclass(frozen=True, eq=False)
class Pattern:
    """What covers a whole cloth. `period` is its repeat in metres (x, y), 0 where there is none."""

    palette: Palette
    paint: Callable[[Sheet], Picture]
    period: tuple[float, float] = (0.0, 0.0)


def plain(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """One colour."""
    palette = sample_palette(rng, neutral=0.55, ground=ground)
    return Pattern(palette, lambda sheet: sheet.blank(palette.ground))


def stripes(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Horizontal stripes: Breton, even, or multicoloured bands."""
    palette = sample_palette(rng, 3, contrast=0.35, ground=ground)
    sort = rng.choice(3, p=(0.4, 0.35, 0.25))
    if sort == 0:
        period = rng.uniform(0.016, 0.036)
        edges, colours = [period * rng.uniform(0.55, 0.75), period], [palette.ground, palette.accent(0)]
    elif sort == 1:
        period = rng.uniform(0.03, 0.10)
        edges, colours = [period / 2, period], [palette.ground, palette.accent(0)]
    else:
        widths = np.array([1.0, *rng.uniform(0.12, 0.6, 3), 0.5])
        period = rng.uniform(0.07, 0.16)
        edges = (period * np.cumsum(widths) / widths.sum()).tolist()
        colours = [palette.ground, palette.accent(0), palette.ground, palette.accent(1), palette.accent(2)]
    return _banded(palette, edges, colours, horizontal=True)


def vertical_stripes(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Vertical stripes: bengal, awning, or with a thin companion."""
    palette = sample_palette(rng, 2, contrast=0.32, ground=ground)
    period = rng.choice([rng.uniform(0.008, 0.018), rng.uniform(0.02, 0.06)])
    if rng.random() < 0.6:
        edges, colours = [period / 2, period], [palette.ground, palette.accent(0)]
    else:
        edges = [0.5 * period, 0.62 * period, 0.70 * period, 0.76 * period, period]
        colours = [palette.ground, palette.accent(0), palette.ground, palette.accent(1), palette.ground]
    return _banded(palette, edges, colours, horizontal=False)


def pinstripes(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Thin pale lines on dark suiting, or thin dark ones on a shirt."""
    palette = sample_palette(rng, 1, neutral=0.95, contrast=0.4, ground=ground)
    period = rng.uniform(0.012, 0.028)
    line = rng.uniform(0.0009, 0.0018)
    return _banded(palette, [period - line, period], [palette.ground, palette.accent(0)], horizontal=False)


def gingham(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Warp and weft of white and one colour: three tones."""
    palette = sample_palette(rng, 1, neutral=0.35, ground=ground)
    if lightness(palette.ground) > 0.8:
        palette = Palette(palette.name, palette.accent(0), (palette.ground,))
    pale: Colour = (250, 249, 245)
    period = rng.choice([rng.uniform(0.008, 0.016), rng.uniform(0.02, 0.05)])
    edges, colours = [period / 2, period], [palette.ground, pale]
    return _woven(palette, edges, colours)


def checks(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Windowpane or tattersall: thin lines on a ground."""
    palette = sample_palette(rng, 2, contrast=0.25, ground=ground)
    period = rng.uniform(0.025, 0.075)
    width = rng.uniform(0.0015, 0.004)
    second = rng.random() < 0.5
    edges = [period / 2 - width, period / 2, period - width, period]
    colours = [palette.ground, palette.accent(1) if second else palette.ground, palette.ground, palette.accent(0)]
    return _woven(palette, edges, colours, over=True)


def tartan(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """A symmetric sett of bands, the same in warp and weft."""
    palette = sample_palette(rng, 4, neutral=0.4, contrast=0.2, ground=ground)
    half = [
        (palette.ground, 1.0),
        (palette.accent(0), rng.uniform(0.5, 1.0)),
        (palette.ground, 0.18),
        (palette.accent(1), 0.09),
    ]
    half += [(palette.ground, 0.3), (palette.accent(2), rng.uniform(0.06, 0.15))]
    sett = half + half[-2:0:-1]
    widths = np.array([width for _, width in sett])
    period = rng.uniform(0.07, 0.18)
    edges = (period * np.cumsum(widths) / widths.sum()).tolist()
    colours = [colour for colour, _ in sett]
    return _woven(palette, edges, colours)


def dots(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Polka dots on a staggered grid, from pin dots to coin dots."""
    palette = sample_palette(rng, 1, neutral=0.6, contrast=0.4, ground=ground)
    period = rng.choice([rng.uniform(0.010, 0.018), rng.uniform(0.02, 0.055)])
    radius = period * rng.uniform(0.14, 0.26)
    # Several periods to a tile: its texels are whole, the rounding is spread over them.
    count = max(round(0.12 / period), 1)

    def draw(tile: Sheet, picture: Picture) -> None:
        for row in range(-1, 2 * count + 2):
            for column in range(-1, count + 2):
                x = (column + 0.5 * (row % 2)) * period - tile.width / 2
                tile.disc(picture, (x, row * period / 2), radius, palette.accent(0))

    return tiled(palette, (count * period, count * period), draw, period=(period, period))


def geometric(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Triangles, chevrons, waves, houndstooth, diamonds or arcs."""
    palette = sample_palette(rng, 3, neutral=0.5, contrast=0.25, ground=ground)
    shape = [_triangles, _chevrons, _waves, _houndstooth, _diamonds, _arcs][int(rng.integers(6))]
    return shape(rng, palette)


def colour_block(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Two or three large areas of colour."""
    palette = sample_palette(rng, 2, contrast=0.2, ground=ground)
    first, second = rng.uniform(0.25, 0.45), rng.uniform(0.55, 0.8)
    vertical = rng.random() < 0.2

    def paint(sheet: Sheet) -> Picture:
        picture = sheet.blank(palette.ground)
        rows, columns = sheet.shape
        if vertical:
            picture[:, : columns // 2] = palette.accent(0)
        else:
            picture[round(first * rows) :] = palette.accent(0)
            picture[round(second * rows) :] = palette.accent(1)
        return picture

    return Pattern(palette, paint)


def tiled(
    palette: Palette,
    size: tuple[float, float],
    draw: Callable[[Sheet, Picture], None],
    period: tuple[float, float] | None = None,
) -> Pattern:
    """A pattern of one repeated tile of `size` metres, which `draw` fills; it has to draw across the tile's edges."""

    def paint(sheet: Sheet) -> Picture:
        # Both whole texels and the true size: the scale of the tile may differ a little from the sheet's.
        columns, rows = (max(round(length * sheet.scale), 2) for length in size)
        tile = Sheet(size[0], size[1], sheet.scale * _SUPERSAMPLE)
        picture = tile.blank(palette.ground)
        draw(tile, picture)
        small = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8)
        return periodic(small, sheet.shape, (0, columns // 2 - sheet.shape[1] // 2))

    return Pattern(palette, paint, period or size)


def _banded(palette: Palette, edges: list[float], colours: list[Colour], horizontal: bool) -> Pattern:
    def paint(sheet: Sheet) -> Picture:
        at = sheet.y if horizontal else sheet.x
        bands = np.round(profile(at, edges, colours, 1 / sheet.scale)).astype(np.uint8)
        picture = sheet.blank(palette.ground)
        picture[:] = bands[:, None] if horizontal else bands[None]
        return picture

    return Pattern(palette, paint, (0.0, edges[-1]) if horizontal else (edges[-1], 0.0))


def _woven(palette: Palette, edges: list[float], colours: list[Colour], over: bool = False) -> Pattern:
    """Warp and weft crossed: each texel is the mean of both threads, or, `over` a ground, what differs from it."""

    def paint(sheet: Sheet) -> Picture:
        columns = profile(sheet.x, edges, colours, 1 / sheet.scale)[None]
        rows = profile(sheet.y, edges, colours, 1 / sheet.scale)[:, None]
        ground = np.array(palette.ground, np.float32)
        mixed = np.clip(rows + columns - ground, 0, 255) if over else (rows + columns) / 2
        return np.round(mixed).astype(np.uint8)

    return Pattern(palette, paint, (edges[-1], edges[-1]))


def _grid(tile: Sheet, count: int, period: float) -> npt.NDArray[np.float64]:
    """The corners of `count` x `count` cells and of those around them, (N, 2)."""
    at = np.arange(-1, count + 1) * period
    x, y = np.meshgrid(at - tile.width / 2, at)
    return np.stack([x.ravel(), y.ravel()], 1)


def _triangles(rng: np.random.Generator, palette: Palette) -> Pattern:
    period, count = float(rng.uniform(0.025, 0.06)), 4
    table = rng.integers(0, 4, (count, count, 2))

    def draw(tile: Sheet, picture: Picture) -> None:
        colours = [palette.ground, *palette.accents]
        for x, y in _grid(tile, count, period):
            column, row = round((x + tile.width / 2) / period) % count, round(y / period) % count
            first, second = table[row, column]
            tile.fill(picture, [(x, y), (x + period, y), (x, y + period)], colours[first])
            tile.fill(picture, [(x + period, y), (x + period, y + period), (x, y + period)], colours[second])

    return tiled(palette, (count * period, count * period), draw)


def _chevrons(rng: np.random.Generator, palette: Palette) -> Pattern:
    width, height = float(rng.uniform(0.03, 0.08)), float(rng.uniform(0.02, 0.05))
    slope = height * rng.uniform(0.6, 1.2)

    def draw(tile: Sheet, picture: Picture) -> None:
        for row in range(-3, 4):
            for number, (share, colour) in enumerate([(0.0, palette.accent(0)), (0.5, palette.accent(1))]):
                top = row * height * 2 + share * height * 2
                thick = height * (0.55 if number == 0 else 0.3)
                ends = [(-width / 2, top), (0, top + slope), (width / 2, top)]
                tile.fill(picture, ends + [(x, y + thick) for x, y in reversed(ends)], colour)

    return tiled(palette, (width, height * 2), draw)


def _waves(rng: np.random.Generator, palette: Palette) -> Pattern:
    width, height = float(rng.uniform(0.05, 0.14)), float(rng.uniform(0.05, 0.12))
    x = np.linspace(-width / 2 - 0.01, width / 2 + 0.01, 40)
    swing = 0.18 * height

    def draw(tile: Sheet, picture: Picture) -> None:
        for row in range(-1, 3):
            for number in range(2):
                top = row * height + number * height / 2 + swing * np.sin(2 * np.pi * x / width)
                lower = top + height * (0.26, 0.12)[number]
                outline = np.concatenate([np.stack([x, top], 1), np.stack([x, lower], 1)[::-1]])
                tile.fill(picture, outline, palette.accent(number))

    return tiled(palette, (width, height), draw)


def _houndstooth(rng: np.random.Generator, palette: Palette) -> Pattern:
    """Four dark and four pale threads in a 2/2 twill."""
    period = float(rng.uniform(0.012, 0.035))
    dark, pale = tone(palette.ground, 0.35), (246, 243, 236)
    threads = np.arange(8)
    warp, weft = np.meshgrid(threads, threads)
    over = (warp - weft) % 4 < 2
    pattern = np.where(over, warp < 4, weft < 4)
    small = np.where(pattern[..., None], np.array(dark), np.array(pale)).astype(np.uint8)

    def draw(_: Sheet, picture: Picture) -> None:
        cv2.resize(small, (picture.shape[1], picture.shape[0]), dst=picture, interpolation=cv2.INTER_NEAREST)

    return tiled(Palette(palette.name, dark, (pale,)), (period, period), draw)


def _diamonds(rng: np.random.Generator, palette: Palette) -> Pattern:
    """Argyle: lozenges with thin lines across."""
    width = float(rng.uniform(0.05, 0.10))
    height = width * float(rng.uniform(1.2, 1.7))

    def draw(tile: Sheet, picture: Picture) -> None:
        def lozenge(x: float, y: float) -> list[tuple[float, float]]:
            return [(x - width / 4, y), (x, y - height / 2), (x + width / 4, y), (x, y + height / 2)]

        for y in (0.0, height):
            tile.fill(picture, lozenge(-width / 4, y), palette.accent(0))
        tile.fill(picture, lozenge(-width / 4, 0.0), palette.accent(0))
        tile.fill(picture, lozenge(width / 4, height / 2), palette.accent(1))
        for sign in (-1, 1):
            for shift in (-1.0, -0.5, 0.0, 0.5, 1.0):
                x = shift * width + sign * width / 4
                tile.line(picture, [(x - width / 2, -sign * 0), (x + width / 2, height * 2)], 0.0012, palette.accent(2))
                tile.line(picture, [(x + width / 2, 0), (x - width / 2, height * 2)], 0.0012, palette.accent(2))

    return tiled(palette, (width, height), draw)


def _arcs(rng: np.random.Generator, palette: Palette) -> Pattern:
    """Seigaiha: scales of concentric circles."""
    width = float(rng.uniform(0.03, 0.08))
    rings = int(rng.integers(3, 5))

    def draw(tile: Sheet, picture: Picture) -> None:
        for row in range(-1, 7):
            y = row * width / 4
            for column in (-1, 0, 1, 2):
                x = column * width - width / 2 + (width / 2 if row % 2 else 0.0)
                for ring in range(rings):
                    colour = palette.ground if ring % 2 else palette.accent(ring // 2)
                    tile.disc(picture, (x, y), width / 2 * (1 - ring / rings), colour)

    return tiled(palette, (width, width / 2), draw)
