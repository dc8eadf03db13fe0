"""The person's outline: the pose network's soft mask, which is coarse, brought to the picture's edges."""

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.colours import Palette
from models.parsing.regions import Regions
from models.parsing.seeds import HIGH, LOW

Float = npt.NDArray[np.float32]

# Where the mask says so or more, or less, it is sure.
SURE_PERSON, SURE_BACKGROUND = 0.9, 0.1
# The mask's steps are up to so many units wide; there, colour decides with up to these log odds (0.95 is 3).
_STEP, _COLOUR_SAY = 0.12, 4.0
# Mask shares are believed up to this: beside a coarse mask, colour has to be able to win.
_BELIEVED = 0.96
# Cloth and hair reach this far, in units, from where a body is; what the mask holds farther off is a leak.
_REACH, _LEAK = 0.5, 8.0
# The background within so many units tells what it looks like beside the person.
_AROUND = 1.0


def first_share(mask: Float, parts: Regions) -> Float:
    """How likely each pixel is the person's, (h, w) 0..1, from the mask (h, w) and the body's place."""
    return _share(_logit(mask) - _LEAK * np.maximum(_distance(parts) - _REACH, 0))


def second_share(mask: Float, palette: Palette, parts: Regions, likeness: Float, unit: float) -> Float:
    """As `first_share`, with what the colours tell where the mask is coarse or unsure.

    `likeness` (h, w) is the log density of a pixel's colour as that of skin, hair or clothes, whichever is there;
    `unit` is the body's, in pixels.
    """
    odds = _logit(mask) - _LEAK * np.maximum(_distance(parts) - _REACH, 0)
    background = (mask < SURE_BACKGROUND) & (_distance(parts) < _AROUND)
    if background.any():
        unlike = np.clip(palette.look_up(palette.density(background)), LOW, HIGH)
        colour = np.clip(likeness - unlike, -_COLOUR_SAY, _COLOUR_SAY)
        odds = odds + colour * _near_edge(mask, round(_STEP * unit))
    return _share(odds)


def _share(odds: Float) -> Float:
    # Beyond these odds nothing changes, and the exponential would not fit a float.
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -20, 20))), np.float32)


def _near_edge(mask: Float, reach: int) -> Float:
    """1 on the mask's edge and where it is unsure, falling to 0 over `reach` pixels."""
    sure = ((mask > SURE_PERSON) | (mask < SURE_BACKGROUND)).astype(np.uint8)
    inside = (mask > 0.5).astype(np.uint8)
    edge = cv2.morphologyEx(inside, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    away = cv2.distanceTransform(cv2.min(sure, 1 - edge), cv2.DIST_L2, cv2.DIST_MASK_3)
    return np.asarray(np.clip(2 - 2 * away / max(reach, 1), 0, 1), np.float32)


def _distance(parts: Regions) -> Float:
    """From the nearest part, in units."""
    near = [parts.torso, parts.neck, parts.head, *parts.hands, *parts.feet, parts.between_legs]
    near += [limb.distance for limb in (*parts.arms, *parts.legs)]
    found = near[0]
    for other in near[1:]:
        found = np.minimum(found, other)
    return found


def _logit(share: Float) -> Float:
    held = np.clip(share, 1 - _BELIEVED, _BELIEVED)
    return np.asarray(np.log(held / (1 - held)), np.float32)


def without_specks(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The pieces (h, w) that are at least a fiftieth of the largest: specks of background are none of the person."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    if count <= 2:
        return inside
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = areas * 50 >= areas.max()
    return np.asarray(kept[pieces], np.bool_)
