"""Masks of the people in a photo, small enough to be counted quickly, and the frame that the photo has without borders.

All is in the pixels of the photo reduced to `LONG_SIDE`.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from models.photo.checks.photo import CheckedPhoto
from models.pose.windows import reduced

# Masks come from 256 pixels.
LONG_SIDE = 384
# Half of the pixel is a person's.
_OWN = 0.5
# JPEG's noise in a plain surface, of 255.
_PLAIN = 8.0
# A border ends at once, over the width of what is inside; before a plain wall a head or feet begin, which have less
# than half of the person's width.
_BORDER_ENDS = 0.8

Mask = npt.NDArray[np.bool_]  # (H, W)


@dataclass(frozen=True, eq=False)
class Figures:
    """What a photo, reduced, shows of people."""

    photo: CheckedPhoto

    @cached_property
    def rgb(self) -> npt.NDArray[np.uint8]:
        """The photo (H, W, 3)."""
        return reduced(self.photo.rgb, LONG_SIDE)

    @cached_property
    def people(self) -> list[Mask]:
        """The mask of each person of whom a pose is found, the main one first."""
        return [self._mask(person.mask) for person in self.photo.people]

    @cached_property
    def everybody(self) -> Mask:
        """What is anybody's; nobody's where that is not known."""
        known = self.photo.reading.everybody
        return self._mask(known) if known is not None else np.zeros(self.rgb.shape[:2], np.bool_)

    @cached_property
    def patches(self) -> list[Mask]:
        """The connected parts of `everybody`."""
        count, labels = cv2.connectedComponents(self.everybody.astype(np.uint8))
        return [labels == label for label in range(1, count)]

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """The main person's landmarks, (33, 2)."""
        return self.photo.points * self._scale

    @cached_property
    def body(self) -> float:
        """The height that the main person's whole body would have (`CheckedPhoto.body_pixels`)."""
        return self.photo.body_pixels * self._scale

    @cached_property
    def frame(self) -> tuple[int, int, int, int]:
        """Top, left, bottom and right of the picture inside plain borders, as programs add to make it square."""
        top, bottom = _inside(self.rgb)
        left, right = _inside(self.rgb.transpose(1, 0, 2))
        return top, left, bottom, right

    @property
    def _scale(self) -> float:
        return float(self.rgb.shape[0] / self.photo.rgb.shape[0])

    def _mask(self, mask: npt.NDArray[np.float32]) -> Mask:
        height, width = self.rgb.shape[:2]
        # Masks are smooth: nothing of them lies between the pixels that are looked at.
        return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR) > _OWN)


def _inside(rgb: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """The first row of the picture inside plain borders above and below, and the first behind it."""
    return _plain_rows(rgb), rgb.shape[0] - _plain_rows(rgb[::-1])


def _plain_rows(rgb: npt.NDArray[np.uint8]) -> int:
    """How many rows a plain border has at the top; 0 if there is none, or nothing else."""
    colour = np.median(rgb[0].astype(np.float32), axis=0)
    other = np.abs(rgb.astype(np.float32) - colour).max(2) > _PLAIN
    busy = other.mean(1)
    rows = np.flatnonzero(busy > 0.02)
    if rows.size == 0 or rows[0] == 0:
        return 0
    # The row in which the border ends may be a mixture.
    begin = int(rows[0])
    return begin if busy[begin : begin + 3].max() >= _BORDER_ENDS * busy.max() else 0
