"""Hands by MediaPipe's HandLandmarker (arXiv:2006.10214)."""

from pathlib import Path
from typing import Any

import numpy as np

from models.photo.reading import Hand
from models.pose.port import Rgb
from models.pose.task import MediaPipeTask, as_image
from models.pose.windows import reduced, windows
from models.weights.manifest import HANDS

# As for the pose: larger photos say nothing new to a network that sees a window in 192 pixels.
_LONG_SIDE = 1280
# The palm detector sees a window in 192 pixels. A body of the photo's height has palms of 0.06 of it, 11 pixels there,
# and 19 in a window of 0.6.
_WINDOW = 0.6
# Two of the main person, and two of somebody beside them.
_MOST_HANDS = 4
# Both are MediaPipe's own defaults.
_LEAST_CONFIDENCE = 0.5
# One hand found in two windows: centres closer than half the larger one's extent. Clasped hands are farther apart.
_SAME_HAND = 0.3


class MediaPipeHands(MediaPipeTask):
    """The `HandFinder` of the service. Thread-safe; the network is loaded by the first photo. To be closed."""

    version = "mediapipe-full-1"

    def __init__(self, weights: Path) -> None:
        """`weights` is the folder of fetched weights.

        Raises:
            WeightsError: they are not there.
        """
        super().__init__(HANDS.fetched(weights))

    def hands(self, rgb: Rgb) -> list[Hand]:
        """The hands in the photo (H, W, 3), of whomever, the surest first."""
        small = reduced(rgb, _LONG_SIDE)
        height, width = small.shape[:2]
        found: list[Hand] = []
        for top, left, bottom, right in windows(height, width, _WINDOW):
            size = np.array([right - left, bottom - top], np.float32)
            for hand in self._detect(small[top:bottom, left:right]):
                points = (hand.points * size + (left, top)) / (width, height)
                found.append(Hand(points.astype(np.float32), hand.left, hand.confidence))
        return _distinct(found, np.array([width, height], np.float32))

    def _detect(self, rgb: Rgb) -> list[Hand]:
        """The hands in a window, their points in shares of it."""
        with self._task(self._loaded, _LEAST_CONFIDENCE) as landmarker:
            result = landmarker.detect(as_image(rgb))
            # The last of its warnings comes with the first hand.
            self._has_spoken = self._has_spoken or bool(result.hand_landmarks)
        return [
            # The label is the person's own side in a photo that is not mirrored.
            Hand(
                np.array([(mark.x, mark.y) for mark in marks], np.float32),
                sides[0].category_name == "Left",
                float(sides[0].score),
            )
            for marks, sides in zip(result.hand_landmarks, result.handedness, strict=True)
        ]

    def _loaded(self, confidence: float) -> Any:
        from mediapipe.tasks.python.core.base_options import BaseOptions
        from mediapipe.tasks.python.vision import HandLandmarker, HandLandmarkerOptions

        options = HandLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(self._bundle)),
            num_hands=_MOST_HANDS,
            min_hand_detection_confidence=confidence,
            min_hand_presence_confidence=confidence,
        )
        return HandLandmarker.create_from_options(options)


def _distinct(hands: list[Hand], size: np.ndarray) -> list[Hand]:
    """Each hand once, as the window has it that is surest of it."""
    kept: list[Hand] = []
    for hand in sorted(hands, key=lambda hand: -hand.confidence):
        if not any(_same(hand, other, size) for other in kept):
            kept.append(hand)
    return kept


def _same(one: Hand, other: Hand, size: np.ndarray) -> bool:
    extents = [float(np.linalg.norm(np.ptp(hand.points * size, axis=0))) for hand in (one, other)]
    apart = float(np.linalg.norm((one.points.mean(0) - other.points.mean(0)) * size))
    return apart < _SAME_HAND * max(extents)
