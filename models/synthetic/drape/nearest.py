"""The nearest point of a surface, found by walking over it."""

# ruff: noqa: PLR0911, PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.
import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.drape.mesh import Indices, Mesh
from models.synthetic.geometry import Points

Floats = npt.NDArray[np.float64]


def nearest(points: Points, seeds: Indices, vertices: Points, normals: Points, surface: Mesh) -> tuple[Floats, Indices]:
    """For each of `points` (N, 3) the nearest point of a surface around the vertex where a walk downhill from `seeds`
    (N,) ends, as rows (N, 8): point, smooth unit normal there, signed distance along it, distance beside it (how far
    past a border); and those vertices (N,). A seed of -1 finds nothing: distance 1e9."""
    found = np.empty((len(points), 8))
    ends = seeds.copy()
    _nearest(
        points,
        ends,
        vertices,
        normals,
        surface.triangles,
        surface.starts,
        surface.neighbours,
        surface.fan_starts,
        surface.fans,
        found,
    )
    return found, ends


@numba.njit(cache=True)
def fill(x, normals, starts, neighbours, rounds, deepest):  # type: ignore[no-untyped-def]
    """Moves vertices (N, 3) that lie deeper than the mean of their neighbours out along their normals, in place."""
    filled = np.zeros(x.shape[0])
    for _ in range(rounds):
        for i in range(x.shape[0]):
            count = starts[i + 1] - starts[i]
            if count == 0:
                continue
            depth = 0.0
            for k in range(starts[i], starts[i + 1]):
                for axis in range(3):
                    depth += (x[neighbours[k], axis] - x[i, axis]) * normals[i, axis]
            depth = min(depth / count, deepest - filled[i])
            if depth > 0.0:
                filled[i] += depth
                for axis in range(3):
                    x[i, axis] += depth * normals[i, axis]


@numba.njit(cache=True)
def _nearest(points, ends, vertices, normals, triangles, starts, neighbours, fan_starts, fans, found):  # type: ignore[no-untyped-def]
    share = np.empty(3)
    for i in range(points.shape[0]):
        if ends[i] < 0:
            found[i, :] = 0.0
            found[i, 6] = 1e9
            continue
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        best = ends[i]
        smallest = (vertices[best, 0] - x) ** 2 + (vertices[best, 1] - y) ** 2 + (vertices[best, 2] - z) ** 2
        while True:
            here = best
            for k in range(starts[here], starts[here + 1]):
                n = neighbours[k]
                d = (vertices[n, 0] - x) ** 2 + (vertices[n, 1] - y) ** 2 + (vertices[n, 2] - z) ** 2
                if d < smallest:
                    smallest = d
                    best = n
            if best == here:
                break
        ends[i] = best
        smallest = 1e18
        px = py = pz = nx = ny = nz = 0.0
        for k in range(fan_starts[best], fan_starts[best + 1]):
            a, b, c = triangles[fans[k], 0], triangles[fans[k], 1], triangles[fans[k], 2]
            _shares(x, y, z, vertices, a, b, c, share)
            u, v, w = share[0], share[1], share[2]
            qx = u * vertices[a, 0] + v * vertices[b, 0] + w * vertices[c, 0]
            qy = u * vertices[a, 1] + v * vertices[b, 1] + w * vertices[c, 1]
            qz = u * vertices[a, 2] + v * vertices[b, 2] + w * vertices[c, 2]
            d = (qx - x) ** 2 + (qy - y) ** 2 + (qz - z) ** 2
            if d < smallest:
                smallest = d
                px, py, pz = qx, qy, qz
                nx = u * normals[a, 0] + v * normals[b, 0] + w * normals[c, 0]
                ny = u * normals[a, 1] + v * normals[b, 1] + w * normals[c, 1]
                nz = u * normals[a, 2] + v * normals[b, 2] + w * normals[c, 2]
        length = max(np.sqrt(nx * nx + ny * ny + nz * nz), 1e-12)
        nx, ny, nz = nx / length, ny / length, nz / length
        along = (x - px) * nx + (y - py) * ny + (z - pz) * nz
        found[i, 0], found[i, 1], found[i, 2] = px, py, pz
        found[i, 3], found[i, 4], found[i, 5] = nx, ny, nz
        found[i, 6] = along
        found[i, 7] = np.sqrt(max(smallest - along * along, 0.0))


@numba.njit(cache=True, inline="always")
def _shares(x, y, z, vertices, a, b, c, share):  # type: ignore[no-untyped-def]
    """Barycentric coordinates of the point of a triangle nearest to x, y, z (Ericson 2005, 5.1.5)."""
    ax, ay, az = vertices[a, 0], vertices[a, 1], vertices[a, 2]
    abx, aby, abz = vertices[b, 0] - ax, vertices[b, 1] - ay, vertices[b, 2] - az
    acx, acy, acz = vertices[c, 0] - ax, vertices[c, 1] - ay, vertices[c, 2] - az
    apx, apy, apz = x - ax, y - ay, z - az
    d1 = abx * apx + aby * apy + abz * apz
    d2 = acx * apx + acy * apy + acz * apz
    share[:] = 0.0
    if d1 <= 0.0 and d2 <= 0.0:
        share[0] = 1.0
        return
    bpx, bpy, bpz = apx - abx, apy - aby, apz - abz
    d3 = abx * bpx + aby * bpy + abz * bpz
    d4 = acx * bpx + acy * bpy + acz * bpz
    if d3 >= 0.0 and d4 <= d3:
        share[1] = 1.0
        return
    vc = d1 * d4 - d3 * d2
    if vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0 and d1 - d3 > 0.0:
        share[1] = d1 / (d1 - d3)
        share[0] = 1.0 - share[1]
        return
    cpx, cpy, cpz = apx - acx, apy - acy, apz - acz
    d5 = abx * cpx + aby * cpy + abz * cpz
    d6 = acx * cpx + acy * cpy + acz * cpz
    if d6 >= 0.0 and d5 <= d6:
        share[2] = 1.0
        return
    vb = d5 * d2 - d1 * d6
    if vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0 and d2 - d6 > 0.0:
        share[2] = d2 / (d2 - d6)
        share[0] = 1.0 - share[2]
        return
    va = d3 * d6 - d5 * d4
    if va <= 0.0 and d4 - d3 >= 0.0 and d5 - d6 >= 0.0 and (d4 - d3) + (d5 - d6) > 0.0:
        share[2] = (d4 - d3) / ((d4 - d3) + (d5 - d6))
        share[1] = 1.0 - share[2]
        return
    total = va + vb + vc
    if total <= 1e-30:
        share[0] = 1.0
        return
    share[1] = vb / total
    share[2] = vc / total
    share[0] = 1.0 - share[1] - share[2]
