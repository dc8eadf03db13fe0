"""Dressing a figure: garments in the order they are put on, each draped over what it is worn over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.body.model import PosedBody
from models.synthetic.drape.collide import Contacts, Obstacles, draping_order, push_out
from models.synthetic.drape.mesh import cloth_mesh
from models.synthetic.drape.solver import State, advance, sheet_of
from models.synthetic.drape.tethers import tethers
from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import Points, vertex_normals
from models.synthetic.surface import Material, Surface, Texture, labelled

_STEPS_PER_SEARCH = 5  # at the fastest, 1 m/s, cloth slides 4 cm in that time: as far as its planes hold
_SEARCHES_PER_SEEK = 4
_DAMPING = 0.03  # of the speed, every step: air and the cloth's own losses

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
    obstacles = Obstacles(figure)
    for garment in draping_order(garments):
        obstacles.worns.append(_draped(garment, obstacles, quality))
    return sorted(obstacles.worns, key=lambda worn: worn.garment.layer)


def _draped(garment: Garment, obstacles: Obstacles, quality: Quality) -> Worn:
    figure = obstacles.figure
    rest = garment.rest(figure.body)
    targets = figure.carry(rest, garment.weights)
    ties = tethers(garment)
    sheet = sheet_of(
        rest,
        cloth_mesh(garment),
        garment.pins,
        targets,
        ties.anchors,
        ties.reach(rest),
        density=garment.density,
        stiffness=garment.stiffness,
        stretch=garment.stretch,
    )
    contacts = Contacts(garment, obstacles)
    state = State(targets.copy(), np.zeros_like(targets))
    blocks = quality.steps // _STEPS_PER_SEARCH
    for block in range(blocks):
        if block % _SEARCHES_PER_SEEK == 0:
            contacts.seek(state.positions)
        # Where the body bends, cloth starts far from rest: it first sinks without gaining speed from that.
        damping = 1.0 if block < blocks // 4 else _DAMPING
        planes = contacts.planes(state.positions)
        advance(state, sheet, planes, steps=_STEPS_PER_SEARCH, step=quality.step, damping=damping)
    _settle(state.positions, contacts)
    return Worn(garment, state.positions)


def _settle(positions: Points, contacts: Contacts) -> None:
    """Out of everything: to lie outside of one thing may lead into another, so a few times."""
    contacts.seek(positions)
    for _ in range(4):
        push_out(positions, contacts.planes(positions))


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
