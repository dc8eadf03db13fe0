"""Is there a garment in the picture?"""

import cv2
import numpy as np

from models.garment.checks.frame import LONGEST_CONTACT, cuts
from models.garment.checks.picture import CheckedGarment
from models.garment.checks.pieces import Piece
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
_MANY, _SCATTERED = 8, 0.5
# A page has hundreds of letters.
_LETTERS = 40
# A scene fills an edge but for a tenth, and a third of its neighbours. Three quarters of plain cloth are within 12 in
# Lab of its own colour, in light and shade.
_FILLED, _MUCH, _OTHER_COLOURS = 0.9, 0.33, 12.0


def no_garment(picture: CheckedGarment) -> Finding | None:
    """Rejects a picture in which nothing stands out, or nothing like a garment.

    Value: the share of the picture that a garment takes, 0 where what is seen is none.
    """
    if picture.people or picture.worn:
        return None
    pieces = picture.standing_out
    largest = pieces[0].area if pieces else 0.0
    if largest < SMALLEST:
        nothing, value = not _is_outlined(pieces), largest
    else:
        nothing = _is_scattered(pieces) or _is_scene(picture, pieces[0]) or _is_thing(pieces[0])
        value = 0.0
    if not nothing:
        return None
    return picture.finding(FindingCode.NO_GARMENT, Severity.REJECT, value, SMALLEST)


def _is_outlined(pieces: tuple[Piece, ...]) -> bool:
    """True if specks lie around a garment's place, as what is seen of a white shirt before white in strong light."""
    if not pieces:
        return False
    _, _, width, height = cv2.boundingRect(np.any([piece.mask for piece in pieces], axis=0).astype(np.uint8))
    return len(pieces) > 2 and width * height > 5 * SMALLEST * pieces[0].mask.size


def _is_scattered(pieces: tuple[Piece, ...]) -> bool:
    areas = [piece.area for piece in pieces]
    return len(areas) >= _MANY and areas[0] < _SCATTERED * sum(areas)


def _is_scene(picture: CheckedGarment, piece: Piece) -> bool:
    """True if what stands out fills an edge of the frame and much of two more, and not with one cloth: a landscape, a
    room. A close-up of a print is taken for one, too; neither shows a garment."""
    mask = piece.mask
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    filled = sorted(float(edge.mean()) for edge in edges)
    if filled[-1] < _FILLED or filled[-3] < _MUCH:
        return False
    lab = cv2.cvtColor(picture.small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    rim = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])[np.concatenate(edges)]
    return float(np.percentile(np.linalg.norm(rim - np.median(rim, axis=0), axis=1), 75)) > _OTHER_COLOURS


def _is_thing(piece: Piece) -> bool:
    """True for outlines that no garment has. What is merely odd is a garment: shops know what they sell."""
    shape = piece.shape
    if max(cuts(piece)) >= LONGEST_CONTACT:
        return False
    if shape.thickness < _THIN or _is_long(shape):
        return True
    if shape.split >= 0.06 or shape.sleeved > 0.05:
        return False
    kinds = (_is_round, _is_block, _stands, _is_vessel, _is_bottle, _is_bag)
    return any(kind(shape) for kind in kinds) or (piece.letters >= _LETTERS and _is_page(shape))


def _is_page(shape: Shape) -> bool:
    """A block of lines, ragged at one side."""
    return min(shape.width(share) for share in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)) > 0.65


def _is_bottle(shape: Shape) -> bool:
    """A narrow neck of a seventh of the height and more on a straight body; a collar is shorter, a hood wider."""
    body = [shape.width(share) for share in (0.45, 0.6, 0.75, 0.9)]
    neck = shape.width(0.15) <= 0.5 * max(body) and shape.width(0.03) > 0.25 and shape.hollow < 0.03
    return neck and min(body) > _STRAIGHT * max(body) and shape.single > 0.95


def _is_long(shape: Shape) -> bool:
    """Lying on a long foot: shoes, hats, cars, words. Shorts and skirts are at most one and a half times as wide as
    high, and sleeves that are spread hang over a shorter hem."""
    return shape.aspect > 1.7 and shape.width(0.97) > 0.85


def _is_bag(shape: Shape) -> bool:
    """A handle on a body that is at once as wide as it gets; a halter's cloth widens from its straps."""
    return shape.loop > 0.8


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
