"""From light on the sensor to a picture: exposure, white balance, tone curve."""

import cv2
import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.render.light import Lighting

Linear = npt.NDArray[np.float32]  # (H, W, 3), 1 is a white sheet in the light
Picture = npt.NDArray[np.uint8]  # (H, W, 3), sRGB

_STEPS = 4096
_TOP = 8.0  # radiance from which everything is white
_KNEE = 0.55  # up to here the curve follows the light, above it bends towards white
_CONTRAST = 0.22  # share of an S curve mixed in: what cameras' standard picture styles add


def to_linear(srgb: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """From sRGB 0..1 to light (IEC 61966-2-1)."""
    values = np.asarray(srgb, np.float64)
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """From light 0..1 to sRGB (IEC 61966-2-1)."""
    values = np.clip(np.asarray(linear, np.float64), 0, 1)
    return np.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


def _curve() -> npt.NDArray[np.float32]:
    # The table is even in the square root of the light: dark tones need finer steps.
    light = np.linspace(0, np.sqrt(_TOP), _STEPS) ** 2
    bent = np.where(light < _KNEE, light, _KNEE + (1 - _KNEE) * -np.expm1(-(light - _KNEE) / (1 - _KNEE)))
    tone = to_srgb(bent)
    s_curve = tone * tone * (3 - 2 * tone)
    return np.asarray((1 - _CONTRAST) * tone + _CONTRAST * s_curve, np.float32)


_TABLE = _curve()


def tone_curve(linear: npt.NDArray[np.floating]) -> Linear:
    """sRGB values 0..1 (H, W, 3) of light (H, W, 3) by a film-like curve: true below a bright grey, highlights roll off
    to white and lose their colour."""
    return np.asarray(_toned(np.ascontiguousarray(linear, np.float32), _TABLE), np.float32)


@numba.njit(cache=True)
def _toned(linear: Linear, table: npt.NDArray[np.float32]) -> Linear:
    found = np.empty(linear.shape, np.float32)
    light, tone = linear.reshape(-1), found.reshape(-1)
    scale = np.float32((_STEPS - 1) / np.sqrt(_TOP))
    for place in range(light.size):
        index = np.sqrt(min(max(light[place], np.float32(0)), np.float32(_TOP))) * scale
        low = min(int(index), _STEPS - 2)
        part = index - np.float32(low)
        tone[place] = table[low] * (np.float32(1) - part) + table[low + 1] * part
    return found


def sensed(linear: Linear, lighting: Lighting) -> Linear:
    """The light (H, W, 3) after exposure and white balance: what a lens and a sensor's faults are applied to."""
    return linear * (np.asarray(lighting.white, np.float32) * np.float32(lighting.exposure))


def develop(linear: Linear, lighting: Lighting) -> Picture:
    """The picture (H, W, 3) a camera stores for the light (H, W, 3) on its sensor."""
    return np.asarray(cv2.convertScaleAbs(tone_curve(sensed(linear, lighting)), alpha=255.0), np.uint8)
