"""Photo checks: what each finds, where its threshold is, and what follows for the expected accuracy."""

import csv
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.photo import checks
from models.photo.checks import check_photo, expected_accuracy, unreadable_image, verdict
from models.pose.landmarks import Joint
from models.pose.mediapipe import MediaPipePose
from models.pose.port import Person
from schemas.errors import UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity
from schemas.pose import Landmark, Pose

HERE = {FindingCode.NO_PERSON, FindingCode.LOW_RESOLUTION, FindingCode.UNREADABLE_IMAGE}


def standing(height: float, size: int = 1200, seen: Sequence[Joint] = tuple(Joint)) -> Person:
    """A person of `height` pixels by Drillis and Contini's proportions, in a photo of `size` x `size`."""
    up = {"SHOULDER": 0.818, "HIP": 0.530, "KNEE": 0.285, "ANKLE": 0.039}
    marks = [Landmark(x=0.5, y=0.5, visibility=1.0)] * 33
    for joint in Joint:
        part = joint.name.split("_")[-1]
        if part in up:
            side = 0.1 if joint.name.startswith("LEFT") else -0.1
            y = 0.5 + (0.5 - up[part]) * height / size
            marks[joint] = Landmark(x=0.5 + side * height / size, y=y, visibility=float(joint in seen))
    return Person(Pose(landmarks=tuple(marks)), np.ones((size, size), np.float32))


def found(people: Sequence[Person], size: int = 1200) -> list[tuple[FindingCode, Severity]]:
    rgb = np.zeros((size, size, 3), np.uint8)
    return [(finding.code, finding.severity) for finding in check_photo(rgb, people, Category.DRESS)]


def test_nobody_is_rejected() -> None:
    """Without people there is no person, and the value says that nothing was seen."""
    assert found([]) == [(FindingCode.NO_PERSON, Severity.REJECT)]
    (finding,) = check_photo(np.zeros((900, 900, 3), np.uint8), [], Category.UPPER)
    assert (finding.value, finding.threshold) == (0, checks.LEAST_TORSO_JOINTS)
    assert "Take one" in finding.advice


def test_a_torso_needs_two_joints() -> None:
    """Two shoulders are a person (a portrait), one is not."""
    portrait = standing(800, seen=(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER))
    assert found([portrait]) == []
    assert found([standing(800, seen=(Joint.LEFT_SHOULDER,))]) == [(FindingCode.NO_PERSON, Severity.REJECT)]


def test_joints_outside_the_mask_or_the_frame_do_not_count() -> None:
    """Landmarks are guesses where nothing is: the mask and the frame decide."""
    person = standing(800)
    assert found([Person(person.pose, np.zeros_like(person.mask))]) == [(FindingCode.NO_PERSON, Severity.REJECT)]
    outside = Pose(landmarks=tuple(mark.model_copy(update={"x": mark.x + 2}) for mark in person.pose.landmarks))
    assert found([Person(outside, person.mask)]) == [(FindingCode.NO_PERSON, Severity.REJECT)]


@pytest.mark.parametrize(
    ("height", "severity"),
    [(100, Severity.REJECT), (204, Severity.REJECT), (206, Severity.WARN), (511, Severity.WARN), (513, None)],
)
def test_the_persons_height_in_pixels(height: float, severity: Severity | None) -> None:
    """Below 205 pixels a body is rejected, below 512 warned of; the value is the body's height."""
    findings = check_photo(np.zeros((1200, 1200, 3), np.uint8), [standing(height)], Category.DRESS)
    finding = findings[0] if findings else None
    assert (finding and finding.severity) == severity
    if finding:
        assert finding.code is FindingCode.LOW_RESOLUTION
        assert finding.value == pytest.approx(height, rel=0.01)


def test_a_cropped_body_counts_as_the_whole_it_would_be() -> None:
    """A half-length photo of 600 pixels shows a body of more: not too small. Legs folded by sitting do not shorten."""
    person = standing(1100, size=600)
    assert found([person], size=600) == []
    marks = list(person.pose.landmarks)
    for knee, ankle in ((Joint.LEFT_KNEE, Joint.LEFT_ANKLE), (Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE)):
        marks[ankle] = marks[knee]
    assert found([Person(Pose(landmarks=tuple(marks)), person.mask)], size=600) == []


def test_a_thumbnail_says_that_it_is_too_small() -> None:
    """Where nobody can be found because the photo is tiny, both are said; the advice of a large photo is another."""
    assert (FindingCode.LOW_RESOLUTION, Severity.REJECT) in found([], size=100)
    assert (FindingCode.LOW_RESOLUTION, Severity.REJECT) not in found([], size=300)


def test_the_decoders_error_is_a_finding() -> None:
    """Its text is the advice; it may be about the garment, too."""
    finding = unreadable_image(UnreadableImage("The file is empty. Upload it again."), "garment")
    assert (finding.severity, finding.subject) == (Severity.REJECT, "garment")
    assert finding.advice == "The file is empty. Upload it again."


def test_an_unknown_language_is_answered_in_english() -> None:
    """No locale leaves a finding without advice."""
    rgb = np.zeros((900, 900, 3), np.uint8)
    english, other = (check_photo(rgb, [], Category.UPPER, locale)[0].advice for locale in ("en", "xx-XX"))
    assert english == other != ""


# Verdict and expected accuracy

FINDINGS = st.builds(Finding, code=st.sampled_from(FindingCode), severity=st.sampled_from(Severity))


@given(st.lists(FINDINGS, max_size=8), FINDINGS)
def test_a_finding_never_raises_the_expected_accuracy(findings: list[Finding], more: Finding) -> None:
    """Monotone: whatever was found, one more does not help; all stays within 0..1."""
    before, after = expected_accuracy(findings), expected_accuracy([*findings, more])
    assert 0.0 <= after <= before <= 1.0


@given(st.lists(FINDINGS, max_size=8), st.sampled_from(FindingCode))
def test_a_rejection_leaves_nothing_and_a_new_warning_less(findings: list[Finding], code: FindingCode) -> None:
    """A rejected photo has 0; a warning of a code not yet found lowers; what is only told changes nothing."""
    reject, warn, info = (
        Finding(code=code, severity=severity) for severity in (Severity.REJECT, Severity.WARN, Severity.INFO)
    )
    accepted = [f for f in findings if f.severity is not Severity.REJECT and f.code is not code]
    assert expected_accuracy([*findings, reject]) == 0.0
    assert expected_accuracy([*accepted, warn]) < expected_accuracy(accepted)
    assert expected_accuracy([*accepted, info]) == expected_accuracy(accepted)


def test_the_verdict_is_the_worst_finding() -> None:
    """Reject before warn before accept, and the worst finding stands first, for its advice is what is shown."""
    info, warn, reject = (Finding(code=FindingCode.BLURRY, severity=severity) for severity in Severity)
    assert verdict([]) == verdict([info]) == "accept"
    assert verdict([info, warn]) == "warn"
    assert verdict([warn, reject, info]) == "reject"


# Real photos


@pytest.fixture(scope="module")
def codes(samples: Path, weights: Path) -> dict[str, set[FindingCode]]:
    """The codes found in each sample photo, by its path in labels.csv."""
    with MediaPipePose(weights) as pose:
        answers = {}
        for path in sorted((samples / "person").iterdir()):
            rgb = np.asarray(Image.open(path).convert("RGB"))
            answers[f"person/{path.name}"] = {f.code for f in check_photo(rgb, pose.people(rgb), Category.DRESS)}
    return answers


def test_no_false_alarm_on_the_samples(samples: Path, codes: dict[str, set[FindingCode]]) -> None:
    """Of these codes each photo gets what labels.csv demands, and nothing that it does not allow."""
    with (samples / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["photo"] for row in rows} == set(codes)
    for row in rows:
        must, may = ({FindingCode(code) for code in row[column].split(";") if code} for column in ("must", "may"))
        assert must & HERE <= codes[row["photo"]] & HERE <= must | may, row["photo"]


@pytest.mark.parametrize(("scale", "severity"), [(0.4, Severity.WARN), (0.15, Severity.REJECT)])
def test_a_reduced_photo_is_too_small(samples: Path, weights: Path, scale: float, severity: Severity) -> None:
    """The same sound photo, reduced: first a warning, then a rejection."""
    rgb = np.asarray(Image.open(samples / "person" / "p12_woman_full_frontal.png").convert("RGB"))
    small = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    with MediaPipePose(weights) as pose:
        findings = check_photo(small, pose.people(small), Category.DRESS)
    assert [(f.code, f.severity) for f in findings] == [(FindingCode.LOW_RESOLUTION, severity)]
