"""not_full_length: who is in the frame from head to feet."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.photo.checks.framing import LEAST_MISSING, not_full_length
from models.photo.checks.photo import CheckedPhoto
from models.photo.reading import ComposedReader, Face, Reading
from models.pose.port import Person
from schemas.events import Category
from schemas.findings import Severity
from tests.models.photo.figures import face, person, photo, quick_reader

Rgb = npt.NDArray[np.uint8]
BODY = 700
WIDTH = 600


def cut(above: float = 0.0, below: float = 0.0, category: Category = Category.DRESS) -> CheckedPhoto:
    """A drawn person of whom shares of the height are missing; below 0 there is as much room."""
    top = round(above * BODY)
    height = round(BODY * (1 - above - below))
    return photo(person(WIDTH / 2, BODY - top, BODY, (height, WIDTH)), category=category)


def missing(picture: CheckedPhoto) -> float | None:
    """The finding's value, None without a finding."""
    finding = not_full_length(picture)
    return finding.value if finding else None


def test_a_whole_person_is_in_the_frame() -> None:
    """With room, and with none at all."""
    assert missing(cut(-0.1, -0.1)) is None
    assert missing(cut(0.0, 0.0)) is None


@pytest.mark.parametrize("side", ["above", "below"])
def test_cutting_in_steps_flips_once_and_the_value_is_what_is_missing(side: str) -> None:
    """From room to spare to half of the body: no finding, then one, never back; its value grows, too."""
    shares = [step / 100 for step in range(-10, 46, 2)]
    values = [missing(cut(share, 0.0) if side == "above" else cut(0.0, share)) or 0.0 for share in shares]
    assert values == sorted(values)
    for share, value in zip(shares, values, strict=True):
        assert value == 0.0 or value == pytest.approx(share, abs=0.04)
        assert value > LEAST_MISSING or share < 0.06


def test_an_upper_garment_needs_no_legs() -> None:
    """It is only told where an upper garment is tried on, and warned of elsewhere; the text differs."""
    texts = set()
    severities = []
    for category in (Category.UPPER, Category.LOWER, Category.DRESS):
        finding = not_full_length(cut(below=0.3, category=category))
        assert finding is not None
        severities.append(finding.severity)
        texts.add(finding.advice)
    assert severities == [Severity.INFO, Severity.WARN, Severity.WARN]
    assert len(texts) == 2


def test_feet_and_head_have_their_own_advice() -> None:
    """What is missing is named."""
    below, above = not_full_length(cut(below=0.2)), not_full_length(cut(above=0.1))
    assert below is not None
    assert above is not None
    assert below.advice != above.advice


def test_what_a_table_hides_is_not_cut_off() -> None:
    """Landmarks may be guessed below the frame: where the body ends inside, it is hidden, not cut."""
    whole = cut(below=0.2)
    assert whole.main is not None
    mask = whole.main.mask.copy()
    mask[-60:] = 0
    assert missing(photo(Person(whole.main.pose, mask))) is None


def test_arms_and_a_headless_body_at_the_upper_edge() -> None:
    """An arm raised over the edge leaves the head in the frame; shoulders at the edge say that the head is not, even
    where landmarks lie on the legs as if a small person stood there, and a face elsewhere does not stand for theirs."""
    whole = person(WIDTH / 2, 750, 600, (780, WIDTH))
    raised = whole.mask.copy()
    raised[:300, 180:210] = 1
    assert missing(photo(Person(whole.pose, raised), faces=(face(whole),))) is None
    headless = whole.mask.copy()
    headless[:300, 200:400] = 1
    elsewhere = Face(0.05, 0.8, 0.1, 0.1, 0.9)
    assert missing(photo(Person(whole.pose, headless), faces=(elsewhere,))) == pytest.approx(0.13)


def test_plain_borders_are_not_part_of_the_picture() -> None:
    """A picture cut at the knees, made square with white, or with black above and below: still cut; a plain wall around
    a whole person is no border."""
    inside = cut(below=0.25)
    assert inside.main is not None
    height = inside.main.mask.shape[0]
    for colour in (255, 0):
        bordered = person(WIDTH / 2, BODY + 100, BODY, (height + 200, WIDTH))
        mask = bordered.mask.copy()
        mask[height + 100 :] = 0
        rgb = np.full((height + 200, WIDTH, 3), colour, np.uint8)
        rgb[100:-100] = inside.rgb
        assert missing(photo(Person(bordered.pose, mask), rgb=rgb)) == pytest.approx(0.25, abs=0.03)
    whole = person(WIDTH / 2, 750, 650, (780, WIDTH))
    wall = np.full((780, WIDTH, 3), 200, np.uint8)
    wall[whole.mask > 0.5] = 60
    assert missing(photo(whole, rgb=wall)) is None


def test_nobody_is_not_cut_off() -> None:
    """Where nobody is, that is said, and only that."""
    assert not_full_length(CheckedPhoto(np.zeros((9, 9, 3), np.uint8), Reading(), Category.DRESS)) is None


# With networks


@pytest.fixture(scope="module")
def reader(weights: Path) -> Iterator[ComposedReader]:
    with quick_reader(weights) as opened:
        yield opened


@pytest.mark.parametrize("name", ["p12", "p13"])
def test_a_real_person_cut_in_steps(samples: Path, reader: ComposedReader, name: str) -> None:
    """Cut from below and from above: whole, then not, with one change each, before a tenth of the body is missing."""
    (path,) = (samples / "person").glob(f"{name}_*")
    full = np.asarray(Image.open(path).convert("RGB"))
    size = round(full.shape[1] * 480 / full.shape[0]), 480
    rgb: Rgb = np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_AREA), np.uint8)
    rows = np.flatnonzero((reader.read(rgb).people[0].mask > 0.5).any(1))
    top, body = int(rows[0]), int(rows[-1] - rows[0])
    for upright in (True, False):
        found = []
        for share in (-0.02, 0.0, 0.1, 0.15, 0.3):
            picture = rgb[: round(top + (1 - share) * body)] if upright else rgb[max(0, round(top + share * body)) :]
            picture = np.ascontiguousarray(picture)
            found.append(not_full_length(CheckedPhoto(picture, reader.read(picture), Category.DRESS)) is not None)
        assert found == [False, False, True, True, True]
