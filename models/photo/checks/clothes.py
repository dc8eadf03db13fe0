"""Where a person's clothes are in a photo, coarsely: enough to compare their colours.

It is the landmark parser's first guess in a small picture, without what brings a parsing to the pixel: a hundredth of
its pixels, a tenth of its time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.borders import Borders, find_borders
from models.parsing.classes import Kind, score_kinds
from models.parsing.colours import Palette
from models.parsing.regions import Regions, regions
from models.parsing.seeds import read_appearance
from models.parsing.silhouette import SURE_BACKGROUND, SURE_PERSON
from models.parsing.skeleton import Skeleton, skeleton
from models.pose.port import Person, Rgb
from schemas.pose import Pose

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]

# The small picture's pixels at most. A person of full length is about 230 pixels high in it, a sleeve 12 wide: colours
# are compared over neighbourhoods of 3 to 5.
_PIXELS = 100 * 240
# So much background around the person is looked at, in the body's units: more than the neighbourhoods reach.
_MARGIN = 0.4
# Lightness from which a colour is burnt out (level 251 of 255): what is beyond cannot be compared.
BURNT = 98.5
# Colours are compared as they would be in good light, in which the lightest 5 % around the person are as light as this
# or lighter: a wall in the shade (28 % of white). Missing light is for another check to
# say. Light multiplies L* + 16, a* and b* alike; three stops, which halve them, are made good at most.
_LIGHTEST, _LIGHT, _MOST_GAIN = 0.95, 60.0, 2.0
# A photo nine tenths of whose colours have less chroma than this, beyond what all have, is black and white or toned;
# JPEG alone makes 1.
_CHROMA = 1.5


@dataclass(frozen=True, eq=False)
class Clothes:
    """The part of a photo with the person, made small (h, w).

    `lab` CIELAB (h, w, 3) in good light, lightness 0..100; `person` the mask 0..1; `others` other people's; `kinds`
    what each pixel would be if it were the person's (`Kind`).
    """

    lab: Float
    person: Float
    others: Float
    kinds: npt.NDArray[np.uint8]
    parts: Regions
    borders: Borders
    body: Skeleton

    @property
    def unit(self) -> float:
        """The width between the shoulder joints in pixels, as seen from the front: about 37 cm."""
        return self.body.unit

    @cached_property
    def colourless(self) -> bool:
        """Whether the photo is black and white, or toned."""
        a, b = (self.lab[..., axis] - np.median(self.lab[..., axis]) for axis in (1, 2))
        return float(np.quantile(np.hypot(a, b), 0.9)) < _CHROMA

    @cached_property
    def inside(self) -> Bool:
        """What is surely the person's."""
        return np.asarray(self.person > SURE_PERSON, np.bool_)

    @cached_property
    def upper(self) -> Bool:
        """The upper garment, surely."""
        upper = self.inside & (self.kinds == Kind.UPPER)
        if self.colourless:
            # Bare arms cannot be told from sleeves.
            upper &= np.minimum(*(arm.axis for arm in self.parts.arms)) > 1.1
        return np.asarray(upper, np.bool_)

    @cached_property
    def lower(self) -> Bool:
        """The lower garment, surely."""
        return np.asarray(self.inside & (self.kinds == Kind.LOWER), np.bool_)

    @cached_property
    def background(self) -> Bool:
        """What is surely nobody."""
        return np.asarray((self.person < SURE_BACKGROUND) & (self.others < SURE_BACKGROUND), np.bool_)


def find_clothes(rgb: Rgb, people: Sequence[Person]) -> Clothes | None:
    """The clothes of the first of `people` in the photo (H, W, 3); None if their mask holds nobody."""
    main = people[0]
    height, width = main.mask.shape
    # The person's place is known to a few pixels from every few rows and columns.
    step = max(1, round(math.sqrt(height * width / (4 * _PIXELS))))
    coarse = main.mask[::step, ::step]
    rows, columns = (np.flatnonzero(coarse.max(axis) > SURE_BACKGROUND) * step for axis in (1, 0))
    if rows.size == 0:
        return None
    margin = round(_MARGIN * skeleton(main.pose, width, height).unit)
    top, bottom = max(int(rows[0]) - margin, 0), min(int(rows[-1]) + margin + step, height)
    left, right = max(int(columns[0]) - margin, 0), min(int(columns[-1]) + margin + step, width)
    scale = min(1.0, math.sqrt(_PIXELS / ((bottom - top) * (right - left))))
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))

    def small(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.asarray(cv2.resize(picture[top:bottom, left:right], size, interpolation=cv2.INTER_AREA))

    pose = _moved(main.pose, (width, height), (left, top, right, bottom))
    person = small(main.mask)
    others = np.zeros_like(person)
    for other in people[1:]:
        others = np.maximum(others, small(other.mask))
    return _clothes(small(rgb), person, others, pose)


def _moved(pose: Pose, size: tuple[int, int], box: tuple[int, int, int, int]) -> Pose:
    """The pose in a part of the photo: `size` is the photo's, `box` left, top, right and bottom of the part."""
    (width, height), (left, top, right, bottom) = size, box
    marks = (
        mark.model_copy(
            update={"x": (mark.x * width - left) / (right - left), "y": (mark.y * height - top) / (bottom - top)}
        )
        for mark in pose.landmarks
    )
    return Pose(landmarks=tuple(marks))


def _clothes(rgb: Rgb, person: Float, others: Float, pose: Pose) -> Clothes:
    height, width = person.shape
    body = skeleton(pose, width, height)
    parts = regions(body, width, height)
    look = read_appearance(Palette(rgb), person, parts, body)
    borders = find_borders(person, parts, look)
    kinds = score_kinds(parts, look, borders).argmax(0).astype(np.uint8)
    return Clothes(_in_good_light(rgb), person, others, kinds, parts, borders, body)


def _in_good_light(rgb: Rgb) -> Float:
    """CIELAB (h, w, 3) of the picture, as if it were not dark."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    gain = np.clip((_LIGHT + 16) / (float(np.quantile(lab[..., 0], _LIGHTEST)) + 16), 1.0, _MOST_GAIN)
    black = np.array([16, 0, 0], np.float32)
    return np.asarray((lab + black) * np.float32(gain) - black, np.float32)
