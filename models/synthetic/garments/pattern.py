"""The cut laid flat: texture coordinates in which a centimetre is a centimetre.

Front and back are flattened one by one, as rigidly as possible (Sorkine and Alexa 2007, "As-rigid-as-possible surface
modeling", in the plane: Liu et al. 2008, "A local/global approach to mesh parameterization"), from their projections.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from models.synthetic.garments.garment import Texel
from models.synthetic.geometry import Points, Triangles, vertex_normals

_ROUNDS = 16  # then lengths change by less than 0.1 % a round
_UNROLLED = 0.06  # metres before and behind the side seam that the projection shows edge-on: unrolled for a start
_MARGIN = 0.015  # metres around each panel

Mask = npt.NDArray[np.bool_]
Flat = npt.NDArray[np.float64]  # (N, 2)


@dataclass(frozen=True, eq=False)
class Pattern:
    """Texture coordinates (U, 2) of a cloth and how its corners index them; `vertex` (U,) is each one's vertex."""

    uv: Flat
    triangles: Triangles  # (T, 3)
    vertex: npt.NDArray[np.int32]
    extent: tuple[float, float]
    numbers: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]  # (N,) of front and back, -1 where not in the panel


def laid_flat(cloth: Points, triangles: Triangles, back: Mask, seam: Mask, depth: npt.NDArray[np.float64]) -> Pattern:
    """The pattern of a cloth (N, 3); `back` (T,) says which triangles belong to the back, `seam` (N,) which vertices
    lie between the panels, `depth` (N,) how far before (negative) or behind the seam a vertex lies, metres."""
    normals = vertex_normals(cloth, triangles)
    rolled = 0.8 * np.maximum(_UNROLLED - np.abs(depth), 0.0)[:, None] * normals[:, [0, 2]]
    shown = cloth[:, [0, 2]] + rolled
    panels = []
    for side, sign in ((~back, 1.0), (back, -1.0)):
        used, inverse = np.unique(triangles[side], return_inverse=True)
        faces = np.asarray(inverse.reshape(-1, 3), np.int32)
        start = shown[used] * [sign, 1.0]
        panels.append((used, faces, _rigid(cloth[used], faces, start)))
    (front, _, front_flat), (rear, _, rear_flat) = panels
    front_flat = front_flat - [(front_flat[:, 0].min() + front_flat[:, 0].max()) / 2, 0.0]
    rear_flat = rear_flat - [(rear_flat[:, 0].min() + rear_flat[:, 0].max()) / 2, 0.0]
    # Equal height at the side seams, so that stripes meet there.
    if seam[front].any() and seam[rear].any():
        rear_flat[:, 1] += front_flat[seam[front], 1].mean() - rear_flat[seam[rear], 1].mean()
    both = np.concatenate([front_flat, rear_flat])
    width = 2 * float(np.abs(both[:, 0]).max()) + 2 * _MARGIN
    low = float(both[:, 1].min()) - _MARGIN
    height = float(both[:, 1].max()) + _MARGIN - low
    uv = (both - [0.0, low]) / [2 * width, height] + [0.25, 0.0]
    uv[len(front) :, 0] += 0.5
    corners = np.empty_like(triangles)
    corners[~back] = panels[0][1]
    corners[back] = panels[1][1] + len(front)
    numbers = []
    for used, offset in ((front, 0), (rear, len(front))):
        number = np.full(len(cloth), -1, np.int32)
        number[used] = offset + np.arange(len(used))
        numbers.append(number)
    vertex = np.concatenate([front, rear]).astype(np.int32)
    return Pattern(uv, corners, vertex, (width, height), (numbers[0], numbers[1]))


def _rigid(points: Points, faces: Triangles, start: Flat) -> Flat:
    """A panel (N, 3) in the plane (N, 2), its triangles as little deformed as can be."""
    local = _in_plane(points, faces)
    corner = [local[:, (k + 1) % 3] - local[:, k] for k in range(3)]  # edge k to k + 1
    # Cotangent of the angle opposite to each edge; at least a little, lest an obtuse triangle pull the wrong way.
    weights = []
    for k in range(3):
        u, v = -corner[(k + 1) % 3], corner[(k + 2) % 3]
        area = np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])
        weights.append(np.clip((u * v).sum(1) / np.maximum(area, 1e-12), 0.05, 5.0))
    held = np.array([piece[0] for piece in _components(faces, len(points))])
    solve = _factor(faces, weights, len(points), held)
    flat = start.copy()
    for _ in range(_ROUNDS):
        turn = _rotations(faces, weights, corner, flat)
        right = np.zeros_like(flat)
        for k in range(3):
            edge = weights[k][:, None] * np.einsum("tij,tj->ti", turn, corner[k])
            np.add.at(right, faces[:, (k + 1) % 3], edge)
            np.add.at(right, faces[:, k], -edge)
        right[held] = start[held]
        flat = np.stack([solve.solve(right[:, axis]) for axis in range(2)], 1)
    for piece in _components(faces, len(points)):
        flat[piece] = _righted(flat[piece], start[piece])
    return flat


def _components(faces: Triangles, count: int) -> list[npt.NDArray[np.int64]]:
    """The vertices of each piece: an open front has two."""
    a = np.concatenate([faces[:, 0], faces[:, 1]])
    b = np.concatenate([faces[:, 1], faces[:, 2]])
    links = sparse.coo_array((np.ones(len(a)), (a, b)), shape=(count, count))
    pieces, label = connected_components(links, directed=False)
    return [np.flatnonzero(label == piece) for piece in range(pieces)]


def _in_plane(points: Points, faces: Triangles) -> npt.NDArray[np.float64]:
    """Each triangle in a plane of its own, (T, 3, 2)."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    first = b - a
    length = np.maximum(np.linalg.norm(first, axis=1), 1e-9)
    along = np.einsum("tk,tk->t", c - a, first) / length
    across = np.linalg.norm(np.cross(first, c - a), axis=1) / length
    zero = np.zeros_like(length)
    return np.stack([np.stack([zero, zero], 1), np.stack([length, zero], 1), np.stack([along, across], 1)], 1)


def _factor(faces: Triangles, weights: list[Flat], count: int, fixed: npt.NDArray[np.int64]) -> "sparse.linalg.SuperLU":
    rows, columns, data = [], [], []
    for k in range(3):
        a, b, w = faces[:, k], faces[:, (k + 1) % 3], weights[k]
        rows += [a, b, a, b]
        columns += [a, b, b, a]
        data += [w, w, -w, -w]
    matrix = sparse.csr_array(
        (np.concatenate(data), (np.concatenate(rows), np.concatenate(columns))), shape=(count, count)
    )
    free = np.ones(count)
    free[fixed] = 0.0
    held = sparse.diags_array(free) @ matrix + sparse.diags_array(1.0 - free)
    return splu(sparse.csc_array(held), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0)


def _rotations(faces: Triangles, weights: list[Flat], corner: list[Flat], flat: Flat) -> npt.NDArray[np.float64]:
    """The turn (T, 2, 2) of each triangle that fits best: in the plane it is an angle in closed form."""
    cosine, sine = np.zeros(len(faces)), np.zeros(len(faces))
    for k in range(3):
        edge = flat[faces[:, (k + 1) % 3]] - flat[faces[:, k]]
        cosine += weights[k] * (edge * corner[k]).sum(1)
        sine += weights[k] * (corner[k][:, 0] * edge[:, 1] - corner[k][:, 1] * edge[:, 0])
    length = np.maximum(np.hypot(cosine, sine), 1e-12)
    c, s = cosine / length, sine / length
    return np.stack([np.stack([c, -s], 1), np.stack([s, c], 1)], 1)


def _righted(flat: Flat, start: Flat) -> Flat:
    """Turned and moved onto where it came from."""
    a, b = flat - flat.mean(0), start - start.mean(0)
    angle = np.arctan2((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum(), (a * b).sum())
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(a @ turn.T + start.mean(0), np.float64)


def outlines(triangles: Triangles, uv: Flat) -> list[tuple[Texel, ...]]:
    """The borders of an area of the pattern, each a closed line of texels (the first is the last again)."""
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    size = len(uv)
    border = ends[~np.isin(ends[:, 0] * size + ends[:, 1], ends[:, 1] * size + ends[:, 0])]
    return [line for line in chains(border, uv) if line[0] == line[-1]]


def chains(ends: npt.NDArray[np.int64], uv: Flat) -> list[tuple[Texel, ...]]:
    """Edges (E, 2) of the pattern joined to lines."""
    beside: dict[int, list[int]] = defaultdict(list)
    for a, b in ends:
        beside[int(a)].append(int(b))
        beside[int(b)].append(int(a))
    lines = []
    tips = sorted(v for v, near in beside.items() if len(near) == 1) + sorted(beside)
    for tip in tips:
        walk = [tip]
        while beside[walk[-1]]:
            step = beside[walk[-1]].pop(0)
            beside[step].remove(walk[-1])
            walk.append(step)
        if len(walk) > 1:
            lines.append(tuple((float(uv[v, 0]), float(uv[v, 1])) for v in walk))
    return lines
