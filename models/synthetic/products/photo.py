"""What a product photo is, and the truth it carries."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.garments.garment import Category, Worn
from models.synthetic.render.gbuffer import GBuffer
from schemas.findings import FindingCode

View = Literal["front", "back"]
Style = Literal["white", "grey", "flat", "ghost"]
Quality = Literal["cheap", "picture"]
STYLES: tuple[Style, ...] = ("white", "grey", "flat", "ghost")

OUTSIDE = 0  # the number of the garment's outside among the surfaces of `ProductPhoto.buffer`


@dataclass(frozen=True)
class Shot:
    """How a product is photographed.

    "flat" lies on a table; the others hang on a figure that is not seen: before pure white ("white", "ghost"; the ghost
    is seen from a little above, into its neck) or light grey. `quality` "picture" has light that passes for a photo's
    (`render.shade`), "cheap" is for volume. `fill` is the share of the frame's width or height that the garment takes,
    whichever it reaches first; if `metres` is given, the frame is so high whatever the garment, and a mini is shorter
    than a maxi.
    """

    view: View = "front"
    style: Style = "white"
    quality: Quality = "cheap"
    height: int = 512
    width: int = 384
    fill: float = 0.86
    metres: float | None = None


@dataclass(frozen=True, eq=False)
class ProductPhoto:
    """A shop's picture of a garment.

    Following `pixels` by the garment's triangles gives the picture's flow: a point of the cloth at barycentric
    coordinates of a triangle is seen at the same mean of its corners' `pixels`, where `visible`.
    """

    picture: npt.NDArray[np.uint8]  # (H, W, 3), sRGB
    alpha: npt.NDArray[np.float32]  # (H, W), 0..1: how much of a pixel is the garment, its inside included
    pixels: npt.NDArray[np.float64]  # (N, 2): where each vertex of the garment lies, pixel centres at .5
    visible: npt.NDArray[np.bool_]  # (T,): triangles of which some pixel's centre shows the outside
    buffer: GBuffer  # of the pixels' centres; surface `OUTSIDE` is the garment, its triangles in the garment's order
    worn: Worn  # the garment as it hangs or lies before `camera`
    camera: Camera
    shot: Shot
    category: Category
    codes: frozenset[FindingCode] = frozenset()  # the garment findings that hold: GARMENT_CROPPED, ...
