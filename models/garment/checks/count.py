"""Is one garment in the picture, once?"""

import numpy as np

from models.garment.checks.frame import LONGEST_CONTACT, cuts
from models.garment.checks.picture import CheckedGarment
from models.garment.checks.pieces import Piece
from models.garment.cutout import SMALLEST
from schemas.findings import Finding, FindingCode, Severity

# Shorts are an eighth of a coat in area; a belt, a scarf's end, a hanger or a tag that lies apart is less.
LEAST_SHARE = 0.12
# White stripes before white tear a garment into bands: their facing ends agree in place and width within a tenth, and
# the gap is under a tenth of their height. A top and a skirt that are laid out differ at hem and waistband.
_SAME_END, _STRIPE, _END = 0.1, 0.1, 4


def several_garments(picture: CheckedGarment) -> Finding | None:
    """Warns of more than one garment, or one shown several times: the try-on needs one garment once.

    Value: how many there are; of worn garments, how many people wear some.
    """
    count = _wearers(picture) if picture.people else 1 if picture.worn else _garments(picture.standing_out)
    if count < 2:
        return None
    return picture.finding(FindingCode.SEVERAL_GARMENTS, Severity.WARN, count, 2)


def _wearers(picture: CheckedGarment) -> int:
    sizes = [float((person.mask >= 0.5).sum()) for person in picture.people]
    return sum(size > sizes[0] / 3 for size in sizes)


def _garments(pieces: tuple[Piece, ...]) -> int:
    """Pieces without those that are only a further part of a larger one."""
    if not pieces or pieces[0].area < SMALLEST:
        return 0
    found: list[Piece] = []
    for piece in pieces:
        if piece.mask.sum() < LEAST_SHARE * pieces[0].mask.sum():
            break
        if not any(_is_band(piece, other) or _cut_alike(piece, other) for other in found):
            found.append(piece)
    return len(found)


def _cut_alike(first: Piece, second: Piece) -> bool:
    """True if the frame cuts both at the same edge, as it does legs below the crotch: beyond it they may be one."""
    return any(min(a, b) >= LONGEST_CONTACT for a, b in zip(cuts(first), cuts(second), strict=True))


def _is_band(first: Piece, second: Piece) -> bool:
    upper, lower = sorted((first, second), key=lambda piece: piece.box[1])
    height = upper.box[3]
    gap = lower.box[1] - (upper.box[1] + height)
    if not -3 <= gap < _STRIPE * (height + lower.box[3]):
        return False
    (left, right), (left_below, right_below) = _ends(upper, True), _ends(lower, False)
    allowed = _SAME_END * max(right - left, right_below - left_below)
    return abs(left - left_below) < allowed and abs(right - right_below) < allowed


def _ends(piece: Piece, below: bool) -> tuple[int, int]:
    """The first and the last column of its last rows, or of its first."""
    x, y, width, height = piece.box
    rows = piece.mask[y : y + height, x : x + width]
    line = np.nonzero((rows[-_END:] if below else rows[:_END]).any(0))[0]
    return x + int(line[0]), x + int(line[-1])
