"""Furniture, simple but of true proportions. Each piece stands on z = 0 with its back at y = 0, its front towards -y,
its middle at x = 0; it answers how wide it is and of what it consists."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from models.synthetic.geometry import rotation
from models.synthetic.scene.shapes import Mesh, box, cushion, joined, lathe, lattice, plate
from models.synthetic.scene.textures import things
from models.synthetic.scene.textures.tile import pick
from models.synthetic.surface import Material, Surface


@dataclass(frozen=True, eq=False)
class Piece:
    """Something to put into a room: `width` metres along x, `depth` along y."""

    width: float
    depth: float
    surfaces: tuple[Surface, ...]

    def at(self, x: float, y: float, yaw: float = 0.0, z: float = 0.0) -> tuple[Surface, ...]:
        """Turned by `yaw` degrees about its own vertical and put there."""
        return placed(self.surfaces, (x, y, z), yaw)


def placed(surfaces: tuple[Surface, ...], offset: tuple[float, float, float], yaw: float = 0.0) -> tuple[Surface, ...]:
    """Surfaces turned about the vertical through the origin by `yaw` degrees, then shifted."""
    turn = rotation("z", yaw).T
    return tuple(
        replace(
            surface,
            vertices=surface.vertices @ turn + np.asarray(offset),
            normals=None if surface.normals is None else surface.normals @ turn,
        )
        for surface in surfaces
    )


def _legs(width: float, depth: float, height: float, thick: float = 0.04) -> list[Mesh]:
    x, y = width / 2 - thick - 0.03, depth / 2 - thick - 0.03
    return [
        box(
            (sx * x - thick / 2, -depth / 2 + sy * y - thick / 2, 0),
            (sx * x + thick / 2, -depth / 2 + sy * y + thick / 2, height),
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]


def wardrobe(rng: np.random.Generator) -> Piece:
    """Two to four doors with handles."""
    doors, height, depth = int(rng.integers(2, 5)), rng.uniform(1.9, 2.25), 0.58
    width = doors * rng.uniform(0.42, 0.5)
    body = [
        box((-width / 2, -depth, 0.06), (width / 2, 0, height)),
        box((-width / 2 + 0.02, -depth + 0.04, 0), (width / 2 - 0.02, 0, 0.06)),
    ]
    handles = []
    for door in range(doors):
        left = -width / 2 + door * width / doors
        body.append(box((left + 0.003, -depth - 0.02, 0.08), (left + width / doors - 0.003, -depth, height - 0.02)))
        side = left + (width / doors - 0.05 if door % 2 == 0 else 0.05)
        handles.append(box((side - 0.006, -depth - 0.05, 0.95), (side + 0.006, -depth - 0.02, 1.15)))
    metal = things.solid(pick(rng, "b9b9b7 3a3a3a c9a860"))
    return Piece(
        width,
        depth + 0.05,
        (
            joined(body).surface("wardrobe", things.furniture(rng)),
            joined(handles).surface("handles", metal, Material.GLOSSY),
        ),
    )


def sideboard(rng: np.random.Generator) -> Piece:
    """A low cupboard with a vase on it."""
    width, height, depth, leg = rng.uniform(1.0, 1.7), rng.uniform(0.68, 0.9), 0.42, rng.uniform(0.08, 0.2)
    count = int(rng.integers(2, 4))
    body = [box((-width / 2, -depth, leg), (width / 2, 0, height)), *_legs(width, depth, leg)]
    for number in range(count):
        left = -width / 2 + 0.02 + number * (width - 0.04) / count
        body.append(
            box(
                (left + 0.004, -depth - 0.018, leg + 0.02),
                (left + (width - 0.04) / count - 0.004, -depth, height - 0.03),
            )
        )
    surfaces = [joined(body).surface("sideboard", things.furniture(rng))]
    for x in rng.uniform(-0.4, 0.4, int(rng.integers(1, 3))) * width:
        tall, wide = rng.uniform(0.14, 0.34), rng.uniform(0.04, 0.09)
        outline = [(0.0, 0.0), (wide * 0.7, 0.0), (wide, tall * 0.4), (wide * 0.45, tall * 0.8), (wide * 0.55, tall)]
        vase = lathe(outline, 16).moved((float(x), -depth / 2, height))
        surfaces.append(vase.surface("vase", things.painted(rng), Material.GLOSSY))
    return Piece(width, depth + 0.02, tuple(surfaces))


def bookshelf(rng: np.random.Generator) -> Piece:
    """Boards and books."""
    width, height, depth = rng.uniform(0.7, 1.3), rng.uniform(1.5, 2.2), 0.3
    levels = round(height / 0.36)
    heights = np.linspace(0.05, height - 0.02, levels + 1)
    frame = [
        box((-width / 2, -depth, 0), (-width / 2 + 0.022, 0, height)),
        box((width / 2 - 0.022, -depth, 0), (width / 2, 0, height)),
        box((-width / 2, -0.012, 0), (width / 2, 0, height)),
        *(box((-width / 2, -depth, z - 0.01), (width / 2, 0, z + 0.012)) for z in heights),
    ]
    volumes = []
    for z, above in pairwise(heights):
        x = -width / 2 + 0.03
        while x < width / 2 - 0.06 and rng.random() < 0.975:
            thick, tall = rng.uniform(0.014, 0.045), (above - z) * rng.uniform(0.55, 0.9)
            book = box((x, -depth + rng.uniform(0.02, 0.06), z + 0.012), (x + thick, -0.03, z + 0.012 + tall))
            cell = int(rng.integers(16))
            uv = np.stack([(cell + np.tile([0.15, 0.85, 0.15, 0.85], 6)) / 16, np.tile([0.05, 0.05, 0.95, 0.95], 6)], 1)
            volumes.append(replace(book, uv=uv))
            x += thick + (rng.uniform(0.04, 0.2) if rng.random() < 0.08 else 0.001)
    surfaces = [joined(frame).surface("shelf", things.furniture(rng))]
    if volumes:
        surfaces.append(joined(volumes).surface("books", things.books(rng)))
    return Piece(width, depth, tuple(surfaces))


def sofa(rng: np.random.Generator, seats: int | None = None) -> Piece:
    """Cushions on a frame. Its seat is 0.44 m high and 0.55 m deep."""
    count = int(rng.integers(2, 4)) if seats is None else seats
    inner, arm, depth = count * rng.uniform(0.58, 0.68), rng.uniform(0.12, 0.2), 0.9
    width = inner + 2 * arm
    soft: list[Mesh] = [
        cushion((-width / 2 + arm / 2, -depth, 0.1), (width / 2 - arm / 2, 0, 0.32), 0.15),
        cushion((-width / 2, -depth, 0.08), (-width / 2 + arm, 0, 0.62), 0.3),
        cushion((width / 2 - arm, -depth, 0.08), (width / 2, 0, 0.62), 0.3),
    ]
    for number in range(count):
        left = -inner / 2 + number * inner / count
        right = left + inner / count
        soft.append(cushion((left, -depth - 0.02, 0.27), (right, -0.22, 0.45), 0.2))
        soft.append(cushion((left, -0.34, 0.4), (right, -0.02, 0.86), 0.35))
    cover = things.fabric(rng)
    surfaces = [joined(soft).surface("sofa", cover, Material.CLOTH)]
    surfaces.append(joined(_legs(width, depth, 0.1, 0.05)).surface("legs", things.veneer(rng)))
    if rng.random() < 0.6:
        at = float(rng.choice([-1, 1])) * (inner / 2 - 0.22)
        pillow = cushion((at - 0.22, -0.5, 0.42), (at + 0.22, -0.34, 0.82), 0.6)
        surfaces.append(pillow.surface("pillow", things.fabric(rng), Material.CLOTH))
    return Piece(width, depth + 0.02, tuple(surfaces))


def floor_lamp(rng: np.random.Generator) -> Piece:
    """A pole with a lit shade."""
    height, wide = rng.uniform(1.4, 1.7), rng.uniform(0.16, 0.24)
    stand = lathe([(0.0, 0.0), (0.14, 0.0), (0.14, 0.02), (0.012, 0.03), (0.012, height)], 16)
    shade = lathe([(wide, height - 0.05), (wide * rng.uniform(0.6, 1.0), height + 0.27)], 24, (9.0, 0.33))
    metal = things.solid(pick(rng, "2a2a2a b9b9b7 c9a860"))
    surfaces = (
        stand.moved((0, -0.3, 0)).surface("stand", metal, Material.GLOSSY),
        shade.moved((0, -0.3, 0)).surface("shade", things.glow(rng), tags=("emitter",)),
    )
    return Piece(0.5, 0.55, surfaces)


def plant(rng: np.random.Generator) -> Piece:
    """A pot with arching leaves."""
    tall, pot_height = rng.uniform(0.7, 1.6), rng.uniform(0.25, 0.45)
    pot = lathe(
        [
            (0.0, 0.0),
            (0.12, 0.0),
            (0.17, pot_height),
            (0.15, pot_height),
            (0.15, pot_height - 0.04),
            (0.0, pot_height - 0.04),
        ],
        20,
    )
    blades = [_leaf(rng, tall - pot_height) for _ in range(int(rng.integers(18, 34)))]
    green = things.solid(pick(rng, "3f6b35 4f7a3f 2f5a3a 6b8a4a"), 0.12, rng)
    surfaces = (
        pot.moved((0, -0.3, 0)).surface("pot", things.painted(rng)),
        joined(blades).moved((0, -0.3, pot_height - 0.04)).surface("leaves", green, Material.GLOSSY),
    )
    return Piece(0.6, 0.6, surfaces)


def _leaf(rng: np.random.Generator, tall: float) -> Mesh:
    """A stalk that ends in a blade bent by its weight."""
    length, lean = tall * rng.uniform(0.5, 1.1), rng.uniform(0.15, 0.9)
    wide, t = rng.uniform(0.03, 0.07), np.linspace(0, 1, 9)
    out, up = lean * length * t**1.6 * 0.7, length * (t - 0.35 * lean * t**3)
    half = wide * np.clip(np.sin(np.pi * np.clip((t - 0.35) / 0.65, 0.02, 1) ** 0.8), 0.06, 1)
    middle = np.stack([out, np.zeros(9), up], 1)
    side = np.stack([np.zeros(9), half, half * 0.25], 1)
    points = np.stack([middle - side, middle, middle + side * [1, 1, 1]], 1)
    points[:, 1, 2] -= half * 0.3
    uv = np.stack(np.meshgrid(np.linspace(0, 1, 3), t), -1) * 0.5 + rng.random(2)
    return lattice(points @ rotation("z", rng.uniform(0, 360)).T, uv)


def radiator(rng: np.random.Generator) -> Piece:
    """Ribs of a panel radiator."""
    width, height = rng.uniform(0.7, 1.3), 0.55
    ribs = np.arange(-width / 2, width / 2 - 0.02, 0.045)
    body = [box((-width / 2, -0.07, 0.12), (width / 2, -0.03, 0.12 + height))]
    body += [box((x, -0.085, 0.14), (x + 0.028, -0.07, 0.1 + height)) for x in ribs]
    return Piece(width, 0.1, (joined(body).surface("radiator", things.solid(pick(rng, "f4f3ef eceae4"))),))


def picture(rng: np.random.Generator) -> Piece:
    """A framed picture, its middle at z = 0."""
    width, height = rng.uniform(0.3, 0.9), rng.uniform(0.35, 0.8)
    edge = rng.uniform(0.012, 0.04)
    x, z = width / 2, height / 2
    frame = joined(
        [
            box((-x, -0.03, -z), (x, 0, -z + edge)),
            box((-x, -0.03, z - edge), (x, 0, z)),
            box((-x, -0.03, -z), (-x + edge, 0, z)),
            box((x - edge, -0.03, -z), (x, 0, z)),
        ]
    )
    sheet = plate((-x, -0.012, -z), (width, 0, 0), (0, 0, height))
    colour = things.solid(pick(rng, "1f1f1f f2f0ea 8a6642 c9a860 c9a57a"))
    return Piece(width, 0.03, (frame.surface("frame", colour), sheet.surface("picture", things.art(rng))))
