"""Faces by MediaPipe's FaceDetector (BlazeFace, arXiv:1907.05047), in its full-range variant."""

import zipfile
from pathlib import Path
from typing import Any

from models.photo.reading import Face
from models.pose.port import Rgb
from models.pose.task import MediaPipeTask, as_image
from models.pose.windows import reduced, windows
from models.weights.manifest import FACE_NETWORK, FACES

_LONG_SIDE = 1280
# The detector sees a window in 192 pixels: the face of a body of the photo's height has 13 of them, 22 in a window.
_WINDOW = 0.6
# MediaPipe's default. Of 19 rendered rooms without people and the 8 sample garments, five show a "face" of 0.5 to 0.7;
# of 60 faces turned to the camera, one stays below 0.6 and three more below 0.75: who must not be wrong asks for 0.75.
_LEAST_CONFIDENCE = 0.5
# A face that is 8 pixels wide has eyes of 2: what is smaller cannot be told from noise.
_LEAST_PIXELS = 8


class MediaPipeFaces(MediaPipeTask):
    """The `FaceFinder` of the service. Thread-safe; the network is loaded by the first photo. To be closed."""

    version = "mediapipe-full-range-1"

    def __init__(self, weights: Path) -> None:
        """`weights` is the folder of fetched weights.

        Raises:
            WeightsError: they are not there.
        """
        super().__init__(FACES.fetched(weights))

    def faces(self, rgb: Rgb) -> list[Face]:
        """The faces in the photo (H, W, 3), of whomever, the largest first."""
        small = reduced(rgb, _LONG_SIDE)
        height, width = small.shape[:2]
        found: list[Face] = []
        for top, left, bottom, right in windows(height, width, _WINDOW):
            for x, y, wide, high, confidence in self._detect(small[top:bottom, left:right]):
                box = (left + x) / width, (top + y) / height, wide / width, high / height
                found.append(Face(*box, confidence))
        return sorted(_distinct(found), key=lambda face: face.width * face.height, reverse=True)

    def _detect(self, rgb: Rgb) -> list[tuple[int, int, int, int, float]]:
        """Left, top, width and height in the window's pixels, and the confidence, of each face in it."""
        with self._task(self._loaded, _LEAST_CONFIDENCE) as detector:
            result = detector.detect(as_image(rgb))
            self._has_spoken = True
        boxes = [(face.bounding_box, face.categories[0].score) for face in result.detections]
        return [
            (box.origin_x, box.origin_y, box.width, box.height, float(score))
            for box, score in boxes
            if box.width >= _LEAST_PIXELS
        ]

    def _loaded(self, confidence: float) -> Any:
        from mediapipe.tasks.python.core.base_options import BaseOptions
        from mediapipe.tasks.python.vision import FaceDetector, FaceDetectorOptions

        # The other tasks open a bundle themselves; this one wants the network in it.
        with zipfile.ZipFile(self._bundle) as bundle:
            network = bundle.read(FACE_NETWORK)
        options = FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=network), min_detection_confidence=confidence
        )
        return FaceDetector.create_from_options(options)


def _distinct(faces: list[Face]) -> list[Face]:
    """Each face once, as the window has it that is surest of it."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.confidence):
        if not any(_same(face, other) for other in kept):
            kept.append(face)
    return kept


def _same(one: Face, other: Face) -> bool:
    """The centre of one lies in the other: heads beside each other do not reach that far."""
    across = abs(one.x + one.width / 2 - other.x - other.width / 2)
    down = abs(one.y + one.height / 2 - other.y - other.height / 2)
    return across < max(one.width, other.width) / 2 and down < max(one.height, other.height) / 2
