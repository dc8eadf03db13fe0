"""Filters that respect edges: what was found for a few pixels of a surface serves that surface only."""

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Two pixels belong to the same surface if the second lies within so many metres of the first one's plane, times the
# metres a pixel covers for slopes.
_PLANE = 0.012


@numba.njit(cache=True, fastmath=True)
def smoothed(values, positions, normals, kind, footprint):  # type: ignore[no-untyped-def]
    """`values` (H, W, C) averaged over 5 x 5 pixels of the same surface; the outer ones count half, so that each of the
    16 places of a 4 x 4 block counts the same. `kind` (H, W) is -1 where nothing is; `footprint` is metres a pixel at
    one metre's distance... (H, W) metres a pixel covers."""
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


def halved(image: Floats, ceiling: float) -> Floats:
    """(2H, 2W, 3) averaged to (H, W, 3). Values over `ceiling` count as it: a glint on one sample must not make its
    pixel white with a hard edge."""
    clipped = np.minimum(image, np.float32(ceiling))
    height, width = clipped.shape[0] // 2, clipped.shape[1] // 2
    return np.asarray(clipped.reshape(height, 2, width, 2, 3).mean((1, 3)), np.float32)
