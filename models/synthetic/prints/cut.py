"""Where a garment's panels lie on its cloth."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.garments.garment import Garment

_ROWS = 160  # enough to find a leg's middle; drawn once per garment


@dataclass(frozen=True, eq=False)
class Cut:
    """Masks (rows, columns) of what each panel covers: 255 inside, 0 outside."""

    front: npt.NDArray[np.uint8]
    back: npt.NDArray[np.uint8]


_cuts: "WeakKeyDictionary[Garment, Cut]" = WeakKeyDictionary()


def cut(garment: Garment) -> Cut:
    """The garment's cut, from its triangles in the texture."""
    if garment not in _cuts:
        width, height = garment.extent
        columns = max(round(_ROWS * width / height), 8)
        _cuts[garment] = Cut(*(_covered(garment, side, (_ROWS, columns)) for side in (0, 1)))
    return _cuts[garment]


def _covered(garment: Garment, side: int, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    corners = garment.uv[garment.uv_triangles[garment.panels == side]]
    x = (corners[..., 0] - 0.5 * side) * 2 * shape[1]
    y = (1 - corners[..., 1]) * shape[0]
    mask = np.zeros(shape, np.uint8)
    for polygon in np.round(np.stack([x, y], -1) * 16 - 8).astype(np.int32):
        cv2.fillConvexPoly(mask, polygon, 255, cv2.LINE_8, 4)
    return mask
