"""Which of a person's pixels a garment replaces, which stay in front of it, and where bare skin belongs."""

from collections.abc import Iterable, Sequence

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
_IN_FRONT = (Lip.HAT, Lip.HAIR, Lip.GLOVE, Lip.SUNGLASSES, Lip.LEFT_SHOE, Lip.RIGHT_SHOE)
_ARMS = (Lip.LEFT_ARM, Lip.RIGHT_ARM)
# Labels of skin on legs, arms, and neck and torso.
SKIN_PARTS = ((Lip.LEFT_LEG, Lip.RIGHT_LEG), _ARMS, (Lip.FACE,))
SKIN = tuple(label for part in SKIN_PARTS for label in part)

# The waist, as a share of the way from the neck to the hip joints: the navel is a fifth above them.
WAIST = 0.8
# Half widths of a bare arm in shoulder widths, at joint, middle joint and end (bodies' are those of cloth around it).
_BARE_ARM = (0.145, 0.115, 0.085)


def replaced(labels: Labels, body: Body, mask: Bool, categories: Iterable[Category]) -> Bool:
    """The old clothes' pixels (h, w) that must not be seen any more: what the new garments take the place of, where
    their agnostic mask lets them."""
    upper, lower = worn(labels, body)
    wanted = np.zeros(labels.shape, bool)
    for category in categories:
        wanted |= lower if category is Category.LOWER else upper
        wanted |= lower if category is Category.DRESS else False
    return wanted & mask


def worn(labels: Labels, body: Body) -> tuple[Bool, Bool]:
    """What is worn above and below (h, w each). A dress or what looks like one piece, such as a white shirt over white
    shorts, counts as a top above the waist and as a skirt below it."""
    whole = _labelled(labels, _WHOLE)
    below = along_torso(labels.shape, body) > WAIST
    return _labelled(labels, _TOPS) | (whole & ~below), _labelled(labels, _BOTTOMS) | (whole & below)


def along_torso(shape: tuple[int, ...], body: Body) -> Float:
    """How far down every pixel (h, w) lies, from the neck (0) to the hip joints (1)."""
    y, x = np.indices(shape[:2], dtype=np.float32)
    # Python's floats keep float32 arrays float32.
    dx, dy = (float(part) for part in body.down / body.torso_length)
    return np.asarray((x - float(body.neck[0])) * dx + (y - float(body.neck[1])) * dy, np.float32)


def _labelled(labels: Labels, classes: Iterable[Lip]) -> Bool:
    return np.asarray(np.isin(labels, [int(label) for label in classes]), bool)


def in_front(labels: Labels, body: Body) -> Bool:
    """Hair, hat, face and shoes (h, w): in front of every garment. The neck is labelled as face, and is behind it."""
    face = labels == Lip.FACE
    chin = float((body.nose - body.neck) @ body.down) * 0.45 / body.torso_length
    return np.asarray(_labelled(labels, _IN_FRONT) | (face & (along_torso(labels.shape, body) < chin)), bool)


def arms_in_front(labels: Labels, body: Body, bare: Bool, sleeves: Sequence[float]) -> Float:
    """Bare arms (h, w) 0..1 that lie before the torso's cloth: skin along the arms from the sleeve's end on.

    `bare` are arms that were painted where the old sleeve was; `sleeves` are the lengths, in pixels, of the new left
    and right sleeve, 0 without one. At the shoulder cloth lies over the arm, further down the arm hangs before the
    cloth: a third of the upper arm belongs to the shoulder in any case.
    """
    found = np.zeros(labels.shape, np.float32)
    skin = _labelled(labels, _ARMS) | bare
    for arm, sleeve in zip(body.arms, sleeves, strict=True):
        upper = float(np.linalg.norm(arm[1] - arm[0]))
        start = max(0.3 * upper, sleeve * 0.9)
        along = _along(labels.shape, arm)
        reach = limb_area(labels.shape, arm, _BARE_ARM, body.unit * 1.6, beyond=0.5)
        share = np.clip((along - start) / (0.2 * upper), 0, 1)
        found = np.maximum(found, np.where(skin & reach, share, 0).astype(np.float32))
    return found


def _along(shape: tuple[int, ...], arm: Points) -> Float:
    """How far along an arm (3, 2) every pixel lies, (h, w), by the nearer of its two halves."""
    y, x = np.indices(shape[:2], dtype=np.float32)
    best, nearest = np.zeros(shape[:2], np.float32), np.full(shape[:2], np.inf, np.float32)
    before = 0.0
    for start, end in ((arm[0], arm[1]), (arm[1], arm[2])):
        length = max(1.0, float(np.linalg.norm(end - start)))
        # Python's floats keep float32 arrays float32.
        dx, dy = (float(part) for part in (end - start) / length)
        left, top = x - float(start[0]), y - float(start[1])
        along = left * dx + top * dy
        # The forearm's line goes on over the hand.
        held = np.clip(along, 0, length if before == 0 else None)
        distance = np.hypot(left - held * dx, top - held * dy)
        closer = distance < nearest
        best, nearest = np.where(closer, held + before, best), np.minimum(nearest, distance)
        before += length
    return np.asarray(best, np.float32)


def bare_torso(body: Body) -> Bool:
    """Where a bare neck, chest and belly would be seen, down to the crotch, (h, w)."""
    tips, pits = bodies.shoulder_tips(body), bodies.armpits(body)
    side = 0.46 * body.unit * body.across
    rise = 0.3 * body.unit * body.down
    # A neck is a third of the shoulders wide, where the trapezius begins more; a collar stood off it before the wall.
    neck, base = 0.165 * body.unit * body.across, 0.27 * body.unit * body.across
    hips = 0.5 * body.unit * body.across
    crotch = body.pelvis + bodies.CROTCH_DEPTH * body.torso_length * body.down
    waist = body.neck + 0.7 * body.torso_length * body.down
    left = [
        body.neck - neck - rise,
        body.neck - base - 0.4 * rise,
        tips[0],
        pits[0],
        waist - side,
        body.pelvis - hips,
        crotch - 0.8 * hips,
    ]
    right = [
        body.neck + neck - rise,
        body.neck + base - 0.4 * rise,
        tips[1],
        pits[1],
        waist + side,
        body.pelvis + hips,
        crotch + 0.8 * hips,
    ]
    outline = [*left, *reversed(right)]
    return _filled(body.silhouette.shape, np.array(outline)) & body.silhouette


def smoothed(mask: Bool) -> Bool:
    """The mask with steps and threads of 3 pixels rounded off."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 2.5) > 0.5, bool)


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
        normal = unit * np.array([-(b - a)[1], (b - a)[0]]) / max(1e-6, float(np.linalg.norm(b - a)))
        corners = [a - normal * wide, b - normal * narrow, b + normal * narrow, a + normal * wide]
        cv2.fillConvexPoly(canvas, np.round(np.array(corners)).astype(np.int32), 1)
        for centre, radius in ((a, wide), (b, narrow)):
            cv2.circle(canvas, (round(float(centre[0])), round(float(centre[1]))), max(1, round(radius * unit)), 1, -1)
    return canvas > 0


def _filled(shape: tuple[int, ...], outline: Points) -> Bool:
    canvas = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(canvas, [np.round(outline).astype(np.int32)], 1)
    return canvas > 0
