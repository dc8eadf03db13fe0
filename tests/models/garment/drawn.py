"""Product photos that the tests draw: garments of known outline before plain backgrounds."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]

SIZE = (800, 640)  # height, width
WHITE, GREY, SAND = (255, 255, 255), (225, 226, 228), (214, 196, 170)

# Outlines as (x, y) in pixels. The torsos are 200 to 240 wide, with their armpits, hems and crotches at round numbers.
OUTLINES: dict[str, list[tuple[int, int]]] = {
    "tee": [
        (270, 100), (320, 130), (370, 100), (430, 120), (520, 230), (460, 280), (430, 240), (430, 640), (210, 640),
        (210, 240), (180, 280), (120, 230), (210, 120),
    ],
    "long": [
        (270, 100), (320, 130), (370, 100), (430, 120), (560, 590), (490, 610), (430, 260), (430, 640), (210, 640),
        (210, 260), (150, 610), (80, 590), (210, 120),
    ],
    "hoodie": [
        (210, 120), (268, 112), (262, 60), (285, 20), (320, 8), (355, 20), (378, 60), (372, 112), (430, 120),
        (560, 590), (490, 610), (430, 260), (430, 640), (210, 640), (210, 260), (150, 610), (80, 590),
    ],
    "tank": [
        (250, 100), (280, 100), (320, 200), (360, 100), (390, 100), (400, 200), (430, 250), (430, 620), (210, 620),
        (210, 250), (240, 200),
    ],
    "dress": [
        (250, 90), (280, 90), (320, 160), (360, 90), (390, 90), (395, 170), (415, 210), (400, 340), (500, 730),
        (140, 730), (240, 340), (225, 210), (245, 170),
    ],
    "trousers": [
        (230, 80), (410, 80), (430, 250), (420, 740), (350, 740), (320, 300), (290, 740), (220, 740), (210, 250),
    ],
    "shorts": [(220, 200), (420, 200), (470, 520), (335, 530), (320, 400), (305, 530), (170, 520)],
    "skirt": [(240, 120), (400, 120), (440, 240), (500, 660), (140, 660), (200, 240)],
}  # fmt: skip


@dataclass(frozen=True)
class Product:
    """A drawn product photo (H, W, 3) and where its garment is (H, W)."""

    photo: Rgb
    mask: Bool


def product(
    outline: str,
    colour: tuple[int, int, int] = (40, 60, 150),
    background: tuple[int, int, int] = WHITE,
    *,
    noise: float = 1.0,
    shadow: bool = False,
) -> Product:
    """A garment with soft folds before a background with camera noise, and if asked for with a shadow under it."""
    mask = np.zeros(SIZE, np.uint8)
    cv2.fillPoly(mask, [np.array(OUTLINES[outline], np.int32)], 1)
    picture = np.empty((*SIZE, 3))
    picture[:] = background
    if shadow:
        moved = cv2.warpAffine(mask.astype(np.float32), np.array([[1.0, 0, 14], [0, 1.0, 18]]), SIZE[::-1])
        picture *= 1 - 0.25 * cv2.GaussianBlur(moved, (0, 0), 16)[..., None]
    folds = 1 + 0.06 * np.sin(np.arange(SIZE[1]) / 17)[None, :, None]
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)[..., None]
    picture = picture * (1 - alpha) + np.array(colour, np.float32) * folds * alpha
    picture += np.random.default_rng(0).normal(0, noise, picture.shape)
    return Product(np.clip(picture, 0, 255).astype(np.uint8), mask > 0)


def overlap(first: Bool, second: Bool) -> float:
    """Intersection over union."""
    return float((first & second).sum() / (first | second).sum())
