"""What cloth must not go through: skin, other limbs, garments beneath."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache, cached_property, lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.spatial import cKDTree

from models.synthetic.body.basis import basis
from models.synthetic.body.model import PosedBody, skin_weights
from models.synthetic.body.people import Person
from models.synthetic.drape.feet import shod
from models.synthetic.drape.mesh import Indices, cloth_mesh, skin_mesh
from models.synthetic.drape.nearest import fill, nearest
from models.synthetic.drape.sitting import on_seat, seated
from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import Points
from models.synthetic.render.gbuffer import smooth_normals
from models.synthetic.surface import Layer

Floats = npt.NDArray[np.float64]

# Metres between skin and cloth. The skin's triangles are 2 cm wide and bend by up to 30 degrees at their vertices,
# which stand out by 1.3 mm between two cloth vertices 1 cm apart; the rest is for skin that is drawn smoother.
SKIN_MARGIN = 0.004
CLOTH_MARGIN = 0.003
_NO_PLANE = -1e9
_REACH = 0.09  # metres: how far foreign limbs and garments are looked for
_DEPTH = 0.05  # metres: what is deeper inside a surface is on its other side, not inside
# Metres between two limbs below which there is no room for cloth, as in an armpit: it stays with its own limb.
_SQUEEZED = 0.015
_FACING = -0.3  # cosine between the normals of two limbs below which they face each other
_FILLINGS = 24  # rounds, each of which reaches one edge (2 cm) farther
_DEEPEST = 0.05  # metres that a crease is filled at most
_BESIDE = 0.012  # metres: past a garment's border by more than that there is nothing to lie on


class Group(IntEnum):
    """Parts of the body that can meet each other."""

    TRUNK = 0
    LEFT_ARM = 1
    RIGHT_ARM = 2
    LEFT_LEG = 3
    RIGHT_LEG = 4


_ARMS = (Group.LEFT_ARM, Group.RIGHT_ARM)
_LEGS = (Group.LEFT_LEG, Group.RIGHT_LEG)
# What each group's cloth can meet: first what it yields to only where the two face each other, then the rest.
_STRANGERS: dict[Group, tuple[tuple[Group, ...], tuple[Group, ...]]] = {
    Group.TRUNK: (_ARMS, _LEGS),
    Group.LEFT_ARM: ((Group.TRUNK, Group.RIGHT_ARM), _LEGS),
    Group.RIGHT_ARM: ((Group.TRUNK, Group.LEFT_ARM), _LEGS),
    Group.LEFT_LEG: (_ARMS, (Group.RIGHT_LEG,)),
    Group.RIGHT_LEG: (_ARMS, (Group.LEFT_LEG,)),
}


class _Limb(IntEnum):
    """What garments are layered on: a sleeve that hangs beside trousers is not tucked into them."""

    BODY = 0
    LEFT_ARM = 1
    RIGHT_ARM = 2


def _limb_of(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.where(groups <= Group.RIGHT_ARM, groups, _Limb.BODY)


@cache
def bone_groups() -> npt.NDArray[np.float64]:
    """Which group each bone belongs to, one column a group, (B, 5)."""
    table = np.zeros((len(basis().bones), len(Group)))
    for number, name in enumerate(basis().bones):
        side = 0 if name.endswith(".L") else 1
        if name.startswith(("upperarm", "lowerarm", "wrist", "finger", "metacarpal")):
            table[number, _ARMS[side]] = 1.0
        elif name.startswith(("upperleg", "lowerleg", "foot", "toe")):
            table[number, _LEGS[side]] = 1.0
        else:
            table[number, Group.TRUNK] = 1.0
    return table


@cache
def base_groups() -> npt.NDArray[np.int64]:
    """The group of each vertex of the base mesh, (V,)."""
    return np.asarray((skin_weights() @ bone_groups()).argmax(1), np.int64)


@cache
def hands() -> Indices:
    """1 and 2 for vertices of the base mesh on the left and right hand, 0 elsewhere, (V,)."""
    side = np.array(
        [(1 + name.endswith(".R")) * name.startswith(("wrist", "finger", "metacarpal")) for name in _bones()]
    )
    return np.asarray(side[skin_weights().toarray().argmax(1)], np.int32)


def _bones() -> tuple[str, ...]:
    return basis().bones


@cache
def _skin_vertices() -> Indices:
    return np.unique(basis().parts["body"][0]).astype(np.int32)


@cache
def _homes() -> Indices:
    """The skin vertex of the same group that is nearest to each vertex of the base mesh, (V,), in the A-pose."""
    data = basis()
    skin, groups = _skin_vertices(), base_groups()
    found = np.empty(len(data.template), np.int32)
    for group in Group:
        own = skin[groups[skin] == group]
        those = np.flatnonzero(groups == group)
        found[those] = own[cKDTree(data.template[own]).query(data.template[those])[1]]
    return found


@lru_cache(maxsize=128)
def home_seeds(garment: Garment) -> Indices:
    """A skin vertex that each vertex of the garment's cloth lies over, (M,)."""
    anchor = sparse.csr_array(garment.anchor[: garment.cloth_count])
    rows = np.repeat(np.arange(anchor.shape[0]), np.diff(anchor.indptr))
    # The largest weight of each row is the last one of it after sorting by row and weight.
    order = np.lexsort((anchor.data, rows))
    return _homes()[anchor.indices[order][anchor.indptr[1:] - 1]]


@lru_cache(maxsize=128)
def thickness(garment: Garment) -> tuple[Floats, Floats]:
    """How far plies lie beneath and above each vertex of the cloth, (M,) each, metres."""
    beneath, above = np.zeros(garment.cloth_count), np.zeros(garment.cloth_count)
    if garment.twins is not None and garment.lift is not None:
        np.maximum.at(beneath, garment.twins, -garment.lift)
        np.maximum.at(above, garment.twins, garment.lift)
    return beneath, above


@dataclass(eq=False)
class Obstacles:
    """What the next garment is draped over: a figure and what it wears by now."""

    figure: PosedBody
    worns: list[Worn] = field(default_factory=list)
    person: Person | None = None  # whose shoes hems fall over; None: barefoot

    @cached_property
    def seated(self) -> bool:
        """True if there must be a seat."""
        return seated(self.figure)

    @cached_property
    def skin(self) -> tuple[Points, Points]:
        """What cloth lies on, (V, 3), and its unit normals: shoes, and the skin with its creases filled, at hips,
        armpits and elbows, where flesh meets flesh and cloth does not go in."""
        vertices, surface = self.figure.vertices, skin_mesh()
        normals = smooth_normals(vertices, surface.triangles).astype(np.float64)
        filled = vertices.copy()
        if self.person is not None:
            filled += shod(self.person)[:, None] * normals
        fill(filled, normals, surface.starts, surface.neighbours, _FILLINGS, _DEEPEST)
        return filled, smooth_normals(filled, surface.triangles).astype(np.float64)

    def limb(self, groups: tuple[Group, ...]) -> tuple[Indices, "cKDTree"]:
        """Skin vertices of these groups, and a tree over them."""
        if groups not in self._limbs:
            skin = _skin_vertices()
            chosen = skin[np.isin(base_groups()[skin], groups)]
            self._limbs[groups] = chosen, cKDTree(self.skin[0][chosen])
        return self._limbs[groups]

    def surface(self, number: int) -> tuple[Points, Points]:
        """Where the outside of a garment that is worn lies, and its unit normals, (M, 3) each."""
        while len(self._surfaces) <= number:
            worn = self.worns[len(self._surfaces)]
            vertices = worn.vertices[: worn.garment.cloth_count]
            normals = smooth_normals(vertices, worn.garment.cloth_triangles).astype(np.float64)
            self._surfaces.append((vertices + thickness(worn.garment)[1][:, None] * normals, normals))
        return self._surfaces[number]

    def near(self, number: int, limb: _Limb, points: Points) -> Indices:
        """The vertex of a garment that is worn, among those over that limb, nearest to each point, -1 for none."""
        if (number, limb) not in self._trees:
            garment, vertices = self.worns[number].garment, self.worns[number].vertices
            chosen = np.flatnonzero(_limb_of(base_groups()[home_seeds(garment)]) == limb).astype(np.int32)
            self._trees[number, limb] = chosen, cKDTree(vertices[chosen])
        chosen, tree = self._trees[number, limb]
        if not len(chosen) or not len(points):
            return np.full(len(points), -1, np.int32)
        far, index = tree.query(points, distance_upper_bound=_REACH)
        return np.asarray(np.where(np.isfinite(far), np.append(chosen, -1)[index], -1), np.int32)

    @cached_property
    def _trees(self) -> dict[tuple[int, _Limb], tuple[Indices, "cKDTree"]]:
        return {}

    @cached_property
    def _surfaces(self) -> list[tuple[Points, Points]]:
        return []

    @cached_property
    def _limbs(self) -> dict[tuple[Group, ...], tuple[Indices, "cKDTree"]]:
        return {}


class Contacts:
    """The planes that keep one garment outside of everything, found anew as it moves."""

    def __init__(self, garment: Garment, obstacles: Obstacles) -> None:
        self._obstacles = obstacles
        self._home = home_seeds(garment)
        self._groups = base_groups()[self._home]
        self._thickness = thickness(garment)[0]
        self._trousers = None if garment.legs is None else garment.legs[: garment.cloth_count] != 0
        self._seeds: list[Indices] = []
        self._limbs = _limb_of(self._groups)
        # A garment that goes under one already worn is kept inside of it, but for its sleeves.
        self._sides = [-1.0 if worn.garment.layer > garment.layer else 1.0 for worn in obstacles.worns]

    def seek(self, positions: Points) -> None:
        """Looks for strangers afresh: limbs and garments near to each vertex. `planes` only walks on from there."""
        self._seeds = [self._strangers(positions, 0), self._strangers(positions, 1)]
        for number in range(len(self._obstacles.worns)):
            self._seeds.append(self._layer(positions, number))
            self._seeds.append(self._beside(positions, number))

    def planes(self, positions: Points) -> Floats:
        """(K, N, 7) for `solver.advance`; the last is the skin that the cloth lies over."""
        seated = self._obstacles.seated
        found = np.empty((3 + seated + 2 * len(self._obstacles.worns), len(positions), 7))
        if seated:
            found[-2] = on_seat(self._obstacles.figure, positions)
        vertices, normals = self._obstacles.skin
        own, self._home = nearest(positions, self._home, vertices, normals, skin_mesh())
        found[-1, :, :6] = own[:, :6]
        found[-1, :, 6] = SKIN_MARGIN + self._thickness
        for k in range(2):
            other, self._seeds[k] = nearest(positions, self._seeds[k], vertices, normals, skin_mesh())
            near = (other[:, 6] > -_DEPTH) & (other[:, 6] < _REACH) & (other[:, 7] < _REACH)
            if k == 0:
                near &= (other[:, 3:6] * own[:, 3:6]).sum(1) < 0.3
            near &= own[:, 6] + other[:, 6] > _SQUEEZED
            found[k, :, :6] = other[:, :6]
            margin = SKIN_MARGIN + self._thickness
            if k == 1 and self._trousers is not None:
                # Each leg of trousers has its half of the room between the legs where these face each other.
                between = self._trousers & ((other[:, 3:6] * own[:, 3:6]).sum(1) < _FACING)
                margin = np.where(between, np.maximum(margin, (own[:, 6] + other[:, 6]) / 2), margin)
            found[k, :, 6] = np.where(near, margin, _NO_PLANE)
        for number, worn in enumerate(self._obstacles.worns):
            vertices, normals = self._obstacles.surface(number)
            for k, side in ((2 * number + 2, self._sides[number]), (2 * number + 3, 1.0)):
                other, self._seeds[k] = nearest(positions, self._seeds[k], vertices, normals, cloth_mesh(worn.garment))
                near = (np.abs(other[:, 6]) < _DEPTH) & (other[:, 7] < _BESIDE)
                if k % 2:
                    near &= own[:, 6] + other[:, 6] > _SQUEEZED
                found[k, :, :3] = other[:, :3]
                found[k, :, 3:6] = side * other[:, 3:6]
                found[k, :, 6] = np.where(near, CLOTH_MARGIN + self._thickness, _NO_PLANE)
        return found

    def _layer(self, positions: Points, number: int) -> Indices:
        """What each vertex lies over or under of a garment that is worn: sleeves on sleeves, bodies on bodies."""
        seeds = np.full(len(positions), -1, np.int32)
        for limb in _Limb:
            own = np.flatnonzero(self._limbs == limb)
            seeds[own] = self._obstacles.near(number, limb, positions[own])
        return seeds

    def _beside(self, positions: Points, number: int) -> Indices:
        """What sleeves touch of the body of a garment that is worn."""
        seeds = np.full(len(positions), -1, np.int32)
        own = np.flatnonzero(self._limbs != _Limb.BODY)
        seeds[own] = self._obstacles.near(number, _Limb.BODY, positions[own])
        return seeds

    def _strangers(self, positions: Points, kind: int) -> Indices:
        seeds = np.full(len(positions), -1, np.int32)
        for group in Group:
            own = np.flatnonzero(self._groups == group)
            if not len(own):
                continue
            limb, tree = self._obstacles.limb(_STRANGERS[group][kind])
            far, index = tree.query(positions[own], distance_upper_bound=_REACH)
            seeds[own] = np.where(np.isfinite(far), np.append(limb, -1)[index], -1)
        return seeds


def push_out(positions: Points, planes: Floats) -> None:
    """Moves each vertex out of each plane in turn."""
    for plane in planes:
        gap = ((positions - plane[:, :3]) * plane[:, 3:6]).sum(1)
        depth = np.where(plane[:, 6] > _NO_PLANE / 2, np.maximum(plane[:, 6] - gap, 0.0), 0.0)
        positions += depth[:, None] * plane[:, 3:6]


def draping_order(garments: Sequence[Garment]) -> list[Garment]:
    """In which order garments are draped: what is tucked in comes after what it is tucked into."""
    lower = [garment for garment in garments if garment.layer == Layer.LOWER]
    return lower + sorted((g for g in garments if g.layer != Layer.LOWER), key=lambda garment: garment.layer)
