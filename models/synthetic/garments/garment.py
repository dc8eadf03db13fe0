"""What a garment is: a mesh built once over the base mesh, which fits every body and follows every pose."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.parsing.lip import Lip
from models.synthetic.body.model import Body, PosedBody, skin_weights
from models.synthetic.geometry import Points, Triangles, edges, vertex_normals
from models.synthetic.surface import Layer

Category = Literal["upper", "lower", "dress"]
Texel = tuple[float, float]  # (u, v), 0..1

_BETWEEN_LEGS = 0.002  # metres: trouser legs keep this far from the middle, on heavy thighs too
_BESIDE = 0.012  # metres along the surface by which smoothing alone moves cloth
_ENVELOPE = 6  # rounds of smoothing, one edge (1.5 cm) each: a bridge as wide as a breast


@dataclass(frozen=True)
class Seam:
    """A line on the cloth that a tailor would see: drawn by whoever prints the texture."""

    kind: Literal[
        "hem", "cuff", "waistband", "collar", "placket", "pocket", "fly", "side", "rib", "button", "zip", "cord"
    ]
    line: tuple[Texel, ...]  # a polyline in the texture; one point is a button


@dataclass(frozen=True, eq=False)
class Garment:
    """A garment's topology and cut; N vertices, T triangles, the same for all bodies.

    Its unstrained shape on a body at rest is `anchor @ body.rest + ease * normals`, where the normals are those of that
    anchored surface. `panels` (T,): 0 front, 1 back, 2 inside (hems turned in, facings). The texture holds the front in
    its left half (u < 0.5), the back in its right half; each half shows `extent` metres (width, height) of cloth.

    A garment may have plies: hems turned in, collars folded over, lapels, waistbands. The first M vertices are the
    cloth itself; each vertex of a ply lies `lift` metres off its `twin` in the cloth, along the cloth's normal. A drape
    moves the cloth (`cloth_triangles`) and calls `with_plies`.
    """

    name: str  # the kind: "tee", "wide_trousers", ...
    category: Category
    label: Lip
    layer: Layer
    anchor: sparse.csr_array  # (N, V) over the base mesh, rows sum to 1
    ease: npt.NDArray[np.float64]  # (N,), metres off the anchored surface
    triangles: Triangles
    uv: npt.NDArray[np.float64]  # (U, 2)
    uv_triangles: Triangles
    panels: npt.NDArray[np.uint8]  # (T,)
    pins: npt.NDArray[np.float64]  # (N,) 0 hangs freely, 1 stays where the body carries it (waistband, shoulder seam)
    extent: tuple[float, float]
    seams: tuple[Seam, ...] = ()
    marks: dict[str, Texel] = field(default_factory=dict)  # "chest", "back", "left_chest": where prints are centred
    # Cloth: how far it may stretch (share), how hard it bends (0 silk .. 1 denim), its weight (kg per square metre).
    stretch: float = 0.03
    stiffness: float = 0.3
    density: float = 0.18
    tight: sparse.csr_array | None = None  # (N, V): the surface close to the skin that `rest` never goes beneath
    twins: npt.NDArray[np.int32] | None = None  # (N,), twins[i] == i in the cloth; None: no plies
    lift: npt.NDArray[np.float64] | None = None  # (N,) metres, 0 in the cloth, negative beneath it
    legs: npt.NDArray[np.int8] | None = None  # (N,) trousers: 1 left leg, -1 right leg, 0 above: they never cross
    sideways: npt.NDArray[np.float64] | None = None  # (N,) 1 where the ease goes level, as flared hems stand off

    @cached_property
    def cloth_count(self) -> int:
        """M: how many vertices are cloth; the rest are plies that follow it."""
        return len(self.ease) if self.twins is None else int((self.twins == np.arange(len(self.twins))).sum())

    @cached_property
    def cloth_triangles(self) -> Triangles:
        """The triangles of the cloth without plies, (C, 3), all below M."""
        return np.asarray(self.triangles[(self.triangles < self.cloth_count).all(1)], np.int32)

    def with_plies(self, cloth: Points) -> Points:
        """All vertices (N, 3), given those of the cloth (M, 3)."""
        if self.twins is None or self.lift is None:
            return cloth
        normals = vertex_normals(cloth, self.cloth_triangles)
        return np.asarray(cloth[self.twins] + self.lift[:, None] * normals[self.twins], np.float64)

    @cached_property
    def weights(self) -> sparse.csr_array:
        """How much each vertex follows each bone, (N, B)."""
        return sparse.csr_array(self.anchor @ skin_weights())

    def rest(self, body: Body) -> Points:
        """The unstrained shape on `body` in its A-pose, (N, 3)."""
        count, triangles = self.cloth_count, self.cloth_triangles
        anchored = np.asarray(self.anchor[:count] @ body.rest, np.float64)
        normals = vertex_normals(anchored, triangles)
        if self.sideways is not None:
            normals[:, 2] *= 1.0 - self.sideways[:count]
            normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        ease = self.ease[:count]
        if self.tight is not None:
            skin = np.asarray(self.tight[:count] @ body.rest, np.float64)
            depth = np.einsum("nk,nk->n", skin - anchored, normals)
            # Cloth that spans a hollow lies far beside its own spot of skin, and says nothing of the skin beneath it.
            beside = np.linalg.norm(skin - anchored - depth[:, None] * normals, axis=1)
            ease = ease + self._raised(depth - 0.7 * np.maximum(beside - _BESIDE, 0.0))
        cloth = anchored + ease[:, None] * normals
        if self.legs is not None:
            side = self.legs[:count]
            cloth[:, 0] = np.where(side == 0, cloth[:, 0], side * np.maximum(side * cloth[:, 0], _BETWEEN_LEGS))
        return self.with_plies(cloth)

    def _raised(self, depth: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """How far to lift each vertex (M,) so that none lies `depth` beneath the skin: an upper envelope, smooth."""
        wanted = np.maximum(depth, 0.0)
        raised = wanted
        for _ in range(_ENVELOPE):
            raised = np.maximum(wanted, self._around @ raised)
        return np.asarray(raised, np.float64)

    @cached_property
    def _around(self) -> sparse.csr_array:
        """The mean over each vertex' neighbours, (M, M)."""
        ends = edges(self.cloth_triangles)
        both = np.concatenate([ends, ends[:, ::-1]])
        shape = (self.cloth_count, self.cloth_count)
        links = sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=shape)
        return sparse.csr_array(sparse.diags_array(1.0 / np.maximum(links.sum(1), 1.0)) @ links)

    def carried(self, figure: PosedBody) -> Points:
        """Where the body alone would carry it, (N, 3): the start of a drape.

        The anchored surface goes with the posed skin, so that what spans both legs spans them in every pose; the
        ease is turned along with the bones.
        """
        rest = self.rest(figure.body)
        anchored = np.asarray(self.anchor @ figure.body.rest, np.float64)
        turned = figure.carry(rest, self.weights) - figure.carry(anchored, self.weights)
        return np.asarray(self.anchor @ figure.vertices + turned, np.float64)


@dataclass(frozen=True, eq=False)
class Worn:
    """A garment on a body: its vertices (N, 3) where they hang."""

    garment: Garment
    vertices: Points
