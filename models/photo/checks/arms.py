"""Do arms or hands hide what is to be dressed?"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from models.photo.checks.body import Body
from models.photo.checks.photo import SEEN, CheckedPhoto
from models.photo.checks.turn import facing_body
from models.photo.reading import Hand
from models.pose.landmarks import Joint
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

# In half shoulder breadths: how far, both hands' ways added, they lie beyond each other on the other's side. Clasped
# or folded before the belly, each hand's middle is about the body's middle; hands that hold the other arm are nearly
# a whole half breadth beyond it each. A quarter of the way for each allows for hands folded upon each other.
LEAST_CROSSING = 0.45
# How deep the middle of a hand or a forearm lies within the shoulders' breadth: 0 under a shoulder joint, 1 in the
# middle. The waist's outline is at 0.15 (its breadth is 0.176 of the height) and a hand is half as broad as 0.5: at
# 0.3 most of it is before the body. Hands on hips and in side pockets stay below.
LEAST_COVER = 0.3

# An arm that the network holds for visible. It gives hands behind the back up to 0.65, those before it 0.87 and more.
_VISIBLE = 0.7
# A hand that the hand network finds belongs to the arm whose knuckles are within this many torso lengths, a hand's
# length. It sees hands before the body only.
_HAND_LENGTH = 0.35
# Where clothes of a torso are: from the middle of the thighs, where a dress still is, to the shoulders.
_LOWEST, _HIGHEST = -0.5, 0.95
# The hem of an upper garment and the waistband of a lower one overlap by about this much below and above the hips.
_HEM, _WAISTBAND = -0.15, 0.25
# From here on, in half shoulder breadths beyond the middle, a hand is on the other arm: that is at one, and a hand is
# as broad as 0.5.
_HOLDS = 0.75
# Crossed arms lie before the trunk, at heights that differ by less than a forearm (0.146 of the height, half a torso).
_FOREARM = 0.5
# The hand of an arm that hangs at rest is before the shoulder by this many half breadths of the shoulders: turning the
# body moves it across by that times the turn's tangent.
_HANGS_FORWARD = 0.6

_LEFT = (Joint.LEFT_ELBOW, Joint.LEFT_WRIST, Joint.LEFT_PINKY, Joint.LEFT_INDEX)
_RIGHT = (Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST, Joint.RIGHT_PINKY, Joint.RIGHT_INDEX)


@dataclass(frozen=True, eq=False)
class _Arm:
    """An arm's `line` from the elbow over the wrist to the hand (N, 2): along in torso lengths, across in half shoulder
    breadths, positive on the arm's own side; `knuckles` is the middle of its hand; `seen` in front of the body."""

    line: npt.NDArray[np.float64]
    knuckles: npt.NDArray[np.float64]
    seen: bool


def crossed_arms(photo: CheckedPhoto) -> Finding | None:
    """Warns of arms folded before the trunk; only told where trousers or a skirt are to be tried on.

    Value: how far hands lie beyond each other on the other arm's side, in half shoulder breadths, both added.
    """
    body = photo.once(facing_body)
    if body is None:
        return None
    crossing = _crossing(body, photo)
    if crossing < LEAST_CROSSING:
        return None
    severity = Severity.INFO if photo.category is Category.LOWER else Severity.WARN
    return photo.finding(FindingCode.CROSSED_ARMS, severity, crossing, LEAST_CROSSING)


def hands_cover_body(photo: CheckedPhoto) -> Finding | None:
    """Warns of hands or forearms before the body; only told where they are off the garment's part of it.

    Value: how deep the deepest lies within the shoulders' breadth, 0 at a shoulder joint to 1 in the middle. Crossed
    arms are said as such, not twice.
    """
    body = photo.once(facing_body)
    if body is None or _crossing(body, photo) >= LEAST_CROSSING:
        return None
    low, high = {
        Category.UPPER: (_HEM, _HIGHEST),
        Category.LOWER: (_LOWEST, _WAISTBAND),
        Category.DRESS: (_LOWEST, _HIGHEST),
    }[photo.category]
    arms = [arm for arm in _arms(body, photo) if arm.seen]
    on_garment, anywhere = (
        max((_cover(arm.line, *span) for arm in arms), default=0.0) for span in ((low, high), (_LOWEST, _HIGHEST))
    )
    if on_garment >= LEAST_COVER:
        return photo.finding(FindingCode.HANDS_COVER_BODY, Severity.WARN, on_garment, LEAST_COVER)
    if anywhere >= LEAST_COVER:
        return photo.finding(FindingCode.HANDS_COVER_BODY, Severity.INFO, anywhere, LEAST_COVER)
    return None


def _cover(line: npt.NDArray[np.float64], low: float, high: float) -> float:
    """The depth of the deepest point of an arm's line between two heights."""
    within = (line[:, 0] > low) & (line[:, 0] < high)
    return float((1.0 - np.abs(line[within, 1])).max(initial=0.0))


def _crossing(body: Body, photo: CheckedPhoto) -> float:
    left, right = _arms(body, photo)
    heights = np.array([left.knuckles[0], right.knuckles[0]])
    before_trunk = ((heights > 0.0) & (heights < 1.1)).all() and abs(heights[0] - heights[1]) < _FOREARM
    # Of crossed arms one hand is under the other arm, and neither is seen well: one that is rather seen is enough.
    seen = body.visibility[[Joint.LEFT_WRIST, Joint.RIGHT_WRIST]].max() >= SEEN
    if not before_trunk or not (seen or left.seen or right.seen):
        return 0.0
    across = np.array([left.knuckles[1], right.knuckles[1]])
    # A hand that is hidden while the other holds its arm is under that other arm, at the middle at least: the network
    # then leaves it on its own side.
    hidden = body.visibility[[Joint.LEFT_WRIST, Joint.RIGHT_WRIST]] < SEEN
    across = np.where(hidden & (across[::-1] < -_HOLDS), np.minimum(across, 0.0), across)
    return float(-across.sum())


def _arms(body: Body, photo: CheckedPhoto) -> tuple[_Arm, _Arm]:
    """The left and the right one."""
    return _arm(body, photo, is_left=True), _arm(body, photo, is_left=False)


def _arm(body: Body, photo: CheckedPhoto, *, is_left: bool) -> _Arm:
    elbow, wrist, *knuckles = _LEFT if is_left else _RIGHT
    unit = np.array([1.0, (1.0 if is_left else -1.0) / max(body.half_shoulders, 1e-6)])
    tip = body.joints[knuckles].mean(0)
    line = _points_along(np.stack([body.joints[elbow], body.joints[wrist], tip])) * unit
    found = [(hand, _knuckles(hand, body, photo)) for hand in photo.reading.hands]
    own = [at for _, at in found if np.linalg.norm(at - tip) < _HAND_LENGTH]
    holding = [at for hand, at in found if hand.left == is_left and _holds_other_arm(at, body, is_left=is_left)]
    line = np.concatenate([line, *(at[None] * unit for at in own)])
    line[:, 1] += _turned_across(body, is_left=is_left)
    innermost = min(float(at[1] * unit[1]) for at in (tip, *holding))
    seen = bool(body.visibility[wrist] >= _VISIBLE or own or holding)
    return _Arm(line, np.array([tip[0], innermost]), seen)


def _points_along(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Nine points on each leg of a line (N, 2)."""
    steps = np.linspace(0.0, 1.0, 9)[:, None]
    return np.concatenate([start + steps * (end - start) for start, end in pairwise(corners)])


def _knuckles(hand: Hand, body: Body, photo: CheckedPhoto) -> npt.NDArray[np.float64]:
    """The middle of a found hand in the body's frame: between the roots of its index finger (5) and little finger."""
    height, width = photo.rgb.shape[:2]
    return body.framed(hand.points[[5, 17]].astype(np.float64).mean(0) * (width, height))


def _holds_other_arm(at: npt.NDArray[np.float64], body: Body, *, is_left: bool) -> bool:
    """True of a hand on the other side's upper arm or elbow: where the pose network loses hands of crossed arms."""
    other = (Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW) if is_left else (Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW)
    start, end = body.joints[list(other)]
    bone = end - start
    share = np.clip((at - start) @ bone / max(bone @ bone, 1e-6), 0.3, 1.0)
    return bool(np.linalg.norm(at - start - share * bone) < _HAND_LENGTH / 2)


def _turned_across(body: Body, *, is_left: bool) -> float:
    """How far a turned body carries across what hangs before it on its near side, in half shoulder breadths as seen.

    The far side's arm moves outwards, where it does not seem to cover anything.
    """
    is_near = body.yaw < 0 if is_left else body.yaw > 0
    # Each errs: the width where the torso is short, as from above, and the network by 40 degrees too far.
    turn = np.radians((body.turn + min(90.0, abs(body.yaw))) / 2)
    return float(_HANGS_FORWARD * np.tan(turn)) if is_near else 0.0
