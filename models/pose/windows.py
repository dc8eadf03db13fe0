"""Windows of a photo: small things, hands and faces, are looked for in the whole photo and once more from nearer."""

import math
from collections.abc import Iterator

import cv2
import numpy as np

from models.pose.port import Rgb


def reduced(rgb: Rgb, long_side: int) -> Rgb:
    """The photo (H, W, 3) with a longer side of at most `long_side` pixels."""
    height, width = rgb.shape[:2]
    scale = min(1.0, long_side / max(height, width))
    if scale == 1.0:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    # INTER_AREA: reducing by more than two otherwise skips pixels, and fingers with them.
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def windows(height: int, width: int, share: float) -> Iterator[tuple[int, int, int, int]]:
    """Top, left, bottom and right of the whole photo, then of squares whose side is `share` of its longer side.

    Neighbouring squares overlap by at least a quarter, so that what is smaller than that is whole in one of them.
    """
    yield 0, 0, height, width
    side = math.ceil(share * max(height, width))
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield top, left, min(height, top + side), min(width, left + side)


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    steps = math.ceil((length - side) / (0.75 * side))
    return [round(step * (length - side) / steps) for step in range(steps + 1)]
