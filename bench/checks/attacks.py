"""Broken and hostile files, made from seeds: what a checker of photos must survive."""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from bench.checks import containers as make

Rng = np.random.Generator

_TESTS = Path(__file__).parents[2] / "tests"
# Width and height of the largest pictures that are accepted, and of some that lie.
_LARGEST = ((6000, 4000), (65_500, 366), (366, 65_500), (4898, 4899))
_LYING = (*_LARGEST, (0, 0), (1, 0), (65_535, 65_535), (30_000, 30_000), (16_383, 16_383), (65_500, 1), (5000, 4801))


@dataclass(frozen=True)
class Attack:
    """A file and of which kind it is."""

    kind: str
    data: bytes


def attacks(count: int, seed: int, first: int = 0) -> Iterator[Attack]:
    """`count` files from number `first` on, of each kind in turn. The same numbers give the same files, with the same
    libraries."""
    kinds = list(KINDS)
    for number in range(first, first + count):
        kind = kinds[number % len(kinds)]
        yield Attack(kind, KINDS[kind](np.random.default_rng((seed, number))))


@cache
def sound() -> Mapping[str, bytes]:
    """Small pictures of every format and mode that is accepted."""
    scene = make.scene(96, 64)
    person = Image.open(sorted((_TESTS / "rendered").glob("*.jpg"))[0]).convert("RGB").resize((144, 192))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    return {
        "jpeg": make.encoded(scene, "JPEG", exif=exif, comment=b"a comment"),
        "jpeg person": make.encoded(person, "JPEG", quality=90),
        "jpeg progressive": make.encoded(scene, "JPEG", progressive=True),
        "jpeg grey": make.encoded(scene.convert("L"), "JPEG"),
        "jpeg cmyk": make.encoded(scene.convert("CMYK"), "JPEG"),
        "jpeg 4:2:2, restarts": make.encoded(scene, "JPEG", subsampling=1, restart_marker_rows=1),
        "jpeg mpo": make.encoded(scene, "MPO", save_all=True, append_images=[scene.rotate(180)]),
        "png": make.encoded(scene, "PNG", exif=exif),
        "png person": make.encoded(person, "PNG"),
        "png palette": make.encoded(scene.convert("P"), "PNG", transparency=3),
        "png bilevel": make.encoded(scene.convert("1"), "PNG"),
        "png grey and alpha": make.encoded(scene.convert("LA"), "PNG"),
        "png rgba": make.encoded(scene.convert("RGBA"), "PNG"),
        "png 16 bits": make.encoded(Image.fromarray(np.asarray(scene.convert("L")).astype(np.uint16) * 257), "PNG"),
        "png 16 bits rgba, interlaced": make.png(96, 64, depth=16, colour=6, interlaced=True),
        "apng": make.encoded(scene, "PNG", save_all=True, append_images=[scene.rotate(180)] * 3, duration=50),
        "webp": make.encoded(scene, "WEBP", exif=exif),
        "webp person": make.encoded(person, "WEBP"),
        "webp lossless, alpha": make.encoded(scene.convert("RGBA"), "WEBP", lossless=True),
        "webp animation": make.encoded(scene, "WEBP", save_all=True, append_images=[scene.rotate(180)] * 3),
        "avif": make.encoded(scene, "AVIF", exif=exif),
        "heic": (_TESTS / "models" / "photo" / "heic" / "scene.heic").read_bytes(),
        "heic turned": (_TESTS / "models" / "photo" / "heic" / "turned.heic").read_bytes(),
    }


def _some(rng: Rng, *starts: str) -> bytes:
    """A sound picture whose name starts so."""
    names = [name for name in sound() if name.startswith(starts)] if starts else list(sound())
    return sound()[names[rng.integers(len(names))]]


def _flipped(rng: Rng) -> bytes:
    return make.flipped(_some(rng), rng, int(rng.integers(1, 24)))


def _flipped_header(rng: Rng) -> bytes:
    return make.flipped(_some(rng), rng, int(rng.integers(1, 6)), within=int(rng.integers(16, 640)))


def _truncated(rng: Rng) -> bytes:
    data = _some(rng)
    return data[: rng.integers(len(data))]


def _rearranged(rng: Rng) -> bytes:
    """A run of bytes repeated, left out, overwritten, or taken from another picture."""
    data, other = _some(rng), _some(rng)
    start, end = sorted(rng.integers(len(data), size=2))
    middle = [data[start:end] * 3, b"", bytes(int(end - start)), rng.bytes(int(end - start)), other[start:end]]
    return data[:start] + middle[rng.integers(5)] + data[end:]


def _lying_size(rng: Rng) -> bytes:
    """The header states another size than the data have."""
    width, height = _LYING[rng.integers(len(_LYING))]
    if rng.random() < 0.3:
        width, height = (int(side) for side in rng.integers(1, 65_536, 2))
    return make.resized(_some(rng, "jpeg", "png", "webp", "avif", "heic"), width, height)


def _largest(rng: Rng) -> bytes:
    """As large as is accepted, of one colour: next to no bytes, and all the memory that a picture may take."""
    # One in five, so that a run takes minutes; the others are a ninth of it.
    width, height = _LARGEST[rng.integers(len(_LARGEST))]
    if rng.random() > 0.2:
        width, height = max(1, width // 3), max(1, height // 3)
    kind = rng.integers(5)
    if kind == 0:
        return make.png(width, height, depth=16, colour=6, interlaced=False)
    if kind == 1:
        return make.png(width, height, depth=8, colour=2, interlaced=True)
    if kind == 2:
        return make.resized(sound()["jpeg cmyk"], width, height)
    image = Image.new("RGB" if kind == 3 else "CMYK", (width, height), None)
    return make.encoded(image, "JPEG", progressive=True, quality=30)


def _inflating(rng: Rng) -> bytes:
    """A PNG whose compressed parts are far larger than they may be: pixels, text, profile, or very many chunks."""
    zeros = zlib.compress(bytes(int(rng.integers(1, 60)) * 1_000_000), 9)
    part = [
        make.chunk(b"IDAT", zeros),
        make.chunk(b"zTXt", b"Comment\0\0" + zeros),
        make.chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zeros),
        make.chunk(b"iCCP", b"profile\0\0" + zeros),
        make.chunk(b"tEXt", b"Comment\0" + b"x" * 1000) * int(rng.integers(10, 3000)),
        make.chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(900_000))) * int(rng.integers(2, 200)),
    ]
    data = sound()["png"]
    return data[:33] + part[rng.integers(len(part))] + data[33:]


def _scans(rng: Rng) -> bytes:
    """A JPEG whose last scan comes again and again."""
    width, height = (6000, 4000) if rng.random() < 0.1 else (800, 600)
    data = make.encoded(Image.new("RGB", (width, height), (120, 90, 60)), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * int(2 ** rng.uniform(0, 12)) + data[-2:]


def _frames(rng: Rng) -> bytes:
    """Very many frames, or a number of frames that is not true."""
    count = int(rng.integers(2, 200))
    image = make.scene(int(rng.integers(1, 64)), 40)
    # No two alike, as encoders leave out what does not change.
    more = [Image.new("RGB", image.size, (n % 256, n * 7 % 256, 9)) for n in range(count)]
    kind = rng.integers(4)
    if kind == 0:
        return make.encoded(image, "WEBP", save_all=True, append_images=more, method=0)
    if kind == 1:
        return make.encoded(image, "PNG", save_all=True, append_images=more)
    if kind == 2:
        return make.encoded(image, "MPO", save_all=True, append_images=more)
    data = bytearray(sound()["apng"])
    at = data.index(b"acTL") + 4
    data[at : at + 8] = struct.pack(">II", 2**31 - 1, 0)
    data[at + 8 : at + 12] = struct.pack(">I", zlib.crc32(data[at - 4 : at + 8]))
    return bytes(data)


def _other_type(rng: Rng) -> bytes:
    """Something else, with or without a picture's first bytes."""
    noise = rng.bytes(int(2 ** rng.uniform(0, 14)))
    starts = make.OTHER_TYPES + make.SIGNATURES
    start = starts[rng.integers(len(starts))]
    return [start, start + noise, noise, b"", start + _some(rng), _some(rng) + noise][rng.integers(6)]


def _exif(rng: Rng) -> bytes:
    """EXIF and XMP that are odd, endless, circular, or none."""
    image = make.scene(96, 64)
    # Type and count of a tag, then its value: of a short (3), a text (2), a fraction (5), of a type that is none.
    kind, count = (3, 2, 5, 0, 13, 65_535)[rng.integers(6)], int(rng.integers(0, 4))
    value = (0, 1, 6, 9, 65_535, 2**32 - 1)[rng.integers(6)]
    odd = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x0112, kind, count, value)
    circle = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, 0x8769, 4, 1, 8, 8)
    huge = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x0112, 3, 2**32 - 1, 2**32 - 8)
    exif = [b"Exif\0\0" + rng.bytes(int(rng.integers(60_000))), circle, huge, odd, rng.bytes(40)]
    xmp = b"<x " + b"<a>" * int(rng.integers(9000)) + b"tiff:Orientation='" + rng.bytes(9) + b"'"
    form = ("JPEG", "PNG", "WEBP", "AVIF")[rng.integers(4)]
    options = {} if form == "PNG" else {"xmp": xmp}
    if form != "AVIF":  # whose encoder refuses such
        options["exif"] = exif[rng.integers(len(exif))]
    return make.encoded(image, form, **options)


def _profile(rng: Rng) -> bytes:
    """Colour profiles that are broken, of another colour space, very large, or cut in pieces that do not fit."""
    kinds = (make.matrix_profile(), make.matrix_profile(gamma=255.0), make.cmyk_profile())
    profile = kinds[rng.integers(3)]
    broken = [
        profile,
        make.flipped(profile, rng, int(rng.integers(1, 30))),
        profile[: rng.integers(len(profile))],
        struct.pack(">I", 2**32 - 1) + profile[4:],
        profile + bytes(int(rng.integers(6_000_000))),
        profile[:128] + struct.pack(">I", 2**32 - 1) + profile[132:],
        rng.bytes(int(rng.integers(1, 4000))),
    ][rng.integers(7)]
    mode = ("RGB", "CMYK", "L")[rng.integers(3)]
    kind = "JPEG" if mode == "CMYK" else ("JPEG", "PNG", "WEBP")[rng.integers(3)]
    data = make.encoded(make.scene(96, 64).convert(mode), kind, icc_profile=broken)
    return data.replace(b"ICC_PROFILE\0\1", b"ICC_PROFILE\0\7") if rng.random() < 0.1 else data


def _thin(rng: Rng) -> bytes:
    """One pixel wide, or nearly, and as long as may be."""
    sides = (1, int(rng.integers(1, 4)), int(2 ** rng.uniform(0, 14)), 16_383, 65_500)
    width, height = sides[rng.integers(2)], sides[rng.integers(len(sides))]
    if rng.random() < 0.5:
        width, height = height, width
    kind = ("JPEG", "PNG", "WEBP")[rng.integers(3 if max(width, height) <= 16_383 else 2)]
    return make.encoded(make.scene(width, height), kind)


def _noise(rng: Rng) -> bytes:
    """A sound picture of noise, in any mode."""
    width, height = (int(side) for side in rng.integers(1, 200, 2))
    image = Image.fromarray(rng.integers(0, 256, (height, width, 4), np.uint8), "RGBA")
    mode, kind = (
        *(("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("RGBA", "PNG"), ("RGBA", "WEBP"), ("CMYK", "JPEG")),
        *(("L", "JPEG"), ("RGB", "JPEG"), ("RGB", "AVIF"), ("RGBA", "AVIF")),
    )[rng.integers(10)]
    options = {"transparency": rng.bytes(200)} if mode == "P" else {}
    return make.encoded(image.convert(mode), kind, **options)


def _jpeg_segments(rng: Rng) -> bytes:
    """A JPEG's tables and headers replaced, repeated, emptied, left out; other codings; far-fetched sampling."""
    segments = make.jpeg_segments(_some(rng, "jpeg"))
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(1, len(segments) - 1))
        marker, body = segments[at]
        changed = [
            [],
            [(marker, body)] * int(2 ** rng.uniform(1, 8)),
            [(marker, b"")],
            [(marker, bytes(len(body)))],
            [(marker, b"\xff" * len(body))],
            [(marker, rng.bytes(len(body)))],
            [(int(rng.integers(0xC0, 0xFF)), body)],
            [(0xDD, struct.pack(">H", int(rng.integers(65_536)))), (marker, body)],
        ]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            sampled = bytearray(body)
            sampled[7::3] = bytes([(0x44, 0x41, 0x14, 0x11, 0x00, 0xFF)[rng.integers(6)]] * len(sampled[7::3]))
            changed += [[(marker, bytes(sampled))], [(marker, bytes([12]) + body[1:])]]
        segments[at : at + 1] = changed[rng.integers(len(changed))]
    return make.jpeg(segments)


def _boxes(rng: Rng) -> bytes:
    """HEIC and AVIF whose boxes state wrong lengths, are cut, repeated, nested, or left out."""
    data = bytearray(_some(rng, "heic", "avif"))
    for _ in range(rng.integers(1, 4)):
        places = make.boxes(bytes(data))
        at, length = places[rng.integers(len(places))]
        kind = rng.integers(6)
        if kind == 0:
            wrong = (0, 1, 7, 8, 2**31, 2**32 - 1, int(rng.integers(2**16)))
            data[at : at + 4] = struct.pack(">I", wrong[rng.integers(len(wrong))])
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = data[at : at + length] * int(2 ** rng.uniform(0, 7))
        elif kind == 3:
            del data[at + int(rng.integers(1, length + 1)) :]
        elif kind == 4:
            data[at + 8 : at + length] = rng.bytes(max(0, length - 8))
        else:
            data[at:at] = struct.pack(">I", len(data) - at) + bytes(data[at + 4 : at + 8])
        if len(data) < 16:
            break
    return bytes(data)


KINDS: Mapping[str, Callable[[Rng], bytes]] = {
    "flipped": _flipped,
    "flipped header": _flipped_header,
    "truncated": _truncated,
    "rearranged": _rearranged,
    "lying size": _lying_size,
    "largest": _largest,
    "inflating": _inflating,
    "scans": _scans,
    "frames": _frames,
    "other type": _other_type,
    "exif": _exif,
    "profile": _profile,
    "thin": _thin,
    "noise": _noise,
    "jpeg segments": _jpeg_segments,
    "boxes": _boxes,
}
