"""The body a garment is put on: joints and widths from pose and labels, in pixels of a working picture.

Left and right are the viewer's, so that the left sleeve of a product photo goes to `Side.LEFT`, whichever way the
person faces. Points are float64 (x, y).
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from schemas.pose import Pose

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]

# BlazePose's landmarks of the person's right side (the viewer's left when facing the camera): shoulder, elbow, wrist,
# index, hip, knee, ankle, heel. The person's left side has the number before each.
_RIGHT = {"shoulder": 12, "elbow": 14, "wrist": 16, "index": 20, "hip": 24, "knee": 26, "ankle": 28}

# Body proportions in shoulder widths (between the shoulder joints, as BlazePose marks them: 0.215 of the height after
# Drillis and Contini 1966). The distance to the hips is 1.5 of it, measured 1.44 to 1.6 on the sample photos.
TORSO = 1.5
ARMPIT_DEPTH = 0.38
CROTCH_DEPTH = 0.2  # below the hip joints, in torso lengths
UPPER_ARM, FOREARM, WRIST = 0.15, 0.12, 0.09  # half widths
THIGH, KNEE, ANKLE = 0.30, 0.2, 0.14  # half widths
CHEST, HIPS = (0.46, 0.60), (0.46, 0.62)  # half widths: at least, at most


@dataclass(frozen=True)
class Body:
    """Joints (2, 2) as left and right, the silhouette (H, W) they belong to, and the room (H, W) that clothes may take:
    what lies outside is not changed, so cloth must end before."""

    shoulder: Points
    elbow: Points
    wrist: Points
    index: Points
    hip: Points
    knee: Points
    ankle: Points
    nose: Points
    silhouette: Bool
    room: Bool
    unit: float  # shoulder width in pixels, as it would be seen from the front
    frontal: float  # 0.5..1: how much of it is seen

    @property
    def neck(self) -> Points:
        """The middle between the shoulder joints."""
        return np.asarray(self.shoulder.mean(0), np.float64)

    @property
    def pelvis(self) -> Points:
        """The middle between the hip joints."""
        return np.asarray(self.hip.mean(0), np.float64)

    @property
    def torso_length(self) -> float:
        """From the neck to the pelvis, at least what the shoulders' width lets expect of a torso seen foreshortened."""
        return max(float(np.linalg.norm(self.pelvis - self.neck)), 0.8 * TORSO * self.unit * 0.5)

    @property
    def down(self) -> Points:
        """The unit vector along the torso."""
        return _unit(self.pelvis - self.neck)

    @property
    def across(self) -> Points:
        """The unit vector across the torso, to the viewer's right."""
        return np.array([self.down[1], -self.down[0]])

    @property
    def arms(self) -> tuple[Points, Points]:
        """Left and right arm (3, 2): shoulder, elbow, wrist."""
        left, right = (np.stack([self.shoulder[i], self.elbow[i], self.wrist[i]]) for i in (0, 1))
        return left, right

    @property
    def legs(self) -> tuple[Points, Points]:
        """Left and right leg (3, 2): hip, knee, ankle."""
        left, right = (np.stack([self.hip[i], self.knee[i], self.ankle[i]]) for i in (0, 1))
        return left, right


def read_body(pose: Pose, labels: Labels, mask: Bool, to_working: Callable[[Points], Points]) -> Body:
    """The body in a working picture, which `labels` (h, w) and the garments' agnostic `mask` (h, w) belong to.

    `to_working` takes shares of the photo's width and height, as landmarks are given, to the picture's pixels.
    """
    marks = to_working(np.array([[mark.x, mark.y] for mark in pose.landmarks]))
    joints = {name: np.stack([marks[right], marks[right - 1]]) for name, right in _RIGHT.items()}
    # From behind the person's left is on the viewer's left; the torso decides for all joints, arms may be crossed.
    sides = joints["shoulder"][:, 0] + joints["hip"][:, 0]
    if sides[0] > sides[1]:
        joints = {name: pair[::-1].copy() for name, pair in joints.items()}
    seen = float(np.linalg.norm(joints["shoulder"][1] - joints["shoulder"][0]))
    torso = float(np.linalg.norm(joints["hip"].mean(0) - joints["shoulder"].mean(0)))
    unit = max(seen, 0.9 * torso / TORSO, 8.0)
    return Body(
        **joints,
        nose=marks[0],
        silhouette=labels > 0,
        room=mask | (labels > 0),
        unit=unit,
        frontal=float(np.clip(seen / unit, 0.5, 1.0)),
    )


def shoulder_tips(body: Body) -> Points:
    """Where a set-in sleeve's seam begins, (2, 2): outside the joint and on the silhouette's upper edge."""
    tips = []
    for side, outwards in ((0, -1), (1, 1)):
        start = body.shoulder[side] + outwards * 0.07 * body.frontal * body.unit * body.across
        steps = np.linspace(-0.2, 0.3, 51)
        path = start - steps[:, None] * body.unit * body.down
        outside = np.nonzero(~inside(body.silhouette, path))[0]
        # Hair on the shoulder, or a joint found beside the body, hides its edge; then the deltoid's usual height over
        # the joint is taken. Cloth lies about 0.02 (7 mm) above the skin.
        rise = steps[outside[0]] + 0.02 if outside.size and outside[0] > 0 else 0.1
        tips.append(start - float(np.clip(rise, -0.02, 0.14)) * body.unit * body.down)
    return np.array(tips)


def armpits(body: Body) -> Points:
    """The armpits, (2, 2): under the joints, a little inside."""
    inwards = 0.02 * body.unit * body.across
    drop = ARMPIT_DEPTH * body.unit * body.down
    return np.stack([body.shoulder[0] + inwards + drop, body.shoulder[1] - inwards + drop])


def half_widths(body: Body, points: Points) -> Points:
    """The torso's half width at points (n, 2) on its axis, left and right (n, 2): to the silhouette's edge without
    arms, held within what bodies measure."""
    torso = body.silhouette & ~_arms_drawn(body)
    below = (points - body.neck) @ body.down > body.torso_length * 0.8
    found = []
    for side in (-1, 1):
        steps = np.linspace(0, 1.0, 101)
        rays = points[:, None] + side * steps[None, :, None] * body.unit * body.across
        within = inside(torso, rays.reshape(-1, 2)).reshape(rays.shape[:2])
        reach = steps[np.where(within.all(1), steps.size - 1, (~within).argmax(1))]
        low, high = np.where(below, HIPS[0], CHEST[0]), np.where(below, HIPS[1], CHEST[1])
        found.append(np.clip(reach, low * body.frontal, high) * body.unit)
    return np.stack(found, 1)


def reach(body: Body, points: Points, directions: Points) -> Points:
    """How far the silhouette goes from points (n, 2) on a limb into these directions, (n,), and the cloth's thickness
    (0.03, about a centimetre with its air); 0 where it goes on for more than 0.42 shoulder widths (a deltoid's
    edge is 0.33 from the armhole's middle): there another part of the body begins."""
    steps = np.linspace(0, 0.42, 43)
    rays = points[:, None] + steps[None, :, None] * body.unit * directions[:, None]
    within = inside(body.silhouette, rays.reshape(-1, 2)).reshape(rays.shape[:2])
    distance = np.where(within.all(1), 0.0, steps[(~within).argmax(1)] + 0.03) * body.unit
    # One row's stray pixel must not dent a sleeve.
    padded = np.pad(distance, 2, mode="edge")
    return np.median(np.stack([padded[i : i + len(points)] for i in range(5)]), axis=0)


def room(body: Body, points: Points, directions: Points) -> Points:
    """How far cloth may reach from points (n, 2) into directions (n, 2), (n,): to the edge of what may be changed, less
    a hair for its own soft edge; at most 1.5 shoulder widths."""
    steps = np.linspace(0, 1.5, 151)
    rays = points[:, None] + steps[None, :, None] * body.unit * directions[:, None]
    within = inside(body.room, rays.reshape(-1, 2)).reshape(rays.shape[:2])
    free = np.where(within.all(1), steps[-1], steps[(~within).argmax(1)]) * body.unit
    return np.asarray(np.maximum(free - 0.02 * body.unit - 2, 0), np.float64)


def _arms_drawn(body: Body) -> Bool:
    """The arms' area, where they leave the torso: from a bit below the shoulder on."""
    canvas = np.zeros(body.silhouette.shape, np.uint8)
    thickness = max(1, round(2 * FOREARM * body.unit))
    for arm in body.arms:
        start = arm[0] + 0.5 * (arm[1] - arm[0])
        line = np.round(np.stack([start, arm[1], arm[2]])).astype(np.int32)
        cv2.polylines(canvas, [line], False, 1, thickness)
    for wrist, index in zip(body.wrist, body.index, strict=True):
        # Fingers end a bit beyond the index' landmark, its first joint; a fist is as wide as it is long.
        hand = np.round(np.stack([wrist, wrist + 1.5 * (index - wrist)])).astype(np.int32)
        cv2.polylines(canvas, [hand], False, 1, max(1, round(0.32 * body.unit)))
    return canvas > 0


def inside(mask: Bool, points: Points) -> Bool:
    """Which points (n, 2) lie on the mask's pixels, (n,)."""
    x, y = np.round(points).astype(int).T
    height, width = mask.shape
    within = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    return np.asarray(within & mask[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)], bool)


def _unit(vector: Points) -> Points:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else np.array([0.0, 1.0])
