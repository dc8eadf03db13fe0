"""Building and taking apart image files, byte by byte: what `attacks.py` needs and no encoder does."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

Segment = tuple[int, bytes]  # a JPEG marker and what follows its length; for SOS the scan's data, too

SIGNATURES = (
    b"\xff\xd8\xff\xe0",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF\x40\0\0\0WEBPVP8 ",
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
)
OTHER_TYPES = (
    b"PK\x03\x04\x14\0\0\0\x08\0",
    b"%PDF-1.7\n1 0 obj <</Length 2000000000>> stream\n",
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    b"<!doctype html><script>alert(1)</script>",
    b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41",
    b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\x3e\0",
    b"MZ\x90\0",
    b"GIF89a\xff\xff\xff\xff\xf7\0\0",
    b"BM\xff\xff\xff\x7f\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\0\0\xff\xff\0\0",
    b"II*\0\x08\0\0\0",
    b"\0\0\x01\0\xff\xff",
    b"8BPS\0\x01",
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\xff\x0a",
    b"\x1f\x8b\x08\0",
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99999 99999\n",
    b"#!/bin/sh\nexit 1\n",
)


def scene(width: int, height: int) -> Image.Image:
    """A picture without symmetry: red grows to the right, green downwards."""
    rgb = np.full((height, width, 3), 90, np.uint8)
    rgb[..., 0], rgb[..., 1] = np.linspace(0, 255, width), np.linspace(0, 255, height)[:, None]
    return Image.fromarray(rgb)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """As Pillow writes it."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def flipped(data: bytes, rng: np.random.Generator, count: int, within: int | None = None) -> bytes:
    """`count` bytes changed, of the first `within`."""
    changed = bytearray(data)
    for at in rng.integers(min(within or len(data), len(data)), size=count):
        changed[at] ^= int(rng.integers(1, 256))
    return bytes(changed)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, depth: int, colour: int, interlaced: bool) -> bytes:
    """A black PNG of a colour type (0 grey, 2 RGB, 6 RGBA), complete however large."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    # A filter's byte for each row; of an interlaced picture at most two rows for one, and no more pixels.
    rows = height * (2 if interlaced else 1) + 8
    compressor = zlib.compressobj(9)
    row = bytes(1 + width * channels * depth // 8)
    pixels = b"".join(compressor.compress(row) for _ in range(rows)) + compressor.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def resized(data: bytes, width: int, height: int) -> bytes:
    """The picture with another size in its header, checksums right."""
    changed = bytearray(data)
    if data.startswith(b"\x89PNG"):
        changed[16:24] = struct.pack(">II", width, height)
        changed[29:33] = struct.pack(">I", zlib.crc32(changed[12:29]))
    elif data.startswith(b"\xff\xd8"):
        segments = jpeg_segments(data)
        for at, (marker, body) in enumerate(segments):
            if marker in {0xC0, 0xC1, 0xC2}:
                lie = struct.pack(">HH", height & 0xFFFF, width & 0xFFFF)
                segments[at] = (marker, body[:1] + lie + body[5:])
        return jpeg(segments)
    elif data.startswith(b"RIFF"):
        for name, skipped in ((b"VP8X", 12), (b"VP8 ", 14), (b"ANMF", 14)):
            if (at := data.find(name)) > 0:
                size = (width - 1) & 0xFFFFFF, (height - 1) & 0xFFFFFF
                place = at + skipped
                if name == b"VP8 ":
                    changed[place : place + 4] = struct.pack("<HH", width & 0x3FFF, height & 0x3FFF)
                else:
                    changed[place : place + 6] = b"".join(side.to_bytes(3, "little") for side in size)
    else:
        at = 0
        while (at := data.find(b"ispe", at + 1)) > 0:
            changed[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(changed)


def jpeg_segments(data: bytes) -> list[Segment]:
    """A sound JPEG in pieces, from SOI to EOI."""
    segments: list[Segment] = [(0xD8, b"")]
    at = 2
    while at < len(data) and data[at + 1] != 0xD9:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if marker == 0xDA:
            while not (data[end] == 0xFF and data[end + 1] not in {0, *range(0xD0, 0xD8)}):
                end += 1
        segments.append((marker, data[at + 4 : end]))
        at = end
    return [*segments, (0xD9, b"")]


def jpeg(segments: list[Segment]) -> bytes:
    """The pieces together again, each length as its body is."""
    parts = []
    for marker, body in segments:
        parts.append(bytes([0xFF, marker]))
        if marker in {0xD8, 0xD9}:
            continue
        # A scan's data do not count.
        length = 2 + (1 + 2 * body[0] + 3 if marker == 0xDA and body else len(body))
        parts += [struct.pack(">H", min(length, 65_535)), body]
    return b"".join(parts)


def boxes(data: bytes) -> list[tuple[int, int]]:
    """Offsets and lengths of the boxes of an ISO base media file, those within `meta` and its parts included."""
    found: list[tuple[int, int]] = []
    inside = {b"meta": 12, b"iprp": 8, b"ipco": 8, b"iinf": 14, b"iref": 12}

    def walk(at: int, end: int) -> None:
        while at + 8 <= end and len(found) < 1000:
            length = int.from_bytes(data[at : at + 4], "big")
            if not 8 <= length <= end - at:
                return
            found.append((at, length))
            if (skipped := inside.get(data[at + 4 : at + 8])) is not None:
                walk(at + skipped, at + length)
            at += length

    walk(0, len(data))
    return found or [(0, len(data))]


def matrix_profile(
    primaries: tuple[tuple[float, float, float], ...] = (
        (0.5151, 0.2412, -0.0011),
        (0.2920, 0.6922, 0.0419),
        (0.1571, 0.0666, 0.7841),
    ),
    gamma: float = 2.2,
) -> bytes:
    """An RGB colour profile (ICC.1:2001-04, matrix and curves): XYZ of red, green and blue under D50.

    The default's are Display P3's.
    """
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, min(round(gamma * 256), 65_535))
    tags = {name: _xyz(*xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def cmyk_profile() -> bytes:
    """A printer's profile of the simplest kind: lut8 with two steps an ink, each ink darkening in its way."""
    grid = [
        (100 * (1 - k) * (1 - 0.2 * c - 0.4 * m - 0.1 * y), 60 * (m - c) * (1 - k), 60 * (y - c / 2) * (1 - k))
        for c in (0, 1)
        for m in (0, 1)
        for y in (0, 1)
        for k in (0, 1)
    ]
    lab = bytes(round(min(max(value, 0), 255)) for light, a, b in grid for value in (light * 2.55, a + 128, b + 128))
    identity = struct.pack(">9i", *(65_536 * (i % 4 == 0) for i in range(9)))
    ramp = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + ramp * 4 + lab + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut})


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65_536) for value in (x, y, z)))


def _profile(kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    name = b"Made for tests\0"
    tags = tags | {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
    }
    at = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for tag, content in tags.items():
        table += tag + struct.pack(">II", at + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = bytearray(128)
    header[0:4] = struct.pack(">I", at + len(data))
    header[8:12] = b"\x02\x20\0\0"
    header[12:24] = kind + space + connection
    header[36:40] = b"acsp"
    header[68:80] = struct.pack(">3i", 63_190, 65_536, 54_061)
    return bytes(header) + table + data
