"""What the tailor leaves on the cloth: seams, hems, ribs, waistbands, plackets, pockets, buttons.

These make a picture of cloth a garment. A closed line is an area with its own cloth, an open one a seam or stitching;
both are drawn in colour and, where there is a relief, in height.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.garments.garment import Seam
from models.synthetic.prints.palette import Colour, lightness
from models.synthetic.prints.sheet import Field, Picture, Sheet, blend

Line = npt.NDArray[np.float64]  # (N, 2), metres on the sheet
Cover = npt.NDArray[np.uint8]  # (h, w), 0..255

_STITCH = 0.003  # metres of a stitch, with its gap; ISO 4915's usual 3 to 4 stitches a centimetre
_TWIN = 0.0055  # metres between the needles of a twin-needle hem
_TEETH = 0.005  # metres: a third of the edge of a garment's triangles
_RIB = 0.0036  # metres from rib to rib of a 2x1 neckband


@dataclass(frozen=True)
class Trim:
    """How a garment is finished: thread and buttons in their colours; `rib` is a knitted band's colour, None: none."""

    thread: Colour
    button: Colour
    band: Colour | None = None
    ribbed: bool = True
    visible: float = 0.5  # 0..1: how much the stitching stands out


@dataclass(frozen=True, eq=False)
class Panel:
    """What is drawn on, in place: colours (H, W, 3) and heights (H, W; metres) of a sheet."""

    sheet: Sheet
    picture: Picture
    relief: Field


def construct(panel: Panel, seams: tuple[Seam, ...], trim: Trim, back: bool) -> None:
    """Draws those seams that lie on the panel: the back's if `back`."""
    sheet = panel.sheet
    here = [(seam, line) for seam in seams if (line := _on_panel(seam, sheet, back)) is not None]
    for seam, line in here:
        if seam.kind != "button" and _closed(seam):
            _area(panel, seam, line, trim)
    for seam, line in here:
        if seam.kind != "button":
            _seam(panel, seam, line, trim)
    for seam, line in here:
        if seam.kind == "button":
            _button(panel, line[0], trim.button)


def _on_panel(seam: Seam, sheet: Sheet, back: bool) -> Line | None:
    """The seam's line in metres, None if it is on the other panel."""
    texels = np.asarray(seam.line, np.float64)
    if len(texels) == 0 or (texels[:, 0].mean() >= 0.5) != back:
        return None
    x = (np.mod(texels[:, 0], 0.5) if len(texels) == 1 else texels[:, 0] - (0.5 if back else 0.0)) * 2 * sheet.width
    return np.stack([x - sheet.width / 2, (1 - texels[:, 1]) * sheet.height], 1)


def _closed(seam: Seam) -> bool:
    return len(seam.line) > 3 and seam.line[0] == seam.line[-1]


def _area(panel: Panel, seam: Seam, line: Line, trim: Trim) -> None:
    sheet, picture, relief = panel.sheet, panel.picture, panel.relief
    cover = np.zeros(sheet.shape, np.uint8)
    sheet.fill(cover, line, 255)
    x, y, w, h = cv2.boundingRect(cover)
    if w == 0:
        return
    where = np.s_[y : y + h, x : x + w]
    part = _evened(np.ascontiguousarray(cover[where]), sheet)
    share = part.astype(np.float32)[..., None] / 255
    under = picture[where].astype(np.float32)
    band = under if trim.band is None or seam.kind != "rib" else np.asarray(trim.band, np.float32)
    if seam.kind == "rib" and trim.ribbed:
        ridge = _ribs(sheet, line, where)
        band = np.broadcast_to(band * (1 + 0.22 * ridge)[..., None], under.shape)
        relief[where] += share[..., 0] * 0.0007 * ridge
    elif seam.kind in {"waistband", "placket", "collar", "cuff"}:
        band = band * 0.975
        relief[where] += share[..., 0] * 0.0005
    picture[where] = np.clip(under + share * (band - under) + 0.5, 0, 255).astype(np.uint8)


def _evened(cover: Cover, sheet: Sheet) -> Cover:
    """The same area without the teeth that triangles leave on its border."""
    blur = _TEETH * sheet.scale
    soft = cv2.GaussianBlur(cover, (0, 0), blur, borderType=cv2.BORDER_REPLICATE).astype(np.float32)
    # Half-way between inside and outside is the border; it is one texel wide again.
    return np.asarray(np.clip((soft - 127.5) * max(blur, 1.0) * 1.5 + 127.5, 0, 255), np.uint8)


def _ribs(sheet: Sheet, line: Line, where: tuple[slice, slice]) -> Field:
    """Ridges across the band's long side, -0.5..0.5."""
    _, (first, second), turn = cv2.minAreaRect((line * 1000).astype(np.float32))
    angle = np.radians(turn if first >= second else turn + 90)
    x, y = sheet.x[None, where[1]], sheet.y[where[0], None]
    along = x * np.cos(angle) + y * np.sin(angle)
    # Finer than two texels a rib cannot be drawn: then as coarse as can be.
    period = max(_RIB, 3.2 / sheet.scale)
    return np.asarray(np.abs(np.sin(np.pi * along / period)) - 0.6, np.float32)


def _seam(panel: Panel, seam: Seam, line: Line, trim: Trim) -> None:
    """A groove where cloth meets cloth, and stitching beside it."""
    sheet, picture = panel.sheet, panel.picture
    if seam.kind in {"hem", "cuff"} and not _closed(seam):
        for offset in (0.0, _TWIN):
            _stitches(sheet, picture, line - np.array([0.0, offset]), trim)
        _groove(panel, line, 0.16, 0.0004)
    elif seam.kind == "zip":
        _zip(panel, line, trim)
    elif seam.kind == "cord":
        sheet.line(picture, line + np.array([0.0015, 0.001]), 0.006, tuple(int(v * 0.55) for v in trim.button))
        sheet.line(picture, line, 0.005, trim.button)
        sheet.line(picture, line[-2:], 0.005, (120, 120, 122))
    elif seam.kind in {"pocket", "fly", "placket", "waistband", "collar", "cuff"}:
        _groove(panel, line, 0.26, 0.0009)
        if seam.kind != "collar":
            for offset in (0.003, 0.0085) if seam.kind in {"pocket", "fly"} and trim.visible > 0.7 else (0.003,):
                _stitches(sheet, picture, _offset(line, offset), trim)
    else:
        _groove(panel, line, 0.22, 0.0006)


def _zip(panel: Panel, line: Line, trim: Trim) -> None:
    """A zip of 12 mm: the cloth's edges stitched down on both sides of the teeth, which are of metal."""
    sheet, picture = panel.sheet, panel.picture
    _groove(panel, line, 0.2, 0.0012)
    sheet.line(picture, line, 0.0042, (124, 124, 126))
    for offset in (-0.006, 0.006):
        _stitches(sheet, picture, _offset(line, offset), trim)


def _groove(panel: Panel, line: Line, dark: float, depth: float) -> None:
    """A soft dark line, `depth` metres deep."""
    sheet, picture, relief = panel.sheet, panel.picture, panel.relief
    cover = np.zeros(sheet.shape, np.uint8)
    sheet.line(cover, line, 0.0022, 255)
    x, y, w, h = cv2.boundingRect(cover)
    pad = 4
    where = np.s_[max(y - pad, 0) : y + h + pad, max(x - pad, 0) : x + w + pad]
    soft = cv2.GaussianBlur(cover[where], (0, 0), max(0.0012 * sheet.scale, 0.7)).astype(np.float32) / 255
    picture[where] = (picture[where] * (1 - dark * soft)[..., None]).astype(np.uint8)
    relief[where] -= depth * soft


def _stitches(sheet: Sheet, picture: Picture, line: Line, trim: Trim) -> None:
    """A row of stitches: dashes where they can be told apart, a paler line where not."""
    cover = np.zeros(sheet.shape, np.uint8)
    if _STITCH * sheet.scale < 4:
        sheet.line(cover, line, 0.0009, 255)
        blend(picture, (cover * (0.35 + 0.65 * trim.visible)).astype(np.uint8), trim.thread)
        return
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0, at[-1], _STITCH)
    ends = np.minimum(starts + 0.72 * _STITCH, at[-1])
    for start, end in zip(starts, ends, strict=True):
        piece = np.stack([np.interp([start, end], at, line[:, k]) for k in range(2)], 1)
        sheet.line(cover, piece, 0.0009, 255)
    blend(picture, (cover * (0.35 + 0.65 * trim.visible)).astype(np.uint8), trim.thread)


def _offset(line: Line, distance: float) -> Line:
    """The line moved sideways, to its left."""
    along = np.gradient(line, axis=0)
    across = np.stack([along[:, 1], -along[:, 0]], 1)
    return np.asarray(line + distance * across / np.maximum(np.hypot(*across.T), 1e-9)[:, None], np.float64)


def _button(panel: Panel, at: npt.NDArray[np.float64], colour: Colour) -> None:
    """A button of 11 mm with its shadow, rim and holes."""
    sheet, picture = panel.sheet, panel.picture
    radius = 0.0055
    x, y = (float(value) for value in at)
    sheet.disc(picture, (x + 0.0006, y + 0.0012), radius * 1.08, tuple(int(v * 0.55) for v in colour))
    sheet.disc(picture, at, radius, colour)
    sheet.disc(picture, (x - 0.0004, y - 0.0006), radius * 0.75, tuple(min(int(v * 1.08) + 6, 255) for v in colour))
    if sheet.scale * radius > 5:
        hole = (40, 38, 36) if lightness(colour) > 0.3 else (120, 118, 115)
        for dx in (-0.0012, 0.0012):
            for dy in (-0.0012, 0.0012):
                sheet.disc(picture, (x + dx, y + dy), 0.0006, hole)
    row, column = int(y * sheet.scale), int((x + sheet.width / 2) * sheet.scale)
    reach = max(round(radius * sheet.scale), 1)
    panel.relief[max(row - reach, 0) : row + reach, max(column - reach, 0) : column + reach] += np.float32(0.0015)
