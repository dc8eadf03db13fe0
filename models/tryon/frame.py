"""The part of a photo that is worked on, and the smaller picture that stands for it.

Everything that is smooth (mappings, light, filled areas) is found in the working picture and enlarged; the garment's
texture and the photo's own pixels are taken at the photo's full resolution, band by band, so that a photo of 24
megapixels needs no more memory than its own few copies.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.tryon.port import Mask

Float = npt.NDArray[np.float32]

# Rows of one band: 512 of 4,000 pixels and 20 float32 planes are 160 MB.
BAND = 512


@dataclass(frozen=True)
class Frame:
    """Rows `top`..`bottom` and columns `left`..`right` of the photo; a working pixel is `scale` times a photo's."""

    left: int
    top: int
    right: int
    bottom: int
    scale: float

    @property
    def region(self) -> tuple[slice, slice]:
        """The frame's rows and columns of the photo."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def shift(self) -> npt.NDArray[np.float64]:
        """The frame's corner in the photo, (x, y)."""
        return np.array([self.left, self.top], np.float64)

    @property
    def size(self) -> tuple[int, int]:
        """The working picture's (height, width)."""
        height, width = self.bottom - self.top, self.right - self.left
        return max(1, round(height * self.scale)), max(1, round(width * self.scale))

    def bands(self) -> Iterator[tuple[int, int]]:
        """First and last row (exclusive) of every band, counted from the frame's top."""
        height = self.bottom - self.top
        for start in range(0, height, BAND):
            yield start, min(height, start + BAND)

    def shrunk(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The frame of a photo, averaged down to the working picture."""
        part = picture[self.region]
        if self.scale == 1.0:
            return np.ascontiguousarray(part)
        return np.asarray(cv2.resize(part, self.size[::-1], interpolation=cv2.INTER_AREA), np.uint8)

    def sampled(self, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """The frame of labels or of a mask, every working pixel with one of their values."""
        part = picture[self.region]
        if self.scale == 1.0:
            return np.ascontiguousarray(part)
        return np.asarray(cv2.resize(part, self.size[::-1], interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)

    def enlarged(self, plane: Float, band: tuple[int, int]) -> Float:
        """A plane of the working picture, (h, w) or (h, w, n), at the photo's resolution for one band."""
        if self.scale == 1.0:
            return plane[band[0] : band[1]]
        width = self.right - self.left
        # Pixel centres: a photo's pixel x lies at (x + 0.5) * scale - 0.5 of the working picture.
        half = 0.5 * self.scale - 0.5
        matrix = np.array([[self.scale, 0, half], [0, self.scale, band[0] * self.scale + half]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (width, band[1] - band[0])
        return np.asarray(cv2.warpAffine(plane, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def frame_of(mask: Mask, margin: float, largest: int) -> Frame:
    """The frame around a mask (H, W), which must not be empty, with a margin (share of the mask's larger side) for what
    lies around; its working picture has at most `largest` pixels a side."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    space = int(margin * max(width, height)) + 8
    rows, columns = mask.shape
    box = (
        max(0, left - space),
        max(0, top - space),
        min(columns, left + width + space),
        min(rows, top + height + space),
    )
    scale = min(1.0, largest / max(box[2] - box[0], box[3] - box[1]))
    return Frame(*box, scale)
