"""The port of every try-on model: what it is given, what it answers, and how it is stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from schemas.events import Assessment, Category
from schemas.pose import Pose

Rgb = npt.NDArray[np.uint8]  # (H, W, 3), sRGB, 0..255
Labels = npt.NDArray[np.uint8]  # (H, W), LIP classes 0..19
Mask = npt.NDArray[np.bool_]  # (H, W)

# Called after each step with (step, of); raises to stop the work, and the model lets the exception through.
OnStep = Callable[[int, int], None]


@dataclass(frozen=True)
class GarmentPhotos:
    """A garment's product photos, and where it is worn."""

    category: Category
    front: Rgb
    back: Rgb | None
    agnostic_mask: Mask  # of the person's photo, (H, W): what this garment may change


@dataclass(frozen=True)
class TryOnInput:
    """One request: a person's photo (H, W, 3) with its analysis, and one or two garments."""

    person: Rgb
    labels: Labels
    iuv: npt.NDArray[np.uint8]  # (H, W, 3): part 0..24, u, v 0..255
    pose: Pose
    yaw: float  # degrees, 0 faces the camera
    garments: tuple[GarmentPhotos, ...]
    seed: int
    samples: int
    quality: Literal["fast", "normal", "best"]
    steps: int | None


@dataclass(frozen=True)
class Sample:
    """One picture (H, W, 3), of the photo's size; outside the masks it is the person's own pixels, bit for bit."""

    rgb: Rgb
    assessment: Assessment


class TryOnModel(Protocol):
    """A try-on model. `name` and `version` go into every result. Not called from two threads at once."""

    name: str
    version: str

    def generate(self, batch: Sequence[TryOnInput], on_step: Sequence[OnStep]) -> list[list[Sample] | Exception]:
        """The samples of each input, in order; an exception that stopped one input (from its own `on_step`, or
        because of its pictures) stands in its place and does not stop the others."""
