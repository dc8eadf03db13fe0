"""Decoding: every sound picture comes out right, every other is refused in words, and the process lives on."""

import io
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from models.photo.decode import Decoder, Photo
from schemas.errors import UnreadableImage
from tests.models.photo.pictures import encoded, exif, heic, scene


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """One decoder for the module: each test also proves that the one before left it whole."""
    with Decoder() as opened:
        yield opened


def png_header(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


# What is sound comes out right


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_the_three_formats(decoder: Decoder, kind: str, media_type: str) -> None:
    """JPEG, PNG and WebP give Pillow's own pixels, RGB, and say which they were."""
    data = encoded(scene(), kind)
    photo = decoder.decode(data)
    assert photo.media_type == media_type
    assert photo.rgb.dtype == np.uint8
    assert np.array_equal(photo.rgb, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(decoder: Decoder, orientation: int) -> None:
    """Each of the eight orientations stands upright, with width and height swapped where it lies on its side."""
    data = encoded(scene(), "PNG", exif=exif(orientation))
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(decoder.decode(data).rgb, np.asarray(upright))


def test_broken_exif_is_no_reason_to_refuse(decoder: Decoder) -> None:
    """EXIF that is no EXIF leaves the pixels as they are."""
    data = encoded(scene(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert decoder.decode(data).rgb.shape == (32, 48, 3)


def grey16() -> Image.Image:
    return Image.fromarray(np.linspace(0, 65535, 48 * 32).reshape(32, 48).astype(np.uint16))


def half_transparent() -> Image.Image:
    image = scene().convert("RGBA")
    image.putalpha(Image.fromarray(np.tile(np.linspace(0, 255, 48).astype(np.uint8), (32, 1))))
    return image


@pytest.mark.parametrize(
    ("name", "image", "kind"),
    [
        ("bilevel", scene().convert("1"), "PNG"),
        ("grey", scene().convert("L"), "PNG"),
        ("grey with alpha", scene().convert("LA"), "PNG"),
        ("palette", scene().convert("P"), "PNG"),
        ("cmyk", scene().convert("CMYK"), "JPEG"),
        ("grey jpeg", scene().convert("L"), "JPEG"),
        ("webp with alpha", half_transparent(), "WEBP"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_mode_becomes_rgb(decoder: Decoder, name: str, image: Image.Image, kind: str) -> None:
    """Whatever the mode, three channels of the same size come out, bright where the original is bright."""
    rgb = decoder.decode(encoded(image, kind)).rgb
    assert rgb.shape == (32, 48, 3)
    assert rgb[-4:, -4:].mean() > rgb[:4, :4].mean() or name == "webp with alpha"


def test_sixteen_bits_keep_their_tones(decoder: Decoder) -> None:
    """16-bit grey is scaled to 8 bits, not clipped to white as a plain conversion does."""
    rgb = decoder.decode(encoded(grey16(), "PNG")).rgb
    expected = np.linspace(0, 255, 48 * 32).reshape(32, 48)
    assert np.abs(rgb[..., 0] - expected).max() <= 1.0


def test_transparency_lies_on_white(decoder: Decoder) -> None:
    """Fully transparent is white, fully opaque its own colour, and a palette's transparent entry is white too."""
    rgb = decoder.decode(encoded(half_transparent(), "PNG")).rgb
    assert rgb[:, 0].min() == 255
    assert np.array_equal(rgb[:, -1], np.asarray(scene())[:, -1])
    palette = scene().convert("P")
    transparent = palette.getpixel((0, 0))
    rgb = decoder.decode(encoded(palette, "PNG", transparency=transparent)).rgb
    assert rgb[0, 0].tolist() == [255, 255, 255]


def test_a_phones_multi_picture_jpeg(decoder: Decoder) -> None:
    """A .jpg with a second picture behind the first (MPO) is a JPEG to a shopper: the first one counts."""
    data = encoded(scene(), "MPO", save_all=True, append_images=[scene(24, 16)])
    photo = decoder.decode(data)
    assert (photo.media_type, photo.rgb.shape) == ("image/jpeg", (32, 48, 3))


def test_an_animation_is_its_first_picture(decoder: Decoder) -> None:
    """Animated WebP and PNG are pictures with a first frame."""
    for kind in ("WEBP", "PNG"):
        data = encoded(scene(), kind, save_all=True, append_images=[scene().rotate(180)], duration=50, lossless=True)
        assert np.array_equal(decoder.decode(data).rgb, np.asarray(scene()))


def test_one_pixel(decoder: Decoder) -> None:
    """The smallest picture is a picture; whether it will do is for the checks to say."""
    assert decoder.decode(encoded(scene(1, 1), "PNG")).rgb.shape == (1, 1, 3)


def test_the_samples(decoder: Decoder, samples: Path) -> None:
    """Real photos come out bit for bit as Pillow reads them."""
    for path in sorted((samples / "person").iterdir()):
        with Image.open(path) as image:
            expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        assert np.array_equal(decoder.decode(path.read_bytes()).rgb, expected), path.name


# What is not is refused in words


REFUSALS: dict[str, tuple[bytes, str, dict[str, int | str]]] = {
    "empty": (b"", "empty", {}),
    "text": (b"To whom it may concern, this is not a photo.", "not_a_picture", {}),
    "signature": (b"\x89PNG\r\n\x1a\n", "damaged", {}),
    "cut jpeg": (encoded(scene(), "JPEG")[:-200], "damaged", {}),
    "jpeg header": (encoded(scene(), "JPEG")[:20], "damaged", {}),
    "cut png": (encoded(scene(), "PNG")[:-40], "damaged", {}),
    "cut webp": (encoded(scene(), "WEBP")[:-40], "damaged", {}),
    "cut avif": (encoded(scene(), "AVIF")[:-40], "damaged", {}),
    "cut heic": (heic("scene")[:-40], "damaged", {}),
    "heic header": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "damaged", {}),
    "gif": (encoded(scene(), "GIF"), "other_format", {"format": "GIF"}),
    "bmp": (encoded(scene(), "BMP"), "other_format", {"format": "BMP"}),
    "tiff": (encoded(scene(), "TIFF"), "other_format", {"format": "TIFF"}),
    "pdf": (b"%PDF-1.7", "other_format", {"format": "PDF"}),
    "video": (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "not_a_picture", {}),
    "bomb": (png_header(20_000, 20_000), "too_many_pixels", {"megapixels": 400, "most": 24}),
    "one row more": (png_header(6000, 4001), "too_many_pixels", {"megapixels": 25, "most": 24}),
    "ribbon": (png_header(2_000_000, 10), "side_too_long", {"width": 2_000_000, "height": 10, "most": 65_535}),
    "nothing": (png_header(0, 0), "damaged", {}),
    "real bomb": (encoded(Image.new("1", (20_000, 20_000)), "PNG"), "too_many_pixels", {"megapixels": 400, "most": 24}),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refused_in_words(decoder: Decoder, name: str) -> None:
    """Hostile and broken files are refused at once, with a code, its numbers, and a text that states them."""
    data, refusal, numbers = REFUSALS[name]
    began = time.monotonic()
    with pytest.raises(UnreadableImage) as refused:
        decoder.decode(data)
    assert time.monotonic() - began < 5.0
    assert (refused.value.refusal, refused.value.numbers) == (refusal, numbers)
    assert all(str(number) in str(refused.value) for number in numbers.values())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=2000))
def test_random_bytes_never_harm(decoder: Decoder, data: bytes) -> None:
    """Any bytes are either a picture or refused; nothing else comes out."""
    _decodes_or_refuses(decoder, data)


PICTURES = [encoded(scene(), kind) for kind in ("JPEG", "PNG", "WEBP")] + [
    encoded(scene(), "JPEG", progressive=True, exif=exif(6)),
    encoded(scene().convert("P"), "PNG"),
    encoded(scene(), "WEBP", lossless=True),
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    picture=st.sampled_from(PICTURES),
    flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=12),
    cut=st.integers(0, 200),
)
def test_bit_flips_never_harm(decoder: Decoder, picture: bytes, flips: list[tuple[int, int]], cut: int) -> None:
    """Pictures with flipped bits, cut short or not, are decoded or refused."""
    data = bytearray(picture)
    for at, mask in flips:
        data[at % len(data)] ^= mask
    _decodes_or_refuses(decoder, bytes(data[: len(data) - cut]))


def _decodes_or_refuses(decoder: Decoder, data: bytes) -> None:
    try:
        photo = decoder.decode(data)
    except UnreadableImage as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(photo, Photo)
        assert photo.rgb.shape[2] == 3
