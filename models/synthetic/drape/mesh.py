"""Who is next to whom on a mesh: what constraints and walks over a surface need."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from models.synthetic.body.basis import basis
from models.synthetic.garments.garment import Garment
from models.synthetic.geometry import Triangles

Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Connectivity of N vertices. `neighbours[starts[i]:starts[i + 1]]` are the vertices next to i and
    `fans[fan_starts[i]:fan_starts[i + 1]]` the triangles at i."""

    triangles: Triangles
    edges: Indices  # (E, 2), the lower index first
    hinges: Indices  # (H, 4): the ends of an inner edge, then the vertices opposite to it
    starts: Indices
    neighbours: Indices
    fan_starts: Indices
    fans: Indices


def mesh(triangles: Triangles, count: int) -> Mesh:
    """The connectivity of `triangles` over `count` vertices."""
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    opposite = np.concatenate([triangles[:, 2], triangles[:, 0], triangles[:, 1]])
    keys = np.minimum(ends[:, 0], ends[:, 1]) * count + np.maximum(ends[:, 0], ends[:, 1])
    order = np.argsort(keys, kind="stable")
    keys, opposite = keys[order], opposite[order]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    sides = np.diff(np.append(first, len(keys)))
    pairs = np.stack([keys[first] // count, keys[first] % count], 1).astype(np.int32)
    inner = first[sides == 2]
    hinges = np.concatenate([pairs[sides == 2], np.stack([opposite[inner], opposite[inner + 1]], 1)], 1)
    starts, neighbours = _grouped(pairs.ravel(), pairs[:, ::-1].ravel(), count)
    corners = np.repeat(np.arange(len(triangles), dtype=np.int32), 3)
    fan_starts, fans = _grouped(triangles.ravel(), corners, count)
    return Mesh(triangles, pairs, hinges.astype(np.int32), starts, neighbours, fan_starts, fans)


def _grouped(keys: Indices, values: Indices, count: int) -> tuple[Indices, Indices]:
    """`values` sorted by their key, and where each key's begin."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=count))])
    return starts.astype(np.int32), values[np.argsort(keys, kind="stable")].astype(np.int32)


@lru_cache(maxsize=1)
def skin_mesh() -> Mesh:
    """The skin of the base mesh, its vertices numbered as there (helper vertices have no neighbours)."""
    data = basis()
    return mesh(data.parts["body"][0], len(data.template))


@lru_cache(maxsize=128)
def cloth_mesh(garment: Garment) -> Mesh:
    """The connectivity of a garment's cloth, its plies left out."""
    return mesh(garment.cloth_triangles, garment.cloth_count)
