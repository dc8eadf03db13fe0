"""Eyes, hair and shoes made of the base mesh alone, for where MakeHuman's assets are not."""

from functools import cache

import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.synthetic.body.basis import basis
from models.synthetic.body.labels import share_of
from models.synthetic.body.model import PosedBody, bone_index
from models.synthetic.body.people import Person
from models.synthetic.body.scalp import cropped, scalp_depth
from models.synthetic.geometry import Triangles, vertex_normals
from models.synthetic.surface import Layer, Material, Surface, labelled

SOLE = 0.012  # metres
_CROP = 0.004  # of cropped hair off the scalp, metres


def eyes(body: PosedBody) -> Surface:
    """The base mesh's eyeballs: white, and an iris where they look."""
    parts = [basis().parts[f"helper-{side}-eye"][0] for side in "lr"]
    triangles = np.concatenate(parts)
    iris = []
    for part, bone in zip(parts, ("eye.L", "eye.R"), strict=True):
        middle = body.vertices[np.unique(part)].mean(0)
        away = body.vertices[part].mean(1) - middle
        gaze = -body.transforms[bone_index()[bone], :3, 1]
        iris.append(away @ gaze / np.linalg.norm(away, axis=1) > 0.9)
    # Two texels: the left one white, the right one the iris.
    uv = np.array([[0.25, 0.5], [0.75, 0.5]])
    uv_triangles = np.repeat(np.concatenate(iris).astype(np.int32)[:, None], 3, 1)
    texture = np.array([[[226, 222, 216], [62, 42, 30]]], np.uint8)
    labels, layers = labelled(len(triangles), Lip.FACE, Layer.OVER)
    return Surface("eyes", body.vertices, triangles, uv, uv_triangles, texture, labels, layers, Material.EYE, person=1)


def hair(person: Person, body: PosedBody) -> Surface:
    """Cropped hair: the scalp, lifted, its edge cut out by the texture."""
    worn = _head_triangles()
    triangles, uv_triangles = basis().parts["body"][0][worn], basis().parts["body"][1][worn]
    vertices = body.vertices + (_CROP * vertex_normals(body.vertices, basis().parts["body"][0]))
    labels, layers = labelled(len(triangles), Lip.HAIR, Layer.OVER)
    return Surface(
        "hair",
        vertices,
        triangles,
        basis().uv,
        uv_triangles,
        cropped(person.hair_colour),
        labels,
        layers,
        Material.HAIR,
        person=1,
        cut_out=True,
        normals=vertex_normals(vertices, triangles),
        tags=frozenset({"body"}),
    )


@cache
def _head_triangles() -> npt.NDArray[np.int64]:
    """Triangles of the skin on which hair may grow, with a margin: those that have an opaque texel."""
    data = basis()
    corners = data.template[data.parts["body"][0]].reshape(-1, 3)
    grows = scalp_depth(corners).reshape(-1, 3).max(1) > -0.004
    return np.flatnonzero(grows & (share_of(("head", "neck"), "") > 0.5))


@cache
def foot_triangles() -> npt.NDArray[np.bool_]:
    """Triangles of the skin inside low shoes, (T,)."""
    data = basis()
    middle = data.template[data.parts["body"][0]].mean(1)
    ankle = data.heads[data.bones.index("foot.L")][2]
    low = middle[:, 2] < ankle + 0.005
    return np.asarray((share_of(("foot", "toe"), "") > 0.5) & low)


def shoes(body: PosedBody) -> Surface:
    """Slippers: the feet, lifted off their skin."""
    worn = np.flatnonzero(foot_triangles())
    triangles: Triangles = basis().parts["body"][0][worn]
    normals = vertex_normals(body.vertices, basis().parts["body"][0])
    vertices = body.vertices + 0.006 * normals
    down = normals[:, 2] < -0.5
    vertices[down, 2] -= SOLE - 0.006
    left = share_of(("foot", "toe"), "L")[worn] > 0.5
    labels = np.where(left, Lip.LEFT_SHOE, Lip.RIGHT_SHOE).astype(np.uint8)
    layers = np.full(len(labels), Layer.SHOES, np.uint8)
    texture = np.full((1, 1, 3), (52, 50, 54), np.uint8)
    uv = np.zeros((1, 2))
    return Surface(
        "shoes",
        vertices,
        triangles,
        uv,
        np.zeros_like(triangles),
        texture,
        labels,
        layers,
        Material.LEATHER,
        person=1,
        tags=frozenset({"body"}),
    )
