"""What is printed in one place: a logo, words, numbers, large pictures. Sizes in metres, centred where it is put."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.prints.lettering import WORDS, lettering, sample_lettering
from models.synthetic.prints.palette import Colour, Palette, lightness, tone
from models.synthetic.prints.sheet import Picture, Sheet, blend

Point = tuple[float, float]
Box = tuple[Point, Point]  # its middle and its size, metres


_READABLE = 0.35  # of relative luminance between ink and cloth: below, letters of 2 cm are hard to make out at 2 m


@dataclass(frozen=True, eq=False)
class Placed:
    """A print of `size` metres (width, height); `paint` lays it on a sheet, its middle at a point."""

    size: Point
    paint: Callable[[Sheet, Picture, Point], None]
    has_text: bool = False


def words(rng: np.random.Generator, palette: Palette, width: float) -> Placed:
    """One or two lines of text, at most `width` metres wide."""
    lines = [str(WORDS[int(rng.integers(len(WORDS)))])]
    if rng.random() < 0.35:
        lines.append(str(WORDS[int(rng.integers(len(WORDS)))]))
    face = sample_lettering(rng)
    masks = [lettering(line, face) for line in lines]
    first = width * rng.uniform(0.7, 1.0)
    sizes = [
        (w := first * (1.0 if k == 0 else rng.uniform(0.45, 0.8)), w * m.shape[0] / m.shape[1])
        for k, m in enumerate(masks)
    ]
    tall = max(height for _, height in sizes)
    if tall > 0.4 * width:
        sizes = [(w * 0.4 * width / tall, h * 0.4 * width / tall) for w, h in sizes]
    ink = _ink(palette)
    total = sum(height for _, height in sizes) * 1.25

    def paint(sheet: Sheet, picture: Picture, at: Point) -> None:
        y = at[1] - total / 2
        for mask, (w, h) in zip(masks, sizes, strict=True):
            stamp(sheet, picture, mask, ((at[0], y + h / 2), (w, h)), ink)
            y += h * 1.3

    return Placed((first, total), paint, has_text=True)


def number(rng: np.random.Generator, palette: Palette, width: float) -> Placed:
    """A team number, outlined, some with a word above."""
    mask = lettering(str(int(rng.integers(1, 100))), sample_lettering(rng, heavy=True))
    height = width * rng.uniform(0.6, 0.85)
    wide = min(height * mask.shape[1] / mask.shape[0], width)
    above = lettering(str(WORDS[int(rng.integers(len(WORDS)))]).upper(), sample_lettering(rng, heavy=True))
    ink = _ink(palette)
    rim = tone(ink, 0.45) if lightness(ink) > 0.4 else tone(ink, 2.6)
    titled = rng.random() < 0.5

    def paint(sheet: Sheet, picture: Picture, at: Point) -> None:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (11, 11))
        grown = np.asarray(cv2.dilate(mask, kernel), np.uint8)
        stamp(sheet, picture, grown, (at, (wide, height)), rim)
        stamp(sheet, picture, mask, (at, (wide, height)), ink)
        if titled:
            size = (0.9 * width, min(0.9 * width * above.shape[0] / above.shape[1], 0.05))
            stamp(sheet, picture, above, ((at[0], at[1] - height / 2 - size[1]), size), ink)

    return Placed((width, height), paint, has_text=True)


def logo(rng: np.random.Generator, palette: Palette, width: float) -> Placed:
    """A small mark, some with a word beneath or beside it."""
    mark = _MARKS[int(rng.integers(len(_MARKS)))]
    ink, second = _ink(palette), palette.accent(1)
    named = rng.random() < 0.35
    name = lettering(str(WORDS[int(rng.integers(len(WORDS)))]).lower(), sample_lettering(rng))

    def paint(sheet: Sheet, picture: Picture, at: Point) -> None:
        mark(sheet, picture, at, width / 2, (ink, second))
        if named:
            size = (1.3 * width, 1.3 * width * name.shape[0] / name.shape[1])
            stamp(sheet, picture, name, ((at[0], at[1] + 0.55 * width + size[1] / 2), size), ink)

    return Placed((width, width), paint, has_text=named)


def stamp(sheet: Sheet, picture: Picture, mask: npt.NDArray[np.uint8], box: Box, ink: Colour) -> None:
    """Prints a mask (h, w; 0..255) into a box; what lies beyond the sheet is left out."""
    centre, size = box
    columns, rows = (max(round(length * sheet.scale), 1) for length in size)
    small = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8)
    left = round((centre[0] + sheet.width / 2) * sheet.scale - columns / 2)
    top = round(centre[1] * sheet.scale - rows / 2)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + rows, picture.shape[0]), min(left + columns, picture.shape[1])
    if y1 > y0 and x1 > x0:
        blend(picture[y0:y1, x0:x1], np.ascontiguousarray(small[y0 - top : y1 - top, x0 - left : x1 - left]), ink)


def _ink(palette: Palette) -> Colour:
    """The first accent that can be read on the ground, else black or white."""
    ground = lightness(palette.ground)
    for colour in palette.accents:
        if abs(lightness(colour) - ground) > _READABLE:
            return colour
    return (24, 24, 26) if ground > 0.5 else (244, 242, 238)


Mark = Callable[[Sheet, Picture, Point, float, tuple[Colour, Colour]], None]


def _star(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    angle = np.arange(10) * np.pi / 5 - np.pi / 2
    size = np.where(np.arange(10) % 2, 0.42, 1.0) * radius
    sheet.fill(picture, np.stack([at[0] + size * np.cos(angle), at[1] + size * np.sin(angle)], 1), inks[0])


def _ring(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    sheet.disc(picture, at, radius, inks[0])
    sheet.disc(picture, at, 0.72 * radius, inks[1])
    sheet.disc(picture, at, 0.4 * radius, inks[0])


def _peaks(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    x, y = at
    low = y + 0.6 * radius
    sheet.fill(picture, [(x - radius, low), (x - 0.3 * radius, y - 0.7 * radius), (x + 0.4 * radius, low)], inks[0])
    sheet.fill(picture, [(x - 0.1 * radius, low), (x + 0.45 * radius, y - 0.3 * radius), (x + radius, low)], inks[1])


def _leaf(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    t = np.linspace(0, 1, 16)
    bulge = 0.5 * radius * np.sin(np.pi * t)
    y = at[1] - radius + 2 * radius * t
    sheet.fill(
        picture, np.concatenate([np.stack([at[0] + bulge, y], 1), np.stack([at[0] - bulge, y], 1)[::-1]]), inks[0]
    )
    sheet.line(picture, [(at[0], at[1] - 0.6 * radius), (at[0], at[1] + 1.2 * radius)], 0.08 * radius, inks[1])


def _dunes(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    t = np.linspace(-1, 1, 24)
    for k in range(3):
        y = at[1] + radius * (-0.5 + 0.5 * k + 0.16 * np.sin(2 * np.pi * t))
        sheet.line(picture, np.stack([at[0] + radius * t, y], 1), 0.2 * radius, inks[k % 2])


def _diamond(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    for size, ink in ((1.0, inks[0]), (0.72, inks[1]), (0.5, inks[0])):
        r = size * radius
        sheet.fill(picture, [(at[0] - r, at[1]), (at[0], at[1] - r), (at[0] + r, at[1]), (at[0], at[1] + r)], ink)


def _bolt(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    shape = np.array([(0.15, -1), (-0.55, 0.15), (-0.05, 0.15), (-0.2, 1), (0.55, -0.25), (0.05, -0.25), (0.4, -1)])
    sheet.fill(picture, np.array(at) + shape * radius, inks[0])


def _heart(sheet: Sheet, picture: Picture, at: Point, radius: float, inks: tuple[Colour, Colour]) -> None:
    t = np.linspace(0, 2 * np.pi, 40)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    sheet.fill(picture, np.array(at) + np.stack([x, y], 1) / 17 * radius, inks[0])


_MARKS: tuple[Mark, ...] = (_star, _ring, _peaks, _leaf, _dunes, _diamond, _bolt, _heart)
