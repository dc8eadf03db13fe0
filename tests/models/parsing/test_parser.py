"""Parsing from landmarks, on drawn people whose every pixel is known."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.parsing.landmarks import LandmarkParser
from models.parsing.lip import Lip
from models.parsing.port import FakeHumanParser, HumanParser
from models.pose.landmarks import Joint
from models.pose.port import Person
from models.tryon.port import Labels
from schemas.pose import Landmark, Pose
from tests.models.parsing.figure import (
    ARMS,
    BEFORE_THE_CHEST,
    ON_THE_HIP,
    Clothes,
    Figure,
    along,
    figure,
)

ARM_CLASSES = (Lip.LEFT_ARM, Lip.RIGHT_ARM)


def parsed(drawn: Figure) -> Labels:
    return LandmarkParser().parse(drawn.photo, drawn.person)


def agreement(found: Labels, drawn: Figure, label: Lip) -> float:
    """Intersection over union of a class, 0..1."""
    a, b = found == label, drawn.labels == label
    return float((a & b).sum() / max(1, (a | b).sum()))


def at(labels: Labels, point: tuple[float, float]) -> Lip:
    return Lip(int(labels[round(point[1]), round(point[0])]))


def test_every_part_of_a_standing_person_is_found() -> None:
    """Skin, hair, clothes and shoes are where they were drawn, left and right being the person's own."""
    drawn = figure()
    found = parsed(drawn)
    assert found.shape == drawn.labels.shape
    assert found.dtype == np.uint8
    for label in np.unique(drawn.labels):
        assert agreement(found, drawn, Lip(int(label))) > 0.9, Lip(int(label)).name


@pytest.mark.parametrize("sleeves", [0.0, 0.4, 0.7, 1.0])
def test_a_sleeve_ends_where_skin_begins(sleeves: float) -> None:
    """Along each arm the class changes from the top's to the arm's at the cuff, and the hand is the arm's."""
    drawn = figure(Clothes(sleeves=sleeves))
    found = parsed(drawn)
    for label, arm in ARMS.items():
        for share in np.arange(0.15, 1.0, 0.1):
            # The drawn cuff is a disc that reaches on for a tenth of the arm.
            if abs(share - sleeves - 0.05) > 0.1:
                expected = Lip.UPPER_CLOTHES if share < sleeves else label
                assert at(found, along(drawn.joints, arm, float(share))) == expected, (label.name, share)
        assert agreement(found, drawn, label) > 0.9


@pytest.mark.parametrize(("legs", "knee"), [(1.0, Lip.PANTS), (0.35, Lip.LEFT_LEG)])
def test_shorts_leave_the_knee_bare(legs: float, knee: Lip) -> None:
    """Long trousers cover the knee, short ones do not."""
    drawn = figure(Clothes(legs=legs))
    assert at(parsed(drawn), drawn.joints[Joint.LEFT_KNEE]) == knee


@pytest.mark.parametrize("sleeves", [0.0, 1.0])
@pytest.mark.parametrize("moved", [ON_THE_HIP, BEFORE_THE_CHEST], ids=["on the hip", "before the chest"])
def test_a_hand_before_the_clothes_is_the_arms(moved: dict[Joint, tuple[float, float]], sleeves: float) -> None:
    """A hand on the hip or before the chest is found whole, and the clothes around it stay clothes."""
    drawn = figure(Clothes(sleeves=sleeves), moved)
    found = parsed(drawn)
    assert agreement(found, drawn, Lip.LEFT_ARM) > 0.85
    assert agreement(found, drawn, Lip.UPPER_CLOTHES) > 0.95


def test_a_skin_coloured_top_is_a_top() -> None:
    """Cloth of nearly the skin's colour, from neck to hip and along the sleeves, is no bare skin."""
    drawn = figure(Clothes(sleeves=1.0, top=(225, 175, 145)))
    found = parsed(drawn)
    assert agreement(found, drawn, Lip.UPPER_CLOTHES) > 0.9
    for arm in ARMS.values():
        assert at(found, along(drawn.joints, arm, 0.6)) == Lip.UPPER_CLOTHES
    assert at(found, drawn.joints[Joint.LEFT_INDEX]) == Lip.LEFT_ARM


def test_a_white_top_over_white_trousers_ends_at_its_hem() -> None:
    """Where colours cannot tell two clothes, the line of the hem does."""
    drawn = figure(Clothes(top=(238, 238, 236), bottom=(232, 232, 230), waist=1.0))
    photo = drawn.photo.copy()
    hem = (drawn.labels[1:] == Lip.PANTS) & (drawn.labels[:-1] == Lip.UPPER_CLOTHES)
    photo[1:][hem] = 170  # the hem's shadow
    photo[2:][hem[:-1]] = 190
    found = LandmarkParser().parse(photo, drawn.person)
    (ends,) = np.nonzero(np.diff(found[:, 200].astype(int)) == Lip.PANTS - Lip.UPPER_CLOTHES)
    assert abs(int(ends[0]) - 288) < 6  # of 148 from the shoulders to the hips


def test_a_skirt_is_told_from_shorts() -> None:
    """What fills the space between the legs above its hem is a skirt."""
    skirt, shorts = figure(Clothes(skirt=True, legs=0.4)), figure(Clothes(legs=0.4))
    assert agreement(parsed(skirt), skirt, Lip.SKIRT) > 0.9
    assert agreement(parsed(shorts), shorts, Lip.PANTS) > 0.9


def test_a_skirt_of_the_tops_colour_is_a_dress() -> None:
    """One cloth from the shoulders to a skirt's hem is a dress, all of it."""
    drawn = figure(Clothes(skirt=True, legs=0.45, bottom=Clothes().top))
    found = parsed(drawn)
    cloth = np.isin(drawn.labels, (Lip.UPPER_CLOTHES, Lip.SKIRT))
    assert (found[cloth] == Lip.DRESS).mean() > 0.95


@pytest.mark.parametrize("shoes", [True, False])
def test_bare_feet_are_legs(shoes: bool) -> None:
    """A foot of the face's colour is the leg's, any other a shoe."""
    drawn = figure(Clothes(legs=0.4, shoes=shoes))
    assert at(parsed(drawn), drawn.joints[Joint.LEFT_FOOT]) == (Lip.LEFT_SHOE if shoes else Lip.LEFT_LEG)


def test_a_bald_head_has_no_hair() -> None:
    """Nobody gets hair because heads usually have it."""
    assert not (parsed(figure(Clothes(hair=False))) == Lip.HAIR).any()


def test_eyes_and_brows_are_no_hair() -> None:
    """Dark features inside the face stay face."""
    drawn = figure()
    photo = drawn.photo.copy()
    for x in (189, 211):
        photo[58:62, x - 6 : x + 7] = 45, 35, 30
        photo[64:68, x - 3 : x + 4] = 20, 15, 15
    found = LandmarkParser().parse(photo, drawn.person)
    features = drawn.labels[56:90] == Lip.FACE
    assert (found[56:90][features] == Lip.FACE).mean() > 0.99


def test_from_behind_there_is_hair_and_no_face() -> None:
    """From behind the head is hair, the person's left is on the picture's left, and clothes are found all the same."""
    drawn = figure(away=True)
    found = parsed(drawn)
    assert not (found[:95] == Lip.FACE).any()
    for label in (Lip.HAIR, Lip.UPPER_CLOTHES, Lip.PANTS, Lip.LEFT_ARM, Lip.RIGHT_ARM, Lip.LEFT_SHOE):
        assert agreement(found, drawn, label) > 0.9, label.name


def test_a_headless_figure_has_neither_face_nor_hair() -> None:
    """A photo that is cut below the head: landmarks go on above the frame, labels do not invent a head."""
    whole = figure(Clothes(sleeves=1.0))
    drawn = whole.cropped(slice(145, 640), slice(0, 400))
    found = parsed(drawn)
    assert not np.isin(found, (Lip.FACE, Lip.HAIR)).any()
    for label in (Lip.UPPER_CLOTHES, Lip.PANTS):
        assert agreement(found, drawn, label) > 0.9


def test_half_a_person_has_no_legs() -> None:
    """A photo that is cut below the hips."""
    drawn = figure().cropped(slice(0, 320), slice(0, 400))
    found = parsed(drawn)
    assert not np.isin(found, (Lip.LEFT_LEG, Lip.RIGHT_LEG, Lip.LEFT_SHOE, Lip.RIGHT_SHOE, Lip.SOCKS)).any()
    for label in (Lip.UPPER_CLOTHES, Lip.PANTS, Lip.LEFT_ARM, Lip.HAIR):
        assert agreement(found, drawn, label) > 0.9


@pytest.mark.parametrize("scale", [0.4, 1.0, 4.0])
def test_borders_have_the_photos_resolution(scale: float) -> None:
    """A photo that is larger than the working picture has its borders at its own pixels: nearly all of those between
    skin and a top are within two of them."""
    drawn = figure(Clothes(sleeves=0.4), scale=scale)
    found = parsed(drawn)
    for label in (Lip.UPPER_CLOTHES, Lip.LEFT_ARM, Lip.PANTS):
        assert agreement(found, drawn, label) > 0.93, label.name
    if scale == 4.0:
        line = slice(round(200 * scale), round(201 * scale)), slice(round(120 * scale), round(280 * scale))
        assert (found[line] != drawn.labels[line]).mean(axis=1).max() < 8 * 2 / (160 * scale)


def test_labels_are_within_the_mask() -> None:
    """Nothing outside what the pose estimator calls the person, whatever its colour; everything sure inside it."""
    drawn = figure()
    found = parsed(drawn)
    assert not found[drawn.person.mask < 0.1].any()
    assert found[drawn.person.mask > 0.99].all()


def test_a_leak_of_the_mask_is_no_person() -> None:
    """A coarse mask that runs out into the background, far from any limb, is cut off."""
    drawn = figure()
    mask = drawn.person.mask.copy()
    mask[150:170, 300:400] = 0.8
    found = LandmarkParser().parse(drawn.photo, Person(drawn.person.pose, mask))
    assert not found[150:170, 340:].any()


def test_an_empty_mask_has_no_labels() -> None:
    """A pose without a mask gives no labels, in a picture of one pixel too."""
    drawn = figure()
    nobody = Person(drawn.person.pose, np.zeros_like(drawn.person.mask))
    assert not LandmarkParser().parse(drawn.photo, nobody).any()
    dot = Person(drawn.person.pose, np.ones((1, 1), np.float32))
    assert LandmarkParser().parse(np.zeros((1, 1, 3), np.uint8), dot).shape == (1, 1)


# x, y and z of each landmark.
PLACES = arrays(np.float32, (33, 3), elements=st.floats(-3, 4, width=32), fill=st.floats(0, 1, width=32))


@settings(max_examples=40, deadline=None)
@given(places=PLACES, seed=st.integers(0, 99), height=st.integers(1, 80), width=st.integers(1, 80))
def test_no_landmarks_harm(places: npt.NDArray[np.float32], seed: int, height: int, width: int) -> None:
    """Wherever landmarks are, far outside the frame or all in one place: labels of LIP, inside the mask."""
    random = np.random.default_rng(seed)
    rgb = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    mask = random.random((height, width), dtype=np.float32)
    marks = tuple(Landmark(x=float(x), y=float(y), z=float(z)) for x, y, z in places)
    found = LandmarkParser().parse(rgb, Person(Pose(landmarks=marks), mask))
    assert found.shape == (height, width)
    assert found.max() <= max(Lip)
    assert not found[mask < 0.1].any()


def test_the_same_photo_has_the_same_labels() -> None:
    """No chance: a redelivered photo is parsed alike."""
    drawn = figure()
    assert np.array_equal(parsed(drawn), parsed(drawn))


@pytest.mark.parametrize("parser", [LandmarkParser(), FakeHumanParser()], ids=["landmarks", "fake"])
def test_parsers_keep_the_port(parser: HumanParser) -> None:
    """Both answer labels of the photo's size, and have a version that can stand in a storage key."""
    drawn = figure()
    found = parser.parse(drawn.photo, drawn.person)
    assert found.shape == drawn.labels.shape
    assert found.dtype == np.uint8
    assert found[drawn.person.mask > 0.99].all()
    assert parser.version.replace("-", "").replace(".", "").isalnum()
