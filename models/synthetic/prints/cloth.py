"""The cloth of a garment: its colours, its fine structure and how light behaves on it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.surface import Material, Texture


@dataclass(frozen=True, eq=False)
class Cloth:
    """What a garment is made of, drawn for one garment's cut: the front in the left half, the back in the right half.

    Texels are square: a texture of (H, W) shows `extent` metres of cloth in each half, so that a texel is
    `extent[0] / (W / 2) = extent[1] / H` metres.
    """

    kind: str  # one of `KINDS`
    texture: Texture  # (H, W, 3), sRGB
    relief: npt.NDArray[np.float32] | None  # (H, W) metres towards the viewer; None: as flat as can be told
    material: Material
    colour: tuple[int, int, int]  # the ground's sRGB: what a shop would name
    has_text: bool
