"""What stands in streets and parks; like furniture, on z = 0 and facing -y."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.synthetic.geometry import rotation
from models.synthetic.scene.furniture import Piece
from models.synthetic.scene.noise import noise
from models.synthetic.scene.shapes import Mesh, box, fan, joined, lathe, lattice, plate
from models.synthetic.scene.textures import things, vehicle
from models.synthetic.scene.textures.tile import Colour, finished, pick, plain, rgb
from models.synthetic.surface import Material, Surface


def tree(rng: np.random.Generator) -> Piece:
    """A trunk and a crown of boards with leaves on them."""
    trunk, crown = rng.uniform(1.8, 2.8), rng.uniform(1.3, 2.3)
    thick = rng.uniform(0.09, 0.2)
    stem = lathe(
        [(thick * 1.3, 0.0), (thick, 0.3), (thick * 0.75, trunk), (thick * 0.4, trunk + crown)], 12, (0.4, 0.6)
    )
    bark = finished(plain(pick(rng, "6b5d4d 7d7468 55483c 8f877b"), 1 + 0.16 * noise(rng, 128, 1.0, 0.2)))
    boards = []
    for _ in range(34):
        size = crown * rng.uniform(0.5, 1.1)
        centre = rng.normal(0, 1, 3) * [0.5, 0.4, 0.42] * crown + [0, 0, trunk + crown * 0.8]
        turned = rotation("y", rng.uniform(0, 360)) @ rotation("x", rng.uniform(-35, 20))
        board = plate((-size / 2, 0, -size / 2), (size, 0, 0), (0, 0, size))
        boards.append(replace(board, vertices=board.vertices @ turned.T).moved(centre, rng.uniform(-50, 50)))
    leaves = joined(boards).surface("foliage", things.leaves(rng), cut_out=True, tags=("backdrop",))
    return Piece(crown * 2, crown * 2, (stem.surface("trunk", bark), leaves))


def hedge(rng: np.random.Generator, width: float, height: float) -> Piece:
    """A clipped hedge: a leafy face with a ragged rim."""
    columns, rows = int(width / 0.35) + 1, int(height / 0.3) + 1
    s, t = np.meshgrid(np.linspace(-width / 2, width / 2, columns), np.linspace(0, height, rows))
    points = np.stack([s, rng.normal(0, 0.05, s.shape) - 0.5, t], -1)
    face = lattice(points, np.stack([s / 2.2, t / 2.2], -1))
    leafy = things.hedge(rng)
    green = things.leaves(rng, leafy.mean((0, 1)).astype(np.float32) / np.float32(230))
    boards = [
        plate((x - 0.35, -0.5 + rng.normal(0, 0.08), height - 0.35), (0.7, 0, 0), (0, 0, 0.5))
        for x in np.arange(-width / 2, width / 2, 0.22)
    ]
    rim = joined(boards).surface("foliage", green, cut_out=True, tags=("backdrop",))
    return Piece(width, 0.7, (face.surface("hedge", leafy, tags=("backdrop",)), rim))


def fence(rng: np.random.Generator, width: float) -> Piece:
    """Upright boards or pickets on two rails."""
    height, pitch = rng.uniform(1.0, 1.9), rng.uniform(0.1, 0.16)
    gap = rng.choice([0.008, 0.05])
    slats = [
        box((x, -0.02, 0.06), (x + pitch - gap, 0, height + rng.normal(0, 0.004)))
        for x in np.arange(-width / 2, width / 2, pitch)
    ]
    rails = [box((-width / 2, 0, z), (width / 2, 0.05, z + 0.08)) for z in (0.3, height - 0.3)]
    wood = things.veneer(rng) if rng.random() < 0.6 else things.painted(rng)
    upright = np.ascontiguousarray(np.rot90(wood)) if wood.shape[0] > 4 else wood
    return Piece(width, 0.1, (joined([*slats, *rails]).surface("fence", upright),))


def car(rng: np.random.Generator) -> Piece:
    """A parked car, seen from the side: enough of one behind a person and out of focus."""
    depth, inset = 1.7, 0.16
    paint = pick(rng, "2b2d30 b9bcbe d9dada 6a1f22 24405c 7d8286 3f4a3f 4b5157 8a8474")
    edge = vehicle.outline(vehicle.SHAPES[int(rng.integers(len(vehicle.SHAPES)))])
    # The cabin leans in: above the shoulder the side comes back, below it bulges a little.
    lean = inset * np.clip((edge[:, 1] - 0.9) / 0.5, 0, 1)
    rim = np.stack([edge[:, 0], -depth + lean, edge[:, 1]], 1)
    far = rim * [1, 0, 1] - [0, 0.1, 0]
    hull = lattice(np.stack([far, rim], 1), np.zeros((len(edge), 2, 2)))
    base = np.stack([edge[:, 0], np.full(len(edge), -depth), np.full(len(edge), 0.28)], 1)
    shoulder = np.stack([edge[:, 0], np.full(len(edge), -depth), np.minimum(edge[:, 1], 0.9)], 1)
    rows = np.stack([base, shoulder, rim])
    uv = rows[..., [0, 2]] / [vehicle.LENGTH, vehicle.HEIGHT] + [0.5, 0.0]
    panel = lattice(rows, uv)
    wheels = joined([_wheel(vehicle.WHEEL, x, -depth + 0.02) for x in (-vehicle.AXLE, vehicle.AXLE)])
    surfaces = (
        hull.surface("car", things.solid(paint), Material.GLOSSY),
        panel.surface("car side", vehicle.side(edge, paint), Material.GLOSSY),
        wheels.surface("tyre", things.solid(rgb("1b1b1c"))),
    )
    return Piece(vehicle.LENGTH, depth, _mirrored(surfaces) if rng.random() < 0.5 else surfaces)


def _mirrored(surfaces: tuple[Surface, ...]) -> tuple[Surface, ...]:
    """Left and right exchanged."""
    return tuple(
        replace(
            surface,
            vertices=surface.vertices * [-1, 1, 1],
            triangles=np.ascontiguousarray(surface.triangles[:, ::-1]),
            uv_triangles=np.ascontiguousarray(surface.uv_triangles[:, ::-1]),
        )
        for surface in surfaces
    )


def _upright(outline: npt.NDArray[np.float64], y: float) -> Mesh:
    """The area within an outline (K, 2) of x and z, at y, facing -y."""
    flat = fan(outline if _area(outline) > 0 else outline[::-1], 0.0)
    x, z, _ = flat.vertices.T
    return Mesh(np.stack([x, np.full(len(x), y), z], 1), flat.triangles, flat.uv)


def _area(outline: npt.NDArray[np.float64]) -> float:
    x, y = outline.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def _wheel(radius: float, x: float, y: float) -> Mesh:
    angle = np.linspace(0, 2 * np.pi, 21)[:-1]
    return _upright(np.stack([x + radius * np.cos(angle), 0.32 + radius * np.sin(angle)], 1), y)


def lamp_post(rng: np.random.Generator) -> Piece:
    """A street lamp or a traffic sign's post."""
    pole = lathe([(0.09, 0.0), (0.07, 0.4), (0.045, 0.5), (0.035, 3.8)], 12)
    surfaces: list[Surface] = [pole.surface("post", things.solid(pick(rng, "3a3f40 7d8284 2f4a3f")), Material.GLOSSY)]
    if rng.random() < 0.5:
        disc = _wheel(0.3, 0.0, -0.06).moved((0, 0, 2.0))
        ring = _wheel(0.25, 0.0, -0.065).moved((0, 0, 2.0))
        surfaces += [
            disc.surface("sign", things.solid(rgb("b3261e"))),
            ring.surface("sign", things.solid(rgb("f4f4f2"))),
        ]
    return Piece(0.4, 0.4, tuple(surfaces))


def planter(rng: np.random.Generator, colour: Colour | None = None) -> Piece:
    """A box with a bush in it."""
    width, height = rng.uniform(0.5, 1.0), rng.uniform(0.4, 0.6)
    tub = box((-width / 2, -0.5, 0), (width / 2, 0, height))
    boards = []
    for _ in range(9):
        size = width * rng.uniform(0.7, 1.1)
        board = plate((-size / 2, 0, -size / 2), (size, 0, 0), (0, 0, size))
        boards.append(board.moved((rng.normal(0, width / 6), -0.25, height + size * 0.3), rng.uniform(-60, 60)))
    cover = things.solid(pick(rng, "8d8a84 5a5b5c 6b4a32 b0623f") if colour is None else colour, 0.05, rng)
    bush = joined(boards).surface("foliage", things.leaves(rng), cut_out=True)
    return Piece(width, 0.5, (tub.surface("planter", cover), bush))
