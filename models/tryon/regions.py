"""Which of a person's pixels a garment replaces, which stay in front of it, and where bare skin belongs."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.tryon import body as bodies
from models.tryon.body import Body, Bool, Labels, Points
from schemas.events import Category

Float = npt.NDArray[np.float32]

_WHOLE = (Lip.DRESS, Lip.JUMPSUITS)
_TOPS = (Lip.UPPER_CLOTHES, Lip.COAT)
_BOTTOMS = (Lip.PANTS, Lip.SKIRT)
# What a new garment takes the place of, where its agnostic mask lets it.
REPLACED: dict[Category, tuple[Lip, ...]] = {
    Category.UPPER: (*_TOPS, *_WHOLE),
    Category.LOWER: (*_BOTTOMS, *_WHOLE),
    Category.DRESS: (*_TOPS, *_BOTTOMS, *_WHOLE),
}
_IN_FRONT = (Lip.HAT, Lip.HAIR, Lip.GLOVE, Lip.SUNGLASSES, Lip.LEFT_SHOE, Lip.RIGHT_SHOE)
_ARMS = (Lip.LEFT_ARM, Lip.RIGHT_ARM)
SKIN = (Lip.FACE, *_ARMS, Lip.LEFT_LEG, Lip.RIGHT_LEG)

# Half widths of bare limbs in shoulder widths, at joint, middle joint and end (bodies' are those of cloth around them).
_BARE_ARM = (0.145, 0.115, 0.085)
_BARE_LEG = (0.275, 0.185, 0.115)


def replaced(labels: Labels, mask: Bool, categories: Iterable[Category]) -> Bool:
    """The old clothes' pixels (h, w) that must not be seen any more."""
    wanted = {label for category in categories for label in REPLACED[category]}
    return np.isin(labels, [int(label) for label in wanted]) & mask


def in_front(labels: Labels, body: Body) -> Bool:
    """Hair, hat, face and shoes (h, w): in front of every garment. The neck is labelled as face, and is behind it."""
    face = labels == Lip.FACE
    chin = (body.nose - body.neck) @ body.down * 0.45
    y, x = np.indices(labels.shape)
    height = (x - body.neck[0]) * body.down[0] + (y - body.neck[1]) * body.down[1]
    return np.isin(labels, _IN_FRONT) | (face & (height < chin))


def arms_in_front(labels: Labels, body: Body, bare: Bool) -> Float:
    """Bare arms (h, w) 0..1 that lie before the torso: skin along the arms from the middle of the upper arm on.

    `bare` are arms that were painted where a sleeve was. At the shoulder cloth lies over the arm, further down the arm
    hangs before the cloth: between a fifth and two fifths of the upper arm it goes from one to the other.
    """
    found = np.zeros(labels.shape, np.float32)
    skin = np.isin(labels, _ARMS) | bare
    y, x = np.indices(labels.shape)
    for arm in body.arms:
        upper = arm[1] - arm[0]
        share = ((x - arm[0][0]) * upper[0] + (y - arm[0][1]) * upper[1]) / max(1.0, float(upper @ upper))
        reach = limb_area(labels.shape, arm, _BARE_ARM, body.unit * 1.6, beyond=0.5)
        found = np.maximum(found, np.where(skin & reach, np.clip((share - 0.3) / 0.2, 0, 1), 0).astype(np.float32))
    return found


def bare_limbs(body: Body) -> tuple[Bool, Bool]:
    """Where bare arms and bare legs would be seen, (h, w) each."""
    shape = body.silhouette.shape
    arms, legs = np.zeros(shape, bool), np.zeros(shape, bool)
    for arm in body.arms:
        arms |= limb_area(shape, arm, _BARE_ARM, body.unit)
    for leg in body.legs:
        legs |= limb_area(shape, leg, _BARE_LEG, body.unit)
    return arms & body.silhouette, legs & body.silhouette


def bare_torso(body: Body) -> Bool:
    """Where a bare neck, chest and belly would be seen, (h, w)."""
    tips, pits = bodies.shoulder_tips(body), bodies.armpits(body)
    side = 0.46 * body.unit * body.across
    rise = 0.3 * body.unit * body.down
    neck = 0.22 * body.unit * body.across
    hips = 0.5 * body.unit * body.across
    outline = [
        body.neck - neck - rise, tips[0], pits[0], body.neck + 0.7 * body.torso_length * body.down - side,
        body.pelvis - hips, body.pelvis + hips, body.neck + 0.7 * body.torso_length * body.down + side, pits[1],
        tips[1], body.neck + neck - rise,
    ]  # fmt: skip
    return _filled(body.silhouette.shape, np.array(outline)) & body.silhouette


def limb_area(
    shape: tuple[int, ...], limb: Points, widths: tuple[float, float, float], unit: float, beyond: float = 0.0
) -> Bool:
    """The area (h, w) of a limb (3, 2) with these half widths in units, and `beyond` units past its end."""
    canvas = np.zeros(shape[:2], np.uint8)
    tail = limb[2] - limb[1]
    tail = tail / max(1e-6, float(np.linalg.norm(tail))) * beyond * unit
    for a, b, wide, narrow in (
        (limb[0], limb[1], widths[0], widths[1]),
        (limb[1], limb[2] + tail, widths[1], widths[2] if not beyond else widths[1]),
    ):
        normal = np.array([-(b - a)[1], (b - a)[0]]) / max(1e-6, float(np.linalg.norm(b - a)))
        corners = [a - normal * wide * unit, b - normal * narrow * unit, b + normal * narrow * unit, a + normal * wide * unit]
        cv2.fillConvexPoly(canvas, np.round(np.array(corners)).astype(np.int32), 1)
        for centre, radius in ((a, wide), (b, narrow)):
            cv2.circle(canvas, (round(float(centre[0])), round(float(centre[1]))), max(1, round(radius * unit)), 1, -1)
    return canvas > 0


def _filled(shape: tuple[int, ...], outline: Points) -> Bool:
    canvas = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(canvas, [np.round(outline).astype(np.int32)], 1)
    return canvas > 0
