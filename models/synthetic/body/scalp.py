"""Cropped hair, drawn on the scalp of the base mesh."""

from functools import cache, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.body.basis import basis
from models.synthetic.body.regions import region
from models.synthetic.body.texels import texel_positions
from models.synthetic.body.wigs import tones
from models.synthetic.surface import Texture

# Over so much hair thins out at its edge, metres.
_FADE = 0.006


def scalp_depth(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far inside the hairline points of the template (N, 3) lie, metres; negative outside. The line runs from the
    forehead over the temples, around the ears and down to the neck."""
    top, eye, ear = _measures()
    forehead = eye[2] + 0.42 * (top - eye[2])
    x, y, z = points.T
    ahead = (ear[1] - 0.012 - y) / (ear[1] - 0.012 - eye[1])  # 0 at the ears, 1 at the eyes
    sideburn, behind_ear = ear[2] + 0.005, ear[2] - 0.01
    # The temples recede; a sideburn lies before the ear.
    line = np.interp(ahead, (-1.3, -0.45, -0.1, 0.0, 0.12, 0.3, 0.55, 0.8), _heights(forehead, sideburn, behind_ear))
    line += 0.008 * np.clip((np.abs(x) - 0.03) / 0.03, 0, 1) * np.clip((ahead - 0.4) / 0.3, 0, 1)
    # Not on the ears nor in them: an upright oval, leaning back.
    behind = y - ear[1] - 0.3 * (z - ear[2])
    oval = np.hypot((behind - 0.004) / 0.024, (z - ear[2] + 0.007) / 0.031)
    on_ear = np.clip((1.0 - oval) / 0.1, 0, 1) * (np.abs(x) > 0.05)
    return np.asarray(z - line - 0.08 * on_ear, np.float64)


def _heights(forehead: float, sideburn: float, behind: float) -> tuple[float, ...]:
    return (
        behind - 0.075,
        behind - 0.045,
        behind + 0.02,
        sideburn + 0.004,
        sideburn,
        sideburn + 0.035,
        forehead - 0.012,
        forehead,
    )


@cache
def _measures() -> tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    data = basis()
    top = float(data.template[region("head"), 2].max())
    return top, data.heads[data.bones.index("eye.L")], data.keypoints["left_ear"] @ data.template


@lru_cache(maxsize=8)
def cropped(colour: str, size: int = 1024) -> Texture:
    """Short curls in the layout of the skin's texture, RGBA: opaque on the scalp, thinning out at the hairline."""
    rng = np.random.default_rng(3)
    noise = np.asarray(rng.standard_normal((size, size)), np.float64)
    curls = cv2.GaussianBlur(noise, (0, 0), 0.9) - cv2.GaussianBlur(noise, (0, 0), 1.9)
    curls /= curls.std()
    depth = np.full((size, size), -1.0)
    where = texel_positions(size)
    known = ~np.isnan(where[..., 0])
    depth[known] = scalp_depth(where[known].astype(np.float64))
    light, dark = tones(colour)
    share = np.clip(0.3 + 0.11 * curls, 0, 1)
    rgb = np.round(dark + share[..., None] * (light - dark)).astype(np.uint8)
    opacity = np.clip(0.5 + depth / _FADE + 0.25 * curls, 0, 1) * 255
    return np.dstack([rgb, np.round(opacity).astype(np.uint8)])
