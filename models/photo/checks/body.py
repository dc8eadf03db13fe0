"""The main person's body as arms, legs and turn are measured on it: in torso lengths, upright, by side.

Everything is in the body's own frame, so that neither the size of the photo nor a tilted camera matters: `along` the
torso from the hips (0) to the shoulders (1), `across` it to the person's own left; both in torso lengths.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.photo.checks.photo import TORSO_PART, CheckedPhoto, body_pixels
from models.pose.landmarks import Joint
from models.pose.yaw import yaw

Points = npt.NDArray[np.float64]

# Shoulders and hips, as the network places their joints, are 0.57 torso lengths wide on average: Drillis and Contini's
# breadths (0.259 and 0.191 of the height) less the flesh outside the joints (0.05 and 0.075), over a torso of 0.288.
_FACING_WIDTH = 0.57
# Someone in profile is about as deep as the torso is long: the belly of the stoutest, 0.66 of it, an arm and a hip.
_DEEPEST = 1.2
# Shoulder joints span more than 0.7 of the trunk's outline with both arms; under 0.4 they are not that trunk's.
_OUTLINE_PER_SHOULDERS = 2.5
# The middle of eyes, ears and mouth is 0.41 torso lengths above the shoulders (Drillis and Contini: eyes at 0.936).
# Under half of that the chin would be below them: legs or a chest were read as somebody.
_LOWEST_HEAD = 1.2
# Under 0.7 of its length the torso bends towards the camera by more than 45 degrees, or is misread.
_SHORTEST_TORSO = 0.7


@dataclass(frozen=True, eq=False)
class Body:
    """A person's landmarks in pixels `points` (33, 2), their depth `z` (33,) in pixels, 0 at the hips and negative
    towards the camera, `visibility` (33,), the mask (H, W), and `yaw` as the network has it, in degrees."""

    points: Points
    z: Points
    visibility: Points
    mask: npt.NDArray[np.float32]
    yaw: float

    @cached_property
    def hips(self) -> Points:
        """Their middle, in pixels."""
        return np.asarray(self.points[[Joint.LEFT_HIP, Joint.RIGHT_HIP]].mean(0))

    @cached_property
    def _upwards(self) -> Points:
        return np.asarray(self.points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]].mean(0) - self.hips)

    @cached_property
    def torso(self) -> float:
        """Its length in pixels."""
        return max(float(np.linalg.norm(self._upwards)), 1e-6)

    @cached_property
    def _axes(self) -> Points:
        """Unit vectors along and across (2, 2)."""
        up = self._upwards / self.torso
        left = np.array([-up[1], up[0]])
        shoulders = self.points[Joint.LEFT_SHOULDER] - self.points[Joint.RIGHT_SHOULDER]
        return np.stack([up, left if shoulders @ left >= 0 else -left])

    def framed(self, pixels: Points) -> Points:
        """Along and across of points in pixels (..., 2)."""
        return np.asarray((pixels - self.hips) @ self._axes.T / self.torso)

    @cached_property
    def joints(self) -> Points:
        """Along and across of the 33 landmarks."""
        return self.framed(self.points)

    @cached_property
    def half_shoulders(self) -> float:
        """Half the distance of the shoulder joints as seen, in torso lengths; 0.35 of who faces the camera."""
        return float(abs(self.joints[Joint.LEFT_SHOULDER, 1] - self.joints[Joint.RIGHT_SHOULDER, 1])) / 2

    @cached_property
    def half_hips(self) -> float:
        """Half the distance of the hip joints as seen, in torso lengths; 0.2 of who faces the camera."""
        return float(abs(self.joints[Joint.LEFT_HIP, 1] - self.joints[Joint.RIGHT_HIP, 1])) / 2

    @cached_property
    def turn(self) -> float:
        """Degrees 0..90 by which the trunk is turned out of the picture, by how narrow it is for its length.

        A torso that leans towards the camera is short; its length then comes from the legs.
        """
        length = max(self.torso, TORSO_PART * body_pixels(self.points)) / self.torso
        width = (self.half_shoulders + self.half_hips) / length
        return math.degrees(math.acos(min(1.0, width / _FACING_WIDTH)))

    @cached_property
    def trunk_is_read(self) -> bool:
        """False where the landmarks of shoulders and hips do not fit the mask, as in photos without a head: then
        nothing that is measured by them means anything."""
        if self.torso < _SHORTEST_TORSO * TORSO_PART * body_pixels(self.points):
            return False
        if self.joints[: Joint.MOUTH_RIGHT + 1, 0].mean() < _LOWEST_HEAD:
            return False
        return self._outline() <= max(_DEEPEST, 2 * _OUTLINE_PER_SHOULDERS * self.half_shoulders)

    def _outline(self) -> float:
        """The mask's breadth about the torso's middle line, in torso lengths: the median of eight heights."""
        height, width = self.mask.shape
        steps = np.arange(0.0, 2.0, 0.04)
        breadths = []
        for share in np.linspace(0.2, 0.9, 8):
            breadth = 0.0
            for side in (-1.0, 1.0):
                along = (share * self._axes[0] + side * steps[:, None] * self._axes[1]) * self.torso
                x, y = (self.hips + along).astype(int).T
                inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
                on = inside & (self.mask[y.clip(0, height - 1), x.clip(0, width - 1)] >= 0.5)
                breadth += float(steps[np.argmin(on)]) if not on.all() else 2.0
            breadths.append(breadth)
        return float(np.median(breadths))

    def in_frame(self, joint: Joint) -> bool:
        """True if the joint is within the photo."""
        (x, y), (height, width) = self.points[joint], self.mask.shape
        return bool(0 <= x < width and 0 <= y < height)


def main_body(photo: CheckedPhoto) -> Body | None:
    """The body of the person who is to be dressed; None where there is nobody."""
    if photo.main is None:
        return None
    marks = photo.main.pose.landmarks
    depth = np.array([mark.z for mark in marks]) * photo.rgb.shape[1]
    visibility = np.array([mark.visibility for mark in marks])
    return Body(photo.points, depth, visibility, photo.main.mask, yaw(photo.main.pose))
