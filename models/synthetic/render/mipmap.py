"""Pictures at every smaller size, so that one texel is about as large as one pixel: prints that do not alias.

L. Williams, "Pyramidal parametrics", SIGGRAPH 1983.
"""

import weakref
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

Channels = Literal["colour", "opacity"]


@dataclass(frozen=True, eq=False)
class Pyramid:
    """A texture and its halvings in one array. `texels` (M, C) hold the levels one after the other, each from its top
    row down; `levels` (L, 3) are the first texel, width and height of each."""

    texels: npt.NDArray[np.uint8]
    levels: npt.NDArray[np.int64]


_known: dict[tuple[int, Channels], tuple[weakref.ref[npt.NDArray[np.uint8]], Pyramid]] = {}


def pyramid(texture: npt.NDArray[np.uint8], channels: Channels) -> Pyramid:
    """The texture's (H, W, 3 or 4) colour (C = 3) or opacity (C = 1), made once for every array as long as it lives."""
    key = (id(texture), channels)
    found = _known.get(key)
    if found is not None and found[0]() is texture:
        return found[1]
    made = _pyramid(texture, channels)
    _known[key] = (weakref.ref(texture, lambda _: _known.pop(key, None)), made)
    return made


def _pyramid(texture: npt.NDArray[np.uint8], channels: Channels) -> Pyramid:
    level = np.ascontiguousarray(texture[..., :3] if channels == "colour" else _opacity(texture))
    flat, levels, first = [], [], 0
    while True:
        height, width = level.shape[:2]
        flat.append(level.reshape(height * width, -1))
        levels.append((first, width, height))
        first += height * width
        if height == width == 1:
            return Pyramid(np.concatenate(flat), np.array(levels, np.int64))
        half = max(1, width // 2), max(1, height // 2)
        level = np.asarray(cv2.resize(level, half, interpolation=cv2.INTER_AREA), np.uint8)


def _opacity(texture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if texture.shape[2] == 4:
        return texture[..., 3]
    return np.full(texture.shape[:2], 255, np.uint8)
