"""Plain shapes that furniture, walls and floors are made of."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.synthetic.geometry import Points, Triangles, rotation
from models.synthetic.surface import Layer, Material, Surface, Texture, labelled

Size = tuple[float, float]
Triple = Sequence[float]

# The corners of a rectangle, row by row, and its two triangles.
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
_TWO: Triangles = np.array([[0, 1, 3], [0, 3, 2]], np.int32)


@dataclass(frozen=True, eq=False)
class Mesh:
    """Triangles (T, 3) over `vertices` (N, 3) in metres, with `uv` (N, 2) for each vertex: edges that show have two
    vertices in one place."""

    vertices: Points
    triangles: Triangles
    uv: npt.NDArray[np.float64]

    def moved(self, offset: Triple | npt.NDArray[np.float64], yaw: float = 0.0) -> "Mesh":
        """Turned about the origin's vertical by `yaw` degrees, counter-clockwise from above, then shifted."""
        turned = self.vertices @ rotation("z", yaw).T
        return replace(self, vertices=turned + np.asarray(offset, np.float64))

    def transformed(self, matrix: npt.NDArray[np.float64]) -> "Mesh":
        """Taken along by a rigid transform (4, 4)."""
        return replace(self, vertices=self.vertices @ matrix[:3, :3].T + matrix[:3, 3])

    def surface(  # noqa: PLR0913 - a surface is that much
        self,
        name: str,
        texture: Texture,
        material: Material = Material.MATTE,
        *,
        tags: Iterable[str] = (),
        cut_out: bool = False,
        normals: Points | None = None,
    ) -> Surface:
        """As something that is nobody's and has label 0."""
        labels, layers = labelled(len(self.triangles), 0, Layer.BACKDROP)
        return Surface(
            name=name,
            vertices=self.vertices,
            triangles=self.triangles,
            uv=self.uv,
            uv_triangles=self.triangles,
            texture=texture,
            labels=labels,
            layers=layers,
            material=material,
            cut_out=cut_out,
            normals=normals,
            tags=frozenset(tags),
        )


def joined(meshes: Iterable[Mesh]) -> Mesh:
    """All of them as one."""
    parts = list(meshes)
    starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
    triangles = np.concatenate([part.triangles + start for part, start in zip(parts, starts, strict=False)])
    vertices = np.concatenate([part.vertices for part in parts])
    return Mesh(vertices, triangles.astype(np.int32), np.concatenate([part.uv for part in parts]))


def lattice(points: Points, uv: npt.NDArray[np.float64]) -> Mesh:
    """The quadrilaterals between `points` (R, C, 3) with `uv` (R, C, 2), seen from the side where going along a row
    and then to the next turns counter-clockwise."""
    rows, columns = points.shape[:2]
    corner = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    return Mesh(points.reshape(-1, 3), triangles.astype(np.int32), uv.reshape(-1, 2))


def plate(corner: Triple, along: Triple, up: Triple, tile: Size | None = None, step: float = 10.0) -> Mesh:
    """A rectangle from `corner` by the edges `along` and `up`; its front is where `along` x `up` points.

    `tile` is the size in metres of one repetition of the texture (None: once over the whole), `step` how far apart its
    vertices are at most.
    """
    start, x, y = (np.asarray(value, np.float64) for value in (corner, along, up))
    lengths = math.hypot(*x), math.hypot(*y)
    columns, rows = (math.ceil(length / step) + 1 for length in lengths)
    scale = np.ones(2) if tile is None else np.array([lengths[0] / tile[0], lengths[1] / tile[1]])
    if columns == rows == 2:  # what furniture and houses are made of, by the thousand
        across = start + x
        return Mesh(np.array([start, across, start + y, across + y]), _TWO, _CORNERS * scale)
    s, t = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    points = start + s[..., None] * x + t[..., None] * y
    return lattice(points, np.stack([s, t], -1) * scale)


def box(low: Triple, high: Triple, tile: Size = (1.0, 1.0), step: float = 10.0) -> Mesh:
    """A cuboid between two corners; the texture runs upright on its sides."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    x, y, z = x1 - x0, y1 - y0, z1 - z0
    faces = [
        ((x0, y0, z0), (x, 0, 0), (0, 0, z)),
        ((x1, y0, z0), (0, y, 0), (0, 0, z)),
        ((x1, y1, z0), (-x, 0, 0), (0, 0, z)),
        ((x0, y1, z0), (0, -y, 0), (0, 0, z)),
        ((x0, y0, z1), (x, 0, 0), (0, y, 0)),
        ((x0, y1, z0), (x, 0, 0), (0, -y, 0)),
    ]
    return joined(plate(*face, tile=tile, step=step) for face in faces)


def cushion(low: Triple, high: Triple, round_by: float, tile: Size = (0.5, 0.5)) -> Mesh:
    """A cuboid with soft edges: a cushion, a mattress. A superellipsoid blown up to fill the box."""
    theta = np.linspace(-np.pi / 2, np.pi / 2, 13)
    phi = np.linspace(-np.pi, np.pi, 33)
    p, t = np.meshgrid(phi, theta)
    power = float(np.clip(round_by, 0.05, 1.0))

    def soft(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(np.sign(value) * np.abs(value) ** power, np.float64)

    unit = np.stack([soft(np.cos(t)) * soft(np.cos(p)), soft(np.cos(t)) * soft(np.sin(p)), soft(np.sin(t))], -1)
    a, b = np.asarray(low, np.float64), np.asarray(high, np.float64)
    points = (a + b) / 2 + unit * (b - a) / 2
    around = 2 * (b[0] - a[0] + b[1] - a[1])
    uv = np.stack([p / (2 * np.pi) * around / tile[0], t / np.pi * (b[2] - a[2] + b[1] - a[1]) / tile[1]], -1)
    return lattice(points, uv)


def lathe(profile: npt.NDArray[np.float64] | Sequence[Size], sides: int = 24, tile: Size = (0.5, 0.5)) -> Mesh:
    """A `profile` (K, 2) of radius and height, from below upwards, turned about the vertical."""
    outline = np.asarray(profile, np.float64)
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], -1)
    points = ring[None] * outline[:, :1, None] + outline[:, None, 1:] * np.array([0.0, 0.0, 1.0])
    length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(outline, axis=0), axis=1))]
    u = angle / (2 * np.pi) * max(1.0, round(2 * np.pi * outline[:, 0].max() / tile[0]))
    return lattice(points, np.stack(np.broadcast_arrays(u[None], length[:, None] / tile[1]), -1))


def swept(profile: npt.NDArray[np.float64], start: Triple, along: Triple, up: Triple, tile: Size = (1.0, 1.0)) -> Mesh:
    """A `profile` (K, 2) drawn from `start` along an edge: a moulding, a rail. The profile's first axis points away
    from where `up` x `along` does not: outwards, its second along `up`."""
    origin, edge, upright = (np.asarray(value, np.float64) for value in (start, along, up))
    length = float(np.linalg.norm(edge))
    out = np.cross(edge / length, upright)
    section = profile[:, :1] * out + profile[:, 1:] * upright
    points = origin + np.stack([section, section + edge], 1)
    across = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))]
    uv = np.stack(np.broadcast_arrays(np.array([0.0, length]) / tile[0], across[:, None] / tile[1]), -1)
    return lattice(points, uv)


def fan(outline: npt.NDArray[np.float64], level: float, tile: Size = (1.0, 1.0)) -> Mesh:
    """The area within a star-shaped `outline` (K, 2), counter-clockwise, at z = `level`, facing up."""
    middle = outline.mean(0)
    closed = np.concatenate([outline, outline[:1]])
    flat = np.stack([closed, np.broadcast_to(middle, closed.shape)], 0)
    points = np.concatenate([flat, np.full((*flat.shape[:2], 1), level)], -1)
    return lattice(points, flat / np.array(tile))


def prism(outline: npt.NDArray[np.float64], low: float, high: float, tile: Size = (1.0, 1.0)) -> Mesh:
    """An `outline` (K, 2), star-shaped and counter-clockwise, drawn up from z = `low` to `high`, closed."""
    closed = np.concatenate([outline, outline[:1]])
    side = np.stack([np.c_[closed, np.full(len(closed), z)] for z in (low, high)])
    length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    uv = np.stack(np.broadcast_arrays(length[None] / tile[0], np.array([[low], [high]]) / tile[1]), -1)
    floor = fan(outline, low, tile)
    turned = Mesh(floor.vertices, np.ascontiguousarray(floor.triangles[:, ::-1]), floor.uv)
    return joined([lattice(side, uv), fan(outline, high, tile), turned])


def rounded(
    width: float, height: float, radius: float, at: Size = (0.0, 0.0), steps: int = 5
) -> npt.NDArray[np.float64]:
    """The outline (K, 2) of a rectangle about `at` with round corners."""
    turn = np.linspace(0, np.pi / 2, steps)
    corners = []
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        angle = turn + quarter * np.pi / 2
        centre = np.array([at[0] + sx * (width / 2 - radius), at[1] + sy * (height / 2 - radius)])
        corners.append(centre + radius * np.stack([np.cos(angle), np.sin(angle)], 1))
    return np.concatenate(corners)
