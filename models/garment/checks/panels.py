"""Collages: pictures put together of two, side by side or one above the other, each on a ground of its own."""

import cv2
import numpy as np
import numpy.typing as npt

Panel = tuple[slice, slice]  # rows, columns

# Half of what differs noticeably in Lab (2.3, Mahy 1994), averaged over a whole edge, is still no accident.
_OTHER_GROUND = 3.0
# Both edges of a picture are of one ground where this share of them is of its colour; the rest may be cut by a garment.
_OF_ONE_COLOUR = 0.7
# A strip of less than a sixth is a border or a banner, not a picture.
_NARROWEST = 1 / 6


def panels(rgb: npt.NDArray[np.uint8]) -> tuple[Panel, ...]:
    """The parts of a picture (H, W, 3) that have each a plain ground of another colour; mostly one, the whole."""
    height, width = rgb.shape[:2]
    lab = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    column = _seam(lab[:3].mean(0), lab[-3:].mean(0))
    if column:
        return ((slice(0, height), slice(0, column)), (slice(0, height), slice(column, width)))
    row = _seam(lab[:, :3].mean(1), lab[:, -3:].mean(1))
    if row:
        return ((slice(0, row), slice(0, width)), (slice(row, height), slice(0, width)))
    return ((slice(0, height), slice(0, width)),)


def _seam(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> int:
    """Where two opposite edges (N, 3), in Lab, change their colour at the same place; 0 if they do not."""
    size = len(first)
    steps = [np.linalg.norm(edge[2:] - edge[:-2], axis=1) for edge in (first, second)]
    common = np.minimum(*steps)
    if common.size < 12 or common.max() < _OTHER_GROUND:
        return 0
    at = int(common.argmax()) + 1
    if not _NARROWEST * size < at < (1 - _NARROWEST) * size:
        return 0
    grounds = []
    for part in (slice(0, at - 1), slice(at + 2, size)):
        both = np.concatenate([first[part], second[part]])
        ground = np.median(both, axis=0)
        if (np.linalg.norm(both - ground, axis=1) < _OTHER_GROUND).mean() < _OF_ONE_COLOUR:
            return 0
        grounds.append(ground)
    return at if np.linalg.norm(grounds[0] - grounds[1]) >= _OTHER_GROUND else 0
