"""The body's orientation about its vertical axis, from landmarks."""

import math

from models.pose.landmarks import Joint
from schemas.pose import Landmark, Pose


def yaw(pose: Pose) -> float:
    """Degrees in -180..180: 0 faces the camera, +90 has the chest to the picture's right, +-180 is from behind."""
    marks = pose.landmarks
    shoulders = _between(marks[Joint.RIGHT_SHOULDER], marks[Joint.LEFT_SHOULDER])
    hips = _between(marks[Joint.RIGHT_HIP], marks[Joint.LEFT_HIP])
    # From the person's right to their left, seen from above: x to the picture's right, z away from the camera.
    x, z = shoulders[0] + hips[0], shoulders[1] + hips[1]
    if _looks_backwards(marks, x, z):
        # No neck turns by more than 90 degrees: left and right, which front and back are told by, were confused.
        x = -x
    return math.degrees(math.atan2(z, x)) if x or z else 0.0


def _looks_backwards(marks: tuple[Landmark, ...], x: float, z: float) -> bool:
    """True if the face points to where the back is, for a body that is (x, z) across."""
    left, right = (_between(marks[ear], marks[Joint.NOSE]) for ear in (Joint.LEFT_EAR, Joint.RIGHT_EAR))
    face = left[0] + right[0], left[1] + right[1]
    chest = z, -x
    return face[0] * chest[0] + face[1] * chest[1] < 0


def _between(one: Landmark, other: Landmark) -> tuple[float, float]:
    """(x, z) from one landmark to another; both are in shares of the picture's width."""
    return other.x - one.x, other.z - one.z
