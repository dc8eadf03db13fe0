"""What is seen in every pixel: a triangle, where in it, how far; and whatever follows from that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.geometry import Points, Triangles
from models.synthetic.surface import Surface

Float = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Soup:
    """All triangles of several surfaces in one list: N vertices, U texture coordinates, T triangles."""

    surfaces: tuple[Surface, ...]
    vertices: Points  # (N, 3)
    triangles: Triangles  # (T, 3)
    uv: npt.NDArray[np.float64]  # (U, 2)
    uv_triangles: Triangles  # (T, 3)
    labels: npt.NDArray[np.uint8]  # (T,)
    layers: npt.NDArray[np.uint8]  # (T,)
    persons: npt.NDArray[np.uint8]  # (T,)
    owners: npt.NDArray[np.int16]  # (T,): the surface's number
    firsts: npt.NDArray[np.int64]  # (S + 1,): each surface's first triangle

    @cached_property
    def normals(self) -> Float:
        """Unit normals (N, 3) at the vertices."""
        parts = [
            np.asarray(surface.normals, np.float32)
            if surface.normals is not None
            else smooth_normals(surface.vertices, surface.triangles)
            for surface in self.surfaces
        ]
        return np.concatenate(parts) if parts else np.zeros((0, 3), np.float32)


def soup(surfaces: Sequence[Surface]) -> Soup:
    """The surfaces' triangles in one list, in order."""
    counts = [len(surface.triangles) for surface in surfaces]
    vertices = np.cumsum([0, *(len(surface.vertices) for surface in surfaces)])
    texels = np.cumsum([0, *(len(surface.uv) for surface in surfaces)])
    corners = [surface.triangles + np.int32(first) for surface, first in zip(surfaces, vertices, strict=False)]
    uv_corners = [surface.uv_triangles + np.int32(first) for surface, first in zip(surfaces, texels, strict=False)]
    none = np.zeros((0, 3), np.int32)
    return Soup(
        surfaces=tuple(surfaces),
        vertices=np.concatenate([np.zeros((0, 3)), *(surface.vertices for surface in surfaces)]),
        triangles=np.concatenate([none, *corners]),
        uv=np.concatenate([np.zeros((0, 2)), *(surface.uv for surface in surfaces)]),
        uv_triangles=np.concatenate([none, *uv_corners]),
        labels=np.concatenate([np.zeros(0, np.uint8), *(surface.labels for surface in surfaces)]),
        layers=np.concatenate([np.zeros(0, np.uint8), *(surface.layers for surface in surfaces)]),
        persons=np.repeat(np.array([surface.person for surface in surfaces], np.uint8), counts),
        owners=np.repeat(np.arange(len(surfaces), dtype=np.int16), counts),
        firsts=np.cumsum([0, *counts]).astype(np.int64),
    )


@dataclass(frozen=True, eq=False)
class GBuffer:
    """What is seen in each of H x W samples. Of a point in a triangle, `barycentrics` (H, W, 2) are the weights of its
    second and third corner; the first has the rest. They are perspective correct: points of the surface in space."""

    camera: Camera
    soup: Soup
    surface: npt.NDArray[np.int16]  # (H, W): the surface's number, -1 none
    triangle: Indices  # (H, W): its triangle's number, -1 none
    barycentrics: Float
    depth: Float  # (H, W): metres along the view, infinite where nothing is

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """What was drawn."""
        return self.soup.surfaces

    @cached_property
    def seen(self) -> Indices:
        """The triangle's number in the soup (H, W), -1 none."""
        return np.asarray(_numbers(self.surface, self.triangle, self.soup.firsts), np.int32)

    def of_triangles(self, values: npt.NDArray[np.generic], nothing: int = 0) -> npt.NDArray[np.generic]:
        """`values` (T, ...) of the soup's triangles in each sample; `nothing` where no triangle is."""
        if values.ndim == 1 and len(values):
            return np.asarray(_gather(self.seen, values, values.dtype.type(nothing)))
        found = np.full((*self.seen.shape, *values.shape[1:]), nothing, values.dtype)
        drawn = self.seen >= 0
        found[drawn] = values[self.seen[drawn]]
        return found

    def centres(self) -> "GBuffer":
        """Of a buffer drawn with `fine(camera)`: what `camera` sees in its pixels' centres. Made once."""
        return self._centres

    @cached_property
    def _centres(self) -> "GBuffer":
        camera = replace(self.camera, width=self.camera.width // 2, height=self.camera.height // 2)
        pick = slice(1, None, 2), slice(1, None, 2)
        return GBuffer(
            camera=_with_focal(camera, self.camera.focal / 2),
            soup=self.soup,
            surface=np.ascontiguousarray(self.surface[pick]),
            triangle=np.ascontiguousarray(self.triangle[pick]),
            barycentrics=np.ascontiguousarray(self.barycentrics[pick]),
            depth=np.ascontiguousarray(self.depth[pick]),
        )

    @cached_property
    def persons(self) -> npt.NDArray[np.uint8]:
        """Whose surface is seen (H, W): `Surface.person`; 0 also where nothing is."""
        return np.asarray(self.of_triangles(self.soup.persons), np.uint8)

    @cached_property
    def outside(self) -> npt.NDArray[np.bool_]:
        """Where a triangle is seen from the side from which its corners turn counter-clockwise (H, W)."""
        eye = np.asarray(self.camera.eye, np.float64)
        return np.asarray(_outside(self.seen, self.soup.vertices, self.soup.triangles, eye), bool)

    @cached_property
    def positions(self) -> Float:
        """Points in space (H, W, 3), metres; 0 where nothing is."""
        return interpolated(self, self.soup.vertices.astype(np.float32), self.soup.triangles)

    @cached_property
    def normals(self) -> Float:
        """Unit normals (H, W, 3) in the world's axes, on the side that is seen; 0 where nothing is."""
        return np.asarray(
            _facing(interpolated(self, self.soup.normals, self.soup.triangles), self.seen, self.outside), np.float32
        )

    @cached_property
    def uv(self) -> Float:
        """Texture coordinates (H, W, 2); 0 where nothing is."""
        return interpolated(self, self.soup.uv.astype(np.float32), self.soup.uv_triangles)


def fine(camera: Camera) -> Camera:
    """A camera with (2 width + 1) x (2 height + 1) samples: the corners, edges and centres of `camera`'s pixels. So one
    drawing holds the exact truth in the pixels' centres and smooth borders: see `GBuffer.centres` and `smooth`."""
    return _with_focal(replace(camera, width=2 * camera.width + 1, height=2 * camera.height + 1), 2 * camera.focal)


def _with_focal(camera: Camera, focal: float) -> Camera:
    return replace(camera, fov=2 * float(np.degrees(np.arctan(0.5 * camera.height / focal))))


def smooth(samples: Float) -> Float:
    """Means (H, W) of the samples (2 H + 1, 2 W + 1) of a fine buffer around each pixel's centre, by a tent as wide as
    two pixels."""
    rows = samples[:-2:2] + 2 * samples[1::2] + samples[2::2]
    return np.asarray((rows[:, :-2:2] + 2 * rows[:, 1::2] + rows[:, 2::2]) / 16, np.float32)


def interpolated(buffer: GBuffer, values: Float, corners: Triangles) -> Float:
    """`values` (N, C) of vertices in each sample (H, W, C), where the triangles of the buffer's soup have `corners`
    (T, 3); 0 where nothing is."""
    return np.asarray(_interpolate(buffer.seen, buffer.barycentrics, np.ascontiguousarray(values), corners), np.float32)


def in_view(vertices: Points, camera: Camera, focal: float = 1.0) -> Points:
    """Points (N, 3) in the camera's axes: right, down, away; the first two times `focal`.

    A product of matrices would start BLAS' threads, which take more time than the work does.
    """
    axes = camera.axes * np.array([[focal], [focal], [1.0]])
    origin = np.asarray(camera.eye, np.float64)
    return np.asarray(_turned(np.ascontiguousarray(vertices, np.float64), origin, axes), np.float64)


def directions_in_view(directions: Float, camera: Camera) -> Float:
    """Directions (H, W, 3) in the camera's axes."""
    flat = _turned(np.ascontiguousarray(directions).reshape(-1, 3), np.zeros(3), camera.axes)
    return np.asarray(flat.reshape(directions.shape), np.float32)


def smooth_normals(vertices: Points, triangles: Triangles) -> Float:
    """Unit normals (N, 3) weighted by area, as `geometry.vertex_normals`, many times as fast."""
    return np.asarray(_smooth_normals(np.ascontiguousarray(vertices, np.float64), triangles), np.float32)


@numba.njit(cache=True)
def _numbers(surface: npt.NDArray[np.int16], triangle: Indices, firsts: npt.NDArray[np.int64]) -> Indices:
    found = np.full(surface.shape, -1, np.int32)
    for row in range(surface.shape[0]):
        for column in range(surface.shape[1]):
            number = surface[row, column]
            if number >= 0:
                found[row, column] = triangle[row, column] + firsts[number]
    return found


@numba.njit(cache=True)
def _gather(seen: Indices, values: npt.NDArray[np.generic], nothing: np.generic) -> npt.NDArray[np.generic]:
    found = np.full(seen.shape, nothing, values.dtype)
    for row in range(seen.shape[0]):
        for column in range(seen.shape[1]):
            if seen[row, column] >= 0:
                found[row, column] = values[seen[row, column]]
    return found


@numba.njit(cache=True)
def _turned(
    points: npt.NDArray[np.floating], origin: npt.NDArray[np.float64], axes: npt.NDArray[np.float64]
) -> npt.NDArray[np.floating]:
    found = np.empty_like(points)
    for index in range(len(points)):
        x, y, z = points[index, 0] - origin[0], points[index, 1] - origin[1], points[index, 2] - origin[2]
        for axis in range(3):
            found[index, axis] = axes[axis, 0] * x + axes[axis, 1] * y + axes[axis, 2] * z
    return found


@numba.njit(cache=True)
def _interpolate(seen: Indices, barycentrics: Float, values: Float, corners: Triangles) -> Float:
    height, width = seen.shape
    channels = values.shape[1]
    found = np.zeros((height, width, channels), np.float32)
    for row in range(height):
        for column in range(width):
            triangle = seen[row, column]
            if triangle < 0:
                continue
            second, third = barycentrics[row, column, 0], barycentrics[row, column, 1]
            first = np.float32(1) - second - third
            i, j, k = corners[triangle, 0], corners[triangle, 1], corners[triangle, 2]
            for channel in range(channels):
                found[row, column, channel] = (
                    first * values[i, channel] + second * values[j, channel] + third * values[k, channel]
                )
    return found


@numba.njit(cache=True)
def _smooth_normals(vertices: Points, triangles: Triangles) -> Float:
    total = np.zeros(vertices.shape, np.float64)
    for triangle in range(len(triangles)):
        i, j, k = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
        ax, ay, az = vertices[j, 0] - vertices[i, 0], vertices[j, 1] - vertices[i, 1], vertices[j, 2] - vertices[i, 2]
        bx, by, bz = vertices[k, 0] - vertices[i, 0], vertices[k, 1] - vertices[i, 1], vertices[k, 2] - vertices[i, 2]
        x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        for corner in (i, j, k):
            total[corner, 0] += x
            total[corner, 1] += y
            total[corner, 2] += z
    found = np.zeros(vertices.shape, np.float32)
    for vertex in range(len(vertices)):
        x, y, z = total[vertex, 0], total[vertex, 1], total[vertex, 2]
        length = max(np.sqrt(x * x + y * y + z * z), 1e-30)
        found[vertex, 0], found[vertex, 1], found[vertex, 2] = x / length, y / length, z / length
    return found


@numba.njit(cache=True)
def _outside(
    seen: Indices, vertices: Points, triangles: Triangles, eye: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    found = np.zeros(seen.shape, np.bool_)
    last, front = -1, False
    for row in range(seen.shape[0]):
        for column in range(seen.shape[1]):
            triangle = seen[row, column]
            if triangle < 0:
                continue
            if triangle != last:
                a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
                x, y, z = vertices[a, 0], vertices[a, 1], vertices[a, 2]
                ux, uy, uz = vertices[b, 0] - x, vertices[b, 1] - y, vertices[b, 2] - z
                vx, vy, vz = vertices[c, 0] - x, vertices[c, 1] - y, vertices[c, 2] - z
                nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
                front = nx * (eye[0] - x) + ny * (eye[1] - y) + nz * (eye[2] - z) > 0
                last = triangle
            found[row, column] = front
    return found


@numba.njit(cache=True)
def _facing(normals: Float, seen: Indices, outside: npt.NDArray[np.bool_]) -> Float:
    """Made unit, and turned over where the triangle's back is seen (not where the smooth normal itself looks away: at a
    silhouette it may)."""
    for row in range(seen.shape[0]):
        for column in range(seen.shape[1]):
            if seen[row, column] < 0:
                continue
            x, y, z = normals[row, column, 0], normals[row, column, 1], normals[row, column, 2]
            length = max(np.sqrt(x * x + y * y + z * z), np.float32(1e-12))
            scale = (np.float32(1) if outside[row, column] else np.float32(-1)) / length
            normals[row, column, 0], normals[row, column, 1], normals[row, column, 2] = x * scale, y * scale, z * scale
    return normals
