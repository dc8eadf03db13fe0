"""A path tracer for show: the same surfaces and lights as `shade.picture`, by Mitsuba 3 (BSD), denoised by Open Image
Denoise (Apache-2.0) through pyoidn (MIT). Minutes where the fast pictures take a part of a second.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.geometry import vertex_normals
from models.synthetic.render.develop import Linear, to_linear
from models.synthetic.render.light import SUBJECT, Lamp, Lighting
from models.synthetic.render.materials import Finish, finish
from models.synthetic.surface import Material, Surface
from schemas.errors import PermanentError

if TYPE_CHECKING:
    from types import ModuleType

_FAR = 80.0  # metres: where the sun's disk stands
_BOUNCES = 5


class TracerMissing(PermanentError):
    """What traces paths is not installed."""


def trace(surfaces: Sequence[Surface], camera: Camera, lighting: Lighting, samples: int = 64, seed: int = 0) -> Linear:
    """What `camera` sees, as `shade.picture` gives it (H, W, 3), by `samples` paths a pixel.

    Backdrops that the camera does not see are left out: light falls in where a room's other walls would be, as in the
    fast pictures.

    Raises:
        TracerMissing: mitsuba or pyoidn is not installed.
    """
    if find_spec("mitsuba") is None or find_spec("pyoidn") is None:
        raise TracerMissing("tracing paths needs the extra 'show': pip install 'virton[show]'")
    import mitsuba

    mitsuba.set_variant("scalar_rgb")
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    scene: dict[str, Any] = {
        "type": "scene",
        "integrator": {"type": "aov", "aovs": "albedo:albedo,normal:sh_normal",
                       "path": {"type": "path", "max_depth": _BOUNCES}},
        "sensor": _sensor(mitsuba, camera, samples),
        "sky": _sky(mitsuba, lighting),
    }  # fmt: skip
    for number, lamp in enumerate(lighting.lamps):
        scene[f"lamp{number}"] = _lamp(mitsuba, lamp)
    for number, surface in enumerate(surfaces):
        if _wanted(surface, camera):
            scene[f"surface{number}"] = _mesh(mitsuba, surface, f"surface{number}")
    traced = mitsuba.render(mitsuba.load_dict(scene), spp=samples, seed=mitsuba.UInt32(seed))
    layers = np.array(traced, np.float32)
    return _denoised(layers[..., :3], layers[..., -6:-3], layers[..., -3:])


def _wanted(surface: Surface, camera: Camera) -> bool:
    if "backdrop" not in surface.tags:
        return True
    ahead = (surface.vertices - np.asarray(camera.eye)) @ camera.axes[2] > 0.05
    if not ahead.any():
        return False
    seen = camera.project(surface.vertices[ahead])
    return bool(
        seen[:, 0].min() < camera.width and seen[:, 0].max() > 0
        and seen[:, 1].min() < camera.height and seen[:, 1].max() > 0
    )  # fmt: skip


def _sensor(mi: "ModuleType", camera: Camera, samples: int) -> dict[str, Any]:
    up = -camera.axes[1]
    return {
        "type": "perspective",
        "fov": camera.fov,
        "fov_axis": "y",
        "to_world": mi.ScalarTransform4f().look_at(origin=list(camera.eye), target=list(camera.target), up=up.tolist()),
        "film": {
            "type": "hdrfilm", "width": camera.width, "height": camera.height,
            "rfilter": {"type": "box"}, "pixel_format": "rgb",
        },
        "sampler": {"type": "multijitter", "sample_count": samples},
    }  # fmt: skip


def _sky(mi: "ModuleType", lighting: Lighting) -> dict[str, Any]:
    """Mitsuba's map: +y is up, the middle column looks to -z... turned so that it is the environment's convention."""
    rows = np.repeat(np.repeat(lighting.environment, 4, 0), 4, 1)
    # Mitsuba's column at share s looks to azimuth (sin 2 pi s, -cos 2 pi s) in (x, z); after turning +y to +z that is
    # (sin, cos) in the world's (x, y): our columns, backwards and a quarter turned.
    turned = np.roll(rows[:, ::-1], -rows.shape[1] // 4 * 3, axis=1)
    bitmap = mi.Bitmap(np.ascontiguousarray(turned, np.float32))
    return {"type": "envmap", "bitmap": bitmap, "to_world": mi.ScalarTransform4f().rotate([1, 0, 0], 90)}


def _lamp(mi: "ModuleType", lamp: Lamp) -> dict[str, Any]:
    distance = _FAR if np.isinf(lamp.distance) else lamp.distance
    place = np.asarray(SUBJECT) + np.asarray(lamp.towards) * distance
    sine = np.sin(np.radians(lamp.size))
    # A disk that fills the half angle gives pi sin^2 of it times its radiance.
    radiance = np.asarray(lamp.irradiance) / (np.pi * sine**2)
    up = [0.0, 0.0, 1.0] if abs(lamp.towards[2]) < 0.99 else [0.0, 1.0, 0.0]
    facing = mi.ScalarTransform4f().look_at(origin=place.tolist(), target=list(SUBJECT), up=up)
    return {
        "type": "disk",
        "to_world": facing @ mi.ScalarTransform4f().scale(float(distance * np.tan(np.radians(lamp.size)))),
        "emitter": {"type": "area", "radiance": {"type": "rgb", "value": radiance.tolist()}},
    }


def _mesh(mi: "ModuleType", surface: Surface, name: str) -> Any:
    """The surface as a mesh of Mitsuba's, with one vertex for each pair of place and texture coordinate."""
    corners = np.stack([surface.triangles.ravel(), surface.uv_triangles.ravel()], 1)
    pairs, faces = np.unique(corners, axis=0, return_inverse=True)
    normals = surface.normals if surface.normals is not None else vertex_normals(surface.vertices, surface.triangles)
    properties = mi.Properties()
    if "emitter" in surface.tags:
        shine = {"type": "area", "radiance": _bitmap(mi, to_linear(surface.texture[..., :3] / 255))}
        properties["emitter"] = mi.load_dict(shine)
    properties["bsdf"] = mi.load_dict(_material(mi, surface))
    mesh = mi.Mesh(
        name, len(pairs), len(surface.triangles), has_vertex_normals=True, has_vertex_texcoords=True, props=properties
    )
    parameters = mi.traverse(mesh)
    parameters["vertex_positions"] = np.ascontiguousarray(surface.vertices[pairs[:, 0]], np.float32).ravel()
    parameters["vertex_normals"] = np.ascontiguousarray(normals[pairs[:, 0]], np.float32).ravel()
    # Mitsuba's v runs down the picture.
    parameters["vertex_texcoords"] = np.ascontiguousarray(
        surface.uv[pairs[:, 1]] * [1, -1] + [0, 1], np.float32
    ).ravel()
    parameters["faces"] = faces.reshape(-1).astype(np.uint32)
    parameters.update()
    return mesh


def _material(mi: "ModuleType", surface: Surface) -> dict[str, Any]:
    looks: Finish = finish(surface.material)
    alpha = (1 - looks.mix) * looks.rough + looks.mix * looks.rough2
    index = (1 + np.sqrt(looks.f0)) / (1 - np.sqrt(looks.f0))
    colour = to_linear(surface.texture[..., :3] / 255)
    plain: dict[str, Any] = {
        "type": "principled",
        "base_color": _bitmap(mi, colour),
        "roughness": float(np.sqrt(alpha)),
        "eta": float(index),
        "sheen": 2 * looks.sheen,
        "sheen_tint": 0.7,
    }
    if surface.material is Material.SKIN:
        plain["flatness"] = 0.5  # Burley's approximation of scattering below the surface
    material: dict[str, Any] = {"type": "twosided", "inner": plain}
    if surface.cut_out and surface.texture.shape[2] == 4:
        opacity = _bitmap(mi, surface.texture[..., 3:] / 255)
        material = {"type": "mask", "opacity": opacity, "inner": material}
    return material


def _bitmap(mi: "ModuleType", values: npt.NDArray[np.float64]) -> dict[str, Any]:
    return {"type": "bitmap", "bitmap": mi.Bitmap(np.ascontiguousarray(values, np.float32)), "raw": True}


def _denoised(colour: Linear, albedo: Linear, normals: Linear) -> Linear:
    import pyoidn

    clean = pyoidn.denoise(colour, albedo=np.clip(albedo, 0, 1), normal=normals, hdr=True)
    return np.asarray(clean, np.float32)
