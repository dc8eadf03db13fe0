"""A cloth solver: extended position-based dynamics with small steps.

Positions are moved constraint by constraint (Mueller et al. 2007, "Position Based Dynamics"), with compliances that do
not depend on the step (Macklin, Mueller and Chentanez 2016, "XPBD"), one pass over the constraints in each of many
small steps (Macklin et al. 2019, "Small Steps in Physics Simulation"). Bending is the quadratic model of Bergou et al.
2006; tethers keep hems from sagging (Kim, Chentanez and Mueller 2012, "Long Range Attachments").
"""

# ruff: noqa: PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.drape.mesh import Indices, Mesh
from models.synthetic.geometry import Points

Floats = npt.NDArray[np.float64]

GRAVITY = 9.81
# Newton per metre of a cloth's width for twice its length. Woven cloth takes about a thousand times its own weight;
# what counts here is only that a garment stretches less than its `stretch` under its weight.
_TENSION = 400.0
# Cloth gives way to pressure by buckling, mostly into folds that are finer than the mesh: those are not resisted.
_PRESSURE = 0.6
# One pass a step leaves a long hanging cloth stretched. It is not if each edge pulls up what hangs from it rather than
# dragging down what holds it: "follow the leader" (Mueller, Kim and Chentanez 2012), softened.
_LEAN = 0.15
# How much of the skin's own stretching cloth goes along with. Skin that follows its bones linearly stretches over bent
# hips and knees by more than a person's does, and what people wear slides and gives; else trousers end at the knee.
_GIVE = 0.95
# How much of what a skirt is too wide for legs that are closer together than at rest is taken in. All of it would fold
# between the legs; a skirt is cut for walking, not for the A-pose.
_TAKEN_IN = 0.9
# Metres per second: falling cloth is not slowed by that, but what jumps out of a tight place does not fly on.
_FASTEST = 0.7
# Sharper folds at rest than this are meant (hems, facings, pleats); flatter ones come from the body's shape.
_FOLD = np.radians(50.0)
# Newton metres. Chosen by eye, no measured rigidities: a fifth of both crumples a tee at the width of its triangles,
# five times as much hangs almost without folds, fifty times like card.
_LIMPEST, _STIFFEST = 5e-7, 2.5e-5


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a sheet of N vertices resists. `pins` (N,) and `targets` (N, 3): see `Garment`; `tethers` (N,) is the
    vertex whose target each is tied to, -1 for none, `reach` (N,) how far it may be from there."""

    inverse_masses: Floats  # (N,), 1/kg; 0 where pinned
    edges: Indices  # (E, 2), the end nearer to a pin first, those near to a pin before the others
    lengths: Floats  # (E,), metres at rest
    shares: Floats  # (E,), how much of the way its second end makes when an edge is taut
    limit: float  # how far it stretches at most, share
    hinges: Indices  # (H, 4)
    bends: Floats  # (H, 6): the four coefficients, the magnitude at rest, the compliance
    pins: Floats
    targets: Points
    tethers: Indices
    reach: Floats


def sheet_of(
    rest: Points,
    connections: Mesh,
    pins: Floats,
    targets: Points,
    tethers: Indices,
    reach: Floats,
    *,
    density: float,
    stiffness: float,
    stretch: float,
    surplus: float,
    spanning: npt.NDArray[np.bool_] | None = None,
) -> Sheet:
    """The sheet whose unstrained shape is `rest` (N, 3). `density` in kg per square metre, `stiffness` 0 to 1.

    `surplus` is the share of cloth that there is more of than `rest` needs: what folds are made of. It varies over the
    cloth, or both sides of a body would fold alike. `spanning` (N,): what spans both legs."""
    masses, bends = _measured(rest, connections.triangles, connections.hinges, density, _FOLD)
    rigidity = _LIMPEST * (_STIFFEST / _LIMPEST) ** stiffness
    bends[:, 5] /= rigidity
    edges, depth = _downwards(connections.edges, reach)
    lengths = np.maximum(np.linalg.norm(rest[edges[:, 0]] - rest[edges[:, 1]], axis=1), 1e-5)
    lengths *= 1.0 + surplus * _patches((rest[edges[:, 0]] + rest[edges[:, 1]]) / 2)
    carried = np.linalg.norm(targets[edges[:, 0]] - targets[edges[:, 1]], axis=1)
    lengths += _GIVE * np.maximum(carried - lengths, 0.0)
    if spanning is not None:
        lengths += _TAKEN_IN * spanning[edges].all(1) * np.minimum(carried - lengths, 0.0)
    return Sheet(
        inverse_masses=(1.0 - pins) / np.maximum(masses, 1e-7),
        edges=edges,
        lengths=lengths,
        shares=0.5 + _LEAN * np.clip(depth / lengths, 0.0, 1.0),
        limit=stretch,
        hinges=connections.hinges,
        bends=bends,
        pins=pins,
        targets=targets,
        tethers=tethers,
        reach=reach,
    )


def _downwards(edges: Indices, reach: Floats) -> tuple[Indices, Floats]:
    """Edges in the order of `Sheet`, and how much farther from the pins their second ends are."""
    ends = reach[edges]
    turned = np.where((ends[:, 0] <= ends[:, 1])[:, None], edges, edges[:, ::-1])
    order = np.argsort(ends.min(1), kind="stable")
    turned = np.ascontiguousarray(turned[order])
    return turned, reach[turned[:, 1]] - reach[turned[:, 0]]


def _patches(points: Points) -> Floats:
    """A smooth pattern in space, 0 to 1, (N,): waves of 11 to 30 cm across each other."""
    x, y, z = points.T
    waves = np.sin(31 * x + 17 * z + 9 * y) + np.sin(-23 * x + 39 * z + 1.3) + np.sin(55 * x - 13 * z + 21 * y + 4.1)
    return np.asarray(0.5 + waves / 6, np.float64)


@dataclass(eq=False)
class State:
    """Where the sheet is, (N, 3), and how fast it moves, metres per second."""

    positions: Points
    velocities: Points


def advance(state: State, sheet: Sheet, planes: Floats, *, steps: int, step: float, damping: float) -> None:
    """Moves the sheet by `steps` times `step` seconds. `planes` (K, N, 7) keep vertex i on the side of a plane where
    the normal points: point, unit normal, margin (below -1e8: no plane); later planes have the last word. `damping` is
    the share of its speed that it loses in one step; 1 lets it sink without momentum."""
    _advance(
        state.positions,
        state.velocities,
        sheet.inverse_masses,
        sheet.edges,
        sheet.lengths,
        sheet.shares,
        sheet.limit,
        sheet.hinges,
        sheet.bends,
        sheet.pins,
        sheet.targets,
        sheet.tethers,
        sheet.reach,
        planes,
        steps,
        step,
        damping,
    )


@numba.njit(cache=True)
def _measured(rest, triangles, hinges, density, fold):  # type: ignore[no-untyped-def]
    """Masses of vertices, and each hinge's coefficients (Bergou et al. 2006, section 4), magnitude and area / 3."""
    masses = np.zeros(rest.shape[0])
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t]
        area = 0.5 * np.sqrt(np.sum(np.cross(rest[b] - rest[a], rest[c] - rest[a]) ** 2))
        for corner in triangles[t]:
            masses[corner] += density * area / 3
    bends = np.zeros((hinges.shape[0], 6))
    for h in range(hinges.shape[0]):
        p, q, r, s = rest[hinges[h, 0]], rest[hinges[h, 1]], rest[hinges[h, 2]], rest[hinges[h, 3]]
        along = q - p
        first, second = np.cross(along, r - p), np.cross(s - p, along)
        doubled, other = np.sqrt(np.sum(first**2)) + 1e-10, np.sqrt(np.sum(second**2)) + 1e-10
        at_p, at_p2 = np.dot(along, r - p) / doubled, np.dot(along, s - p) / other
        at_q, at_q2 = np.dot(-along, r - q) / doubled, np.dot(-along, s - q) / other
        bends[h, 0], bends[h, 1] = at_q + at_q2, at_p + at_p2
        bends[h, 2], bends[h, 3] = -at_p - at_q, -at_p2 - at_q2
        angle = np.arccos(min(1.0, max(-1.0, np.dot(first, second) / (doubled * other))))
        if angle > fold:
            curve = bends[h, 0] * p + bends[h, 1] * q + bends[h, 2] * r + bends[h, 3] * s
            bends[h, 4] = np.sqrt(np.sum(curve**2))
        bends[h, 5] = 0.5 * (doubled + other) / 3
    return masses, bends


@numba.njit(cache=True)
def _advance(  # type: ignore[no-untyped-def]
    x, v, w, edges, lengths, shares, limit, hinges, bends, pins, targets, tethers, reach, planes, steps, step, damping
):
    before = np.empty_like(x)
    for _ in range(steps):
        for i in range(x.shape[0]):
            for axis in range(3):
                before[i, axis] = x[i, axis]
                if w[i] > 0.0:
                    x[i, axis] += step * v[i, axis]
            if w[i] > 0.0:
                x[i, 2] -= step * step * GRAVITY
        _stretch(x, w, edges, lengths, shares, limit, step)
        _bend(x, w, hinges, bends, step)
        _hold(x, pins, targets, tethers, reach)
        _collide(x, before, planes)
        for i in range(x.shape[0]):
            mx, my, mz = x[i, 0] - before[i, 0], x[i, 1] - before[i, 1], x[i, 2] - before[i, 2]
            speed = np.sqrt(mx * mx + my * my + mz * mz) / step
            keep = (1.0 - damping) / step * min(1.0, _FASTEST / max(speed, 1e-9))
            v[i, 0], v[i, 1], v[i, 2] = keep * mx, keep * my, keep * mz


@numba.njit(cache=True)
def _stretch(x, w, edges, lengths, shares, limit, step):  # type: ignore[no-untyped-def]
    compliance = 1.0 / (_TENSION * step * step)
    for e in range(edges.shape[0]):
        a, b = edges[e, 0], edges[e, 1]
        if w[a] + w[b] <= 0.0:
            continue
        dx, dy, dz = x[a, 0] - x[b, 0], x[a, 1] - x[b, 1], x[a, 2] - x[b, 2]
        length = np.sqrt(dx * dx + dy * dy + dz * dz) + 1e-12
        strain = length - lengths[e]
        if strain < 0.0:
            first, second = w[a], w[b]
            move = _PRESSURE * strain / (first + second + compliance)
        else:
            first, second = w[a] * (1.0 - shares[e]), w[b] * shares[e]
            total = first + second
            move = max(strain / (total + compliance), (strain - limit * lengths[e]) / total)
        move /= length
        x[a, 0] -= first * move * dx
        x[a, 1] -= first * move * dy
        x[a, 2] -= first * move * dz
        x[b, 0] += second * move * dx
        x[b, 1] += second * move * dy
        x[b, 2] += second * move * dz


@numba.njit(cache=True)
def _bend(x, w, hinges, bends, step):  # type: ignore[no-untyped-def]
    for h in range(hinges.shape[0]):
        i, j, k, m = hinges[h, 0], hinges[h, 1], hinges[h, 2], hinges[h, 3]
        ci, cj, ck, cm = bends[h, 0], bends[h, 1], bends[h, 2], bends[h, 3]
        total = w[i] * ci * ci + w[j] * cj * cj + w[k] * ck * ck + w[m] * cm * cm
        if total <= 0.0:
            continue
        kx = ci * x[i, 0] + cj * x[j, 0] + ck * x[k, 0] + cm * x[m, 0]
        ky = ci * x[i, 1] + cj * x[j, 1] + ck * x[k, 1] + cm * x[m, 1]
        kz = ci * x[i, 2] + cj * x[j, 2] + ck * x[k, 2] + cm * x[m, 2]
        scale = 1.0 / (total + bends[h, 5] / (step * step))
        if bends[h, 4] > 0.0:
            length = np.sqrt(kx * kx + ky * ky + kz * kz) + 1e-12
            scale *= (length - bends[h, 4]) / length
        kx *= scale
        ky *= scale
        kz *= scale
        for vertex, factor in ((i, ci), (j, cj), (k, ck), (m, cm)):
            x[vertex, 0] -= w[vertex] * factor * kx
            x[vertex, 1] -= w[vertex] * factor * ky
            x[vertex, 2] -= w[vertex] * factor * kz


@numba.njit(cache=True)
def _hold(x, pins, targets, tethers, reach):  # type: ignore[no-untyped-def]
    for i in range(x.shape[0]):
        if pins[i] > 0.0:
            for axis in range(3):
                x[i, axis] += pins[i] * (targets[i, axis] - x[i, axis])
        anchor = tethers[i]
        if anchor >= 0 and pins[i] < 1.0:
            dx, dy, dz = x[i, 0] - targets[anchor, 0], x[i, 1] - targets[anchor, 1], x[i, 2] - targets[anchor, 2]
            length = np.sqrt(dx * dx + dy * dy + dz * dz)
            if length > reach[i]:
                back = 1.0 - reach[i] / length
                x[i, 0] -= back * dx
                x[i, 1] -= back * dy
                x[i, 2] -= back * dz


# Cloth on skin or cloth: 0.3 to 0.5 in the handbooks.
_FRICTION = 0.4


@numba.njit(cache=True)
def _collide(x, before, planes):  # type: ignore[no-untyped-def]
    """Out of the planes, without gaining speed from it, and slowed along them (Coulomb's friction)."""
    for k in range(planes.shape[0]):
        for i in range(x.shape[0]):
            margin = planes[k, i, 6]
            if margin < -1e8:
                continue
            nx, ny, nz = planes[k, i, 3], planes[k, i, 4], planes[k, i, 5]
            gap = (x[i, 0] - planes[k, i, 0]) * nx + (x[i, 1] - planes[k, i, 1]) * ny
            depth = margin - gap - (x[i, 2] - planes[k, i, 2]) * nz
            if depth <= 0.0:
                continue
            mx, my, mz = x[i, 0] - before[i, 0], x[i, 1] - before[i, 1], x[i, 2] - before[i, 2]
            inward = mx * nx + my * ny + mz * nz
            tx, ty, tz = mx - inward * nx, my - inward * ny, mz - inward * nz
            slide = np.sqrt(tx * tx + ty * ty + tz * tz) + 1e-12
            share = min(1.0, _FRICTION * depth / slide)
            x[i, 0] += depth * nx - share * tx
            x[i, 1] += depth * ny - share * ty
            x[i, 2] += depth * nz - share * tz
            before[i, 0] = x[i, 0] - (1.0 - share) * tx - max(inward, 0.0) * nx
            before[i, 1] = x[i, 1] - (1.0 - share) * ty - max(inward, 0.0) * ny
            before[i, 2] = x[i, 2] - (1.0 - share) * tz - max(inward, 0.0) * nz
