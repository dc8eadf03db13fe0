"""How far apart colours in a picture are, in CIELAB."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip

Picture = npt.NDArray[np.uint8]  # (H, W, 3), sRGB
Labels = npt.NDArray[np.uint8]  # (H, W), LIP
Mask = npt.NDArray[np.bool_]  # (H, W)
Lab = npt.NDArray[np.float32]  # (H, W, 3): lightness 0..100, a, b

UPPER = (Lip.UPPER_CLOTHES, Lip.COAT)
LOWER = (Lip.PANTS, Lip.SKIRT)
CLOTHES = (*UPPER, *LOWER, Lip.DRESS, Lip.JUMPSUITS)


def _table(classes: Iterable[Lip]) -> npt.NDArray[np.bool_]:
    """Whether a label is one of `classes`, (256,)."""
    table = np.zeros(256, bool)
    table[list(classes)] = True
    return table


_IS_UPPER, _IS_LOWER, _IS_CLOTHES = (_table(classes) for classes in (UPPER, LOWER, CLOTHES))

# Colours are compared over a neighbourhood of this share of the picture's height: larger than a print's dots and a
# brick, smaller than a sleeve.
_NEAR = 0.015


def lab(picture: Picture) -> Lab:
    """CIELAB (D65) of sRGB."""
    return np.asarray(cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def contrast_with_background(picture: Picture, labels: Labels, background: Mask) -> float | None:
    """The colour difference (CIE 1976) across the outline of the clothes, exceeded by two thirds of it; None where
    clothes meet no background.

    A third of the outline may stand out: trousers under a shirt that blends are enough to be reported.
    """
    clothes = _IS_CLOTHES[labels]
    if not clothes.any():
        return None
    sigma = _NEAR * picture.shape[0]
    # Around the clothes only, and no finer than a neighbourhood needs.
    area = _around(clothes, round(3 * sigma))
    step = max(1, int(sigma / 3))
    sigma /= step
    colours = lab(_softened(picture, step)[area][::step, ::step])
    inside, near_clothes = _mean(colours, clothes[area][::step, ::step], sigma)
    outside, near_background = _mean(colours, background[area][::step, ::step], sigma)
    # Within about a sigma of both.
    outline = (near_clothes > 0.25) & (near_background > 0.25)
    if outline.sum() < 10:
        return None
    difference = np.linalg.norm(inside[outline] - outside[outline], axis=1)
    return float(np.quantile(difference, 1 / 3))


def difference_of_clothes(picture: Picture, labels: Labels) -> float | None:
    """The colour difference between the upper and the lower garment; None unless both are seen.

    Patterned clothes are apart by their pattern, too: the difference is the mean over the quartiles of each channel.
    """
    # Every second row and column tells quartiles well enough.
    picture, labels = picture[::2, ::2], labels[::2, ::2]
    upper, lower = _IS_UPPER[labels], _IS_LOWER[labels]
    # Less than 0.2 % of the picture is a hem that peeps out.
    least = 0.002 * labels.size
    if upper.sum() < least or lower.sum() < least:
        return None
    shares = (0.25, 0.5, 0.75)
    one, other = (np.quantile(lab(picture[mask][None])[0], shares, axis=0) for mask in (upper, lower))
    return float(np.linalg.norm(one - other, axis=1).mean())


def _around(mask: Mask, margin: int) -> tuple[slice, slice]:
    """Rows and columns of a mask that is not empty, and so many pixels more on each side."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )


def _softened(picture: Picture, step: int) -> Picture:
    """Ready for every `step`th pixel to be taken."""
    return picture if step == 1 else np.asarray(cv2.blur(picture, (step, step)), np.uint8)


def _mean(colours: Lab, mask: Mask, sigma: float) -> tuple[Lab, npt.NDArray[np.float32]]:
    """The mean colour of `mask` near each pixel, and how much of it is near."""
    weight = mask.astype(np.float32)
    near = cv2.GaussianBlur(weight, (0, 0), sigma)
    total = cv2.GaussianBlur(colours * weight[..., None], (0, 0), sigma)
    return np.asarray(total / np.maximum(near, 1e-4)[..., None], np.float32), np.asarray(near, np.float32)
