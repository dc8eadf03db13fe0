"""Cutting a triangle mesh along smooth lines: how hems, necklines and seams come about.

Everything is linear in the vertices of a source mesh: a vertex of a sheet is a row of weights over the source. A line
is where a field, sampled at the vertices, passes zero. Vertices close to it are moved onto it along their edge, the
edges that still cross it are split; so the border is the line itself, and no triangle becomes a sliver.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.synthetic.geometry import Edges, Points, Triangles, edges

Field = npt.NDArray[np.float64]  # (N,), one value a vertex

# A vertex nearer to a line than this share of the edge is moved onto it. 1/3 leaves the pieces of a split edge at least
# a third of its length, and turns a moved vertex' triangles by less than 20 degrees.
_SNAP = 0.33
_TOUCHES = 0.03  # nearer than this share of an edge counts as on the line where the vertex may not move


@dataclass(frozen=True, eq=False)
class Sheet:
    """A mesh of N vertices and T triangles over S source vertices."""

    rows: sparse.csr_array  # (N, S), rows sum to 1
    position: Points  # (N, 3) on the neutral body
    fields: Mapping[str, Field]
    lines: npt.NDArray[np.int64]  # (N,) bits: the lines that a vertex lies on, which it may only move along
    triangles: Triangles  # (T, 3)
    regions: npt.NDArray[np.int64]  # (T,) bits: the cuts whose far side a triangle lies on

    def moved(self, operator: sparse.csr_array, lines: npt.NDArray[np.int64]) -> "Sheet":
        """The vertices combined by `operator` (N', N); the triangles are left to the caller."""
        fields = {name: np.asarray(operator @ values, np.float64) for name, values in self.fields.items()}
        position = np.asarray(operator @ self.position, np.float64)
        return replace(self, rows=sparse.csr_array(operator @ self.rows), position=position, fields=fields, lines=lines)

    def only(self, kept: npt.NDArray[np.bool_]) -> "Sheet":
        """The triangles `kept` (T,) and their vertices."""
        used, inverse = np.unique(self.triangles[kept], return_inverse=True)
        triangles = np.asarray(inverse.reshape(-1, 3), np.int32)
        sheet = replace(self, triangles=triangles, regions=self.regions[kept])
        return replace(
            sheet,
            rows=sparse.csr_array(self.rows[used]),
            position=self.position[used],
            fields={name: values[used] for name, values in self.fields.items()},
            lines=self.lines[used],
        )

    def has(self, bit: int) -> npt.NDArray[np.bool_]:
        """Which triangles (T,) lie on the far side of the cut `bit`."""
        return np.asarray((self.regions & (1 << bit)) != 0)

    def on(self, bit: int) -> npt.NDArray[np.bool_]:
        """Which vertices (N,) lie on the line `bit`."""
        return np.asarray((self.lines & (1 << bit)) != 0)


def split(sheet: Sheet, field: Field, bit: int) -> Sheet:
    """The sheet with edges along the line where `field` (N,) is zero; triangles below zero get region `bit`, vertices
    on the line get line `bit`."""
    field, sheet = _snapped(sheet, np.asarray(field, np.float64))
    ends = edges(sheet.triangles)
    crossing = ends[field[ends[:, 0]] * field[ends[:, 1]] < 0]
    count = len(field)
    share = field[crossing[:, 0]] / (field[crossing[:, 0]] - field[crossing[:, 1]])
    operator = _combined(count, crossing, share)
    lines = np.where(field == 0, sheet.lines | (1 << bit), sheet.lines)
    new = (sheet.lines[crossing[:, 0]] & sheet.lines[crossing[:, 1]]) | (1 << bit)
    grown = sheet.moved(operator, np.concatenate([lines, new]))
    numbers = {(int(a), int(b)): count + k for k, (a, b) in enumerate(crossing)}
    return _pieces(grown, np.concatenate([field, np.zeros(len(crossing))]), numbers, bit)


def clip(sheet: Sheet, field: Field, bit: int) -> Sheet:
    """What lies above zero, its border marked as line `bit`."""
    both = split(sheet, field, bit)
    kept = ~both.has(bit)
    return both.only(kept) if kept.any() else both


def _snapped(sheet: Sheet, field: Field) -> tuple[Field, Sheet]:
    """The vertices near the line moved onto it, each along the edge on which it is nearest."""
    ends = edges(sheet.triangles)
    both = np.concatenate([ends, ends[:, ::-1]])
    start, end = both[:, 0], both[:, 1]
    crosses = field[start] * field[end] < 0
    start, end = start[crosses], end[crosses]
    share = field[start] / (field[start] - field[end])
    touches = share < _TOUCHES
    free = (sheet.lines[start] & ~sheet.lines[end]) == 0
    near = (share < _SNAP) & free
    order = np.argsort(share[near], kind="stable")
    moving, first = np.unique(start[near][order], return_index=True)
    goal, step = end[near][order][first], share[near][order][first]
    count = len(field)
    stay = np.ones(count)
    stay[moving] = 1.0 - step
    data = np.concatenate([stay, step])
    place = (np.concatenate([np.arange(count), moving]), np.concatenate([np.arange(count), goal]))
    field = field.copy()
    field[moving] = 0.0
    field[start[touches]] = 0.0
    return field, sheet.moved(sparse.csr_array((data, place), shape=(count, count)), sheet.lines)


def _combined(count: int, pairs: Edges, share: Field) -> sparse.csr_array:
    """The identity, and below it a row for each of `pairs`: (1 - share) of its first, share of its second vertex."""
    new = count + np.arange(len(pairs))
    rows = np.concatenate([np.arange(count), new, new])
    columns = np.concatenate([np.arange(count), pairs[:, 0], pairs[:, 1]])
    data = np.concatenate([np.ones(count), 1.0 - share, share])
    return sparse.csr_array((data, (rows, columns)), shape=(count + len(pairs), count))


def _pieces(sheet: Sheet, field: Field, numbers: Mapping[tuple[int, int], int], bit: int) -> Sheet:
    """The triangles cut at the new vertices; a cut quad gets its shorter diagonal."""
    sign = np.sign(field[sheet.triangles])
    whole = ~((sign.max(1) > 0) & (sign.min(1) < 0))
    pieces: list[tuple[int, int, int]] = []
    parents: list[int] = []
    for index in np.flatnonzero(~whole):
        for polygon in _halves([int(v) for v in sheet.triangles[index]], field, numbers):
            fan = _fan(polygon, sheet.position)
            pieces += fan
            parents += [int(index)] * len(fan)
    cut = np.array(pieces, np.int32).reshape(-1, 3)
    triangles = np.concatenate([sheet.triangles[whole], cut])
    below = field[triangles].sum(1) < 0
    origin = np.concatenate([np.flatnonzero(whole), np.array(parents, np.int64)])
    regions = sheet.regions[origin] | np.where(below, 1 << bit, 0)
    return replace(sheet, triangles=triangles, regions=regions)


def _halves(corners: list[int], field: Field, numbers: Mapping[tuple[int, int], int]) -> tuple[list[int], list[int]]:
    above: list[int] = []
    below: list[int] = []
    for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
        if field[a] >= 0:
            above.append(a)
        if field[a] <= 0:
            below.append(a)
        new = numbers.get((min(a, b), max(a, b)))
        if new is not None:
            above.append(new)
            below.append(new)
    return above, below


def _fan(polygon: list[int], position: Points) -> list[tuple[int, int, int]]:
    if len(polygon) == 3:
        return [(polygon[0], polygon[1], polygon[2])]
    a, b, c, d = polygon
    if np.linalg.norm(position[a] - position[c]) <= np.linalg.norm(position[b] - position[d]):
        return [(a, b, c), (a, c, d)]
    return [(a, b, d), (b, c, d)]


def loops(triangles: Triangles) -> list[npt.NDArray[np.int32]]:
    """The borders of a mesh, each a closed walk of vertices with the mesh on its left."""
    walks = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]).astype(np.int64)
    size = int(triangles.max()) + 1
    forward, back = walks[:, 0] * size + walks[:, 1], walks[:, 1] * size + walks[:, 0]
    border = walks[~np.isin(forward, back)]
    following = {int(a): int(b) for a, b in border}
    found = []
    while following:
        start = min(following)
        walk = [start]
        step = following.pop(start)
        while step != start:
            walk.append(step)
            step = following.pop(step)
        found.append(np.array(walk, np.int32))
    return found


def smoothed_borders(sheet: Sheet, rounds: int = 4) -> Sheet:
    """The borders as even lines: each of their vertices drawn towards its two neighbours, except where lines meet."""
    count = len(sheet.lines)
    share = np.zeros(count)
    rows, columns = [], []
    for walk in loops(sheet.triangles):
        before, after = np.roll(walk, 1), np.roll(walk, -1)
        same = (sheet.lines[walk] == sheet.lines[before]) & (sheet.lines[walk] == sheet.lines[after])
        share[walk[same]] = 0.5
        rows += [walk[same], walk[same]]
        columns += [before[same], after[same]]
    row, column = np.concatenate(rows), np.concatenate(columns)
    beside = sparse.csr_array((np.full(len(row), 0.25), (row, column)), shape=(count, count))
    step = sparse.csr_array(sparse.diags_array(1.0 - share) + beside)
    for _ in range(rounds):
        sheet = sheet.moved(step, sheet.lines)
    return sheet
