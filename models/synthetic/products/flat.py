"""A garment laid flat on a table, as a stylist lays it: two layers of cloth, a few centimetres deep.

Both layers start from the pattern and are relaxed in the table's plane, sewn together, until their edges have their own
lengths again: a sleeve or a trunk, round on the body, lies half its girth wide.
"""

from weakref import WeakKeyDictionary

import cv2
import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.garments.source import neutral
from models.synthetic.geometry import Edges, Points, edges
from models.synthetic.prints.sheet import noise
from models.synthetic.products.photo import View

Plane = npt.NDArray[np.float64]  # (M, 2): x to the right, z up
Grid = npt.NDArray[np.float32]

_ROUNDS = 150  # of relaxation, from the pattern: lengths then change by less than 0.1 % more
_SETTLING = 8  # rounds for trousers: more would spread the legs, as a crotch cannot lie flat without a fold
_DEEP = 0.013  # metres of cloth and air between the table and the upper layer
_ROUND = 0.028  # metres over which it falls to the table at its borders
_RIPPLE = 0.0030  # metres: what steaming leaves
_THIN = 0.004  # metres: two layers of cloth, which the renderer has to tell apart
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
        rest = garment.rest(neutral())[: garment.cloth_count]
        ends = edges(garment.cloth_triangles)
        lengths = np.linalg.norm(rest[ends[:, 0]] - rest[ends[:, 1]], axis=1)
        rounds = _ROUNDS if garment.legs is None else _SETTLING
        _spread[garment] = _relaxed(_pattern(garment), ends, lengths, rounds)
    return _spread[garment]


def _pattern(garment: Garment) -> Plane:
    """Where the pattern has the cloth's vertices (M, 2), metres: the back seen through the front, what is sewn together
    half-way between."""
    total, count = np.zeros((garment.cloth_count, 2)), np.zeros((garment.cloth_count, 1))
    for side in (0, 1):
        chosen = (garment.panels == side) & (garment.triangles < garment.cloth_count).all(1)
        corners, first = np.unique(garment.triangles[chosen], return_index=True)
        texels = garment.uv[garment.uv_triangles[chosen].ravel()[first]]
        x = (texels[:, 0] - 0.25 - 0.5 * side) * 2 * garment.extent[0]
        total[corners] += np.stack([x if side == 0 else -x, texels[:, 1] * garment.extent[1]], 1)
        count[corners] += 1
    return np.ascontiguousarray(total / np.maximum(count, 1))


@numba.njit(cache=True)
def _relaxed(start: Plane, ends: Edges, lengths: npt.NDArray[np.float64], rounds: int) -> Plane:
    """Points (M, 2) moved until the edges have their lengths (position based dynamics, Mueller et al. 2007, at rest):
    one edge after the other, forwards and backwards in turn."""
    place = start.copy()
    count = len(ends)
    for turn in range(rounds):
        for step in range(count):
            edge = step if turn % 2 == 0 else count - 1 - step
            i, j = ends[edge, 0], ends[edge, 1]
            x, z = place[j, 0] - place[i, 0], place[j, 1] - place[i, 1]
            length = np.sqrt(x * x + z * z) + 1e-9
            share = 0.45 * (length - lengths[edge]) / length
            place[i, 0] += share * x
            place[i, 1] += share * z
            place[j, 0] -= share * x
            place[j, 1] -= share * z
    return place


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
