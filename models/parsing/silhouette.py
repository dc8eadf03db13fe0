"""The person's outline: the pose network's soft mask, which is coarse, brought to the picture's edges."""

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.colours import Palette
from models.parsing.regions import Regions

Float = npt.NDArray[np.float32]

# Where the mask says so or more, or less, it is sure.
SURE_PERSON, SURE_BACKGROUND = 0.9, 0.1
# The largest say of colour, in log odds: a mask of 0.88 is as sure.
_COLOUR_SAY = 2.0
# Cloth and hair reach this far, in units, from where a body is; what the mask holds farther off is a leak.
_REACH, _LEAK = 0.5, 8.0


def person_share(mask: Float, palette: Palette, parts: Regions) -> Float:
    """How likely each pixel is the person's, (h, w) 0..1, from the mask (h, w) and the colours inside and around it."""
    odds = _logit(mask)
    person, background = mask > SURE_PERSON, (mask < SURE_BACKGROUND) & (_distance(parts) < 1.0)
    if person.any() and background.any():
        colour = palette.look_up(palette.density(person)) - palette.look_up(palette.density(background))
        unsure = 1 - np.abs(2 * mask - 1)
        odds = odds + np.clip(colour, -_COLOUR_SAY, _COLOUR_SAY) * unsure
    odds = odds - _LEAK * np.maximum(_distance(parts) - _REACH, 0)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def _distance(parts: Regions) -> Float:
    """From the nearest part, in units."""
    near = [parts.torso, parts.neck, parts.head, *parts.hands, *parts.feet, parts.between_legs]
    near += [limb.distance for limb in (*parts.arms, *parts.legs)]
    found = near[0]
    for other in near[1:]:
        found = np.minimum(found, other)
    return found


def _logit(share: Float) -> Float:
    held = np.clip(share, 0.01, 0.99)
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
