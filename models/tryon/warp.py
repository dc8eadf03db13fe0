"""The garment's parts on the body: mappings for the torso and for each limb, and their drawing at any resolution."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.features import Alpha, GarmentFeatures
from models.garment.landmarks import Kind
from models.tryon import fit as fits
from models.tryon.body import Body
from models.tryon.mesh import Mapping, draw_mesh, thin_plate
from schemas.events import Category

Float = npt.NDArray[np.float32]

# cv2.remap takes both coordinates from one array if there is no second; its type stubs do not know that.
_NO_SECOND_MAP: npt.NDArray[np.float32] = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Layer:
    """One part as it lies on the body.

    `mapping` (h, w, 2) gives the product photo's (x, y) at every pixel of the working picture, `cover` (h, w) 0..1
    where it holds; `alpha` is the part's alpha in the product photo. Layers are drawn in order, the torso first, limbs
    over it. `sleeve` is the arm's side and how many pixels of it are covered, for a sleeve.
    """

    mapping: Mapping
    cover: Float
    rgb: npt.NDArray[np.uint8]
    alpha: Alpha
    limb: bool
    sleeve: tuple[int, float] | None = None


def warp(body: Body, garment: GarmentFeatures, category: Category, ease: float = 1.0) -> list[Layer]:
    """The layers of a garment on a body. `ease` scales the garment's length (1.0: as worn in proportion)."""
    if category is Category.LOWER:
        return _lower(body, garment, ease)
    return _upper(body, garment, category, ease)


def _upper(body: Body, garment: GarmentFeatures, category: Category, ease: float) -> list[Layer]:
    size = (body.silhouette.shape[0], body.silhouette.shape[1])
    marks = garment.landmarks
    fit = fits.fit_upper(body, marks, category, ease)
    torso = fits.torso_part(body, marks, fit)
    layers = [_plate_layer(torso, garment.rgb, garment.parts[0], size)]
    for side in (0, 1):
        part, alpha = fits.sleeve_part(body, marks, fit, side), garment.parts[1 + side]
        if part is not None and alpha is not None:
            layer = _limb_layer(part, garment.rgb, alpha, size)
            layers.append(replace(layer, sleeve=(side, fits.sleeve_length(body, marks, fit, side))))
    return layers


def _lower(body: Body, garment: GarmentFeatures, ease: float) -> list[Layer]:
    size = (body.silhouette.shape[0], body.silhouette.shape[1])
    marks = garment.landmarks
    fit = fits.fit_lower(body, marks, garment.worn, ease)
    if marks.kind is Kind.SHORTS:
        whole = np.max(np.stack([part for part in garment.parts if part is not None]), axis=0)
        return [_plate_layer(fits.shorts_part(body, marks, fit), garment.rgb, whole, size)]
    yoke = fits.yoke_part(body, marks, fit)
    legs = []
    for side in (0, 1):
        part, alpha = fits.leg_part(body, marks, fit, yoke, side), garment.parts[1 + side]
        if part is not None and alpha is not None:
            legs.append(_limb_layer(part, garment.rgb, alpha, size))
    # The yoke is cut from one piece with the legs: it lies over their beginning.
    return [*legs, _plate_layer(yoke, garment.rgb, garment.parts[0], size)]


def _plate_layer(part: fits.Part, rgb: npt.NDArray[np.uint8], alpha: Alpha, size: tuple[int, int]) -> Layer:
    mapping = thin_plate(part.target.reshape(-1, 2), part.source.reshape(-1, 2), size)
    rgb, alpha, mapping = _reduced(rgb, alpha, mapping)
    return Layer(mapping, np.ones(size, np.float32), rgb, alpha, limb=False)


def _limb_layer(part: fits.Part, rgb: npt.NDArray[np.uint8], alpha: Alpha, size: tuple[int, int]) -> Layer:
    mapping = draw_mesh(part.target, part.source, size)
    cover = np.isfinite(mapping[..., 0]).astype(np.float32)
    rgb, alpha, mapping = _reduced(rgb, alpha, mapping)
    # Outside the mesh the nearest values go on, so that the mapping can be enlarged without a jump at its rim.
    return Layer(_continued(mapping, cover > 0), cover, rgb, alpha, limb=True)


def _continued(mapping: Mapping, known: npt.NDArray[np.bool_]) -> Mapping:
    if not known.any():
        return np.full_like(mapping, -1e4)
    _, nearest = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    source = np.zeros(int(nearest.max()) + 1, np.int64)
    positions = np.flatnonzero(known)
    source[nearest.ravel()[positions]] = positions
    return np.asarray(mapping.reshape(-1, 2)[source[nearest.ravel()]].reshape(mapping.shape), np.float32)


def _reduced(
    rgb: npt.NDArray[np.uint8], alpha: Alpha, mapping: Mapping, scale: float = 1.0
) -> tuple[npt.NDArray[np.uint8], Alpha, Mapping]:
    """The product photo reduced as far as the mapping does anyway (INTER_AREA: a fine print would else turn into
    moire), and the mapping to it. `scale` is how much smaller the working picture is than the photo it stands for."""
    step = _reduction(mapping) * scale
    if step <= 1:
        return rgb, alpha, mapping
    size = (max(1, round(rgb.shape[1] / step)), max(1, round(rgb.shape[0] / step)))
    factor = np.array([size[0] / rgb.shape[1], size[1] / rgb.shape[0]], np.float32)
    small_rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    small_alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small_rgb, small_alpha, np.asarray((mapping + 0.5) * factor - 0.5, np.float32)


def _reduction(mapping: Mapping) -> float:
    """How many product pixels fall on one of the picture's, at the mapping's median.

    The finer axis decides, less 10 % that the interpolation takes: better a trace of aliasing than a blurred print.
    """
    steps = []
    for axis in (0, 1):
        length = np.linalg.norm(np.diff(mapping[::4, ::4], axis=axis), axis=2) / 4
        finite = length[np.isfinite(length)]
        if finite.size:
            steps.append(float(np.median(finite)))
    return 0.9 * min(steps) if steps else 1.0


def colour_at(layer: Layer, mapping: Mapping) -> npt.NDArray[np.uint8]:
    """Colour (h, w, 3) of a layer's product photo where `mapping` (h, w, 2) says."""
    colour = cv2.remap(layer.rgb, mapping, _NO_SECOND_MAP, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(colour, np.uint8)


def alpha_at(layer: Layer, mapping: Mapping) -> Float:
    """Alpha (h, w) 0..1 of a layer's part where `mapping` (h, w, 2) says."""
    alpha = cv2.remap(layer.alpha, mapping, _NO_SECOND_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(alpha / np.float32(255), np.float32)
