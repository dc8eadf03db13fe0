"""Landmarks of a garment, found on the outline of its cut-out: torso, sleeves and legs as ribbons, neck, kind.

All coordinates are (x, y) pixels of the product photo. Left and right are the viewer's, as in the picture.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from models.garment import outline
from models.garment.cutout import Cutout
from models.garment.neckline import Neckline, find_neckline
from models.garment.outline import Bool, Points, Ribbon
from schemas.events import Category

# Outlines are read at this height in pixels: a cuff or a strap (2 % of a garment) is still 8 pixels.
WORKING_HEIGHT = 400
# Sleeves shorter than this share of the torso's width are only the edge of an armhole (a cap sleeve is about 0.2).
SHORTEST_SLEEVE = 0.16
# An arm is about 1.6 shoulder widths long (Drillis and Contini 1966: 0.44 of 0.26 of the height), its elbow at 0.75,
# which a short sleeve with a puff may reach; a garment's torso is about as wide as the shoulders.
LONG_SLEEVE = 1.1
# Legs that part for less than 6 % of the height are a skirt's vent or a curved hem.
SHORTEST_LEG = 0.06
# Trousers reach below the knee: from the crotch, that is over 1.1 hip widths (0.28 of 0.19 of the height and ease).
LONG_LEG = 1.1


class Kind(StrEnum):
    """What a garment is, as far as its outline tells."""

    SLEEVELESS = "sleeveless"
    SHORT_SLEEVES = "short_sleeves"
    LONG_SLEEVES = "long_sleeves"
    SKIRT = "skirt"
    SHORTS = "shorts"
    TROUSERS = "trousers"


@dataclass(frozen=True)
class GarmentLandmarks:
    """Where the parts of a garment are in its product photo.

    `torso` is the ribbon from the shoulders (or the waistband) to the hem (or the crotch, where there are legs);
    `limbs` are the left and right sleeve or leg; `armpits` belong to the sleeves; `neckline` is the front neckline.
    """

    kind: Kind
    torso: Ribbon
    shoulders: Points  # (2, 2): left, right; the waistband's ends of a lower garment
    armpits: Points  # (2, 2): left, right; the hips of a lower garment
    limbs: tuple[Ribbon | None, Ribbon | None]
    neckline: Neckline | None

    @property
    def width(self) -> float:
        """The torso's width under the arms, or at the hips."""
        return float(np.linalg.norm(self.armpits[1] - self.armpits[0]))

    @property
    def length(self) -> float:
        """From the shoulders or the waistband to the hem of the torso or the ends of the legs."""
        lowest = [float(limb.centre[-1, 1]) for limb in self.limbs if limb is not None and self.neckline is None]
        return max([float(self.torso.centre[-1, 1]), *lowest]) - float(self.shoulders[:, 1].mean())


def find_landmarks(cutout: Cutout, category: Category) -> GarmentLandmarks:
    """The landmarks of a garment of this category.

    Raises:
        NoGarment: the outline is too small or too torn to be read.
    """
    mask, shift, scale = _cropped(cutout.alpha)
    found = _lower(mask) if category is Category.LOWER else _upper(mask, category)
    if category is not Category.LOWER:
        small = cv2.warpAffine(
            cutout.rgb,
            np.array([[1 / scale, 0, -shift[0] / scale], [0, 1 / scale, -shift[1] / scale]]),
            (mask.shape[1], mask.shape[0]),
            flags=cv2.INTER_AREA,
        )
        found = replace(found, neckline=find_neckline(np.asarray(small, np.uint8), mask, found.shoulders))
    return _in_photo(found, shift, scale)


def _cropped(alpha: npt.NDArray[np.uint8]) -> tuple[Bool, Points, float]:
    """The mask in its bounding box with a rim of 4, at the working height; a pixel there is `shift + scale * pixel`."""
    x, y, width, height = cv2.boundingRect((alpha > 127).astype(np.uint8))
    scale = max(height / WORKING_HEIGHT, 1e-6)
    size = (max(8, round(width / scale)), WORKING_HEIGHT)
    small = cv2.resize(alpha[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA)
    mask = np.pad(small > 127, 4)
    return outline.largest(mask), np.array([x, y], np.float64) - 4 * scale, scale


def _in_photo(found: GarmentLandmarks, shift: Points, scale: float) -> GarmentLandmarks:
    def move(points: Points) -> Points:
        return np.asarray(points * scale + shift, np.float64)

    left, right = (None if limb is None else limb.moved(move) for limb in found.limbs)
    neckline = found.neckline and found.neckline.moved(move)
    return GarmentLandmarks(
        found.kind, found.torso.moved(move), move(found.shoulders), move(found.armpits), (left, right), neckline
    )


def _upper(mask: Bool, category: Category) -> GarmentLandmarks:
    middle = outline.middle(mask)
    left, right = outline.run_at(mask, middle)
    rows = np.nonzero(right > left)[0]
    top, bottom = int(rows[0]), int(rows[-1])
    hem = outline.hem_corners(mask, middle) if category is Category.UPPER else None
    torso_width = _torso_width(left, right, top, bottom) if hem is None else float(hem[1, 0] - hem[0, 0])
    armpits = outline.armpits(mask, (left, right), middle, torso_width, hem)
    width = float(armpits[1, 0] - armpits[0, 0])
    shoulders = np.stack([outline.shoulder_at(mask, armpits[side, 0], width, side) for side in (0, 1)])
    # A hood that falls to one side hides one shoulder: both are at the lower one's height.
    if abs(shoulders[1, 1] - shoulders[0, 1]) > 0.1 * width:
        shoulders[:, 1] = shoulders[:, 1].max()
        armpits[:, 1] = armpits[:, 1].max()
    torso = outline.torso_ribbon(left, right, armpits, hem, bottom)
    limbs = tuple(outline.sleeve(mask, torso, shoulders[side], armpits[side], side) for side in (0, 1))
    kept = tuple(limb if limb is not None and limb.length > SHORTEST_SLEEVE * width else None for limb in limbs)
    longest = max((limb.length for limb in kept if limb is not None), default=0.0)
    if longest == 0:
        shoulders = outline.strap_tops(mask, armpits)
    return GarmentLandmarks(_sleeved(longest / width), torso, shoulders, armpits, (kept[0], kept[1]), None)


def _sleeved(length: float) -> Kind:
    """The kind by the longer sleeve's length in torso widths."""
    if length == 0:
        return Kind.SLEEVELESS
    return Kind.LONG_SLEEVES if length > LONG_SLEEVE else Kind.SHORT_SLEEVES


def _torso_width(left: Points, right: Points, top: int, bottom: int) -> float:
    """The typical width of a dress's run at its waist, where no sleeve is part of it."""
    height = bottom - top
    rows = slice(top + int(0.3 * height), top + int(0.5 * height))
    return float(np.percentile((right - left)[rows], 30))


def _lower(mask: Bool) -> GarmentLandmarks:
    middle = outline.middle(mask)
    rows = np.nonzero(mask.any(1))[0]
    top, bottom = int(rows[0]), int(rows[-1])
    left, right = outline.extent(mask)
    crotch = outline.crotch(mask, middle)
    height = bottom - top
    has_legs = crotch is not None and bottom - crotch[1] > SHORTEST_LEG * height
    end = int(crotch[1]) if crotch is not None and has_legs else bottom
    # The waistband can be curved or slanted: its ends are read where most of its width is there, 2 % lower.
    widths = right - left
    whole = np.nonzero(widths[top : top + height // 3] > 0.85 * np.median(widths[top : top + height // 6]))[0]
    waist = top + int(whole[0]) + max(2, height // 50)
    levels = np.linspace(waist, end - 1, 10)
    torso = outline.ribbon(levels, left, right)
    hips = int(waist + 0.75 * (end - waist)) if has_legs else int(waist + 0.3 * height)
    limbs: tuple[Ribbon | None, Ribbon | None] = (None, None)
    kind = Kind.SKIRT
    if crotch is not None and has_legs:
        limbs = outline.legs(mask, crotch, bottom)
        longest = max(limb.length for limb in limbs if limb is not None)
        kind = Kind.TROUSERS if longest > LONG_LEG * (right[hips] - left[hips]) else Kind.SHORTS
    ends = np.array([[left[waist], waist], [right[waist], waist]], np.float64)
    sides = np.array([[left[hips], hips], [right[hips], hips]], np.float64)
    return GarmentLandmarks(kind, torso, ends, sides, limbs, None)
