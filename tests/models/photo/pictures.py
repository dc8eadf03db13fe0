"""Small pictures for the decoder's tests."""

import io
from pathlib import Path

import numpy as np
from PIL import Image


def scene(width: int = 48, height: int = 32) -> Image.Image:
    """A picture without symmetry: red grows to the right, green downwards."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.dstack([x, y, np.full_like(x, 90)]).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def heic(name: str) -> bytes:
    """A HEIC of `scene(96, 64)`, made with pillow-heif (quality 90, 4:4:4), as nothing that Virton installs writes any:
    `scene`, or `turned`, which lies on its side with EXIF that says so and names a camera."""
    return (Path(__file__).with_name("heic") / f"{name}.heic").read_bytes()
