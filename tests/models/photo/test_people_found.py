"""no_person and multiple_people: who is counted, and who is the main person."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.photo.checks.people import LEAST_SHARE, multiple_people, no_person
from models.photo.checks.photo import CheckedPhoto
from models.photo.reading import ComposedReader, Face, Reading
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.events import Category
from schemas.findings import Severity
from schemas.pose import Pose
from tests.models.photo.figures import face, person, photo, quick_reader

Rgb = npt.NDArray[np.uint8]
SIZE = 800, 900


def test_nobody_is_rejected() -> None:
    """Nobody at all, and a person of whom no torso is in the frame: value 0. Then nothing is said of other people."""
    empty = CheckedPhoto(np.zeros((*SIZE, 3), np.uint8), Reading(), Category.DRESS)
    cut = person(450, 2400, 2000, SIZE)  # hips below the frame, shoulders above it
    outside = Pose(landmarks=tuple(mark.model_copy(update={"x": mark.x + 2}) for mark in cut.pose.landmarks))
    for picture in (empty, photo(Person(outside, cut.mask), cut)):
        finding = no_person(picture)
        assert finding is not None
        assert (finding.severity, finding.value) == (Severity.REJECT, 0)
        assert multiple_people(picture) is None


def test_two_torso_joints_are_a_person() -> None:
    """Two shoulders (a portrait) are somebody, one is not; a joint needs mask and visibility, for landmarks are guesses
    where nothing is."""
    whole = person(450, 780, 700, SIZE)

    def seeing(*joints: Joint) -> CheckedPhoto:
        marks = list(whole.pose.landmarks)
        for joint in (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP):
            marks[joint] = marks[joint].model_copy(update={"visibility": float(joint in joints)})
        return photo(Person(Pose(landmarks=tuple(marks)), whole.mask))

    assert no_person(seeing(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)) is None
    assert no_person(seeing(Joint.LEFT_SHOULDER)) is not None
    assert no_person(photo(Person(whole.pose, np.zeros_like(whole.mask)))) is not None


def test_one_person_is_alone() -> None:
    """Own face, a face printed on the shirt, a poster's face on the wall and a bag beside: still one person."""
    main = person(450, 780, 700, SIZE)
    printed = Face(0.47, 0.35, 0.06, 0.07, 0.95)
    poster = Face(0.05, 0.1, 0.08, 0.09, 0.95)
    seen = main.mask.copy()
    seen[700:780, 700:800] = 1  # flat: a bag
    assert multiple_people(photo(main, faces=(face(main), printed, poster), everybody=seen)) is None


def test_a_second_person_by_pose_by_face_and_by_mask() -> None:
    """Each of the three ways is enough, and the value is about the second one's share of the main one's area."""
    main, other = person(300, 780, 700, SIZE), person(700, 700, 420, SIZE)
    both = np.maximum(main.mask, other.mask)
    for picture in (
        photo(main, other),
        photo(main, faces=(face(main), face(other)), everybody=both),
        photo(main, everybody=both),
    ):
        finding = multiple_people(picture)
        assert finding is not None
        assert (finding.severity, finding.threshold) == (Severity.WARN, LEAST_SHARE)
        assert finding.value == pytest.approx((420 / 700) ** 2, rel=0.5)


def test_two_alike_leave_no_main_person() -> None:
    """Side by side and of a size: rejected, also where one pose has both and only the faces are two."""
    left, right = person(300, 780, 700, SIZE), person(600, 780, 680, SIZE)
    both = np.maximum(left.mask, right.mask)
    for picture in (photo(left, right), photo(Person(left.pose, both), faces=(face(left), face(right)))):
        finding = multiple_people(picture)
        assert finding is not None
        assert finding.severity is Severity.REJECT


def test_the_advice_names_the_main_person() -> None:
    """Left, middle or right, as seen in the picture: three different texts."""
    texts = set()
    for x in (150, 450, 760):
        finding = multiple_people(photo(person(x, 780, 700, SIZE), person((x + 450) % 900, 700, 350, SIZE)))
        assert finding is not None
        texts.add(finding.advice)
    assert len(texts) == 3


def test_a_person_who_shrinks_is_reported_until_they_are_far_away() -> None:
    """Beside the main one, smaller in steps: first no main person, then a warning, then nothing, never back."""
    order = [Severity.REJECT, Severity.WARN, None]
    steps = []
    for body in range(700, 60, -20):
        finding = multiple_people(photo(person(300, 780, 700, SIZE), person(640, 760, body, SIZE)))
        steps.append(order.index(finding.severity if finding else None))
    assert steps == sorted(steps)
    assert set(steps) == {0, 1, 2}


# With networks


@pytest.fixture(scope="module")
def reader(weights: Path) -> Iterator[ComposedReader]:
    with quick_reader(weights) as opened:
        yield opened


def sample(samples: Path, name: str, height: int = 700) -> Rgb:
    (path,) = (samples / "person").glob(f"{name}_*")
    rgb = np.asarray(Image.open(path).convert("RGB"))
    return np.asarray(
        cv2.resize(rgb, (round(rgb.shape[1] * height / rgb.shape[0]), height), interpolation=cv2.INTER_AREA)
    )


def test_a_pasted_person_who_shrinks(samples: Path, reader: ComposedReader) -> None:
    """A real second person beside a real one, smaller in steps: reported, then not, with one change."""
    main, other = sample(samples, "p12"), sample(samples, "p13")
    found = []
    for share in (1.0, 0.8, 0.6, 0.45, 0.15, 0.1):
        small = cv2.resize(other, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        scene = np.full((700, main.shape[1] + other.shape[1], 3), main[5, 5], np.uint8)
        scene[:, : main.shape[1]] = main
        scene[700 - small.shape[0] :, main.shape[1] : main.shape[1] + small.shape[1]] = small
        found.append(multiple_people(CheckedPhoto(scene, reader.read(scene), Category.DRESS)) is not None)
    assert (found[0], found[-1]) == (True, False)
    assert sum(one != other for one, other in pairwise(found)) == 1


def test_a_bystander_without_a_head_is_found(samples: Path, reader: ComposedReader) -> None:
    """Half of a person, cut by the photo's edge and above the shoulders, who stands beside the main one."""
    main, other = sample(samples, "p13"), sample(samples, "p12")
    scene = np.full((700, main.shape[1] + 150, 3), main[5, 5], np.uint8)
    scene[:, : main.shape[1]] = main
    scene[:550, main.shape[1] :] = other[150:, other.shape[1] // 2 - 60 : other.shape[1] // 2 + 90]
    finding = multiple_people(CheckedPhoto(scene, reader.read(scene), Category.DRESS))
    assert finding is not None
    assert finding.severity is Severity.WARN


@pytest.mark.parametrize("name", ["p01", "p05", "p07", "p09"])
def test_a_real_person_alone(samples: Path, reader: ComposedReader, name: str) -> None:
    """With and without a head, standing and seated, also mirrored and in the dark: one person, no more and no less."""
    rgb = sample(samples, name)
    for picture in (rgb, np.ascontiguousarray(rgb[:, ::-1]), (rgb * 0.5).astype(np.uint8)):
        checked = CheckedPhoto(picture, reader.read(picture), Category.DRESS)
        assert no_person(checked) is None
        assert multiple_people(checked) is None
