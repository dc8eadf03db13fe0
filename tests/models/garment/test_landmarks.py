"""Landmarks: the parts of a garment are found on its outline."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from models.garment.cutout import cut_out
from models.garment.features import read_garment
from models.garment.landmarks import GarmentLandmarks, Kind, find_landmarks
from schemas.events import Category
from tests.models.garment.drawn import product

# A hundredth of these drawings' height, and the pixel that the alpha is drawn in.
NEAR = 9


def _found(outline: str, category: Category) -> GarmentLandmarks:
    return find_landmarks(cut_out(product(outline).photo), category)


@pytest.mark.parametrize(
    ("outline", "category", "kind"),
    [
        ("tee", Category.UPPER, Kind.SHORT_SLEEVES),
        ("long", Category.UPPER, Kind.LONG_SLEEVES),
        ("tank", Category.UPPER, Kind.SLEEVELESS),
        ("dress", Category.DRESS, Kind.SLEEVELESS),
        ("trousers", Category.LOWER, Kind.TROUSERS),
        ("shorts", Category.LOWER, Kind.SHORTS),
        ("skirt", Category.LOWER, Kind.SKIRT),
    ],
)
def test_tells_the_kind(outline: str, category: Category, kind: Kind) -> None:
    """Sleeves and legs, and their length, are read off the outline."""
    assert _found(outline, category).kind is kind


@pytest.mark.parametrize("outline", ["tee", "long"])
def test_finds_armpits(outline: str) -> None:
    """The armpits are where the outline of sleeve and side meet: drawn at x 210 and 430."""
    marks = _found(outline, Category.UPPER)
    depth = 240 if outline == "tee" else 260
    assert marks.armpits[:, 0] == pytest.approx([210, 430], abs=NEAR)
    assert marks.armpits[:, 1] == pytest.approx([depth, depth], abs=3 * NEAR)


def test_finds_the_hem() -> None:
    """The torso's ribbon ends at the hem's corners."""
    torso = _found("long", Category.UPPER).torso
    assert torso.left[-1] == pytest.approx([210, 640], abs=NEAR)
    assert torso.right[-1] == pytest.approx([430, 640], abs=NEAR)


def test_finds_the_cuffs() -> None:
    """The sleeves' ribbons end at the cuffs, drawn around (115, 600) and (525, 600), and run along the sleeves."""
    left, right = _found("long", Category.UPPER).limbs
    assert left is not None
    assert right is not None
    assert left.centre[-1] == pytest.approx([115, 600], abs=2 * NEAR)
    assert right.centre[-1] == pytest.approx([525, 600], abs=2 * NEAR)
    assert left.length == pytest.approx(right.length, rel=0.05)


def test_outer_and_inner_edges_are_told_apart() -> None:
    """A ribbon's left edge is the viewer's left: the outer one of a left sleeve, the inner one of a right sleeve."""
    left, right = _found("long", Category.UPPER).limbs
    assert left is not None
    assert right is not None
    assert (left.left[1:, 0] < left.right[1:, 0]).all()
    assert (right.left[1:, 0] < right.right[1:, 0]).all()


def test_finds_an_open_neckline() -> None:
    """Where the outline itself is the front neckline, no inner back is looked for."""
    neckline = _found("tank", Category.UPPER).neckline
    assert neckline is not None
    assert neckline.open
    # The notch's very point is rounded off.
    assert neckline.curve[16] == pytest.approx([320, 200], abs=3 * NEAR)


def test_finds_the_front_neckline_below_an_inner_back() -> None:
    """A darker inner back, drawn down to y 170 at the middle, ends at the found curve."""
    photo = product("tee").photo
    inner = np.zeros(photo.shape[:2], bool)
    y, x = np.indices(inner.shape)
    inner[(y < 170 - ((x - 320) / 55.0) ** 2 * 65) & (np.abs(x - 320) < 55)] = True
    filled = photo.copy()
    # The back's collar fills the neck's notch, as in photos of invisible figures.
    notch = (y > 100) & (y < 170) & (np.abs(x - 320) < 55)
    filled[notch] = (40, 60, 150)
    filled[inner & (y > 100)] = (20, 28, 70)
    neckline = find_landmarks(cut_out(filled), Category.UPPER).neckline
    assert neckline is not None
    assert not neckline.open
    assert neckline.curve[16, 1] == pytest.approx(170, abs=2 * NEAR)


def test_a_hood_opens_down_to_the_front() -> None:
    """The inside of a hood, dark in its opening, lies behind the head: the neckline is the opening's lower end, its
    sides begin around the neck and not at the hood's top, and the garment has a hole above it."""
    photo = product("hoodie").photo
    cv2.ellipse(photo, (320, 80), (42, 62), 0, 0, 360, (10, 16, 50), -1)
    line = find_landmarks(cut_out(photo), Category.UPPER).neckline
    assert line is not None
    assert line.curve[:, 1].max() == pytest.approx(142, abs=2 * NEAR)
    assert line.curve[[0, -1], 1].min() > 85
    torso = read_garment(photo, Category.UPPER).parts[0]
    assert torso[60, 320] == 0
    assert torso[200, 320] == 255


def test_finds_crotch_and_leg_ends() -> None:
    """The legs begin at the crotch, drawn at (320, 300), and end at y 740."""
    marks = _found("trousers", Category.LOWER)
    left, right = marks.limbs
    assert left is not None
    assert right is not None
    # A gap is seen once it is a few pixels wide, which this one is 40 below its point.
    assert left.right[0] == pytest.approx([320, 340], abs=2 * NEAR)
    assert left.centre[-1, 1] == pytest.approx(735, abs=2 * NEAR)
    assert right.centre[-1] == pytest.approx([380, 735], abs=2 * NEAR)


def test_finds_the_waistband() -> None:
    """The waistband's ends are the upper corners."""
    marks = _found("skirt", Category.LOWER)
    assert marks.shoulders[:, 0] == pytest.approx([240, 400], abs=2 * NEAR)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("g01", Kind.LONG_SLEEVES), ("g02", Kind.LONG_SLEEVES), ("g04", Kind.LONG_SLEEVES), ("g07", Kind.SHORTS),
        ("g08", Kind.TROUSERS), ("g11", Kind.SHORTS), ("g13", Kind.SHORT_SLEEVES), ("g16", Kind.SHORT_SLEEVES),
    ],
)  # fmt: skip
def test_kinds_of_sample_garments(samples: Path, name: str, kind: Kind) -> None:
    """Real product photos, also sleeves that hang against the body (g01, g02), are read for what they are."""
    (path,) = sorted((samples / "garment").glob(f"{name}*"))
    cutout = cut_out(np.array(Image.open(path).convert("RGB")))
    assert find_landmarks(cutout, Category(path.name.split("_")[1])).kind is kind
