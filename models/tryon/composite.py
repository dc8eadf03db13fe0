"""Putting the picture together at the photo's full resolution: plate, garment, and what lies in front of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.tryon.body import Body, shoulder_tips
from models.tryon.fill import Plate
from models.tryon.frame import Frame
from models.tryon.port import Mask, Rgb
from models.tryon.shade import Light, contact_shadow, lit, rim_shade
from models.tryon.warp import Layer, alpha_at, colour_at

Float = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Dressed:
    """A layer in its surroundings, all (h, w) of the working picture: its `alpha`, `shade` is what its colours are
    multiplied with, `visible` 0..1 where nothing lies before it."""

    layer: Layer
    alpha: Float
    shade: Float
    visible: Float


@dataclass(frozen=True)
class Scene:
    """All that a picture is made of, in the working picture: `ground` (h, w) darkens the plate under the garments,
    `front` (h, w) 0..1 is what stays before everything."""

    plate: Plate
    ground: Float
    front: Float
    layers: tuple[Dressed, ...]
    light: Light


def make_scene(  # noqa: PLR0913, PLR0917 the ingredients of a picture, each from its own module
    plate: Plate, layers: Sequence[Layer], light: Light, arms: Float, front: Float, body: Body
) -> Scene:
    """The scene: each layer shaded, and shadowed by those that come after it; bare arms before the torso."""
    unit = body.unit
    alphas = [alpha_at(layer, layer.mapping) * layer.cover for layer in layers]
    whole = without_points(alphas, body) if any(layer.sleeve for layer in layers) else np.ones_like(front)
    shadow = np.ones(front.shape, np.float32)
    dressed: list[Dressed] = []
    for index in reversed(range(len(layers))):
        layer, alpha = layers[index], alphas[index]
        visible = whole if layer.limb else whole * (1 - arms)
        rim = rim_shade(_in_one_piece(layers, alphas, index), unit)
        dressed.append(Dressed(layer, alpha, light.shade * rim * shadow, visible))
        shadow = shadow * (contact_shadow(alpha, unit) if layer.limb else 1)
    union = np.max(np.stack(alphas), axis=0) if alphas else np.zeros_like(front)
    # A garment's shadow falls on the person it touches; the background is too far behind.
    there = body.silhouette & ~plate.background
    person = cv2.GaussianBlur(there.astype(np.float32), (0, 0), 1.0)
    sleeves = [alpha for layer, alpha in zip(layers, alphas, strict=True) if layer.limb]
    # What lies under cloth is in its shadow; an arm before it is only in that of its own sleeve.
    over = contact_shadow(np.max(np.stack(sleeves), axis=0), unit) if sleeves else np.ones_like(front)
    under = contact_shadow(union, unit)
    ground = np.asarray(1 - ((1 - under) * (1 - arms) + (1 - over) * arms) * person, np.float32)
    return Scene(plate, ground, front, tuple(reversed(dressed)), light)


def _in_one_piece(layers: Sequence[Layer], alphas: Sequence[Float], index: int) -> Float:
    """The alpha of a layer with what it is cut in one piece with: trousers' legs come just before their yoke, and have
    no rim where they join it. Sleeves and torso are round each for themselves."""
    piece = alphas[index]
    if layers[index].limb:
        return piece
    while index > 0 and layers[index - 1].limb and layers[index - 1].sleeve is None:
        index -= 1
        piece = np.maximum(piece, alphas[index])
    return piece


def without_points(alphas: Sequence[Float], body: Body) -> Float:
    """Where cloth at the shoulders' tips is more than a point that stands up (h, w) 0..1: corners of torso and sleeve
    that do not quite meet at the seam. Elsewhere 1."""
    keep = np.ones(alphas[0].shape, np.float32)
    reach = max(3, round(0.1 * body.unit)) | 1
    disc = np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)), np.uint8)
    for x, y in np.round(shoulder_tips(body)).astype(int):
        around = 2 * reach
        box = slice(max(0, y - around), max(0, y + around)), slice(max(0, x - around), max(0, x + around))
        cloth = np.max(np.stack([alpha[box] for alpha in alphas]), axis=0)
        if cloth.size:
            # Drawn up to the box's rim, cloth goes on beyond it.
            opened = cv2.morphologyEx(np.pad(cloth, reach, mode="edge"), cv2.MORPH_OPEN, disc)
            smooth = cv2.GaussianBlur(opened, (0, 0), 1.0)[reach:-reach, reach:-reach]
            keep[box] = np.minimum(1, smooth / np.maximum(cloth, 0.05))
    return keep


def cover_of(scene: Scene) -> Float:
    """How much of every working pixel is garment, (h, w) 0..1."""
    covered = np.zeros(scene.front.shape, np.float32)
    for dressed in scene.layers:
        covered = np.maximum(covered, dressed.alpha * dressed.visible)
    return np.asarray(covered * (1 - scene.front), np.float32)


def render(photo: Rgb, mask: Mask, frame: Frame, scene: Scene) -> Rgb:
    """The picture (H, W, 3): the photo's own pixels outside `mask` (H, W), bit for bit, and the scene inside."""
    result = photo.copy()
    removed = np.asarray(cv2.GaussianBlur(scene.plate.removed.astype(np.float32), (0, 0), 0.7), np.float32)
    plate = scene.plate.rgb.astype(np.float32)
    for band in frame.bands():
        rows = slice(frame.top + band[0], frame.top + band[1])
        columns = slice(frame.left, frame.right)
        own = photo[rows, columns].astype(np.float32)
        share = frame.enlarged(removed, band)[..., None]
        picture = own * (1 - share) + frame.enlarged(plate, band) * share if share.any() else own.copy()
        picture *= frame.enlarged(scene.ground, band)[..., None]
        for dressed in scene.layers:
            _paint(picture, dressed, scene.light, frame, band)
        inside = _soft(mask, rows, columns) * (1 - frame.enlarged(scene.front, band))
        blended = own + (picture - own) * inside[..., None]
        changed = mask[rows, columns]
        result[rows, columns][changed] = np.clip(np.round(blended[changed]), 0, 255).astype(np.uint8)
    return result


def _paint(picture: Float, dressed: Dressed, light: Light, frame: Frame, band: tuple[int, int]) -> None:
    """Draws one layer over a band of the picture, in place."""
    layer = dressed.layer
    mapping = np.ascontiguousarray(frame.enlarged(layer.mapping, band))
    alpha = alpha_at(layer, mapping) * frame.enlarged(layer.cover, band) * frame.enlarged(dressed.visible, band)
    # Only the box that the layer touches: a sleeve is a tenth of the frame.
    left, top, width, height = cv2.boundingRect((alpha > 0).astype(np.uint8))
    if not width:
        return
    box = slice(top, top + height), slice(left, left + width)
    colour = colour_at(layer, np.ascontiguousarray(mapping[box]))
    shaded = lit(colour, frame.enlarged(dressed.shade, band)[box], light)
    picture[box] += (shaded - picture[box]) * alpha[box][..., None]


def _soft(mask: Mask, rows: slice, columns: slice) -> Float:
    """The mask of a band as alpha that rises from 0 at its edge to 1 two pixels inside."""
    # 4 rows more on both sides, so that bands join.
    top, bottom = max(0, rows.start - 4), min(mask.shape[0], rows.stop + 4)
    part = mask[top:bottom, columns].astype(np.float32)
    soft = np.clip(2 * cv2.GaussianBlur(part, (5, 5), 1.0) - 1, 0, 1)
    return np.asarray(soft[rows.start - top : soft.shape[0] - (bottom - rows.stop)], np.float32)
