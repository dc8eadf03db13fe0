"""Where the body's parts are around the bones: distances and positions along limbs, for every pixel of a working
picture.

Distances are in the body's unit (`Skeleton.unit`): 0 inside a part, growing outside.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.skeleton import Points, Skeleton
from models.pose.landmarks import Joint

Float = npt.NDArray[np.float32]

# Half widths in units, of bodies of usual build (upper arm 11 cm across, wrist 6, thigh 19, knee 13, ankle 9).
UPPER_ARM, ELBOW, WRIST = 0.16, 0.13, 0.09
THIGH, KNEE, ANKLE = 0.30, 0.20, 0.13
PALM, FOOT, NECK = 0.12, 0.15, 0.24
# The torso's half width at the shoulders (joints are 0.5 apart from the middle, the deltoid is outside them), waist,
# hips.
TORSO_WIDTHS = ((0.0, 0.5, 1.0), (0.62, 0.52, 0.56))
# A hand is twice as long as the way from the wrist to the knuckles, which BlazePose marks; flat it has 0.5 units.
HAND_OF_KNUCKLES, HAND = 2.1, 0.5
# Fields are smooth: a third of the resolution is enough for them.
_COARSE = 3


@dataclass(frozen=True)
class Limb:
    """One arm or leg: `distance` (h, w) from its surface, `along` (h, w): 0 at its root, 0.5 at its middle joint, 1 at
    wrist or ankle, beyond 1 farther on; `axis` (h, w): the distance from its bones in their half widths."""

    distance: Float
    along: Float
    axis: Float


@dataclass(frozen=True)
class Regions:
    """All parts. Pairs are left and right of the person. `trunk` is 0 at the shoulders and 1 at the hips, along the
    torso."""

    torso: Float
    trunk: Float
    neck: Float
    face: Float  # in radii of its ellipse, not in units
    features: Float  # brows to chin, in radii of their ellipse
    below_chin: Float  # in units
    head: Float  # distance from a usual head with hair
    arms: tuple[Limb, Limb]
    hands: tuple[Float, Float]
    legs: tuple[Limb, Limb]
    feet: tuple[Float, Float]
    between_legs: Float


def regions(body: Skeleton, width: int, height: int) -> Regions:
    """The regions of a body in a picture of `width` x `height` pixels."""
    field = _Field(body, width, height)
    torso, trunk = field.torso()
    arms = field.limb(Joint.LEFT_SHOULDER, False), field.limb(Joint.LEFT_SHOULDER, True)
    legs = field.limb(Joint.LEFT_HIP, False), field.limb(Joint.LEFT_HIP, True)
    head = body.head
    top = head.centre - head.down * (0.3 * head.size)
    return Regions(
        torso=field.fine(torso),
        trunk=field.fine(trunk),
        neck=field.fine(field.capsule(head.centre + head.down * (1.2 * head.size), body.shoulders, NECK, NECK)),
        face=field.fine(head.face_distance(field.x, field.y)),
        features=field.fine(head.features_distance(field.x, field.y)),
        below_chin=field.fine(head.below_chin(field.x, field.y) * np.float32(head.size / body.unit)),
        # A head with short hair is 1.25 faces wide and reaches 1.7 sizes above the eyes.
        head=field.fine(field.distance(top, top)[0] / np.float32(body.unit) - np.float32(1.7 * head.size / body.unit)),
        arms=arms,
        hands=(field.fine(field.hand(False)), field.fine(field.hand(True))),
        legs=legs,
        feet=(field.fine(field.foot(False)), field.fine(field.foot(True))),
        between_legs=field.fine(field.between_legs()),
    )


def fingertips(body: Skeleton, *, right: bool) -> tuple[Points, Points]:
    """Where the index and the little finger end if they are stretched, two points (2,)."""
    wrist = body.side(Joint.LEFT_WRIST, right=right)
    tips = []
    for knuckle in (Joint.LEFT_INDEX, Joint.LEFT_PINKY):
        reach = (body.side(knuckle, right=right) - wrist) * HAND_OF_KNUCKLES
        length = float(np.linalg.norm(reach))
        tips.append(wrist + reach * min(1.0, HAND * body.unit / max(length, 1e-6)))
    return tips[0], tips[1]


class _Field:
    """Distances on a coarse grid; (h', w') in, (h', w') out, `fine` brings them to the picture's size."""

    def __init__(self, body: Skeleton, width: int, height: int) -> None:
        self._body = body
        self._size = (width, height)
        columns, rows = max(1, -(-width // _COARSE)), max(1, -(-height // _COARSE))
        x = (np.arange(columns, dtype=np.float32) + 0.5) * np.float32(width / columns) - 0.5
        y = (np.arange(rows, dtype=np.float32) + 0.5) * np.float32(height / rows) - 0.5
        self.x, self.y = np.meshgrid(x, y)

    def fine(self, values: Float) -> Float:
        """A field at the picture's size."""
        return np.asarray(cv2.resize(values.astype(np.float32), self._size, interpolation=cv2.INTER_LINEAR), np.float32)

    def distance(self, a: Points, b: Points) -> tuple[Float, Float]:
        """Pixels from the segment a-b, and the nearest point's share of the way, unclipped."""
        way = b - a
        squared = float(way @ way)
        dx, dy = self.x - np.float32(a[0]), self.y - np.float32(a[1])
        if squared < 1e-6:
            return np.hypot(dx, dy), np.zeros_like(dx)
        share = (dx * np.float32(way[0]) + dy * np.float32(way[1])) / np.float32(squared)
        held = np.clip(share, 0, 1)
        return np.hypot(dx - held * np.float32(way[0]), dy - held * np.float32(way[1])), share

    def capsule(self, a: Points, b: Points, first: float, second: float) -> Float:
        """The distance from a segment whose half width goes from `first` to `second` units."""
        distance, share = self.distance(a, b)
        half_width = first + np.clip(share, 0, 1) * np.float32(second - first)
        return np.asarray(np.maximum(distance / np.float32(self._body.unit) - half_width, 0), np.float32)

    def torso(self) -> tuple[Float, Float]:
        """The distance from the torso, and the share of the way from the shoulders to the hips, unclipped."""
        body = self._body
        length = max(float(np.linalg.norm(body.hips - body.shoulders)), 0.3 * body.unit)
        dx, dy = self.x - np.float32(body.shoulders[0]), self.y - np.float32(body.shoulders[1])
        trunk = (dx * np.float32(body.down[0]) + dy * np.float32(body.down[1])) / np.float32(length)
        lateral = np.abs(dx * np.float32(body.down[1]) - dy * np.float32(body.down[0])) / np.float32(body.unit)
        shoulders = np.linalg.norm(
            body.side(Joint.LEFT_SHOULDER, right=False) - body.side(Joint.LEFT_SHOULDER, right=True)
        )
        # From the side a torso is 0.6 times as wide.
        seen = max(float(shoulders) / body.unit, 0.6)
        half_width = np.interp(trunk, TORSO_WIDTHS[0], np.array(TORSO_WIDTHS[1]) * seen).astype(np.float32)
        ends = np.maximum(-0.12 - trunk, trunk - 1.15) * np.float32(length / body.unit)
        return np.maximum(np.maximum(lateral - half_width, ends), 0), trunk

    def limb(self, root: Joint, right: bool) -> Limb:
        """An arm or a leg, at the picture's size."""
        widths = (UPPER_ARM, ELBOW, WRIST) if root == Joint.LEFT_SHOULDER else (THIGH, KNEE, ANKLE)
        joints = [self._body.points[root + step + right] for step in (0, 2, 4)]
        near, share = self.distance(joints[0], joints[1])
        far, share_far = self.distance(joints[1], joints[2])
        unit = np.float32(self._body.unit)
        near_width = widths[0] + np.clip(share, 0, 1) * np.float32(widths[1] - widths[0])
        far_width = widths[1] + np.clip(share_far, 0, 1) * np.float32(widths[2] - widths[1])
        first = near / unit / near_width <= far / unit / far_width
        along = np.where(first, np.clip(share, -1, 1) * 0.5, 0.5 + np.clip(share_far, 0, 2) * 0.5)
        distance = np.where(first, near / unit - near_width, far / unit - far_width)
        axis = np.minimum(near / unit / near_width, far / unit / far_width)
        return Limb(self.fine(np.maximum(distance, 0)), self.fine(along), self.fine(axis))

    def hand(self, right: bool) -> Float:
        """The palm, the fingers on both its edges and between them, and the thumb."""
        index, pinky = fingertips(self._body, right=right)
        wrist, thumb = (self._body.side(joint, right=right) for joint in (Joint.LEFT_WRIST, Joint.LEFT_THUMB))
        found = self.capsule(wrist, wrist + (thumb - wrist) * 1.5, WRIST, 0.06)
        for tip in (index, pinky, (index + pinky) / 2):
            found = np.minimum(found, self.capsule(wrist, tip, WRIST, PALM))
        return found

    def foot(self, right: bool) -> Float:
        """The foot: the triangle of ankle, heel and toe."""
        ankle, heel, toe = (
            self._body.side(mark, right=right) for mark in (Joint.LEFT_ANKLE, Joint.LEFT_HEEL, Joint.LEFT_FOOT)
        )
        sole = self.capsule(heel, toe, FOOT, FOOT)
        return np.minimum(
            sole, np.minimum(self.capsule(ankle, toe, ANKLE, FOOT), self.capsule(ankle, heel, ANKLE, FOOT))
        )

    def between_legs(self) -> Float:
        """The space between the legs, from hips to ankles: 0 between them, growing outside."""
        body = self._body
        corners = [body.points[mark] for mark in (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE)]
        others = [body.points[mark + 1] for mark in (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE)]
        # Bars from leg to leg: the space is wherever one of them passes.
        shares = np.linspace(0, 1, 7)
        found = None
        for k in range(2):
            for share in shares:
                a = corners[k] + (corners[k + 1] - corners[k]) * share
                b = others[k] + (others[k + 1] - others[k]) * share
                bar = self.capsule(a, b, 0.1, 0.1)
                found = bar if found is None else np.minimum(found, bar)
        assert found is not None
        return found
