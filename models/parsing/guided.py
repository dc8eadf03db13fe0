"""The guided filter (He, Sun and Tang 2013) with a colour guide: lets coarse maps' borders follow a picture's edges."""

import cv2
import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]


class GuidedFilter:
    """Filters maps (h, w) by a guide picture (h, w, 3), 0..1, in windows of 2 `radius` + 1 pixels.

    `epsilon` is the variance of colour below which a window counts as flat.
    """

    def __init__(self, guide: Float, radius: int, epsilon: float) -> None:
        self._size = (2 * radius + 1, 2 * radius + 1)
        self._guide = [np.asarray(plane, np.float32) for plane in cv2.split(guide)]
        self._mean = [self._box(plane) for plane in self._guide]
        rr, rg, rb, gg, gb, bb = (
            self._box(self._guide[i] * self._guide[j])
            - self._mean[i] * self._mean[j]
            + np.float32(epsilon if i == j else 0)
            for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        )
        # The inverse of the symmetric covariance, by its cofactors.
        cofactors = (
            gg * bb - gb * gb,
            gb * rb - rg * bb,
            rg * gb - gg * rb,
            rr * bb - rb * rb,
            rb * rg - rr * gb,
            rr * gg - rg * rg,
        )
        determinant = rr * cofactors[0] + rg * cofactors[1] + rb * cofactors[2]
        self._inverse = [cofactor / determinant for cofactor in cofactors]

    def coefficients(self, values: Float) -> Float:
        """The filter's answer as a linear function of the guide's colour, (h, w, 4): three factors and a constant."""
        mean = self._box(values)
        r, g, b = (
            self._box(plane * values) - average * mean for plane, average in zip(self._guide, self._mean, strict=True)
        )
        rr, rg, rb, gg, gb, bb = self._inverse
        factors = (rr * r + rg * g + rb * b, rg * r + gg * g + gb * b, rb * r + gb * g + bb * b)
        constant = mean
        for factor, average in zip(factors, self._mean, strict=True):
            constant = constant - factor * average
        return self._box(np.asarray(cv2.merge([*factors, constant]), np.float32))

    def _box(self, values: Float) -> Float:
        return np.asarray(cv2.boxFilter(values, -1, self._size, borderType=cv2.BORDER_REFLECT), np.float32)


def apply(coefficients: Float, guide: Float) -> Float:
    """The filtered map (...) from its coefficients (..., 4) and a guide (..., 3), which may be finer than the first."""
    found = coefficients[..., 3].copy()
    for channel in range(3):
        found += coefficients[..., channel] * guide[..., channel]
    return found
