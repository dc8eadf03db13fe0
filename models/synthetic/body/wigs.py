"""Colours of hair, brows and eyes."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.body.assets import opaque, picture
from models.synthetic.surface import Texture

Tone = npt.NDArray[np.float64]

# How dark the iris of brown eyes is compared to the light brown one.
_IRIS = {"brown": 0.5, "darkbrown": 0.26, "brownlight": 0.75}
# Albedo of a strand in the light and in the depth of the hair, sRGB.
_COLOURS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "black": ((58, 52, 50), (12, 10, 10)),
    "dark_brown": ((92, 66, 50), (22, 15, 11)),
    "brown": ((128, 92, 64), (36, 24, 16)),
    "light_brown": ((164, 126, 88), (58, 40, 26)),
    "blond": ((218, 188, 138), (104, 78, 46)),
    "red": ((158, 84, 46), (52, 22, 12)),
    "grey": ((176, 174, 170), (70, 68, 66)),
    "white": ((226, 224, 218), (128, 126, 122)),
}


@lru_cache(maxsize=48)
def hair_texture(path: Path, colour: str) -> Texture:
    """A hair texture, RGBA, in a colour: the light and dark of its strands are kept."""
    base = picture(path)
    opacity = base[..., 3] if base.shape[2] == 4 else np.full(base.shape[:2], 255, np.uint8)
    luma = np.asarray(cv2.cvtColor(np.ascontiguousarray(base[..., :3]), cv2.COLOR_RGB2GRAY), np.float64)
    seen = luma[opacity > 128]
    low, middle, high = np.percentile(seen, (3, 50, 98))
    # The same spread of light and dark for all styles, some of which were painted black, others blond.
    power = np.log(0.45) / np.log(np.clip((middle - low) / max(high - low, 1e-6), 0.05, 0.95))
    share = np.clip((luma - low) / max(high - low, 1e-6), 0, 1) ** np.clip(power, 0.4, 2.0)
    # Painted highlights are stronger than light from everywhere makes them.
    share = 0.45 + 0.7 * (share - 0.45)
    light, dark = tones(colour)
    rgb = dark + share[..., None] * (light - dark)
    return np.concatenate([np.round(rgb).astype(np.uint8), opacity[..., None]], 2)


@lru_cache(maxsize=48)
def brow_texture(path: Path, colour: str) -> Texture:
    """Brows or lashes, RGBA: the opacity of the file, a dark shade of the hair's colour."""
    base = picture(path)
    light, dark = tones(colour)
    tone = dark + 0.25 * (light - dark) if colour not in {"grey", "white"} else dark
    rgb = np.broadcast_to(np.round(tone).astype(np.uint8), (*base.shape[:2], 3))
    return np.concatenate([rgb, base[..., 3:]], 2)


def tones(colour: str) -> tuple[Tone, Tone]:
    """Of a strand in the light and in the depth of the hair, sRGB (3,)."""
    light, dark = _COLOURS[colour]
    return np.array(light, np.float64), np.array(dark, np.float64)


@lru_cache(maxsize=16)
def eye_texture(path: Path, colour: str) -> Texture:
    """An eye, RGB. MakeHuman's brown lacks its picture: `path` is light brown then, and its iris is darkened."""
    base = opaque(path).astype(np.float32)
    saturation = cv2.cvtColor(opaque(path), cv2.COLOR_RGB2HSV)[..., 1].astype(np.float32)
    iris = cv2.GaussianBlur(np.clip((saturation - 70.0) / 50.0, 0, 1), (0, 0), 2.0)[..., None]
    grey = base.mean(2, keepdims=True)
    base += iris * 0.35 * (grey - base)  # painted more colourful than eyes are
    base *= 1 - iris * (1 - _IRIS.get(colour, 0.8))
    base *= 0.86 + 0.14 * iris  # the white of an eye reflects no more than teeth do
    return np.asarray(np.round(np.clip(base, 0, 255)), np.uint8)
