"""Hair: its colour, and the textures of what has none."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from models.synthetic.body.assets import picture
from models.synthetic.surface import Texture

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
def hair_texture(path: Path | None, colour: str) -> Texture:
    """A hair texture, RGBA, in a colour: the light and dark of its strands are kept. None: curls, drawn."""
    base = _curls() if path is None else picture(path)
    opacity = base[..., 3] if base.shape[2] == 4 else np.full(base.shape[:2], 255, np.uint8)
    luma = np.asarray(cv2.cvtColor(np.ascontiguousarray(base[..., :3]), cv2.COLOR_RGB2GRAY), np.float64)
    seen = luma[opacity > 128]
    low, middle, high = np.percentile(seen, (3, 50, 98))
    # The same spread of light and dark for all styles, some of which were painted black, others blond.
    power = np.log(0.45) / np.log(np.clip((middle - low) / max(high - low, 1e-6), 0.05, 0.95))
    share = np.clip((luma - low) / max(high - low, 1e-6), 0, 1) ** np.clip(power, 0.4, 2.0)
    light, dark = (np.array(tone, np.float64) for tone in _COLOURS[colour])
    rgb = dark + share[..., None] * (light - dark)
    return np.concatenate([np.round(rgb).astype(np.uint8), opacity[..., None]], 2)


@lru_cache(maxsize=48)
def brow_texture(path: Path, colour: str) -> Texture:
    """Brows or lashes, RGBA: the opacity of the file, a dark shade of the hair's colour."""
    base = picture(path)
    light, dark = (np.array(tone, np.float64) for tone in _COLOURS[colour])
    tone = dark + 0.25 * (light - dark) if colour not in {"grey", "white"} else dark
    rgb = np.broadcast_to(np.round(tone).astype(np.uint8), (*base.shape[:2], 3))
    return np.concatenate([rgb, base[..., 3:]], 2)


@lru_cache(maxsize=1)
def _curls(size: int = 512) -> Texture:
    """Tight curls: bands of noise, with gaps."""
    rng = np.random.default_rng(3)
    noise = np.asarray(rng.standard_normal((size, size)), np.float64)
    ring = cv2.GaussianBlur(noise, (0, 0), 2.0) - cv2.GaussianBlur(noise, (0, 0), 4.0)
    fine = cv2.GaussianBlur(noise[::-1], (0, 0), 1.0)
    value = np.abs(ring / ring.std()) + 0.3 * fine / fine.std()
    luma = np.clip(60 + 60 * value, 0, 255)
    opacity = np.where(value > 0.15, 255, 0)
    return np.dstack([luma, luma, luma, opacity]).astype(np.uint8)


@lru_cache(maxsize=8)
def strands(colour: str, size: int = 256) -> Texture:
    """Combed hair, opaque: streaks in a colour."""
    rng = np.random.default_rng(5)
    streaks = cv2.GaussianBlur(rng.standard_normal((size, size)), (0, 0), sigmaX=0.8, sigmaY=24)
    share = np.clip(0.45 + 0.22 * streaks / streaks.std(), 0, 1)
    light, dark = (np.array(tone, np.float64) for tone in _COLOURS[colour])
    return np.asarray(np.round(dark + share[..., None] * (light - dark)), np.uint8)
