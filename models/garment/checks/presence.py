"""Is there a garment in the picture?"""

from models.garment.checks.picture import CheckedGarment
from models.garment.checks.shape import Shape
from models.garment.cutout import SMALLEST
from schemas.findings import Finding, FindingCode, Severity

# A hem is cut straight, so a garment ends about as wide as it is just above; what stands by itself is round at its foot
# or stands on a corner. Waisted, flared and balloon-shaped garments end at 0.8 of their width and more.
_FOOT = 0.75
# Outlines without a notch: 0.96 of their hull allows for the unevenness of an edge of one pixel in two hundred.
_CONVEX = 0.96
# A waist is at least 5 % narrower than what is under it; mugs, boxes, phones, books and towels go straight down.
_STRAIGHT = 0.97
# A ball, a plate, a hat from above: of a square 0.91 lies in the ellipse of equal moments, of a ball all.
_ROUND = 0.95
# A frame of lines, a hook, a letter: cloth is at no place everywhere thinner than 6 % of the garment's size.
_THIN = 0.08
# Letters and drawings are many pieces of one size; a garment is half of what stands out even beside its tag and hanger.
_MANY, _SCATTERED = 8, 0.35


def no_garment(picture: CheckedGarment) -> Finding | None:
    """Rejects a picture in which nothing stands out, or nothing like a garment.

    Value: the share of the picture that a garment takes, 0 where what is seen is none.
    """
    if picture.people or picture.bare:
        return None
    pieces = picture.standing_out
    largest = pieces[0].area if pieces else 0.0
    if largest >= SMALLEST and not _is_scattered([piece.area for piece in pieces]) and not _is_thing(pieces[0].shape):
        return None
    value = largest if largest < SMALLEST else 0.0
    return picture.finding(FindingCode.NO_GARMENT, Severity.REJECT, value, SMALLEST)


def _is_scattered(areas: list[float]) -> bool:
    return len(areas) >= _MANY and areas[0] < _SCATTERED * sum(areas)


def _is_thing(shape: Shape) -> bool:
    """True for outlines that no garment has. What is merely odd is a garment: shops know what they sell."""
    if shape.thickness < _THIN:
        return True
    if shape.split or shape.sleeved > 0.05:
        return False
    return _is_round(shape) or _is_block(shape) or _stands(shape) or _is_vessel(shape)


def _is_round(shape: Shape) -> bool:
    return shape.ellipse >= _ROUND


def _is_block(shape: Shape) -> bool:
    """As wide above as below, with no waist and no notch."""
    widths = [shape.width(share) for share in (0.1, 0.25, 0.5, 0.75)]
    return shape.solidity >= _CONVEX and min(widths) >= _STRAIGHT * max(widths)


def _stands(shape: Shape) -> bool:
    """Without a notch and narrow at its foot: a ball, a mug, a box on its corner."""
    return shape.solidity >= _CONVEX and shape.width(0.97) < _FOOT


def _is_vessel(shape: Shape) -> bool:
    """Turned: neck, belly and a narrow foot, smooth in between and alike on both sides. A sleeve's or a hem's end shows
    as a step; a vessel loses under a tenth of its width within 3 % of its height."""
    below = shape.widths[50:98]
    step = float((below[:-3] - below[3:]).max())
    foot = shape.width(0.97) < _FOOT * shape.width(0.4, 0.9)
    return foot and step < 0.1 and shape.symmetry > 0.9 and shape.single > 0.95
