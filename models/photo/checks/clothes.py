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


@dataclass(frozen=True, eq=False)
class Clothes:
    """The part of a photo with the person, made small (h, w).

    `lab` CIELAB (h, w, 3), lightness 0..100; `person` the mask 0..1; `others` other people's; `kinds` what each pixel
    would be if it were the person's (`Kind`).
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
    def inside(self) -> Bool:
        """What is surely the person's."""
        return np.asarray(self.person > SURE_PERSON, np.bool_)

    @cached_property
    def upper(self) -> Bool:
        """The upper garment, surely."""
        return np.asarray(self.inside & (self.kinds == Kind.UPPER), np.bool_)

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
    lab = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    return Clothes(np.asarray(lab, np.float32), person, others, kinds, parts, borders, body)
