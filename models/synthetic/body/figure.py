"""A person as surfaces: skin, eyes, brows, lashes, hair, shoes, socks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.synthetic.body import plain
from models.synthetic.body.assets import assets_folder
from models.synthetic.body.basis import basis
from models.synthetic.body.footwear import shoes, standing, wearing
from models.synthetic.body.labels import skin_labels, skin_layers
from models.synthetic.body.mhclo import Fitted, read_mhclo
from models.synthetic.body.model import PosedBody, posed
from models.synthetic.body.people import CROPPED, Person
from models.synthetic.body.poses import Pose
from models.synthetic.body.skins import skin_texture
from models.synthetic.body.strike import solved
from models.synthetic.body.wigs import brow_texture, eye_texture, hair_texture
from models.synthetic.geometry import vertex_normals
from models.synthetic.surface import Layer, Material, Surface, Texture, labelled

Mask = npt.NDArray[np.bool_]


def stand(person: Person, pose: Pose, yaw: float = 0.0) -> PosedBody:
    """The person in a pose, the soles of the shoes on z = 0, the root above the origin, turned by `yaw` degrees."""
    shape = person.body()
    return standing(person, posed(shape, solved(shape, pose).turns), yaw)


def figure(person: Person, body: PosedBody, hidden: Mask | None = None) -> list[Surface]:
    """What is seen of the person beside clothes. The surface "skin" has all vertices of the base mesh; its triangles
    are those of `basis().parts["body"]` that are neither `hidden` (T,) nor inside shoes."""
    inside = wearing(person)
    gone = inside if hidden is None else inside | hidden
    found = [drop(skin(person, body), gone), eyes(person, body)]
    found += hairs(person, body)
    found += shoes(person, body)
    return found


def skin(person: Person, body: PosedBody) -> Surface:
    """All of the skin."""
    data = basis()
    triangles, uv_triangles = data.parts["body"]
    return Surface(
        "skin",
        body.vertices,
        triangles,
        data.uv,
        uv_triangles,
        skin_texture(person.skin, person.tone, person.underwear, band=person.sex == "female"),
        skin_labels(),
        skin_layers(),
        Material.SKIN,
        person=1,
        normals=vertex_normals(body.vertices, triangles),
        tags=frozenset({"body"}),
    )


def drop(surface: Surface, mask: Mask) -> Surface:
    """The surface without the triangles of `mask` (T,)."""
    keep = ~mask
    return replace(
        surface,
        triangles=surface.triangles[keep],
        uv_triangles=surface.uv_triangles[keep],
        labels=surface.labels[keep],
        layers=surface.layers[keep],
    )


def eyes(person: Person, body: PosedBody) -> Surface:
    """Both eyeballs."""
    folder = assets_folder()
    if folder is None:
        return plain.eyes(body)
    path = folder / "eyes" / "materials" / f"{person.eyes}_eye.png"
    texture = eye_texture(path if path.exists() else path.with_name("brownlight_eye.png"), person.eyes)
    mesh = read_mhclo(folder / "eyes" / "low-poly" / "low-poly.mhclo")
    return _fitted("eyes", mesh, body, texture, Material.EYE)


def hairs(person: Person, body: PosedBody) -> list[Surface]:
    """Hair, brows and lashes."""
    folder = assets_folder()
    if folder is None:
        return [plain.hair(person, body)]
    found = [_hair(folder, person, body)]
    for kind, name in (("eyebrows", person.brows), ("eyelashes", person.lashes)):
        path = folder / kind / name / f"{name}.mhclo"
        colour = person.hair_colour if kind == "eyebrows" else "black"
        texture = brow_texture(path.with_suffix(".png"), colour)
        fine = _fitted(kind, read_mhclo(path), body, texture, Material.HAIR)
        found.append(replace(fine, cut_out=True))
    return found


def _hair(folder: Path, person: Person, body: PosedBody) -> Surface:
    if person.hair == CROPPED:
        return plain.hair(person, body)
    path = folder / "hair" / person.hair / f"{person.hair}.mhclo"
    texture = hair_texture(path.with_name(f"{person.hair}_diffuse.png"), person.hair_colour)
    return replace(_fitted("hair", read_mhclo(path), body, texture, Material.HAIR), cut_out=True)


def _fitted(name: str, mesh: Fitted, body: PosedBody, texture: Texture, material: Material) -> Surface:
    labels, layers = labelled(len(mesh.triangles), Lip.HAIR if name == "hair" else Lip.FACE, Layer.OVER)
    vertices = mesh.carried(body)
    return Surface(
        name,
        vertices,
        mesh.triangles,
        mesh.uv,
        mesh.uv_triangles,
        texture,
        labels,
        layers,
        material,
        person=1,
        normals=vertex_normals(vertices, mesh.triangles),
        tags=frozenset({"body"}),
    )
