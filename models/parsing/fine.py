"""From a working picture's maps to the photo's pixels: near borders the photo's own colours decide."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.guided import apply

Float = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

# So many pixels are worked on at once, which bounds memory for photos of 24 megapixels: 13 maps' coefficients for them
# have 200 MB / 4.
_CHUNK = 1 << 18
# How far from a border of the working picture, in its pixels, the photo's border may be.
_BAND = 2


def without_islands(kinds: Bytes, least: float) -> Bytes:
    """Kinds (h, w), 0 for none, whose islands of fewer than `least` pixels are given to what is around them."""
    island = np.zeros(kinds.shape, np.bool_)
    for kind in np.unique(kinds[kinds > 0]):
        _, pieces, stats, _ = cv2.connectedComponentsWithStats((kinds == kind).astype(np.uint8), connectivity=8)
        small = stats[:, cv2.CC_STAT_AREA] < least
        small[0] = False
        island |= small[pieces]
    settled = (kinds > 0) & ~island
    if not island.any() or not settled.any():
        return kinds
    _, nearest = cv2.distanceTransformWithLabels(
        (~settled).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    # Each settled pixel has a number of its own.
    kind_of = np.zeros(int(nearest.max()) + 1, np.uint8)
    kind_of[nearest[settled]] = kinds[settled]
    return np.where(island, kind_of[nearest], kinds)


def refine(rgb: npt.NDArray[np.uint8], coarse: Bytes, person: Float, kinds: Sequence[Float]) -> Bytes:
    """The kind of every pixel, 0 for none and k + 1 for kind k, (H, W), from that of the working picture `coarse` (h,
    w).

    `person` (h, w, 4) and `kinds` (h, w, 4) each are a guided filter's coefficients, which are taken on to the photo
    `rgb` (H, W, 3) as in the fast guided filter (He and Sun 2015).
    """
    height, width = rgb.shape[:2]
    fine = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    around = np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)
    border = (cv2.dilate(coarse, around) != cv2.erode(coarse, around)).astype(np.uint8)
    rows, columns = np.nonzero(cv2.resize(border, (width, height), interpolation=cv2.INTER_NEAREST))
    scale = np.float32(coarse.shape[1] / width), np.float32(coarse.shape[0] / height)
    rows_of = np.minimum(np.arange(height) * coarse.shape[0] // height, coarse.shape[0] - 1)
    columns_of = np.minimum(np.arange(width) * coarse.shape[1] // width, coarse.shape[1] - 1)
    nearby = {
        int(kind): cv2.dilate((coarse == kind).astype(np.uint8), around) for kind in np.unique(coarse[coarse > 0])
    }
    for start in range(0, rows.size, _CHUNK):
        y, x = rows[start : start + _CHUNK], columns[start : start + _CHUNK]
        guide = rgb[y, x].astype(np.float32) / np.float32(255)
        at = ((x + np.float32(0.5)) * scale[0] - np.float32(0.5), (y + np.float32(0.5)) * scale[1] - np.float32(0.5))
        best, share = np.zeros(y.size, np.uint8), np.full(y.size, -np.inf, np.float32)
        for kind, near in nearby.items():
            # A kind that is not near in the working picture has been ruled out there.
            found = np.where(near[rows_of[y], columns_of[x]] > 0, _at(kinds[kind - 1], guide, at), -np.inf)
            best[found > share] = kind
            share = np.maximum(share, found)
        fine[y, x] = np.where(_at(person, guide, at) > 0.5, best, 0)
    return fine


def _at(coefficients: Float, guide: Float, at: tuple[Float, Float]) -> Float:
    """A filtered map at points (n,), whose colours are `guide` (n, 3)."""
    # cv2.remap takes maps of fewer than 32768 rows: points are laid out in rows of 1024.
    size = guide.shape[0]
    rows = -(-size // 1024)
    x, y = (np.resize(axis.astype(np.float32), rows * 1024).reshape(rows, 1024) for axis in at)
    found = cv2.remap(coefficients, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return apply(np.asarray(found, np.float32).reshape(-1, 4)[:size], guide)
