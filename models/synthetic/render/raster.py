"""A z-buffer on the CPU: which triangle is seen in every pixel.

Triangles are drawn from homogeneous edge functions (M. Olano and T. Greer, "Triangle scan conversion using 2D
homogeneous coordinates", Graphics Hardware 1997), so none has to be cut at the camera's plane. With corners P0, P1, P2
in the camera's axes and a pixel's ray d, e_i = d . (P_j x P_k) has the sign of det = P0 . (P1 x P2) for all i where the
ray meets the triangle; there its depth is det / sum(e) and its barycentrics are e_i / sum(e), perspective correct. Two
triangles at a common edge compute the same products with the opposite sign, exactly: no pixel between them is empty.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.geometry import Points, Triangles
from models.synthetic.render.gbuffer import GBuffer, Soup, soup
from models.synthetic.render.mipmap import pyramid
from models.synthetic.surface import Surface

Bytes = npt.NDArray[np.uint8]
Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int16]
Integers = npt.NDArray[np.int64]

NEAR = 0.05  # metres; nothing closer to the camera is seen
# On one person, what is worn over something is seen even where it lies up to so many metres behind it. Between two
# vertices of cloth, e apart, over a limb of radius r the cloth's chord dips e^2 / 8r: 2.5 mm at 2 cm and 2 cm (a
# wrist); skinning moves skin and cloth apart by up to 1.5 mm more. Even a finger is three times as thick, so that
# nothing is seen through a hand that hangs before cloth.
OVER = 0.004
# That gap is measured across the cloth. Along the view it is longer, at most so many times: beyond, the cloth is seen
# edge-on, and what is behind it may be another part.
_STEEPEST = 4.0


class _Scene(NamedTuple):
    """What is drawn: the arrays of a `Soup`. `points` are in the camera's axes, x and y times the focal length."""

    points: Points
    triangles: Triangles
    order: Integers
    layers: Bytes
    persons: Bytes
    owners: Numbers
    uv: Doubles
    uv_triangles: Triangles
    focal: float


class _Cuts(NamedTuple):
    """Opacities of the cut-out surfaces. `numbers` (S,) is each surface's number among them, -1 for those that cover
    wholly; the levels (first texel, width, height) of number k are `levels[starts[k]:starts[k + 1]]`."""

    numbers: Indices
    opacity: Bytes
    starts: Integers
    levels: Integers
    hashed: bool


def rasterise(surfaces: Sequence[Surface], camera: Camera, *, hashed: bool = False) -> GBuffer:
    """What `camera` sees in the centre of each of its pixels.

    Both sides of a triangle are drawn. Cut-out surfaces cover where their texture's opacity is over 0.5 or, if
    `hashed`, over a threshold that differs from sample to sample: samples on a finer grid average to the opacity.
    """
    return rasterised(soup(surfaces), camera, hashed=hashed)


def rasterised(everything: Soup, camera: Camera, *, hashed: bool = False) -> GBuffer:
    """As `rasterise`, for surfaces that were put together before."""
    scaled = camera.axes * [[camera.focal], [camera.focal], [1.0]]
    scene = _Scene(
        points=np.ascontiguousarray((everything.vertices - np.asarray(camera.eye)) @ scaled.T),
        triangles=everything.triangles,
        # What is worn over something is drawn after it.
        order=np.argsort(everything.layers, kind="stable"),
        layers=everything.layers,
        persons=everything.persons,
        owners=everything.owners,
        uv=everything.uv,
        uv_triangles=everything.uv_triangles,
        focal=camera.focal,
    )
    seen = np.full((camera.height, camera.width), -1, np.int32)
    _draw(scene, _cut_outs(everything.surfaces, hashed), seen, np.zeros(seen.shape, np.float32))
    return GBuffer(camera, everything, *_resolve(scene, everything.firsts, seen))


def _cut_outs(surfaces: Sequence[Surface], hashed: bool) -> _Cuts:
    numbers = np.full(len(surfaces), -1, np.int32)
    texels, levels, starts, first = [np.zeros(0, np.uint8)], [np.zeros((0, 3), np.int64)], [0], 0
    for index, surface in enumerate(surfaces):
        if surface.cut_out:
            found = pyramid(surface.texture, "opacity")
            numbers[index] = len(starts) - 1
            levels.append(found.levels + np.array([first, 0, 0]))
            texels.append(found.texels[:, 0])
            starts.append(starts[-1] + len(found.levels))
            first += len(found.texels)
    return _Cuts(numbers, np.concatenate(texels), np.array(starts, np.int64), np.concatenate(levels), hashed)


@numba.njit(cache=True)
def _draw(scene: _Scene, cuts: _Cuts, seen: Indices, inverse: Floats) -> None:
    """Fills `seen` with the triangle that is seen, and `inverse` with 1 / depth."""
    height, width = seen.shape
    corners, edges, texels = np.empty((3, 3)), np.empty((3, 3)), np.empty((3, 2))
    for triangle in scene.order:
        for corner in range(3):
            for axis in range(3):
                corners[corner, axis] = scene.points[scene.triangles[triangle, corner], axis]
        box = _bounds(corners, width, height)
        in_view = box[0] <= box[1] and box[2] <= box[3]
        determinant = _edge_functions(corners, width, height, edges) if in_view else 0.0
        if determinant == 0:
            continue
        scale = 1 / abs(determinant)
        # Corners turn counter-clockwise seen from outside; y points down here.
        layered = determinant < 0 and scene.persons[triangle] > 0
        tolerance = _tolerance(corners, scene.focal) if layered else 0.0
        cut, level = cuts.numbers[scene.owners[triangle]], 0
        if cut >= 0:
            for corner in range(3):
                texels[corner] = scene.uv[scene.uv_triangles[triangle, corner]]
            level = cuts.starts[cut] + _level(texels, corners[0, 2] ** 3 * scale, cuts.levels[cuts.starts[cut] :])
        total_x = edges[0, 0] + edges[1, 0] + edges[2, 0]
        for row in range(box[2], box[3] + 1):
            y = row + 0.5
            first, last = _span(edges, y, box[0], box[1])
            c0 = edges[0, 1] * y + edges[0, 2]
            c1 = edges[1, 1] * y + edges[1, 2]
            c2 = edges[2, 1] * y + edges[2, 2]
            total_y = c0 + c1 + c2
            for column in range(first, last + 1):
                x = column + 0.5
                e0, e1, e2 = edges[0, 0] * x + c0, edges[1, 0] * x + c1, edges[2, 0] * x + c2
                if e0 < 0 or e1 < 0 or e2 < 0:
                    continue
                nearness = np.float32((total_x * x + total_y) * scale)
                before, farthest = seen[row, column], inverse[row, column]
                if nearness > 1 / NEAR or not (
                    nearness > farthest
                    # 1 / nearness < 1 / farthest + tolerance: worn over what is there, and not far behind it.
                    or (
                        tolerance > 0
                        and nearness * (1 + tolerance * farthest) > farthest
                        and scene.layers[before] < scene.layers[triangle]
                        and scene.persons[before] == scene.persons[triangle]
                    )
                ):
                    continue
                if cut >= 0:
                    total = e0 + e1 + e2
                    u = (e0 * texels[0, 0] + e1 * texels[1, 0] + e2 * texels[2, 0]) / total
                    v = (e0 * texels[0, 1] + e1 * texels[1, 1] + e2 * texels[2, 1]) / total
                    threshold = _threshold(row, column, cut) if cuts.hashed else 127.5
                    if _texel(cuts.opacity, cuts.levels[level], u, v) <= threshold:
                        continue
                seen[row, column] = triangle
                inverse[row, column] = nearness


@numba.njit(cache=True)
def _edge_functions(corners: Doubles, width: int, height: int, edges: Doubles) -> float:
    """Fills `edges` (3, 3) so that e_i = edges[i] . (x, y, 1) in pixels is positive inside; returns the determinant."""
    _cross(corners[1], corners[2], edges[0])
    _cross(corners[2], corners[0], edges[1])
    _cross(corners[0], corners[1], edges[2])
    determinant = corners[0, 0] * edges[0, 0] + corners[0, 1] * edges[0, 1] + corners[0, 2] * edges[0, 2]
    for edge in range(3):
        edges[edge, 2] -= edges[edge, 0] * (0.5 * width) + edges[edge, 1] * (0.5 * height)
        if determinant < 0:
            for k in range(3):
                edges[edge, k] = -edges[edge, k]
    return float(determinant)


@numba.njit(cache=True)
def _cross(a: Doubles, b: Doubles, found: Doubles) -> None:
    found[0] = a[1] * b[2] - a[2] * b[1]
    found[1] = a[2] * b[0] - a[0] * b[2]
    found[2] = a[0] * b[1] - a[1] * b[0]


@numba.njit(cache=True)
def _bounds(corners: Doubles, width: int, height: int) -> tuple[int, int, int, int]:
    """The first and last column and row whose pixel centres may lie in the triangle's part beyond `NEAR`."""
    low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
    for corner in range(3):
        p, q = corners[corner], corners[(corner + 1) % 3]
        if p[2] >= NEAR:
            x, y = p[0] / p[2], p[1] / p[2]
            low_x, high_x, low_y, high_y = min(low_x, x), max(high_x, x), min(low_y, y), max(high_y, y)
        if (p[2] >= NEAR) != (q[2] >= NEAR):
            share = (NEAR - p[2]) / (q[2] - p[2])
            x, y = (p[0] + share * (q[0] - p[0])) / NEAR, (p[1] + share * (q[1] - p[1])) / NEAR
            low_x, high_x, low_y, high_y = min(low_x, x), max(high_x, x), min(low_y, y), max(high_y, y)
    if not low_x <= high_x:
        return 1, 0, 1, 0
    # The slack is far over what rounding does to a projected corner; a centre that lies on an edge must not be missed.
    dx, dy, slack = 0.5 * width - 0.5, 0.5 * height - 0.5, 1e-3
    left, right = max(low_x + dx - slack, 0.0), min(high_x + dx + slack, width - 1.0)
    top, bottom = max(low_y + dy - slack, 0.0), min(high_y + dy + slack, height - 1.0)
    if left > right or top > bottom:
        return 1, 0, 1, 0
    return int(np.ceil(left)), int(np.floor(right)), int(np.ceil(top)), int(np.floor(bottom))


@numba.njit(cache=True)
def _span(edges: Doubles, y: float, first: int, last: int) -> tuple[int, int]:
    """The columns of a row that may lie inside; one more on each side than the edges say, against rounding."""
    if last - first < 16:
        return first, last
    for edge in range(3):
        slope, rest = edges[edge, 0], edges[edge, 1] * y + edges[edge, 2]
        if slope > 0:
            first = max(first, int(np.floor(min(max(-rest / slope - 1.5, first), last + 1.0))))
        elif slope < 0:
            last = min(last, int(np.ceil(max(min(-rest / slope + 0.5, last), first - 1.0))))
    return first, last


@numba.njit(cache=True)
def _tolerance(corners: Doubles, focal: float) -> float:
    """How far along the view the triangle may lie behind what it is worn over."""
    a, b, c = corners[0], corners[1], corners[2]
    ux, uy, uz = (b[0] - a[0]) / focal, (b[1] - a[1]) / focal, b[2] - a[2]
    vx, vy, vz = (c[0] - a[0]) / focal, (c[1] - a[1]) / focal, c[2] - a[2]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    px, py, pz = a[0] / focal, a[1] / focal, a[2]
    facing = abs(nx * px + ny * py + nz * pz)
    length = np.sqrt((nx * nx + ny * ny + nz * nz) * (px * px + py * py + pz * pz))
    return float(OVER * _STEEPEST) if length >= _STEEPEST * facing else float(OVER * length / facing)


@numba.njit(cache=True)
def _level(texels: Doubles, cube: float, levels: Integers) -> int:
    """The level whose texels are about as large as pixels. Area in the texture per area in the picture is that of the
    triangle in the texture, twice, times `cube`: depth^3 / |det|."""
    ux, uy = texels[1, 0] - texels[0, 0], texels[1, 1] - texels[0, 1]
    vx, vy = texels[2, 0] - texels[0, 0], texels[2, 1] - texels[0, 1]
    share = abs(ux * vy - uy * vx) * levels[0, 1] * levels[0, 2] * cube
    level = 0
    while share > 2 and levels[level, 1] * levels[level, 2] > 1:
        share /= 4
        level += 1
    return level


@numba.njit(cache=True)
def _texel(opacity: Bytes, level: Integers, u: float, v: float) -> int:
    first, width, height = level[0], level[1], level[2]
    column = min(int((u - np.floor(u)) * width), width - 1)
    row = min(int((1 - (v - np.floor(v))) * height), height - 1)
    return int(opacity[first + row * width + column])


@numba.njit(cache=True)
def _threshold(row: int, column: int, cut: int) -> float:
    """Between 5 and 95 per cent of 255, far apart in neighbouring samples: interleaved gradient noise (J. Jimenez,
    "Next generation post processing in Call of Duty: Advanced Warfare", SIGGRAPH 2014)."""
    inner = 0.06711056 * (column + 37.0 * cut) + 0.00583715 * (row + 17.0 * cut)
    noise = 52.9829189 * (inner - np.floor(inner))
    return float(255 * (0.05 + 0.9 * (noise - np.floor(noise))))


@numba.njit(cache=True)
def _resolve(scene: _Scene, firsts: Integers, seen: Indices) -> tuple[Numbers, Indices, Floats, Floats]:
    """Surface, triangle, barycentrics and depth of what is `seen`."""
    height, width = seen.shape
    surface, triangle = np.full(seen.shape, -1, np.int16), np.full(seen.shape, -1, np.int32)
    barycentrics, depth = np.zeros((height, width, 2), np.float32), np.full(seen.shape, np.inf, np.float32)
    corners, edges = np.empty((3, 3)), np.empty((3, 3))
    last, scale = -1, 0.0
    for row in range(height):
        for column in range(width):
            number = seen[row, column]
            if number < 0:
                continue
            if number != last:
                for corner in range(3):
                    corners[corner] = scene.points[scene.triangles[number, corner]]
                scale = abs(_edge_functions(corners, width, height, edges))
                last = number
            x, y = column + 0.5, row + 0.5
            e0 = edges[0, 0] * x + edges[0, 1] * y + edges[0, 2]
            e1 = edges[1, 0] * x + edges[1, 1] * y + edges[1, 2]
            e2 = edges[2, 0] * x + edges[2, 1] * y + edges[2, 2]
            total = e0 + e1 + e2
            surface[row, column] = scene.owners[number]
            triangle[row, column] = number - firsts[scene.owners[number]]
            barycentrics[row, column, 0], barycentrics[row, column, 1] = e1 / total, e2 / total
            depth[row, column] = scale / total
    return surface, triangle, barycentrics, depth
