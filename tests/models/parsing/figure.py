"""Drawn people: every pixel's class is known, the landmarks are exact, the mask is as coarse as MediaPipe's.

They stand before a wall, facing the camera unless turned, 100 pixels from shoulder joint to shoulder joint. The
person's right is on the picture's left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.pose.port import Person
from models.tryon.port import Labels, Rgb
from schemas.pose import Landmark, Pose

Point = tuple[float, float]
Colour = tuple[int, int, int]

HEIGHT, WIDTH = 640, 400
SKIN: Colour = (208, 160, 135)
WALL: Colour = (150, 165, 175)

JOINTS: Mapping[Joint, Point] = {
    Joint.NOSE: (200, 78), Joint.MOUTH_LEFT: (208, 86), Joint.MOUTH_RIGHT: (192, 86),
    Joint.LEFT_EYE_INNER: (205, 66), Joint.LEFT_EYE: (211, 66), Joint.LEFT_EYE_OUTER: (216, 67),
    Joint.RIGHT_EYE_INNER: (195, 66), Joint.RIGHT_EYE: (189, 66), Joint.RIGHT_EYE_OUTER: (184, 67),
    Joint.LEFT_EAR: (221, 70), Joint.RIGHT_EAR: (179, 70),
    Joint.LEFT_SHOULDER: (250, 140), Joint.RIGHT_SHOULDER: (150, 140),
    Joint.LEFT_ELBOW: (272, 216), Joint.RIGHT_ELBOW: (128, 216),
    Joint.LEFT_WRIST: (284, 286), Joint.RIGHT_WRIST: (116, 286),
    Joint.LEFT_PINKY: (291, 308), Joint.LEFT_INDEX: (284, 310), Joint.LEFT_THUMB: (278, 304),
    Joint.RIGHT_PINKY: (109, 308), Joint.RIGHT_INDEX: (116, 310), Joint.RIGHT_THUMB: (122, 304),
    Joint.LEFT_HIP: (228, 288), Joint.RIGHT_HIP: (172, 288),
    Joint.LEFT_KNEE: (232, 412), Joint.RIGHT_KNEE: (168, 412),
    Joint.LEFT_ANKLE: (234, 530), Joint.RIGHT_ANKLE: (166, 530),
    Joint.LEFT_HEEL: (232, 544), Joint.RIGHT_HEEL: (168, 544),
    Joint.LEFT_FOOT: (240, 560), Joint.RIGHT_FOOT: (160, 560),
}  # fmt: skip

ON_THE_HIP: Mapping[Joint, Point] = {
    Joint.LEFT_ELBOW: (304, 208), Joint.LEFT_WRIST: (256, 258),
    Joint.LEFT_PINKY: (240, 272), Joint.LEFT_INDEX: (236, 268), Joint.LEFT_THUMB: (242, 260),
}  # fmt: skip
BEFORE_THE_CHEST: Mapping[Joint, Point] = {
    Joint.LEFT_ELBOW: (268, 214), Joint.LEFT_WRIST: (206, 222),
    Joint.LEFT_PINKY: (186, 222), Joint.LEFT_INDEX: (186, 216), Joint.LEFT_THUMB: (190, 212),
}  # fmt: skip


@dataclass(frozen=True)
class Clothes:
    """What the figure wears. Shares are of an arm or a leg: 1 is to the wrist or the ankle."""

    sleeves: float = 0.0
    legs: float = 1.0
    skirt: bool = False
    shoes: bool = True
    hair: bool = True
    top: Colour = (60, 90, 190)
    bottom: Colour = (60, 60, 64)
    waist: float = 0.85  # where the top ends, in torso lengths


@dataclass(frozen=True)
class Figure:
    """The photo (H, W, 3), the true labels (H, W), and what a pose estimator would answer."""

    photo: Rgb
    labels: Labels
    person: Person
    joints: Mapping[Joint, Point] = field(default_factory=dict)

    def cropped(self, rows: slice, columns: slice) -> "Figure":
        """The same figure in a picture that shows a part of it; landmarks go on beyond the frame."""
        photo, labels = self.photo[rows, columns], self.labels[rows, columns]
        height, width = self.labels.shape
        marks = [
            mark.model_copy(
                update={
                    "x": (mark.x * width - columns.start) / labels.shape[1],
                    "y": (mark.y * height - rows.start) / labels.shape[0],
                }
            )
            for mark in self.person.pose.landmarks
        ]
        person = Person(Pose(landmarks=tuple(marks)), self.person.mask[rows, columns])
        return replace(self, photo=photo, labels=labels, person=person)


def figure(
    clothes: Clothes | None = None,
    moved: Mapping[Joint, Point] | None = None,
    *,
    scale: float = 1.0,
    away: bool = False,
) -> Figure:
    """A figure in these clothes with some joints moved, `scale` times as large; seen from behind if `away`."""
    clothes = clothes or Clothes()
    joints = {**JOINTS, **(moved or {})}
    labels = _drawn(clothes, joints, away)
    if away:
        labels = _SIDES_CHANGED[labels]
    return _photographed(labels, clothes, joints, scale, away)


def along(joints: Mapping[Joint, Point], limb: Sequence[Joint], share: float) -> Point:
    """The point on a limb of three joints, 0 at its root, 0.5 at its middle joint, 1 at its end."""
    a, b, c = (np.array(joints[joint]) for joint in limb)
    point = a + (b - a) * share * 2 if share < 0.5 else b + (c - b) * (share - 0.5) * 2
    return float(point[0]), float(point[1])


ARMS = {
    Lip.RIGHT_ARM: (Joint.RIGHT_SHOULDER, Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST),
    Lip.LEFT_ARM: (Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW, Joint.LEFT_WRIST),
}
LEGS = {
    Lip.RIGHT_LEG: (Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
    Lip.LEFT_LEG: (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
}


_SIDES_CHANGED = np.arange(20, dtype=np.uint8)
for _left, _right in ((Lip.LEFT_ARM, Lip.RIGHT_ARM), (Lip.LEFT_LEG, Lip.RIGHT_LEG), (Lip.LEFT_SHOE, Lip.RIGHT_SHOE)):
    _SIDES_CHANGED[[_left, _right]] = _right, _left


def _drawn(clothes: Clothes, joints: Mapping[Joint, Point], away: bool) -> Labels:
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    below = Lip.SKIRT if clothes.skirt else Lip.PANTS
    for leg, names in LEGS.items():
        _limb(labels, [along(joints, names, share) for share in np.linspace(0, 1, 21)], (27, 12), leg)
        if not clothes.skirt:
            _limb(
                labels, [along(joints, names, share * clothes.legs) for share in np.linspace(0, 1, 21)], (30, 15), below
            )
        _foot(labels, joints, left=leg == Lip.LEFT_LEG, label=_shoe(leg) if clothes.shoes else leg)
    if clothes.skirt:
        ends = [along(joints, names, clothes.legs) for names in LEGS.values()]
        corners = [(152, 270), (ends[0][0] - 34, ends[0][1]), (ends[1][0] + 34, ends[1][1]), (248, 270)]
        cv2.fillPoly(labels, [np.round(corners).astype(np.int32)], int(below))
    _torso(labels, clothes, below)
    cv2.rectangle(labels, (186, 95), (214, 138), int(Lip.FACE), -1)
    if clothes.hair:
        cv2.ellipse(labels, (200, 64), (32, 34), 0, 0, 360, int(Lip.HAIR), -1)
    if not away:
        cv2.ellipse(labels, (200, 72), (24, 30), 0, 0, 360, int(Lip.FACE), -1)
    for arm, names in ARMS.items():
        _limb(labels, [along(joints, names, share) for share in np.linspace(0, 1, 21)], (15, 9), arm)
        if clothes.sleeves:
            sleeve = [along(joints, names, share * clothes.sleeves) for share in np.linspace(0, 1, 21)]
            _limb(labels, sleeve, (17, 12), Lip.UPPER_CLOTHES)
        _hand(labels, joints, arm)
    return labels


def _torso(labels: Labels, clothes: Clothes, below: Lip) -> None:
    end = 140 + clothes.waist * 148
    cv2.fillPoly(labels, [np.array([(158, 200), (242, 200), (246, 300), (154, 300)])], int(below))
    top = [(142, 128), (178, 122), (200, 136), (222, 122), (258, 128), (244, 200), (244, end), (156, end), (156, 200)]
    cv2.fillPoly(labels, [np.round(top).astype(np.int32)], int(Lip.UPPER_CLOTHES))


def _hand(labels: Labels, joints: Mapping[Joint, Point], arm: Lip) -> None:
    left = arm == Lip.LEFT_ARM
    wrist = np.array(joints[Joint.LEFT_WRIST if left else Joint.RIGHT_WRIST])
    pinky = np.array(joints[Joint.LEFT_PINKY if left else Joint.RIGHT_PINKY])
    index = np.array(joints[Joint.LEFT_INDEX if left else Joint.RIGHT_INDEX])
    tips = wrist + 1.6 * ((pinky + index) / 2 - wrist)
    _limb(labels, [tuple(wrist), tuple(tips)], (9, 8), arm)


def _foot(labels: Labels, joints: Mapping[Joint, Point], *, left: bool, label: Lip) -> None:
    names = (Joint.LEFT_HEEL, Joint.LEFT_FOOT) if left else (Joint.RIGHT_HEEL, Joint.RIGHT_FOOT)
    _limb(labels, [joints[name] for name in names], (13, 12), label)


def _shoe(leg: Lip) -> Lip:
    return Lip.LEFT_SHOE if leg == Lip.LEFT_LEG else Lip.RIGHT_SHOE


def _limb(labels: Labels, points: Sequence[Point], widths: tuple[int, int], label: Lip) -> None:
    """Discs along points, their radii going from the first to the second width."""
    count = 6 * len(points)
    shares = np.linspace(0, len(points) - 1, count)
    x, y = (np.interp(shares, range(len(points)), [point[axis] for point in points]) for axis in (0, 1))
    for i in range(count):
        radius = widths[0] + (widths[1] - widths[0]) * i / count
        cv2.circle(labels, (round(x[i]), round(y[i])), round(radius), int(label), -1)


def _photographed(labels: Labels, clothes: Clothes, joints: Mapping[Joint, Point], scale: float, away: bool) -> Figure:
    size = round(WIDTH * scale), round(HEIGHT * scale)
    true = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
    colours: dict[Lip, Colour] = {
        Lip.BACKGROUND: WALL, Lip.HAIR: (45, 35, 30), Lip.FACE: SKIN, Lip.LEFT_ARM: SKIN, Lip.RIGHT_ARM: SKIN,
        Lip.LEFT_LEG: SKIN, Lip.RIGHT_LEG: SKIN, Lip.UPPER_CLOTHES: clothes.top, Lip.PANTS: clothes.bottom,
        Lip.SKIRT: clothes.bottom, Lip.LEFT_SHOE: (235, 235, 230), Lip.RIGHT_SHOE: (235, 235, 230),
    }  # fmt: skip
    photo = np.zeros((*true.shape, 3), np.float32)
    for label, colour in colours.items():
        photo[true == label] = colour
    # Light from the left, and a camera's noise.
    photo *= np.linspace(1.04, 0.92, true.shape[1], dtype=np.float32)[None, :, None]
    photo += np.random.default_rng(1).normal(0, 2, photo.shape)
    shown = np.clip(cv2.GaussianBlur(photo, (0, 0), 0.6), 0, 255).astype(np.uint8)
    # MediaPipe's mask has 256 pixels for a square around the person, here 640.
    coarse = cv2.resize((labels > 0).astype(np.float32), (WIDTH * 256 // HEIGHT, 256), interpolation=cv2.INTER_AREA)
    mask = np.clip(cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 0.8), size, interpolation=cv2.INTER_LINEAR), 0, 1)
    return Figure(shown, true, Person(_pose(joints, away), np.asarray(mask, np.float32)), joints)


def _pose(joints: Mapping[Joint, Point], away: bool) -> Pose:
    marks = []
    for joint in Joint:
        x, y = joints[joint]
        # From behind left and right change places, and the face is on the far side of the head.
        face = joint <= Joint.MOUTH_RIGHT and joint not in (Joint.LEFT_EAR, Joint.RIGHT_EAR)
        depth = (0.1 if away else -0.1) if face else 0.0
        marks.append(Landmark(x=(WIDTH - x if away else x) / WIDTH, y=y / HEIGHT, z=depth))
    return Pose(landmarks=tuple(marks))
