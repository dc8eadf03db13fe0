"""Shoes and socks, and how a person stands in them."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.synthetic.body import plain
from models.synthetic.body.assets import assets_folder, picture
from models.synthetic.body.basis import basis
from models.synthetic.body.mhclo import Fitted, read_mhclo
from models.synthetic.body.model import PosedBody, grounded
from models.synthetic.body.people import Person
from models.synthetic.geometry import vertex_normals
from models.synthetic.surface import Layer, Material, Surface, Texture

Mask = npt.NDArray[np.bool_]


def standing(person: Person, body: PosedBody, yaw: float = 0.0) -> PosedBody:
    """Grounded, but with the lowest point of shoes and skin on z = 0."""
    bare = grounded(body, yaw)
    mesh = shoe_mesh(person)
    lowest = plain.SOLE if mesh is None and person.shoes != "barefoot" else 0.0
    if mesh is not None:
        lowest = -min(0.0, float(mesh.carried(bare)[:, 2].min()))
    return grounded(body, yaw, lowest)


def shoe_mesh(person: Person) -> Fitted | None:
    """The shoes' mesh; None if there is none."""
    folder = assets_folder()
    if folder is None or person.shoes == "barefoot":
        return None
    return read_mhclo(folder / "clothes" / person.shoes / f"{person.shoes}.mhclo")


def wearing(person: Person) -> Mask:
    """The triangles of the skin that shoes hide, (T,)."""
    if person.shoes == "barefoot":
        return np.zeros(len(basis().parts["body"][0]), np.bool_)
    mesh = shoe_mesh(person)
    if mesh is None:
        return plain.foot_triangles()
    return np.asarray(mesh.covered[basis().parts["body"][0]].all(1))


def shoes(person: Person, body: PosedBody) -> list[Surface]:
    """What is on the feet, both sides in one surface."""
    if person.shoes == "barefoot":
        return []
    mesh, folder = shoe_mesh(person), assets_folder()
    if mesh is None or folder is None:
        return [plain.shoes(body)]
    texture = _texture(person.shoes, person.shoe_tint)
    vertices = mesh.carried(body)
    left = mesh.vertices(body.body.rest)[mesh.triangles[:, 0], 0] > 0
    labels = np.where(left, Lip.LEFT_SHOE, Lip.RIGHT_SHOE).astype(np.uint8)
    layers = np.full(len(labels), Layer.SHOES, np.uint8)
    return [
        Surface(
            "shoes",
            vertices,
            mesh.triangles,
            mesh.uv,
            mesh.uv_triangles,
            texture,
            labels,
            layers,
            Material.LEATHER,
            person=1,
            normals=vertex_normals(vertices, mesh.triangles),
            tags=frozenset({"body"}),
        )
    ]


@lru_cache(maxsize=24)
def _texture(name: str, tint: float) -> Texture:
    """The shoe's picture, its colours turned by `tint` of the circle."""
    folder = assets_folder()
    assert folder is not None
    plain_picture = np.ascontiguousarray(picture(folder / "clothes" / name / f"{name}_diffuse.png")[..., :3])
    if not tint:
        return plain_picture
    hsv = cv2.cvtColor(plain_picture, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int32) + round(180 * tint)) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)
