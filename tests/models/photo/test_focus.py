"""Focus: blur at the scale of the body, in its worst direction, whatever noise, compression and background do."""

import cv2
import numpy as np
import pytest
from numpy.random import default_rng

from models.photo.checks.focus import MOST_BLUR, blurry
from schemas.findings import Severity
from tests.models.photo.dressed import Rgb, flips_once, light_of, photo_of, shown

BODY, SIZE = 700.0, 800
SHARP = shown(light_of(size=SIZE, body=BODY))


def gaussian(rgb: Rgb, share: float) -> Rgb:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), share * BODY), np.uint8) if share else rgb


def shaken(rgb: Rgb, share: float, degrees: float) -> Rgb:
    """Moved by a share of the body's height while the shutter is open."""
    if not share:
        return rgb
    way = share * BODY * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    side = int(share * BODY) // 2 + 2
    kernel = np.zeros((2 * side + 1, 2 * side + 1), np.float32)
    for x, y in np.rint(np.linspace(-0.5, 0.5, 400)[:, None] * way).astype(int):
        kernel[side + y, side + x] += 1 / 400
    return np.asarray(cv2.filter2D(rgb, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)


def found(rgb: Rgb, body: float = BODY) -> bool:
    return blurry(photo_of(rgb, body)) is not None


def test_a_blur_is_found_once_and_measured() -> None:
    """Growing from none to 5 % of the body: nothing at 0.15 %, a finding from 0.45 % on, and never back. The value is
    the blur's own within a fifth, where it is measurable."""
    shares = [0.0, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.0035, 0.004, 0.0045, 0.006, 0.01, 0.02, 0.03, 0.05]
    findings = [blurry(photo_of(gaussian(SHARP, share), BODY)) for share in shares]
    assert flips_once([finding is not None for finding in findings])
    assert findings[2] is None
    at = findings[shares.index(0.006)]
    assert at is not None and at.severity is Severity.WARN and at.threshold == MOST_BLUR
    assert at.value == pytest.approx(0.006, rel=0.2)


@pytest.mark.parametrize("degrees", [0, 30, 60, 90, 135])
def test_shaking_in_any_direction_is_found_once(degrees: float) -> None:
    """Edges along the way stay sharp, those across do not: the worst direction decides."""
    shares = [0.0, 0.004, 0.008, 0.012, 0.018, 0.025, 0.04]
    assert flips_once([found(shaken(SHARP, share, degrees)) for share in shares])


@pytest.mark.parametrize("noise", [0, 4, 10])
@pytest.mark.parametrize("quality", [30, 95])
def test_noise_and_compression_neither_hide_nor_make_blur(noise: float, quality: int) -> None:
    """They come after the lens: a sharp photo stays sharp and a blurred one blurred."""
    for share, expected in ((0.0, False), (0.008, True)):
        rgb = gaussian(SHARP, share) + default_rng(3).normal(0, noise, SHARP.shape)
        rgb = np.clip(np.rint(rgb), 0, 255).astype(np.uint8)
        _, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])
        assert found(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)) is expected


def test_a_blurred_background_is_no_fault() -> None:
    """Only the person has to be sharp."""
    wall = shown(light_of(size=SIZE, body=BODY))
    wall[:, ::8] = 0
    mask = np.asarray(photo_of(SHARP, BODY).reading.people[0].mask)[..., None] > 0.5
    assert not found(np.where(mask, SHARP, gaussian(wall, 0.03)))


@pytest.mark.parametrize("body", [250, 500, 1400])
def test_size_alone_is_no_blur(body: int) -> None:
    """The same photo, smaller or larger: sharp stays sharp, and a blur of 0.8 % of the body is one at any size."""
    scale = body / BODY
    for share, expected in ((0.0, False), (0.008, True)):
        picture = shown(light_of(size=round(SIZE * scale), body=body))
        if share:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), share * body), np.uint8)
        assert found(picture, body) is expected


def test_a_tiny_picture_enlarged_is_blurred() -> None:
    """A body of 80 pixels does not get sharper by being stored in 700."""
    small = cv2.resize(SHARP, None, fx=80 / BODY, fy=80 / BODY, interpolation=cv2.INTER_AREA)
    assert found(np.asarray(cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC), np.uint8))


def test_a_plain_picture_has_nothing_that_could_be_blurred() -> None:
    """No edges, no finding: not for an empty wall, not for a picture of one pixel, found or not."""
    for picture in (np.full((300, 300, 3), 90, np.uint8), np.zeros((1, 1, 3), np.uint8)):
        assert blurry(photo_of(picture, 200, found=False)) is None
    assert blurry(photo_of(np.full((300, 300, 3), 90, np.uint8), 200)) is None
