"""Whether parts of a body lie inside others, and by how much."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numba
import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.synthetic.body.basis import basis
from models.synthetic.body.model import Body, skin_weights
from models.synthetic.body.regions import region
from models.synthetic.geometry import Points, vertex_normals

Transforms = npt.NDArray[np.float64]  # (B, 4, 4)

# A point deeper than this below the nearest skin is on the other side of a limb, not inside it: half a forearm.
_DEEPEST = 0.14
# What is further away than this does not matter.
_NEAR = 0.15


@dataclass(frozen=True)
class Contact:
    """The closest or deepest point of one part to another: `gap` metres (negative inside), at `point`, the other's
    skin looking along `normal`."""

    gap: float
    point: Points  # (3,)
    normal: Points  # (3,)


def contact(shape: Body, transforms: Transforms, part: str, others: tuple[str, ...]) -> Contact:
    """How close the region `part` comes to the regions `others` (see `regions.region`), "+" joining several.

    `others` should have no open edge near `part`: beyond an edge a surface has no inside."""
    points = _carried(shape.rest, transforms, part, every=2)
    low, high = points.min(0) - _NEAR, points.max(0) + _NEAR
    targets, normals = [], []
    for other in others:
        surface, away = _surface(shape, transforms, other)
        near = ((surface > low) & (surface < high)).all(1)
        targets.append(surface[near])
        normals.append(away[near])
    if not sum(len(surface) for surface in targets):
        return Contact(_NEAR, points[0], np.zeros(3))
    gap, index, normal = _closest(points, np.concatenate(targets), np.concatenate(normals), _DEEPEST)
    return Contact(gap, points[index], normal)


def depth(shape: Body, transforms: Transforms, part: str, others: tuple[str, ...]) -> float:
    """How deep (metres, 0 for not at all) `part` lies inside `others`."""
    return max(0.0, -contact(shape, transforms, part, others).gap)


@lru_cache(maxsize=8)
def _rest_normals(shape: Body) -> Points:
    return vertex_normals(shape.rest, basis().parts["body"][0])


@cache
def _rows(part: str, every: int) -> tuple[npt.NDArray[np.int32], sparse.csr_array]:
    vertices = np.unique(np.concatenate([region(name) for name in part.split("+")]))[::every]
    return np.asarray(vertices, np.int32), sparse.csr_array(skin_weights()[vertices])


def _carried(rest: Points, transforms: Transforms, part: str, every: int) -> Points:
    vertices, weights = _rows(part, every)
    blended = (weights @ transforms.reshape(-1, 16)).reshape(-1, 4, 4)
    return np.asarray(np.einsum("nij,nj->ni", blended[:, :3, :3], rest[vertices]) + blended[:, :3, 3], np.float64)


def _surface(shape: Body, transforms: Transforms, part: str) -> tuple[Points, Points]:
    """Vertices of a part and their normals, (N, 3) each."""
    vertices, weights = _rows(part, 1)
    blended = (weights @ transforms.reshape(-1, 16)).reshape(-1, 4, 4)
    turned = np.einsum("nij,nj->ni", blended[:, :3, :3], _rest_normals(shape)[vertices])
    placed = np.einsum("nij,nj->ni", blended[:, :3, :3], shape.rest[vertices]) + blended[:, :3, 3]
    return np.asarray(placed, np.float64), np.asarray(turned, np.float64)


@numba.njit(cache=True)
def _closest(points: Points, targets: Points, normals: Points, deepest: float) -> tuple[float, int, Points]:
    """The smallest signed distance of `points` (N, 3) to the surface that `targets` (M, 3) and `normals` sample."""
    best, at, towards = 1e9, 0, normals[0]
    for i in range(points.shape[0]):
        nearest, found = 1e9, 0
        for j in range(targets.shape[0]):
            x = points[i, 0] - targets[j, 0]
            y = points[i, 1] - targets[j, 1]
            z = points[i, 2] - targets[j, 2]
            square = x * x + y * y + z * z
            if square < nearest:
                nearest, found = square, j
        away = points[i] - targets[found]
        gap = away[0] * normals[found, 0] + away[1] * normals[found, 1] + away[2] * normals[found, 2]
        distance = np.sqrt(nearest)
        if gap > 0:
            gap = distance
        elif distance > deepest:
            continue
        if gap < best:
            best, at, towards = gap, i, normals[found]
    return best, at, towards
