"""What is stored of a picture: its pixels, upright and in sRGB, and nothing else."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageFilter, ImageOps
from PIL.PngImagePlugin import PngInfo

from models.photo.decode import Decoder
from schemas.errors import UnreadableImage
from schemas.objects import MediaType
from tests.models.photo.pictures import encoded, exif, heic, scene

SECRET = b"52.5163 N, 13.3777 E"


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """One decoder for the module."""
    with Decoder(1) as opened:
        yield opened


def pixels(data: bytes) -> npt.NDArray[np.uint8]:
    """As Pillow reads them, RGB."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def psnr(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio in dB."""
    return float(10 * np.log10(255**2 / max(float(np.mean((a.astype(float) - b) ** 2)), 1e-9)))


def photograph(width: int, height: int, seed: int = 3) -> Image.Image:
    """A picture with detail at all scales, as photos have."""
    rng, whole = np.random.default_rng(seed), np.asarray(scene(width, height), float) / 2 + 40
    for radius in (1, 4, 16):
        noise = Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8))
        whole += (np.asarray(noise.filter(ImageFilter.GaussianBlur(radius)), float) - 127) * radius / 2
    return Image.fromarray(whole.clip(0, 255).astype(np.uint8))


def telling(turned: int = 1) -> Image.Exif:
    """EXIF that tells of a place, and has a thumbnail's room."""
    tags = exif(turned)
    tags[0x010F], tags[0x927C] = "Maker", SECRET * 100
    tags.get_ifd(0x8825)[29] = SECRET.decode()
    return tags


def png_texts() -> PngInfo:
    """A comment, compressed and not, and XMP."""
    info = PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_text("Long", "x" * 2000 + SECRET.decode(), zip=True)
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return info


def photoshop(data: bytes) -> bytes:
    """The JPEG with IPTC in Photoshop's segment and a segment of an unknown program."""
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x14" + SECRET
    segments = b"".join(
        b"\xff" + bytes([marker]) + (len(body) + 2).to_bytes(2, "big") + body
        for marker, body in ((0xED, iptc), (0xEB, SECRET), (0xFE, SECRET))
    )
    return data[:2] + segments + data[2:]


SECRETIVE: dict[str, bytes] = {
    "jpeg": photoshop(encoded(scene(), "JPEG", exif=telling(), xmp=SECRET, comment=SECRET)) + SECRET,
    "jpeg turned": encoded(scene(), "JPEG", exif=telling(6)),
    "mpo": encoded(scene(), "MPO", save_all=True, append_images=[scene(24, 16)], exif=telling()) + SECRET,
    "png": encoded(scene(), "PNG", exif=telling(), pnginfo=png_texts()) + SECRET,
    "webp": encoded(scene(), "WEBP", exif=telling(), xmp=SECRET) + SECRET,
    "webp lossless": encoded(scene(), "WEBP", lossless=True, exif=telling(), xmp=SECRET),
    "avif": encoded(scene(), "AVIF", exif=telling(), xmp=SECRET),
    "heic": heic("turned") + SECRET,
}
# Of JPEG and PNG, what a picture needs: frame, tables, scan, JFIF's 14 bytes; header, pixels, end.
NEEDED: dict[str, set[Any]] = {"image/jpeg": {0xC0, 0xC4, 0xDB, 0xDA, 0xE0}, "image/png": {b"IHDR", b"IDAT", b"IEND"}}


def parts(data: bytes, media_type: str) -> list[Any]:
    """Markers of a JPEG or names of a PNG's chunks; AssertionError where something stands between or behind them."""
    found: list[Any] = []
    if media_type == "image/png":
        at = 8
        while at < len(data):
            found.append(data[at + 4 : at + 8])
            at += 12 + int.from_bytes(data[at : at + 4], "big")
        assert at == len(data)
        return found
    at = 2
    while True:
        assert data[at] == 0xFF
        found.append(data[at + 1])
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xE0:
            assert length == 16
        at += 2 + length
        if found[-1] == 0xDA:
            assert data.index(b"\xff\xd9", at) == len(data) - 2
            return found


@pytest.mark.parametrize("name", SECRETIVE)
def test_nothing_but_the_picture_is_left(decoder: Decoder, name: str) -> None:
    """EXIF, XMP, IPTC, comments, maker's notes, second pictures, trailing bytes: of every format all are gone."""
    data = SECRETIVE[name]
    assert SECRET in data or b"Maker" in data
    made = decoder.cleaned(data)
    assert set(parts(made.data, made.media_type)) <= NEEDED[made.media_type]
    assert SECRET not in made.data
    assert b"Maker" not in made.data
    image = Image.open(io.BytesIO(made.data))
    assert (image.size, len(image.getexif()), getattr(image, "n_frames", 1)) == ((made.width, made.height), 0, 1)


@pytest.mark.parametrize(
    ("name", "media_type", "least"),
    [
        *(("jpeg", "image/jpeg", 45), ("mpo", "image/jpeg", 45), ("png", "image/png", 90), ("webp", "image/jpeg", 40)),
        *(("webp lossless", "image/png", 90), ("avif", "image/jpeg", 40), ("heic", "image/jpeg", 40)),
    ],
)
def test_it_is_the_picture_that_was_sent(decoder: Decoder, name: str, media_type: MediaType, least: float) -> None:
    """What is stored shows what the file shows: exactly from PNG and lossless WebP, next to exactly from others."""
    made, sent = decoder.cleaned(SECRETIVE[name]), decoder.decode(SECRETIVE[name])
    assert made.media_type == media_type
    assert (made.height, made.width) == sent.rgb.shape[:2]
    assert psnr(decoder.decode(made.data).rgb, sent.rgb) >= least


@pytest.mark.parametrize("name", SECRETIVE)
def test_the_same_file_is_the_same_object(decoder: Decoder, name: str) -> None:
    """Another decoder, another day: the same bytes and hash. Another child has not the state of the first."""
    with Decoder(1) as other:
        made = other.cleaned(SECRETIVE[name])
    assert decoder.cleaned(SECRETIVE[name]) == made
    assert len(made.sha256) == 64


def test_two_files_of_one_picture_are_one_object(decoder: Decoder) -> None:
    """Where and when it was taken makes no other picture."""
    plain, told = (encoded(scene(), "JPEG", **options) for options in ({}, {"exif": telling(), "comment": SECRET}))
    assert decoder.cleaned(plain) == decoder.cleaned(told)


@pytest.mark.parametrize("quality", [60, 80, 92, 98])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_a_second_encoding_of_a_jpeg_loses_next_to_nothing(
    decoder: Decoder, quality: int, subsampling: int, orientation: int
) -> None:
    """At any quality and turn, the loss is a small part of what the first encoding lost, in about as many bytes."""
    original = photograph(320, 240)
    data = encoded(original, "JPEG", quality=quality, subsampling=subsampling, exif=exif(orientation))
    made = decoder.cleaned(data)
    first = psnr(pixels(data), np.asarray(original))
    second = psnr(pixels(made.data), decoder.decode(data).rgb)
    assert second >= first + 6, "a quarter of the first encoding's error at the most"
    assert len(made.data) <= 1.6 * len(data)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turn_that_shifts_the_blocks_of_a_jpeg(decoder: Decoder, orientation: int) -> None:
    """Of a picture whose sides are no multiples of a block's, the second loss stays below the first, too."""
    original = photograph(317, 237)
    data = encoded(original, "JPEG", quality=90, exif=exif(orientation))
    second = psnr(pixels(decoder.cleaned(data).data), decoder.decode(data).rgb)
    assert second >= psnr(pixels(data), np.asarray(original)) + 6


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_it_stands_upright(decoder: Decoder, kind: str, orientation: int) -> None:
    """As every one of the eight orientations says, and says no more."""
    data = encoded(scene(), kind, exif=exif(orientation), **({"quality": 95} if kind == "JPEG" else {}))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    made = pixels(decoder.cleaned(data).data)
    assert made.shape == upright.shape
    assert psnr(made, upright) >= (90 if kind == "PNG" else 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_png_is_stored_as_it_is_shown(decoder: Decoder, mode: str) -> None:
    """The stored PNG's pixels are those that the checks and the networks are shown; grey stays grey."""
    image = scene().convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    data = encoded(image, "PNG")
    made = decoder.cleaned(data)
    assert np.array_equal(decoder.decode(made.data).rgb, decoder.decode(data).rgb)
    assert Image.open(io.BytesIO(made.data)).mode == ("L" if mode in {"1", "L", "LA", "I;16"} else "RGB")


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_other_modes_of_jpeg(decoder: Decoder, mode: str) -> None:
    """Grey stays grey, a press's colours become a screen's."""
    data = encoded(scene().convert(mode), "JPEG", quality=90)
    made = decoder.cleaned(data)
    assert Image.open(io.BytesIO(made.data)).mode == ("L" if mode == "L" else "RGB")
    assert psnr(decoder.decode(made.data).rgb, decoder.decode(data).rgb) > 38


def test_the_samples(decoder: Decoder, samples: Path) -> None:
    """Real photos and product pictures: no difference that anybody could see, whatever their format."""
    for path in sorted([*(samples / "person").iterdir(), *(samples / "garment").iterdir()]):
        data = path.read_bytes()
        made, sent = decoder.cleaned(data), decoder.decode(data)
        assert psnr(decoder.decode(made.data).rgb, sent.rgb) >= 40, path.name


def test_what_is_no_picture_is_refused_alike(decoder: Decoder) -> None:
    """With the code that decoding gives."""
    for data, refusal in ((b"", "empty"), (b"text", "not_a_picture"), (encoded(scene(), "PNG")[:-30], "damaged")):
        with pytest.raises(UnreadableImage) as refused:
            decoder.cleaned(data)
        assert refused.value.refusal == refusal
