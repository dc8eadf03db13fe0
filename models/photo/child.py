"""The decoding child: a small program that `decode.py` starts, so that no picture can harm the process that asks.

Run as `python -I child.py MAX_PIXELS MAX_SIDE MEMORY_BYTES CPU_SECONDS`. On stdin come pictures, each after its length
(8 bytes, big endian); on stdout goes one answer for each: a JSON line, then `bytes` bytes of RGB pixels. It imports
Pillow and nothing of Virton, so it starts in 0.1 s, and it ends when stdin does: no parent, however it died, leaves it.
"""

import io
import json
import math
import resource
import signal
import struct
import sys
import warnings

from PIL import (
    Image,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

# Loaded now, while files may still be opened; MPO is what some phones write into a .jpg: a JPEG with more behind it.
MEDIA_TYPES = {
    str(JpegImagePlugin.JpegImageFile.format): "image/jpeg",
    str(MpoImagePlugin.MpoImageFile.format): "image/jpeg",
    str(PngImagePlugin.PngImageFile.format): "image/png",
    str(WebPImagePlugin.WebPImageFile.format): "image/webp",
}
FORMATS = ("JPEG", "PNG", "WEBP")

# Formats that people do upload and that are refused, by the bytes at their beginning, to be called by their name.
REFUSED = (
    (4, b"ftyphei", "HEIC"),
    (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (0, b"GIF8", "GIF"),
    (0, b"BM", "BMP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"%PDF", "PDF"),
)


class Refused(Exception):
    """The picture is not decoded; the text is for the shopper."""


def main() -> None:
    """Answers pictures until stdin ends."""
    max_pixels, max_side, memory, cpu_seconds = map(int, sys.argv[1:5])
    # Ctrl-C goes to the whole group, but a worker that drains still needs its decoder.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Pillow's own warnings about large pictures come too late (89 megapixels) and nobody reads them here.
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(b"ready\n")
    answers.flush()
    while len(head := requests.read(8)) == 8:
        (size,) = struct.unpack(">Q", head)
        _limit_cpu(cpu_seconds)
        pixels = b""
        try:
            header, pixels = _decode(requests.read(size), max_pixels, max_side)
        except Refused as error:
            header = {"refused": str(error)}
        except MemoryError:
            header = {"refused": "The picture needs too much memory. Save it smaller, as JPEG, and upload it again."}
        except Exception:  # noqa: BLE001 - a decoder raises whatever it likes on a broken file
            header = {"refused": "The picture is damaged or incomplete. Upload it again, or take another one."}
        answers.write(json.dumps(header | {"bytes": len(pixels)}).encode() + b"\n")
        answers.write(pixels)
        answers.flush()


def _limit_cpu(seconds: int) -> None:
    """The limit counts a process's whole life: it is moved on for each picture."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(spent.ru_utime + spent.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _decode(data: bytes, max_pixels: int, max_side: int) -> tuple[dict[str, object], bytes]:
    if not data:
        raise Refused("The file is empty. Upload the picture again.")
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refused(_unidentified(data)) from None
    width, height = image.size
    if width * height > max_pixels:
        raise Refused(
            f"The picture has {width * height / 1e6:.0f} megapixels; at most {max_pixels / 1e6:.0f} are accepted. "
            "Save it smaller and upload it again."
        )
    if max(width, height) > max_side:
        raise Refused(f"The picture is {width} x {height} pixels; a side may have {max_side}. Crop it and try again.")
    media_type = MEDIA_TYPES[str(image.format)]
    image.load()
    image = _rgb(_upright(image))
    return {"media_type": media_type, "width": image.width, "height": image.height}, image.tobytes()


def _unidentified(data: bytes) -> str:
    for offset, magic, name in REFUSED:
        if data[offset:].startswith(magic):
            return f"This is a {name} file. Save it as JPEG, PNG or WebP and upload it again."
    return "This is not a picture, or a damaged one. Upload a photo as JPEG, PNG or WebP."


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - broken EXIF is no reason to refuse the pixels
        return image


def _rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB: transparency lies on white, as a page would show it; 16 bits become 8."""
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        # Pillow clips these to 255 when it converts; 16-bit white is 65535 = 257 x 255.
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
    if image.mode == "RGB" and not image.has_transparency_data:
        return image
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


if __name__ == "__main__":
    main()
