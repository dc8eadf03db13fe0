"""All that is known of a garment before it meets a person: cut-out, landmarks and the masks of its parts, cached."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.cutout import Cutout, Rgb, cut_out
from models.garment.landmarks import GarmentLandmarks, find_landmarks
from models.garment.outline import Points
from schemas.events import Category

Alpha = npt.NDArray[np.uint8]

# Larger product photos are reduced to this side: a person of 2,000 pixels' height (24 megapixels) shows a garment on
# 1,500 of them at most.
LARGEST_SIDE = 2048


@dataclass(frozen=True)
class GarmentFeatures:
    """A garment ready to be worn. `parts` are alphas 0..255 of the product photo's size: the torso first, then the left
    and the right limb (None where it has none); they overlap by a few percent so that no seam opens between them."""

    rgb: Rgb
    worn: bool
    landmarks: GarmentLandmarks
    parts: tuple[Alpha, Alpha | None, Alpha | None]
    colour: npt.NDArray[np.float32]  # (3,) the garment's mean colour, 0..255


def read_garment(photo: Rgb, category: Category, *, back: bool = False) -> GarmentFeatures:
    """The features of a product photo; one of the garment's back shows no inner side at the neck.

    Raises:
        NoGarment: no garment stands out from its background.
    """
    scale = min(1.0, LARGEST_SIDE / max(photo.shape[:2]))
    if scale < 1:
        photo = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    cutout = cut_out(photo)
    marks = find_landmarks(cutout, category)
    alpha = cutout.alpha if back else _without_inner_back(cutout, marks)
    parts = _lower_parts(alpha, marks) if category is Category.LOWER else _upper_parts(alpha, marks)
    colour = np.asarray(cv2.mean(cutout.rgb, mask=alpha)[:3], np.float32)
    return GarmentFeatures(cutout.rgb, cutout.worn, marks, parts, colour)


def _without_inner_back(cutout: Cutout, marks: GarmentLandmarks) -> Alpha:
    """The alpha without what shows above the front neckline: the inner back and its label lie behind the neck."""
    line = marks.neckline
    if line is None or line.open:
        return cutout.alpha
    height, width = cutout.alpha.shape
    # Sub-pixel drawing (4 fractional bits) keeps the edge soft.
    above = np.vstack([line.curve, [[line.curve[-1, 0], -1.0], [line.curve[0, 0], -1.0]]])
    hollow = np.zeros((height, width), np.uint8)
    cv2.fillPoly(hollow, [np.round(above * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(hollow, (0, 0), max(0.8, marks.width / 500))
    return np.asarray(np.minimum(cutout.alpha, 255 - soft), np.uint8)


def _upper_parts(alpha: Alpha, marks: GarmentLandmarks) -> tuple[Alpha, Alpha | None, Alpha | None]:
    height, width = alpha.shape
    rows, columns = np.arange(height), np.arange(width, dtype=np.float32)[None]
    torso = alpha.copy()
    sleeves: list[Alpha | None] = []
    for side, edge in ((0, marks.torso.left), (1, marks.torso.right)):
        if marks.limbs[side] is None:
            sleeves.append(None)
            continue
        outwards = -1.0 if side == 0 else 1.0
        line = _armhole_line(marks.shoulders[side], marks.armpits[side], edge, height)
        outside = outwards * (columns - np.interp(rows, line[:, 1], line[:, 0])[:, None].astype(np.float32))
        # The sleeve reaches a little inside at the armhole, not at the torso's side below it.
        inside = np.where(rows < marks.armpits[side, 1], 1.5, 0.0)[:, None].astype(np.float32)
        sleeves.append(_share(alpha, outside / (0.02 * marks.width) + inside))
        # The torso reaches under the sleeve at the armpit; at the shoulder a corner of it would stand out.
        below = (rows - marks.shoulders[side, 1]) / max(1.0, marks.armpits[side, 1] - marks.shoulders[side, 1])
        margin = (np.clip(below, 0.1, 1) * 0.03 * marks.width)[:, None].astype(np.float32)
        torso = np.minimum(torso, _share(alpha, (margin - outside) / (0.01 * marks.width)))
    return torso, sleeves[0], sleeves[1]


def _armhole_line(shoulder: Points, armpit: Points, edge: Points, height: int) -> Points:
    """The boundary of torso and sleeve, (n, 2), by rows: up from the shoulder, the armhole, the torso's side."""
    below = edge[edge[:, 1] > armpit[1] + 1]
    last = edge[-1, 0]
    return np.vstack([[shoulder[0], -1.0], shoulder, armpit, below, [last, max(height, edge[-1, 1] + 1) + 1.0]])


def _lower_parts(alpha: Alpha, marks: GarmentLandmarks) -> tuple[Alpha, Alpha | None, Alpha | None]:
    left, right = marks.limbs
    if left is None or right is None:
        return alpha, None, None
    height, width = alpha.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    columns = np.arange(width, dtype=np.float32)[None]
    crotch = float(left.right[0, 1])
    margin = 0.02 * marks.width
    below = (rows - crotch) / margin
    gap = (left.right + right.left) / 2
    split = np.interp(np.arange(height), gap[:, 1], gap[:, 0])[:, None].astype(np.float32)
    yoke = _share(alpha, 3.0 - below + 0 * columns)
    legs = [_share(alpha, np.minimum(below + 1.5, sign * (columns - split) + 0.5)) for sign in (-1.0, 1.0)]
    return yoke, legs[0], legs[1]


def _share(alpha: Alpha, weight: npt.NDArray[np.float32]) -> Alpha:
    """`alpha` times a weight that is cut to 0..1."""
    return np.asarray(alpha * np.clip(weight, 0, 1), np.uint8)


class GarmentCache:
    """The features of the garments used last, by content: a garment is read once, however many people try it on.

    `capacity` garments are kept; one of 1200 x 1200 pixels takes about 10 MB. Not for use from two threads at once.
    """

    def __init__(self, capacity: int = 16) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[tuple[str, Category, bool], GarmentFeatures] = OrderedDict()
        self.misses = 0

    def features(self, photo: Rgb, category: Category, *, back: bool = False) -> GarmentFeatures:
        """The features of this product photo (H, W, 3), kept or read now.

        Raises:
            NoGarment: no garment stands out from its background.
        """
        digest = sha256(np.ascontiguousarray(photo).data)
        digest.update(str(photo.shape).encode())
        key = (digest.hexdigest(), category, back)
        if key not in self._kept:
            self.misses += 1
            self._kept[key] = read_garment(photo, category, back=back)
            if len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]
