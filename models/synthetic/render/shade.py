"""Pictures that pass for photos: the light on all that is seen, gathered by rays, thrown back by its material.

The picture is shaded in 2 x 2 samples a pixel; the light is gathered once a pixel, for the sample that says most, and
handed to all samples of the same surface around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.render import environment as env
from models.synthetic.render import filters, inner, materials, rays, texture
from models.synthetic.render.assembly import BACKDROP, HAIRY, Assembly, assembled
from models.synthetic.render.develop import Linear
from models.synthetic.render.gbuffer import GBuffer
from models.synthetic.render.light import SUBJECT, Lamp, Lighting
from models.synthetic.render.raster import rasterise
from models.synthetic.render.rays import Occluders, Points
from models.synthetic.surface import Material, Surface

SAMPLES = 2  # a side of a pixel
# A highlight over this many times white counts as this: lenses flare rather than let one sample shine through.
_CEILING = 6.0


@dataclass(frozen=True, eq=False)
class Gathered:
    """The light that arrives, once a pixel (H, W): positions and normals of the sample it was gathered at, the group of
    surfaces it serves (-1 none), and `light` (H, W, 3 + L): the environment's open share and that of each lamp."""

    positions: npt.NDArray[np.float32]
    normals: npt.NDArray[np.float32]
    groups: npt.NDArray[np.int32]
    light: npt.NDArray[np.float32]


def picture(surfaces: Sequence[Surface], camera: Camera, lighting: Lighting, buffer: GBuffer | None = None) -> Linear:
    """What `camera` sees, as light (H, W, 3): 1 is a white sheet that faces the light, highlights go beyond; before
    exposure and white balance, which `develop.develop` does. Where nothing is, the environment shows.

    `buffer`, if it is at hand, was drawn by `rasterise(surfaces, camera.resized(SAMPLES), hashed=True)`.

    Raises:
        ValueError: the buffer has another size.
    """
    fine = camera.resized(SAMPLES)
    if buffer is None:
        buffer = rasterise(surfaces, fine, hashed=True)
    if buffer.seen.shape != (fine.height, fine.width):
        raise ValueError(f"a buffer of {fine.height} x {fine.width} samples is needed, not {buffer.seen.shape}")
    assembly = assembled(buffer.soup)
    gathered = gather(assembly, buffer, lighting)
    return filters.combed(_shaded(assembly, buffer, lighting, gathered), _hair_share(assembly, buffer))


def gather(assembly: Assembly, buffer: GBuffer, lighting: Lighting) -> Gathered:
    """The light on what is seen, once a pixel."""
    groups_of = _groups(assembly)
    eye = np.asarray(buffer.camera.eye, np.float32)
    soup = buffer.soup
    groups, seen, positions, normals = inner.chosen(
        buffer.seen, buffer.barycentrics, assembly.owners, assembly.flags, groups_of, assembly.vertices, soup.triangles,
        soup.normals, eye,
    )  # fmt: skip
    rows, columns = np.nonzero(groups >= 0)
    owners = seen[rows, columns]
    points = Points(
        rows.astype(np.int32), columns.astype(np.int32), positions[rows, columns], normals[rows, columns],
        (assembly.flags[owners] & BACKDROP) > 0, (assembly.flags[owners] & HAIRY) > 0, _lifts(assembly)[owners],
    )  # fmt: skip
    occluders = Occluders(assembly)
    light = np.ones((*groups.shape, 3 + len(lighting.lamps)), np.float32)
    light[rows, columns, :3] = occluders.openness(points, lighting)
    for number, lamp in enumerate(lighting.lamps):
        light[rows, columns, 3 + number] = occluders.shadow(points, lamp)
    # Metres a pixel covers at each point.
    depth = (positions - eye) @ buffer.camera.axes[2].astype(np.float32)
    footprint = depth / np.float32(buffer.camera.focal / SAMPLES)
    smooth = np.zeros_like(light)
    filters.smooth(light, positions, normals, groups, footprint, smooth)
    filters.spread(smooth[..., :3].copy(), positions, normals, groups, footprint, smooth)
    return Gathered(positions, normals, groups, smooth)


def _hair_share(assembly: Assembly, buffer: GBuffer) -> npt.NDArray[np.float32]:
    """The share of each pixel's samples that show hair (H, W)."""
    hairy = np.append((assembly.flags[assembly.owners] & HAIRY) > 0, False)[buffer.seen]  # -1, nothing, is the last
    height, width = buffer.camera.height // SAMPLES, buffer.camera.width // SAMPLES
    return np.asarray(hairy.reshape(height, SAMPLES, width, SAMPLES).mean((1, 3)), np.float32)


def _lifts(assembly: Assembly) -> npt.NDArray[np.float32]:
    """Where rays begin above each surface, metres (S,)."""
    lifts = np.where(assembly.flags & BACKDROP, rays.FAR_LIFT, rays.LIFT)
    eyes = assembly.finish == materials.ORDER.index(Material.EYE)
    return np.where(eyes, rays.EYE_LIFT, lifts).astype(np.float32)


def _groups(assembly: Assembly) -> npt.NDArray[np.int32]:
    """For each surface the group that shares light: 0 the backdrop, one for each person's skin and clothes, one for
    each person's hair, one for every other thing."""
    groups = []
    for number, surface in enumerate(assembly.soup.surfaces):
        if assembly.flags[number] & BACKDROP:
            groups.append(0)
        elif surface.person:
            groups.append(2 * surface.person + (surface.material is Material.HAIR))
        else:
            groups.append(1000 + number)
    return np.array(groups, np.int32)


def _shaded(assembly: Assembly, buffer: GBuffer, lighting: Lighting, gathered: Gathered) -> Linear:
    camera, soup = buffer.camera, buffer.soup
    picture = np.zeros((*gathered.groups.shape, 3), np.float32)
    space = np.empty(gathered.light.shape[2], np.float32), np.empty((10, 3), np.float32), np.empty(3, np.float32)
    inner.shade(
        (buffer.seen, buffer.barycentrics),
        (
            assembly.vertices,
            soup.triangles,
            soup.normals,
            assembly.uv,
            soup.uv_triangles,
            assembly.density,
            assembly.strands,
        ),
        (
            assembly.owners,
            assembly.finish,
            assembly.flags,
            _groups(assembly),
            materials.table(),
            _spreads(lighting),
            assembly.dims,
        ),
        (assembly.atlas.texels, assembly.atlas.offsets, assembly.atlas.sizes, texture.LINEAR),
        (assembly.reliefs.heights, assembly.reliefs.offsets, assembly.reliefs.sizes),
        (gathered.positions, gathered.normals, gathered.groups, gathered.light),
        (env.irradiance(lighting.environment), env.reflections(lighting.environment), lighting.environment),
        _lamps(lighting.lamps),
        (np.asarray(camera.eye, np.float32), camera.axes.astype(np.float32), np.float32(camera.focal)),
        np.float32(_CEILING),
        space,
        picture,
    )
    return picture


def _spreads(lighting: Lighting) -> npt.NDArray[np.float32]:
    """Over which sine each lamp sets on each material, by colour (materials, L, 3): its size and the light that creeps
    around below the surface."""
    wrap = materials.table()[:, None, materials.WRAP : materials.WRAP + 3]
    sizes = np.sin(np.radians([lamp.size for lamp in lighting.lamps])).reshape(1, -1, 1)
    return np.asarray(np.sqrt(wrap**2 + sizes**2 + 1e-6), np.float32)


def _lamps(lamps: Sequence[Lamp]) -> npt.NDArray[np.float32]:
    """One row each (L, 8): direction or place, distance (0 infinite), sine of the half angle, irradiance."""
    rows = np.zeros((len(lamps), 8), np.float32)
    for row, lamp in zip(rows, lamps, strict=True):
        near = np.isfinite(lamp.distance)
        row[:3] = np.asarray(SUBJECT) + np.asarray(lamp.towards) * lamp.distance if near else lamp.towards
        row[3] = lamp.distance if near else 0.0
        row[4] = np.sin(np.radians(lamp.size))
        row[5:] = lamp.irradiance
    return rows
