"""The flow from product photo to body: the pixel it names shows the same spot of the same cloth."""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from models.synthetic.body.model import body, grounded, posed
from models.synthetic.camera import Camera
from models.synthetic.render.cheap import FLAT, shade, srgb
from models.synthetic.render.flow import NOWHERE, ProductView, best, flow, product_view, warp
from models.synthetic.render.gbuffer import fine
from models.synthetic.render.raster import rasterise
from models.synthetic.surface import Surface
from tests.models.synthetic.dressed import FRONT, garment, printed, wearing, worn

TEE = ("upper", "tee")


@cache
def _product(side: int) -> tuple[Surface, Camera, ProductView]:
    """The tee on another body, from the front (-1) or the back (1)."""
    piece = garment(*TEE)
    other = grounded(posed(body({"gender": 0.0, "weight": 0.4}), {}))
    surface = worn(piece, other, printed(sum(map(ord, TEE[1]))))
    middle = (surface.vertices.min(0) + surface.vertices.max(0)) / 2
    eye = float(middle[0]), float(middle[1]) + side * 3.0, float(middle[2])
    camera = Camera(eye, (eye[0], float(middle[1]), eye[2]), 22, 256, 256)
    return surface, camera, product_view(surface, camera, piece.extent)


@pytest.mark.parametrize("yaw", [0.0, 50.0, 180.0])
def test_the_flow_names_the_same_spot_of_the_cloth(yaw: float) -> None:
    """uv of the product photo at the flow's target is the uv of the body's pixel, within a pixel of cloth; and what
    faces the camera is found in the photo of its side."""
    person = wearing(TEE, ("lower", "straight_trousers"), yaw=yaw)
    exact = rasterise(person.surfaces, FRONT)
    extent = np.array(garment(*TEE).extent) * [2, 1]
    shown = exact.surface == 1
    for side in (-1, 1):
        _, camera, view = _product(side)
        found = flow(exact, 1, view)
        assert (found.xy[~found.valid] == NOWHERE).all()
        assert not (found.valid & ~shown).any()
        columns, rows = found.xy[found.valid].astype(int).T
        apart = (view.buffer.uv[rows, columns] - exact.uv[found.valid]) * extent
        pixel = 3.0 / camera.focal
        if found.valid.sum() > 50:  # cut to whole pixels, of cloth that may lie at a slant
            assert np.median(np.linalg.norm(apart, axis=1)) < 1.5 * pixel
        share = found.valid.sum() / shown.sum()
        towards = (side < 0) == (yaw < 90)
        print(
            f"\nyaw {yaw:g}: {100 * share:.0f} % of the tee are in the photo of the {'front' if side < 0 else 'back'}"
        )
        assert share > (0.9 if yaw in {0.0, 180.0} else 0.6) if towards else share < 0.3


def test_the_warped_photo_is_the_garment_on_the_body() -> None:
    """In flat light, so that only geometry counts: the photo laid on by the flow is the picture of the body."""
    person = wearing(TEE, ("lower", "straight_trousers"), yaw=20)
    buffer = rasterise(person.surfaces, fine(FRONT))
    exact, picture = buffer.centres(), srgb(shade(buffer, FLAT))
    flows, photos = [], []
    for side in (-1, 1):
        surface, camera, view = _product(side)
        photos.append(srgb(shade(rasterise([surface], fine(camera)), FLAT)))
        flows.append(flow(exact, 1, view))
    chosen = best(flows[0], flows[1], _product(-1)[2], _product(1)[2])
    laid = [warp(photo, found) for photo, found in zip(photos, flows, strict=True)]
    whole = np.where((chosen == 0)[..., None], laid[0], laid[1])
    # Borders mix with what is beside the garment, in both pictures.
    inner = cv2.erode((chosen >= 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    psnr = _psnr(whole[inner], picture[inner])
    print(f"\nwarped by the flow: {psnr:.1f} dB over {inner.sum()} of {(exact.surface == 1).sum()} pixels")
    assert inner.sum() > 0.7 * (exact.surface == 1).sum()
    assert psnr > 30
    # A shift of one pixel is seen: the figure measures the flow, not a print without detail.
    assert _psnr(np.roll(whole, 1, 1)[inner], picture[inner]) < psnr - 3


def test_the_inside_is_not_shown_by_the_outside() -> None:
    """Cloth of which the body shows the back is not in a photo that shows its front."""
    piece = garment(*TEE)
    surface, camera, view = _product(-1)
    opposite = Camera((camera.eye[0], camera.eye[1] + 6.0, camera.eye[2]), camera.target, 22, 256, 256)
    front = surface.uv[surface.uv_triangles][..., 0].max(1) < 0.5
    half = Surface(
        **{
            **vars(surface),
            "triangles": surface.triangles[front & (piece.panels == 0)],
            "uv_triangles": surface.uv_triangles[front & (piece.panels == 0)],
            "labels": surface.labels[front & (piece.panels == 0)],
            "layers": surface.layers[front & (piece.panels == 0)],
        }
    )
    behind, before = rasterise([half], opposite), rasterise([half], camera)
    assert (behind.surface == 0).sum() > 5000
    assert flow(behind, 0, view).valid.sum() < 0.02 * (behind.surface == 0).sum()
    assert flow(before, 0, view).valid.sum() > 0.95 * (before.surface == 0).sum()


def _psnr(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(np.float64) - b) ** 2)))
