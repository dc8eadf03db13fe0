"""Noise that tiles, the raw material of every procedural texture.

Fields are made once and kept: a texture takes one of a few, rolled by a random offset.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]  # (H, W)

# So many fields of a kind: rolled at random and mixed, nobody sees that they come again.
_FIELDS = 6


@cache
def _field(size: int, power: float, stretch: float, index: int) -> Field:
    """Noise whose spectrum falls by `power` (1 fine, 2 cloudy), `stretch` times longer along x, mean 0, deviation 1."""
    rng = np.random.default_rng((size, round(power * 100), round(stretch * 100), index))
    spectrum = np.fft.rfft2(rng.standard_normal((size, size)))
    y, x = np.fft.fftfreq(size)[:, None] * size, np.fft.rfftfreq(size)[None] * size
    radius = np.hypot(y, x * stretch)
    radius[0, 0] = 1.0
    spectrum *= radius**-power
    spectrum[0, 0] = 0.0
    values = np.fft.irfft2(spectrum, (size, size))
    return np.asarray(values / values.std(), np.float32)


def noise(rng: np.random.Generator, size: int, power: float = 1.5, stretch: float = 1.0) -> Field:
    """Tiling noise (size, size), mean 0, deviation 1; see `_field`."""
    field = _field(size, power, stretch, int(rng.integers(_FIELDS)))
    return np.roll(field, rng.integers(size, size=2).tolist(), (0, 1))


def speckle(rng: np.random.Generator, size: int) -> Field:
    """White noise (size, size), mean 0, deviation 1."""
    return noise(rng, size, 0.0)


def smoothstep(low: float, high: float, value: Field) -> Field:
    """0 below `low`, 1 above `high`, smooth between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t), np.float32)
