"""A z-buffer on the CPU: which triangle is seen in every pixel.

Triangles are drawn from homogeneous edge functions (M. Olano and T. Greer, "Triangle scan conversion using 2D
homogeneous coordinates", Graphics Hardware 1997), so none has to be cut at the camera's plane. With corners P0, P1, P2
in the camera's axes and a pixel's ray d, e_i = d . (P_j x P_k) has the sign of det = P0 . (P1 x P2) for all i where the
ray meets the triangle; there its depth is det / sum(e) and its barycentrics are e_i / sum(e), perspective correct. Two
triangles at a common edge compute the same products with opposite signs, exactly: no pixel between them is empty.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.geometry import Points, Triangles
from models.synthetic.render.gbuffer import GBuffer, Soup, in_view, soup
from models.synthetic.render.mipmap import pyramid
from models.synthetic.surface import Layer, Material, Surface

Bytes = npt.NDArray[np.uint8]
Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int16]
Integers = npt.NDArray[np.int64]

NEAR = 0.05  # metres; nothing closer to the camera is seen
# On one person, what is worn over something is seen even where it lies up to so many metres behind it. Between two
# vertices of cloth, e apart, over a limb of radius r the cloth's chord dips e^2 / 8r: 2.5 mm at 2 cm and 2 cm (a
# wrist); skinning and the drape's contacts leave two layers up to 5 mm in one another. Limbs are four times as thick:
# nothing is seen through an arm that hangs before cloth. Hands lie over clothes, but sleeves may lie over hands: half.
# Ears are 3 mm thick, and hair lies behind them: half of that.
OVER, OVER_HAND, OVER_HEAD = 0.008, 0.004, 0.0015
# That gap is measured across the cloth. Along the view it is longer, at most so many times: beyond, the cloth is seen
# edge-on, and what is behind it may be another part.
_STEEPEST = 2.0
# Barycentrics down to this are inside. Two triangles agree about a common edge, but where a pixel's centre is a common
# corner of several, rounding may put it outside of all: by 1e-10 for a triangle of a hundredth of a pixel.
_EDGE = -1e-9
_HAND = int(Layer.OVER)


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
    # Hair, brows and lashes lie over the head as well.
    hair = np.array([surface.material is Material.HAIR for surface in everything.surfaces], np.uint8)
    layers = everything.layers + hair[everything.owners] if len(hair) else everything.layers
    scene = _Scene(
        points=in_view(everything.vertices, camera, camera.focal),
        triangles=everything.triangles,
        # What is worn over something is drawn after it.
        order=np.argsort(layers, kind="stable"),
        layers=layers,
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


# Small vectors are tuples: numba keeps them in registers and need not count references to them.
_Vector = tuple[float, float, float]
_Three = tuple[_Vector, _Vector, _Vector]


@numba.njit(cache=True, error_model="numpy")
def _draw(scene: _Scene, cuts: _Cuts, seen: Indices, inverse: Floats) -> None:
    """Fills `seen` with the triangle that is seen, and `inverse` with 1 / depth."""
    height, width = seen.shape
    for triangle in scene.order:
        corners = _corners(scene.points, scene.triangles, triangle)
        left, right, top, bottom = _bounds(corners, width, height)
        if left > right or top > bottom:
            continue
        (a0, b0, c0), (a1, b1, c1), (a2, b2, c2), determinant = _edge_functions(corners, width, height)
        scale, outside = 1 / abs(determinant), _EDGE * abs(determinant)
        # Corners turn counter-clockwise seen from outside; y points down here.
        layered = determinant < 0 and scene.persons[triangle] > 0
        tolerance = _slant(corners, scene.focal) if layered else 0.0
        if scene.layers[triangle] >= _HAND:
            tolerance *= OVER_HAND if scene.layers[triangle] == _HAND else OVER_HEAD
        else:
            tolerance *= OVER
        cut = cuts.numbers[scene.owners[triangle]]
        u, v, level = _texels(scene, cuts, triangle, corners[0][2] ** 3 * scale)
        for row in range(top, bottom + 1):
            y = row + 0.5
            d0, d1, d2 = b0 * y + c0, b1 * y + c1, b2 * y + c2
            first, last = left, right
            if last - first > 16:
                first, last = _span((a0, a1, a2), (d0, d1, d2), first, last)
            for column in range(first, last + 1):
                x = column + 0.5
                e0, e1, e2 = a0 * x + d0, a1 * x + d1, a2 * x + d2
                if e0 < outside or e1 < outside or e2 < outside:
                    continue
                nearness = np.float32((e0 + e1 + e2) * scale)
                farthest = inverse[row, column]
                # Seen if nearer; or if worn over what is there, and 1 / nearness < 1 / farthest + tolerance.
                if nearness > 1 / NEAR or not (
                    nearness > farthest
                    or (
                        tolerance > 0
                        and nearness * (1 + tolerance * farthest) > farthest
                        and scene.layers[seen[row, column]] < scene.layers[triangle]
                        and scene.persons[seen[row, column]] == scene.persons[triangle]
                    )
                ):
                    continue
                if cut >= 0:
                    total = e0 + e1 + e2
                    at = (e0 * u[0] + e1 * u[1] + e2 * u[2]) / total, (e0 * v[0] + e1 * v[1] + e2 * v[2]) / total
                    threshold = _threshold(row, column, cut) if cuts.hashed else 127.5
                    if _texel(cuts.opacity, cuts.levels[level], at[0], at[1]) <= threshold:
                        continue
                seen[row, column] = triangle
                inverse[row, column] = nearness


@numba.njit(cache=True)
def _corners(points: Points, triangles: Triangles, triangle: int) -> _Three:
    a, b, c = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
    return (
        (points[a, 0], points[a, 1], points[a, 2]),
        (points[b, 0], points[b, 1], points[b, 2]),
        (points[c, 0], points[c, 1], points[c, 2]),
    )


@numba.njit(cache=True)
def _edge_functions(corners: _Three, width: int, height: int) -> tuple[_Vector, _Vector, _Vector, float]:
    """For each corner the function e_i = (a, b, c) . (x, y, 1) in pixels, positive inside, and the determinant. Edge-on
    triangles are nowhere inside."""
    first, second, third = corners
    e = _cross(second, third)
    determinant = first[0] * e[0] + first[1] * e[1] + first[2] * e[2]
    sign = 1.0 if determinant > 0 else -1.0
    middle = 0.5 * width, 0.5 * height
    if determinant == 0:
        return (0.0, 0.0, -1.0), (0.0, 0.0, -1.0), (0.0, 0.0, -1.0), 1.0
    return (
        _in_pixels(e, sign, middle),
        _in_pixels(_cross(third, first), sign, middle),
        _in_pixels(_cross(first, second), sign, middle),
        determinant,
    )


@numba.njit(cache=True)
def _cross(a: _Vector, b: _Vector) -> _Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@numba.njit(cache=True)
def _in_pixels(edge: _Vector, sign: float, middle: tuple[float, float]) -> _Vector:
    return sign * edge[0], sign * edge[1], sign * (edge[2] - (edge[0] * middle[0] + edge[1] * middle[1]))


@numba.njit(cache=True, error_model="numpy")
def _bounds(corners: _Three, width: int, height: int) -> tuple[int, int, int, int]:
    """The first and last column and row whose pixel centres may lie in the triangle's part beyond `NEAR`."""
    low_x, high_x, low_y, high_y = np.inf, -np.inf, np.inf, -np.inf
    first, second, third = corners
    for p, q in ((first, second), (second, third), (third, first)):
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


@numba.njit(cache=True, error_model="numpy")
def _span(slopes: _Vector, rests: _Vector, first: int, last: int) -> tuple[int, int]:
    """The columns of a row that may lie inside; one more on each side than the edges say, against rounding."""
    for slope, rest in zip(slopes, rests):  # noqa: B905 - numba knows no `strict`
        if slope > 0:
            first = max(first, int(np.floor(min(max(-rest / slope - 1.5, first), last + 1.0))))
        elif slope < 0:
            last = min(last, int(np.ceil(max(min(-rest / slope + 0.5, last), first - 1.0))))
    return first, last


@numba.njit(cache=True, error_model="numpy")
def _slant(corners: _Three, focal: float) -> float:
    """How much longer a gap across the triangle is along the view, at most `_STEEPEST`."""
    a, b, c = corners
    ux, uy, uz = (b[0] - a[0]) / focal, (b[1] - a[1]) / focal, b[2] - a[2]
    vx, vy, vz = (c[0] - a[0]) / focal, (c[1] - a[1]) / focal, c[2] - a[2]
    nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    px, py, pz = a[0] / focal, a[1] / focal, a[2]
    facing = abs(nx * px + ny * py + nz * pz)
    length = np.sqrt((nx * nx + ny * ny + nz * nz) * (px * px + py * py + pz * pz))
    return float(min(length / facing, _STEEPEST))


@numba.njit(cache=True, error_model="numpy")
def _texels(scene: _Scene, cuts: _Cuts, triangle: int, cube: float) -> tuple[_Vector, _Vector, int]:
    """u and v of a cut-out triangle's corners, and the level whose texels are about as large as pixels. Area in the
    texture per area in the picture is that of the triangle in the texture, twice, times `cube`: depth^3 / |det|."""
    cut = cuts.numbers[scene.owners[triangle]]
    if cut < 0:
        return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0
    a, b, c = scene.uv_triangles[triangle, 0], scene.uv_triangles[triangle, 1], scene.uv_triangles[triangle, 2]
    u = scene.uv[a, 0], scene.uv[b, 0], scene.uv[c, 0]
    v = scene.uv[a, 1], scene.uv[b, 1], scene.uv[c, 1]
    level, last = cuts.starts[cut], cuts.starts[cut + 1] - 1
    twice = abs((u[1] - u[0]) * (v[2] - v[0]) - (u[2] - u[0]) * (v[1] - v[0]))
    share = twice * cuts.levels[level, 1] * cuts.levels[level, 2] * cube
    while share > 2 and level < last:
        share /= 4
        level += 1
    return u, v, level


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
    last = -1
    first_edge = second_edge = third_edge = (0.0, 0.0, 0.0)
    scale = 0.0
    for row in range(height):
        for column in range(width):
            number = seen[row, column]
            if number < 0:
                continue
            if number != last:
                corners = _corners(scene.points, scene.triangles, number)
                first_edge, second_edge, third_edge, scale = _edge_functions(corners, width, height)
                last = number
            x, y = column + 0.5, row + 0.5
            e0 = first_edge[0] * x + first_edge[1] * y + first_edge[2]
            e1 = second_edge[0] * x + second_edge[1] * y + second_edge[2]
            e2 = third_edge[0] * x + third_edge[1] * y + third_edge[2]
            total = e0 + e1 + e2
            surface[row, column] = scene.owners[number]
            triangle[row, column] = number - firsts[scene.owners[number]]
            barycentrics[row, column, 0], barycentrics[row, column, 1] = e1 / total, e2 / total
            depth[row, column] = abs(scale) / total
    return surface, triangle, barycentrics, depth
