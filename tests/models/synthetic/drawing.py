"""Simple things to draw, for the renderer's tests."""

import numpy as np
import numpy.typing as npt

from models.synthetic.geometry import Points, Triangles
from models.synthetic.surface import Layer, Surface, Texture, labelled

WHITE = np.full((1, 1, 3), 255, np.uint8)


def surface_of(  # noqa: PLR0913 - a surface is that much
    vertices: Points,
    triangles: Triangles,
    *,
    uv: npt.NDArray[np.float64] | None = None,
    texture: Texture = WHITE,
    layer: Layer = Layer.SKIN,
    person: int = 1,
    label: int = 5,
    name: str = "thing",
    cut_out: bool = False,
) -> Surface:
    """A surface with one uv at each vertex (0 where none are given)."""
    labels, layers = labelled(len(triangles), label, layer)
    return Surface(
        name=name,
        vertices=np.asarray(vertices, np.float64),
        triangles=triangles,
        uv=np.zeros((len(vertices), 2)) if uv is None else uv,
        uv_triangles=triangles,
        texture=texture,
        labels=labels,
        layers=layers,
        person=person,
        cut_out=cut_out,
    )


def wall(y: float, size: float = 1.0, *, away: bool = False, **rest: object) -> Surface:
    """A square upright at depth `y`, `size` metres a side about the origin, that looks to -y, or `away` from there. Its
    uv are 0..1 from the lower left."""
    half = size / 2
    corners = np.array([[-half, y, -half], [half, y, -half], [half, y, half], [-half, y, half]])
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    uv = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    return surface_of(corners, triangles[:, ::-1].copy() if away else triangles, uv=uv, **rest)  # type: ignore[arg-type]


def ball(centre: tuple[float, float, float], radius: float, rows: int = 16, **rest: object) -> Surface:
    """A sphere of 2 x `rows` x 2 `rows` triangles, turned outwards; u runs around it, v from the lower pole up."""
    latitude, longitude = np.meshgrid(
        np.linspace(-np.pi / 2, np.pi / 2, rows + 1), np.linspace(-np.pi, np.pi, 2 * rows + 1), indexing="ij"
    )
    flat = np.cos(latitude)
    around = np.stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)], -1).reshape(-1, 3)
    uv = np.stack([longitude / (2 * np.pi) + 0.5, latitude / np.pi + 0.5], -1).reshape(-1, 2)
    i, j = (index.ravel() for index in np.indices((rows, 2 * rows)))
    a = i * (2 * rows + 1) + j
    b, c, d = a + 1, a + 2 * rows + 1, a + 2 * rows + 2
    triangles = np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)]).astype(np.int32)
    return surface_of(np.asarray(centre) + radius * around, triangles, uv=uv, **rest)  # type: ignore[arg-type]
