"""Shoes and socks, and how a person stands in them."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from models.parsing.lip import Lip
from models.synthetic.body import plain
from models.synthetic.body.assets import assets_folder, opaque
from models.synthetic.body.basis import basis
from models.synthetic.body.mhclo import Fitted, read_mhclo
from models.synthetic.body.model import PosedBody, body, grounded
from models.synthetic.body.people import Person
from models.synthetic.geometry import vertex_normals
from models.synthetic.surface import Layer, Material, Surface, Texture

Mask = npt.NDArray[np.bool_]

# Albedo, sRGB.
COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (34, 33, 35),
    "dark_brown": (66, 46, 36),
    "tan": (150, 108, 74),
    "white": (216, 214, 208),
    "grey": (124, 124, 126),
    "navy": (38, 44, 68),
}
_SNEAKERS = ("shoes02", "shoes05", "shoes06")
_SHIN = 0.15  # metres on a body of middle height: no shoe here is so tall
_COLLAR = 0.012  # so deep into a shoe one sees, metres


def standing(person: Person, figure: PosedBody, yaw: float = 0.0) -> PosedBody:
    """Grounded, but with the lowest point of shoes and skin on z = 0."""
    bare = grounded(figure, yaw)
    mesh = shoe_mesh(person)
    lowest = plain.SOLE if mesh is None and person.shoes != "barefoot" else 0.0
    if mesh is not None:
        lowest = -min(0.0, float(mesh.carried(bare)[:, 2].min()))
    return grounded(figure, yaw, lowest)


def shoe_mesh(person: Person) -> Fitted | None:
    """The shoes' mesh; None if there is none."""
    folder = assets_folder()
    if folder is None or person.shoes == "barefoot":
        return None
    return read_mhclo(folder / "clothes" / person.shoes / f"{person.shoes}.mhclo")


def wearing(person: Person) -> Mask:
    """The triangles of the skin that shoes and socks hide, (T,)."""
    triangles = basis().parts["body"][0]
    if person.shoes == "barefoot":
        return np.zeros(len(triangles), np.bool_)
    mesh = shoe_mesh(person)
    if mesh is None:
        return plain.foot_triangles()
    inside = mesh.covered if person.socks else mesh.covered & _below_collar(person.shoes)
    return np.asarray(inside[triangles].all(1))


def shoes(person: Person, figure: PosedBody) -> list[Surface]:
    """What is on the feet: shoes, and socks if they are worn, both sides in one surface each."""
    if person.shoes == "barefoot":
        return []
    mesh, folder = shoe_mesh(person), assets_folder()
    if mesh is None or folder is None:
        return [plain.shoes(figure)]
    vertices = mesh.carried(figure)
    normals = vertex_normals(vertices, mesh.triangles)
    socks = _sock_triangles(person.shoes)
    left = mesh.vertices(figure.body.rest)[mesh.triangles[:, 0], 0] > 0

    def part(name: str, which: Mask, labels: npt.NDArray[np.uint8], layer: Layer, texture: Texture) -> Surface:
        return Surface(
            name,
            vertices,
            mesh.triangles[which],
            mesh.uv,
            mesh.uv_triangles[which],
            texture,
            labels[which],
            np.full(int(which.sum()), layer, np.uint8),
            Material.KNIT if name == "socks" else Material.LEATHER,
            person=1,
            normals=normals,
            tags=frozenset({"body"}),
        )

    labels = np.where(left, Lip.LEFT_SHOE, Lip.RIGHT_SHOE).astype(np.uint8)
    found = [part("shoes", ~socks, labels, Layer.SHOES, _texture(person.shoes, person.shoe_colour))]
    if person.socks:
        sock_labels = np.full(len(labels), Lip.SOCKS, np.uint8)
        found.append(part("socks", socks, sock_labels, Layer.SOCKS, _sock_texture(person.shoes, person.socks)))
    return found


@lru_cache(maxsize=8)
def _sock_triangles(name: str) -> Mask:
    """The triangles of the connected parts of a shoe's mesh that reach up to the shin: the socks in it."""
    mesh = _mesh(name)
    triangles, count = mesh.triangles, len(mesh.corners)
    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]]])
    graph = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    parts, number = csgraph.connected_components(graph, directed=False)
    heights = mesh.vertices(body({}).rest)[:, 2]
    tall = np.array([heights[number == part].max() > _SHIN for part in range(parts)])
    return np.asarray(tall[number[triangles[:, 0]]])


@lru_cache(maxsize=8)
def _below_collar(name: str) -> Mask:
    """Vertices of the base mesh (V,) that are deeper inside the shoe than where its opening shows."""
    mesh, shape = _mesh(name), body({})
    leather = mesh.vertices(shape.rest)[np.unique(mesh.triangles[~_sock_triangles(name)])]
    inside = np.zeros(len(shape.rest), np.bool_)
    for letter, mirror in (("L", 1.0), ("R", -1.0)):
        axis = shape.head(f"foot.{letter}")[:2]
        own = leather[leather[:, 0] * mirror > 0]
        skin = np.flatnonzero(mesh.covered & (shape.rest[:, 0] * mirror > 0))
        sector = _sector(shape.rest[skin, :2] - axis)
        sectors = _sector(own[:, :2] - axis)
        collar = np.array([own[np.abs((sectors - k + 18) % 36 - 18) <= 2, 2].max(initial=0.0) for k in range(36)])
        inside[skin] = shape.rest[skin, 2] < collar[sector] - _COLLAR
    return inside


def _sector(flat: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Which tenth of a right angle a direction (N, 2) lies in, 0..35."""
    return np.asarray(np.floor(np.degrees(np.arctan2(flat[:, 1], flat[:, 0])) / 10) % 36, np.int64)


def _mesh(name: str) -> Fitted:
    folder = assets_folder()
    assert folder is not None
    return read_mhclo(folder / "clothes" / name / f"{name}.mhclo")


@lru_cache(maxsize=24)
def _texture(name: str, colour: str) -> Texture:
    """The shoe's picture, or, with a `colour`, its light and dark in that colour; what is grey in sneakers stays."""
    folder = assets_folder()
    assert folder is not None
    painted = opaque(folder / "clothes" / name / f"{name}_diffuse.png")
    if not colour:
        return painted
    wash = _washed(painted, COLOURS[colour])
    if name not in _SNEAKERS:
        return wash
    saturation = cv2.cvtColor(painted, cv2.COLOR_RGB2HSV)[..., 1:2].astype(np.float32)
    share = np.clip(saturation / 90.0, 0, 1)
    return np.asarray(painted + share * (wash.astype(np.float32) - painted), np.uint8)


@lru_cache(maxsize=24)
def _sock_texture(name: str, colour: str) -> Texture:
    folder = assets_folder()
    assert folder is not None
    painted = opaque(folder / "clothes" / name / f"{name}_diffuse.png")
    used = np.round(_mesh(name).uv[_mesh(name).uv_triangles[_sock_triangles(name)]].reshape(-1, 2) * painted.shape[0])
    left, low = used.min(0).astype(int)
    right, high = used.max(0).astype(int)
    patch = painted[painted.shape[0] - high : painted.shape[0] - low, left:right]
    return _washed(painted, COLOURS[colour], patch)


def _washed(painted: Texture, colour: tuple[int, int, int], like: Texture | None = None) -> Texture:
    """A picture's light and dark, around its mean (or that of `like`), in a colour."""
    luma = cv2.cvtColor(painted, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sample = luma[luma > 4] if like is None else cv2.cvtColor(np.ascontiguousarray(like), cv2.COLOR_RGB2GRAY)
    ratio = np.clip(luma / max(float(np.median(sample)), 4.0), 0.2, 2.2) ** 0.7
    return np.asarray(np.clip(ratio[..., None] * np.array(colour, np.float32), 0, 255), np.uint8)
