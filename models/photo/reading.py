"""What networks see in a photo before anything is judged: people, hands and faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from models.pose.port import Person, PoseEstimator, Rgb


@dataclass(frozen=True, eq=False)
class Hand:
    """A hand: `points` float32 (21, 2), x and y in shares of the photo's width and height, wrist first (MediaPipe's
    hand landmarks); `left` is the person's own left; `confidence` 0..1."""

    points: npt.NDArray[np.float32]
    left: bool
    confidence: float


@dataclass(frozen=True)
class Face:
    """A face's box in shares of the photo's width and height: left, top, width, height; `confidence` 0..1."""

    x: float
    y: float
    width: float
    height: float
    confidence: float


@dataclass(frozen=True)
class Reading:
    """Everything that is seen in a photo; of the `people` the main one is the first."""

    people: Sequence[Person] = ()
    hands: Sequence[Hand] = ()
    faces: Sequence[Face] = ()


class HandFinder(Protocol):
    """Finds hands. `version` is part of the key under which its answers are kept."""

    version: str

    def hands(self, rgb: Rgb) -> list[Hand]:
        """The hands in the photo (H, W, 3), of whomever."""


class FaceFinder(Protocol):
    """Finds faces. `version` is part of the key under which its answers are kept."""

    version: str

    def faces(self, rgb: Rgb) -> list[Face]:
        """The faces in the photo (H, W, 3), of whomever, the largest first."""


class PhotoReader(Protocol):
    """Reads photos. Thread-safe, to be closed. `version` is part of the key under which readings are kept."""

    version: str

    def read(self, rgb: Rgb) -> Reading:
        """What is seen in the photo (H, W, 3)."""


class FakePhotoReader:
    """Answers the reading it was made with, and counts its calls."""

    version = "fake-1"

    def __init__(self, reading: Reading | None = None) -> None:
        self._reading = reading or Reading()
        self.calls = 0

    def read(self, rgb: Rgb) -> Reading:
        """The reading it was made with, whatever the photo."""
        self.calls += 1
        return self._reading


class ComposedReader:
    """The `PhotoReader` of a pose estimator, a hand finder and a face finder. Closes what it was given."""

    def __init__(self, pose: PoseEstimator, hands: HandFinder, faces: FaceFinder) -> None:
        self._pose, self._hands, self._faces = pose, hands, faces
        self.version = f"{pose.version}_{hands.version}_{faces.version}"

    def read(self, rgb: Rgb) -> Reading:
        """What is seen in the photo (H, W, 3)."""
        return Reading(tuple(self._pose.people(rgb)), tuple(self._hands.hands(rgb)), tuple(self._faces.faces(rgb)))

    def close(self) -> None:
        """Frees the networks. Harmless when repeated."""
        for part in (self._pose, self._hands, self._faces):
            close = getattr(part, "close", None)
            if close is not None:
                close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
