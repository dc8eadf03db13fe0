"""Large pictures on the chest: sunsets, landscapes, cut-outs, faces of plain shapes, flowers, bursts."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.prints.palette import Colour, Palette, sample_palette, tone
from models.synthetic.prints.placed import Placed, Point, words
from models.synthetic.prints.sheet import Picture, Sheet, blend

_SUPERSAMPLE = 2
Cover = npt.NDArray[np.uint8]  # (H, W), 0..255
Drawing = Callable[[np.random.Generator, Sheet, Picture, list[Colour]], Cover | None]


def graphic(rng: np.random.Generator, palette: Palette, width: float) -> Placed:
    """A picture of `width` metres, some with words beneath."""
    inks = [*palette.accents, *sample_palette(rng, 3, neutral=0.15, contrast=0.18).accents]
    drawing = _DRAWINGS[int(rng.integers(len(_DRAWINGS)))]
    height = width * float(rng.uniform(0.85, 1.2))
    caption = words(rng, palette, 0.8 * width) if rng.random() < 0.4 else None
    seed = int(rng.integers(1 << 32))

    def paint(sheet: Sheet, picture: Picture, at: Point) -> None:
        canvas = Sheet(width, height, sheet.scale * _SUPERSAMPLE)
        drawn = canvas.blank(palette.ground)
        local = np.random.default_rng(seed)
        cover = drawing(local, canvas, drawn, inks)
        if cover is None:
            cover = np.where((drawn != np.array(palette.ground)).any(2), 255, 0).astype(np.uint8)
        _lay(sheet, picture, at, drawn, cover)
        if caption is not None:
            caption.paint(sheet, picture, (at[0], at[1] + height / 2 + 0.6 * caption.size[1] + 0.01))

    return Placed((width, height), paint, has_text=caption is not None)


def _lay(sheet: Sheet, picture: Picture, at: Point, drawn: Picture, cover: Cover) -> None:
    rows, columns = drawn.shape[0] // _SUPERSAMPLE, drawn.shape[1] // _SUPERSAMPLE
    small = cv2.resize(drawn, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8)
    mask = cv2.resize(cover, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8)
    left = round((at[0] + sheet.width / 2) * sheet.scale - columns / 2)
    top = round(at[1] * sheet.scale - rows / 2)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + rows, picture.shape[0]), min(left + columns, picture.shape[1])
    if y1 > y0 and x1 > x0:
        inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        blend(picture[y0:y1, x0:x1], np.ascontiguousarray(mask[inside]), np.ascontiguousarray(small[inside]))


def _window(rng: np.random.Generator, sheet: Sheet) -> Cover:
    """The cover of a round, arched or square picture."""
    cover = np.zeros(sheet.shape, np.uint8)
    w, h = sheet.width, sheet.height
    sort = int(rng.integers(3))
    if sort == 0:
        sheet.disc(cover, (0, h / 2), min(w, h) / 2 * 0.98, 255)
    elif sort == 1:
        sheet.fill(cover, [(-0.42 * w, 0.4 * h), (0.42 * w, 0.4 * h), (0.42 * w, 0.98 * h), (-0.42 * w, 0.98 * h)], 255)
        sheet.disc(cover, (0, 0.4 * h + 0.02 * h), 0.42 * w, 255)
    else:
        sheet.fill(
            cover, [(-0.48 * w, 0.04 * h), (0.48 * w, 0.04 * h), (0.48 * w, 0.96 * h), (-0.48 * w, 0.96 * h)], 255
        )
    return cover


def sunset(rng: np.random.Generator, sheet: Sheet, picture: Picture, inks: list[Colour]) -> None:
    """A striped sun that sinks into the ground."""
    radius, middle = 0.46 * sheet.width, 0.5 * sheet.height
    top, bottom = np.array(inks[0], float), np.array(inks[1], float)
    cover = np.zeros(sheet.shape, np.uint8)
    sheet.disc(cover, (0, middle), radius, 255)
    for k in range(7):
        y = middle + radius * (0.05 + 0.95 * k / 7)
        thick = radius * (0.02 + 0.016 * k)
        sheet.fill(cover, [(-radius, y), (radius, y), (radius, y + thick), (-radius, y + thick)], 0)
    share = np.clip((sheet.y - middle + radius) / (2 * radius), 0, 1)[:, None]
    fade = np.broadcast_to((top + (bottom - top) * share)[:, None], picture.shape).astype(np.uint8)
    blend(picture, cover, np.ascontiguousarray(fade))
    if rng.random() < 0.5:
        _palm(sheet, picture, (0.18 * sheet.width, middle + radius), radius, tone(inks[2], 0.3))


def _palm(sheet: Sheet, picture: Picture, foot: Point, size: float, ink: Colour) -> None:
    t = np.linspace(0, 1, 8)
    trunk = np.stack([foot[0] - 0.25 * size * t**2, foot[1] - 1.25 * size * t], 1)
    sheet.line(picture, trunk, 0.06 * size, ink)
    for angle in np.linspace(-2.9, 0.1, 7):
        tip = trunk[-1] + 0.62 * size * np.array([np.cos(angle), np.sin(angle) * 0.5])
        droop = tip + np.array([0, 0.22 * size])
        middle = (trunk[-1] + tip) / 2 - np.array([0, 0.10 * size])
        sheet.fill(picture, [trunk[-1], middle, droop, (trunk[-1] + droop) / 2 - np.array([0, 0.02 * size])], ink)


def landscape(rng: np.random.Generator, sheet: Sheet, picture: Picture, inks: list[Colour]) -> Cover:
    """Ranges of hills before a sun."""
    w, h = sheet.width, sheet.height
    picture[:] = tone(inks[0], 1.5)
    sheet.disc(picture, (float(rng.uniform(-0.2, 0.2)) * w, 0.35 * h), 0.14 * w, inks[1])
    x = np.linspace(-w / 2, w / 2, 40)
    for k in range(4):
        level = h * (0.45 + 0.14 * k)
        swing = h * 0.12
        phase = rng.uniform(0, 6.28, 3)
        y = level + swing * (0.5 * np.sin(6 * x / w + phase[0]) + 0.3 * np.sin(13 * x / w + phase[1]))
        sheet.fill(
            picture,
            np.concatenate([np.stack([x, y], 1), [(w / 2, h), (-w / 2, h)]]),
            tone(inks[(k + 2) % len(inks)], 1.0 - 0.12 * k),
        )
    return _window(rng, sheet)


def cut_outs(rng: np.random.Generator, sheet: Sheet, picture: Picture, inks: list[Colour]) -> None:
    """Overlapping organic and plain shapes."""
    w, h = sheet.width, sheet.height
    for k in range(7):
        at = np.array([rng.uniform(-0.28, 0.28) * w, rng.uniform(0.25, 0.75) * h])
        size, ink = w * rng.uniform(0.1, 0.24), inks[k % len(inks)]
        sort = int(rng.integers(4))
        if sort == 0:
            sheet.disc(picture, at, size * 0.8, ink)
        elif sort == 1:
            angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
            radius = size * (
                1 + 0.25 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.18 * np.sin(3 * angle + rng.uniform(0, 6))
            )
            sheet.fill(picture, at + np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), ink)
        elif sort == 2:
            angle = np.linspace(0, np.pi, 20) + rng.uniform(0, 6.28)
            sheet.fill(picture, at + size * np.stack([np.cos(angle), np.sin(angle)], 1), ink)
        else:
            t = np.linspace(-1, 1, 30)
            sheet.line(picture, at + size * np.stack([t, 0.3 * np.sin(6 * t)], 1), 0.012 * w, ink)


def face(_: np.random.Generator, sheet: Sheet, picture: Picture, inks: list[Colour]) -> None:
    """A face of plain shapes, half in shade."""
    w, h = sheet.width, sheet.height
    angle = np.linspace(0, 2 * np.pi, 60)
    outline = np.stack([0.30 * w * np.cos(angle), h / 2 + 0.40 * h * np.sin(angle)], 1)
    sheet.fill(picture, outline + np.array([0.06 * w, 0.02 * h]), inks[3])
    sheet.fill(picture, outline, inks[0])
    sheet.fill(picture, np.concatenate([outline[(outline[:, 0] < 1e-9)], [(0.05 * w, 0.45 * h)]]), inks[1])
    dark: Colour = (26, 24, 28)
    nose = [(0, 0.34 * h), (0.09 * w, 0.58 * h), (-0.02 * w, 0.60 * h)]
    sheet.line(picture, nose, 0.012 * w, dark)
    for sign in (-1, 1):
        centre = (sign * 0.13 * w, 0.42 * h)
        sheet.disc(picture, centre, 0.055 * w, (248, 244, 236))
        sheet.disc(picture, centre, 0.028 * w, dark)
        t = np.linspace(-1, 1, 9)
        brow = np.stack([centre[0] + 0.08 * w * t, centre[1] - 0.10 * h + 0.03 * h * t**2], 1)
        sheet.line(picture, brow, 0.016 * w, dark)
    lips = np.linspace(-1, 1, 13)
    upper = np.stack([0.10 * w * lips, 0.70 * h - 0.018 * h * np.cos(3 * np.pi * lips) - 0.01 * h], 1)
    lower = np.stack([0.10 * w * lips, 0.70 * h + 0.05 * h * (1 - lips**2)], 1)
    sheet.fill(picture, np.concatenate([upper, lower[::-1]]), inks[2])


def bouquet(rng: np.random.Generator, sheet: Sheet, picture: Picture, inks: list[Colour]) -> None:
    """Stems with round flowers, tied."""
    w, h = sheet.width, sheet.height
    green = (74, 104, 70)
    for k in range(7):
        t = (k - 3) / 3
        tip = np.array([0.36 * w * t, h * (0.18 + 0.12 * t * t + float(rng.uniform(0, 0.08)))])
        stem = np.array([(0.02 * w * t, 0.95 * h), (0.08 * w * t, 0.6 * h), tip.tolist()])
        sheet.line(picture, stem, 0.008 * w, green)
        radius, ink = w * float(rng.uniform(0.055, 0.095)), inks[k % 4]
        for petal in range(7):
            angle = 2 * np.pi * petal / 7
            sheet.disc(picture, tip + radius * 0.75 * np.array([np.cos(angle), np.sin(angle)]), radius * 0.5, ink)
        sheet.disc(picture, tip, radius * 0.42, tone(ink, 0.6))
        leaf = np.array([0.2 * w * t, 0.55 * h])
        sheet.fill(
            picture,
            leaf + np.array([(0, 0), (0.06, -0.08), (0.02, -0.12), (-0.03, -0.05)]) * (w, h),
            green,
        )


def burst(rng: np.random.Generator, sheet: Sheet, picture: Picture, inks: list[Colour]) -> Cover:
    """Rays, or rings, in a round or square frame."""
    middle, reach = (0.0, sheet.height / 2), sheet.width
    picture[:] = inks[0]
    if rng.random() < 0.5:
        for k in range(16):
            angle = np.pi * k / 8 + np.array([0.0, np.pi / 16])
            tips = np.stack([middle[0] + reach * np.cos(angle), middle[1] + reach * np.sin(angle)], 1)
            sheet.fill(picture, [middle, *tips], inks[1])
        sheet.disc(picture, middle, 0.2 * sheet.width, inks[2])
    else:
        for k in range(6):
            sheet.disc(
                picture,
                (0.03 * k * sheet.width, middle[1] - 0.03 * k * sheet.width),
                sheet.width * (0.5 - 0.08 * k),
                inks[k % 4],
            )
    return _window(rng, sheet)


_DRAWINGS: tuple[Drawing, ...] = (sunset, landscape, cut_outs, face, bouquet, burst)
