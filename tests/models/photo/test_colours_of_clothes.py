"""Clothes that blend with the background, and clothes of one colour: on real photos, recoloured step by step."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.parsing.classes import Kind
from models.photo.checks.clothes import find_clothes
from models.photo.checks.colours import (
    LEAST_CONTRAST,
    LEAST_DIFFERENCE,
    blends_with_background,
    monochrome_clothes,
)
from models.photo.checks.photo import CheckedPhoto
from models.photo.reading import Reading
from models.pose.mediapipe import MediaPipePose
from models.pose.port import Person, Rgb
from schemas.events import Category
from schemas.findings import FindingCode, Severity

Share = npt.NDArray[np.float32]  # (H, W), 0..1
_HEIGHT = 800


@dataclass(frozen=True)
class Worn:
    """A photo and its person, with how far each pixel is the upper or the lower garment's, or background."""

    rgb: Rgb
    person: Person
    upper: Share
    lower: Share
    background: Share

    def with_colours(self, **targets: tuple[float, float, float]) -> Rgb:
        """The photo with parts moved to a middle colour in CIELAB; their folds and shades stay."""
        lab = cv2.cvtColor(self.rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        found = lab.copy()
        for part, colour in targets.items():
            share: Share = getattr(self, part)
            middle = np.median(lab[share > 0.9], axis=0)
            found += share[..., None] * (np.array(colour, np.float32) - middle)
        return np.asarray(np.clip(cv2.cvtColor(found, cv2.COLOR_LAB2RGB), 0, 1) * 255, np.uint8)

    def checked(self, rgb: Rgb, category: Category = Category.DRESS) -> CheckedPhoto:
        return CheckedPhoto(rgb, Reading((self.person,)), category)


def _read(path: Path, pose: MediaPipePose) -> Worn:
    image = Image.open(path).convert("RGB")
    image = image.resize((round(image.width * _HEIGHT / image.height), _HEIGHT))
    rgb = np.asarray(image, np.uint8)
    person = pose.people(rgb)[0]
    clothes = find_clothes(rgb, [person])
    assert clothes is not None
    # The small picture lies around the mask with a margin: found again by the mask.
    height, width = person.mask.shape
    rows, columns = (np.flatnonzero(person.mask.max(axis) > 0.1) for axis in (1, 0))
    small_rows, small_columns = (np.flatnonzero(clothes.person.max(axis) > 0.1) for axis in (1, 0))
    scale_x = (columns[-1] - columns[0]) / (small_columns[-1] - small_columns[0])
    scale_y = (rows[-1] - rows[0]) / (small_rows[-1] - small_rows[0])
    to_small = np.array(
        [
            [scale_x, 0, columns[0] - scale_x * small_columns[0]],
            [0, scale_y, rows[0] - scale_y * small_rows[0]],
        ]
    )

    def share(kind: Kind) -> Share:
        own = (clothes.kinds == kind).astype(np.float32)
        return np.asarray(cv2.warpAffine(own, to_small, (width, height)) * person.mask, np.float32)

    return Worn(rgb, person, share(Kind.UPPER), share(Kind.LOWER), 1 - person.mask)


@pytest.fixture(scope="module")
def pose(weights: Path) -> Iterator[MediaPipePose]:
    with MediaPipePose(weights) as estimator:
        yield estimator


@pytest.fixture(scope="module")
def woman(samples: Path, pose: MediaPipePose) -> Worn:
    """White top, blue jeans, light grey wall."""
    return _read(samples / "person" / "p12_woman_full_frontal.png", pose)


def _between(start: tuple[float, ...], end: tuple[float, ...], share: float) -> tuple[float, float, float]:
    a, b, c = (1 - share) * np.array(start) + share * np.array(end)
    return float(a), float(b), float(c)


def _flips(found: list[bool]) -> int:
    return sum(a != b for a, b in pairwise(found))


# Wall, clothes at first, clothes at the end: near the wall's colour.
_TOWARDS_THE_WALL = [
    ((70, 0, 0), (25, 5, -25), (68, 0, 1)),
    ((25, 0, 2), (85, 0, 3), (24, 1, 1)),
    ((60, -15, 20), (40, 45, 25), (58, -14, 18)),
]


@pytest.mark.parametrize(("wall", "start", "end"), _TOWARDS_THE_WALL)
def test_clothes_recoloured_towards_the_wall_blend_from_one_step_on(
    woman: Worn, wall: tuple[float, float, float], start: tuple[float, ...], end: tuple[float, ...]
) -> None:
    """In steps from a clear contrast to none the finding comes once and stays; its value falls below the threshold."""
    found = []
    for share in np.linspace(0, 1, 8):
        colour = _between(start, end, share)
        photo = woman.checked(woman.with_colours(background=wall, upper=colour, lower=colour))
        finding = blends_with_background(photo)
        found.append(finding is not None)
        if finding is not None:
            assert finding.value is not None and finding.value < LEAST_CONTRAST == finding.threshold
    assert not found[0] and found[-1] and _flips(found) == 1


@pytest.mark.parametrize(("start", "end"), [((90, 0, 2), (25, 5, -25)), ((30, 40, 25), (35, -20, 15))])
def test_trousers_recoloured_towards_the_top_are_of_one_colour_from_one_step_on(
    woman: Worn, start: tuple[float, ...], end: tuple[float, float, float]
) -> None:
    """In steps from another colour to the top's the finding comes once and stays."""
    found = []
    for share in np.linspace(0, 1, 8):
        photo = woman.checked(woman.with_colours(upper=end, lower=_between(start, end, share)))
        finding = monochrome_clothes(photo)
        found.append(finding is not None)
        if finding is not None:
            assert finding.value is not None and finding.value < LEAST_DIFFERENCE == finding.threshold
    assert not found[0] and found[-1] and _flips(found) == 1


def test_a_top_that_blends_is_only_told_where_trousers_are_tried_on(samples: Path, pose: MediaPipePose) -> None:
    """The severity goes by the garment that is replaced: a white shirt blends with a white wall, black trousers do
    not."""
    man = _read(samples / "person" / "p03_man_full_low_contrast.jpg", pose)
    severities = {}
    for category in Category:
        finding = blends_with_background(man.checked(man.rgb, category))
        assert finding is not None and finding.code is FindingCode.BLENDS_WITH_BACKGROUND
        severities[category] = finding.severity
    assert severities == {
        Category.UPPER: Severity.WARN,
        Category.LOWER: Severity.INFO,
        Category.DRESS: Severity.WARN,
    }


def test_clothes_of_one_colour_matter_only_if_one_of_them_stays(woman: Worn) -> None:
    """A dress replaces both: there the finding only tells."""
    photo = woman.with_colours(upper=(30, 5, -20), lower=(30, 5, -20))
    found = {category: monochrome_clothes(woman.checked(photo, category)) for category in Category}
    severities = {category: finding.severity for category, finding in found.items() if finding is not None}
    assert severities == {
        Category.UPPER: Severity.WARN,
        Category.LOWER: Severity.WARN,
        Category.DRESS: Severity.INFO,
    }


@pytest.mark.parametrize(
    ("name", "blends", "monochrome"),
    [
        ("p01_man_full_outdoor.jpg", False, False),
        ("p03_man_full_low_contrast.jpg", True, None),
        ("p05_woman_half_crossed_arms.jpg", False, False),
        ("p07_headless_legs.jpg", False, False),
        ("p10_two_people.jpg", False, False),
        ("p12_woman_full_frontal.png", False, False),
    ],
)
def test_photos_are_found_as_labelled(
    samples: Path, pose: MediaPipePose, name: str, blends: bool, monochrome: bool | None
) -> None:
    """Real photos get these codes where their labels demand them, and not where their labels forbid them."""
    rgb = np.asarray(Image.open(samples / "person" / name).convert("RGB"), np.uint8)
    photo = CheckedPhoto(rgb, Reading(tuple(pose.people(rgb))), Category.DRESS)
    assert (blends_with_background(photo) is not None) == blends
    if monochrome is not None:
        assert (monochrome_clothes(photo) is not None) == monochrome


def test_nobody_wears_nothing_that_could_be_told() -> None:
    """Without a person both checks are silent."""
    photo = CheckedPhoto(np.zeros((60, 40, 3), np.uint8), Reading(), Category.DRESS)
    assert blends_with_background(photo) is None and monochrome_clothes(photo) is None
