"""What a product lies on or hangs before: white, light grey, a table; and the shadow it throws there."""

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.products.photo import Style

Float = npt.NDArray[np.float32]

_TABLES = ((244, 243, 240), (238, 238, 238), (232, 226, 216), (226, 230, 232), (247, 247, 247), (236, 230, 228))


def backdrop(alpha: Float, style: Style, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The picture (H, W, 3) behind a product that covers `alpha` (H, W): white is 255 all over but for a shadow on
    tables; grey is one light grey, a little darker towards the corners."""
    height, width = alpha.shape
    if style == "flat":
        ground = np.array(_TABLES[int(rng.integers(len(_TABLES)))], np.float32)
        shade = _shadow(alpha, 0.012 * height, (0.004 * height, 0.010 * height), float(rng.uniform(0.28, 0.42)))
        shade = shade * _shadow(alpha, 0.035 * height, (0.0, 0.018 * height), 0.14)
    elif style == "grey":
        ground = np.full(3, rng.uniform(228, 243), np.float32) + rng.uniform(-1.5, 1.5, 3).astype(np.float32)
        shade = _vignette(height, width, float(rng.uniform(0.0, 0.02)))
        if rng.random() < 0.5:
            shade = shade * _shadow(alpha, 0.03 * height, (0.006 * height, 0.012 * height), 0.12)
    else:
        return np.full((height, width, 3), 255, np.uint8)
    return np.asarray(np.round(np.clip(ground * shade[..., None], 0, 255)), np.uint8)


def _shadow(alpha: Float, blur: float, shift: tuple[float, float], depth: float) -> Float:
    """How much light is left (H, W) around what covers `alpha`: its soft shadow, shifted right and down."""
    matrix = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    moved = cv2.warpAffine(alpha, matrix, (alpha.shape[1], alpha.shape[0]))
    return np.asarray(1 - depth * cv2.GaussianBlur(moved, (0, 0), max(blur, 0.6)), np.float32)


def _vignette(height: int, width: int, depth: float) -> Float:
    y, x = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)[None]
    return np.asarray(1 - depth * (x * x + y * y), np.float32)
