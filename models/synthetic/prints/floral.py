"""Flowers, leaves and sprigs, scattered over a tile that repeats."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.prints.palette import Colour, Palette, lightness, sample_palette, to_srgb, tone
from models.synthetic.prints.patterns import Pattern, tiled
from models.synthetic.prints.sheet import Picture, Sheet

Points = npt.NDArray[np.float64]
_GREENS = ((0.48, 0.07, 140), (0.38, 0.06, 155), (0.62, 0.07, 125), (0.55, 0.035, 150))


@dataclass(frozen=True)
class _Place:
    """Where a motif stands, how large and how it is turned."""

    x: float
    y: float
    radius: float
    turn: float

    def at(self, points: npt.ArrayLike) -> Points:
        """Points in units of the radius, in the tile's metres."""
        c, s = np.cos(self.turn), np.sin(self.turn)
        local = np.asarray(points, np.float64) * self.radius
        return np.stack([self.x + c * local[:, 0] - s * local[:, 1], self.y + s * local[:, 0] + c * local[:, 1]], 1)


Motif = Callable[[Sheet, Picture, _Place, "_Colours"], None]


@dataclass(frozen=True)
class _Colours:
    petal: Colour
    shade: Colour
    heart: Colour
    leaf: Colour


def floral(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """A scatter of one to three kinds of flowers with leaves: ditsy, medium or large."""
    palette = sample_palette(rng, 3, neutral=0.6, contrast=0.3, ground=ground)
    green = to_srgb(_GREENS[int(rng.integers(len(_GREENS)))])
    if rng.random() < 0.25:  # two colours only, like a block print
        green = palette.accent(0)
        palette = Palette(palette.name, palette.ground, palette.accents[:1])
    flower = float(rng.choice([rng.uniform(0.006, 0.010), rng.uniform(0.013, 0.022), rng.uniform(0.03, 0.05)]))
    size = float(np.clip(flower * 9, 0.08, 0.34))
    flowers = [_FLOWERS[int(k)] for k in rng.choice(len(_FLOWERS), int(rng.integers(1, 4)), replace=False)]
    greens = [_GREENERY[int(k)] for k in rng.choice(len(_GREENERY), 2, replace=False)]
    places = _scatter(rng, size, flower, float(rng.uniform(2.1, 3.2)))
    colours = [_colours(palette, palette.accent(int(rng.integers(3))), green) for _ in places]
    kinds = rng.integers(0, len(flowers), len(places))
    leaves = _scatter(rng, size, flower * 0.9, 1.5)
    sorts = rng.integers(0, 2, len(leaves))
    sparse = rng.random() < 0.2  # flowers alone

    def draw(tile: Sheet, picture: Picture) -> None:
        for place, sort in zip(leaves, sorts, strict=True):
            if not sparse:
                _around(tile, picture, place, colours[0], greens[sort])
        for place, kind, colour in zip(places, kinds, colours, strict=True):
            _around(tile, picture, place, colour, flowers[kind])

    return tiled(palette, (size, size), draw)


def paisley(rng: np.random.Generator, ground: Colour | None = None) -> Pattern:
    """Teardrops with a bent tip, ringed, with dots around and small flowers between."""
    palette = sample_palette(rng, 3, neutral=0.45, contrast=0.25, ground=ground)
    drop = float(rng.uniform(0.012, 0.035))
    size = drop * 6
    places = [_Place((column + 0.25 + 0.5 * (row % 2)) * drop * 3 - size / 2, (row + 0.5) * drop * 3, drop,
                     float(np.pi * (row % 2)) + float(rng.normal(0, 0.15)))
              for row in range(2) for column in range(2)]  # fmt: skip
    between = [_Place(p.x + drop * 1.5, p.y, drop * 0.45, p.turn) for p in places]
    colours = _colours(palette, palette.accent(1), palette.accent(2))

    def teardrop(tile: Sheet, picture: Picture, place: _Place, _: _Colours) -> None:
        for number, scale in enumerate((1.25, 1.1, 0.85, 0.62, 0.4)):
            colour = (palette.accent(0), palette.ground, palette.accent(1), palette.accent(2), palette.ground)[number]
            tile.fill(picture, place.at(_TEARDROP * scale), colour)
        for angle in np.linspace(0, 2 * np.pi, 22, endpoint=False):
            at = _TEARDROP[round(angle / (2 * np.pi) * len(_TEARDROP)) % len(_TEARDROP)] * 1.42
            tile.disc(picture, place.at([at])[0], place.radius * 0.06, palette.accent(0))
        tile.disc(picture, place.at([(0.0, 0.25)])[0], place.radius * 0.14, palette.accent(0))

    def draw(tile: Sheet, picture: Picture) -> None:
        for place in places:
            _around(tile, picture, place, colours, teardrop)
        for place in between:
            _around(tile, picture, place, colours, _daisy)

    return tiled(palette, (size, size), draw)


def _colours(palette: Palette, petal: Colour, leaf: Colour) -> _Colours:
    dark = lightness(petal) < 0.35
    heart = (236, 186, 62) if lightness(petal) > 0.5 or dark else (250, 236, 200)
    return _Colours(
        petal, tone(petal, 1.5 if dark else 0.8), heart if len(palette.accents) > 1 else palette.ground, leaf
    )


def _scatter(rng: np.random.Generator, size: float, radius: float, distance: float) -> list[_Place]:
    """Places on a torus, at least `distance` radii apart (dart throwing), radii varied by a third."""
    found: list[_Place] = []
    at = np.zeros((0, 2))
    for x, y, share, turn in rng.random((160, 4)).tolist():
        point = np.array([x, y]) * size
        if len(at):
            apart = np.abs(at - point)
            if np.hypot(*np.minimum(apart, size - apart).T).min() < distance * radius:
                continue
        at = np.concatenate([at, point[None]])
        found.append(_Place(x * size - size / 2, y * size, radius * (0.7 + 0.5 * share), 2 * np.pi * turn))
    return found


def _around(tile: Sheet, picture: Picture, place: _Place, colours: _Colours, motif: Motif) -> None:
    """Draws a motif, again on the other side where it crosses the tile's edge."""
    reach = 1.8 * place.radius
    for dx in (-tile.width, 0.0, tile.width):
        for dy in (-tile.height, 0.0, tile.height):
            x, y = place.x + dx, place.y + dy
            if abs(x) < tile.width / 2 + reach and -reach < y < tile.height + reach:
                motif(tile, picture, _Place(x, y, place.radius, place.turn), colours)


def _petals(tile: Sheet, picture: Picture, place: _Place, petals: tuple[Points, int], colour: Colour) -> None:
    outline, count = petals
    for k in range(count):
        angle = 2 * np.pi * k / count
        c, s = np.cos(angle), np.sin(angle)
        tile.fill(picture, place.at(outline @ np.array([[c, s], [-s, c]])), colour)


def _leaf_outline(width: float, tip: float = 1.0, points: int = 9) -> Points:
    """A pointed ellipse from the origin to (`tip`, 0)."""
    t = np.linspace(0, 1, points)
    bulge = width * np.sin(np.pi * t**0.8)
    upper = np.stack([tip * t, bulge], 1)
    return np.concatenate([upper, upper[-2:0:-1] * (1, -1)])


def _round_petal(width: float, start: float = 0.05) -> Points:
    """A petal with a round end at distance 1."""
    angle = np.linspace(-0.65 * np.pi, 0.65 * np.pi, 9)
    cap = np.stack([1 - width + width * np.cos(angle), width * np.sin(angle)], 1)
    return np.concatenate([[(start, 0.0)], cap])


_TEARDROP = np.stack(
    [
        0.62 * np.sin(np.linspace(0, 2 * np.pi, 40)) * (0.55 - 0.45 * np.cos(np.linspace(0, 2 * np.pi, 40)))
        + 0.35 * np.maximum(np.cos(np.linspace(0, 2 * np.pi, 40)), 0) ** 2,
        -np.cos(np.linspace(0, 2 * np.pi, 40)),
    ],
    1,
)
_LONG, _NARROW = _round_petal(0.17), _leaf_outline(0.16)
_WIDE, _BROAD = _round_petal(0.42), _round_petal(0.55)
_LEAF = _leaf_outline(0.24)


def _daisy(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    _petals(tile, picture, place, (_LONG, 11), colours.petal)
    tile.disc(picture, (place.x, place.y), 0.3 * place.radius, colours.heart)


def _blossom(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    _petals(tile, picture, place, (_WIDE, 5), colours.petal)
    _petals(tile, picture, place, (_NARROW * 0.62, 5), colours.shade)
    tile.disc(picture, (place.x, place.y), 0.2 * place.radius, colours.heart)


def _poppy(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    _petals(tile, picture, place, (_BROAD, 4), colours.shade)
    _petals(tile, picture, _Place(place.x, place.y, 0.88 * place.radius, place.turn + 0.2), (_WIDE, 4), colours.petal)
    tile.disc(picture, (place.x, place.y), 0.24 * place.radius, tone(colours.shade, 0.4))
    for angle in np.linspace(0, 2 * np.pi, 9, endpoint=False):
        tile.disc(
            picture, place.at([(0.36 * np.cos(angle), 0.36 * np.sin(angle))])[0], 0.05 * place.radius, colours.heart
        )


def _rose(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    """Whorls of petals, lighter and darker in turn."""
    pale = tone(colours.petal, 1.25)
    for number, size in enumerate((1.0, 0.8, 0.6, 0.42, 0.26)):
        colour = (colours.shade, colours.petal, pale, colours.petal, colours.shade)[number]
        inner = _Place(place.x, place.y, size * place.radius, place.turn + 0.7 * number)
        _petals(tile, picture, inner, (_BROAD, 5 if number < 3 else 3), colour)


def _tulip(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    stem = place.at([(0.0, 0.2), (0.08, 0.7), (0.0, 1.35)])
    tile.line(picture, stem, 0.09 * place.radius, colours.leaf)
    tile.fill(picture, place.at(_LEAF @ np.array([[0.5, -0.75], [0.75, 0.5]]) + (0.0, 1.3)), colours.leaf)
    cup = [
        (-0.5, -0.75),
        (-0.25, -0.35),
        (0.0, -0.85),
        (0.25, -0.35),
        (0.5, -0.75),
        (0.55, 0.0),
        (0.3, 0.4),
        (-0.3, 0.4),
        (-0.55, 0.0),
    ]
    tile.fill(picture, place.at(cup), colours.petal)
    tile.fill(picture, place.at([(0.0, -0.85), (0.2, -0.2), (0.0, 0.4), (-0.2, -0.2)]), colours.shade)


def _bud(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    _petals(tile, picture, _Place(place.x, place.y, 0.7 * place.radius, place.turn), (_WIDE, 3), colours.petal)


def _leaf_pair(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    for sign in (-1, 1):
        tile.fill(picture, place.at(_LEAF * (sign, 1)), colours.leaf)
    tile.line(picture, place.at([(-0.8, 0), (0.8, 0)]), 0.05 * place.radius, tone(colours.leaf, 0.75))


def _sprig(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    """A bent stem with leaves on both sides."""
    t = np.linspace(-1, 1, 7)
    stem = np.stack([1.3 * t, 0.35 * t**2], 1)
    tile.line(picture, place.at(stem), 0.06 * place.radius, colours.leaf)
    for k, (x, y) in enumerate(stem[1:]):
        angle = (0.9 if k % 2 else -0.9) + 0.5 * x
        c, s = np.cos(angle), np.sin(angle)
        tile.fill(picture, place.at(_LEAF * 0.6 @ np.array([[c, s], [-s, c]]) + (x, y)), colours.leaf)


def _berries(tile: Sheet, picture: Picture, place: _Place, colours: _Colours) -> None:
    for x, y in ((0.0, -0.5), (0.5, 0.2), (-0.4, 0.3)):
        tile.line(picture, place.at([(0.0, 0.9), (x, y)]), 0.05 * place.radius, colours.leaf)
        tile.disc(picture, place.at([(x, y)])[0], 0.2 * place.radius, colours.shade)


_FLOWERS: tuple[Motif, ...] = (_daisy, _blossom, _poppy, _rose, _tulip, _bud)
_GREENERY: tuple[Motif, ...] = (_leaf_pair, _sprig, _berries)
