"""A drawn person for the checks of light, focus and size: a photo, and what networks would see in it."""

import cv2
import numpy as np
import numpy.typing as npt

from models.photo.checks.photo import CheckedPhoto
from models.photo.reading import Reading
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.events import Category
from schemas.pose import Landmark, Pose

Rgb = npt.NDArray[np.uint8]

# Linear reflectances.
LIGHT_SKIN, DARK_SKIN = (0.55, 0.38, 0.28), (0.13, 0.07, 0.045)
WHITE, BLACK, RED, GREY = (0.8, 0.8, 0.8), (0.02, 0.02, 0.02), (0.5, 0.04, 0.04), (0.3, 0.3, 0.3)

# Parts of the body's height from the soles (Drillis and Contini 1966), and how far from the middle.
_JOINTS = {"SHOULDER": (0.818, 0.1), "HIP": (0.530, 0.06), "KNEE": (0.285, 0.06), "ANKLE": (0.039, 0.06)}
_FACE = {"NOSE": (0.92, 0), "LEFT_EYE": (0.936, 0.02), "RIGHT_EYE": (0.936, -0.02)}
# From and to which part of the height, and how far to both sides.
_OUTLINE = {
    "bottom": (0.04, 0.53, 0.09),
    "top": (0.5, 0.82, 0.12),
    "hands": (0.45, 0.5, 0.13),
    "head": (0.8, 0.98, 0.045),
    "hair": (0.96, 1.0, 0.05),
    "shoes": (0.0, 0.05, 0.1),
}
_MOUTH = {"MOUTH_LEFT": (0.9, 0.015), "MOUTH_RIGHT": (0.9, -0.015)}


def light_of(  # noqa: PLR0913 - what is seen
    *,
    skin: tuple[float, ...] = LIGHT_SKIN,
    top: tuple[float, ...] = RED,
    bottom: tuple[float, ...] = BLACK,
    wall: tuple[float, ...] = GREY,
    size: int = 800,
    body: float = 700.0,
) -> npt.NDArray[np.float32]:
    """The linear light (size, size, 3) of a standing person of `body` pixels before a wall, lit from the left; shapes
    are drawn with soft rims of a pixel, as a good lens would show them."""
    light = np.broadcast_to(np.asarray(wall, np.float32), (size, size, 3)).copy()
    colours = {"bottom": bottom, "top": top, "hands": skin, "head": skin, "hair": BLACK, "shoes": BLACK}
    for part, colour in colours.items():
        light[_box(*_OUTLINE[part], size, body)] = colour
    for up in np.arange(0.52, 0.8, 0.04):
        light[_box(up, up + 0.01, 0.1, size, body)] = 0.7 * np.asarray(top, np.float32)
    folds = np.linspace(1.1, 0.9, size, dtype=np.float32)[None, :, None]
    return np.asarray(cv2.GaussianBlur(light * folds, (0, 0), 0.6), np.float32)


def photo_of(rgb: Rgb, body: float, *, found: bool = True) -> CheckedPhoto:
    """The photo (H, W, 3) with a person of `body` pixels where `light_of` draws one, or with nobody found."""
    height, width = rgb.shape[:2]
    marks = [Landmark(x=0.5, y=0.5, visibility=1.0)] * 33
    for name, (up, aside) in (_FACE | _MOUTH).items():
        marks[Joint[name]] = Landmark(x=0.5 + aside * body / width, y=0.5 + (0.5 - up) * body / height, visibility=1.0)
    for joint in Joint:
        if (place := _JOINTS.get(joint.name.split("_")[-1])) is not None:
            aside = place[1] if joint.name.startswith("LEFT") else -place[1]
            y = 0.5 + (0.5 - place[0]) * body / height
            marks[joint] = Landmark(x=0.5 + aside * body / width, y=y, visibility=1.0)
    mask = np.zeros((height, width), np.float32)
    for box in _OUTLINE.values():
        mask[_box(*box, height, body)] = 1.0
    people = (Person(Pose(landmarks=tuple(marks)), mask),) if found else ()
    return CheckedPhoto(rgb, Reading(people=people), Category.DRESS)


def shown(light: npt.NDArray[np.floating], stops: float = 0.0, noise: float = 1.5) -> Rgb:
    """What a camera stores of the light, brighter by so many stops: clipped at white, in sRGB, with noise of this
    standard deviation in levels (the same each time)."""
    linear = np.clip(light * 2.0**stops, 0, 1)
    srgb = 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    grainy = srgb + np.random.default_rng(5).normal(0, noise, srgb.shape)
    return np.asarray(np.clip(np.rint(grainy), 0, 255), np.uint8)


def flips_once(found: list[bool]) -> bool:
    """True if a sweep begins without the finding, ends with it, and never goes back."""
    return not found[0] and found[-1] and found == sorted(found)


def _box(low: float, high: float, aside: float, size: int, body: float) -> tuple[slice, slice]:
    """From `low` to `high` parts of the body's height above the soles, so far to both sides of the middle."""
    middle = size / 2
    rows = slice(round(middle + (0.5 - high) * body), round(middle + (0.5 - low) * body))
    return rows, slice(round(middle - aside * body), round(middle + aside * body))
