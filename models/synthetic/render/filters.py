"""Filters that respect edges: what was found for a few pixels of a surface serves that surface only."""

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Two pixels belong to the same surface if the second lies within so many metres of the first one's plane, times the
# metres a pixel covers for slopes.
_PLANE = 0.012
# `spread` works fully from the upper openness on, not at all below the lower: shadows where things touch stay.
_OPEN, _CLOSED = np.float32(0.88), np.float32(0.7)


@numba.njit(cache=True, fastmath=True)
def smoothed(values, positions, normals, kind, footprint):  # type: ignore[no-untyped-def]
    """`values` (H, W, C) averaged over 5 x 5 pixels of the same surface; the outer ones count half, so that each of the
    16 places of a 4 x 4 block counts the same. `kind` (H, W) is -1 where nothing is; `footprint` (H, W) is how many
    metres a pixel covers."""
    height, width, channels = values.shape
    result = np.zeros_like(values)
    total = np.empty(channels, np.float32)
    for y in range(height):
        for x in range(width):
            if kind[y, x] < 0:
                continue
            weight_sum = np.float32(0)
            total[:] = 0
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
                        total[channel] += weight * values[v, u, channel]
            for channel in range(channels):
                result[y, x, channel] = total[channel] / weight_sum
    return result


@numba.njit(cache=True, fastmath=True, inline="always")
def _alike(positions, normals, y, x, v, u, reach):  # type: ignore[no-untyped-def]
    """How much pixel (v, u) says about the surface in (y, x)."""
    facing, off = np.float32(0), np.float32(0)
    for axis in range(3):
        facing += normals[y, x, axis] * normals[v, u, axis]
        off += normals[y, x, axis] * (positions[v, u, axis] - positions[y, x, axis])
    if facing < 0.5 or abs(off) > reach:
        return np.float32(0)
    return facing * facing * facing * (1 - abs(off) / reach)


@numba.njit(cache=True, fastmath=True)
def spread(values, positions, normals, kind, footprint):  # type: ignore[no-untyped-def]
    """Averages the first three channels of `values` (H, W, C) in place, in group 0 (the backdrop) where it is nearly
    open: there few of the rays meet anything, what they say is coarse, and the truth is smooth. Pixels four apart are
    used (the a-trous step of Dammertz et al. 2010): those between them were averaged before."""
    height, width = kind.shape
    before = values[..., :3].copy()
    total = np.empty(3, np.float32)
    for y in range(height):
        for x in range(width):
            if kind[y, x] != 0:
                continue
            share = min(max((before[y, x, 1] - _CLOSED) / (_OPEN - _CLOSED), np.float32(0)), np.float32(1))
            if share == 0 or before[y, x, 1] == 1:
                continue
            weight_sum = np.float32(0)
            total[:] = 0
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
                    for channel in range(3):
                        total[channel] += weight * before[v, u, channel]
            for channel in range(3):
                mean = total[channel] / weight_sum
                values[y, x, channel] = before[y, x, channel] * (1 - share) + mean * share
