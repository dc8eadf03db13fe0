"""A garment photographed as shops show it."""

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import Points, triangle_normals
from models.synthetic.prints.cloth import Cloth
from models.synthetic.products.backdrop import backdrop
from models.synthetic.products.figure import hung, parted, turned
from models.synthetic.products.flat import laid
from models.synthetic.products.inside import inside
from models.synthetic.products.photo import OUTSIDE, ProductPhoto, Shot
from models.synthetic.render.cheap import CheapLight, shade, srgb
from models.synthetic.render.develop import develop
from models.synthetic.render.gbuffer import GBuffer, fine, smooth, smooth_normals
from models.synthetic.render.light import LightKind
from models.synthetic.render.light_kinds import sample_lighting
from models.synthetic.render.raster import rasterise
from models.synthetic.render.shade import SAMPLES
from models.synthetic.render.shade import picture as lit
from models.synthetic.surface import Surface, labelled

_FOV = 14.0  # degrees: a long lens, as product photographers use
_GHOST_RISE = 4.0  # degrees from above: into the neck, and nothing is foreshortened by more than 0.3 %
_FIGURE = CheapLight((-0.38, -0.80, 0.46), (0.50, 0.50, 0.50), (0.54, 0.54, 0.54), (0.34, 0.34, 0.34))
_TABLE = CheapLight((-0.30, -0.62, 0.72), (0.62, 0.62, 0.62), (0.42, 0.42, 0.42), (0.26, 0.26, 0.26))


def product(garment: Garment, cloth: Cloth, shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    """The garment in `cloth`, as a shop shows it. How it hangs is computed once for each garment."""
    return photograph(placed(garment, shot, rng), cloth, shot, rng)


def placed(garment: Garment, shot: Shot, rng: np.random.Generator) -> Worn:
    """The garment before a camera that looks along +y, the side that is shown turned to it."""
    if shot.style == "flat":
        return laid(garment, shot.view, rng)
    return parted(hung(garment) if shot.view == "front" else turned(hung(garment)), shot.view)


def photograph(worn: Worn, cloth: Cloth, shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    """As `product`, of a garment that is `placed` already."""
    return exposed(worn, both_sides(worn, cloth, shot, rng), framed(worn.vertices, shot), shot, rng)


def both_sides(worn: Worn, cloth: Cloth, shot: Shot, rng: np.random.Generator) -> tuple[Surface, Surface]:
    """The garment's outside, and the inside of the far panel, which alone can be seen: through the neck, under a hem.
    In a fold the near panel, too, turns its back to the camera, but shows no more than a line of it."""
    near = 0 if shot.view == "front" else 1
    hidden = None
    if shot.style == "flat":
        # Where the upper layer lies in a fold, the middle ply of the three is face down: the ply above hides it.
        away = triangle_normals(worn.vertices, worn.garment.triangles)[:, 1] > 0
        hidden = (worn.garment.panels == near) & away
    return outside(worn, cloth, hidden), inside(worn, cloth, rng, 1 - near)


def exposed(
    worn: Worn, surfaces: tuple[Surface, ...], camera: Camera, shot: Shot, rng: np.random.Generator
) -> ProductPhoto:
    """The photo of surfaces of which the first is the outside of `worn`."""
    buffer = rasterise(surfaces, fine(camera))
    alpha = smooth((buffer.surface >= 0).astype(np.float32))
    behind = backdrop(alpha, shot.style, rng)
    if shot.quality == "picture":
        picture = _photo(surfaces, camera, alpha, behind, rng)
    else:
        picture = srgb(shade(buffer, _TABLE if shot.style == "flat" else _FIGURE, behind))
    centres = buffer.centres()
    return ProductPhoto(
        picture=picture,
        alpha=alpha,
        pixels=np.ascontiguousarray(camera.project(worn.vertices)[:, :2]),
        visible=_visible(centres, len(worn.garment.triangles)),
        buffer=centres,
        worn=worn,
        camera=camera,
        shot=shot,
        category=worn.garment.category,
    )


def outside(worn: Worn, cloth: Cloth, hidden: npt.NDArray[np.bool_] | None = None) -> Surface:
    """The garment's outer side, all its triangles in their order; those `hidden` (T,) shrink to a point."""
    garment = worn.garment
    triangles = garment.triangles
    if hidden is not None:
        triangles = np.where(hidden[:, None], triangles[:, :1], triangles)
    labels, layers = labelled(len(triangles), garment.label, garment.layer)
    return Surface(
        name=garment.name,
        vertices=worn.vertices,
        triangles=triangles,
        uv=garment.uv,
        uv_triangles=garment.uv_triangles,
        texture=cloth.texture,
        labels=labels,
        layers=layers,
        material=cloth.material,
        normals=smooth_normals(worn.vertices, triangles).astype(np.float64),
        person=1,  # so that the outside is seen where the inside comes as near (`raster.OVER`)
        relief=cloth.relief,
    )


def framed(points: Points, shot: Shot) -> Camera:
    """A camera that looks along +y at all `points` (N, 3)."""
    low, high = points.min(0), points.max(0)
    wide, tall = float(high[0] - low[0]), float(high[2] - low[2])
    metres = shot.metres or max(tall, wide * shot.height / shot.width) / shot.fill
    distance = 0.5 * metres / float(np.tan(np.radians(_FOV / 2)))
    x, z = float(low[0] + high[0]) / 2, float(low[2] + high[2]) / 2
    # The frame is measured where the garment is nearest, so that nothing of it is cut off.
    y = float(low[1])
    rise = distance * float(np.tan(np.radians(_GHOST_RISE))) if shot.style == "ghost" else 0.0
    return Camera((x, y - distance, z + rise), (x, y, z), _FOV, shot.width, shot.height)


def _visible(buffer: GBuffer, count: int) -> npt.NDArray[np.bool_]:
    visible = np.zeros(count, np.bool_)
    visible[buffer.triangle[buffer.surface == OUTSIDE]] = True
    return visible


def _photo(
    surfaces: tuple[Surface, ...],
    camera: Camera,
    alpha: npt.NDArray[np.float32],
    behind: npt.NDArray[np.uint8],
    rng: np.random.Generator,
) -> npt.NDArray[np.uint8]:
    lighting = sample_lighting(rng, LightKind.PRODUCT)
    buffer = rasterise(surfaces, camera.resized(SAMPLES), hashed=True)
    shown = develop(lit(surfaces, camera, lighting, buffer), lighting).astype(np.float32)
    # At the border a pixel holds some of the light behind the garment: its colour is taken from whole pixels beside it.
    whole = (alpha > 0.999).astype(np.float32)
    spread = cv2.GaussianBlur(whole, (0, 0), 1.2)
    near = cv2.GaussianBlur(shown * whole[..., None], (0, 0), 1.2) / np.maximum(spread, 1e-4)[..., None]
    colour = np.where(((whole > 0) | (spread < 0.02))[..., None], shown, near)
    mixed = behind + alpha[..., None] * (colour - behind)
    return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)
