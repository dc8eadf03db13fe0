"""What a tuple holds, once rendered. H and W are the picture's; all truth is in the pixels of the final picture."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from schemas.findings import FindingCode

Rgb = npt.NDArray[np.uint8]  # (H, W, 3)
Bytes = npt.NDArray[np.uint8]  # (H, W)

# A flow's coordinate that leads nowhere: that part of the garment is not in the product photo.
NOWHERE = -1.0

# The product photos a tuple may hold: front and back in the shop's own style, laid flat, on an invisible figure, the
# front of what is tried on with it where a dress gives way to two garments, and worn by another person.
PRODUCTS = ("front", "back", "flat", "ghost", "second", "worn")


@dataclass(frozen=True, eq=False)
class Sight:
    """A person in one outfit: the picture and what is seen in it."""

    picture: Rgb
    labels: Bytes  # LIP
    alpha: Bytes  # how much of the pixel the main person covers, 255 wholly
    depth: npt.NDArray[np.float16]  # (H, W) metres along the view; 0 where nothing is
    normals: npt.NDArray[np.int8]  # (H, W, 3) times 127, in the camera's axes: right, down, away; 0 where nothing is
    garment: Bytes  # which piece of the outfit is seen, as numbered in the facts: 1 the first; 0 none
    garment_uv: npt.NDArray[np.uint16]  # (H, W, 2) times 65535, origin at the texture's lower left; 0 without garment


@dataclass(frozen=True, eq=False)
class Product:
    """A product photo of garment B; `alpha` is how much of the pixel the garment covers."""

    picture: Rgb
    alpha: Bytes


@dataclass(frozen=True, eq=False)
class Tuple:
    """One tuple. `facts` is the recipe in plain JSON values: ids of body, garments and cloths, pose, camera, regime."""

    index: int
    facts: Mapping[str, object]
    a: Sight
    b: Sight
    iuv: npt.NDArray[np.uint8]  # (H, W, 3) DensePose: part 0..24, u, v times 255; of the body, through its clothes
    keypoints: npt.NDArray[np.float32]  # (33, 3) x, y in pixels, 1 seen or 0 hidden; `models.pose.landmarks.Joint`
    agnostic: Bytes  # 255 where A's garment was or B's may come
    products: Mapping[str, Product]  # by PRODUCTS; front and back always
    flow_front: npt.NDArray[np.float32]  # (H, W, 2) x, y in `products["front"]` of what is seen at a pixel of `b`
    flow_back: npt.NDArray[np.float32]  # the same in `products["back"]`; NOWHERE where it is not to be seen there
    yaw: float  # degrees; +90 turns the chest to the picture's right
    must: frozenset[FindingCode]  # hold: a check that misses one is wrong
    may: frozenset[FindingCode]  # may be reported or not: near a threshold
