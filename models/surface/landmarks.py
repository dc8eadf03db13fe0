"""Body surface from landmarks and labels: an approximation of DensePose where its weights are absent.

Parts have DensePose's numbers. u goes along a part, from its root outwards; v goes around it, towards the person's
left. Of a limb a camera sees half the surface, as of a cylinder: across its width the angle runs over half a turn.
DensePose's own charts were learnt from people and are curved, so u and v rise alike but are not the same numbers.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.parsing.regions import Regions, regions
from models.parsing.skeleton import Skeleton, skeleton
from models.pose.landmarks import Joint
from models.pose.port import Person
from models.surface.charts import Charts
from models.surface.parts import Part, of_side
from models.surface.port import Iuv
from models.tryon.port import Labels, Rgb

Bool = npt.NDArray[np.bool_]
Parts = npt.NDArray[np.uint8]

# Surfaces are smooth: they are worked out on so many pixels at most.
_WORKING_PIXELS = 240 * 320
# Labels say "arm" or "top", bones which part of it: hands from here, feet from there, in shares of the limb.
_HAND_FROM, _FOOT_FROM = 1.0, 1.05
# Lower clothes above the hips (in torso lengths from the shoulders) are on the torso.
_TORSO_END = 1.0

_HEAD = (Lip.HAT, Lip.HAIR, Lip.SUNGLASSES, Lip.FACE)
_ARM = (Lip.LEFT_ARM, Lip.RIGHT_ARM, Lip.GLOVE)
_FOOT = (Lip.LEFT_SHOE, Lip.RIGHT_SHOE)
_LEG = (Lip.LEFT_LEG, Lip.RIGHT_LEG, Lip.SOCKS)
_LOWER = (Lip.PANTS, Lip.SKIRT)


class LandmarkSurface:
    """The `BodySurface` that follows from pose and labels alone."""

    version = "landmarks-1"

    def iuv(self, rgb: Rgb, person: Person, labels: Labels) -> Iuv:
        """DensePose's part, u and v of every pixel, (H, W, 3) uint8; 0 where `labels` (H, W) are."""
        height, width = labels.shape
        scale = min(1.0, math.sqrt(_WORKING_PIXELS / (width * height)))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        body = skeleton(person.pose, *size)
        part = _parts(small, regions(body, *size), body)
        u, v = Charts(body, *size).coordinates(part)
        found = np.stack([part, _byte(u), _byte(v)], -1)
        full = np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
        full[labels == 0] = 0
        return full


def _byte(share: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return np.asarray(np.round(np.clip(share, 0, 1) * 255), np.uint8)


def _parts(labels: Labels, near: Regions, body: Skeleton) -> Parts:
    """The part of every pixel, (h, w), also outside the person: an edge at full resolution then has a part as well."""
    torso = Part.TORSO_BACK if body.away else Part.TORSO_FRONT
    arm, leg = _nearest_arm(near, body), _nearest_leg(near, body)
    head = _heads(near, body)
    on_arm = np.minimum(*(limb.distance for limb in near.arms)) < near.torso
    # A sleeve before the torso is an arm's where the forearm is; the upper arm beside it is told by the distance.
    forearms = [(limb.axis < 1) & (limb.along > 0.55) for limb in near.arms]
    on_arm |= forearms[0] | forearms[1]
    above_hips = (near.torso == 0) & (near.trunk < _TORSO_END)
    found = np.where(on_arm, arm, np.uint8(torso))
    below = (near.trunk > _TORSO_END) & ~on_arm
    found = np.where(below, leg, found)
    found = np.where((labels == 0) & (near.head < near.torso) & (near.below_chin < 0), head, found)
    found = np.where(_is(labels, _LOWER), np.where(above_hips, np.uint8(torso), leg), found)
    found = np.where(_is(labels, _LEG), leg, found)
    found = np.where(_is(labels, _FOOT), _feet(near), found)
    found = np.where(_is(labels, _ARM), arm, found)
    on_head = _is(labels, _HEAD) & ((labels != Lip.FACE) | (near.below_chin < 0))
    found = np.where(on_head, head, found)
    return np.asarray(np.where((labels == Lip.FACE) & ~on_head, np.uint8(torso), found), np.uint8)


def _nearest_arm(near: Regions, body: Skeleton) -> Parts:
    choices = []
    for right, (limb, hand) in enumerate(zip(near.arms, near.hands, strict=True)):
        # The palms of hanging arms look at the body: the half that is nearer to it is the inside.
        inside = _towards_middle(body, limb.axis.shape, Joint.LEFT_SHOULDER, right=bool(right))
        upper = np.where(
            inside, *(of_side(part, right) for part in (Part.LEFT_UPPER_ARM_INSIDE, Part.LEFT_UPPER_ARM_OUTSIDE))
        )
        fore = np.where(
            inside, *(of_side(part, right) for part in (Part.LEFT_FOREARM_INSIDE, Part.LEFT_FOREARM_OUTSIDE))
        )
        part = np.where(limb.along < 0.5, upper, fore)
        is_hand = (limb.along > _HAND_FROM) | ((hand == 0) & (limb.axis > 1.3))
        choices.append(np.where(is_hand, np.uint8(of_side(Part.LEFT_HAND, right)), part))
    nearer = np.minimum(near.arms[0].axis, near.hands[0] * 8) <= np.minimum(near.arms[1].axis, near.hands[1] * 8)
    return np.asarray(np.where(nearer, *choices), np.uint8)


def _nearest_leg(near: Regions, body: Skeleton) -> Parts:
    thigh, shin = Part.LEFT_THIGH_FRONT, Part.LEFT_SHIN_FRONT
    if body.away:
        thigh, shin = Part.LEFT_THIGH_BACK, Part.LEFT_SHIN_BACK
    choices = []
    for right, limb in enumerate(near.legs):
        part = np.where(limb.along < 0.5, np.uint8(of_side(thigh, right)), np.uint8(of_side(shin, right)))
        choices.append(np.where(limb.along > _FOOT_FROM, np.uint8(of_side(Part.LEFT_FOOT, right)), part))
    return np.asarray(np.where(near.legs[0].axis <= near.legs[1].axis, *choices), np.uint8)


def _feet(near: Regions) -> Parts:
    left, right = near.feet
    nearer = (left < right) | ((left == right) & (near.legs[0].axis <= near.legs[1].axis))
    return np.asarray(np.where(nearer, np.uint8(Part.LEFT_FOOT), np.uint8(Part.RIGHT_FOOT)), np.uint8)


def _heads(near: Regions, body: Skeleton) -> Parts:
    """The halves of the head, parted by the line through nose and chin."""
    y, x = np.indices(near.head.shape, dtype=np.float32)
    middle = body.head.eyes
    side = (x - middle[0]) * body.head.across[0] + (y - middle[1]) * body.head.across[1]
    left_is_viewers_right = not body.away
    return np.asarray(
        np.where((side > 0) == left_is_viewers_right, np.uint8(Part.LEFT_HEAD), np.uint8(Part.RIGHT_HEAD)), np.uint8
    )


def _towards_middle(body: Skeleton, shape: tuple[int, ...], root: Joint, *, right: bool) -> Bool:
    """Where pixels are on the side of a limb that looks at the body's middle, (h, w)."""
    y, x = np.indices(shape, dtype=np.float32)
    joints = [body.side(Joint(root + step), right=right) for step in (0, 2, 4)]
    middle = (body.shoulders + body.hips) / 2
    found = []
    for a, b in ((joints[0], joints[1]), (joints[1], joints[2])):
        normal = np.array([-(b - a)[1], (b - a)[0]])
        sign = np.sign(normal @ (middle - (a + b) / 2)) or 1.0
        found.append(((x - a[0]) * normal[0] + (y - a[1]) * normal[1]) * sign > 0)
    # Which of the two bones counts is told by the bisector at the middle joint.
    along = _direction(joints[1] - joints[0]) + _direction(joints[2] - joints[1])
    first = (x - joints[1][0]) * along[0] + (y - joints[1][1]) * along[1] < 0
    return np.asarray(np.where(first, found[0], found[1]), np.bool_)


def _direction(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else vector


def _is(labels: Labels, classes: tuple[Lip, ...]) -> Bool:
    table = np.zeros(256, np.bool_)
    table[list(classes)] = True
    return table[labels]
