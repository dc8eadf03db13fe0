"""The agnostic mask, on drawn people and on real ones."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from models.parsing.landmarks import LandmarkParser
from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.pose.mediapipe import MediaPipePose
from models.tryon.mask import agnostic_mask
from models.tryon.port import Labels, Mask
from schemas.events import Category
from schemas.pose import Landmark, Pose
from tests.models.parsing.figure import BEFORE_THE_CHEST, ON_THE_HIP, Clothes, Figure, figure

HEAD = (Lip.HAT, Lip.HAIR, Lip.SUNGLASSES)
SHOES = (Lip.LEFT_SHOE, Lip.RIGHT_SHOE)
OLD = {
    Category.UPPER: (Lip.UPPER_CLOTHES, Lip.COAT),
    Category.LOWER: (Lip.PANTS, Lip.SKIRT),
    Category.DRESS: (Lip.UPPER_CLOTHES, Lip.COAT, Lip.PANTS, Lip.SKIRT, Lip.DRESS),
}
FIGURES = {
    "bare arms": figure(),
    "long sleeves": figure(Clothes(sleeves=1.0)),
    "shorts, hand on the hip": figure(Clothes(sleeves=0.4, legs=0.35), ON_THE_HIP),
    "skirt": figure(Clothes(skirt=True, legs=0.5)),
    "arm before the chest": figure(Clothes(), BEFORE_THE_CHEST),
    "from behind": figure(Clothes(), away=True),
}


def mask(drawn: Figure, category: Category) -> Mask:
    return agnostic_mask(drawn.labels, drawn.person.pose, category)


def hands(drawn: Figure) -> Mask:
    """The drawn hands, from the knuckles on."""
    found = np.zeros(drawn.labels.shape, np.uint8)
    for side in (0, 1):
        index, pinky = (np.array(drawn.joints[Joint(joint + side)]) for joint in (Joint.LEFT_INDEX, Joint.LEFT_PINKY))
        x, y = np.round((index + pinky) / 2).astype(int)
        cv2.circle(found, (int(x), int(y)), 7, 1, -1)
    return (found > 0) & np.isin(drawn.labels, (Lip.LEFT_ARM, Lip.RIGHT_ARM))


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("name", FIGURES)
def test_a_garment_changes_no_face_hair_hands_or_shoes(name: str, category: Category) -> None:
    """Not a pixel of them, from the front and from behind, hands on the hip or before the chest."""
    drawn = FIGURES[name]
    changed = mask(drawn, category)
    assert changed.shape == drawn.labels.shape
    assert changed.dtype == np.bool_
    assert not changed[np.isin(drawn.labels, (*HEAD, *SHOES))].any()
    assert not changed[:98][drawn.labels[:98] == Lip.FACE].any()
    assert not changed[hands(drawn)].any()


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("name", FIGURES)
def test_a_garment_takes_the_place_of_what_is_worn(name: str, category: Category) -> None:
    """All of the worn clothes of its category may change, but for what lies behind hands and shoes."""
    drawn = FIGURES[name]
    worn = np.isin(drawn.labels, OLD[category])
    # A long sleeve of the top that is worn hangs beside the hips and stays when the trousers change.
    assert mask(drawn, category)[worn].mean() > 0.995


def test_a_top_may_cover_the_arms_to_the_wrists() -> None:
    """A long sleeve fits on a bare arm: forearms change, hands do not, and there is room for wide sleeves beside
    them."""
    drawn = figure()
    changed = mask(drawn, Category.UPPER)
    for side in (Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW):
        x, y = (round(value) for value in drawn.joints[side])
        assert changed[y, x - 22 : x + 23].all()
    assert changed[270, 276:288].all()
    assert not changed[310, 277:300].any()


def test_a_top_may_cover_the_neck_and_the_hips() -> None:
    """A collar reaches up to the chin, a long top down over the hips, and no farther."""
    drawn = figure()
    changed = mask(drawn, Category.UPPER)
    assert changed[112:138, 192:208].all()
    assert changed[320, 160:240].all()
    assert not changed[380:].any()


def test_lower_clothes_may_fill_the_space_between_the_legs() -> None:
    """From the waist to the ankles, for skirts and wide trousers; feet stay, and so does the top."""
    drawn = figure()
    changed = mask(drawn, Category.LOWER)
    for y in (300, 400, 500):
        assert changed[y, 145:256].all()
    assert not changed[550:].any()
    assert not changed[:230].any()


def test_a_dress_takes_both() -> None:
    """What a top or lower clothes may change, a dress may."""
    drawn = figure(Clothes(sleeves=0.4))
    both = mask(drawn, Category.UPPER) | mask(drawn, Category.LOWER)
    dress = mask(drawn, Category.DRESS)
    assert dress[np.isin(drawn.labels, OLD[Category.DRESS])].all()
    # Where one category protects what another changes (arms beside trousers), the dress does as its own rule says.
    assert (dress & both).sum() > 0.98 * both.sum()


def test_hanging_arms_stay_before_trousers() -> None:
    """Arms and sleeves beside the hips are none of the trousers'."""
    for clothes in (Clothes(), Clothes(sleeves=1.0)):
        drawn = figure(clothes)
        changed = mask(drawn, Category.LOWER)
        forearm = drawn.labels[240:286, 262:300] > 0
        assert not changed[240:286, 262:300][forearm].any()


def test_bare_feet_stay() -> None:
    """A foot without a shoe is protected by its place."""
    drawn = figure(Clothes(legs=0.4, shoes=False))
    for category in Category:
        assert not mask(drawn, category)[548:].any()


def test_nobody_elses_head_changes() -> None:
    """A head close beside the body keeps its pixels if the other person is known, and the mask goes up to it."""
    drawn = figure()
    other = Pose(
        landmarks=tuple(
            mark.model_copy(update={"x": mark.x + 0.2, "y": mark.y + 0.15}) for mark in drawn.person.pose.landmarks
        )
    )
    height, width = drawn.labels.shape
    nose = other.landmarks[Joint.NOSE]
    row, column = round(nose.y * height), round(nose.x * width)
    around = slice(row - 25, row + 25), slice(column - 20, column + 20)
    assert agnostic_mask(drawn.labels, drawn.person.pose, Category.UPPER)[around].any()
    spared = agnostic_mask(drawn.labels, drawn.person.pose, Category.UPPER, [other])
    assert not spared[around].any()
    assert spared[np.isin(drawn.labels, OLD[Category.UPPER])].mean() > 0.95


def test_the_outline_is_smooth() -> None:
    """Against the background it has no teeth: its length is hardly more than that of its rounded shape."""
    drawn = figure(Clothes(sleeves=1.0), scale=2.0)
    changed = mask(drawn, Category.DRESS) | (drawn.labels > 0)
    (contour, *_), _ = cv2.findContours(changed.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    smooth = cv2.GaussianBlur(changed.astype(np.float32), (0, 0), 4) > 0.5
    (rounded, *_), _ = cv2.findContours(smooth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    assert cv2.arcLength(contour, True) < 1.1 * cv2.arcLength(rounded, True)


@settings(max_examples=60, deadline=None)
@given(
    places=arrays(np.float32, (33, 3), elements=st.floats(-3, 4, width=32), fill=st.floats(0, 1, width=32)),
    seed=st.integers(0, 99),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    category=st.sampled_from(Category),
)
def test_no_landmarks_open_what_is_protected(
    places: npt.NDArray[np.float32], seed: int, size: tuple[int, int], category: Category
) -> None:
    """Wherever landmarks are: hair, hats, glasses, gloves and shoes never change."""
    labels: Labels = np.random.default_rng(seed).integers(0, 20, size, dtype=np.uint8)
    pose = Pose(landmarks=tuple(Landmark(x=float(x), y=float(y), z=float(z)) for x, y, z in places))
    changed = agnostic_mask(labels, pose, category)
    assert changed.shape == size
    assert not changed[np.isin(labels, (*HEAD, *SHOES, Lip.GLOVE))].any()


@pytest.mark.parametrize("name", ["p01", "p03", "p05", "p09", "p12", "p13"])
def test_real_people_keep_face_hair_and_shoes(weights: Path, samples: Path, name: str) -> None:
    """With MediaPipe's landmarks: the nose and hair stay, and the worn clothes may change."""
    (path,) = (samples / "person").glob(f"{name}_*")
    rgb = np.asarray(Image.open(path).convert("RGB"))
    with MediaPipePose(weights) as estimator:
        person = estimator.people(rgb)[0]
    labels = LandmarkParser().parse(rgb, person)
    nose = person.pose.landmarks[Joint.NOSE]
    for category in Category:
        changed = agnostic_mask(labels, person.pose, category)
        assert not changed[round(nose.y * rgb.shape[0]), round(nose.x * rgb.shape[1])]
        assert not changed[np.isin(labels, (*HEAD, *SHOES))].any()
        worn = np.isin(labels, OLD[category])
        assert changed[worn].mean() > 0.9
