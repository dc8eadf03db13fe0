"""A garment laid flat on a table, as a stylist lays it: two layers of cloth, a few centimetres deep.

Its outline is that of the garment on a figure: its sides, which lie round on the body, are foreshortened towards the
folds at the edges. To give each edge its own length in the plane ruffles the seams, which no stylist would.
"""

from weakref import WeakKeyDictionary

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import Points
from models.synthetic.prints.sheet import noise
from models.synthetic.products.figure import spread
from models.synthetic.products.photo import View

Plane = npt.NDArray[np.float64]  # (M, 2): x to the right, z up
Grid = npt.NDArray[np.float32]

_DEEP = 0.013  # metres of cloth and air between the table and the upper layer
_ROUND = 0.028  # metres over which it falls to the table at its borders
_RIPPLE = 0.0030  # metres: what steaming leaves
_THIN = 0.004  # metres: two layers of cloth, which the renderer has to tell apart
_WIDER = 1.12  # half the girth of a trunk is a quarter more than its width, some of which lies in the folds
_ROWS = 200

_spread: "WeakKeyDictionary[Garment, Plane]" = WeakKeyDictionary()


def laid(garment: Garment, view: View, rng: np.random.Generator) -> Worn:
    """The garment as it lies before a camera that looks along +y: x to the right, z up, the table at y = 0, the side
    `view` above."""
    place = _laid_out(garment)
    if view == "back":
        place = place * np.array([-1.0, 1.0])
    near = _near(garment, 0 if view == "front" else 1)
    depth, inner = _depths(garment, place, near, rng)
    y = np.where(near, -depth, -0.3 * inner * depth)
    cloth = np.stack([place[:, 0], y, place[:, 1]], 1)
    return Worn(garment, garment.with_plies(cloth))


def _near(garment: Garment, side: int) -> npt.NDArray[np.bool_]:
    """Which vertices of the cloth (M,) lie above: those of the panel `side`, its seams included."""
    near = np.zeros(garment.cloth_count, np.bool_)
    corners = garment.triangles[garment.panels == side]
    near[corners[corners < garment.cloth_count]] = True
    return near


def _laid_out(garment: Garment) -> Plane:
    """The cloth's vertices in the plane, seen from the front; once for each garment."""
    if garment not in _spread:
        _spread[garment] = spread(garment)[: garment.cloth_count, [0, 2]] * [_WIDER, 1.0]
    return _spread[garment]


def _depths(
    garment: Garment, place: Plane, near: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Points, Points]:
    """How high above the table each vertex (M,) would lie in the upper layer, and how far inside the outline (0..1)."""
    low, high = place.min(0), place.max(0)
    texel = float((high[1] - low[1]) / _ROWS)
    columns = int((high[0] - low[0]) / texel) + 3
    mask = np.zeros((_ROWS + 3, columns), np.uint8)
    at = (place - low) / texel + 1
    corners = garment.cloth_triangles[near[garment.cloth_triangles].all(1)]
    for triangle in np.round(at[corners] * 16).astype(np.int32):
        cv2.fillConvexPoly(mask, triangle, 255, cv2.LINE_8, 4)
    inside = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32) * np.float32(texel)
    share = np.clip(inside / _ROUND, 0, 1)
    ripple = noise(rng, mask.shape, 0.09 / texel, (1.6, 1.0)) + 0.5 * noise(rng, mask.shape, 0.045 / texel, (2.0, 0.8))
    height = _THIN + _DEEP * np.sqrt(1 - (1 - share) ** 2) + _RIPPLE * np.clip(ripple, -2, 2) * share
    return _read(np.maximum(height, _THIN).astype(np.float32), at), _read(share.astype(np.float32), at)


def _read(grid: Grid, at: Plane) -> Points:
    """The grid at points (M, 2: column, row), between texels linear."""
    where = at.astype(np.float32)[None]
    return np.asarray(cv2.remap(grid, where[..., 0], where[..., 1], cv2.INTER_LINEAR)[0], np.float64)
