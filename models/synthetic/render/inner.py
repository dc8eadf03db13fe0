"""The shading's inner loops: which samples light is gathered for, and what every sample throws back to the camera."""

# ruff: noqa: PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.

import numba
import numpy as np

from models.synthetic.render import texture
from models.synthetic.render.assembly import BACKDROP, EMITTER, HAIRY
from models.synthetic.render.compiled import compiled, inlined
from models.synthetic.render.environment import GLOSS
from models.synthetic.render.materials import BUMP, F0, MIX, ROUGH, ROUGH2, SHEEN, STRANDS, WRAP
from models.synthetic.render.reflect import (
    chart_at,
    ggx,
    mirrored_openness,
    mirrored_share,
    soft_cosine,
    strand,
)

_ZERO, _THIRD, _HALF, _ONE, _TWO, _PI = (np.float32(value) for value in (0, 1 / 3, 0.5, 1, 2, np.pi))
_NEAR = (np.float32(3), np.float32(1))  # weights of the sample's own pixel and of its neighbour: bilinear
_INVERSE_PI = np.float32(1 / np.pi)
_GLOSS = np.array(GLOSS, np.float32)
_BACKDROP, _EMITTER, _HAIRY = BACKDROP, EMITTER, HAIRY
_LOG2 = np.float32(1 / np.log(2))  # numba has no log2 of float32
# A lamp that is near shines at most so many times as bright as at the subject, however close a surface is.
_NEAREST = np.float32(5.0)


@compiled
def point_of(  # type: ignore[no-untyped-def]
    triangle, second, third, vertices, triangles, normals, eye, outward, position, normal
):
    """Fills `position` and the unit `normal` of a point in a triangle: on the side that is seen, unless it stays
    `outward` as hair's does (light goes through it to the inside)."""
    first = np.float32(1) - second - third
    i, j, k = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
    square = np.float32(0)
    for axis in range(3):
        position[axis] = first * vertices[i, axis] + second * vertices[j, axis] + third * vertices[k, axis]
        normal[axis] = first * normals[i, axis] + second * normals[j, axis] + third * normals[k, axis]
        square += normal[axis] * normal[axis]
    ux, uy, uz = (
        vertices[j, 0] - vertices[i, 0],
        vertices[j, 1] - vertices[i, 1],
        vertices[j, 2] - vertices[i, 2],
    )
    vx, vy, vz = (
        vertices[k, 0] - vertices[i, 0],
        vertices[k, 1] - vertices[i, 1],
        vertices[k, 2] - vertices[i, 2],
    )
    fx, fy, fz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    side = fx * (eye[0] - position[0]) + fy * (eye[1] - position[1]) + fz * (eye[2] - position[2])
    if square < 1e-12:
        normal[0], normal[1], normal[2] = fx, fy, fz
        square = fx * fx + fy * fy + fz * fz + np.float32(1e-20)
    scale = (np.float32(1) if side >= 0 or outward else np.float32(-1)) / np.sqrt(square)
    for axis in range(3):
        normal[axis] *= scale


@numba.njit(cache=True)
def chosen(seen, barycentrics, owners, flags, groups_of, vertices, triangles, normals, eye):  # type: ignore[no-untyped-def]
    """For each pixel of 2 x 2 samples the group, surface, position and normal of one: a person's or thing's rather than
    the backdrop's, for people are thinner."""
    height, width = seen.shape[0] // 2, seen.shape[1] // 2
    groups = np.full((height, width), -1, np.int32)
    surfaces = np.full((height, width), -1, np.int32)
    positions, directions = np.zeros((height, width, 3), np.float32), np.zeros((height, width, 3), np.float32)
    for y in range(height):
        for x in range(width):
            best, row, column = -1, 0, 0
            for sample in range(4):
                v, u = 2 * y + (sample >> 1), 2 * x + (sample & 1)
                triangle = seen[v, u]
                group = -1 if triangle < 0 else groups_of[owners[triangle]]
                if (group > 0 and best <= 0) or (group == 0 and best < 0):
                    best, row, column = group, v, u
            groups[y, x] = best
            if best >= 0:
                surfaces[y, x] = owners[seen[row, column]]
                outward = flags[surfaces[y, x]] & _HAIRY > 0
                point_of(
                    seen[row, column], barycentrics[row, column, 0], barycentrics[row, column, 1], vertices,
                    triangles, normals, eye, outward, positions[y, x], directions[y, x],
                )  # fmt: skip
    return groups, surfaces, positions, directions


@inlined
def _light_at(row, column, position, normal, group, gathered, out):  # type: ignore[no-untyped-def]
    """Fills `out` (3 + L) with the light gathered in the pixels around a sample, of its own surface if there is any."""
    positions, normals, groups, light = gathered
    height, width = groups.shape
    y, x = row // 2, column // 2
    dy, dx = (1 if row & 1 else -1), (1 if column & 1 else -1)
    for channel in range(len(out)):
        out[channel] = 0
    total = np.float32(0)
    for step in range(4):
        v, u = y + dy * (step >> 1), x + dx * (step & 1)
        if v < 0 or v >= height or u < 0 or u >= width or groups[v, u] != group:
            continue
        facing, off = np.float32(0), np.float32(0)
        for axis in range(3):
            facing += normal[axis] * normals[v, u, axis]
            off += normal[axis] * (positions[v, u, axis] - position[axis])
        if facing <= 0.2 or abs(off) > 0.03:
            continue
        near = _NEAR[step & 1] * _NEAR[step >> 1]
        weight = near * facing * facing * (np.float32(0.031) - abs(off))
        total += weight
        for channel in range(len(out)):
            out[channel] += weight * light[v, u, channel]
    if total > 1e-6:
        for channel in range(len(out)):
            out[channel] /= total
        return
    _nearest_light(y, x, position, group, gathered, out)


@compiled
def _nearest_light(y, x, position, group, gathered, out):  # type: ignore[no-untyped-def]
    """The light in the nearest point of the group next to pixel (y, x), or else the pixel's own."""
    positions, _, groups, light = gathered
    height, width = groups.shape
    best, at_v, at_u = np.float32(1e9), y, x
    for v in range(max(y - 1, 0), min(y + 2, height)):
        for u in range(max(x - 1, 0), min(x + 2, width)):
            if groups[v, u] == group:
                far = np.float32(0)
                for axis in range(3):
                    far += (positions[v, u, axis] - position[axis]) ** 2
                if far < best:
                    best, at_v, at_u = far, v, u
    for channel in range(len(out)):
        out[channel] = light[at_v, at_u, channel]


@compiled
def _axes(triangle, vertices, triangles, uv, uv_triangles, along_u, along_v):  # type: ignore[no-untyped-def]
    """Fills the directions in which u and v grow on a triangle, unit; zero where the texture has no extent."""
    i, j, k = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
    p, q, r = uv_triangles[triangle, 0], uv_triangles[triangle, 1], uv_triangles[triangle, 2]
    a, b = uv[q, 0] - uv[p, 0], uv[q, 1] - uv[p, 1]
    c, d = uv[r, 0] - uv[p, 0], uv[r, 1] - uv[p, 1]
    sign = np.float32(1) if a * d - b * c >= 0 else np.float32(-1)
    square_u, square_v = np.float32(1e-20), np.float32(1e-20)
    for axis in range(3):
        first, second = vertices[j, axis] - vertices[i, axis], vertices[k, axis] - vertices[i, axis]
        along_u[axis], along_v[axis] = sign * (d * first - b * second), sign * (a * second - c * first)
        square_u += along_u[axis] ** 2
        square_v += along_v[axis] ** 2
    for axis in range(3):
        along_u[axis] /= np.sqrt(square_u)
        along_v[axis] /= np.sqrt(square_v)


@compiled
def _lamp_at(lamp, position, towards):  # type: ignore[no-untyped-def]
    """Fills the unit direction to a lamp; returns how much brighter it is than at the subject."""
    if lamp[3] <= 0:
        towards[0], towards[1], towards[2] = lamp[0], lamp[1], lamp[2]
        return np.float32(1)
    square = np.float32(0)
    for axis in range(3):
        towards[axis] = lamp[axis] - position[axis]
        square += towards[axis] ** 2
    for axis in range(3):
        towards[axis] /= np.sqrt(square)
    return min(lamp[3] * lamp[3] / square, _NEAREST)


@compiled
def _gloss_level(alpha):  # type: ignore[no-untyped-def]
    for level in range(len(_GLOSS) - 1):
        if alpha < np.float32(0.5) * (_GLOSS[level] + _GLOSS[level + 1]):
            return level
    return len(_GLOSS) - 1


@inlined
def _surface(position, normal, view, finish, spreads, albedo, light, charts, lamps, scratch, out):  # type: ignore[no-untyped-def]
    """What everything but hair throws back."""
    irradiance, reflections, _ = charts
    towards, sky, mirror, base = scratch[0], scratch[1], scratch[2], scratch[9]
    n_v = max(normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2], np.float32(0.04))
    alpha = finish[ROUGH] * (_ONE - finish[MIX]) + finish[ROUGH2] * finish[MIX]
    openness = (light[0] + light[1] + light[2]) * _THIRD
    share = mirrored_share(finish[F0], alpha, n_v)
    seen = share * mirrored_openness(n_v, min(openness, _ONE), alpha)
    chart_at(irradiance, normal, sky)
    for axis in range(3):
        towards[axis] = _TWO * n_v * normal[axis] - view[axis]
    chart_at(reflections[_gloss_level(alpha)], towards, mirror)
    slant = _ONE - n_v
    rim = finish[SHEEN] * slant * slant * slant
    for channel in range(3):
        fuzz = rim * (_HALF * albedo[channel] + np.float32(0.1))
        base[channel] = (albedo[channel] * (_ONE - share) * (_ONE - rim) + fuzz) * _INVERSE_PI
        out[channel] = base[channel] * sky[channel] * light[channel] + seen * mirror[channel]
    for number in range(len(lamps)):
        lamp = lamps[number]
        passed = light[3 + number]
        if passed <= 0:
            continue
        gain = _lamp_at(lamp, position, towards)
        n_l = normal[0] * towards[0] + normal[1] * towards[1] + normal[2] * towards[2]
        gloss = _ZERO
        if n_l > 0:
            v_l = view[0] * towards[0] + view[1] * towards[1] + view[2] * towards[2]
            long = np.sqrt(max(_TWO + _TWO * v_l, np.float32(1e-6)))
            n_h, v_h = min((n_l + n_v) / long, _ONE), min(long * _HALF, _ONE)
            wide = lamp[4] * _HALF
            gloss = (_ONE - finish[MIX]) * ggx(
                n_h, n_v, n_l, v_h, finish[F0], finish[ROUGH], min(finish[ROUGH] + wide, _ONE)
            )
            if finish[MIX] > 0:
                gloss += finish[MIX] * ggx(
                    n_h, n_v, n_l, v_h, finish[F0], finish[ROUGH2], min(finish[ROUGH2] + wide, _ONE)
                )
        for channel in range(3):
            shadow = passed
            # Light that wraps also creeps into shadows' edges, so red ones are softer.
            if passed < _ONE and finish[WRAP + channel] > np.float32(0.1):
                shadow = passed ** (_ONE - finish[WRAP + channel])
            received = soft_cosine(n_l, spreads[number, channel]) * shadow * base[channel] + gloss * passed
            out[channel] += received * gain * lamp[5 + channel]


@inlined
def _hair(position, normal, view, along, finish, albedo, light, charts, lamps, scratch, out):  # type: ignore[no-untyped-def]
    """What hair throws back: a white highlight of the strands' surface, a coloured one from within, and what is
    scattered among strands (after Marschner et al. 2003, "Light scattering from human hair fibers")."""
    irradiance, _, _ = charts
    towards, sky = scratch[0], scratch[1]
    chart_at(irradiance, normal, sky)
    for channel in range(3):
        out[channel] = albedo[channel] * sky[channel] * light[channel] / _PI
        out[channel] += np.float32(0.012) * sky[channel] * light[channel] / _PI
    t_v = along[0] * view[0] + along[1] * view[1] + along[2] * view[2]
    for number in range(len(lamps)):
        lamp = lamps[number]
        gain = _lamp_at(lamp, position, towards)
        n_l = normal[0] * towards[0] + normal[1] * towards[1] + normal[2] * towards[2]
        facing = soft_cosine(n_l, np.sqrt(lamp[4] * lamp[4] + finish[WRAP] * finish[WRAP]))
        t_l = along[0] * towards[0] + along[1] * towards[1] + along[2] * towards[2]
        across = np.sqrt(max(1 - t_l * t_l, np.float32(0)))
        width = lamp[4] / 2
        outer = strand(t_l, t_v, np.float32(-0.1), finish[ROUGH2] + width)
        within = strand(t_l, t_v, np.float32(0.15), finish[ROUGH] + width)
        for channel in range(3):
            tint = albedo[channel]
            scattered = tint * (np.float32(0.6) + np.float32(0.4) * across) / _PI
            glint = np.float32(0.016) * outer + np.float32(0.16) * np.sqrt(tint) * tint * within
            out[channel] += (scattered + glint) * facing * light[3 + number] * gain * lamp[5 + channel]


@compiled
def _sky(row, column, rows, columns, lens, sky, view, out):  # type: ignore[no-untyped-def]
    """The environment where nothing else is; row and column are those of the sample's middle."""
    _, axes, focal = lens
    x, y = (column - columns / 2) / focal, (row - rows / 2) / focal
    square = np.float32(0)
    for axis in range(3):
        view[axis] = x * axes[0, axis] + y * axes[1, axis] + axes[2, axis]
        square += view[axis] ** 2
    for axis in range(3):
        view[axis] /= np.sqrt(square)
    chart_at(sky, view, out)


@inlined
def _sample(  # type: ignore[no-untyped-def]
    row, column, triangle, second, third, size, mesh, looks, atlas, reliefs, gathered, charts, lamps, lens, light,
    scratch, out,
):  # fmt: skip
    """The light that a point of a triangle sends to the camera; `size` is the side of the area it stands for, in
    samples."""
    vertices, triangles, normals, uv, uv_triangles, density, strands = mesh
    owners, finishes, flags, groups_of, finish_table, spreads, dims = looks
    texels, texel_offsets, texel_sizes, linear = atlas
    heights, height_offsets, height_sizes = reliefs
    eye, _, focal = lens
    position, normal, view, albedo = scratch[3], scratch[4], scratch[5], scratch[6]
    along_u, along_v = scratch[7], scratch[8]
    owner = owners[triangle]
    outward = flags[owner] & _HAIRY > 0
    point_of(triangle, second, third, vertices, triangles, normals, eye, outward, position, normal)
    finish = finish_table[finishes[owner]]
    square = np.float32(0)
    for axis in range(3):
        view[axis] = eye[axis] - position[axis]
        square += view[axis] ** 2
    distance = np.sqrt(square)
    for axis in range(3):
        view[axis] /= distance
    n_v = normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2]
    # Slanted surfaces are filtered by the geometric mean of the footprint's two lengths.
    footprint = size * distance / focal / np.sqrt(max(n_v, np.float32(0.15)))
    level = _LOG2 * np.log(max(density[triangle] * footprint, np.float32(1e-3)))
    p, q, r = uv_triangles[triangle, 0], uv_triangles[triangle, 1], uv_triangles[triangle, 2]
    first = np.float32(1) - second - third
    u = first * uv[p, 0] + second * uv[q, 0] + third * uv[r, 0]
    v = first * uv[p, 1] + second * uv[q, 1] + third * uv[r, 1]
    texture.colour(texels, texel_offsets, texel_sizes, owner, u, v, level, linear, albedo)
    for channel in range(3):
        albedo[channel] *= dims[owner]
    if flags[owner] & _EMITTER:
        for channel in range(3):
            out[channel] = albedo[channel]
        return
    _light_at(row, column, position, normal, groups_of[owner], gathered, light)
    if finish[STRANDS] > 0:
        for axis in range(3):
            along_v[axis] = (
                first * strands[triangles[triangle, 0], axis]
                + second * strands[triangles[triangle, 1], axis]
                + third * strands[triangles[triangle, 2], axis]
            )
        _hair(position, normal, view, along_v, finish, albedo, light, charts, lamps, scratch, out)
        return
    if finish[BUMP] > 0 and height_sizes[owner, 0, 0] > 0:
        ratio = np.float32(texel_sizes[owner, 0, 1]) / np.float32(height_sizes[owner, 0, 1])
        rise_u, rise_v = texture.slope(
            heights, height_offsets, height_sizes, owner, u, v, level - _LOG2 * np.log(ratio)
        )
        _axes(triangle, vertices, triangles, uv, uv_triangles, along_u, along_v)
        _tilted(normal, along_u, along_v, finish[BUMP] * density[triangle] / ratio, rise_u, rise_v)
    _surface(position, normal, view, finish, spreads[finishes[owner]], albedo, light, charts, lamps, scratch, out)


@compiled
def _tilted(normal, along_u, along_v, scale, rise_u, rise_v):  # type: ignore[no-untyped-def]
    """Tilts the normal against the slope of the relief."""
    square = np.float32(0)
    for axis in range(3):
        normal[axis] -= scale * (rise_u * along_u[axis] + rise_v * along_v[axis])
        square += normal[axis] ** 2
    for axis in range(3):
        normal[axis] /= np.sqrt(square)


@numba.njit(cache=True)
def _plain(seen, owners, flags, row, column):  # type: ignore[no-untyped-def]
    """1 if the four samples from here show one triangle of a backdrop, 2 if one backdrop, else 0."""
    triangle = seen[row, column]
    if triangle < 0 or not flags[owners[triangle]] & _BACKDROP:
        return 0
    found = 1
    for sample in range(1, 4):
        other = seen[row + (sample >> 1), column + (sample & 1)]
        if other < 0 or owners[other] != owners[triangle]:
            return 0
        if other != triangle:
            found = 2
    return found


@compiled
def shade(seen_in, mesh, looks, atlas, reliefs, gathered, charts, lamps, lens, ceiling, space, picture):  # type: ignore[no-untyped-def]
    """Adds to `picture` (H, W, 3) the light that every pixel of 2 x 2 samples gets; see `shade._shaded` for what the
    tuples hold. A plain backdrop is shaded once a pixel. Samples over `ceiling` count as that."""
    seen, barycentrics = seen_in
    rows, columns = seen.shape
    light, scratch, out = space
    for row in range(0, rows - 1, 2):
        for column in range(0, columns - 1, 2):
            pixel = picture[row >> 1, column >> 1]
            plain = _plain(seen, looks[0], looks[2], row, column)
            if plain:
                second, third = barycentrics[row, column, 0], barycentrics[row, column, 1]
                if plain == 1:
                    second = (second + barycentrics[row + 1, column + 1, 0]) * _HALF
                    third = (third + barycentrics[row + 1, column + 1, 1]) * _HALF
                _sample(row, column, seen[row, column], second, third, _TWO, mesh, looks, atlas, reliefs, gathered,
                        charts, lamps, lens, light, scratch, out)  # fmt: skip
                for channel in range(3):
                    pixel[channel] = min(out[channel], ceiling)
                continue
            for sample in range(4):
                y, x = row + (sample >> 1), column + (sample & 1)
                if seen[y, x] < 0:
                    _sky(y + _HALF, x + _HALF, rows, columns, lens, charts[2], scratch[0], out)
                else:
                    _sample(y, x, seen[y, x], barycentrics[y, x, 0], barycentrics[y, x, 1], _ONE, mesh, looks, atlas,
                            reliefs, gathered, charts, lamps, lens, light, scratch, out)  # fmt: skip
                for channel in range(3):
                    pixel[channel] += min(out[channel], ceiling) * np.float32(0.25)
