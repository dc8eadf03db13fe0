"""The guided filter (He, Sun and Tang 2013) with a colour guide: lets the borders of coarse maps follow a picture's
edges."""

import cv2
import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


class GuidedFilter:
    """Filters maps (h, w) by a guide picture (h, w, 3), 0..1, in windows of 2 `radius` + 1 pixels.

    `epsilon` is the variance of colour below which a window counts as flat.
    """

    def __init__(self, guide: Float, radius: int, epsilon: float) -> None:
        self._guide = guide
        self._size = (2 * radius + 1, 2 * radius + 1)
        self._mean = self._box(guide)
        products = self._box(guide[..., [0, 0, 0]] * guide), self._box(guide[..., [1, 1, 2]] * guide[..., [1, 2, 2]])
        m = self._mean
        rr, rg, rb = (products[0][..., i] - m[..., 0] * m[..., i] for i in range(3))
        gg = products[1][..., 0] - m[..., 1] ** 2 + epsilon
        gb = products[1][..., 1] - m[..., 1] * m[..., 2]
        bb = products[1][..., 2] - m[..., 2] ** 2 + epsilon
        rr = rr + epsilon
        # The inverse of the symmetric covariance, by its cofactors.
        cofactors = np.stack(
            [
                gg * bb - gb**2,
                gb * rb - rg * bb,
                rg * gb - gg * rb,
                rr * bb - rb**2,
                rb * rg - rr * gb,
                rr * gg - rg**2,
            ],
            -1,
        )
        determinant = rr * cofactors[..., 0] + rg * cofactors[..., 1] + rb * cofactors[..., 2]
        self._inverse = cofactors / determinant[..., None]

    def coefficients(self, values: Float) -> Float:
        """The filter's answer as a linear function of the guide's colour, (h, w, 4): three factors and a constant."""
        mean = self._box(values)
        covariance = self._box(self._guide * values[..., None]) - self._mean * mean[..., None]
        c0, c1, c2 = (covariance[..., i] for i in range(3))
        i00, i01, i02, i11, i12, i22 = (self._inverse[..., i] for i in range(6))
        found = np.empty((*values.shape, 4), np.float32)
        found[..., 0] = i00 * c0 + i01 * c1 + i02 * c2
        found[..., 1] = i01 * c0 + i11 * c1 + i12 * c2
        found[..., 2] = i02 * c0 + i12 * c1 + i22 * c2
        found[..., 3] = mean - np.einsum("hwc,hwc->hw", found[..., :3], self._mean)
        return self._box(found)

    def _box(self, values: Float) -> Float:
        return np.asarray(cv2.boxFilter(values, -1, self._size, borderType=cv2.BORDER_REFLECT), np.float32)


def apply(coefficients: Float, guide: Float) -> Float:
    """The filtered map (...) from its coefficients (..., 4) and a guide (..., 3), which may be finer than the first."""
    return np.asarray((coefficients[..., :3] * guide).sum(-1) + coefficients[..., 3], np.float32)
