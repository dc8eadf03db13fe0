"""The surface that clothes are cut from: the base mesh's tights, refined, with coordinates along trunk, arms and legs.

All lengths are those of the neutral body (1.84 m tall, between man and woman); other bodies follow by the anchors.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numba
import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.synthetic.body.basis import basis
from models.synthetic.body.model import Body, body, bone_index, skin_weights
from models.synthetic.garments.sheet import Field, Sheet, loops, split
from models.synthetic.geometry import Edges, Points, Triangles, edges, vertex_normals

Level = Literal["close", "easy", "loose"]

SIDE = 0  # the line between front and back, and the region of the back
_ROUNDS: dict[Level, int] = {"close": 3, "easy": 14, "loose": 45}
# Where a tailor puts the seam between front and back: y (second row) over height, or metres along the limb. Read off
# the neutral body, where trunk and limbs are widest and the shoulder is highest.
TRUNK_SIDE = (
    (0.08, 0.3, 0.53, 0.8, 1.0, 1.1, 1.25, 1.34, 1.38, 1.46, 1.56, 1.6),
    (-0.009, -0.024, -0.039, -0.035, -0.032, -0.04, -0.042, -0.02, -0.01, -0.002, -0.002, -0.016),
)
_ARM_SIDE = ((0.0, 0.2, 0.29, 0.55), (-0.002, -0.005, -0.022, -0.2))
_LEG_SIDE = ((0.0, 0.45, 0.9), (-0.03, -0.035, -0.005))
_MOST = 0.3  # metres: no garment stands off farther
_NEAR = 0.02  # metres: nearer neighbours say more of the mesh than of the shape
_NARROW = 0.04  # metres: hollows with less room than this are spanned
_WEB = 120  # rounds of smoothing there
_BEND = 0.12  # metres over which a limb's axis turns from one bone to the next


@dataclass(frozen=True, eq=False)
class Source:
    """The refined tights: `tight` (S, V) close to the skin, its `triangles`, and what smoothing needs."""

    tight: sparse.csr_array
    triangles: Triangles
    around: sparse.csr_array  # (S, S): the mean of each vertex' neighbours
    sheet: Sheet  # with the side line; its rows are over the S vertices


@cache
def neutral() -> Body:
    """The body on which garments are cut."""
    return body({"age": 2 / 3, "cupsize": 0.3})


@cache
def source() -> Source:
    """The surface, refined once (edges of about 1.5 cm): some 11,000 vertices."""
    coarse = basis().parts["helper-tights"][0]
    used, inverse = np.unique(coarse, return_inverse=True)
    operator, triangles = _refined(np.asarray(inverse.reshape(-1, 3), np.int32), len(used))
    picked = sparse.csr_array(
        (np.ones(len(used)), (np.arange(len(used)), used)), shape=(len(used), len(basis().template))
    )
    tight = sparse.csr_array(operator @ picked)
    ends = edges(triangles)
    around = _around(ends, len(operator.indptr) - 1)
    # A first, light smoothing (forth and back, after Taubin 1995) takes out the facets of the coarse mesh.
    tight = sparse.csr_array(_step(around, 0.5) @ tight)
    tight = sparse.csr_array(_step(around, -0.52) @ tight)
    return Source(tight, triangles, around, _sided(tight, triangles))


def _smoothing(position: Points, fields: dict[str, Field]) -> Field:
    """How much each vertex is smoothed (0..0.6): the trunk, and the hollows of armpits and crotch, which cloth spans;
    not the limbs, which would shrink, nor the neck."""
    x, z = np.abs(position[:, 0]), position[:, 2]
    trunk = (1.0 - smoothstep((fields["arm"] - 0.5) / 0.4)) * (1.0 - smoothstep((fields["leg"] - 0.1) / 0.8))
    crotch = smoothstep((0.07 - x) / 0.05) * smoothstep((z - 0.8) / 0.04)
    return np.asarray(0.55 * np.maximum(trunk, crotch) * smoothstep((1.6 - z) / 0.06) + 0.02, np.float64)


def _sided(tight: sparse.csr_array, triangles: Triangles) -> Sheet:
    position = np.asarray(tight @ neutral().rest, np.float64)
    fields = _coordinates(position, tight)
    count = len(position)
    whole = Sheet(
        sparse.csr_array(sparse.eye_array(count)),
        position,
        fields,
        np.zeros(count, np.int64),
        triangles,
        np.zeros(len(triangles), np.int64),
    )
    return split(whole, -fields["side"], SIDE)


@cache
def anchors(level: Level) -> sparse.csr_array:
    """The source's vertices over the base mesh (S, V), spanned over the body's hollows as cloth of this level does."""
    whole = source()
    position = np.asarray(whole.tight @ neutral().rest, np.float64)
    share = _smoothing(position, _coordinates(position, whole.tight))
    share[np.concatenate(loops(whole.triangles))] = 0.0  # the borders at neck and wrists do not shrink
    spanned = _rounds(whole.tight, _step(whole.around, share), _ROUNDS[level])
    return _webbed(spanned, whole.around, whole.triangles)


@cache
def level_position(level: Level) -> Points:
    """Where the source's vertices (S, 3) lie on the neutral body at a level of smoothing."""
    return np.asarray(anchors(level) @ neutral().rest, np.float64)


@cache
def at_level(level: Level) -> Sheet:
    """The source's sheet as it lies at a level of smoothing, with the coordinates of its vertices there."""
    whole = source()
    sheet = whole.sheet
    position = np.asarray(sheet.rows @ level_position(level), np.float64)
    zero = np.zeros(len(position))
    sheet = replace(sheet, position=position, fields={**sheet.fields, "turn": zero, "ring": zero})
    room = _room(position, vertex_normals(position, sheet.triangles))
    return replace(sheet, fields={**sheet.fields, "room": room})


def _webbed(anchor: sparse.csr_array, around: sparse.csr_array, triangles: Triangles) -> sparse.csr_array:
    """The narrowest hollows, armpits and crotch, spanned as a cloth's seam spans them: smoothed until they are open."""
    position = np.asarray(anchor @ neutral().rest, np.float64)
    room = _room(position, vertex_normals(position, triangles))
    narrow = smoothstep((_NARROW - room) / (0.6 * _NARROW))
    for _ in range(4):
        narrow = np.maximum(narrow, 0.8 * (around @ narrow))
    return _rounds(anchor, _step(around, 0.6 * narrow), _WEB)


@numba.njit(cache=True)
def _room(position: Points, normals: Points) -> Field:
    """How far each vertex (N,) may move outwards before it is nearer to another part of the surface: the radius of the
    ball that touches it from outside and holds no other vertex (the medial axis in armpits and between the legs)."""
    count = len(position)
    room = np.full(count, _MOST)
    for i in range(count):
        for j in range(count):
            x = position[j, 0] - position[i, 0]
            y = position[j, 1] - position[i, 1]
            z = position[j, 2] - position[i, 2]
            square = x * x + y * y + z * z
            if _NEAR * _NEAR < square < 4 * _MOST * _MOST:
                height = x * normals[i, 0] + y * normals[i, 1] + z * normals[i, 2]
                if height > 0 and square < 2.0 * height * room[i]:
                    room[i] = square / (2.0 * height)
    return room


def _refined(triangles: Triangles, count: int) -> tuple[sparse.csr_array, Triangles]:
    """Each triangle cut in four: the operator (N', N) and the new triangles."""
    ends = edges(triangles)
    number = {(int(a), int(b)): count + k for k, (a, b) in enumerate(ends)}
    a, b, c = triangles.T
    middle = [
        np.array([number[(int(min(p, q)), int(max(p, q)))] for p, q in zip(first, second, strict=True)])
        for first, second in ((a, b), (b, c), (c, a))
    ]
    ab, bc, ca = middle
    fine = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    new = count + np.arange(len(ends))
    rows = np.concatenate([np.arange(count), new, new])
    columns = np.concatenate([np.arange(count), ends[:, 0], ends[:, 1]])
    data = np.concatenate([np.ones(count), np.full(2 * len(ends), 0.5)])
    return sparse.csr_array((data, (rows, columns)), shape=(count + len(ends), count)), fine.astype(np.int32)


def _around(ends: Edges, count: int) -> sparse.csr_array:
    both = np.concatenate([ends, ends[:, ::-1]])
    links = sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count))
    return sparse.csr_array(sparse.diags_array(1.0 / links.sum(1)) @ links)


def _step(around: sparse.csr_array, share: float | Field) -> sparse.csr_array:
    """A round of smoothing that moves each vertex by `share` of the way to the mean of its neighbours."""
    shares = np.broadcast_to(np.asarray(share, np.float64), (around.shape[0],))
    return sparse.csr_array(sparse.diags_array(1.0 - shares) + sparse.diags_array(shares) @ around)


def _rounds(anchor: sparse.csr_array, step: sparse.csr_array, rounds: int) -> sparse.csr_array:
    """`step` applied so many times."""
    moving = np.flatnonzero(np.abs(step.diagonal() - 1.0) > 1e-9)
    if not len(moving):
        return anchor
    spanned = sparse.csr_array(anchor)
    stay = sparse.csr_array(sparse.diags_array(np.isin(np.arange(step.shape[0]), moving, invert=True).astype(float)))
    go = sparse.csr_array(sparse.csr_array(sparse.eye_array(step.shape[0]))[moving])
    some = sparse.csr_array(step[moving])
    kept = sparse.csr_array(stay @ spanned)
    for _ in range(rounds):
        part = sparse.csr_array(some @ spanned)
        # Weights this small move a vertex by less than a millimetre in all.
        part.data[part.data < 2e-4] = 0.0
        part.eliminate_zeros()
        spanned = sparse.csr_array(kept + go.T @ part)
    return sparse.csr_array(sparse.diags_array(1.0 / spanned.sum(1)) @ spanned)


def along(points: Points, joints: Points) -> Field:
    """Metres along the limb of `joints` (3, 3) from its first joint, for each of `points` (N, 3): the projection onto
    its bones, passing smoothly from the first to the second."""
    first, second = joints[1] - joints[0], joints[2] - joints[1]
    length = float(np.linalg.norm(first))
    upper = (points - joints[0]) @ (first / length)
    lower = length + (points - joints[1]) @ (second / np.linalg.norm(second))
    blend = smoothstep((upper - length) / _BEND + 0.5)
    return np.asarray((1.0 - blend) * upper + blend * lower, np.float64)


def _off_axis(points: Points, bones: Points) -> Field:
    """Metres from each of `points` (N, 3) to the nearer of a limb's two bones."""
    away = []
    # The second bone goes on beyond its end: a hem below the ankle is still round the leg.
    for start, end, longest in zip(bones[:-1], bones[1:], (1.0, np.inf), strict=True):
        share = np.clip((points - start) @ (end - start) / ((end - start) @ (end - start)), 0.0, longest)
        away.append(np.linalg.norm(points - start - share[:, None] * (end - start), axis=1))
    return np.asarray(np.minimum(away[0], away[1]), np.float64)


def smoothstep(values: npt.ArrayLike) -> Field:
    """0 below 0, 1 above 1, and smooth between."""
    x = np.clip(np.asarray(values, np.float64), 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x), np.float64)


ARM = ("upperarm01", "lowerarm01", "wrist")
LEG = ("upperleg01", "lowerleg01", "foot")


def joints(names: tuple[str, ...], side: str = "L") -> Points:
    """The heads of a limb's bones on the neutral body, (3, 3)."""
    return np.array([neutral().head(f"{name}.{side}") for name in names])


def _coordinates(position: Points, tight: sparse.csr_array) -> dict[str, Field]:
    """arm, leg: how much a vertex belongs to them; along_arm, along_leg: metres; side: negative in front."""
    weights = sparse.csr_array(tight @ skin_weights())
    arm = _share(weights, ("upperarm", "lowerarm", "wrist", "finger", "metacarpal"))
    leg = _share(weights, ("upperleg", "lowerleg", "foot", "toe"))
    mirrored = position.copy()
    mirrored[:, 0] = np.abs(mirrored[:, 0])
    along_arm, along_leg = along(mirrored, joints(ARM)), along(mirrored, joints(LEG))
    on_trunk = np.interp(position[:, 2], *TRUNK_SIDE)
    on_arm = np.interp(along_arm, *_ARM_SIDE)
    on_leg = np.interp(along_leg, *_LEG_SIDE)
    fore, low = smoothstep(arm), smoothstep((0.84 - position[:, 2]) / 0.1)
    middle = (1.0 - low) * on_trunk + low * on_leg
    middle = (1.0 - fore) * middle + fore * on_arm
    return {
        "arm": arm,
        "leg": leg,
        "along_arm": along_arm,
        "along_leg": along_leg,
        "side": position[:, 1] - middle,
        "leg_radius": _off_axis(mirrored, joints(LEG)),
    }


def _share(weights: sparse.csr_array, names: tuple[str, ...]) -> Field:
    columns = [number for name, number in bone_index().items() if name.startswith(names)]
    return np.asarray(weights[:, columns].sum(1), np.float64).ravel()
