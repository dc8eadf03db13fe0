"""The exact flow from a garment's product photo to the garment on a body: both pictures show the same mesh."""

from dataclasses import dataclass

import cv2
import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.geometry import Points, Triangles
from models.synthetic.render.gbuffer import GBuffer, in_view
from models.synthetic.render.raster import rasterise
from models.synthetic.surface import Surface

Float = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Rgb = npt.NDArray[np.uint8]

NOWHERE = -1.0
# A point counts as seen in the product photo if a pixel at most one away shows cloth so near to it in the texture, in
# pixels of the photo. Of cloth that faces the camera neighbours are 1.5 apart (diagonally); of cloth seen at 70 degrees
# 3. What lies in another fold or on the other panel is far further.
_NEAR_PIXELS = 3.0


@dataclass(frozen=True, eq=False)
class ProductView:
    """A product photo as the flow needs it: the garment's mesh as it lies there, and what is seen of it.

    `buffer` is what is seen in the pixels' centres, `number` the garment's surface in it; `extent` are the metres of
    cloth in one half of the texture, as `Garment.extent`.
    """

    vertices: Points  # (N, 3)
    buffer: GBuffer
    number: int
    extent: tuple[float, float]


def product_view(surface: Surface, camera: Camera, extent: tuple[float, float]) -> ProductView:
    """The view of a garment that lies or hangs alone."""
    return ProductView(surface.vertices, rasterise([surface], camera), 0, extent)


@dataclass(frozen=True, eq=False)
class Flow:
    """Where in the product photo each pixel is seen: `xy` (H, W, 2) in its pixels, centres at .5; `NOWHERE` where not
    `valid` (H, W)."""

    xy: Float
    valid: Mask


def flow(body: GBuffer, number: int, product: ProductView) -> Flow:
    """From the pixels of `body` (drawn in the pixels' centres) in which its surface `number` is seen to the product
    photo. The surface has the vertices of the product's garment, in other places; triangles may be left out.

    Valid is what the photo shows from the same side of the cloth.
    """
    surface = body.surfaces[number]
    camera, photo = product.buffer.camera, product.buffer
    points = in_view(product.vertices, camera)
    metres = np.array([2 * product.extent[0], product.extent[1]], np.float32)
    shown = (photo.surface == product.number).astype(np.int8)
    shown[photo.outside] *= 2  # 1 the inside is seen, 2 the outside
    xy = _flow(
        (body.surface == number, body.triangle, body.barycentrics, body.outside, body.uv * metres),
        np.ascontiguousarray(surface.triangles),
        points,
        _focal(camera),
        (shown, photo.uv * metres),
    )
    return Flow(xy, xy[..., 0] != NOWHERE)


def best(front: Flow, back: Flow, front_view: ProductView, back_view: ProductView) -> npt.NDArray[np.int8]:
    """Which photo shows each pixel's point better, that is less at a slant: 0 front, 1 back, -1 neither (H, W)."""
    frontal, behind = _directness(front, front_view), _directness(back, back_view)
    found = np.where(behind > frontal, np.int8(1), np.int8(0))
    found[~front.valid & ~back.valid] = -1
    return found


def _directness(found: Flow, view: ProductView) -> Float:
    """The cosine between the cloth and the view in the photo, -1 where it is not seen (H, W)."""
    photo = view.buffer
    rays = photo.positions - np.asarray(photo.camera.eye, np.float32)
    lengths = np.maximum(np.linalg.norm(rays, axis=2), 1e-6)
    cosine = np.abs(np.einsum("hwc,hwc->hw", photo.normals, rays)) / lengths
    columns, rows = (found.xy[found.valid].astype(np.int32)).T
    direct = np.full(found.valid.shape, -1, np.float32)
    direct[found.valid] = cosine[rows, columns]
    return direct


def warp(product: Rgb, found: Flow) -> Rgb:
    """The product photo (h, w, 3) laid onto the body by the flow (H, W, 3), black where it is not valid.

    Where the photo is larger than the garment on the body it is reduced first, so that prints do not alias.
    """
    picture, xy = product, found.xy
    scale = _reduction(found)
    if scale > 1:
        size = max(1, round(product.shape[1] / scale)), max(1, round(product.shape[0] / scale))
        picture = np.asarray(cv2.resize(product, size, interpolation=cv2.INTER_AREA), np.uint8)
        shrunk = size[0] / product.shape[1], size[1] / product.shape[0]
        xy = np.asarray(xy * np.array(shrunk, np.float32), np.float32)
    laid = cv2.remap(picture, xy[..., 0] - 0.5, xy[..., 1] - 0.5, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.where(found.valid[..., None], laid, 0).astype(np.uint8)


def _reduction(found: Flow) -> float:
    """How many pixels of the photo a pixel of the body shows, a side, in the middle."""
    pairs = found.valid[:, 1:] & found.valid[:, :-1]
    steps = np.linalg.norm(np.diff(found.xy, axis=1), axis=2)[pairs]
    return float(np.median(steps)) if len(steps) else 1.0


def _focal(camera: Camera) -> npt.NDArray[np.float64]:
    return np.array([camera.focal, camera.width / 2, camera.height / 2])


@numba.njit(cache=True)
def _flow(
    body: tuple[Mask, npt.NDArray[np.int32], Float, Mask, Float],
    triangles: Triangles,
    points: Points,
    focal: npt.NDArray[np.float64],
    photo: tuple[npt.NDArray[np.int8], Float],
) -> Float:
    where, numbers, barycentrics, outside, cloth = body
    xy = np.full((*where.shape, 2), NOWHERE, np.float32)
    for row in range(where.shape[0]):
        for column in range(where.shape[1]):
            if not where[row, column]:
                continue
            corners = triangles[numbers[row, column]]
            second, third = barycentrics[row, column, 0], barycentrics[row, column, 1]
            first = np.float32(1) - second - third
            x, y, depth = 0.0, 0.0, 0.0
            for weight, corner in ((first, corners[0]), (second, corners[1]), (third, corners[2])):
                x += weight * points[corner, 0]
                y += weight * points[corner, 1]
                depth += weight * points[corner, 2]
            if depth <= 0:
                continue
            px, py = focal[0] * x / depth + focal[1], focal[0] * y / depth + focal[2]
            near = _NEAR_PIXELS * depth / focal[0]
            side = 2 if outside[row, column] else 1
            if _is_shown(photo, (px, py), (side, cloth[row, column, 0], cloth[row, column, 1]), near):
                xy[row, column, 0], xy[row, column, 1] = px, py
    return xy


@numba.njit(cache=True)
def _is_shown(
    photo: tuple[npt.NDArray[np.int8], Float], at: tuple[float, float], point: tuple[int, float, float], near: float
) -> bool:
    """True if the photo shows the point (side and place of the cloth) around `at`."""
    shown, printed = photo
    side, u, v = point
    height, width = shown.shape
    row, column = int(np.floor(at[1])), int(np.floor(at[0]))
    if not (0 <= row < height and 0 <= column < width):
        return False
    for i in range(max(row - 1, 0), min(row + 2, height)):
        for j in range(max(column - 1, 0), min(column + 2, width)):
            if shown[i, j] == side:
                du, dv = printed[i, j, 0] - u, printed[i, j, 1] - v
                if du * du + dv * dv <= near * near:
                    return True
    return False
