"""Everybody's mask by MediaPipe's selfie segmentation, which sees also those whom no pose is found of.

Its model card: https://developers.google.com/ml-kit/vision/selfie-segmentation; the network is a MobileNetV3 U-Net.
"""

import atexit
import threading
import weakref
import zipfile
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import cv2
import numpy as np
import numpy.typing as npt

from models.pose.port import Rgb
from models.pose.quiet import native_noise_held_back
from models.pose.windows import reduced
from models.weights.manifest import SELFIE, SELFIE_NETWORK

# The network works on 256 pixels.
_LONG_SIDE = 512


class PeopleMask(Protocol):
    """Finds what belongs to people. `version` is part of the key under which its answers are kept."""

    version: str

    def mask(self, rgb: Rgb) -> npt.NDArray[np.float32]:
        """How much of each pixel of the photo (H, W, 3) is anybody's, float32 (H, W), 0..1."""


class MediaPipeEverybody:
    """The `PeopleMask` of the service. Thread-safe; the network is loaded by the first photo. To be closed.

    It also takes clothes, statues and other bulky things before a plain background for people: that it sees something
    is no proof of a person, that it sees nothing speaks against one.
    """

    version = "selfie-1"

    def __init__(self, weights: Path) -> None:
        """`weights` is the folder of fetched weights.

        Raises:
            WeightsError: they are not there.
        """
        self._bundle = SELFIE.fetched(weights)
        self._lock = threading.Lock()
        self._segmenter: Any = None
        self._has_run = False
        # Registered before MediaPipe is imported, as in `MediaPipePose`: closing in another order prints a traceback.
        atexit.register(_close, weakref.ref(self))

    def mask(self, rgb: Rgb) -> npt.NDArray[np.float32]:
        """How much of each pixel of the photo (H, W, 3) is anybody's, float32 (H, W), 0..1; smooth and coarse."""
        # Imported here, for it takes a second: parts that only name this class do not pay it.
        from mediapipe import Image, ImageFormat

        height, width = rgb.shape[:2]
        small = np.ascontiguousarray(reduced(rgb, _LONG_SIDE))
        with self._lock, nullcontext() if self._has_run else native_noise_held_back():
            if self._segmenter is None:
                self._load()
            result = self._segmenter.segment(Image(image_format=ImageFormat.SRGB, data=small))
            self._has_run = True
            seen = np.array(result.confidence_masks[-1].numpy_view(), np.float32).reshape(small.shape[:2])
        large = cv2.resize(seen, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.clip(large, 0.0, 1.0).astype(np.float32, copy=False)

    def close(self) -> None:
        """Frees the network. Harmless when repeated."""
        with self._lock:
            if self._segmenter is not None:
                self._segmenter.close()
            self._segmenter = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _load(self) -> None:
        from mediapipe.tasks.python.core.base_options import BaseOptions
        from mediapipe.tasks.python.vision import ImageSegmenter, ImageSegmenterOptions

        # As with faces, this task wants the network out of its bundle.
        with zipfile.ZipFile(self._bundle) as bundle:
            network = bundle.read(SELFIE_NETWORK)
        options = ImageSegmenterOptions(
            base_options=BaseOptions(model_asset_buffer=network),
            output_confidence_masks=True,
            output_category_mask=False,
        )
        self._segmenter = ImageSegmenter.create_from_options(options)


def _close(finder: "weakref.ref[MediaPipeEverybody]") -> None:
    forgotten = finder()
    if forgotten is not None:
        forgotten.close()
