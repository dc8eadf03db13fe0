"""What networks see in a photo before anything is judged: people, hands and faces."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from models.pose.everybody import PeopleMask
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

    @property
    def is_sure(self) -> bool:
        """Whether it may be relied on where it must not be wrong: real faces mostly have 0.75 and more, false ones
        (hands, patterns, hair from behind) up to 0.70 (see `models.pose.faces`)."""
        return self.confidence >= 0.75


@dataclass(frozen=True)
class Reading:
    """Everything that is seen in a photo; of the `people` the main one is the first. `everybody`, if known, is how much
    of each pixel is anybody's: float32 (H, W), 0..1, those of whom no pose is found included."""

    people: Sequence[Person] = ()
    hands: Sequence[Hand] = ()
    faces: Sequence[Face] = ()
    everybody: npt.NDArray[np.float32] | None = None


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

    def people(self, rgb: Rgb) -> Sequence[Person]:
        """Only the people in the picture (H, W, 3), the main one first: a third of the work."""


class FakePhotoReader:
    """Answers the reading it was made with, and keeps the sizes (H, W) of the pictures that it was asked about."""

    version = "fake-1"

    def __init__(self, reading: Reading | None = None) -> None:
        self._reading = reading or Reading()
        self.asked: list[tuple[int, int]] = []

    @property
    def calls(self) -> int:
        """How often it was asked."""
        return len(self.asked)

    def read(self, rgb: Rgb) -> Reading:
        """The reading it was made with, whatever the photo."""
        self.asked.append((rgb.shape[0], rgb.shape[1]))
        return self._reading

    def people(self, rgb: Rgb) -> Sequence[Person]:
        """Those of the reading."""
        return self.read(rgb).people


class ComposedReader:
    """The `PhotoReader` of a pose estimator, a hand finder, a face finder, and everybody's mask if one is given.

    Pose takes as long as all others together, and networks give the interpreter's lock up: they run side by side.
    Closes what it was given.
    """

    def __init__(
        self, pose: PoseEstimator, hands: HandFinder, faces: FaceFinder, everybody: PeopleMask | None = None
    ) -> None:
        self._pose, self._hands, self._faces, self._everybody = pose, hands, faces, everybody
        parts = (pose, hands, faces) if everybody is None else (pose, hands, faces, everybody)
        self.version = "_".join(part.version for part in parts)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="reading")

    def read(self, rgb: Rgb) -> Reading:
        """What is seen in the photo (H, W, 3)."""
        beside = self._beside.submit(self._beside_pose, rgb)
        people = self.people(rgb)
        return replace(beside.result(), people=people)

    def people(self, rgb: Rgb) -> Sequence[Person]:
        """Only the people in the picture (H, W, 3), the main one first."""
        return tuple(self._pose.people(rgb))

    def _beside_pose(self, rgb: Rgb) -> Reading:
        everybody = None if self._everybody is None else self._everybody.mask(rgb)
        return Reading((), tuple(self._hands.hands(rgb)), tuple(self._faces.faces(rgb)), everybody)

    def close(self) -> None:
        """Frees the networks. Harmless when repeated."""
        self._beside.shutdown()
        for part in (self._pose, self._hands, self._faces, self._everybody):
            close = getattr(part, "close", None)
            if close is not None:
                close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
