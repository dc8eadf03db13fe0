"""Side views on posed figures, and all checks of the pose on real photos and what becomes of them."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.photo.checks.arms import crossed_arms, hands_cover_body
from models.photo.checks.body import main_body
from models.photo.checks.legs import crossed_legs, seated
from models.photo.checks.photo import CheckedPhoto
from models.photo.checks.turn import MOST_TURN, side_view
from models.photo.reading import ComposedReader, Face, PhotoReader
from models.pose.faces import MediaPipeFaces
from models.pose.hands import MediaPipeHands
from models.pose.mediapipe import MediaPipePose
from schemas.events import Category
from schemas.findings import FindingCode
from tests.models.photo.posed import SIZE, Figure, flips, photo_of

CHECKS = (crossed_arms, hands_cover_body, crossed_legs, seated, side_view)
CODES = {
    FindingCode.CROSSED_ARMS,
    FindingCode.HANDS_COVER_BODY,
    FindingCode.CROSSED_LEGS,
    FindingCode.SEATED,
    FindingCode.SIDE_VIEW,
}
Rgb = npt.NDArray[np.uint8]


@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("tilt", [-10.0, 0.0, 10.0])
def test_turning_round_flips_once(side: float, tilt: float) -> None:
    """From facing the camera to the back in steps of five degrees, in a level and in a tilted photo."""
    answers = [side_view(photo_of(Figure(side * turn, tilt=tilt))) is not None for turn in range(0, 181, 5)]
    assert not any(answers[:8])
    assert all(answers[13:])
    assert flips(answers) == 1


@pytest.mark.parametrize("turn", [65.0, -75.0, 90.0, -110.0, 150.0, 180.0])
def test_the_value_is_the_turn(turn: float) -> None:
    """In degrees, to within what widths tell."""
    found = side_view(photo_of(Figure(turn)))
    assert found is not None
    assert found.value == pytest.approx(abs(turn), abs=12)
    assert found.threshold == MOST_TURN


def test_who_shows_a_face_is_not_seen_from_behind() -> None:
    """Left and right confused by the network: a sure face where the head is has the last word."""
    behind = Figure(180.0)
    nose = behind.pixels()[0, :2] / (SIZE[1], SIZE[0])
    face = Face(nose[0] - 0.04, nose[1] - 0.04, 0.08, 0.08, 0.9)
    assert side_view(photo_of(behind)) is not None
    assert side_view(photo_of(behind, faces=[face])) is None
    assert side_view(photo_of(behind, faces=[replace(face, x=0.0)])) is not None


def test_landmarks_that_do_not_fit_the_mask_are_not_believed() -> None:
    """A narrow pose on a broad trunk, as legs without a head give: nothing is said of turn or legs."""
    photo = photo_of(Figure(90.0))
    (person,) = photo.people
    wide = cv2.dilate(person.mask, np.ones((1, 260), np.uint8)).astype(np.float32)
    broad = CheckedPhoto(photo.rgb, replace(photo.reading, people=[replace(person, mask=wide)]), photo.category)
    body = main_body(broad)
    assert body is not None
    assert not body.trunk_is_read
    assert side_view(photo) is not None
    assert all(check(broad) is None for check in CHECKS)


def test_nobody_has_no_pose() -> None:
    """Each check answers nothing where there is nobody."""
    photo = photo_of(Figure())
    empty = CheckedPhoto(photo.rgb, replace(photo.reading, people=()), photo.category)
    assert all(check(empty) is None for check in CHECKS)


# Real photos


@pytest.fixture(scope="module")
def reader(weights: Path) -> Iterator[PhotoReader]:
    with ComposedReader(MediaPipePose(weights), MediaPipeHands(weights), MediaPipeFaces(weights)) as opened:
        yield opened


def turned(rgb: Rgb, degrees: float) -> Rgb:
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(rgb, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


CHANGES: dict[str, Callable[[Rgb], Rgb]] = {
    "as it is": lambda rgb: rgb,
    "mirrored and tilted": lambda rgb: turned(np.ascontiguousarray(rgb[:, ::-1]), 5.0),
    "half as large and darker": lambda rgb: (cv2.resize(rgb, None, fx=0.5, fy=0.5) * 0.4).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES)
def test_real_photos_keep_their_findings(reader: PhotoReader, samples: Path, change: str) -> None:
    """Every code that labels.csv demands, none that it does not allow, whatever is done to the photo."""
    with (samples / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        must, may = ({FindingCode(code) for code in row[column].split(";") if code} for column in ("must", "may"))
        rgb = CHANGES[change](np.asarray(Image.open(samples / row["photo"]).convert("RGB")))
        photo = CheckedPhoto(rgb, reader.read(rgb), Category.DRESS)
        found = {finding.code for check in CHECKS if (finding := check(photo))}
        assert must & CODES <= found <= must | may, row["photo"]
