"""The body's orientation, on a stick figure that is turned about its vertical axis."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pose.landmarks import Joint
from models.pose.yaw import yaw
from schemas.pose import Landmark, Pose

# Facing the camera: the person's left is at the picture's right, the nose is nearer to the camera (z < 0) than ears.
FACING = {
    Joint.NOSE: (0.0, 0.1, -0.1),
    Joint.LEFT_EAR: (0.05, 0.1, 0.0),
    Joint.RIGHT_EAR: (-0.05, 0.1, 0.0),
    Joint.LEFT_SHOULDER: (0.12, 0.25, 0.0),
    Joint.RIGHT_SHOULDER: (-0.12, 0.25, 0.0),
    Joint.LEFT_HIP: (0.08, 0.55, 0.0),
    Joint.RIGHT_HIP: (-0.08, 0.55, 0.0),
}


def turned(body: float, head: float | None = None) -> Pose:
    """The figure, turned by `body` degrees (its head by `head`), chest to the picture's right for small positives."""
    marks = [Landmark(x=0.5, y=0.5)] * 33
    for joint, (x, y, z) in FACING.items():
        angle = math.radians(body if head is None or joint >= Joint.LEFT_SHOULDER else head)
        marks[joint] = Landmark(
            x=0.5 + x * math.cos(angle) - z * math.sin(angle), y=y, z=x * math.sin(angle) + z * math.cos(angle)
        )
    return Pose(landmarks=tuple(marks))


def difference(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


@given(st.floats(-180, 180))
def test_every_orientation_is_read_back(angle: float) -> None:
    """0 faces the camera, +90 has the chest to the right, +-180 is from behind, and all between."""
    assert difference(yaw(turned(angle)), angle) < 1e-6


@given(st.floats(-180, 180), st.floats(-80, 80))
def test_a_turned_head_does_not_turn_the_body(angle: float, head: float) -> None:
    """A face that looks over the shoulder leaves the body's orientation as it is."""
    assert difference(yaw(turned(angle, angle + head)), angle) < 1e-6


@given(st.floats(-40, 40))
def test_the_face_tells_front_from_back(angle: float) -> None:
    """Where the network confused left and right, a body seems to be seen from behind; its face says otherwise."""
    facing = turned(angle)
    marks = list(facing.landmarks)
    for left in (Joint.LEFT_SHOULDER, Joint.LEFT_HIP):
        marks[left], marks[left + 1] = (
            marks[left].model_copy(update={"x": marks[left + 1].x}),
            marks[left + 1].model_copy(update={"x": marks[left].x}),
        )
    assert difference(yaw(Pose(landmarks=tuple(marks))), angle) < 1e-6


def test_landmarks_in_one_point_face_the_camera() -> None:
    """No direction is no reason to fail."""
    assert yaw(Pose(landmarks=(Landmark(x=0.5, y=0.5),) * 33)) == pytest.approx(0.0)
