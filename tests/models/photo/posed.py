"""Posed figures for the checks of arms, legs and turn: a body of joints in space, turned, seen, with its mask.

Proportions by Drillis and Contini (1966), joints where BlazePose has them. x to the person's left, y up, z forward, in
body heights, the hips at the origin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from models.photo.checks.photo import CheckedPhoto
from models.photo.reading import Face, Hand, Reading
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.events import Category
from schemas.pose import Landmark, Pose

Place = tuple[float, float, float]
SIZE, HEIGHT = (900, 700), 760.0  # of the photo, and of the body in it, in pixels

_TORSO, _THIGH, _SHIN = 0.288, 0.245, 0.246


@dataclass(frozen=True)
class Figure:
    """A figure; `hands` are the places of the wrists by side and `elbows` of the elbows, `knees` and `ankles` alike;
    what is not given hangs and stands. `hidden` are joints that the network holds for hidden."""

    yaw: float = 0.0
    hands: Mapping[str, Place] = field(default_factory=dict)
    elbows: Mapping[str, Place] = field(default_factory=dict)
    knees: Mapping[str, Place] = field(default_factory=dict)
    ankles: Mapping[str, Place] = field(default_factory=dict)
    hidden: Sequence[Joint] = ()
    tilt: float = 0.0

    def places(self) -> npt.NDArray[np.float64]:
        """The 33 joints in space, before any turn."""
        at = np.zeros((33, 3))
        at[Joint.NOSE] = 0, _TORSO + 0.118, 0.06
        for name, sign in (("LEFT", 1.0), ("RIGHT", -1.0)):
            for part, x, z in (("EYE_INNER", 0.01, 0.05), ("EYE", 0.018, 0.05), ("EYE_OUTER", 0.025, 0.045)):
                at[Joint[f"{name}_{part}"]] = sign * x, _TORSO + 0.125, z
            at[Joint[f"{name}_EAR"]] = sign * 0.04, _TORSO + 0.12, 0.0
            at[Joint[f"MOUTH_{name}"]] = sign * 0.015, _TORSO + 0.095, 0.05
            hip, shoulder = np.array([sign * 0.0575, 0, 0]), np.array([sign * 0.107, _TORSO, 0])
            elbow = np.array(self.elbows.get(name, (sign * 0.14, 0.11, -0.01)))
            wrist = np.array(self.hands.get(name, (sign * 0.15, -0.03, 0.04)))
            knee = np.array(self.knees.get(name, (sign * 0.06, -_THIGH, 0.0)))
            ankle = np.array(self.ankles.get(name, (sign * 0.06, -_THIGH - _SHIN, 0.0)))
            fingers = (wrist - elbow) / max(float(np.linalg.norm(wrist - elbow)), 1e-6)
            for part, place in {
                "SHOULDER": shoulder,
                "HIP": hip,
                "ELBOW": elbow,
                "WRIST": wrist,
                "PINKY": wrist + 0.045 * fingers,
                "INDEX": wrist + 0.045 * fingers,
                "THUMB": wrist + 0.03 * fingers,
                "KNEE": knee,
                "ANKLE": ankle,
                "HEEL": ankle + np.array([0, -0.03, -0.02]),
                "FOOT": ankle + np.array([0, -0.03, 0.1]),
            }.items():
                at[Joint[f"{name}_{part}"]] = place
        return at

    def pixels(self) -> npt.NDArray[np.float64]:
        """The joints as seen: x, y and depth in pixels (33, 3), depth negative towards the camera."""
        angle, tilt = np.radians(self.yaw), np.radians(self.tilt)
        x, y, z = self.places().T
        # Yaw 0 faces the camera, the person's left on the picture's right; a positive one turns the chest there.
        across = x * np.cos(angle) + z * np.sin(angle)
        depth = x * np.sin(angle) - z * np.cos(angle)
        seen = np.stack([across * np.cos(tilt) + y * np.sin(tilt), across * np.sin(tilt) - y * np.cos(tilt)], 1)
        return np.column_stack([seen * HEIGHT + (SIZE[1] / 2, 0.47 * SIZE[0]), depth * HEIGHT])

    def mask(self) -> npt.NDArray[np.float32]:
        """Limbs as thick lines, the trunk filled and as deep as it is broad by half."""
        drawn = np.zeros(SIZE, np.uint8)
        at = self.pixels()[:, :2]
        trunk = [Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.RIGHT_HIP, Joint.LEFT_HIP]
        cv2.fillPoly(drawn, [at[trunk].astype(np.int32)], 255)
        lines = [(*pair, 0.1) for pair in zip(trunk, trunk[1:] + trunk[:1], strict=True)]
        for name in ("LEFT", "RIGHT"):
            arm = [Joint[f"{name}_{part}"] for part in ("SHOULDER", "ELBOW", "WRIST", "INDEX")]
            leg = [Joint[f"{name}_{part}"] for part in ("HIP", "KNEE", "ANKLE", "FOOT")]
            lines += [(*pair, 0.045) for pair in pairwise(arm)]
            lines += [(*pair, 0.07) for pair in pairwise(leg)]
        for start, end, breadth in lines:
            ends = at[[start, end]].astype(int).tolist()
            cv2.line(drawn, ends[0], ends[1], 255, int(breadth * HEIGHT))
        cv2.circle(drawn, at[Joint.NOSE].astype(int).tolist(), int(0.06 * HEIGHT), 255, -1)
        return (drawn > 0).astype(np.float32)


def photo_of(
    figure: Figure, category: Category = Category.DRESS, hands: Sequence[Hand] = (), faces: Sequence[Face] = ()
) -> CheckedPhoto:
    """A grey photo with the figure in it."""
    height, width = SIZE
    marks = [
        Landmark(x=x / width, y=y / height, z=z / width, visibility=0.05 if joint in figure.hidden else 0.98)
        for joint, (x, y, z) in enumerate(figure.pixels())
    ]
    people = [Person(Pose(landmarks=tuple(marks)), figure.mask())]
    return CheckedPhoto(np.full((*SIZE, 3), 128, np.uint8), Reading(people, tuple(hands), tuple(faces)), category)


def hand_at(place: Place, *, left: bool, yaw: float = 0.0) -> Hand:
    """A found hand whose points are all at a place of the body."""
    x, y, _ = Figure(yaw, hands={"LEFT": place}).pixels()[Joint.LEFT_WRIST]
    return Hand(np.tile(np.array([x / SIZE[1], y / SIZE[0]], np.float32), (21, 1)), left, 0.95)


def flips(answers: Sequence[bool]) -> int:
    """How often neighbours differ."""
    return sum(one != other for one, other in pairwise(answers))
