"""Where on the body each texel of the skin's texture lies."""

from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.body.basis import basis

Map = npt.NDArray[np.float32]  # (H, W, 3), metres on the template in its A-pose; nan where no skin is

# Filtering mixes texels beyond the edge of a chart in: they get what lies inside.
_MARGIN = 0.35  # texels


@lru_cache(maxsize=4)
def texel_positions(size: int) -> Map:
    """Positions of the texels of a texture `size` x `size`."""
    data = basis()
    triangles, uv_triangles = data.parts["body"]
    found = np.full((size, size, 3), np.nan, np.float32)
    pixels = data.uv[uv_triangles] * [size, -size] + [0.0, size]
    _fill(found, data.template[triangles], pixels, _MARGIN)
    return found


@numba.njit(cache=True)
def _fill(out: Map, corners: npt.NDArray[np.float64], pixels: npt.NDArray[np.float64], margin: float) -> None:
    """`corners` (T, 3, 3) are positions, `pixels` (T, 3, 2) where they are in the texture."""
    size = out.shape[0]
    for t in range(corners.shape[0]):
        x, y = pixels[t, :, 0], pixels[t, :, 1]
        area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
        if abs(area) < 1e-9:
            continue
        reach = margin * (abs(x[1] - x[0]) + abs(x[2] - x[0]) + abs(y[1] - y[0]) + abs(y[2] - y[0])) / abs(area) + 0.02
        for row in range(max(int(y.min()) - 1, 0), min(int(y.max()) + 2, size)):
            for column in range(max(int(x.min()) - 1, 0), min(int(x.max()) + 2, size)):
                px, py = column + 0.5, row + 0.5
                b = ((px - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (py - y[0])) / area
                c = ((x[1] - x[0]) * (py - y[0]) - (px - x[0]) * (y[1] - y[0])) / area
                a = 1 - b - c
                inside = a >= 0 and b >= 0 and c >= 0
                if min(a, b, c) < -reach or (not inside and not np.isnan(out[row, column, 0])):
                    continue
                for axis in range(3):
                    out[row, column, axis] = a * corners[t, 0, axis] + b * corners[t, 1, axis] + c * corners[t, 2, axis]
