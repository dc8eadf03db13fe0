"""The cut-out: what a product photo shows of a garment, whatever plain background it lies on."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from models.garment.cutout import NoGarment, cut_out
from tests.models.garment.drawn import GREY, OUTLINES, SAND, WHITE, Product, overlap, product

# The alpha is drawn in by about a pixel on purpose: on these outlines that costs 2 % of the area.
GOOD = 0.96


@pytest.mark.parametrize("background", [WHITE, GREY, SAND, (60, 90, 70)])
@pytest.mark.parametrize("outline", sorted(OUTLINES))
def test_finds_a_garment_on_any_plain_background(outline: str, background: tuple[int, int, int]) -> None:
    """A dark garment is cut out of white, grey and coloured backgrounds with camera noise."""
    drawn = product(outline, (120, 30, 60), background)
    assert overlap(cut_out(drawn.photo).alpha > 127, drawn.mask) > GOOD


def test_finds_a_light_garment_on_white() -> None:
    """An ecru garment, 8 of 100 in Lab from white paper, is not taken for background."""
    drawn = product("tee", (246, 238, 222))
    assert overlap(cut_out(drawn.photo).alpha > 127, drawn.mask) > 0.93


def test_leaves_a_soft_shadow_out() -> None:
    """The shadow under a garment is no part of it."""
    drawn = product("tee", (150, 40, 40), GREY, shadow=True)
    assert overlap(cut_out(drawn.photo).alpha > 127, drawn.mask) > 0.95


def test_follows_a_background_that_darkens_to_one_side() -> None:
    """A vignette of 20 grey levels from side to side is background, not garment."""
    drawn = product("dress")
    slope = np.linspace(1.0, 0.92, drawn.photo.shape[1])[None, :, None]
    photo = np.where(drawn.mask[..., None], drawn.photo, drawn.photo * slope).astype(np.uint8)
    assert overlap(cut_out(photo).alpha > 127, drawn.mask) > GOOD


def test_a_white_print_inside_stays_garment() -> None:
    """A white disc with shading on a blue shirt before white is a print and no hole."""
    drawn = product("tee")
    photo = drawn.photo.copy()
    cv2.circle(photo, (320, 400), 60, (238, 238, 238), -1)
    cv2.circle(photo, (320, 400), 20, (20, 20, 20), -1)
    assert overlap(cut_out(photo).alpha > 127, drawn.mask) > GOOD


def test_background_between_sleeve_and_body_is_no_garment() -> None:
    """An enclosed piece of the very background, here between arm and side closed by a hand's width of cloth, is out."""
    drawn = product("long")
    photo, mask = drawn.photo.copy(), drawn.mask.copy()
    cv2.rectangle(photo, (140, 560), (220, 620), (40, 60, 150), -1)
    region = np.zeros(mask.shape, np.uint8)
    cv2.rectangle(region, (140, 560), (220, 620), 1, -1)
    mask |= region > 0
    assert overlap(cut_out(photo).alpha > 127, mask) > 0.95


def test_takes_the_skin_off_a_worn_garment() -> None:
    """Of shorts worn by someone whose legs reach the frame, only the shorts remain, also their white stripe."""
    drawn = product("shorts", (30, 30, 34))
    photo = drawn.photo.copy()
    legs = np.zeros(drawn.mask.shape, np.uint8)
    cv2.rectangle(legs, (200, 500), (300, 799), 1, -1)
    cv2.rectangle(legs, (345, 500), (440, 799), 1, -1)
    photo[(legs > 0) & ~drawn.mask] = (196, 142, 116)
    stripe = np.zeros(drawn.mask.shape, bool)
    stripe[470:480] = True
    photo[stripe & drawn.mask] = (250, 250, 250)
    found = cut_out(photo)
    assert found.worn
    assert overlap(found.alpha > 127, drawn.mask) > 0.9


def test_a_beige_garment_is_not_taken_for_a_wearer() -> None:
    """Cloth of skin's colour, alone, is a garment."""
    drawn = product("long", (190, 150, 120))
    found = cut_out(drawn.photo)
    assert not found.worn
    assert overlap(found.alpha > 127, drawn.mask) > GOOD


def test_colours_go_on_beyond_the_edge() -> None:
    """Pixels just outside carry the garment's colour, so that no interpolation brings the background in."""
    drawn = product("tee", (150, 20, 30))
    found = cut_out(drawn.photo)
    rim = cv2.dilate(drawn.mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    outside = rim & ~drawn.mask
    assert np.abs(found.rgb[outside].astype(int) - (150, 20, 30)).mean() < 12


def test_the_edge_is_soft() -> None:
    """The alpha has values between none and all along the outline, and no others inside or outside."""
    drawn = product("skirt")
    alpha = cut_out(drawn.photo).alpha
    between = (alpha > 20) & (alpha < 235)
    assert between.sum() > 1000
    kernel = np.ones((9, 9), np.uint8)
    near = (cv2.dilate(drawn.mask.astype(np.uint8), kernel) - cv2.erode(drawn.mask.astype(np.uint8), kernel)) > 0
    assert not (between & ~near).any()


@pytest.mark.parametrize("size", [(300, 240), (2400, 1800)])
def test_any_size(size: tuple[int, int]) -> None:
    """Small and large product photos are cut out alike."""
    drawn = product("trousers")
    photo = np.asarray(cv2.resize(drawn.photo, size[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    mask = cv2.resize(drawn.mask.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST) > 0
    assert overlap(cut_out(photo).alpha > 127, mask) > 0.92


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_plain_picture_has_no_garment(value: int) -> None:
    """Paper alone raises, it is not returned as a garment."""
    with pytest.raises(NoGarment):
        cut_out(np.full((400, 300, 3), value, np.uint8))


def test_a_speck_is_no_garment() -> None:
    """Something of under 2 % of the picture, a label or a fly, is no garment."""
    photo = Product(np.full((400, 300, 3), 255, np.uint8), np.zeros((400, 300), bool)).photo
    photo[200:220, 150:170] = 0
    with pytest.raises(NoGarment):
        cut_out(photo)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("g01", 0.27, 0.30), ("g02", 0.36, 0.40), ("g04", 0.54, 0.58), ("g07", 0.32, 0.37), ("g08", 0.23, 0.27),
        ("g11", 0.43, 0.46), ("g13", 0.37, 0.41), ("g16", 0.49, 0.53),
    ],
)  # fmt: skip
def test_sample_garments(samples: Path, name: str, low: float, high: float) -> None:
    """Real product photos: the garment's share of the picture is what it was when the cut-out was looked at and found
    right; a shadow, a wearer or a hole would change it."""
    (path,) = sorted((samples / "garment").glob(f"{name}*"))
    alpha = cut_out(np.array(Image.open(path).convert("RGB"))).alpha > 127
    assert low < alpha.mean() < high
