"""Other ways to show a photo to a pose network that found nobody in it, and what is found there in the photo's frame.

BlazePose's detector was trained on faces first of all: a body that the photo cuts above the shoulders is found when it
is given a head, dark and bleached photos when their tone and contrast are brought to what the network knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.pose.port import Person, Rgb
from models.pose.runs import longest_run
from models.pose.windows import reduced
from schemas.pose import Pose

Mask = npt.NDArray[np.bool_]

# A head has 0.13 of the body's height (Drillis and Contini), a body cut at the neck about the photo's: there is room
# for hair and more. Room at the sides brings a body that fills the photo to the detector's usual size.
_ROOM_ABOVE, _ROOM_BELOW, _ROOM_BESIDE = 0.35, 0.15, 0.3
# As wide again on either side: who fills the photo then has a third of it.
_ROOM_FROM_AFAR = 1.0
# Scenes average to a middle grey (0.46 of sRGB's levels for 18 %); two stops of light more or less are a factor of 1.9
# in levels, and what is beyond has most of its tones in the curve's flat ends.
_MIDDLE_GREY, _DARK, _BLEACHED = 0.46, 0.24, 0.8
# A head is 0.3 as wide as the figure with its arms, and 1.35 times as high as wide.
_HEAD_WIDTH, _HEAD_HEIGHT = 0.3, 1.35
_SKIN, _HAIR, _EYE, _LIPS = (205, 160, 135), (60, 40, 30), (30, 25, 25), (150, 60, 60)


@dataclass(frozen=True, eq=False)
class Shown:
    """A photo in another form: in `rgb` (H, W, 3) it begins at `top` and `left` and has `height` and `width`."""

    rgb: Rgb
    top: int
    left: int
    height: int
    width: int

    def in_the_photo(self, person: Person) -> Person:
        """A person found in `rgb`, in the photo's frame; the mask (H, W) has the shown photo's size."""
        height, width = self.rgb.shape[:2]
        marks = [
            mark.model_copy(
                update={
                    "x": (mark.x * width - self.left) / self.width,
                    "y": (mark.y * height - self.top) / self.height,
                    "z": mark.z * width / self.width,
                }
            )
            for mark in person.pose.landmarks
        ]
        mask = person.mask[self.top : self.top + self.height, self.left : self.left + self.width]
        return Person(Pose(landmarks=tuple(marks)), np.ascontiguousarray(mask))


def shown_again(rgb: Rgb, everybody: Mask) -> Iterator[Shown]:
    """The photo (H, W, 3) in forms in which more is found; `everybody` is what of it are people."""
    yield _with_a_head(rgb, everybody, _ROOM_BESIDE)
    yield _with_a_head(rgb, everybody, 0.0)
    height, width = rgb.shape[:2]
    yield Shown(_with_contrast(rgb), 0, 0, height, width)
    # Fewer pixels: for noise, and for large shapes.
    coarse = np.ascontiguousarray(reduced(rgb, 320))
    yield Shown(coarse, 0, 0, *coarse.shape[:2])
    # What follows also makes people of clothes that lie there; those have room above.
    if _at_the_upper_edge(everybody) is None:
        return
    # Hardly more than outlines, for a body so near that it is taken for a surface.
    outlines = np.ascontiguousarray(reduced(rgb, 96))
    thumbnail = np.asarray(cv2.resize(everybody.astype(np.uint8), outlines.shape[1::-1]), np.bool_)
    yield _with_a_head(outlines, thumbnail, _ROOM_BESIDE)
    # From afar: the detector was trained on people who leave room around them.
    yield _with_a_head(rgb, everybody, _ROOM_FROM_AFAR)


def well_exposed(rgb: Rgb) -> Rgb:
    """The photo (H, W, 3) as it is, or, if it is very dark or bleached, with its mean brought to a middle grey by a
    power of its levels: this spreads the highlights of the one and the shadows of the other."""
    mean = float(np.mean(rgb)) / 255
    if _DARK < mean < _BLEACHED:
        return rgb
    power = np.log(_MIDDLE_GREY) / np.log(min(0.98, max(0.02, mean)))
    levels = np.rint(255 * np.linspace(0, 1, 256) ** power).astype(np.uint8)
    return np.asarray(levels[rgb], np.uint8)


def _with_a_head(rgb: Rgb, everybody: Mask, beside: float) -> Shown:
    """With room around it and, if somebody reaches the upper edge, a head drawn above them there."""
    height, width = rgb.shape[:2]
    top, left = round(_ROOM_ABOVE * height), round(beside * width)
    # The median: parts of the body at the upper edge do not colour what is above it.
    colour = np.median(rgb[: max(1, height // 50)].reshape(-1, 3), axis=0).astype(np.uint8)
    bottom = round(_ROOM_BELOW * height) if beside else 0
    shown = np.empty((top + height + bottom, width + 2 * left, 3), np.uint8)
    shown[:] = colour
    shown[top : top + height, left : left + width] = rgb
    reach = _at_the_upper_edge(everybody)
    if reach is not None:
        widest = float(everybody.sum(1).max())
        own = reach[1] - reach[0]
        # Shoulders are nearly as wide as the figure; a neck is not, but its head is.
        across = _HEAD_WIDTH * (own if own > widest / 2 else 0.8 * widest)
        _draw_head(shown, left + (reach[0] + reach[1]) / 2, top, across)
    return Shown(shown, top, left, height, width)


def _draw_head(rgb: Rgb, x: float, neck: int, across: float) -> None:
    """Draws a face of the width `across`, with a neck that ends in the row `neck`."""
    high = across * _HEAD_HEIGHT
    middle = round(x), round(neck - 1.05 * high)
    cv2.rectangle(rgb, (round(x - 0.3 * across), middle[1]), (round(x + 0.3 * across), neck - 1), _SKIN, -1)
    cv2.ellipse(rgb, middle, (round(across / 2), round(high / 2)), 0, 0, 360, _SKIN, -1)
    crown = middle[0], round(middle[1] - 0.2 * high)
    cv2.ellipse(rgb, crown, (round(0.52 * across), round(0.35 * high)), 0, 180, 360, _HAIR, -1)
    for side in (-0.2, 0.2):
        cv2.circle(rgb, (round(x + side * across), middle[1]), max(1, round(0.06 * across)), _EYE, -1)
    mouth = round(middle[1] + 0.25 * high)
    ends = (round(x - 0.15 * across), mouth), (round(x + 0.15 * across), mouth)
    cv2.line(rgb, *ends, _LIPS, max(1, round(0.05 * across)))


def _with_contrast(rgb: Rgb) -> Rgb:
    """Contrast-limited adaptive histogram equalisation of the lightness (Zuiderveld 1994)."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(4.0, (4, 4)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


def _at_the_upper_edge(everybody: Mask) -> tuple[int, int] | None:
    """Where somebody reaches the upper edge, from and to which column; None where that is under 4 pixels wide."""
    begin, end = longest_run(everybody[: max(2, everybody.shape[0] // 40)].mean(0) > 0.5)
    return (begin, end) if end - begin >= 4 else None
