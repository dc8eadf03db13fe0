"""MakeHuman's clothes (CC0) as garments: meshes bound to the base mesh, worn with textures of their own.

Of the twelve outfits these are left out: two without a texture (female_casualsuit02, male_casualsuit01), overalls whose
tee shows through at the straps (male_worksuit01), a jacket whose collar is spiky (male_casualsuit05), a skirt whose hem
slants at the back (female_elegantsuit01) and a crop top with a band of another garment's cloth (female_sportsuit01).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models.parsing.lip import Lip
from models.synthetic.body.assets import assets_folder, picture
from models.synthetic.body.basis import basis
from models.synthetic.body.mhclo import Fitted, read_mhclo
from models.synthetic.body.model import Body
from models.synthetic.garments.garment import Category, Garment
from models.synthetic.geometry import Points, Triangles, edges, triangle_normals, vertex_normals
from models.synthetic.surface import Layer, Texture

_FINE = 6000  # triangles: pieces with fewer are divided once, to edges of about 1.2 cm, or they could not fold
_HELD = 0.03  # metres below its upper border that a garment is held


@dataclass(frozen=True)
class _Piece:
    name: str
    components: tuple[int, ...]  # of the outfit's mesh, in the order of their first vertices
    category: Category
    label: Lip
    layer: Layer
    stiffness: float = 0.4


def _top(name: str, *components: int) -> _Piece:
    return _Piece(name, components, "upper", Lip.UPPER_CLOTHES, Layer.UPPER)


def _jacket(name: str, *components: int) -> _Piece:
    return _Piece(name, components, "upper", Lip.COAT, Layer.UPPER, 0.8)


def _jeans(*components: int) -> _Piece:
    return _Piece("jeans", components, "lower", Lip.PANTS, Layer.LOWER, 0.8)


_OUTFITS: dict[str, tuple[_Piece, ...]] = {
    "female_casualsuit01": (_jeans(1), _top("tee", 0)),
    "male_casualsuit02": (_jeans(0), _top("sweatshirt", 1)),
    "male_casualsuit03": (_jeans(1), _top("shirt", 0)),
    "male_casualsuit04": (_jeans(1), _top("tee", 0)),
    "male_casualsuit06": (_jeans(1), _top("tee", 0)),
    "male_elegantsuit01": (_Piece("trousers", (0,), "lower", Lip.PANTS, Layer.LOWER, 0.6), _jacket("suit_jacket", 1)),
}


@dataclass(frozen=True, eq=False)
class Outfit:
    """What is worn together: garments from the innermost outwards, each with its texture."""

    name: str
    gender: Literal["female", "male"]  # whom it was cut for
    pieces: tuple[tuple[Garment, Texture], ...]


@dataclass(frozen=True, eq=False)
class FittedGarment(Garment):
    """A garment whose shape at rest is MakeHuman's: `blend` (N, F) combines the F vertices of `source`."""

    source: Fitted | None = None
    blend: sparse.csr_array | None = None

    def rest(self, body: Body) -> Points:
        """The unstrained shape on `body` in its A-pose, (N, 3)."""
        if self.source is None or self.blend is None:
            return super().rest(body)
        return np.asarray(self.blend @ self.source.vertices(body.rest), np.float64)


@cache
def makehuman_garments() -> Sequence[Outfit]:
    """The outfits of the folder VIRTON_ASSETS that look right; none without it."""
    folder = assets_folder()
    if folder is None:
        return ()
    outfits = []
    for name, pieces in _OUTFITS.items():
        source = read_mhclo(folder / "clothes" / name / f"{name}.mhclo")
        texture = picture(folder / "clothes" / name / f"{name}_diffuse.png")
        component = _components(source)
        made = tuple((_garment(f"{name}.{p.name}", p, source, component), texture) for p in pieces)
        outfits.append(Outfit(name, "female" if name.startswith("female") else "male", made))
    return tuple(outfits)


def _components(source: Fitted) -> npt.NDArray[np.int32]:
    """The connected piece that each triangle belongs to."""
    ends = edges(source.triangles)
    count = len(source.corners)
    links = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1][source.triangles[:, 0]], np.int32)


def _garment(name: str, piece: _Piece, source: Fitted, component: npt.NDArray[np.int32]) -> Garment:
    chosen = np.isin(component, piece.components)
    blend, triangles = _only(source.triangles[chosen], len(source.corners))
    corners, uv_triangles = _only(source.uv_triangles[chosen], len(source.uv))
    if len(triangles) < _FINE:
        blend, triangles = _divided(blend, triangles)
        corners, uv_triangles = _divided(corners, uv_triangles)
    uv = np.asarray(corners @ source.uv, np.float64)
    data = basis()
    rest = np.asarray(blend @ source.vertices(data.template), np.float64)
    raw = sparse.csr_array(blend @ source.anchor)
    anchor = sparse.csr_array(sparse.diags_array(1 / np.asarray(raw.sum(1))) @ raw)
    scale = _metres_per_uv(rest, triangles, uv, uv_triangles)
    return FittedGarment(
        name=name,
        category=piece.category,
        label=piece.label,
        layer=piece.layer,
        anchor=anchor,
        ease=np.zeros(len(rest)),
        triangles=triangles,
        uv=uv,
        uv_triangles=uv_triangles,
        panels=_panels(rest, triangles, anchor),
        pins=_pins(rest, piece.category),
        extent=(scale / 2, scale),
        stiffness=piece.stiffness,
        source=source,
        blend=blend,
    )


def _only(triangles: Triangles, count: int) -> tuple[sparse.csr_array, Triangles]:
    """The vertices that `triangles` use, as rows that pick them out of `count`, and the triangles renumbered."""
    used, inverse = np.unique(triangles, return_inverse=True)
    rows = sparse.csr_array((np.ones(len(used)), (np.arange(len(used)), used)), shape=(len(used), count))
    return rows, np.asarray(inverse.reshape(-1, 3), np.int32)


def _divided(rows: sparse.csr_array, triangles: Triangles) -> tuple[sparse.csr_array, Triangles]:
    """Each triangle cut into four at the middles of its edges, which follow the old vertices."""
    count = rows.shape[0]
    ends = edges(triangles)
    halves = sparse.csr_array((rows[ends[:, 0]] + rows[ends[:, 1]]) * 0.5)
    a, b, c = triangles.T.astype(np.int64)
    keys = ends[:, 0].astype(np.int64) * count + ends[:, 1]
    ab, bc, ca = (
        count + np.searchsorted(keys, np.minimum(p, q) * count + np.maximum(p, q)) for p, q in ((a, b), (b, c), (c, a))
    )
    fine = [np.stack(corners, 1) for corners in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    return sparse.csr_array(sparse.vstack([rows, halves])), np.asarray(np.concatenate(fine), np.int32)


def _metres_per_uv(rest: Points, triangles: Triangles, uv: npt.NDArray[np.float64], uv_triangles: Triangles) -> float:
    flat = np.concatenate([uv, np.zeros((len(uv), 1))], 1)
    return float(np.sqrt(_area(rest, triangles) / _area(flat, uv_triangles)))


def _area(vertices: Points, triangles: Triangles) -> float:
    return float(np.linalg.norm(triangle_normals(vertices, triangles), axis=1).sum() / 2)


def _panels(rest: Points, triangles: Triangles, anchor: sparse.csr_array) -> npt.NDArray[np.uint8]:
    """Front, back, and what faces the body."""
    data = basis()
    outwards = (anchor @ vertex_normals(data.template, data.parts["body"][0]))[triangles].sum(1)
    normals = triangle_normals(rest, triangles)
    panels = (normals[:, 1] > 0).astype(np.uint8)
    panels[(normals * outwards).sum(1) < 0] = 2
    return panels


def _pins(rest: Points, category: Category) -> npt.NDArray[np.float64]:
    """Held at the waistband, or at the neckline and on the shoulders."""
    top = rest[:, 2].max()
    if category == "lower":
        return np.where(rest[:, 2] > top - _HELD, 1.0, 0.0)
    shoulders = basis().heads[basis().bones.index("upperarm01.L")]
    near = (np.abs(rest[:, 0]) < abs(shoulders[0]) - 0.02) & (rest[:, 2] > shoulders[2] + 0.02)
    return np.where(near, 1.0, 0.0)
