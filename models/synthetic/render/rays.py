"""Shadows: how much of the environment and of each lamp reaches what is seen, by rays (Embree).

Each pixel shoots a few rays of a larger set that a block of 4 x 4 pixels shares (Keller and Heidrich, "Interleaved
sampling", 2001); `filters.smooth` then spreads what was found. Only the share that arrives is estimated: what an open
surface would get is known exactly, so open surfaces have no noise.
"""

# ruff: noqa: PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from models.synthetic.render import environment as env
from models.synthetic.render.assembly import BACKDROP, CLOSED, HAIRY, Assembly
from models.synthetic.render.compiled import compiled
from models.synthetic.render.light import SUBJECT, Lamp, Lighting

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]

BLOCK = 4  # pixels a side that share a set of directions
NEAR_RAYS, FAR_RAYS = 8, 4  # rays a pixel into the environment: on people and things, on the backdrop
# Rays begin so far above the surface, in metres. Cloth lies 3 to 6 mm over skin and two surfaces may cross by a
# millimetre or two: a ray must not begin between them, or below the skin of a body that pokes through. Nothing lies
# under a floor; eyes lie in their sockets.
LIFT, FAR_LIFT, EYE_LIFT = 0.006, 0.001, 0.0015
# Hair lets light through to hair: what it meets there counts as so opaque.
_THIN = np.float32(0.45)
# Light that comes back from what a ray meets: the share of the open irradiance that such places get themselves.
_REBOUND = 0.55
# Below this cosine a ray towards a lamp is turned away from the surface: it would meet the flat triangles that the
# smooth normal hides (the shadow terminator).
_GRAZING = 0.12


@dataclass(frozen=True, eq=False)
class Points:
    """Where light is gathered: n points seen in pixels `rows`, `columns`."""

    rows: Integers
    columns: Integers
    positions: Floats  # (n, 3)
    normals: Floats  # (n, 3), unit
    far: npt.NDArray[np.bool_]  # (n,): on the backdrop
    hairy: npt.NDArray[np.bool_]  # (n,): on hair
    lifts: Floats  # (n,): where rays begin, metres above the surface


class Occluders:
    """Everything of a scene that throws shadows; backdrops do not."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        solid = (assembly.flags[assembly.owners] & BACKDROP) == 0
        self._triangles = np.flatnonzero(solid)
        self._scene = EmbreeScene() if len(self._triangles) else None
        if self._scene is not None:
            corners = assembly.vertices[assembly.soup.triangles[self._triangles]]
            TriangleMesh(self._scene, np.ascontiguousarray(corners))

    def hits(self, origins: Floats, directions: Floats) -> Integers:
        """The number of the triangle each ray (n, 3) meets first, -1 none."""
        if self._scene is None or not len(origins):
            return np.full(len(origins), -1, np.int32)
        found = np.asarray(self._scene.run(origins, directions, query="INTERSECT"), np.int32)
        return np.where(found < 0, np.int32(-1), self._triangles[found].astype(np.int32))

    def openness(self, points: Points, lighting: Lighting) -> Floats:
        """The share of the environment's irradiance that arrives, with light that comes back from what is in the way
        (n, 3); 1 where nothing is."""
        set_of = _directions(BLOCK * BLOCK * NEAR_RAYS)
        origins, rays, owners = _ambient_rays(points, set_of, NEAR_RAYS, FAR_RAYS)
        hits = self.hits(origins, rays)
        lit = _lit(self._assembly, lighting)
        flags = self._assembly.flags[self._assembly.owners]
        tints = self._assembly.tints
        arrived, whole = np.zeros((2, len(points.rows), 3), np.float32)
        _gathered(owners, points.hairy, rays, hits, self._assembly.faces, flags, tints, lit, lighting.environment,
                  np.empty(3, np.float32), whole, arrived)  # fmt: skip
        return arrived

    def shadow(self, points: Points, lamp: Lamp) -> Floats:
        """The share of the lamp's light that arrives (n,), of a few points of the lamp."""
        origins, rays, owners = _lamp_rays(points, *_lamp(lamp), _disk(BLOCK * BLOCK))
        hits = self.hits(origins, rays)
        flags = self._assembly.flags[self._assembly.owners]
        passed = _passed(owners, points.hairy, rays, hits, self._assembly.faces, flags, self._assembly.tints)
        return np.asarray(passed, np.float32)


def _lamp(lamp: Lamp) -> tuple[Floats, float, float]:
    """The lamp's place (3,) or, at infinity, direction; its radius or tangent; its distance, 0 for infinite."""
    towards = np.asarray(lamp.towards, np.float64)
    spread = float(np.tan(np.radians(lamp.size)))
    if np.isinf(lamp.distance):
        return towards.astype(np.float32), spread, 0.0
    return (np.asarray(SUBJECT) + towards * lamp.distance).astype(np.float32), spread * lamp.distance, lamp.distance


def _directions(count: int) -> Floats:
    """Cosine weighted directions about +z (count, 3): each aligned run is well spread by itself (R2 sequence,
    M. Roberts 2018, "The unreasonable effectiveness of quasirandom sequences")."""
    number = np.arange(count)
    u, v = np.mod(0.5 + 0.7548776662466927 * number, 1), np.mod(0.5 + 0.5698402909980532 * number, 1)
    radius, angle = np.sqrt(u), 2 * np.pi * v
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.sqrt(1 - u)], 1).astype(np.float32)


def _disk(count: int) -> Floats:
    """Points evenly in a unit disk (count, 2), by a golden spiral, neighbours in the list far apart."""
    number = (np.arange(count) * 7) % count  # 7 has no common factor with 16
    radius, angle = np.sqrt((number + 0.5) / count), number * 2.399963
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype(np.float32)


def _lit(assembly: Assembly, lighting: Lighting) -> Floats:
    """Radiance that comes back from each triangle, seen from its front and from its back (T, 2, 3)."""
    chart = env.irradiance(lighting.environment)
    sides = []
    for sign in (1.0, -1.0):
        normals = sign * assembly.faces.astype(np.float64)
        total = env.looked_up(chart, normals)
        for lamp in lighting.lamps:
            total = total + 0.6 * np.clip(normals @ np.asarray(lamp.towards), 0, 1)[:, None] * np.asarray(
                lamp.irradiance
            )
        sides.append(total * assembly.tints[:, :3] * (_REBOUND / np.pi))
    return np.asarray(np.stack(sides, 1), np.float32)


@compiled
def _basis(n, tangent, bitangent):  # type: ignore[no-untyped-def]
    """Two directions at right angles to `n` (T. Duff et al., "Building an orthonormal basis, revisited", 2017)."""
    sign = np.float32(1.0) if n[2] >= 0 else np.float32(-1.0)
    a = -1 / (sign + n[2])
    b = n[0] * n[1] * a
    tangent[0], tangent[1], tangent[2] = 1 + sign * n[0] * n[0] * a, sign * b, -sign * n[0]
    bitangent[0], bitangent[1], bitangent[2] = b, sign + n[1] * n[1] * a, -n[1]


@compiled
def _turn(row, column):  # type: ignore[no-untyped-def]
    """The pixel's place 0..15 in its block: Bayer's order, neighbours far apart."""
    x, y = column & 3, row & 3
    return ((x ^ y) & 1) << 3 | (y & 1) << 2 | ((x ^ y) & 2) | (y & 2) >> 1


@numba.njit(cache=True, fastmath=True)
def _ambient_fill(rows, columns, positions, normals, far, directions, near_rays, far_rays, lifts):  # type: ignore[no-untyped-def]
    total = 0
    for i in range(len(rows)):
        total += far_rays if far[i] else near_rays
    origins, rays = np.empty((total, 3), np.float32), np.empty((total, 3), np.float32)
    owners = np.empty(total, np.int32)
    tangent, bitangent = np.empty(3, np.float32), np.empty(3, np.float32)
    place = 0
    for i in range(len(rows)):
        _basis(normals[i], tangent, bitangent)
        lift = lifts[i]
        start = _turn(rows[i], columns[i]) * near_rays
        for k in range(far_rays if far[i] else near_rays):
            d = directions[start + k]
            for axis in range(3):
                rays[place, axis] = d[0] * tangent[axis] + d[1] * bitangent[axis] + d[2] * normals[i, axis]
                origins[place, axis] = positions[i, axis] + lift * normals[i, axis]
            owners[place] = i
            place += 1
    return origins, rays, owners


def _ambient_rays(points: Points, directions: Floats, near: int, far: int) -> tuple[Floats, Floats, Integers]:
    found = _ambient_fill(
        points.rows, points.columns, points.positions, points.normals, points.far, directions, near, far,
        points.lifts,
    )  # fmt: skip
    return found[0], found[1], found[2]


@compiled
def _radiance(environment, d, out):  # type: ignore[no-untyped-def]
    """The environment's cell in direction `d`."""
    rows, columns = environment.shape[0], environment.shape[1]
    row = min(int(np.arccos(min(max(d[2], np.float32(-1)), np.float32(1))) / np.pi * rows), rows - 1)
    turn = np.arctan2(d[1], d[0]) / (2 * np.pi)
    column = int((turn - np.floor(turn)) * columns) % columns
    out[0], out[1], out[2] = environment[row, column, 0], environment[row, column, 1], environment[row, column, 2]


@compiled
def _gathered(owners, hairy, rays, hits, faces, flags, tints, lit, environment, sky, whole, arrived):  # type: ignore[no-untyped-def]
    for place in range(len(owners)):
        owner, hit = owners[place], hits[place]
        _radiance(environment, rays[place], sky)
        opacity, side = np.float32(0), 0
        if hit >= 0:
            n, d = faces[hit], rays[place]
            leaves = n[0] * d[0] + n[1] * d[1] + n[2] * d[2] > 0
            # From inside a closed body nothing can be seen: the ray began below the skin, where cloth lies on it.
            if not (leaves and flags[hit] & CLOSED):
                opacity, side = tints[hit, 3], int(leaves)
                if hairy[owner] and flags[hit] & HAIRY:
                    opacity *= _THIN
        for channel in range(3):
            whole[owner, channel] += sky[channel]
            through = sky[channel] * (1 - opacity)
            if opacity > 0:
                through += lit[hit, side, channel] * opacity
            arrived[owner, channel] += through
    for i in range(len(whole)):
        for channel in range(3):
            arrived[i, channel] /= max(whole[i, channel], np.float32(1e-6))


@numba.njit(cache=True, fastmath=True)
def _lamp_fill(rows, columns, positions, normals, place_of, radius, distance, disk, lifts, grazing):  # type: ignore[no-untyped-def]
    origins, rays = np.empty((len(rows), 3), np.float32), np.empty((len(rows), 3), np.float32)
    owners = np.empty(len(rows), np.int32)
    tangent, bitangent = np.empty(3, np.float32), np.empty(3, np.float32)
    towards, d = np.empty(3, np.float32), np.empty(3, np.float32)
    count = 0
    for i in range(len(rows)):
        length = np.float32(0)
        for axis in range(3):
            towards[axis] = place_of[axis] - positions[i, axis] if distance > 0 else place_of[axis]
            length += towards[axis] ** 2
        length = np.sqrt(length)
        for axis in range(3):
            towards[axis] /= length
        spread = radius / length if distance > 0 else radius
        spot = disk[_turn(rows[i], columns[i])]
        _basis(towards, tangent, bitangent)
        cosine, square = np.float32(0), np.float32(0)
        for axis in range(3):
            d[axis] = towards[axis] + spread * (spot[0] * tangent[axis] + spot[1] * bitangent[axis])
            square += d[axis] ** 2
        for axis in range(3):
            d[axis] /= np.sqrt(square)
            cosine += d[axis] * normals[i, axis]
        if cosine < -0.5:  # no material wraps so far
            continue
        lift = lifts[i]
        raised = max(grazing - cosine, np.float32(0))
        square = np.float32(0)
        for axis in range(3):
            d[axis] += raised * normals[i, axis]
            square += d[axis] ** 2
        for axis in range(3):
            rays[count, axis] = d[axis] / np.sqrt(square)
            origins[count, axis] = positions[i, axis] + lift * normals[i, axis]
        owners[count] = i
        count += 1
    return origins[:count], rays[:count], owners[:count]


def _lamp_rays(
    points: Points, place: Floats, radius: float, distance: float, disk: Floats
) -> tuple[Floats, Floats, Integers]:
    found = _lamp_fill(
        points.rows, points.columns, points.positions, points.normals, place, np.float32(radius), distance,
        disk, points.lifts, np.float32(_GRAZING),
    )  # fmt: skip
    return np.ascontiguousarray(found[0]), np.ascontiguousarray(found[1]), found[2]


@numba.njit(cache=True, fastmath=True)
def _passed(owners, hairy, rays, hits, faces, flags, tints):  # type: ignore[no-untyped-def]
    passed = np.zeros(len(hairy), np.float32)
    for place in range(len(owners)):
        hit = hits[place]
        opacity = np.float32(0)
        if hit >= 0:
            n, d = faces[hit], rays[place]
            leaves = n[0] * d[0] + n[1] * d[1] + n[2] * d[2] > 0
            if not (leaves and flags[hit] & CLOSED):
                opacity = tints[hit, 3]
                if hairy[owners[place]] and flags[hit] & HAIRY:
                    opacity *= _THIN
        passed[owners[place]] = 1 - opacity
    return passed
