"""Cloth that hangs from the trunk over both legs: rings around the convex hull of the body's section.

Each point of a ring is a mean of points of the body, so that it fits every body and moves with both legs: the middle of
a skirt's front follows the left and the right thigh by half.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import ConvexHull

from models.synthetic.garments.sheet import Field, Sheet
from models.synthetic.garments.source import SIDE, TRUNK_SIDE, Level, at_level, level_position
from models.synthetic.geometry import Points, Triangles, edges

_KNOT = 0.055  # metres between the sections that rings are drawn from: a cubic spline over them is smooth
_DENSE = 160  # points on each arc of a section
_LOWEST = 0.16  # metres: below, feet stick out of the section; rings go straight on from the two sections above
_ABOVE = 0.30

Numbers = npt.NDArray[np.integer]
Bits = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Arcs:
    """A section's hull in two arcs, the front from the right side seam to the left, the back from left to right."""

    rows: tuple[sparse.csr_array, sparse.csr_array]  # (P, S) each
    shares: tuple[Field, Field]  # (P,) 0..1, by length


@cache
def _arcs(level: Level, height: float) -> Arcs:
    sheet = at_level(level)
    trunk = (sheet.fields["arm"] < 0.5)[sheet.triangles].all(1)
    ends = edges(sheet.triangles[trunk])
    z = sheet.position[:, 2] - height
    crossing = ends[z[ends[:, 0]] * z[ends[:, 1]] < 0]
    share = z[crossing[:, 0]] / (z[crossing[:, 0]] - z[crossing[:, 1]])
    points = _mean(crossing[:, 0], crossing[:, 1], share, len(z))
    flat = (points @ sheet.position)[:, :2]
    hull = ConvexHull(flat).vertices
    y = float(np.interp(height, *TRUNK_SIDE))
    corners, position = sparse.csr_array(points[hull]), flat[hull]
    after = np.roll(np.arange(len(hull)), -1)
    depth = position[:, 1] - y
    crossed = np.flatnonzero(depth * depth[after] < 0)
    sides = _mean(crossed, after[crossed], depth[crossed] / (depth[crossed] - depth[after[crossed]]), len(hull))
    x = (sides @ position)[:, 0]
    right, left = int(x.argmin()), int(x.argmax())
    unit = sparse.csr_array(sparse.eye_array(len(hull)))
    # The hull runs counter-clockwise seen from above: from the right seam over the front to the left one.
    ways = [
        sparse.vstack([sides[[start]], unit[_between(crossed[start], crossed[end], len(hull))], sides[[end]]])
        for start, end in ((right, left), (left, right))
    ]
    dense = [_evenly(np.asarray(way @ position)) @ way for way in ways]
    lengths = [_spread(np.asarray(way @ position), height, ahead) for way, ahead in zip(dense, (-1, 1), strict=True)]
    rows = [sparse.csr_array(sparse.csr_array(way) @ corners @ sheet.rows) for way in dense]
    return Arcs((rows[0], rows[1]), (lengths[0], lengths[1]))


def _between(start: np.integer, end: np.integer, count: int) -> Numbers:
    """The corners after the edge `start` up to and with the first of the edge `end`, on a closed way of `count`."""
    return np.asarray((start + 1 + np.arange((end - start) % count)) % count)


def _mean(first: Numbers, second: Numbers, share: Field, count: int) -> sparse.csr_array:
    """Rows that take (1 - share) of the first and share of the second of `count` points."""
    number = np.arange(len(first))
    place = (np.concatenate([number, number]), np.concatenate([first, second]))
    return sparse.csr_array((np.concatenate([1.0 - share, share]), place), shape=(len(first), count))


def _shares(way: Points) -> Field:
    steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    return np.asarray(steps / steps[-1], np.float64)


def _evenly(way: Points) -> sparse.csr_array:
    """Points at equal distances on a way of P points, (_DENSE, P)."""
    shares = _shares(way)
    wanted = np.linspace(0.0, 1.0, _DENSE)
    after = np.clip(np.searchsorted(shares, wanted, side="right"), 1, len(shares) - 1)
    return _mean(after - 1, after, (wanted - shares[after - 1]) / (shares[after] - shares[after - 1]), len(shares))


def _spread(way: Points, height: float, ahead: int) -> Field:
    """Shares by the length that an even way has when the cloth flares: at its ends, where legs apart bend it sharply,
    the hem grows most and needs the most columns. The way starts along y towards `ahead` and ends against it."""
    flare = float(np.clip(0.16 * (1.0 - height), 0.0, 0.1))
    steps = np.diff(way, axis=0)
    heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
    begin = np.round((heading[0] - ahead * np.pi / 2) / (2 * np.pi)) * 2 * np.pi + ahead * np.pi / 2
    window = _DENSE // 12
    padded = np.concatenate([np.full(window, begin), heading, np.full(window, begin + np.pi)])
    smooth = np.convolve(padded, np.hanning(2 * window + 1) / np.hanning(2 * window + 1).sum(), "valid")
    bend = np.abs(np.gradient(smooth))
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(steps, axis=1) + flare * bend)])
    return np.asarray(along / along[-1], np.float64)


def ring(level: Level, height: float, front: Field, back: Field) -> sparse.csr_array:
    """The ring at a height, (F + B, S): points at the shares `front` (F,) from the right side seam to the left, then
    `back` (B,) from left to right."""
    if height < _LOWEST:
        reach = (_LOWEST - height) / (_ABOVE - _LOWEST)
        low, high = ring(level, _LOWEST, front, back), ring(level, _ABOVE, front, back)
        return sparse.csr_array((1.0 + reach) * low - reach * high)
    arcs = _arcs(level, round(height, 4))
    parts = []
    for rows, shares, wanted in zip(arcs.rows, arcs.shares, (front, back), strict=True):
        after = np.clip(np.searchsorted(shares, wanted, side="right"), 1, len(shares) - 1)
        share = np.clip((wanted - shares[after - 1]) / (shares[after] - shares[after - 1]), 0.0, 1.0)
        parts.append(_mean(after - 1, after, share, len(shares)) @ rows)
    return sparse.csr_array(sparse.vstack(parts))


def rings(level: Level, heights: Field, front: Field, back: Field) -> sparse.csr_array:
    """Rings at `heights` (H,), falling, one below the other, (H (F + B), S): a uniform cubic B-spline over sections,
    which keeps heights exact and irons out what differs from one section to the next."""
    place = (heights[0] - heights) / _KNOT
    first = np.floor(place).astype(int)
    t = place - first
    weights = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]) / 6.0
    knots = [ring(level, float(heights[0] - _KNOT * k), front, back) for k in range(-1, int(first.max()) + 3)]
    rows = [
        sum((weights[j, k] * knots[first[k] + j] for j in range(1, 4)), start=weights[0, k] * knots[first[k]])
        for k in range(len(heights))
    ]
    return sparse.csr_array(sparse.vstack(rows))


def tube(level: Level, heights: Field, columns: int) -> Sheet:
    """A skirt's sheet: a ring of `columns` (even) at each of `heights`, from the top down."""
    half = np.arange(columns // 2) / (columns // 2)
    rows = rings(level, heights, half, half)
    numbers = np.arange(len(heights) * columns).reshape(len(heights), columns)
    seam = np.zeros(numbers.size, np.int64)
    seam[numbers[:, [0, columns // 2]].ravel()] = 1 << SIDE
    turn = np.tile(np.arange(columns) / columns, len(heights))
    return _sheet(level, rows, turn, seam, _bands(numbers, columns // 2))


def extended(level: Level, sheet: Sheet, walk: Numbers, heights: Field, double: bool) -> Sheet:
    """The sheet with rings at `heights` hung from its lower border `walk`; `double`: twice as many columns, for wide
    hems."""
    position, on_side = sheet.position[walk], sheet.on(SIDE)[walk]
    corners = np.flatnonzero(on_side)
    start = corners[position[corners, 0].argmin()]
    walk, position = np.roll(walk, -start), np.roll(position, -start, axis=0)
    if position[1, 1] > position[-1, 1]:  # the other way round: the front must come first
        walk, position = np.roll(walk[::-1], 1), np.roll(position[::-1], 1, axis=0)
    turn = int(np.flatnonzero(sheet.on(SIDE)[walk])[position[np.flatnonzero(sheet.on(SIDE)[walk]), 0].argmax()])
    closed = np.concatenate([position, position[:1]])
    front, back = _shares(closed[: turn + 1])[:-1], _shares(closed[turn:])[:-1]
    if double:
        front, back = _halved(front), _halved(back)
        turn *= 2
    count, width = len(sheet.position), len(front) + len(back)
    rows = rings(level, heights, front, back)
    numbers = count + np.arange(len(heights) * width).reshape(len(heights), width)
    seam = np.zeros(numbers.size, np.int64)
    seam[(numbers[:, [0, turn]] - count).ravel()] = 1 << SIDE
    below = _bands(numbers, turn)
    joint = _joint(walk, numbers[0], turn, double)
    around = np.tile(np.concatenate([front, 1.0 + back]) / 2, len(heights))
    part = _sheet(level, rows, around, seam, (below[0] - count, below[1]))
    return replace(
        sheet,
        rows=sparse.csr_array(sparse.vstack([sheet.rows, part.rows])),
        position=np.concatenate([sheet.position, part.position]),
        fields={name: np.concatenate([values, part.fields[name]]) for name, values in sheet.fields.items()},
        lines=np.concatenate([sheet.lines, seam]),
        triangles=np.concatenate([sheet.triangles, joint[0], below[0]]).astype(np.int32),
        regions=np.concatenate([sheet.regions, joint[1], below[1]]),
    )


def _halved(shares: Field) -> Field:
    after = np.append(shares[1:], 1.0)
    return np.stack([shares, (shares + after) / 2], 1).ravel()


def _bands(numbers: Numbers, turn: int) -> tuple[Triangles, Bits]:
    """Triangles between rings, diagonals alternating, and their regions: the back begins at column `turn`."""
    a, d = numbers[:-1], numbers[1:]
    b, c = np.roll(a, -1, axis=1), np.roll(d, -1, axis=1)
    flip = np.add.outer(np.arange(a.shape[0]), np.arange(a.shape[1])) % 2 == 0
    first = np.where(flip[..., None], np.stack([a, d, c], -1), np.stack([a, d, b], -1))
    second = np.where(flip[..., None], np.stack([a, c, b], -1), np.stack([b, d, c], -1))
    back = np.broadcast_to((np.arange(a.shape[1]) >= turn).astype(np.int64) << SIDE, a.shape).ravel()
    triangles = np.concatenate([first.reshape(-1, 3), second.reshape(-1, 3)])
    return np.asarray(triangles, np.int32), np.concatenate([back, back])


def _joint(walk: Numbers, ring_below: Numbers, turn: int, double: bool) -> tuple[Triangles, Bits]:
    if not double:
        return _bands(np.stack([walk, ring_below]), turn)
    a, b = walk, np.roll(walk, -1)
    low, middle = ring_below[0::2], ring_below[1::2]
    high = np.roll(low, -1)
    back = (np.arange(len(walk)) >= turn // 2).astype(np.int64) << SIDE
    fan = [np.stack(t, 1) for t in ((a, low, middle), (a, middle, b), (b, middle, high))]
    return np.concatenate(fan).astype(np.int32), np.concatenate([back] * 3)


def _sheet(level: Level, rows: sparse.csr_array, turn: Field, seam: Bits, faces: tuple[Triangles, Bits]) -> Sheet:
    rest = level_position(level)
    position = np.asarray(rows @ rest, np.float64)
    nothing = np.zeros(len(position))
    fields = dict.fromkeys(("arm", "leg", "along_arm", "along_leg", "leg_radius"), nothing)
    fields["turn"] = turn
    fields["ring"] = np.ones(len(position))
    fields["room"] = np.full(len(position), np.inf)
    fields["side"] = position[:, 1] - np.interp(position[:, 2], *TRUNK_SIDE)
    return Sheet(rows, position, fields, seam, *faces)
