"""What a garment is: a mesh built once over the base mesh, which fits every body and follows every pose."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.parsing.lip import Lip
from models.synthetic.body.model import Body, PosedBody, skin_weights
from models.synthetic.geometry import Points, Triangles, vertex_normals
from models.synthetic.surface import Layer

Category = Literal["upper", "lower", "dress"]
Texel = tuple[float, float]  # (u, v), 0..1


@dataclass(frozen=True)
class Seam:
    """A line on the cloth that a tailor would see: drawn by whoever prints the texture."""

    kind: Literal["hem", "cuff", "waistband", "collar", "placket", "pocket", "fly", "side", "rib", "button", "zip"]
    line: tuple[Texel, ...]  # a polyline in the texture; one point is a button


@dataclass(frozen=True, eq=False)
class Garment:
    """A garment's topology and cut; N vertices, T triangles, the same for all bodies.

    Its unstrained shape on a body at rest is `anchor @ body.rest + ease * normals`, where the normals are those of that
    anchored surface. `panels` (T,): 0 front, 1 back, 2 inside (hems turned in, facings). The texture holds the front in
    its left half (u < 0.5), the back in its right half; each half shows `extent` metres (width, height) of cloth.
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

    @cached_property
    def weights(self) -> sparse.csr_array:
        """How much each vertex follows each bone, (N, B)."""
        return sparse.csr_array(self.anchor @ skin_weights())

    def rest(self, body: Body) -> Points:
        """The unstrained shape on `body` in its A-pose, (N, 3)."""
        anchored = np.asarray(self.anchor @ body.rest, np.float64)
        return anchored + self.ease[:, None] * vertex_normals(anchored, self.triangles)

    def carried(self, figure: PosedBody) -> Points:
        """Where the body alone would carry it, (N, 3): the start of a drape."""
        return figure.carry(self.rest(figure.body), self.weights)


@dataclass(frozen=True, eq=False)
class Worn:
    """A garment on a body: its vertices (N, 3) where they hang."""

    garment: Garment
    vertices: Points
