"""The port of the body surface: which point of the body every pixel shows."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.pose.port import Person
from models.tryon.port import Labels, Rgb

Iuv = npt.NDArray[np.uint8]  # (H, W, 3): DensePose's part 0..24, u and v as 0..255


class BodySurface(Protocol):
    """Finds the surface of one person. `version` is part of the key under which its answers are kept: another model,
    another name. Not called from two threads at once."""

    version: str

    def iuv(self, rgb: Rgb, person: Person, labels: Labels) -> Iuv:
        """DensePose's part, u and v of every pixel of the photo `rgb` (H, W, 3), whose LIP `labels` are (H, W):
        uint8 (H, W, 3), all 0 outside the person."""


class FakeBodySurface:
    """Calls the whole person the front of the torso, and counts its calls."""

    version = "fake-1"

    def __init__(self) -> None:
        self.calls = 0

    def iuv(self, rgb: Rgb, person: Person, labels: Labels) -> Iuv:
        """Part 2, u and v in the middle, wherever there is a label; (H, W, 3)."""
        self.calls += 1
        found = np.zeros((*labels.shape, 3), np.uint8)
        found[labels > 0] = 2, 128, 128
        return found
