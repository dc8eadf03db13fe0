"""Changes of a photo that make one code hold, or just not: what the checks must tell from each other.

Each takes an upright photo (H, W, 3) sRGB and the height in pixels of the body in it, and answers the changed one.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from models.synthetic.render.develop import to_linear, to_srgb
from schemas.findings import FindingCode as F

Rgb = npt.NDArray[np.uint8]
Change = Callable[[Rgb, float], Rgb]


@dataclass(frozen=True)
class Changed:
    """A change by name; `must`: the codes that hold after it, `may`: those that follow from it or may."""

    name: str
    change: Change
    must: frozenset[F] = frozenset()
    may: frozenset[F] = frozenset()


def exposed(stops: float) -> Change:
    """As if so many stops more light had reached the sensor: linear light, clipped at white."""

    def change(rgb: Rgb, _body: float) -> Rgb:
        return from_linear(linear(rgb) * 2.0**stops)

    return change


def blurred(share: float) -> Change:
    """Gaussian, with a standard deviation of this share of the body's height."""

    def change(rgb: Rgb, body: float) -> Rgb:
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), share * body), np.uint8)

    return change


def shaken(share: float, degrees: float) -> Change:
    """Motion blur: a straight path of this share of the body's height in a direction."""

    def change(rgb: Rgb, body: float) -> Rgb:
        length = share * body
        size = 2 * round(length / 2) + 3
        kernel = np.zeros((size, size), np.float32)
        middle, reach = size // 2, length / 2
        dx, dy = reach * np.cos(np.radians(degrees)), reach * np.sin(np.radians(degrees))
        for t in np.linspace(-1, 1, 8 * size):
            kernel[round(middle + t * dy), round(middle + t * dx)] += 1
        return np.asarray(cv2.filter2D(rgb, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE), np.uint8)

    return change


def shrunk(body_after: float) -> Change:
    """Reduced until the body has this height in pixels; never enlarged."""

    def change(rgb: Rgb, body: float) -> Rgb:
        scale = min(1.0, body_after / body)
        return np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)

    return change


def mirrored(rgb: Rgb, _body: float) -> Rgb:
    """Left for right."""
    return np.ascontiguousarray(rgb[:, ::-1])


def saved_badly(quality: int) -> Change:
    """Through a JPEG of this quality."""

    def change(rgb: Rgb, _body: float) -> Rgb:
        buffer = io.BytesIO()
        Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
        return np.asarray(Image.open(buffer).convert("RGB"))

    return change


def grey(rgb: Rgb, _body: float) -> Rgb:
    """Black and white."""
    return np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def tinted(red: float, blue: float) -> Change:
    """Another white balance: gains of red and blue in linear light."""

    def change(rgb: Rgb, _body: float) -> Rgb:
        return from_linear(linear(rgb) * np.array([red, 1.0, blue], np.float32))

    return change


def noisy(sigma: float) -> Change:
    """Gaussian noise of this standard deviation in levels, the same each time."""

    def change(rgb: Rgb, _body: float) -> Rgb:
        noise = np.random.default_rng(7).normal(0, sigma, rgb.shape)
        return np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)

    return change


def linear(rgb: Rgb) -> npt.NDArray[np.float32]:
    """Linear light 0..1 of sRGB."""
    return np.asarray(to_linear(np.linspace(0, 1, 256)).astype(np.float32)[rgb])


def from_linear(light: npt.NDArray[np.floating]) -> Rgb:
    """sRGB of linear light, clipped to 0..1."""
    return np.asarray(np.rint(255 * to_srgb(light)), np.uint8)


# Clothes and background come closer, or white, with these.
_COLOURS = frozenset({F.BLENDS_WITH_BACKGROUND, F.MONOCHROME_CLOTHES})
_SMALL = frozenset({F.LOW_RESOLUTION})

# Strengths: a stop of latitude on both sides of where people begin to call a photo dark or bright (`findings.py` of the
# renderer), a factor of two around a blur of 3 mm on a body of 1.75 m.
CHANGES = (
    Changed("3.5 stops darker", exposed(-3.5), frozenset({F.TOO_DARK}), _COLOURS | {F.BLURRY}),
    Changed("0.7 stops darker", exposed(-0.7), may=_COLOURS),
    Changed("2.5 stops brighter", exposed(2.5), frozenset({F.OVEREXPOSED}), _COLOURS | {F.BLURRY}),
    Changed("0.4 stops brighter", exposed(0.4), may=_COLOURS),
    Changed("blur of 0.8 %", blurred(0.008), frozenset({F.BLURRY}), _SMALL),
    Changed("blur of 0.1 %", blurred(0.001)),
    Changed("shaken by 3 %, along", shaken(0.03, 10), frozenset({F.BLURRY}), _SMALL),
    Changed("shaken by 3 %, across", shaken(0.03, 75), frozenset({F.BLURRY}), _SMALL),
    Changed("body of 330 pixels", shrunk(330), _SMALL),
    Changed("body of 150 pixels", shrunk(150), _SMALL, frozenset({F.NO_PERSON, F.BLURRY})),
    Changed("mirrored", mirrored),
    Changed("JPEG of quality 40", saved_badly(40)),
    Changed("black and white", grey, may=_COLOURS),
    Changed("warm light", tinted(1.35, 0.65), may=_COLOURS),
    Changed("cold light", tinted(0.75, 1.3), may=_COLOURS),
    Changed("noise of 6 levels", noisy(6)),
)
