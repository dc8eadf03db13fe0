"""Filters that respect edges: what was found for a few pixels of a surface serves that surface only."""

# ruff: noqa: PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.render.compiled import compiled, inlined

# Two pixels belong to the same surface if the second lies within so many metres of the first one's plane, times the
# metres a pixel covers for slopes.
_PLANE = 0.012
# `spread` works fully from the upper openness on, not at all below the lower: shadows where things touch stay.
_OPEN, _CLOSED = np.float32(0.88), np.float32(0.7)


@compiled
def smooth(values, positions, normals, kind, footprint, result):  # type: ignore[no-untyped-def]
    """Fills `result`, zeros at first, with `values` (H, W, C) averaged over 5 x 5 pixels of the same surface.

    The outer ones count half, so that each of the 16 places of a 4 x 4 block counts the same. `kind` (H, W) is -1 where
    nothing is; `footprint` (H, W) is how many metres a pixel covers."""
    height, width, channels = values.shape
    for y in range(height):
        for x in range(width):
            if kind[y, x] < 0:
                continue
            weight_sum = np.float32(0)
            reach = np.float32(_PLANE) + 2 * footprint[y, x]
            for dy in range(-2, 3):
                v = y + dy
                if v < 0 or v >= height:
                    continue
                for dx in range(-2, 3):
                    u = x + dx
                    if u < 0 or u >= width or kind[v, u] != kind[y, x]:
                        continue
                    weight = _alike(positions, normals, y, x, v, u, reach)
                    if weight <= 0:
                        continue
                    if abs(dx) == 2:
                        weight *= np.float32(0.5)
                    if abs(dy) == 2:
                        weight *= np.float32(0.5)
                    weight_sum += weight
                    for channel in range(channels):
                        result[y, x, channel] += weight * values[v, u, channel]
            for channel in range(channels):
                result[y, x, channel] /= weight_sum


@inlined
def _alike(positions, normals, y, x, v, u, reach):  # type: ignore[no-untyped-def]
    """How much pixel (v, u) says about the surface in (y, x)."""
    facing, off = np.float32(0), np.float32(0)
    for axis in range(3):
        facing += normals[y, x, axis] * normals[v, u, axis]
        off += normals[y, x, axis] * (positions[v, u, axis] - positions[y, x, axis])
    if facing < 0.5 or abs(off) > reach:
        return np.float32(0)
    return facing * facing * facing * (1 - abs(off) / reach)


@compiled
def spread(before, positions, normals, kind, footprint, values):  # type: ignore[no-untyped-def]
    """Averages `before` (H, W, 3) into the first three channels of `values` (H, W, C), on the backdrop (group 0) where
    it is nearly open.

    There few of the rays meet anything, what they say is coarse, and the truth is smooth. Pixels four apart are used
    (the a-trous step of Dammertz et al. 2010): those between them were averaged before."""
    height, width = kind.shape
    for y in range(height):
        for x in range(width):
            if kind[y, x] != 0:
                continue
            share = min(max((before[y, x, 1] - _CLOSED) / (_OPEN - _CLOSED), np.float32(0)), np.float32(1))
            if share == 0 or before[y, x, 1] == 1:
                continue
            weight_sum = np.float32(0)
            red = green = blue = np.float32(0)
            reach = np.float32(_PLANE) + 8 * footprint[y, x]
            for dy in range(-8, 9, 4):
                v = y + dy
                if v < 0 or v >= height:
                    continue
                for dx in range(-8, 9, 4):
                    u = x + dx
                    if u < 0 or u >= width or kind[v, u] != 0 or before[v, u, 1] < _CLOSED:
                        continue
                    weight = _alike(positions, normals, y, x, v, u, reach)
                    weight_sum += weight
                    red += weight * before[v, u, 0]
                    green += weight * before[v, u, 1]
                    blue += weight * before[v, u, 2]
            share /= weight_sum
            rest = 1 - share * weight_sum
            values[y, x, 0] = before[y, x, 0] * rest + red * share
            values[y, x, 1] = before[y, x, 1] * rest + green * share
            values[y, x, 2] = before[y, x, 2] * rest + blue * share


def combed(picture: npt.NDArray[np.float32], share: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The picture (H, W, 3) softened where hair ends. `share` (H, W) is how much of each pixel is hair: four samples of
    strands that are finer than a pixel are too few, and single dark samples would stand out as dots."""
    if not share.any():
        return picture
    square = np.ones((3, 3), np.uint8)
    change = (cv2.dilate(share, square) - cv2.erode(share, square))[..., None]
    return np.asarray(picture + change * (cv2.GaussianBlur(picture, (5, 5), 1.1) - picture), np.float32)
