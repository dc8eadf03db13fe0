"""Underwear painted on the skin: nobody is ever shown naked."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.body.basis import basis
from models.synthetic.body.regions import region
from models.synthetic.body.texels import texel_positions
from models.synthetic.surface import Texture

COLOURS: dict[str, tuple[int, int, int]] = {"white": (222, 220, 216), "grey": (128, 128, 130), "black": (30, 30, 33)}

# Metres on the template: how far the legs of the shorts reach below the crotch, how far they reach above the hip
# joints, half the height of the band over the breasts, and how far around a nipple skin is made even.
_LEGS, _WAIST, _BAND, _AREOLA = 0.035, 0.075, 0.075, 0.035
_EDGE = 0.002  # over which the painting fades


def dressed(texture: Texture, colour: str, *, band: bool) -> Texture:
    """A skin texture with shorts and, if `band`, a band over the breasts; without it the nipples are made even."""
    size = texture.shape[0]
    shorts, chest, areola = _masks(size)
    cloth = np.array(COLOURS[colour], np.float32)
    result = texture.astype(np.float32)
    if not band:
        smooth = cv2.blur(result, (size // 14, size // 14))
        result += areola[..., None] * (smooth - result)
    cover = np.maximum(shorts, chest) if band else shorts
    # The folds painted into the skin show through as faint shading.
    result += cover[..., None] * (cloth * _knit(size)[..., None] - result)
    return np.asarray(np.round(np.clip(result, 0, 255)), np.uint8)


@lru_cache(maxsize=4)
def _masks(size: int) -> tuple[npt.NDArray[np.float32], ...]:
    """Coverage 0..1 (H, W) of shorts, band, and of what is made even around the nipples."""
    where = texel_positions(size)
    x, y, z = np.moveaxis(np.nan_to_num(where, nan=-9.0), 2, 0)
    data = basis()
    rest = data.template
    trunk, hip = rest[region("trunk")], data.heads[data.bones.index("upperleg01.L")]
    crotch = trunk[np.abs(trunk[:, 0]) < 0.01, 2].min()
    # In the A-pose hands are as low as the hips, but far outside them.
    body = np.abs(x) < 0.27
    shorts = _step(z - (crotch - _LEGS)) * _step(hip[2] + _WAIST - z) * body
    front = trunk[(np.abs(trunk[:, 0]) > 0.05) & (np.abs(trunk[:, 0]) < 0.14) & (trunk[:, 2] > hip[2] + 0.2)]
    nipple = front[front[:, 1].argmin()]
    chest = _step(_BAND - np.abs(z - nipple[2])) * (np.abs(x) < 0.165)
    away = np.sqrt((np.abs(x) - abs(nipple[0])) ** 2 + (z - nipple[2]) ** 2)
    areola = np.clip((_AREOLA - away) / 0.01, 0, 1) * (y < nipple[1] + 0.06)
    return tuple(np.asarray(mask, np.float32) for mask in (shorts, chest, areola))


def _step(metres: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(np.clip(metres / _EDGE, 0, 1), np.float32)


@lru_cache(maxsize=4)
def _knit(size: int) -> npt.NDArray[np.float32]:
    noise = np.random.default_rng(11).standard_normal((size, size))
    return np.asarray(1.0 + 0.01 * cv2.GaussianBlur(noise, (0, 0), 1.0) / 0.28, np.float32)
