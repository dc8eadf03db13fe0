"""The garment checks: what they say of drawn and of real product photos, and that a sweep flips its code once."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.garment.checks import check_garment
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity
from schemas.pose import Landmark, Pose
from tests.models.garment.drawn import GREY, OUTLINES, SAND, SIZE, WHITE, product

Rgb = npt.NDArray[np.uint8]

_CATEGORIES = {
    "tee": Category.UPPER,
    "long": Category.UPPER,
    "hoodie": Category.UPPER,
    "tank": Category.UPPER,
    "dress": Category.DRESS,
    "trousers": Category.LOWER,
    "shorts": Category.LOWER,
    "skirt": Category.LOWER,
}


def _codes(rgb: Rgb, category: Category, *people: Person) -> list[FindingCode]:
    return [finding.code for finding in check_garment(rgb, category, people)]


@pytest.mark.parametrize("outline", OUTLINES)
def test_a_whole_garment_of_its_category_has_no_finding(outline: str) -> None:
    """Eight kinds of garments with a shadow, before three grounds, mirrored and a little askew, are left in peace."""
    turn = cv2.getRotationMatrix2D((SIZE[1] / 2, SIZE[0] / 2), 5, 0.9)
    askew = cv2.warpAffine(product(outline, background=GREY, shadow=True).photo, turn, SIZE[::-1], borderValue=GREY)
    mirrored = np.ascontiguousarray(product(outline, background=SAND, shadow=True).photo[:, ::-1])
    for picture in (product(outline, background=WHITE, shadow=True).photo, mirrored, np.asarray(askew, np.uint8)):
        assert _codes(picture, _CATEGORIES[outline]) == []


def test_white_before_white_is_seen_by_its_edges() -> None:
    """A white shirt whose shade alone tells it from a white ground is a garment, and no other one."""
    assert _codes(product("tee", colour=(235, 235, 235), noise=0.3).photo, Category.UPPER) == []


@pytest.mark.parametrize("outline", ["tee", "long", "tank", "trousers", "shorts", "skirt"])
def test_another_category_is_told_with_what_is_seen(outline: str) -> None:
    """Tops are neither trousers nor dresses, and what is worn below is nothing else; the advice names what is seen."""
    # As high as wide: the drawn tops reach down to the thighs, where some dresses end.
    photo = np.asarray(cv2.resize(product(outline).photo, (800, 800)), np.uint8)
    words = {Category.UPPER: "top", Category.LOWER: "skirt"}[_CATEGORIES[outline]]
    for asked in set(Category) - {_CATEGORIES[outline]}:
        (finding,) = check_garment(photo, asked)
        assert (finding.code, finding.severity) == (FindingCode.CATEGORY_MISMATCH, Severity.WARN)
        assert words in finding.advice


def test_a_garment_moved_out_of_the_picture_is_cut_off_once_and_for_all() -> None:
    """Moved out step by step, at each edge a top is whole, then cut off, and never whole again while half is left."""
    photo = product("tee").photo
    for edge in range(4):
        turned = []
        for step in range(0, 340, 34):
            rows, columns = {
                0: (slice(step, None), slice(None)),
                1: (slice(None), slice(step, None)),
                2: (slice(None, SIZE[0] - step), slice(None)),
                3: (slice(None), slice(None, SIZE[1] - step)),
            }[edge]
            turned.append(
                FindingCode.GARMENT_CROPPED in _codes(np.ascontiguousarray(photo[rows, columns]), Category.UPPER)
            )
        assert not turned[0]
        assert turned[-1]
        assert turned == sorted(turned)


def test_two_garments_are_several_wherever_they_lie() -> None:
    """Side by side, one above the other, and put together of two pictures with grounds of their own."""
    top, bottom = product("tee").photo, product("shorts", colour=(150, 60, 40)).photo
    on_grey = product("shorts", colour=(150, 60, 40), background=GREY).photo
    for picture in (np.hstack([top, bottom]), np.vstack([bottom, top]), np.hstack([top, on_grey])):
        (finding,) = check_garment(picture, Category.UPPER)
        assert (finding.code, finding.value) == (FindingCode.SEVERAL_GARMENTS, 2)


def test_a_print_of_the_grounds_colour_makes_no_second_garment() -> None:
    """A broad white stripe across a shirt before white tears it into two pieces: it is one garment."""
    shirt = product("tee").photo
    shirt[380:420] = 255
    assert _codes(shirt, Category.UPPER) == []


def _blank(ground: int = 255) -> Rgb:
    return np.full((*SIZE, 3), ground, np.uint8)


def _things() -> dict[str, Rgb]:
    things: dict[str, cv2.typing.MatLike] = {"nothing": _blank(), "grey nothing": _blank(200)}
    things["ball"] = cv2.circle(_blank(), (320, 400), 200, (200, 60, 60), -1)
    mug = cv2.rectangle(_blank(), (180, 250), (460, 600), (60, 90, 160), -1)
    mug = cv2.ellipse(mug, (320, 600), (140, 40), 0, 0, 360, (60, 90, 160), -1)
    things["mug"] = cv2.ellipse(mug, (460, 420), (90, 110), 0, -90, 90, (60, 90, 160), 30)
    box = np.array([(140, 400), (330, 330), (520, 410), (520, 520), (310, 600), (140, 500)], np.int32)
    things["box"] = cv2.fillPoly(_blank(), [box], (120, 90, 60))
    things["book"] = cv2.rectangle(_blank(), (180, 200), (460, 600), (40, 110, 70), -1)
    shoe = np.array([(80, 460), (200, 320), (260, 370), (360, 460), (520, 500), (570, 560), (80, 560)], np.int32)
    things["shoe"] = cv2.fillPoly(_blank(), [shoe], (30, 30, 30))
    bag = cv2.ellipse(_blank(), (320, 330), (100, 160), 0, 180, 360, (150, 90, 40), 18)
    things["bag"] = cv2.fillPoly(bag, [np.array([(160, 330), (480, 330), (510, 680), (130, 680)])], (150, 90, 40))
    page = _blank()
    for row in range(60, 760, 36):
        cv2.putText(
            page, "Size S M L XL chest waist hips cm", (50, row), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (30, 30, 30), 2
        )
    things["page"] = page
    return {name: np.asarray(picture, np.uint8) for name, picture in things.items()}


@pytest.mark.parametrize("name", list(_things()))
def test_what_is_no_garment_is_rejected(name: str) -> None:
    """Plain ground, things to set down, shoes, bags and pages are rejected, whatever category is asked for."""
    for category in Category:
        (finding,) = check_garment(_things()[name], category)
        assert (finding.code, finding.severity, finding.subject) == (FindingCode.NO_GARMENT, Severity.REJECT, "garment")


def test_a_fading_garment_vanishes_once() -> None:
    """Faded into its ground step by step, a garment is there, then is not, and never comes back."""
    photo = product("trousers", noise=0.0).photo.astype(float)
    steps = [np.asarray(255 + share * (photo - 255), np.uint8) for share in (1.0, 0.5, 0.2, 0.08, 0.03, 0.01, 0.0)]
    gone = [FindingCode.NO_GARMENT in _codes(step, Category.LOWER) for step in steps]
    assert not gone[0]
    assert gone[-1]
    assert gone == sorted(gone)


def _worn(hip: float, ankle: float, trousers: tuple[int, int, int]) -> tuple[Rgb, Person]:
    """A person of blocks with a shirt and trousers: hips and ankles at these shares of the picture's height."""
    skin, height, width = (205, 150, 125), *SIZE
    picture = _blank(230)
    knee = (hip + ankle) / 2
    y = {"face": 0.12, "shoulder": 0.22, "hip": hip, "ankle": ankle}
    mask = np.zeros(SIZE, np.float32)
    for top, bottom, colour in (
        ("face", "shoulder", skin),
        ("shoulder", "hip", (60, 90, 60)),
        ("hip", "ankle", trousers),
    ):
        rows = slice(int(y[top] * height) - (60 if top == "face" else 0), int(y[bottom] * height) + 30)
        picture[rows, 240:400] = colour
        mask[rows, 240:400] = 1
    at = {
        **dict.fromkeys((Joint.NOSE, Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT), 0.12),
        **dict.fromkeys((Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER), 0.24),
        **dict.fromkeys((Joint.LEFT_HIP, Joint.RIGHT_HIP), hip),
        **dict.fromkeys((Joint.LEFT_KNEE, Joint.RIGHT_KNEE), knee),
        **dict.fromkeys((Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE), ankle),
    }
    marks = tuple(
        Landmark(x=320 / width, y=at.get(joint, 0.3), z=0.0, visibility=1.0 if at.get(joint, 2) < 1 else 0.0)
        for joint in Joint
    )
    return picture, Person(Pose(landmarks=marks), mask)


def test_a_model_wears_several_garments_and_may_be_cut_where_the_garment_is_not() -> None:
    """A model in a shirt and trousers is no fault; cut at the thighs her shirt is whole, and her trousers are not."""
    picture, wearer = _worn(hip=0.5, ankle=0.9, trousers=(40, 50, 90))
    for category in Category:
        assert _codes(picture, category, wearer) == []
    picture, wearer = _worn(hip=0.7, ankle=1.3, trousers=(40, 50, 90))
    assert _codes(picture, Category.UPPER, wearer) == []
    assert _codes(picture, Category.LOWER, wearer) == [FindingCode.GARMENT_CROPPED]


def test_bare_legs_that_the_frame_cuts_are_no_trousers() -> None:
    """Where skin goes on beyond the frame, the hem of what was worn above it has been seen."""
    picture, wearer = _worn(hip=0.6, ankle=1.3, trousers=(205, 150, 125))
    assert _codes(picture, Category.LOWER, wearer) == []


def test_real_product_photos_have_no_finding(samples: Path) -> None:
    """Eight shops' pictures, one of them worn, need no finding, and none is a garment that it is not."""
    wrong: list[tuple[str, Finding]] = []
    for path in sorted((samples / "garment").glob("g*.jpg")):
        rgb = np.asarray(Image.open(path).convert("RGB"))
        wrong += [(path.name, finding) for finding in check_garment(rgb, Category(path.name.split("_")[1]))]
    assert wrong == []
