"""Do legs stand where a lower garment or a dress can be seen?"""

import numpy as np

from models.photo.checks.body import Body, main_body
from models.photo.checks.photo import SEEN, CheckedPhoto
from models.photo.checks.turn import facing_body
from models.pose.landmarks import Joint
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

# Degrees by which thighs lead forward or to the side of where the torso points, on average of both. A thigh that
# stands is within 30 even in a long step, one that sits is near 90; the network's depth errs by 30 either way, and
# seen from above it shows thighs less far ahead than they are: nearer to 30 than to 90.
LEAST_SITTING = 45.0
# Thighs as long as shins (Drillis and Contini: 0.245 and 0.246) that look longer than these are not foreshortened.
_LONGEST_THIGH = 1.0
# The shin in torso lengths, where it ends outside of the frame.
_SHIN = 0.246 / 0.288

# How far knees and ankles are apart, on average of both, in hip breadths. Legs side by side touch at about 0.5: a shoe
# is as broad as 0.19 and a knee as 0.2 torso lengths, hip joints lie 0.38 apart. Crossed ones are nearer.
MOST_NEARNESS = 0.5
# Seated, one ankle before the other or on the other's knee is enough: apart by less than a shoe's half.
_SEATED_ANKLES = 0.25
# An ankle that the network holds for hidden is behind the other leg, in a step as well as crossed; where it has hardly
# an idea of it nothing is said.
_GUESSED = 0.25

# A leg that steps ahead may come as near to the other as a crossed one, but its foot stays on its own side of the
# body's middle. Which is ahead is seen by what is lower in the photo, from 0.06 torso lengths (3 cm) on.
_AHEAD = 0.06
# The foot that is ahead has changed sides where it is beyond the middle by more than landmarks tremble (1 cm).
_BEYOND = 0.02
# Crossed ankles lie one before the other, by a shoe's breadth and the network's error of a shin's half in depth. In a
# stride of someone turned they are near in the photo only: along the line of the hips, depth included, they are
# further apart than this many torso lengths, nearly two hip breadths.
_STRIDE = 0.7
# What is below the feet that were found, of the mask and in torso lengths: less than a foot's length (0.152 of the
# height, 0.53) where they are the feet.
_BELOW_FEET = 0.45

_SIDES = (
    (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
    (Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
)


def seated(photo: CheckedPhoto) -> Finding | None:
    """Warns of a person who sits, squats or kneels on their heels; only told where an upper garment is to be tried on,
    for the torso is seen whole. Value: degrees by which the thighs lead away from standing, 0..180."""
    body = photo.once(main_body)
    if body is None or not _legs_are_read(body):
        return None
    angle = _sitting(body)
    if angle < LEAST_SITTING:
        return None
    severity = Severity.INFO if photo.category is Category.UPPER else Severity.WARN
    return photo.finding(FindingCode.SEATED, severity, angle, LEAST_SITTING)


def crossed_legs(photo: CheckedPhoto) -> Finding | None:
    """Warns of legs crossed at knees or ankles, standing or seated; only told where an upper garment is to be tried on.

    Value: how far knees and ankles are apart, in hip breadths; negative where they have changed sides.
    """
    body = photo.once(facing_body)
    if body is None or not _legs_are_read(body):
        return None
    ankles = (Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)
    if not all(body.in_frame(ankle) for ankle in ankles) or body.visibility[list(ankles)].min() < _GUESSED:
        return None
    nearness = _apart(body, Joint.LEFT_KNEE, Joint.RIGHT_KNEE) / 2 + _apart(body, *ankles) / 2
    if _sitting(body) >= LEAST_SITTING:
        if _apart(body, *ankles) < _SEATED_ANKLES:
            nearness = min(nearness, _apart(body, *ankles))
    elif _furthest_across(body) > -_BEYOND or _along_the_hips(body, *ankles) > _STRIDE:
        return None
    if nearness >= MOST_NEARNESS:
        return None
    severity = Severity.INFO if photo.category is Category.UPPER else Severity.WARN
    return photo.finding(FindingCode.CROSSED_LEGS, severity, nearness, MOST_NEARNESS)


def _legs_are_read(body: Body) -> bool:
    """True if knees in the frame are rather seen than guessed, on a trunk that is read, and feet are where they end."""
    knees = (Joint.LEFT_KNEE, Joint.RIGHT_KNEE)
    visible = body.visibility[list(knees)]
    seen = visible.mean() >= SEEN and visible.min() >= _GUESSED
    return bool(seen) and all(body.in_frame(knee) for knee in knees) and body.trunk_is_read and _feet_are_lowest(body)


def _feet_are_lowest(body: Body) -> bool:
    rows = np.nonzero((body.mask >= SEEN).any(1))[0]
    lowest = body.points[Joint.LEFT_ANKLE : Joint.RIGHT_FOOT + 1, 1].max()
    return not len(rows) or bool(rows[-1] - lowest < _BELOW_FEET * body.torso)


def _furthest_across(body: Body) -> float:
    """Where the foot that is ahead stands: positive on its own side of the hips' middle; of feet side by side the one
    that is further on the other side."""
    left = body.joints[[Joint.LEFT_HEEL, Joint.LEFT_FOOT]].mean(0)
    right = body.joints[[Joint.RIGHT_HEEL, Joint.RIGHT_FOOT]].mean(0)
    if abs(left[0] - right[0]) < _AHEAD:
        return float(min(left[1], -right[1]))
    return float(left[1] if left[0] < right[0] else -right[1])


def _along_the_hips(body: Body, left: Joint, right: Joint) -> float:
    """How far two joints are apart along the line of the hip joints, with the network's depth, in torso lengths."""
    hips = np.array([2 * body.half_hips, (body.z[Joint.LEFT_HIP] - body.z[Joint.RIGHT_HIP]) / body.torso])
    between = np.array([body.joints[left, 1] - body.joints[right, 1], (body.z[left] - body.z[right]) / body.torso])
    return float(between @ hips / max(float(np.linalg.norm(hips)), 1e-6))


def _apart(body: Body, left: Joint, right: Joint) -> float:
    """In hip breadths, negative where left is on the right."""
    return float(body.joints[left, 1] - body.joints[right, 1]) / max(2 * body.half_hips, 1e-6)


def _sitting(body: Body) -> float:
    """Degrees by which the thighs lead away from where the torso points, on average; 0 where they are not shorter."""
    thighs = np.array([body.joints[hip, 0] - body.joints[knee, 0] for hip, knee, _ in _SIDES])
    shins = np.array(
        [body.joints[knee, 0] - body.joints[ankle, 0] if body.in_frame(ankle) else _SHIN for _, knee, ankle in _SIDES]
    )
    if thighs.sum() > _LONGEST_THIGH * shins.sum():
        return 0.0
    # What is behind the hip is a camera held high rather than a leg stretched backwards.
    forward = np.array([max(0.0, body.z[hip] - body.z[knee]) for hip, knee, _ in _SIDES]) / body.torso
    sideways = np.array([body.joints[knee, 1] - body.joints[hip, 1] for hip, knee, _ in _SIDES])
    return float(np.degrees(np.arctan2(np.hypot(forward, sideways), thighs)).mean())
