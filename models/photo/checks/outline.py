"""How far the clothes' colours are from the background's, along their outline."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.photo.checks.clothes import BURNT, Clothes

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]

# The network's mask is off by 1 to 2 cm: so much, in units (37 cm), is left out on either side of its edge.
_GAP = 0.05
# Colours are means over about 3 cm on either side: more than the strokes of a print or a joint between bricks, less
# than half a sleeve.
_NEAR = 0.08
# Beside a straight edge, behind the gap, a quarter of the neighbourhood's weight is cloth and as much background;
# a quarter of that is left where the cloth is narrow or the body's other parts begin.
_LEAST_WEIGHT = 0.06
# Of an outline shorter than this, in units, nothing is said: a collar, a sleeve, a belt at the photo's edge.
_LEAST_LENGTH = 2.0


@dataclass(frozen=True, eq=False)
class Outline:
    """Places along the clothes' outline (n,): the `contrast` (CIELAB) across it, and whether the `upper` garment is
    there."""

    contrast: Float
    upper: Bool

    def share_below(self, contrast: float) -> float:
        """The share of the outline across which there is less contrast, 0..1."""
        return float((self.contrast < contrast).mean())

    def of(self, *, upper: bool) -> "Outline":
        """The upper garment's part, or the lower one's."""
        here = self.upper == upper
        return Outline(self.contrast[here], self.upper[here])


def find_outline(clothes: Clothes) -> Outline | None:
    """The outline where clothes (not skin, hair or shoes) meet background; None where it is too short."""
    gap = np.ones((2 * max(1, round(_GAP * clothes.unit)) + 1,) * 2, np.uint8)
    well_inside = _shrunk(clothes.inside, gap)
    background = _shrunk(clothes.background, gap)
    sigma = _NEAR * clothes.unit
    worn, near_clothes = _mean(clothes.lab, (clothes.upper | clothes.lower) & well_inside, sigma)
    behind, near_background = _mean(clothes.lab, background, sigma)
    person = clothes.person > 0.5
    edge = person & ~_shrunk(person, np.ones((3, 3), np.uint8))
    edge &= (near_clothes > _LEAST_WEIGHT) & (near_background > _LEAST_WEIGHT)
    edge &= np.minimum(worn[..., 0], behind[..., 0]) < BURNT
    if int(edge.sum()) < _LEAST_LENGTH * clothes.unit:
        return None
    near_upper = cv2.GaussianBlur((clothes.upper & well_inside).astype(np.float32), (0, 0), sigma)
    contrast = np.linalg.norm(worn[edge] - behind[edge], axis=1)
    return Outline(np.asarray(contrast, np.float32), np.asarray(near_upper[edge] > near_clothes[edge] / 2, np.bool_))


def _shrunk(mask: Bool, by: npt.NDArray[np.uint8]) -> Bool:
    return np.asarray(cv2.erode(mask.astype(np.uint8), by) > 0, np.bool_)


def _mean(colours: Float, where: Bool, sigma: float) -> tuple[Float, Float]:
    """The mean colour near each pixel of what is `where`, (h, w, 3), and how much of it is near, (h, w)."""
    weight = where.astype(np.float32)
    near = cv2.GaussianBlur(weight, (0, 0), sigma)
    total = cv2.GaussianBlur(colours * weight[..., None], (0, 0), sigma)
    return np.asarray(total / np.maximum(near, 1e-4)[..., None], np.float32), np.asarray(near, np.float32)
