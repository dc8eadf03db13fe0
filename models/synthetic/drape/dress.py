"""Dressing a figure: garments in the order they are put on, each draped over what it is worn over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.body.model import PosedBody
from models.synthetic.body.people import Person
from models.synthetic.drape.collide import (
    Contacts,
    Group,
    Obstacles,
    base_groups,
    draping_order,
    hands,
    home_seeds,
    push_out,
)
from models.synthetic.drape.cover import CAUGHT, OVERLAP, PUFFED, RIM, eroded, lies_under
from models.synthetic.drape.mesh import cloth_mesh, mesh, skin_mesh
from models.synthetic.drape.sitting import LAP_HOLDS, laid_down, sat_on
from models.synthetic.drape.solver import State, advance, sheet_of
from models.synthetic.drape.tethers import tethers
from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import Points
from models.synthetic.render.gbuffer import smooth_normals
from models.synthetic.surface import Layer, Material, Surface, Texture, labelled

_STEPS_PER_SEARCH = 5  # at the fastest, 1 m/s, cloth slides 4 cm in that time: as far as its planes hold
_SEARCHES_PER_SEEK = 4
_SURPLUS = 0.08
_UPRIGHT = 0.7  # of a normal that much is level: cloth that leans by less than 45 degrees
_DAMPING = 0.12  # of the speed, every step: air and the cloth's own losses

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Quality:
    """How long the cloth is simulated: `steps` substeps of `step` seconds."""

    steps: int
    step: float


VOLUME = Quality(40, 0.0025)
PICTURE = Quality(160, 0.0025)


@dataclass(frozen=True, eq=False)
class Covered:
    """What nobody can see, because cloth lies over it: `skin`, a mask of the triangles of the part "body" of the base
    mesh, and `garments`, one mask of triangles for each garment worn."""

    skin: Mask
    garments: tuple[Mask, ...]


def dress(
    figure: PosedBody,
    garments: Sequence[Garment],
    quality: Quality = PICTURE,
    dressed: Sequence[Worn] = (),
    person: Person | None = None,
) -> list[Worn]:
    """The garments as they hang on the figure, from the innermost outwards (`Garment.layer`; equal layers in the order
    given). What it is `dressed` in already is kept as it hangs and not among what is returned. Hems fall over the
    `person`'s shoes and socks; without one over bare feet. Deterministic."""
    obstacles = Obstacles(figure, list(dressed), person)
    for garment in draping_order(garments):
        obstacles.worns.append(_draped(garment, obstacles, quality))
    return sorted(obstacles.worns[len(dressed) :], key=lambda worn: worn.garment.layer)


def _draped(garment: Garment, obstacles: Obstacles, quality: Quality) -> Worn:
    figure = obstacles.figure
    count = garment.cloth_count
    rest = garment.rest(figure.body)[:count]
    targets = garment.carried(figure)[:count]
    contacts = Contacts(garment, obstacles)
    contacts.seek(targets)
    pins = garment.pins[:count].copy()
    if obstacles.seated:
        skin = contacts.planes(targets)[-1]
        held = sat_on(figure, skin)
        targets[held] = skin[held, :3] + skin[held, 6:] * skin[held, 3:6]
        pins[held] = 1.0
        if garment.category != "upper" and garment.legs is None:
            lap = laid_down(targets, contacts.planes(targets)[-1])
            pins[lap] = np.maximum(pins[lap], LAP_HOLDS)
    ties = tethers(garment)
    sheet = sheet_of(
        rest,
        cloth_mesh(garment),
        pins,
        targets,
        ties.anchors,
        ties.reach(rest),
        density=garment.density,
        stiffness=garment.stiffness,
        stretch=garment.stretch,
        surplus=_SURPLUS,
        spanning=_spanning(garment),
    )
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
    return Worn(garment, garment.with_plies(state.positions))


def _spanning(garment: Garment) -> Mask:
    """Which vertices (M,) of a skirt span both legs."""
    home = base_groups()[home_seeds(garment)]
    skirt = garment.category != "upper" and garment.legs is None
    return np.asarray(skirt & (home >= Group.LEFT_LEG), bool)


def _settle(positions: Points, contacts: Contacts) -> None:
    """Out of everything: to lie outside of one thing may lead into another, so a few times."""
    contacts.seek(positions)
    for _ in range(4):
        push_out(positions, contacts.planes(positions))


def covered(figure: PosedBody, worns: Sequence[Worn]) -> Covered:
    """What is hidden under the garments, but for a rim along their hems. `worns` are in the order of `dress`."""
    skin = skin_mesh()
    chosen = np.unique(skin.triangles)
    under = np.zeros(len(figure.vertices), bool)
    normals = smooth_normals(figure.vertices, skin.triangles).astype(np.float64)
    for worn in worns:
        under[chosen] |= lies_under(figure.vertices, normals, chosen, hands()[chosen], worn)
    hidden = eroded(under, figure.vertices, skin, RIM)
    masks = [np.asarray(hidden[skin.triangles].all(1), bool)]
    for number, worn in enumerate(worns):
        masks.append(_beneath(worn, worns[number + 1 :]))
    return Covered(masks[0], tuple(masks[1:]))


def _beneath(worn: Worn, uppers: Sequence[Worn]) -> Mask:
    """Which triangles (T,) of a garment lie under others."""
    garment = worn.garment
    cloth = worn.vertices[: garment.cloth_count]
    level = _level(smooth_normals(cloth, garment.cloth_triangles).astype(np.float64))
    groups = hands()[home_seeds(garment)]
    every = np.arange(len(cloth), dtype=np.int32)
    under = np.zeros(len(cloth), bool)
    for upper in uppers:
        below = PUFFED if upper.garment.layer == Layer.OUTER else CAUGHT
        under |= lies_under(cloth, level, every, groups, upper, below)
    hidden = eroded(under, cloth, cloth_mesh(garment), OVERLAP)
    if garment.twins is not None:
        hidden = hidden[garment.twins]
    return np.asarray(hidden[garment.triangles].all(1), bool)


def _level(normals: Points) -> Points:
    """Normals (N, 3) as a level look meets them, but for laps: a flared skirt's, which look up, would meet the hem of
    a top well above what it hides."""
    level = normals * [1.0, 1.0, 0.0]
    length = np.linalg.norm(level, axis=1, keepdims=True)
    return np.where(length > _UPRIGHT, level / np.maximum(length, 1e-9), normals)


def under_cloth(surface: Surface, worns: Sequence[Worn]) -> Mask:
    """Which triangles (T,) of socks, or whatever else is on the body, are hidden under the garments."""
    connections = mesh(surface.triangles, len(surface.vertices))
    chosen = np.unique(surface.triangles).astype(np.int32)
    normals = smooth_normals(surface.vertices, surface.triangles).astype(np.float64)
    under = np.zeros(len(surface.vertices), bool)
    for worn in worns:
        under[chosen] |= lies_under(surface.vertices, normals, chosen, np.zeros_like(chosen), worn)
    hidden = eroded(under, surface.vertices, connections, OVERLAP)
    return np.asarray(hidden[surface.triangles].all(1), bool)


def worn_surface(
    worn: Worn, texture: Texture, hidden: Mask | None = None, material: Material = Material.CLOTH, person: int = 1
) -> Surface:
    """The garment as a surface to draw, without its `hidden` triangles (T,)."""
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
        normals=smooth_normals(worn.vertices, garment.triangles).astype(np.float64),
        tags=frozenset({"garment"}),
    )
