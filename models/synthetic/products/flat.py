"""A garment laid flat on a table, as a stylist lays it: the pattern's own shape, a few centimetres deep."""

import cv2
import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import edges
from models.synthetic.prints.cut import cut
from models.synthetic.prints.sheet import noise
from models.synthetic.products.photo import View

Texels = npt.NDArray[np.float64]  # (N, 2)

_DEEP = 0.016  # metres of cloth and air between the table and the upper layer
_ROUND = 0.030  # metres over which it falls to the table at its borders
_SPREADING = 60  # rounds: some ten centimetres of cloth follow a seam
_RIPPLE = 0.0035  # metres: what steaming leaves


def laid(garment: Garment, view: View, rng: np.random.Generator) -> Worn:
    """The garment's vertices as it lies before a camera that looks along +y: x to the right, z up, the table at y = 0.

    The cloth's texture is the pattern: each vertex lies where its texel is. Vertices of the far panel lie beneath.
    """
    near = 0 if view == "front" else 1
    place, panel = _pattern(garment, near)
    width, height = garment.extent
    x = (place[:, 0] - 0.25) * 2 * width
    z = (place[:, 1] - 0.5) * height
    relief, inside = _relief(garment, near, rng)
    rows = np.clip(((0.5 - z / height) * relief.shape[0]).astype(int), 0, relief.shape[0] - 1)
    columns = np.clip(((x / width + 0.5) * relief.shape[1]).astype(int), 0, relief.shape[1] - 1)
    # Below lies the far panel: flat on the table, but never above the near one.
    above = relief[rows, columns]
    y = np.where(panel == near, -above, -0.25 * above * inside[rows, columns])
    points = np.stack([x, y, z], 1)
    if garment.twins is not None and garment.lift is not None:
        points = (
            points[garment.twins]
            - np.array([0, 1, 0]) * (garment.lift * np.where(panel == near, 1.0, -0.2)[garment.twins])[:, None]
        )
    return Worn(garment, points)


def _pattern(garment: Garment, near: int) -> tuple[Texels, npt.NDArray[np.int64]]:
    """For each vertex its texel (N, 2) as seen from the near side, in the left half, and its panel; a vertex of both
    panels belongs to the near one. The far panel is drawn under the near one where they are sewn together, and what is
    next to the seam follows."""
    count = len(garment.ease)
    panel = np.full(count, 1 - near)
    sides = []
    for side in (1 - near, near):
        of_side = garment.panels == side
        corners, texels = garment.triangles[of_side].ravel(), garment.uv_triangles[of_side].ravel()
        place = np.full((count, 2), np.nan)
        place[corners] = garment.uv[texels] - (0.5 * side, 0.0)
        if side != near:  # what is seen from the other side
            place[:, 0] = 0.5 - place[:, 0]
        panel[corners] = side
        sides.append(place)
    far, close = sides
    sewn = ~np.isnan(far[:, 0]) & ~np.isnan(close[:, 0])
    shift = _spread(garment, np.where(sewn[:, None], close - far, np.nan))
    place = np.where(np.isnan(close), far + shift, close)
    # Hems turned in lie where the cloth does that they are sewn to.
    lost = np.isnan(place[:, 0])
    if garment.twins is not None:
        place[lost], panel[lost] = place[garment.twins[lost]], panel[garment.twins[lost]]
    return np.nan_to_num(place, nan=0.25), panel


def _spread(garment: Garment, known: Texels) -> Texels:
    """Values (N, 2) at some vertices, NaN elsewhere, spread over the cloth: each vertex takes its neighbours' mean."""
    ends = edges(garment.triangles)
    both = np.concatenate([ends, ends[:, ::-1]])
    links = sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(len(known), len(known)))
    mean = sparse.csr_array(sparse.diags_array(1.0 / np.maximum(links.sum(1), 1.0)) @ links)
    fixed = ~np.isnan(known[:, :1])
    values = np.nan_to_num(known)
    for _ in range(_SPREADING):
        values = np.where(fixed, np.nan_to_num(known), np.asarray(mean @ values, np.float64))
    return values


def _relief(
    garment: Garment, near: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """How high the upper layer lies over the table, metres, and how far inside the pattern (0 border, 1), on the cut's
    grid: round at the borders, soft ripples elsewhere."""
    masks = cut(garment)
    mask = cv2.copyMakeBorder(masks.front if near == 0 else masks.back, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    texel = garment.extent[1] / (mask.shape[0] - 2)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 5)[1:-1, 1:-1] * texel
    share = np.clip(distance / _ROUND, 0, 1)
    ripple = noise(rng, share.shape, 0.09 / texel, (1.6, 1.0)) + 0.5 * noise(
        rng, share.shape, 0.045 / texel, (2.0, 0.8)
    )
    # At least 4 mm: two layers of cloth, and the renderer has to tell them apart.
    height = 0.004 + _DEEP * np.sqrt(1 - (1 - share) ** 2) + _RIPPLE * np.clip(ripple, -2, 2) * share
    return np.maximum(height, 0.004).astype(np.float32), share.astype(np.float32)
