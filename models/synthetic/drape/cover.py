"""What lies close under cloth: found by rays from each vertex, along its normal."""

# ruff: noqa: PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.
import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.drape.collide import hands, home_seeds
from models.synthetic.drape.mesh import Indices, Mesh
from models.synthetic.garments.garment import Worn
from models.synthetic.geometry import Points

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# Metres. Cloth farther off than `_ABOVE` cannot be poked through; what stands out of it by more than `_BELOW` is not
# under it. What is hidden ends so far from where the cloth ends that nobody looks in below a hem and finds nothing.
_ABOVE = 0.045
_BELOW = 0.02
RIM = 0.04
CAUGHT = 0.01  # metres that a garment may stick out of one over it; more, and a hem has slipped under: it is seen
PUFFED = 0.035  # metres that wide sleeves may stick out of a narrow jacket's: they are crushed in there
OVERLAP = 0.015  # the rim of a garment under another one: they overlap by little, and poking would be seen
_CELL = 0.03


def lies_under(
    vertices: Points, normals: Points, chosen: Indices, groups: Indices, worn: Worn, below: float = _BELOW
) -> Mask:
    """Which of the `chosen` vertices have a garment over them that faces the same way, (len(chosen),), or one that they
    stick out of by less than `below` metres.

    `groups` (len(chosen),): see `hands`. What lies on the other side of a hand counts only above, not below, or a hand
    on a hip would count as poking out of a shirt."""
    cloth, triangles = worn.vertices, worn.garment.cloth_triangles
    low = cloth.min(0) - 2 * _CELL
    shape = np.ceil((cloth.max(0) + 2 * _CELL - low) / _CELL).astype(np.int64)
    starts, members = _binned(cloth, triangles, low, shape)
    own = hands()[home_seeds(worn.garment)][triangles[:, 0]]
    return np.asarray(
        _lies_under(vertices, normals, chosen, groups, cloth, triangles, own, low, shape, starts, members, below), bool
    )


def eroded(under: Mask, vertices: Points, surface: Mesh, rim: float) -> Mask:
    """Without what is nearer than `rim` metres, along edges, to a vertex that is not under."""
    far = np.where(under, np.inf, 0.0)
    ends = vertices[surface.edges]
    _spread(far, surface.edges, np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1), rim)
    return np.asarray(far >= rim, bool)


@numba.njit(cache=True)
def _spread(far, edges, lengths, rim):  # type: ignore[no-untyped-def]
    """Distances to the nearest zero, exact below `rim`."""
    changed = True
    while changed:
        changed = False
        for e in range(edges.shape[0]):
            a, b = edges[e, 0], edges[e, 1]
            if far[a] + lengths[e] < far[b] and far[a] < rim:
                far[b] = far[a] + lengths[e]
                changed = True
            elif far[b] + lengths[e] < far[a] and far[b] < rim:
                far[a] = far[b] + lengths[e]
                changed = True


@numba.njit(cache=True)
def _binned(cloth, triangles, low, shape):  # type: ignore[no-untyped-def]
    """The triangles of each cell of a grid: where each cell's begin, and their numbers."""
    counts = np.zeros(shape[0] * shape[1] * shape[2] + 1, np.int64)
    first, last = np.empty(3, np.int64), np.empty(3, np.int64)
    starts = counts
    members = np.empty(0, np.int32)
    for sweep in range(2):
        if sweep == 1:
            starts = np.cumsum(counts)
            members = np.empty(starts[-1], np.int32)
            counts = starts.copy()
        for t in range(triangles.shape[0]):
            for axis in range(3):
                p, q, r = cloth[triangles[t, 0], axis], cloth[triangles[t, 1], axis], cloth[triangles[t, 2], axis]
                first[axis] = int((min(p, q, r) - low[axis]) / _CELL)
                last[axis] = int((max(p, q, r) - low[axis]) / _CELL)
            for i in range(first[0], last[0] + 1):
                for j in range(first[1], last[1] + 1):
                    for k in range(first[2], last[2] + 1):
                        cell = (i * shape[1] + j) * shape[2] + k
                        if sweep == 0:
                            counts[cell + 1] += 1
                        else:
                            members[counts[cell]] = t
                            counts[cell] += 1
    return starts, members


@numba.njit(cache=True)
def _lies_under(  # type: ignore[no-untyped-def]
    vertices, normals, chosen, groups, cloth, triangles, cloth_groups, low, shape, starts, members, below
):
    under = np.zeros(chosen.shape[0], np.bool_)
    samples = int(np.ceil((_ABOVE + below) / _CELL)) * 2 + 1
    for i in range(chosen.shape[0]):
        p, n = vertices[chosen[i]], normals[chosen[i]]
        previous = -1
        for s in range(samples):
            at = -below + (_ABOVE + below) * s / (samples - 1)
            cell = 0
            inside = True
            for axis in range(3):
                index = int(np.floor((p[axis] + at * n[axis] - low[axis]) / _CELL))
                inside = inside and 0 <= index < shape[axis]
                cell = cell * shape[axis] + index
            if not inside or cell == previous:
                continue
            previous = cell
            for m in range(starts[cell], starts[cell + 1]):
                t = members[m]
                far = _along(p, n, cloth[triangles[t, 0]], cloth[triangles[t, 1]], cloth[triangles[t, 2]])
                if -below <= far <= _ABOVE and (far >= 0.0 or cloth_groups[t] == groups[i]):
                    under[i] = True
                    break
            if under[i]:
                break
    return under


@numba.njit(cache=True, inline="always")
def _along(p, n, a, b, c):  # type: ignore[no-untyped-def]
    """Where the line from p along n leaves through the triangle's front, 1e9 if it does not (Moeller and Trumbore
    1997)."""
    e1x, e1y, e1z = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    e2x, e2y, e2z = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    qx, qy, qz = n[1] * e2z - n[2] * e2y, n[2] * e2x - n[0] * e2z, n[0] * e2y - n[1] * e2x
    # Negative: seen along n the triangle shows its back, so it faces the same way as n.
    det = e1x * qx + e1y * qy + e1z * qz
    if det > -1e-14:
        return 1e9
    tx, ty, tz = p[0] - a[0], p[1] - a[1], p[2] - a[2]
    u = (tx * qx + ty * qy + tz * qz) / det
    if u < -1e-6 or u > 1.0 + 1e-6:
        return 1e9
    rx, ry, rz = ty * e1z - tz * e1y, tz * e1x - tx * e1z, tx * e1y - ty * e1x
    v = (n[0] * rx + n[1] * ry + n[2] * rz) / det
    if v < -1e-6 or u + v > 1.0 + 1e-6:
        return 1e9
    return (e2x * rx + e2y * ry + e2z * rz) / det
