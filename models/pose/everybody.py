"""Everybody's mask by MediaPipe's selfie segmentation, which sees also those whom no pose is found of.

Its model card: https://developers.google.com/ml-kit/vision/selfie-segmentation; the network is a MobileNetV3 U-Net.
"""

import zipfile
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from models.pose.port import Rgb
from models.pose.task import MediaPipeTask, as_image
from models.pose.windows import reduced
from models.weights.manifest import SELFIE, SELFIE_NETWORK

# The network works on 256 pixels.
_LONG_SIDE = 512


class PeopleMask(Protocol):
    """Finds what belongs to people. `version` is part of the key under which its answers are kept."""

    version: str

    def mask(self, rgb: Rgb) -> npt.NDArray[np.float32]:
        """How much of each pixel of the photo (H, W, 3) is anybody's, float32 (H, W), 0..1."""


class MediaPipeEverybody(MediaPipeTask):
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
        super().__init__(SELFIE.fetched(weights))

    def mask(self, rgb: Rgb) -> npt.NDArray[np.float32]:
        """How much of each pixel of the photo (H, W, 3) is anybody's, float32 (H, W), 0..1; smooth and coarse."""
        height, width = rgb.shape[:2]
        small = reduced(rgb, _LONG_SIDE)
        # Its answer is a share of each pixel: there is no confidence to ask for.
        with self._task(self._loaded, 0.0) as segmenter:
            result = segmenter.segment(as_image(small))
            self._has_spoken = True
            seen = np.array(result.confidence_masks[-1].numpy_view(), np.float32).reshape(small.shape[:2])
        large = cv2.resize(seen, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.clip(large, 0.0, 1.0).astype(np.float32, copy=False)

    def _loaded(self, _confidence: float) -> Any:
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
        return ImageSegmenter.create_from_options(options)
