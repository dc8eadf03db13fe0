"""Size: how many pixels the main person's whole body would have."""

import numpy as np
import pytest

from models.photo.checks.photo import CheckedPhoto
from models.photo.checks.size import GOOD_BODY_PIXELS, LEAST_BODY_PIXELS, low_resolution
from models.photo.reading import Reading
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.findings import Severity
from schemas.pose import Pose
from tests.models.photo.dressed import photo_of

BLANK = np.zeros((1200, 1200, 3), np.uint8)


def severity(photo: CheckedPhoto) -> Severity | None:
    finding = low_resolution(photo)
    return finding.severity if finding else None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (100, Severity.REJECT),
        (0.98 * LEAST_BODY_PIXELS, Severity.REJECT),
        (1.02 * LEAST_BODY_PIXELS, Severity.WARN),
        (0.98 * GOOD_BODY_PIXELS, Severity.WARN),
        (1.02 * GOOD_BODY_PIXELS, None),
    ],
)
def test_the_persons_height_in_pixels(body: float, expected: Severity | None) -> None:
    """Rejected below the first threshold, warned of below the second; the value is the body's height."""
    finding = low_resolution(photo_of(BLANK, body))
    assert (finding and finding.severity) == expected
    if finding:
        assert finding.value == pytest.approx(body, rel=0.01)


def test_shrinking_grows_worse_in_steps() -> None:
    """Nothing, then a warning, then a rejection, and never back, also where the person is no longer found."""
    order = [None, Severity.WARN, Severity.REJECT]
    steps = [order.index(severity(photo_of(BLANK[:side, :side], 0.9 * side))) for side in range(1000, 150, -50)]
    steps += [order.index(severity(photo_of(BLANK[:side, :side], 1, found=False))) for side in (150, 100, 20)]
    assert steps == sorted(steps) and set(steps) == {0, 1, 2}


def test_a_cropped_or_folded_body_counts_as_the_whole_it_would_be() -> None:
    """A half-length photo of 600 pixels shows a body of more: not too small. Sitting does not shorten either."""
    photo = photo_of(BLANK[:600, :600], 1100)
    assert severity(photo) is None
    person = photo.reading.people[0]
    marks = list(person.pose.landmarks)
    marks[Joint.LEFT_ANKLE], marks[Joint.RIGHT_ANKLE] = marks[Joint.LEFT_KNEE], marks[Joint.RIGHT_KNEE]
    folded = Person(Pose(landmarks=tuple(marks)), person.mask)
    assert severity(CheckedPhoto(photo.rgb, Reading(people=(folded,)), photo.category)) is None


def test_where_nobody_is_found_a_thumbnail_is_told_from_a_landscape() -> None:
    """No body exceeds the photo's longer side; a large photo without people is not too small."""
    for side, expected in ((100, Severity.REJECT), (400, Severity.WARN), (900, None)):
        assert severity(photo_of(BLANK[:side, : side // 2], 1, found=False)) is expected
