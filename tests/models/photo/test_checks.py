"""The photo checks together: what is said first, by category, and of the real samples all that labels.csv demands."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.photo.accuracy import verdict
from models.photo.checks import CHECKS, check_photo, unreadable_image
from models.photo.networks import open_reader
from models.photo.reading import PhotoReader, Reading
from schemas.errors import UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

NOTHING = np.zeros((900, 900, 3), np.uint8)
GARMENTS = {
    FindingCode.NO_GARMENT,
    FindingCode.GARMENT_CROPPED,
    FindingCode.SEVERAL_GARMENTS,
    FindingCode.CATEGORY_MISMATCH,
}


def test_there_is_one_check_of_each_code() -> None:
    """Every code of photos has a function of its name; what cannot be decoded reaches none."""
    names = [check.__name__ for check in CHECKS]
    assert sorted(names) == sorted(set(FindingCode) - GARMENTS - {FindingCode.UNREADABLE_IMAGE})


def test_nobody_is_said_first_and_rejected() -> None:
    """Where nobody is, that is the first thing to mend, with advice."""
    first = check_photo(NOTHING, Reading(), Category.UPPER)[0]
    assert (first.code, first.severity) == (FindingCode.NO_PERSON, Severity.REJECT)
    assert first.advice


def test_the_decoders_error_is_a_finding() -> None:
    """Its text is the advice; it may be about the garment, too."""
    finding = unreadable_image(UnreadableImage("The file is empty. Upload it again."), "garment")
    assert (finding.severity, finding.subject) == (Severity.REJECT, "garment")
    assert finding.advice == "The file is empty. Upload it again."


def test_an_unknown_language_is_answered_in_english() -> None:
    """No locale leaves a finding without advice; a known one has its own."""
    english, other, german = (
        check_photo(NOTHING, Reading(), Category.UPPER, locale)[0].advice for locale in ("en", "xx-XX", "de-AT")
    )
    assert english == other != ""
    assert german not in {"", english}


def test_the_verdict_is_the_worst_finding() -> None:
    """Reject before warn before accept."""
    info, warn, reject = (Finding(code=FindingCode.BLURRY, severity=severity) for severity in Severity)
    assert verdict([]) == verdict([info]) == "accept"
    assert verdict([info, warn]) == "warn"
    assert verdict([warn, reject, info]) == "reject"


# Real photos

Found = dict[str, list[Finding]]


@pytest.fixture(scope="module")
def reader(weights: Path) -> Iterator[PhotoReader]:
    with open_reader(weights) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(samples: Path, reader: PhotoReader) -> Found:
    """What is found in each sample photo for a dress, by its path in labels.csv."""
    return {
        f"person/{path.name}": _checked(np.asarray(Image.open(path).convert("RGB")), reader)
        for path in sorted((samples / "person").iterdir())
    }


def _checked(rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], reader: PhotoReader) -> list[Finding]:
    return check_photo(rgb, reader.read(rgb), Category.DRESS)


def _codes(findings: Sequence[Finding]) -> set[FindingCode]:
    return {finding.code for finding in findings}


def _labels(samples: Path) -> dict[str, tuple[set[FindingCode], set[FindingCode]]]:
    with (samples / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        row["photo"]: (
            {FindingCode(code) for code in row["must"].split(";") if code},
            {FindingCode(code) for code in row["may"].split(";") if code},
        )
        for row in rows
    }


def test_the_samples_are_judged_as_their_labels_say(samples: Path, found: Found) -> None:
    """Every `must`, and nothing beyond `must` and `may`."""
    labels = _labels(samples)
    assert labels.keys() == found.keys()
    wrong = {
        photo: {"missed": must - _codes(found[photo]), "false alarms": _codes(found[photo]) - must - may}
        for photo, (must, may) in labels.items()
    }
    assert {photo: errors for photo, errors in wrong.items() if any(errors.values())} == {}


def test_no_sample_is_rejected_but_for_its_people(found: Found) -> None:
    """All of them can be dressed somehow; two people of the same size leave open who is to be."""
    rejected = {
        (photo, finding.code)
        for photo, findings in found.items()
        for finding in findings
        if finding.severity is Severity.REJECT
    }
    assert {code for _, code in rejected} <= {FindingCode.MULTIPLE_PEOPLE}


def test_mirrored_samples_are_judged_alike(samples: Path, reader: PhotoReader) -> None:
    """Left and right are no difference: every `must` is found, and nothing beyond `must` and `may`."""
    wrong = {}
    for photo, (must, may) in _labels(samples).items():
        rgb = np.asarray(Image.open(samples / photo).convert("RGB"))
        codes = _codes(_checked(np.ascontiguousarray(rgb[:, ::-1]), reader))
        if (must - codes) | (codes - must - may):
            wrong[photo] = (must - codes, codes - must - may)
    assert wrong == {}
