"""Parsing of real photos with MediaPipe's landmarks: what a look at each photo says."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.parsing.landmarks import LandmarkParser
from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.pose.mediapipe import MediaPipePose
from models.pose.port import Person
from models.tryon.port import Labels, Rgb

ARMS = (Lip.LEFT_ARM, Lip.RIGHT_ARM)
LEGS = (Lip.LEFT_LEG, Lip.RIGHT_LEG)
SHOES = (Lip.LEFT_SHOE, Lip.RIGHT_SHOE)
Parsed = tuple[Person, Labels]


@pytest.fixture(scope="module")
def parse(weights: Path, samples: Path) -> Iterator[Callable[[str], Parsed]]:
    """The main person of a sample and the labels, worked out once a sample."""
    known: dict[str, Parsed] = {}
    with MediaPipePose(weights) as pose:

        def parsed(name: str) -> Parsed:
            if name not in known:
                (path,) = (samples / "person").glob(f"{name}_*")
                rgb: Rgb = np.asarray(Image.open(path).convert("RGB"))
                person = pose.people(rgb)[0]
                known[name] = person, LandmarkParser().parse(rgb, person)
            return known[name]

        yield parsed


def near(parsed: Parsed, *joints: Joint, radius: float = 0.008) -> set[Lip]:
    """The classes within `radius` (of the height) of the middle of some joints."""
    person, labels = parsed
    height, width = labels.shape
    marks = [person.pose.landmarks[joint] for joint in joints]
    x, y = (sum(values) / len(marks) for values in ([m.x for m in marks], [m.y for m in marks]))
    r = max(1, round(radius * height))
    row, column = round(y * height), round(x * width)
    found = labels[max(row - r, 0) : row + r + 1, max(column - r, 0) : column + r + 1]
    return {Lip(int(label)) for label in np.unique(found)}


def share(parsed: Parsed, *classes: Lip) -> float:
    """How much of the person is of these classes."""
    labels = parsed[1]
    return float(np.isin(labels, classes).sum() / (labels > 0).sum())


@pytest.mark.parametrize("name", ["p01", "p03", "p05", "p09", "p12", "p13"])
def test_a_face_is_a_face_and_a_chest_is_clothed(parse: Callable[[str], Parsed], name: str) -> None:
    """The nose is in the face, the middle of the chest in the top (a low neckline in the fifth photo)."""
    parsed = parse(name)
    assert near(parsed, Joint.NOSE) == {Lip.FACE}
    if name != "p05":
        torso = (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP)
        assert near(parsed, *torso) == {Lip.UPPER_CLOTHES}


@pytest.mark.parametrize("name", ["p01", "p03", "p05", "p12", "p13"])
def test_heads_have_hair(parse: Callable[[str], Parsed], name: str) -> None:
    """Hair is found on every head that has some, above the eyes more than below."""
    person, labels = parse(name)
    rows = np.nonzero((labels == Lip.HAIR).any(1))[0]
    assert share((person, labels), Lip.HAIR) > 0.01
    assert rows[0] < person.pose.landmarks[Joint.LEFT_EYE].y * labels.shape[0]


@pytest.mark.parametrize("name", ["p01", "p03", "p09", "p12", "p13"])
def test_hands_are_arms(parse: Callable[[str], Parsed], name: str) -> None:
    """Between the wrists and the knuckles there is an arm's class and no clothes' of either hand that is seen well."""
    for wrist, index, pinky, label in (
        (Joint.LEFT_WRIST, Joint.LEFT_INDEX, Joint.LEFT_PINKY, Lip.LEFT_ARM),
        (Joint.RIGHT_WRIST, Joint.RIGHT_INDEX, Joint.RIGHT_PINKY, Lip.RIGHT_ARM),
    ):
        assert label in near(parse(name), wrist, index, pinky, index, pinky), (name, label.name)


@pytest.mark.parametrize("name", ["p12", "p13"])
def test_bare_arms_are_arms(parse: Callable[[str], Parsed], name: str) -> None:
    """Under sleeveless tops elbows are skin."""
    assert near(parse(name), Joint.LEFT_ELBOW) <= {Lip.LEFT_ARM, Lip.BACKGROUND}
    assert near(parse(name), Joint.RIGHT_ELBOW) <= {Lip.RIGHT_ARM, Lip.BACKGROUND}


@pytest.mark.parametrize("name", ["p01", "p03"])
def test_sleeves_are_clothes(parse: Callable[[str], Parsed], name: str) -> None:
    """In a white shirt and in a jacket of nearly the skin's colour, elbows are the top's, and little is bare arm."""
    for elbow in (Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW):
        assert near(parse(name), elbow) <= {Lip.UPPER_CLOTHES, Lip.BACKGROUND}
    assert share(parse(name), *ARMS) < 0.05


def test_crossed_arms_lie_over_the_top(parse: Callable[[str], Parsed]) -> None:
    """Both forearms before the chest are skin, and so are the shoulders; the top is between them."""
    parsed = parse("p05")
    for joints in ((Joint.LEFT_ELBOW, Joint.LEFT_WRIST), (Joint.RIGHT_ELBOW, Joint.RIGHT_WRIST)):
        assert near(parsed, *joints) <= set(ARMS)
    assert share(parsed, *ARMS) > 0.25
    assert 0.03 < share(parsed, Lip.UPPER_CLOTHES) < 0.2


@pytest.mark.parametrize(
    ("name", "knee"), [("p01", {Lip.PANTS}), ("p03", {Lip.PANTS}), ("p12", {Lip.PANTS}), ("p13", set(LEGS))]
)
def test_knees_are_covered_by_trousers_and_bare_under_shorts(
    parse: Callable[[str], Parsed], name: str, knee: set[Lip]
) -> None:
    """Jeans, black trousers, white shorts."""
    for joint in (Joint.LEFT_KNEE, Joint.RIGHT_KNEE):
        assert near(parse(name), joint) <= {*knee, Lip.BACKGROUND}


@pytest.mark.parametrize("name", ["p01", "p03", "p12", "p13"])
def test_feet_are_shod(parse: Callable[[str], Parsed], name: str) -> None:
    """Between heel and toe there is a shoe of the same side."""
    for heel, toe, shoe in (
        (Joint.LEFT_HEEL, Joint.LEFT_FOOT, Lip.LEFT_SHOE),
        (Joint.RIGHT_HEEL, Joint.RIGHT_FOOT, Lip.RIGHT_SHOE),
    ):
        assert shoe in near(parse(name), heel, toe), (name, shoe.name)


@pytest.mark.parametrize("name", ["p01", "p03", "p05", "p07", "p09", "p10", "p12", "p13"])
def test_labels_stay_within_the_mask(parse: Callable[[str], Parsed], name: str) -> None:
    """Also for the headless, the seated and the two beside one another."""
    person, labels = parse(name)
    assert labels.shape == person.mask.shape
    assert labels.any()
    assert not labels[person.mask < 0.1].any()


def test_a_headless_person_has_no_face(parse: Callable[[str], Parsed]) -> None:
    """Landmarks that were invented for a head get no face and no hair."""
    assert share(parse("p07"), Lip.FACE, Lip.HAIR) < 0.01


@pytest.mark.parametrize("name", ["p12", "p13"])
def test_white_cloth_beside_an_arm_is_no_arm(parse: Callable[[str], Parsed], samples: Path, name: str) -> None:
    """Of what is labelled as bare arms beside a white top hardly anything is light and without colour."""
    (path,) = (samples / "person").glob(f"{name}_*")
    rgb = np.asarray(Image.open(path).convert("RGB")).astype(int)
    arms = rgb[np.isin(parse(name)[1], ARMS)]
    pale = (arms.min(1) > 128) & (np.ptp(arms, axis=1) < 16)
    assert pale.mean() < 0.08
