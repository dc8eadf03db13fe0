"""From a cut sheet to a garment: ease, plies, the pattern laid flat, seams and marks."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import cKDTree

from models.parsing.lip import Lip
from models.synthetic.garments.garment import Category, Garment, Seam, Texel
from models.synthetic.garments.pattern import Pattern, chains, laid_flat, outlines
from models.synthetic.garments.sheet import Field, Sheet, loops, split
from models.synthetic.garments.source import SIDE, Level, anchors, neutral, source
from models.synthetic.geometry import Triangles, edges
from models.synthetic.surface import Layer

Mask = npt.NDArray[np.bool_]

SeamKind = Literal[
    "hem", "cuff", "waistband", "collar", "placket", "pocket", "fly", "side", "rib", "button", "zip", "cord"
]
Line = tuple[tuple[float, float], ...]  # (x, z) on the neutral body

_TURNED = 0.0018  # metres: a hem turned in lies this far beneath the cloth
_SUNK = 0.0014  # metres: the edge of a ply goes on beneath the cloth, or the two would flicker
_ROOM = 0.75  # of the free space in armpits and between the legs: what is left lets both sides hang without touching
_EVEN = 8  # rounds of smoothing of the ease, an edge (1.5 cm) each


@dataclass(frozen=True, eq=False)
class Ply:
    """A second layer of cloth over the triangles `mask` (T,), `lift` (N,) metres off; `wall` closes its edge by as
    much."""

    mask: Mask
    lift: Field
    inside: bool = False
    wall: float = 0.0


@dataclass(frozen=True, eq=False)
class Stitch:
    """A seam to be drawn: the outline of the triangles `mask` (T,), or of it what runs along the line `bit`."""

    kind: SeamKind
    mask: Mask
    bit: int | None = None


@dataclass(frozen=True, eq=False)
class Cut:
    """All that makes up a garment but its pattern."""

    name: str
    category: Category
    label: Lip
    layer: Layer
    level: Level
    sheet: Sheet
    ease: Field  # (N,)
    pins: Field  # (N,)
    plies: tuple[Ply, ...] = ()
    stitches: tuple[Stitch, ...] = ()
    buttons: tuple[tuple[float, float], ...] = ()  # (x, z) on the front of the neutral body
    drawn: tuple[
        tuple[SeamKind, tuple[tuple[float, float], ...]], ...
    ] = ()  # seams that are only drawn: lines of (x, z)
    stretch: float = 0.03
    stiffness: float = 0.3
    density: float = 0.18
    trousers: bool = False
    sideways: Field | None = None  # (N,)
    marks: dict[str, tuple[float, float]] = field(default_factory=dict)  # (x, z); "back" on the back


def eased(sheet: Sheet, wanted: Field) -> Field:
    """The ease wanted (N,), made even and kept within the room there is."""
    ends = edges(sheet.triangles)
    both = np.concatenate([ends, ends[:, ::-1]])
    shape = (len(wanted), len(wanted))
    links = sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=shape)
    around = sparse.csr_array(sparse.diags_array(1.0 / np.maximum(links.sum(1), 1.0)) @ links)
    room = np.maximum(_ROOM * sheet.fields["room"], 0.002)
    ease = np.minimum(wanted, room)
    for _ in range(_EVEN):
        ease = np.minimum(0.5 * ease + 0.5 * (around @ ease), room)
    return np.asarray(ease, np.float64)


def border_distance(sheet: Sheet, bit: int) -> Field:
    """Metres from each vertex (N,) to the border that runs along the line `bit`."""
    border = np.unique(np.concatenate(loops(sheet.triangles)))
    points = sheet.position[border[sheet.on(bit)[border]]]
    if not len(points):
        return np.full(len(sheet.position), np.inf)
    return np.asarray(cKDTree(points).query(sheet.position)[0], np.float64)


def banded(sheet: Sheet, border: int, depth: float, bit: int) -> Sheet:
    """The sheet with a band of `depth` metres along its border `border` marked as region `bit`."""
    distance = border_distance(sheet, border)
    return split(sheet, distance - depth, bit) if np.isfinite(distance).all() else sheet


def turned_in(sheet: Sheet, border: int, band: int) -> Ply:
    """The hem of the band `band` turned in at `border`."""
    depth = border_distance(sheet, border)
    return Ply(sheet.has(band), -np.minimum(_TURNED, 0.2 * depth), inside=True)


def made(cut: Cut) -> Garment:
    """The garment of a cut."""
    whole = source()
    sheet = cut.sheet
    count = len(sheet.position)
    # The cloth first, as it lies on the neutral body: that is what the pattern is taken from.
    anchor = sparse.csr_array(sheet.rows @ anchors(cut.level))
    tight = sparse.csr_array(sheet.rows @ whole.tight)
    back = sheet.has(SIDE)
    legs = _legs(sheet) if cut.trousers else None
    plain = Garment(
        name=cut.name,
        category=cut.category,
        label=cut.label,
        layer=cut.layer,
        anchor=anchor,
        ease=cut.ease,
        triangles=sheet.triangles,
        uv=np.zeros((1, 2)),
        uv_triangles=np.zeros_like(sheet.triangles),
        panels=back.astype(np.uint8),
        pins=cut.pins,
        extent=(1.0, 1.0),
        tight=tight,
        legs=legs,
        sideways=cut.sideways,
        stretch=cut.stretch,
        stiffness=cut.stiffness,
        density=cut.density,
    )
    pattern = laid_flat(plain.rest(neutral()), sheet.triangles, back, sheet.on(SIDE), sheet.fields["side"])
    layers = _stacked(cut, pattern, back, count)
    twins = np.concatenate([np.arange(count), layers.twins]).astype(np.int32)
    return replace(
        plain,
        anchor=sparse.csr_array(anchor[twins]),
        tight=sparse.csr_array(tight[twins]),
        ease=cut.ease[twins],
        pins=cut.pins[twins],
        triangles=np.concatenate([sheet.triangles, layers.triangles]).astype(np.int32),
        uv=pattern.uv,
        uv_triangles=np.concatenate([pattern.triangles, layers.corners]).astype(np.int32),
        panels=np.concatenate([back.astype(np.uint8), layers.panels]).astype(np.uint8),
        extent=pattern.extent,
        seams=_seams(cut, pattern, back),
        marks={name: _texel(sheet, pattern, spot, name == "back") for name, spot in cut.marks.items()},
        twins=twins,
        lift=np.concatenate([np.zeros(count), layers.lift]),
        legs=None if legs is None else legs[twins],
        sideways=None if cut.sideways is None else cut.sideways[twins],
    )


def _legs(sheet: Sheet) -> npt.NDArray[np.int8]:
    x, low = sheet.position[:, 0], sheet.fields["leg"] > 0.5
    return np.asarray(np.where(low & (np.abs(x) > 0.012), np.sign(x), 0), np.int8)


@dataclass(frozen=True, eq=False)
class _Stack:
    twins: npt.NDArray[np.integer]
    lift: Field
    triangles: Triangles
    corners: Triangles
    panels: npt.NDArray[np.uint8]


def _stacked(cut: Cut, pattern: Pattern, back: Mask, count: int) -> _Stack:
    """The plies' vertices, numbered on from `count`, and their triangles."""
    empty = np.zeros((0, 3), np.int32)
    twins: list[npt.NDArray[np.integer]] = [np.zeros(0, np.int64)]
    lifts = [np.zeros(0)]
    triangles: list[Triangles] = [empty]
    corners: list[Triangles] = [empty]
    panels = [np.zeros(0, np.uint8)]
    following = count
    for ply in cut.plies:
        if not ply.mask.any():
            continue
        faces, uv = cut.sheet.triangles[ply.mask], pattern.triangles[ply.mask]
        used, inverse = np.unique(faces, return_inverse=True)
        own = np.asarray(inverse.reshape(-1, 3), np.int32)
        panel = np.where(ply.inside, 2, back[ply.mask]).astype(np.uint8)
        order = [0, 2, 1] if ply.inside else [0, 1, 2]
        twins.append(used)
        lifts.append(ply.lift[used])
        triangles.append(following + own[:, order])
        corners.append(uv[:, order])
        panels.append(panel)
        following += len(used)
        if ply.wall > 0:
            wall = _wall(own, uv, panel)
            rim = used[wall[3]]
            twins.append(rim)
            lifts.append(np.maximum(ply.lift[rim] - ply.wall, 0.0) - _SUNK)
            ends = np.where(wall[0] >= 0, following - len(used) + wall[0], following - 1 - wall[0])
            triangles.append(ends.astype(np.int32))
            corners.append(wall[1])
            panels.append(wall[2])
            following += len(rim)
    return _Stack(
        np.concatenate(twins),
        np.concatenate(lifts),
        np.concatenate(triangles),
        np.concatenate(corners),
        np.concatenate(panels),
    )


def _wall(
    faces: Triangles, uv: Triangles, panel: npt.NDArray[np.uint8]
) -> tuple[Triangles, Triangles, npt.NDArray[np.uint8], Triangles]:
    """The strip below a ply's edge: triangles (vertex k of the lower rim as -1 - k), their uv corners, panels, and the
    rim's vertices."""
    walks = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)
    texels = np.concatenate([uv[:, [0, 1]], uv[:, [1, 2]], uv[:, [2, 0]]])
    size = int(faces.max()) + 1
    border = ~np.isin(walks[:, 0] * size + walks[:, 1], walks[:, 1] * size + walks[:, 0])
    a, b = walks[border].T
    ta, tb = texels[border].T
    rim, inverse = np.unique(np.concatenate([a, b]), return_inverse=True)
    low_a, low_b = -1 - inverse[: len(a)], -1 - inverse[len(a) :]
    triangles = np.concatenate([np.stack([a, low_a, low_b], 1), np.stack([a, low_b, b], 1)])
    corners = np.concatenate([np.stack([ta, ta, tb], 1), np.stack([ta, tb, tb], 1)])
    sides = np.tile(panel, 3)[border]
    return triangles, corners.astype(np.int32), np.concatenate([sides, sides]), rim


def _seams(cut: Cut, pattern: Pattern, back: Mask) -> tuple[Seam, ...]:
    seams: list[Seam] = []
    for stitch in cut.stitches:
        for side in (~back, back):
            mask = stitch.mask & side
            if not mask.any():
                continue
            if stitch.bit is None:
                lines = outlines(pattern.triangles[mask], pattern.uv)
            else:
                lines = chains(_along(cut.sheet, pattern, mask, stitch.bit), pattern.uv)
            seams += [Seam(stitch.kind, line) for line in lines]
    for side in (~back, back):
        seams += [Seam("side", line) for line in chains(_along(cut.sheet, pattern, side, SIDE), pattern.uv)]
    seams += [Seam(kind, _texels(cut.sheet, pattern, line)) for kind, line in cut.drawn]
    seams += [Seam("button", (_texel(cut.sheet, pattern, spot, False),)) for spot in cut.buttons]
    return tuple(seams)


def _along(sheet: Sheet, pattern: Pattern, mask: Mask, bit: int) -> npt.NDArray[np.int64]:
    """The edges (E, 2) of the pattern at the border of `mask` (T,) that run along a line."""
    faces = pattern.triangles[mask]
    ends = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64)
    size = len(pattern.uv)
    border = ends[~np.isin(ends[:, 0] * size + ends[:, 1], ends[:, 1] * size + ends[:, 0])]
    return border[sheet.on(bit)[pattern.vertex[border]].all(1)]


def _texel(sheet: Sheet, pattern: Pattern, spot: tuple[float, float], back: bool) -> Texel:
    """Where a spot (x, z) of the neutral body lies in the pattern."""
    numbers = pattern.numbers[1 if back else 0]
    inside = np.flatnonzero(numbers >= 0)
    away = np.hypot(sheet.position[inside, 0] - spot[0], sheet.position[inside, 2] - spot[1])
    near = inside[np.argsort(away)[:3]]
    weights = 1.0 / (away[np.argsort(away)[:3]] + 1e-4)
    u, v = weights @ pattern.uv[numbers[near]] / weights.sum()
    return float(u), float(v)


def _texels(sheet: Sheet, pattern: Pattern, line: tuple[tuple[float, float], ...]) -> tuple[Texel, ...]:
    """A line of spots (x, z) of the neutral body's front in the pattern; what lies off the cloth is left out."""
    inside = np.flatnonzero(pattern.numbers[0] >= 0)
    uv = pattern.uv[pattern.numbers[0][inside]]
    found = LinearNDInterpolator(sheet.position[inside][:, [0, 2]], uv)(np.array(line))
    return tuple((float(u), float(v)) for u, v in found if np.isfinite(u))
