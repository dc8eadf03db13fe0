"""The inside of a garment, seen through its neck, its cuffs and under its hem."""

import cv2
import numpy as np

from models.synthetic.garments.garment import Worn
from models.synthetic.geometry import triangle_normals
from models.synthetic.prints.cloth import Cloth
from models.synthetic.prints.lettering import WORDS, lettering, sample_lettering
from models.synthetic.render.gbuffer import smooth_normals
from models.synthetic.surface import Layer, Surface, Texture, labelled

_OFF = 0.0006  # metres beneath the outside: enough to be told apart, too little to come through another layer
_SHADE = 0.72  # of the light outside
# Prints do not go through the cloth; what is woven or knitted is the same on both sides.
_WOVEN = {"plain", "heather", "stripes", "vertical_stripes", "pinstripes", "checks", "tartan", "gingham", "knit",
          "corduroy", "linen", "satin", "colour_block"}  # fmt: skip
_LABEL = (0.036, 0.014)  # metres: a woven neck label


def inside(worn: Worn, cloth: Cloth, rng: np.random.Generator, panel: int) -> Surface:
    """The inner side of a panel (0 front, 1 back) as a surface of its own, its triangles turned over."""
    garment = worn.garment
    # Only what faces away from the camera outside can be seen inside; a little of what is edge-on is kept.
    normals = triangle_normals(worn.vertices, garment.triangles)
    away = normals[:, 1] > -0.2 * np.linalg.norm(normals, axis=1)
    outer = (garment.panels == panel) & away
    triangles = garment.triangles[outer][:, ::-1]
    inwards = -smooth_normals(worn.vertices, garment.triangles).astype(np.float64)
    labels, layers = labelled(len(triangles), garment.label, Layer.SKIN)
    return Surface(
        name=f"{garment.name} inside",
        vertices=worn.vertices + _OFF * inwards,
        triangles=np.ascontiguousarray(triangles),
        uv=garment.uv,
        uv_triangles=np.ascontiguousarray(garment.uv_triangles[outer][:, ::-1]),
        texture=_texture(worn, cloth, rng),
        labels=labels,
        layers=layers,
        material=cloth.material,
        person=1,
        normals=inwards,
    )


def _texture(worn: Worn, cloth: Cloth, rng: np.random.Generator) -> Texture:
    height, width = cloth.texture.shape[:2]
    small = cv2.resize(cloth.texture[..., :3], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    through = 0.9 if cloth.kind in _WOVEN else 0.25
    pale = np.array(cloth.colour, np.float32)
    if cloth.kind == "denim":
        pale = 0.5 * pale + 110
    texture = np.clip((pale + through * (small - pale)) * _SHADE, 0, 255).astype(np.uint8)
    if worn.garment.category != "lower":
        _sew_label(texture, worn, rng)
    return texture


def _sew_label(texture: Texture, worn: Worn, rng: np.random.Generator) -> None:
    """A label at the middle of the back's neck; mirrored, because the texture is seen from behind."""
    garment = worn.garment
    back = np.unique(garment.uv_triangles[garment.panels == 1])
    middle = back[np.abs(garment.uv[back, 0] - 0.75) < 0.02]
    if len(middle) == 0:
        return
    rows, columns = texture.shape[:2]
    scale = columns / 2 / garment.extent[0]
    wide, high = (max(round(length * scale), 2) for length in _LABEL)
    top = round((1 - float(garment.uv[middle, 1].max())) * rows + 0.006 * scale)
    left = round(0.75 * columns - wide / 2)
    if top + high >= rows:
        return
    white = rng.random() < 0.7
    label = np.full((high, wide, 3), 226 if white else 34, np.uint8)
    word = lettering(str(WORDS[int(rng.integers(len(WORDS)))]).upper(), sample_lettering(rng))
    inner = cv2.resize(word, (max(int(0.76 * wide), 1), max(int(0.45 * high), 1)), interpolation=cv2.INTER_AREA)
    y, x = (high - inner.shape[0]) // 2, (wide - inner.shape[1]) // 2
    part = label[y : y + inner.shape[0], x : x + inner.shape[1]].astype(np.float32)
    ink = 40.0 if white else 220.0
    label[y : y + inner.shape[0], x : x + inner.shape[1]] = part + (inner[..., None] / 255.0) * (ink - part)
    texture[top : top + high, left : left + wide] = label[:, ::-1]
