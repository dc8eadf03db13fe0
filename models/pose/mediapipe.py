"""Pose by MediaPipe's PoseLandmarker (BlazePose, arXiv:2006.10204) and the person masks that come with it."""

import atexit
import threading
import weakref
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np
import numpy.typing as npt

from models.pose.port import Person, Rgb
from models.pose.quiet import native_noise_held_back
from models.weights.manifest import POSE
from schemas.pose import Landmark, Pose

# The landmark network sees a person in 256 pixels, the detector the whole photo in 224: a person of a quarter of the
# photo's height, less than what the checks let pass of a large photo, still has 256 of these.
_LONG_SIDE = 1280
# Fewer than four people side by side leave nobody large enough to dress.
_MOST_PEOPLE = 4
# Measured on 20 variations (mirrored, scaled, padded) of each sample: at 0.3 a headless figure is found 20 times, at
# 0.4 18, at 0.5 10. No garment without a wearer and no noise is taken for a person, even at 0.2.
_LEAST_CONFIDENCE = 0.3
# Two poses of one person share at least 0.93 of the smaller mask, those of two people who touch at most 0.40
# (measured on the same variations): halfway.
_SAME_PERSON = 0.65


class MediaPipePose:
    """The `PoseEstimator` of the service. Thread-safe; the network is loaded by the first photo. To be closed."""

    version = "mediapipe-full-1"

    def __init__(self, weights: Path) -> None:
        """`weights` is the folder of fetched weights.

        Raises:
            WeightsError: they are not there.
        """
        self._bundle = POSE.fetched(weights)
        self._lock = threading.Lock()
        self._landmarker: Any = None
        self._has_run = False
        # Before MediaPipe is imported, so that at the interpreter's end this runs after MediaPipe's own farewell;
        # closing in another order, or not at all, prints a traceback.
        atexit.register(_close, weakref.ref(self))

    def people(self, rgb: Rgb) -> list[Person]:
        """The people in the photo (H, W, 3), the main one first; masks are the network's, smooth and coarse."""
        height, width = rgb.shape[:2]
        scale = min(1.0, _LONG_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        # INTER_AREA: reducing by more than two otherwise skips pixels, and thin wrists with them.
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
        found = _distinct(self._detect(np.ascontiguousarray(small, np.uint8)))
        found.sort(key=lambda person: _prominence(person.mask), reverse=True)
        return [Person(person.pose, _enlarged(person.mask, width, height)) for person in found]

    def close(self) -> None:
        """Frees the network. Harmless when repeated."""
        with self._lock:
            if self._landmarker is not None:
                self._landmarker.close()
            self._landmarker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _detect(self, rgb: Rgb) -> list[Person]:
        # Imported here, for it takes a second: parts that only name this class do not pay it.
        from mediapipe import Image, ImageFormat

        with self._lock, nullcontext() if self._has_run else native_noise_held_back():
            if self._landmarker is None:
                self._load()
            result = self._landmarker.detect(Image(image_format=ImageFormat.SRGB, data=rgb))
            # The last of its warnings comes with the first person.
            self._has_run = bool(result.pose_landmarks)
            masks = [np.array(mask.numpy_view()[..., 0]) for mask in result.segmentation_masks or ()]
        return [
            Person(_pose(landmarks), np.clip(mask, 0.0, 1.0))
            for landmarks, mask in zip(result.pose_landmarks, masks, strict=True)
        ]

    def _load(self) -> None:
        from mediapipe.tasks.python.core.base_options import BaseOptions
        from mediapipe.tasks.python.vision import PoseLandmarker, PoseLandmarkerOptions

        options = PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(self._bundle)),
            num_poses=_MOST_PEOPLE,
            min_pose_detection_confidence=_LEAST_CONFIDENCE,
            output_segmentation_masks=True,
        )
        self._landmarker = PoseLandmarker.create_from_options(options)


def _close(estimator: "weakref.ref[MediaPipePose]") -> None:
    forgotten = estimator()
    if forgotten is not None:
        forgotten.close()


def _pose(landmarks: list[Any]) -> Pose:
    return Pose(
        landmarks=tuple(
            Landmark(x=mark.x, y=mark.y, z=mark.z, visibility=min(1.0, max(0.0, mark.visibility or 0.0)))
            for mark in landmarks
        )
    )


def _distinct(people: list[Person]) -> list[Person]:
    """Without those who are another one found twice; the one whose landmarks are seen better stays."""
    kept: list[Person] = []
    for person in sorted(people, key=_seen, reverse=True):
        if all(_overlap(person.mask, other.mask) < _SAME_PERSON for other in kept):
            kept.append(person)
    return kept


def _seen(person: Person) -> float:
    return float(np.mean([mark.visibility for mark in person.pose.landmarks]))


def _overlap(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Shared pixels, as a share of the smaller mask."""
    a, b = one > 0.5, other > 0.5
    return float((a & b).sum() / max(1, min(a.sum(), b.sum())))


def _prominence(mask: npt.NDArray[np.float32]) -> float:
    """The mask's area, where a pixel at the photo's left or right edge counts half of one in its middle."""
    _, width = mask.shape
    weight = 1.0 - np.abs(np.linspace(-0.5, 0.5, width, dtype=np.float32))
    return float((mask @ weight).sum())


def _enlarged(mask: npt.NDArray[np.float32], width: int, height: int) -> npt.NDArray[np.float32]:
    if mask.shape == (height, width):
        return mask
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
