"""Coordinates on the parts of the body: each part is a piece of a cylinder about a bone."""

import numpy as np
import numpy.typing as npt

from models.parsing.regions import ANKLE, ELBOW, FOOT, KNEE, PALM, THIGH, UPPER_ARM, WRIST, fingertips
from models.parsing.skeleton import Points, Skeleton
from models.pose.landmarks import Joint
from models.surface.parts import Part, of_side

Float = npt.NDArray[np.float32]
Parts = npt.NDArray[np.uint8]

# Clothes make a limb look wider than it is by about so much.
_EASE = 1.2
# The torso's half width (the deltoid is outside the joint), in units.
_TORSO = 0.62
# The head reaches from 1.7 of its sizes above the eyes to the chin, 1.62 below them.
_CROWN = 1.7


class Charts:
    """The bones of a body in a picture of `width` x `height` pixels, and the coordinates around them."""

    def __init__(self, body: Skeleton, width: int, height: int) -> None:
        self._body = body
        y, x = np.indices((height, width), dtype=np.float32)
        self._x, self._y = x, y
        self._bones: dict[Part, tuple[Points, Points, float]] = {}
        self._add_trunk()
        for right in (0, 1):
            self._add_limbs(right)

    def coordinates(self, part: Parts) -> tuple[Float, Float]:
        """u and v (h, w), 0..1, of pixels whose part is (h, w)."""
        u, v = np.zeros(part.shape, np.float32), np.zeros(part.shape, np.float32)
        for number, (root, end, half_width) in self._bones.items():
            where = part == number
            if where.any():
                u[where], v[where] = self._around(root, end, half_width, self._x[where], self._y[where])
        return u, v

    def _around(self, root: Points, end: Points, half_width: float, x: Float, y: Float) -> tuple[Float, Float]:
        bone = end - root
        length = max(float(np.linalg.norm(bone)), 1.0)
        along = bone / length
        # To the viewer's right of a bone that points down; from behind that is the person's right.
        across = np.array([along[1], -along[0]]) * (-1.0 if self._body.away else 1.0)
        dx, dy = x - np.float32(root[0]), y - np.float32(root[1])
        u = (dx * np.float32(along[0]) + dy * np.float32(along[1])) / np.float32(length)
        side = (dx * np.float32(across[0]) + dy * np.float32(across[1])) / np.float32(half_width * self._body.unit)
        angle = np.arcsin(np.clip(side, -1, 1)) / np.float32(np.pi)
        return np.clip(u, 0, 1), np.asarray(angle + np.float32(0.5), np.float32)

    def _add_trunk(self) -> None:
        body, head = self._body, self._body.head
        for part in (Part.TORSO_BACK, Part.TORSO_FRONT):
            self._bones[part] = body.shoulders, body.hips, _TORSO
        crown = head.centre - head.down * (_CROWN * head.size)
        for part in (Part.LEFT_HEAD, Part.RIGHT_HEAD):
            self._bones[part] = crown, head.chin, 1.3 * head.half_width / body.unit

    def _add_limbs(self, right: int) -> None:
        arm = self._joints(right, Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW, Joint.LEFT_WRIST)
        leg = self._joints(right, Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE)
        heel, toe = self._joints(right, Joint.LEFT_HEEL, Joint.LEFT_FOOT)
        index, pinky = fingertips(self._body, right=bool(right))
        bones = {
            (Part.LEFT_UPPER_ARM_INSIDE, Part.LEFT_UPPER_ARM_OUTSIDE): (arm[0], arm[1], (UPPER_ARM + ELBOW) / 2),
            (Part.LEFT_FOREARM_INSIDE, Part.LEFT_FOREARM_OUTSIDE): (arm[1], arm[2], (ELBOW + WRIST) / 2),
            (Part.LEFT_HAND,): (arm[2], (index + pinky) / 2, PALM),
            (Part.LEFT_THIGH_BACK, Part.LEFT_THIGH_FRONT): (leg[0], leg[1], (THIGH + KNEE) / 2),
            (Part.LEFT_SHIN_BACK, Part.LEFT_SHIN_FRONT): (leg[1], leg[2], (KNEE + ANKLE) / 2),
            (Part.LEFT_FOOT,): (heel, toe, FOOT),
        }
        for parts, (root, end, half_width) in bones.items():
            for part in parts:
                self._bones[of_side(part, right)] = root, end, half_width * _EASE

    def _joints(self, right: int, *lefts: Joint) -> list[Points]:
        return [self._body.side(joint, right=bool(right)) for joint in lefts]
