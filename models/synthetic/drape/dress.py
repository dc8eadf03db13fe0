"""Dressing a figure: garments in the order they are put on, each draped over what it is worn over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.body.model import PosedBody
from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import vertex_normals
from models.synthetic.surface import Material, Surface, Texture, labelled

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Quality:
    """How long the cloth is simulated: `steps` substeps of `step` seconds."""

    steps: int
    step: float


VOLUME = Quality(40, 0.008)
PICTURE = Quality(160, 0.005)


@dataclass(frozen=True, eq=False)
class Covered:
    """What nobody can see, because cloth lies over it: `skin`, a mask of the triangles of the part "body" of the base
    mesh, and `garments`, one mask of triangles for each garment worn."""

    skin: Mask
    garments: tuple[Mask, ...]


def dress(figure: PosedBody, garments: Sequence[Garment], quality: Quality = PICTURE) -> list[Worn]:
    """The garments as they hang on the figure, from the innermost outwards (`Garment.layer`; equal layers in the order
    given). Deterministic."""
    order = sorted(garments, key=lambda garment: garment.layer)
    return [Worn(garment, garment.carried(figure)) for garment in order]


def covered(figure: PosedBody, worns: Sequence[Worn]) -> Covered:
    """What is hidden under the garments, but for a rim along their hems. `worns` are in the order of `dress`."""
    from models.synthetic.body.basis import basis

    skin = np.zeros(len(basis().parts["body"][0]), bool)
    return Covered(skin, tuple(np.zeros(len(worn.garment.triangles), bool) for worn in worns))


def worn_surface(
    worn: Worn,
    texture: Texture,
    *,
    hidden: Mask | None = None,
    material: Material = Material.CLOTH,
    person: int = 1,
    relief: npt.NDArray[np.float32] | None = None,
    cut_out: bool = False,
) -> Surface:
    """The garment as a surface to draw, without its `hidden` triangles (T,). `texture`, `relief`: see `Surface`."""
    garment = worn.garment
    seen = slice(None) if hidden is None else ~hidden
    triangles = garment.triangles[seen]
    labels, layers = labelled(len(triangles), garment.label, garment.layer)
    return Surface(
        name=garment.name,
        vertices=worn.vertices,
        triangles=triangles,
        uv=garment.uv,
        uv_triangles=garment.uv_triangles[seen],
        texture=texture,
        labels=labels,
        layers=layers,
        material=material,
        person=person,
        cut_out=cut_out,
        normals=vertex_normals(worn.vertices, garment.triangles),
        relief=relief,
        tags=frozenset({"garment"}),
    )
