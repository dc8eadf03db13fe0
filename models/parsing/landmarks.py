"""Human parsing from landmarks and the person's mask: which part of the body is near, and which colour it has.

Every class gets a score at every pixel: how far its part of the body is, and how likely the pixel's colour is for it.
The scores' shares are smoothed along the picture's edges (cost volume filtering, Hosni et al. 2013) and the largest
wins. It stands in where SCHP's weights are absent: borders between clothes of one colour, hats, glasses, scarves and
whatever else only recognition could tell are not told.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.borders import find_borders
from models.parsing.classes import kind_shares, lip_labels, right_sides, score_kinds
from models.parsing.colours import Palette
from models.parsing.fine import refine, without_islands
from models.parsing.guided import GuidedFilter, apply
from models.parsing.regions import regions
from models.parsing.seeds import read_appearance
from models.parsing.silhouette import SURE_BACKGROUND, first_share, second_share, without_specks
from models.parsing.skeleton import Skeleton, skeleton
from models.pose.port import Person
from models.tryon.port import Labels, Rgb
from schemas.pose import Pose

Float = npt.NDArray[np.float32]

# The working picture's pixels at most: in it a person of full length is about 700 pixels high, a finger 4 wide. What it
# says is brought to the photo's pixels by colour.
_WORKING_PIXELS = 300 * 700
# Half the filters' windows in units of the body (a finger is 0.05 wide), and at least in pixels.
_WINDOW, _LEAST_WINDOW = 0.03, 2
_FLAT = 2e-4  # the variance of a flat surface's colour: a standard deviation of 3.6 of 255
# The least area of a piece of a class, in square units: a finger has 0.015.
_ISLAND = 0.006
# Around the person so much background is looked at, in units: it tells what background looks like.
_MARGIN = 0.4


class LandmarkParser:
    """The `HumanParser` that follows from the pose alone."""

    version = "landmarks-1"

    def parse(self, rgb: Rgb, person: Person) -> Labels:
        """LIP's class of every pixel, (H, W) uint8; 0 outside the person's mask."""
        labels = np.zeros(person.mask.shape, np.uint8)
        frame = _frame(person.pose, person.mask)
        if frame is not None:
            area = frame.rows, frame.columns
            labels[area] = _parse(rgb[area], person.mask[area], frame)
        return labels


@dataclass(frozen=True)
class _Frame:
    """The part of the photo that holds the person, and the body in the working picture of `width` x `height`."""

    rows: slice
    columns: slice
    width: int
    height: int
    body: Skeleton


def _frame(pose: Pose, mask: Float) -> _Frame | None:
    """None if the mask holds nobody."""
    rows, columns = (np.flatnonzero(cv2.reduce(mask, axis, cv2.REDUCE_MAX) > SURE_BACKGROUND) for axis in (1, 0))
    if rows.size == 0 or columns.size == 0:
        return None
    height, width = mask.shape
    margin = round(_MARGIN * skeleton(pose, width, height).unit)
    top, bottom = max(int(rows[0]) - margin, 0), min(int(rows[-1]) + margin + 1, height)
    left, right = max(int(columns[0]) - margin, 0), min(int(columns[-1]) + margin + 1, width)
    scale = min(1.0, math.sqrt(_WORKING_PIXELS / ((bottom - top) * (right - left))))
    working = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    marks = tuple(
        mark.model_copy(
            update={"x": (mark.x * width - left) / (right - left), "y": (mark.y * height - top) / (bottom - top)}
        )
        for mark in pose.landmarks
    )
    body = skeleton(Pose(landmarks=marks), *working)
    return _Frame(slice(top, bottom), slice(left, right), *working, body)


def _parse(rgb: Rgb, mask: Float, frame: _Frame) -> Labels:
    """The labels of the part of the photo, (H, W), from its picture (H, W, 3) and mask (H, W)."""
    size = frame.width, frame.height
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    small_mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)
    guide = np.asarray(small, np.float32) / np.float32(255)
    edges = GuidedFilter(guide, max(_LEAST_WINDOW, round(_WINDOW * frame.body.unit)), _FLAT)
    parts, palette = regions(frame.body, *size), Palette(small)
    person = _held(apply(edges.coefficients(first_share(small_mask, parts)), guide))
    look = read_appearance(palette, person, parts, frame.body)
    borders = find_borders(person, parts, look)
    scores = score_kinds(parts, look, borders)
    outline = edges.coefficients(second_share(small_mask, palette, parts, look.likeness, frame.body.unit))
    person = _held(apply(outline, guide))
    shares = [edges.coefficients(share) for share in kind_shares(scores) * person]
    best = np.stack([apply(share, guide) for share in shares]).argmax(0).astype(np.uint8)
    inside = without_specks((person > 0.5) & (small_mask > SURE_BACKGROUND))
    coarse = without_islands(np.where(inside, best + np.uint8(1), np.uint8(0)), _ISLAND * frame.body.unit**2)
    kinds = refine(rgb, coarse, outline, shares)
    kinds[mask <= SURE_BACKGROUND] = 0
    right_arm, right_leg = (_enlarged(side, rgb) for side in right_sides(parts))
    return lip_labels(kinds, right_arm, right_leg, borders)


def _held(share: Float) -> Float:
    return np.clip(share, 0, 1)


def _enlarged(side: npt.NDArray[np.bool_], rgb: Rgb) -> npt.NDArray[np.bool_]:
    size = rgb.shape[1], rgb.shape[0]
    return np.asarray(cv2.resize(side.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST), np.bool_)
