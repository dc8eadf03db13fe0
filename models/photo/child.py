"""The decoding child: a small program that `decode.py` starts, so that no picture can harm the process that asks.

Run as `python -I child.py MAX_PIXELS MAX_SIDE MEMORY_BYTES CPU_SECONDS CPU_SECONDS_PER_MEGAPIXEL`. On stdin come
pictures, each after what is wanted of it (1 byte: `p` for its pixels, `f` for a file to store) and its length (8 bytes,
big endian); on stdout goes one answer for each: a JSON line, then `bytes` bytes, which are RGB pixels or the file. What
is answered is upright and sRGB, and comes from the pixels alone: no EXIF, XMP, IPTC, comment, profile, thumbnail or
trailing byte goes through. The same file gives the same answer.

It imports Pillow and a HEIF decoder and nothing of Virton, so it starts in 0.2 s, and it ends when stdin does: no
parent, however it died, leaves it.
"""

import io
import itertools
import json
import re
import resource
import signal
import struct
import sys
import warnings
from dataclasses import dataclass
from typing import Any

import pi_heif
from PIL import AvifImagePlugin, Image, ImageChops, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

# Formats that people do upload and that are refused, by the bytes at their beginning, to be called by their name.
REFUSED = (
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF", "PDF"),
)
# The first brands of HEVC pictures in a HEIF file, and of AV1's; a file that calls itself only HEIF (mif1, msf1) names
# its coding among its further brands (ISO/IEC 23008-12, annex B; AV1 Image File Format, section 6).
HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
AV1_BRANDS = {b"avif", b"avis"}

# Encoders write 1 to 18 scans (libjpeg's progressive script 10, for CMYK 18). Each further one costs 14 ms at 24
# megapixels however empty it is, and a file of 20 MB has room for a million.
MAX_SCANS = 30
# The profiles of printing presses have up to 3 MB, those of cameras and screens a few kB.
MAX_PROFILE_BYTES = 4 << 20
# A profile that moves no colour by more than this (of 255) is sRGB's own: its makers round differently.
SAME_COLOURS = 2

# What is stored of formats whose own coding is not kept: JPEG at 4:4:4, of whose loss nothing is seen.
FINE_JPEG = {"quality": 95, "subsampling": 0}
# Of a 12 megapixel photo level 3 makes 3.6 MB in 0.5 s, level 6 3.0 MB in 0.9 s, level 1 4.1 MB in 0.4 s.
PNG_LEVEL = 3

SRGB = ImageCms.createProfile("sRGB")

# By the EXIF orientation: what sets the picture upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112


class Refused(Exception):
    """The picture is not decoded: a code of `refusals.py`, and its numbers."""

    def __init__(self, refusal: str, **numbers: int | str) -> None:
        super().__init__(refusal)
        self.answer = {"refused": refusal, "numbers": numbers}


@dataclass(frozen=True)
class Limits:
    """What a picture may be and cost."""

    pixels: int
    side: int
    cpu_seconds: float
    cpu_seconds_per_megapixel: float

    def cpu_seconds_of(self, image: Image.Image) -> float:
        """For reading, and again for writing, a picture of this size."""
        return self.cpu_seconds + self.cpu_seconds_per_megapixel * image.width * image.height / 1e6


def main() -> None:
    """Answers pictures until stdin ends."""
    limits = Limits(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[4]), float(sys.argv[5]))
    memory = int(sys.argv[3])
    # Ctrl-C goes to the whole group, but a worker that drains still needs its decoder.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What ends this process when its processor time is over; ignoring and blocking are inherited from the parent.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    # Pillow's own warnings about large pictures come too late (89 megapixels) and nobody reads them here.
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    _one_thread_each()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(b"ready\n")
    answers.flush()
    while len(head := requests.read(9)) == 9:
        wanted, size = struct.unpack(">cQ", head)
        header, content = _answer(wanted, requests.read(size), limits)
        answers.write(json.dumps(header | {"bytes": len(content)}).encode() + b"\n")
        answers.write(content)
        answers.flush()


def _one_thread_each() -> None:
    """Threads' stacks and heaps would count against the address space, and the machine's cores are others' too."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pi_heif.options.DECODE_THREADS = 1
    for also in ("THUMBNAILS", "DEPTH_IMAGES", "AUX_IMAGES"):
        setattr(pi_heif.options, also, False)


def _answer(wanted: bytes, data: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    _limit_cpu(limits.cpu_seconds)
    try:
        return _file(data, limits) if wanted == b"f" else _pixels(data, limits)
    except Refused as error:
        return error.answer, b""
    except MemoryError:
        return Refused("too_much_memory").answer, b""
    except Exception:  # noqa: BLE001 - a decoder raises whatever it likes on a broken file
        return Refused("damaged").answer, b""
    finally:
        _limit_cpu(0)


def _limit_cpu(seconds: float) -> None:
    """Ends this process after so much processor time, counted from now; 0 lifts the limit."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _pixels(data: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    media_type, image = _opened(data, limits)
    image = _upright_srgb(image).convert("RGB")
    return {"media_type": media_type, "width": image.width, "height": image.height}, image.tobytes()


def _file(data: bytes, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """The picture as a JPEG, or as a PNG where its own coding loses nothing."""
    media_type, image = _opened(data, limits)
    lossless = media_type == "image/png" or (media_type == "image/webp" and not _is_lossy_webp(data))
    coding = _own_coding(image) if isinstance(image, JpegImagePlugin.JpegImageFile) else FINE_JPEG
    image = _upright_srgb(image)
    # Pillow writes into a file some of what it has read from another.
    image.info = {}
    out = io.BytesIO()
    _limit_cpu(limits.cpu_seconds_of(image))
    if lossless:
        media_type = "image/png"
        image.save(out, "PNG", compress_level=PNG_LEVEL)
    else:
        media_type = "image/jpeg"
        image.save(out, "JPEG", **coding)
    return {"media_type": media_type, "width": image.width, "height": image.height}, out.getvalue()


def _opened(data: bytes, limits: Limits) -> tuple[str, Image.Image]:
    """Media type and decoded pixels, as they lie in the file. Raises Refused, before decoding where that can be."""
    if not data:
        raise Refused("empty")
    media_type, kind = _kind(data)
    # Not by `Image.open`: it would try further formats, and look through a JPEG for more pictures behind the first.
    image = kind(io.BytesIO(data))
    _check_size(image, limits)
    if media_type == "image/jpeg" and _scans(data) > MAX_SCANS:
        raise Refused("too_costly")
    _limit_cpu(limits.cpu_seconds_of(image))
    image.load()
    # HEIF's sizes are what its boxes say; decoded, the picture may have another.
    _check_size(image, limits)
    return media_type, image


def _kind(data: bytes) -> tuple[str, Any]:
    """Media type and opening class by the first bytes. Raises Refused for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", JpegImagePlugin.JpegImageFile
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", PngImagePlugin.PngImageFile
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", WebPImagePlugin.WebPImageFile
    if data[4:8] == b"ftyp":
        end = min(int.from_bytes(data[:4], "big"), 256)
        brands = [data[at : at + 4] for at in (8, *range(16, end, 4))]
        if brands[0] in HEVC_BRANDS | AV1_BRANDS | {b"mif1", b"msf1"}:
            # What comes first counts; a file that names neither is left to the HEIF decoder to refuse.
            if next((brand for brand in brands if brand in HEVC_BRANDS | AV1_BRANDS), b"") in AV1_BRANDS:
                return "image/avif", AvifImagePlugin.AvifImageFile
            return "image/heic", pi_heif.HeifImageFile
    for magic, name in REFUSED:
        if data.startswith(magic):
            raise Refused("other_format", format=name)
    raise Refused("not_a_picture")


def _check_size(image: Image.Image, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.pixels:
        megapixels = -(-width * height // 1_000_000)
        raise Refused("too_many_pixels", megapixels=megapixels, most=limits.pixels // 1_000_000)
    if max(width, height) > limits.side:
        raise Refused("side_too_long", width=width, height=height, most=limits.side)


def _scans(data: bytes) -> int:
    """How many scans a JPEG has, MAX_SCANS + 1 at the most (ITU-T T.81, annex B)."""
    # Within a scan's data an 0xFF is followed by 0, or by a restart marker.
    marker = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
    count = at = 0
    while count <= MAX_SCANS and (found := marker.search(data, at)) is not None:
        code, at = data[found.start() + 1], found.end()
        if code == 0xD9:
            break
        count += code == 0xDA
        at += int.from_bytes(data[at : at + 2], "big")
    return count


def _is_lossy_webp(data: bytes) -> bool:
    """By the first picture's chunk: VP8 is lossy, VP8L is not. (RFC 9649, section 2)"""
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in {b"VP8 ", b"VP8L"}:
            return name == b"VP8 "
        # A frame of an animation has 16 bytes of its own before its chunks.
        at += 8 + 16 if name == b"ANMF" else 8 + size + size % 2
    return False


def _own_coding(image: JpegImagePlugin.JpegImageFile) -> dict[str, Any]:
    """With which options to write a JPEG again so that the least is lost: its own quantisation and subsampling.

    The coefficients then fall on the steps on which they lay, but for rounding in between.
    """
    rgb_inside = image.info.get("adobe_transform") == 0 and len(image.layer) == 3
    if image.mode not in {"L", "RGB"} or rgb_inside:
        return FINE_JPEG
    tables = [list(image.quantization[layer[3]]) for layer in image.layer]
    if _orientation(image) >= 5:
        # Turned by a quarter, horizontal frequencies are vertical ones.
        tables = [[table[8 * column + row] for row in range(8) for column in range(8)] for table in tables]
    if _orientation(image) > 1 and (image.width % 16 or image.height % 16):
        # The 8 x 8 blocks, 16 x 16 where colours are subsampled, may now begin elsewhere: steps of half the size keep
        # the second loss below the first.
        tables = [[(step + 1) // 2 for step in table] for table in tables]
    # A baseline JPEG's steps have 8 bits.
    tables = [[min(max(step, 1), 255) for step in table] for table in tables]
    subsampling = JpegImagePlugin.get_sampling(image)
    # 4:2:2 turned by a quarter would be 4:4:0, which Pillow cannot write; 4:4:4 loses less than either.
    if subsampling == -1 or (subsampling == 1 and _orientation(image) >= 5):
        subsampling = 0
    return {"qtables": tables, "subsampling": subsampling}


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - broken EXIF is no reason to refuse the pixels
        return 1


def _upright_srgb(image: Image.Image) -> Image.Image:
    """Any mode as `RGB` or `L`: transparency lies on white, as a page would show it; 16 bits become 8."""
    turn = TURNS.get(_orientation(image))
    profile = image.info.get("icc_profile")
    grey = image.mode in {"1", "L", "LA", "La", "I", "F"} or image.mode.startswith("I;16")
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        # Pillow clips these to 255 when it converts; 16-bit white is 65535 = 257 x 255.
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
        image.info = {}
    mode = "L" if grey else "RGB"
    if image.has_transparency_data:
        image = image.convert("LA" if grey else "RGBA")
        alpha = image.getchannel("A")
        image = _srgb(image.convert(mode), profile)
        image = Image.composite(image, Image.new(mode, image.size, "white"), alpha)
    else:
        image = _srgb(image if image.mode == "CMYK" else image.convert(mode), profile)
    return image if turn is None else image.transpose(turn)


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An `L`, `RGB` or `CMYK` image in sRGB (`L` stays `L`). A broken or unfit profile is ignored."""
    plain = image.convert("RGB") if image.mode == "CMYK" else image
    if not profile or len(profile) > MAX_PROFILE_BYTES:
        return plain
    try:
        return _converted(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Little CMS and Pillow say in many ways that a profile is none
        return plain


def _converted(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    transform = ImageCms.buildTransform(
        profile,
        SRGB,
        image.mode,
        "RGB",
        ImageCms.Intent.PERCEPTUAL,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if image.mode == "RGB":
        colours = itertools.product(range(0, 256, 51), repeat=3)
        lattice = Image.frombytes("RGB", (6**3, 1), bytes(itertools.chain.from_iterable(colours)))
        moved = ImageChops.difference(lattice, transform.apply(lattice))
        if max(moved.tobytes()) <= SAME_COLOURS:
            return image
    return transform.apply(image).convert("L" if image.mode == "L" else "RGB")


if __name__ == "__main__":
    main()
