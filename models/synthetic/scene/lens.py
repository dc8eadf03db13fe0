"""From the light that falls into a camera to the file that it stores, with all that goes wrong on the way."""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.render.develop import tone_curve

Linear = npt.NDArray[np.float32]  # (H, W, 3) or (H, W); 1.0 is a white sheet in the main light
Picture = npt.NDArray[np.uint8]  # (H, W, 3), sRGB
Depth = npt.NDArray[np.float32]  # (H, W), metres; inf or 0 where nothing is


@dataclass(frozen=True)
class Lens:
    """A camera's state for one photo; all of it at its default changes nothing. Lengths are shares of the picture's
    height, so that a photo looks the same at any size."""

    exposure: float = 0.0  # stops
    white: tuple[float, float, float] = (1.0, 1.0, 1.0)  # gains of red, green and blue
    aperture: float = 0.0  # the radius to which a point infinitely far behind the person is blurred
    defocus: float = 0.0  # the radius to which everything is blurred
    motion: tuple[float, float] = (0.0, 0.0)  # the way (x, y) the picture moves while the shutter is open
    haze: float = 0.0  # stray light: the share of the picture's mean laid over all of it
    vignette: float = 0.0  # the light missing in the corners, 0..1
    noise: float = 0.0  # deviation at a white sheet's brightness, linear: 0.01 base ISO, 0.08 a phone at night
    sharpen: float = 0.0  # strength of the halo at edges: 0.5 a phone's, 1.5 too much
    scale: float = 1.0  # resolution thrown away: 0.5 keeps half of the rows and columns
    monochrome: bool = False
    jpeg: int = 0  # quality 1..100; 0: not compressed

    @property
    def blur(self) -> float:
        """The standard deviation of what defocus and motion do to the person, as a share of the picture's height.

        A disc of radius r has r / 2 in each direction, a way of length l has l / sqrt(12).
        """
        return float(np.sqrt((self.defocus / 2) ** 2 + (self.motion[0] ** 2 + self.motion[1] ** 2) / 12))


def shoot(linear: Linear, depth: Depth | None, lens: Lens, rng: np.random.Generator, focus: float = 0.0) -> Picture:
    """The photo (H, W, 3) of the light `linear` (H, W, 3) by `lens`.

    `depth` (H, W) in metres serves `aperture`; `focus` is the distance in focus (0: no aperture).
    """
    return develop(exposed(linear, depth, lens, rng, focus), lens)


def exposed(linear: Linear, depth: Depth | None, lens: Lens, rng: np.random.Generator, focus: float = 0.0) -> Linear:
    """What the sensor measures (H, W, 3): light after optics and exposure, with noise."""
    light = linear
    height, width = light.shape[:2]
    if lens.aperture > 0 and depth is not None and focus > 0:
        light = _depth_of_field(light, depth, lens.aperture * height, focus)
    if lens.defocus > 0:
        light = _convolved(light, _disc(lens.defocus * height))
    if any(lens.motion):
        light = _convolved(light, _streak(lens.motion[0] * height, lens.motion[1] * height))
    if lens.haze > 0:
        light = light * np.float32(1 - lens.haze) + light.mean((0, 1)) * np.float32(lens.haze)
    light = light * (np.float32(2.0**lens.exposure) * np.asarray(lens.white, np.float32))
    if lens.vignette > 0:
        light = light * _corners(height, width, lens.vignette)[..., None]
    if lens.noise > 0:
        light = _noisy(light, lens.noise, rng)
    return np.asarray(light, np.float32)


def develop(light: Linear, lens: Lens) -> Picture:
    """The stored picture (H, W, 3) of what the sensor measured (H, W, 3)."""
    tone: Linear = tone_curve(light)
    height, width = tone.shape[:2]
    if lens.scale < 1:
        small = max(8, round(width * lens.scale)), max(8, round(height * lens.scale))
        tone = np.asarray(cv2.resize(tone, small, interpolation=cv2.INTER_AREA), np.float32)
    if lens.sharpen > 0:
        # A radius of a pixel of the stored picture, as cameras have it.
        soft = np.asarray(cv2.GaussianBlur(tone, (0, 0), 1.0), np.float32)
        tone = tone + np.float32(lens.sharpen) * (tone - soft)
    if lens.monochrome:
        tone = np.repeat((tone @ np.array([0.2126, 0.7152, 0.0722], np.float32))[..., None], 3, 2)
    picture: Picture = np.asarray(np.clip(tone * 255 + 0.5, 0, 255), np.uint8)
    if lens.jpeg:
        picture = _compressed(picture, lens.jpeg)
    if lens.scale < 1:
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return picture


def _disc(radius: float) -> npt.NDArray[np.float32]:
    """A disc of `radius` pixels with a soft rim, summing to 1."""
    reach = int(np.ceil(radius + 0.5))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    return np.asarray(disc / disc.sum(), np.float32)


def _streak(x: float, y: float) -> npt.NDArray[np.float32]:
    """A straight way of (x, y) pixels, summing to 1."""
    reach = int(np.ceil(max(abs(x), abs(y)) / 2)) + 1
    streak = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    steps = max(2, int(np.hypot(x, y) * 4))
    for t in np.linspace(-0.5, 0.5, steps):
        column, row = reach + t * x, reach + t * y
        left, top = int(column), int(row)
        right, low = column - left, row - top
        streak[top, left] += (1 - right) * (1 - low)
        streak[top, left + 1] += right * (1 - low)
        streak[top + 1, left] += (1 - right) * low
        streak[top + 1, left + 1] += right * low
    return np.asarray(streak / streak.sum(), np.float32)


def _convolved(light: Linear, kernel: npt.NDArray[np.float32]) -> Linear:
    return np.asarray(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)


def _depth_of_field(light: Linear, depth: Depth, aperture: float, focus: float) -> Linear:
    """Blurs by the thin lens' circle of confusion, `aperture` |1 - focus / depth| pixels, in layers from far to near.

    Each layer is blurred together with its own opacity, so that what is sharp in front does not bleed into what is
    blurred behind it.
    """
    far = np.where((depth > 0) & np.isfinite(depth), depth, 1e6)
    radius = aperture * (1 - focus / np.maximum(far, focus))
    steps = [edge for edge in (0.6, 1.3, 2.2, 3.6, 6.0, 10.0, 1e9) if edge < 2 * max(float(radius.max()), 0.6)]
    if not steps:
        return light
    result = light.copy()
    # From the sharpest to the most blurred: what is behind is filled in from what is behind it.
    for low, high in zip(steps, [*steps[1:], 1e9], strict=True):
        behind = (radius >= low).astype(np.float32)
        if not behind.any():
            continue
        size = (
            float(radius[(radius >= low) & (radius < high)].mean())
            if ((radius >= low) & (radius < high)).any()
            else low
        )
        kernel = _disc(size)
        weight = cv2.filter2D(behind, -1, kernel, borderType=cv2.BORDER_REPLICATE)
        blurred = _convolved(light * behind[..., None], kernel) / np.maximum(weight, 1e-3)[..., None]
        layer = ((radius >= low) & (radius < high))[..., None]
        result = np.where(layer, blurred, result)
    return np.asarray(result, np.float32)


@lru_cache(maxsize=2)
def _corners(height: int, width: int, missing: float) -> npt.NDArray[np.float32]:
    """Light by distance from the middle: 1 there, 1 - `missing` in the corners, falling as its square."""
    x, y = (((np.arange(side) + 0.5) / side - 0.5) ** 2 for side in (width, height))
    square = x + y[:, None]
    return np.asarray(1 - missing * square * 2, np.float32)


def _noisy(light: Linear, amount: float, rng: np.random.Generator) -> Linear:
    """Shot noise (its variance grows with the light) and read noise, a little coarser than a pixel in colour: what a
    camera's own denoising leaves."""
    height, width = light.shape[:2]
    fine = rng.standard_normal((height, width, 1), np.float32)
    colour = rng.standard_normal((height // 2 + 1, width // 2 + 1, 3), np.float32)
    coarse = np.asarray(cv2.resize(colour, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(_with_noise(np.ascontiguousarray(light), fine, coarse, np.float32(amount)), np.float32)


@numba.njit(cache=True)
def _with_noise(light: Linear, fine: Linear, coarse: Linear, amount: np.float32) -> Linear:
    found = np.empty(light.shape, np.float32)
    read, share = np.float32(amount * np.float32(0.15)), np.float32(0.7)
    for row in range(light.shape[0]):
        for column in range(light.shape[1]):
            grain = share * fine[row, column, 0]
            for channel in range(3):
                value = light[row, column, channel]
                deviation = amount * np.sqrt(min(max(value, np.float32(0)), np.float32(4)) + read)
                value += deviation * (grain + share * coarse[row, column, channel])
                found[row, column, channel] = max(value, np.float32(0))
    return found


def _compressed(picture: Picture, quality: int) -> Picture:
    # Chroma is stored at half the resolution: OpenCV's JPEG does so by default (4:2:0).
    done, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"a picture of {picture.shape} cannot be stored as JPEG")
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def ideal_lens(rng: np.random.Generator) -> Lens:
    """A good camera in good light."""
    return Lens(
        exposure=float(rng.normal(0, 0.12)),
        white=_gains(rng, 0.015),
        aperture=float(rng.uniform(0.0, 0.012)),
        noise=float(rng.uniform(0.004, 0.012)),
        sharpen=float(rng.uniform(0.1, 0.4)),
        vignette=float(rng.uniform(0, 0.1)),
        jpeg=int(rng.integers(90, 97)),
    )


def real_lens(rng: np.random.Generator) -> Lens:
    """A phone's, now and then a bad one; without the faults that are findings: see `faulty`."""
    return Lens(
        exposure=float(np.clip(rng.normal(0, 0.35), -0.8, 0.6)),
        white=_gains(rng, 0.06),
        aperture=_phone_aperture(rng),
        defocus=float(rng.choice([0.0, rng.uniform(0, 0.0015)])),
        noise=float(rng.uniform(0.01, 0.045)),
        sharpen=float(rng.uniform(0.2, 1.2)),
        vignette=float(rng.uniform(0, 0.25)),
        haze=float(rng.choice([0.0, rng.uniform(0, 0.08)])),
        monochrome=bool(rng.random() < 0.02),
        jpeg=int(rng.integers(55, 95)),
    )


def _phone_aperture(rng: np.random.Generator) -> float:
    """A small sensor blurs hardly anything; a portrait mode pretends a large one."""
    kind = int(rng.choice(3, p=[0.25, 0.5, 0.25]))
    return (0.0, float(rng.uniform(0.002, 0.007)), float(rng.uniform(0.007, 0.016)))[kind]


def too_dark(lens: Lens, rng: np.random.Generator) -> Lens:
    """The same camera where light is short: 2.9 to 4 stops under, and noisier for it."""
    return replace(lens, exposure=-float(rng.uniform(2.9, 4.0)), noise=float(rng.uniform(0.02, 0.05)))


def overexposed(lens: Lens, rng: np.random.Generator) -> Lens:
    """Washed out: 2.9 to 3.8 stops over, so that dark clothes lose their folds, too."""
    return replace(lens, exposure=float(rng.uniform(2.9, 3.8)))


def blurry(lens: Lens, rng: np.random.Generator) -> Lens:
    """Out of focus or shaken, so that a button or a letter is lost."""
    if rng.random() < 0.5:
        return replace(lens, defocus=float(rng.uniform(0.013, 0.025)), sharpen=0.3)
    angle, way = rng.uniform(0, np.pi), rng.uniform(0.022, 0.045)
    return replace(lens, motion=(float(way * np.cos(angle)), float(way * np.sin(angle))), sharpen=0.3)


def _gains(rng: np.random.Generator, spread: float) -> tuple[float, float, float]:
    """White balance that is off along the colours of lamps, and a little towards green or magenta."""
    warm, green = rng.normal(0, spread), rng.normal(0, spread / 4)
    return float(np.exp(warm)), float(np.exp(green)), float(np.exp(-warm))
