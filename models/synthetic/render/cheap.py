"""Pictures for the geometry pass: texture, one directional light, light from above and below. No shadows, no noise.

Where all samples around a pixel's centre show the same surface, the centre alone is shaded; at borders all nine are.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.render.gbuffer import GBuffer, in_view
from models.synthetic.render.mipmap import pyramid

Colour = tuple[float, float, float]
Bytes = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

# Two samples of one surface further apart than this show two parts of it: an arm before the chest. A surface at 75
# degrees to the view falls by 1.5 cm over a pixel of 4 mm.
_APART = 0.02


@dataclass(frozen=True)
class CheapLight:
    """`towards` the lamp (unit, the world's axes); `key`, `sky` and `ground` are linear: what a white card facing the
    lamp, the zenith or the nadir reflects."""

    towards: tuple[float, float, float] = (-0.43, -0.75, 0.5)
    key: Colour = (0.62, 0.62, 0.62)
    sky: Colour = (0.46, 0.46, 0.46)
    ground: Colour = (0.24, 0.24, 0.24)


# A white card everywhere: the texture as it is. For tests, and where only geometry counts.
FLAT = CheapLight(key=(0.0, 0.0, 0.0), sky=(1.0, 1.0, 1.0), ground=(1.0, 1.0, 1.0))


def sample_cheap_light(rng: np.random.Generator) -> CheapLight:
    """A lamp before the person, up to 70 degrees to a side and 15 to 60 up, that gives 40 to 75 per cent of the light;
    all three a little warm or cold."""
    azimuth, elevation = np.radians(rng.uniform(-70, 70)), np.radians(rng.uniform(15, 60))
    towards = np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)
    key, warmth = rng.uniform(0.4, 0.75), rng.uniform(-0.08, 0.08, 3)
    levels = key, 0.75 * (1 - key) + 0.25, 0.5 * (1 - key)
    tints = [(level * (1 + warm), level, level * (1 - warm)) for level, warm in zip(levels, warmth, strict=True)]
    x, y, z = (float(value) for value in towards)
    return CheapLight((x, y, z), *((float(r), float(g), float(b)) for r, g, b in tints))


def shade(buffer: GBuffer, light: CheapLight, background: Rgb | Colour = (255.0, 255.0, 255.0)) -> Float:
    """The picture (H, W, 3), linear, 1 is a white card in full light, of a buffer drawn with `fine(camera)`.

    `background` is sRGB, one colour or a picture of the final size (H, W, 3).
    """
    height, width = buffer.camera.height // 2, buffer.camera.width // 2
    plain = _whole(buffer.surface, buffer.depth)
    behind = _LINEAR[np.asarray(background, np.uint8)]
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = behind
    _uncovered(buffer.surface, plain, picture)
    view = _view(buffer, plain, light)
    firsts, places, weights = _ordered(buffer.surface, plain, len(buffer.surfaces))
    for number, surface in enumerate(buffer.surfaces):
        some = slice(firsts[number], firsts[number + 1])
        if some.start < some.stop:
            colours = pyramid(surface.texture, "colour")
            texture = _Texture(colours.texels, colours.levels, _LINEAR)
            _shade(view, texture, places[some], weights[some], picture)
    return picture


def srgb(linear: Float) -> Rgb:
    """The picture (H, W, 3) as it is shown; what is over 1 is clipped."""
    return np.asarray(_encode(np.ascontiguousarray(linear), _SRGB), np.uint8)


class _View(NamedTuple):
    """The samples, the triangles (see `Soup`), and the light."""

    surface: npt.NDArray[np.int16]
    seen: npt.NDArray[np.int32]
    barycentrics: Float
    depth: Float
    whole: npt.NDArray[np.bool_]
    triangles: npt.NDArray[np.int32]
    normals: Float
    uv: npt.NDArray[np.float64]
    uv_triangles: npt.NDArray[np.int32]
    footprints: Float  # (T, 3): see `_footprints`
    light: Float  # (4, 3): towards, key, sky, ground


class _Texture(NamedTuple):
    texels: Bytes
    levels: npt.NDArray[np.int64]
    linear: Float  # (256,)


def _view(buffer: GBuffer, whole: npt.NDArray[np.bool_], light: CheapLight) -> _View:
    soup = buffer.soup
    points = in_view(soup.vertices, buffer.camera)
    uv = np.asarray(soup.uv, np.float64)
    return _View(
        surface=buffer.surface,
        seen=buffer.seen,
        barycentrics=buffer.barycentrics,
        depth=buffer.depth,
        whole=whole,
        triangles=soup.triangles,
        normals=soup.normals,
        uv=uv,
        uv_triangles=soup.uv_triangles,
        footprints=_footprints(points, soup.triangles, uv, soup.uv_triangles, 0.5 * buffer.camera.focal),
        light=np.array([light.towards, light.key, light.sky, light.ground], np.float32),
    )


_Light = tuple[np.floating, np.floating, np.floating]


def _linear() -> Float:
    """IEC 61966-2-1, from bytes to light."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _srgb() -> Bytes:
    """The inverse for light in steps of 1 / 8191: below 0.5 of a byte's step in the darkest tones."""
    light = np.arange(8192) / 8191
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(255 * value).astype(np.uint8)


_LINEAR, _SRGB = _linear(), _srgb()


@numba.njit(cache=True)
def _whole(surface: npt.NDArray[np.int16], depth: Float) -> npt.NDArray[np.bool_]:
    """Pixels (H, W) of which all nine samples show one part of one surface."""
    height, width = surface.shape[0] // 2, surface.shape[1] // 2
    whole = np.ones((height, width), np.bool_)
    for row in range(height):
        for column in range(width):
            middle, far = surface[2 * row + 1, 2 * column + 1], depth[2 * row + 1, 2 * column + 1]
            for i in range(2 * row, 2 * row + 3):
                for j in range(2 * column, 2 * column + 3):
                    if surface[i, j] != middle or (middle >= 0 and abs(depth[i, j] - far) > _APART * max(far, 1.0)):
                        whole[row, column] = False
    return whole


@numba.njit(cache=True)
def _uncovered(surface: npt.NDArray[np.int16], whole: npt.NDArray[np.bool_], picture: Float) -> None:
    """Leaves of `picture` what is not covered by surfaces."""
    for row in range(whole.shape[0]):
        for column in range(whole.shape[1]):
            share = np.float32(0)
            if whole[row, column]:
                share = np.float32(surface[2 * row + 1, 2 * column + 1] < 0)
            else:
                for i in range(3):
                    for j in range(3):
                        if surface[2 * row + i, 2 * column + j] < 0:
                            share += np.float32((1 + (i == 1)) * (1 + (j == 1)) / 16)
            for channel in range(3):
                picture[row, column, channel] *= share


@numba.njit(cache=True)
def _footprints(
    points: npt.NDArray[np.float64],
    triangles: npt.NDArray[np.int32],
    uv: npt.NDArray[np.float64],
    uv_triangles: npt.NDArray[np.int32],
    focal: float,
) -> Float:
    """For each triangle: the area in uv that a pixel shows, over depth^3; its plane's distance from the camera; and 1
    if its front is seen, -1 if its back."""
    found = np.empty((len(triangles), 3), np.float32)
    for triangle in range(len(triangles)):
        i, j, k = uv_triangles[triangle, 0], uv_triangles[triangle, 1], uv_triangles[triangle, 2]
        twice = abs((uv[j, 0] - uv[i, 0]) * (uv[k, 1] - uv[i, 1]) - (uv[k, 0] - uv[i, 0]) * (uv[j, 1] - uv[i, 1]))
        i, j, k = triangles[triangle, 0], triangles[triangle, 1], triangles[triangle, 2]
        ux, uy, uz = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1], points[j, 2] - points[i, 2]
        vx, vy, vz = points[k, 0] - points[i, 0], points[k, 1] - points[i, 1], points[k, 2] - points[i, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        determinant = nx * points[i, 0] + ny * points[i, 1] + nz * points[i, 2]
        found[triangle, 0] = twice / max(abs(determinant) * focal * focal, 1e-30)
        found[triangle, 1] = abs(determinant) / max(np.sqrt(nx * nx + ny * ny + nz * nz), 1e-30)
        found[triangle, 2] = 1 if determinant < 0 else -1
    return found


@numba.njit(cache=True)
def _ordered(
    surface: npt.NDArray[np.int16], whole: npt.NDArray[np.bool_], count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The samples to be shaded, ordered by surface: surface k has those from `firsts[k]` on. Their places
    (N, 4): row and column of the sample, and of the pixel it gives to; and how much of the pixel that is (N,)."""
    height, width = whole.shape
    firsts = np.zeros(count + 2, np.int64)
    for write in (False, True):
        if write:
            for number in range(count):
                firsts[number + 2] += firsts[number + 1]
            places = np.empty((firsts[count + 1], 4), np.int32)
            weights = np.empty(firsts[count + 1], np.float32)
        for row in range(height):
            for column in range(width):
                reach = 0 if whole[row, column] else 1
                for di in range(-reach, reach + 1):
                    for dj in range(-reach, reach + 1):
                        i, j = 2 * row + 1 + di, 2 * column + 1 + dj
                        number = surface[i, j]
                        if number < 0:
                            continue
                        if write:
                            place = firsts[number + 1]
                            places[place, 0], places[place, 1], places[place, 2], places[place, 3] = i, j, row, column
                            weights[place] = 1 if reach == 0 else (2 - abs(di)) * (2 - abs(dj)) / 16
                            firsts[number + 1] += 1
                        else:
                            firsts[number + 2] += 1
    return firsts, places, weights


@numba.njit(cache=True)
def _shade(
    view: _View, texture: _Texture, places: npt.NDArray[np.int32], weights: npt.NDArray[np.float32], picture: Float
) -> None:
    """Adds what one surface gives to the picture, at `places` and with `weights`: see `_ordered`."""
    light = view.light
    size = np.float32(texture.levels[0, 1] * texture.levels[0, 2])
    for place in range(len(places)):
        i, j, row, column = places[place, 0], places[place, 1], places[place, 2], places[place, 3]
        triangle, depth = view.seen[i, j], view.depth[i, j]
        second, third = view.barycentrics[i, j, 0], view.barycentrics[i, j, 1]
        first = np.float32(1) - second - third
        a, b, c = view.uv_triangles[triangle, 0], view.uv_triangles[triangle, 1], view.uv_triangles[triangle, 2]
        u = first * view.uv[a, 0] + second * view.uv[b, 0] + third * view.uv[c, 0]
        v = first * view.uv[a, 1] + second * view.uv[b, 1] + third * view.uv[c, 1]
        # Seen at a slant, a pixel shows an area longer than wide: as large as its length, nothing aliases.
        slant = min(max(depth / max(view.footprints[triangle, 1], np.float32(1e-6)), np.float32(1)), np.float32(16))
        area = view.footprints[triangle, 0] * size * depth * depth * depth * slant
        level = np.float32(0.5) * np.log2(area) if area > 1 else np.float32(0)
        red, green, blue = _sample(texture, u, v, level)
        a, b, c = view.triangles[triangle, 0], view.triangles[triangle, 1], view.triangles[triangle, 2]
        x = first * view.normals[a, 0] + second * view.normals[b, 0] + third * view.normals[c, 0]
        y = first * view.normals[a, 1] + second * view.normals[b, 1] + third * view.normals[c, 1]
        z = first * view.normals[a, 2] + second * view.normals[b, 2] + third * view.normals[c, 2]
        scale = view.footprints[triangle, 2] / max(np.sqrt(x * x + y * y + z * z), np.float32(1e-12))
        facing = max(np.float32(0), (x * light[0, 0] + y * light[0, 1] + z * light[0, 2]) * scale)
        above = np.float32(0.5) + np.float32(0.5) * z * scale
        below = np.float32(1) - above
        weight = weights[place]
        picture[row, column, 0] += weight * red * (facing * light[1, 0] + above * light[2, 0] + below * light[3, 0])
        picture[row, column, 1] += weight * green * (facing * light[1, 1] + above * light[2, 1] + below * light[3, 1])
        picture[row, column, 2] += weight * blue * (facing * light[1, 2] + above * light[2, 2] + below * light[3, 2])


@numba.njit(cache=True)
def _sample(texture: _Texture, u: float, v: float, level: np.floating) -> _Light:
    """Light of the texture at (u, v), linear between texels, and between the two levels around `level` unless it is
    near one of them."""
    last = len(texture.levels) - 1
    low = min(int(level), last)
    share = min(max((level - low - np.float32(0.25)) * np.float32(2), np.float32(0)), np.float32(1))
    if share >= 1 or low == last:
        return _bilinear(texture, u, v, min(low + 1, last))
    red, green, blue = _bilinear(texture, u, v, low)
    if share > 0:
        r, g, b = _bilinear(texture, u, v, low + 1)
        rest = np.float32(1) - share
        return rest * red + share * r, rest * green + share * g, rest * blue + share * b
    return red, green, blue


@numba.njit(cache=True)
def _bilinear(texture: _Texture, u: float, v: float, level: int) -> _Light:
    start, width, height = texture.levels[level, 0], texture.levels[level, 1], texture.levels[level, 2]
    x, y = (u - np.floor(u)) * width - 0.5, (1 - (v - np.floor(v))) * height - 0.5
    x0, y0 = int(np.floor(x)), int(np.floor(y))
    fx, fy = np.float32(x - x0), np.float32(y - y0)
    left, right = x0 if x0 >= 0 else width - 1, x0 + 1 if x0 + 1 < width else 0
    top, bottom = y0 if y0 >= 0 else height - 1, y0 + 1 if y0 + 1 < height else 0
    # The product is written out: a loop over four texels takes twice as long.
    w00, w01 = (np.float32(1) - fy) * (np.float32(1) - fx), (np.float32(1) - fy) * fx
    w10, w11 = fy * (np.float32(1) - fx), fy * fx
    t00, t01 = start + top * width + left, start + top * width + right
    t10, t11 = start + bottom * width + left, start + bottom * width + right
    linear, texels = texture.linear, texture.texels
    return (
        w00 * linear[texels[t00, 0]]
        + w01 * linear[texels[t01, 0]]
        + w10 * linear[texels[t10, 0]]
        + w11 * linear[texels[t11, 0]],
        w00 * linear[texels[t00, 1]]
        + w01 * linear[texels[t01, 1]]
        + w10 * linear[texels[t10, 1]]
        + w11 * linear[texels[t11, 1]],
        w00 * linear[texels[t00, 2]]
        + w01 * linear[texels[t01, 2]]
        + w10 * linear[texels[t10, 2]]
        + w11 * linear[texels[t11, 2]],
    )


@numba.njit(cache=True)
def _encode(linear: Float, table: Bytes) -> Rgb:
    found = np.empty(linear.shape, np.uint8)
    flat, bytes_ = linear.ravel(), found.ravel()
    top = np.float32(len(table) - 1)
    for index in range(len(flat)):
        value = min(max(flat[index], np.float32(0)), np.float32(1))
        bytes_[index] = table[int(value * top + np.float32(0.5))]
    return found
