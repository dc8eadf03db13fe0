"""What has edges or texture in a picture, whatever its colour: white cloth before white, grey before grey.

A soft shadow is a slope: it equals its own average. An edge of cloth, a seam or a weave does not. What edges enclose is
a thing. Edges are a few pixels broad here, so colours draw the outline wherever they can (`pieces`).
"""

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.outline import Bool

# The average's reach in pixels: wider than an edge (2), narrower than a soft shadow (15 and more of 384).
_REACH = 2.5
# An edge of 2 in Lab, just noticeable (2.3, Mahy 1994), differs from its average by 1 at either side, by 0.7 when it is
# itself blurred over 2 pixels; half of that is only guessed at. A textured ground raises both to 2.5 times its own.
_PLAIN, _FAINT, _ABOVE_GROUND = 0.7, 0.35, 2.5
# Two garments beside each other are joined by their edges' breadth alone, over less than a sleeve's width.
_BRIDGE = 9


def enclosed(rgb: npt.NDArray[np.uint8]) -> tuple[Bool, Bool]:
    """What plain edges enclose in a picture (H, W, 3) of some 400 pixels a side, and what faint ones do, one to three
    pixels generously; both (H, W). Faint ones also enclose shadows, but plain ones leave white before white open."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), 0.8)
    contrast = np.linalg.norm(lab - cv2.GaussianBlur(lab, (0, 0), _REACH, borderType=cv2.BORDER_REFLECT), axis=2)
    band = max(3, min(contrast.shape) // 40)
    rim = (contrast[:band], contrast[-band:], contrast[:, :band], contrast[:, -band:])
    ground = _ABOVE_GROUND * float(np.percentile(np.concatenate([part.ravel() for part in rim]), 60))
    return _inside(contrast > max(_PLAIN, ground), True), _inside(contrast > max(_FAINT, ground), False)


def _inside(barrier: Bool, cut: bool) -> Bool:
    filled = _morphed(_filled(_morphed(barrier, cv2.MORPH_CLOSE, 7), cut), cv2.MORPH_ERODE, 5)
    return _morphed(filled, cv2.MORPH_OPEN, _BRIDGE)


def _filled(barrier: Bool, cut: bool) -> Bool:
    """Without the free pixels that hang together with the picture's rim; if the rim may cut the thing, with a corner.
    The steps of a faint vignette end at the rim, too, and would enclose what is no thing."""
    _, pieces = cv2.connectedComponents((~barrier).astype(np.uint8), connectivity=4)
    rim = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    corners = pieces[[0, 0, -1, -1], [0, -1, 0, -1]]
    outer = corners if cut and corners.any() else rim
    return ~np.isin(pieces, outer[outer > 0])


def _morphed(mask: Bool, operation: int, size: int) -> Bool:
    """A morphological operation for which what lies at the picture's rim goes on beyond it."""
    padded = np.pad(mask, size, mode="edge").astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.morphologyEx(padded, operation, disc)[size:-size, size:-size] > 0, bool)
