"""The port of pose estimation: the people in a photo, and its fake."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from schemas.pose import Pose

Rgb = npt.NDArray[np.uint8]  # (H, W, 3), sRGB, 0..255


@dataclass(frozen=True)
class Person:
    """One person: the pose, and how much of each pixel is theirs: `mask` float32 (H, W), 0..1, at the photo's size."""

    pose: Pose
    mask: npt.NDArray[np.float32]


class PoseEstimator(Protocol):
    """Finds people. `version` is part of the key under which its answers are kept: another model, another name."""

    version: str

    def people(self, rgb: Rgb) -> list[Person]:
        """The people in the photo (H, W, 3), the main one (largest, most central) first; none: an empty list."""


class FakePoseEstimator:
    """Answers the people it was made with, and counts its calls."""

    version = "fake-1"

    def __init__(self, people: Sequence[Person] = ()) -> None:
        self._people = list(people)
        self.calls = 0

    def people(self, rgb: Rgb) -> list[Person]:
        """The people it was made with, whatever the photo."""
        self.calls += 1
        return list(self._people)
