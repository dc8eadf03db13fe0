"""IUV: which point of the body lies under what is seen, through its clothes, as DensePose sees it."""

from dataclasses import dataclass
from functools import cache

import numba
import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from models.surface.parts import Part
from models.synthetic.body.basis import basis
from models.synthetic.body.charts import charts
from models.synthetic.camera import Camera
from models.synthetic.geometry import Points, Triangles
from models.synthetic.render.gbuffer import GBuffer
from models.synthetic.render.raster import rasterise
from models.synthetic.render.truth import MAIN
from models.synthetic.surface import Layer, Material, Surface, labelled

Bytes = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

# Where the skin behind cloth is further from it, along the view, than close clothes ever are, the nearest point of the
# body counts instead: behind a skirt or beside a sleeve the view meets another part than the one that is dressed.
_LOOSE = 0.025


def bare(vertices: Points, camera: Camera) -> GBuffer:
    """What `camera` would see of the body (V, 3) without clothes, hair and surroundings."""
    triangles, uv_triangles = basis().parts["body"]
    labels, layers = labelled(len(triangles), 0, Layer.SKIN)
    skin = Surface(
        name="skin",
        vertices=vertices,
        triangles=triangles,
        uv=basis().uv,
        uv_triangles=uv_triangles,
        texture=_NO_TEXTURE,
        labels=labels,
        layers=layers,
        material=Material.SKIN,
        person=MAIN,
    )
    return rasterise([skin], camera)


def iuv(picture: GBuffer, body: GBuffer) -> Bytes:
    """DensePose's part, and u and v times 255, (H, W, 3), where the main person is seen; 0 elsewhere.

    `picture` is what is seen in the pixels' centres, `body` the same view of the body alone (`bare`). Hair is head;
    where the view through the clothes misses the body or meets it far behind them, the nearest point of it counts.
    """
    main = picture.persons == MAIN
    skin = charts()
    hair = np.array([surface.material is Material.HAIR for surface in picture.surfaces], bool)
    close = main & (body.depth < picture.depth + _LOOSE)  # infinite where there is no body
    hairy = np.zeros(main.shape, bool)
    if hair.any():
        hairy = main & hair[picture.surface]
        close &= ~hairy | (skin.part[body.triangle] >= Part.RIGHT_HEAD)
    triangle = np.where(close, body.triangle, np.int32(-1))
    barycentrics = body.barycentrics.copy()
    vertices = body.soup.vertices
    for where, region in ((main & ~close & ~hairy, _everywhere()), (hairy & ~close, _head())):
        if where.any():
            points = picture.positions[where].astype(np.float64)
            _, nearest = cKDTree(vertices[region.vertices], balanced_tree=False, compact_nodes=False).query(points)
            triangle[where], barycentrics[where] = _closest(
                points, region.vertices[nearest], vertices, (region.firsts, region.fans, region.corners)
            )
    return np.asarray(_written(triangle, barycentrics, skin.part, skin.uv), np.uint8)


@numba.njit(cache=True)
def _written(triangles: Indices, barycentrics: Float, part: Bytes, uv: Float) -> Bytes:
    found = np.zeros((*triangles.shape, 3), np.uint8)
    for row in range(triangles.shape[0]):
        for column in range(triangles.shape[1]):
            triangle = triangles[row, column]
            if triangle < 0:
                continue
            second, third = barycentrics[row, column, 0], barycentrics[row, column, 1]
            first = np.float32(1) - second - third
            found[row, column, 0] = part[triangle]
            for axis in range(2):
                at = first * uv[triangle, 0, axis] + second * uv[triangle, 1, axis] + third * uv[triangle, 2, axis]
                found[row, column, 1 + axis] = np.uint8(min(max(at, np.float32(0)), np.float32(1)) * 255 + 0.5)
    return found


@dataclass(frozen=True, eq=False)
class _Region:
    """Some of the skin's triangles: their vertices, and the triangles around each vertex of the base mesh:
    `fans[firsts[v]:firsts[v + 1]]`."""

    vertices: npt.NDArray[np.int64]
    firsts: npt.NDArray[np.int64]
    fans: Indices
    corners: Triangles  # of all the skin's triangles


@cache
def _everywhere() -> _Region:
    return _region(np.arange(len(charts().part), dtype=np.int32))


@cache
def _head() -> _Region:
    return _region(np.flatnonzero(charts().part >= Part.RIGHT_HEAD).astype(np.int32))


def _region(chosen: Indices) -> _Region:
    triangles = basis().parts["body"][0]
    corners = triangles[chosen]
    order = np.argsort(corners.ravel(), kind="stable")
    counts = np.bincount(corners.ravel(), minlength=len(basis().template))
    firsts = np.concatenate([[0], np.cumsum(counts)])
    return _Region(np.unique(corners), firsts, chosen[order // 3], triangles)


_NO_TEXTURE = np.full((1, 1, 3), 255, np.uint8)


_Vector = tuple[float, float, float]


@numba.njit(cache=True)
def _closest(
    points: Points,
    start: npt.NDArray[np.int64],
    vertices: Points,
    region: tuple[npt.NDArray[np.int64], Indices, Triangles],
) -> tuple[Indices, Float]:
    """The triangle (N,) nearest to each point among those around its nearest vertex, and where in it (N, 2)."""
    firsts, fans, corners = region
    chosen, weights = np.zeros(len(points), np.int32), np.zeros((len(points), 2), np.float32)
    for index in range(len(points)):
        best = np.inf
        for place in range(firsts[start[index]], firsts[start[index] + 1]):
            triangle = fans[place]
            a, b, c = corners[triangle, 0], corners[triangle, 1], corners[triangle, 2]
            x, y, z = vertices[a, 0], vertices[a, 1], vertices[a, 2]
            s, t, distance = _in_triangle(
                (points[index, 0] - x, points[index, 1] - y, points[index, 2] - z),
                (vertices[b, 0] - x, vertices[b, 1] - y, vertices[b, 2] - z),
                (vertices[c, 0] - x, vertices[c, 1] - y, vertices[c, 2] - z),
            )
            if distance < best:
                best, chosen[index] = distance, triangle
                weights[index, 0], weights[index, 1] = s, t
    return chosen, weights


@numba.njit(cache=True)
def _in_triangle(point: _Vector, u: _Vector, v: _Vector) -> _Vector:
    """s and t of the point s u + t v (s, t >= 0, s + t <= 1) nearest to `point`, and the distance squared: the foot on
    the plane or, if that is outside, the best point of the edges."""
    uu, uv, vv, wu, wv = _dot(u, u), _dot(u, v), _dot(v, v), _dot(point, u), _dot(point, v)
    area = max(uu * vv - uv * uv, 1e-30)
    s, t = (vv * wu - uv * wv) / area, (uu * wv - uv * wu) / area
    if s >= 0 and t >= 0 and s + t <= 1:
        return s, t, _distance(point, u, v, (s, t))
    third = max(0.0, min(1.0, (wv - wu + uu - uv) / max(uu - 2 * uv + vv, 1e-30)))
    best_s, best_t, best = 0.0, 0.0, np.inf
    for s, t in (
        (max(0.0, min(1.0, wu / max(uu, 1e-30))), 0.0),
        (0.0, max(0.0, min(1.0, wv / max(vv, 1e-30)))),
        (1 - third, third),
    ):
        distance = _distance(point, u, v, (s, t))
        if distance < best:
            best_s, best_t, best = s, t, distance
    return best_s, best_t, best


@numba.njit(cache=True)
def _dot(a: _Vector, b: _Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@numba.njit(cache=True)
def _distance(point: _Vector, u: _Vector, v: _Vector, at: tuple[float, float]) -> float:
    s, t = at
    x, y = point[0] - s * u[0] - t * v[0], point[1] - s * u[1] - t * v[1]
    z = point[2] - s * u[2] - t * v[2]
    return x * x + y * y + z * z
