"""A pinhole camera."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.synthetic.geometry import Points


@dataclass(frozen=True)
class Camera:
    """Looks from `eye` to `target`; z is up in the picture, unless `roll` degrees (clockwise picture) turn it.
    `fov` is the vertical field of view in degrees."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    fov: float
    width: int
    height: int
    roll: float = 0.0

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return 0.5 * self.height / float(np.tan(np.radians(self.fov) / 2))

    @cached_property
    def axes(self) -> npt.NDArray[np.float64]:
        """Rows: the directions of the picture's x (right), y (down) and of the view (3, 3)."""
        forward = np.subtract(self.target, self.eye)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        down = np.cross(forward, right)
        c, s = np.cos(np.radians(self.roll)), np.sin(np.radians(self.roll))
        return np.stack([c * right + s * down, c * down - s * right, forward])

    def project(self, points: Points) -> Points:
        """Picture coordinates (N, 3) of `points` (N, 3): x, y in pixels (pixel centres at .5) and depth in metres."""
        seen = (points - np.asarray(self.eye)) @ self.axes.T
        depth = seen[:, 2:]
        centre = np.array([self.width / 2, self.height / 2])
        return np.concatenate([centre + self.focal * seen[:, :2] / depth, depth], 1)

    def resized(self, factor: int) -> "Camera":
        """The same view with `factor` times as many pixels a side."""
        return Camera(self.eye, self.target, self.fov, self.width * factor, self.height * factor, self.roll)
