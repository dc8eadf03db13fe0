"""Colour profiles: what is decoded and what is stored is sRGB; a profile that cannot be used is ignored."""

import colorsys
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from bench.checks.containers import cmyk_profile, matrix_profile
from models.photo.decode import Decoder
from tests.models.photo.pictures import encoded

# XYZ of red, green and blue under D50, from the specifications' chromaticities by Bradford's transform:
# http://www.brucelindbloom.com/index.html?Eqn_RGB_XYZ_Matrix.html
ADOBE_RGB = ((0.6097559, 0.3111242, 0.0194811), (0.2052401, 0.6256560, 0.0608902), (0.1492240, 0.0632197, 0.7448387))
SRGB_FROM_XYZ = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """One decoder for the module."""
    with Decoder(1) as opened:
        yield opened


def colours() -> Image.Image:
    """Patches of many colours of moderate purity, which sRGB can show whatever the profile."""
    hues = np.linspace(0, 1, 24, endpoint=False)
    row = [[colorsys.hsv_to_rgb(hue, 0.35, value) for hue in hues] for value in (0.3, 0.5, 0.7, 0.9)]
    return Image.fromarray((np.array(row) * 255).round().astype(np.uint8)).resize((192, 32), Image.Resampling.NEAREST)


def in_srgb(
    image: Image.Image, primaries: tuple[tuple[float, float, float], ...], gamma: float
) -> npt.NDArray[np.float64]:
    """What the pixels of such a profile are in sRGB, computed anew: linear light, XYZ, sRGB's primaries and curve."""
    linear = (np.asarray(image) / 255) ** gamma @ np.array(primaries) @ SRGB_FROM_XYZ.T
    return companded(linear)


def companded(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """sRGB's curve (IEC 61966-2-1), 0..255."""
    linear = linear.clip(0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize(
    ("primaries", "gamma"),
    [(((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)), 2.2), (ADOBE_RGB, 563 / 256)],
    ids=["Display P3", "Adobe RGB"],
)
def test_a_cameras_colours_become_srgb(
    decoder: Decoder, kind: str, primaries: tuple[tuple[float, float, float], ...], gamma: float
) -> None:
    """Decoded and stored pixels are those that the profile's mathematics gives, and clearly not those of the file."""
    lossless: dict[str, dict[str, object]] = {
        "PNG": {},
        "WEBP": {"lossless": True},
        "JPEG": {"quality": 98, "subsampling": 0},
    }
    data = encoded(colours(), kind, icc_profile=matrix_profile(primaries, gamma), **lossless[kind])
    expected = in_srgb(colours(), primaries, gamma)
    assert np.abs(expected - np.asarray(colours())).max() > 10
    stored = decoder.cleaned(data).data
    assert b"ICC_PROFILE" not in stored
    assert b"iCCP" not in stored
    for rgb in (decoder.decode(data).rgb, decoder.decode(stored).rgb):
        assert np.abs(rgb - expected).mean() < 1.5
        assert np.abs(rgb - expected).max() < (3 if kind != "JPEG" else 9)


def test_srgbs_own_profile_changes_nothing(decoder: Decoder) -> None:
    """Bit for bit, so that pictures with and without it are one object."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tagged = encoded(colours(), "PNG", icc_profile=profile)
    assert np.array_equal(decoder.decode(tagged).rgb, np.asarray(colours()))
    assert decoder.cleaned(tagged) == decoder.cleaned(encoded(colours(), "PNG"))


def test_a_press_profile(decoder: Decoder) -> None:
    """CMYK is read by its profile: the profile's own yellow, not that of a formula."""
    yellow = Image.new("CMYK", (32, 32), (0, 0, 255, 0))
    plain = decoder.decode(encoded(yellow, "JPEG", quality=98)).rgb[8, 8].astype(int)
    read = decoder.decode(encoded(yellow, "JPEG", quality=98, icc_profile=cmyk_profile())).rgb[8, 8].astype(int)
    # The profile's yellow is Lab (90, 0, 60): to XYZ by CIE 15, 8.2.1 under D50, where a = 0.
    root = (90 + 16) / 116
    xyz = np.array([0.9642 * root**3, root**3, 0.8249 * (root - 60 / 200) ** 3])
    expected = companded(xyz @ SRGB_FROM_XYZ.T)
    assert np.abs(read - expected).max() <= 6
    assert np.abs(plain - expected).max() > 30


def test_transparent_pixels_are_converted_too(decoder: Decoder) -> None:
    """The profile holds for the colours, not for the white that lies beneath."""
    image = colours().convert("RGBA")
    image.putpixel((0, 0), (10, 20, 30, 0))
    rgb = decoder.decode(encoded(image, "PNG", icc_profile=matrix_profile(ADOBE_RGB))).rgb
    assert rgb[0, 0].tolist() == [255, 255, 255]
    assert np.abs(rgb[16:] - in_srgb(colours(), ADOBE_RGB, 2.2)[16:]).max() < 3


GOOD = matrix_profile(ADOBE_RGB)


@pytest.mark.parametrize(
    "profile",
    [
        b"no profile",
        GOOD[:200],
        GOOD[:128] + b"\xff\xff\xff\xff" + GOOD[132:],
        cmyk_profile(),
        GOOD.replace(b"RGB XYZ ", b"GRAYXYZ "),
        GOOD + bytes(5 << 20),
    ],
    ids=["text", "cut", "countless tags", "another space", "a lie", "too large"],
)
def test_a_profile_that_cannot_be_used_is_ignored(decoder: Decoder, profile: bytes) -> None:
    """The pixels are taken as sRGB, as a page would show them without a profile."""
    data = encoded(colours(), "JPEG", quality=95, icc_profile=profile)
    assert np.array_equal(decoder.decode(data).rgb, decoder.decode(encoded(colours(), "JPEG", quality=95)).rgb)
