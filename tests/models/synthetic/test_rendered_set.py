"""The rendered photos that are committed for tests: `virton people examples --out tests/rendered` writes them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.parsing.lip import Lip
from models.photo.decode import Decoder
from models.synthetic.scene.wish import GARMENT_CODES
from schemas.errors import UnreadableImage
from schemas.findings import FindingCode

FOLDER = Path(__file__).parents[2] / "rendered"
LIMIT_BYTES = 10_000_000  # what a checkout is asked to carry for tests


@pytest.fixture(scope="module")
def examples() -> list[dict[str, Any]]:
    """The manifest's entries."""
    return list(json.loads((FOLDER / "manifest.json").read_text("utf-8"))["examples"])


def files_of(entry: dict[str, Any]) -> list[str]:
    """Every file that an entry names."""
    more = (entry[key] for key in ("labels", "result") if key in entry)
    return [entry["file"], *more, *entry.get("products", {}).values()]


def test_the_set_is_what_its_manifest_says_and_small(examples: list[dict[str, Any]]) -> None:
    """No file is missing, none is left over from an earlier set."""
    named = ["manifest.json", *(name for entry in examples for name in files_of(entry))]
    assert sorted(named) == sorted(path.name for path in FOLDER.iterdir())
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < LIMIT_BYTES


def test_every_finding_code_holds_at_least_twice_and_none_in_ideal_photos(examples: list[dict[str, Any]]) -> None:
    """Codes of garments hold of pictures of garments, all others of photos; both regimes are there."""
    counts = Counter(FindingCode(code) for entry in examples for code in entry["must"])
    assert {code: counts[code] for code in FindingCode if counts[code] < 2} == {}
    for entry in examples:
        assert GARMENT_CODES.issuperset(entry["must"]) == (entry["subject"] == "garment") or not entry["must"]
        assert not set(entry["must"]) & set(entry["may"])
        assert entry["subject"] == "garment" or (entry["regime"] == "ideal") == (not entry["must"])
    assert Counter(entry.get("regime") for entry in examples)["ideal"] >= 4


def test_pictures_can_be_read_unless_that_is_their_fault(examples: list[dict[str, Any]]) -> None:
    """By the service's own decoder, and all have the manifest's size."""
    parameters = json.loads((FOLDER / "manifest.json").read_text("utf-8"))["parameters"]
    decoder = Decoder(children=1)
    try:
        for entry in examples:
            data = (FOLDER / entry["file"]).read_bytes()
            if FindingCode.UNREADABLE_IMAGE in entry["must"]:
                with pytest.raises(UnreadableImage):
                    decoder.decode(data)
            else:
                assert decoder.decode(data).rgb.shape == (parameters["height"], parameters["width"], 3)
    finally:
        decoder.close()


def test_labels_and_keypoints_lie_on_the_person_of_the_photo(examples: list[dict[str, Any]]) -> None:
    """Labels are LIP's and of the photo's size; joints that are seen lie on the person, nearly all of them on labels;
    the clothes are of the outfit."""
    checked = 0
    for entry in (entry for entry in examples if "labels" in entry):
        labels = np.asarray(Image.open(FOLDER / entry["labels"]))
        with Image.open(FOLDER / entry["file"]) as photo:
            assert labels.shape == (photo.height, photo.width)
        assert labels.dtype == np.uint8
        assert labels.max() <= max(Lip)
        assert (labels > 0).mean() > 0.005
        points = np.array(entry["keypoints"])
        assert points.shape == (33, 3)
        seen = points[points[:, 2] == 1, :2].astype(int)
        assert len(seen) > 3
        height, width = labels.shape
        columns, rows = np.clip(seen[:, 0], 0, width - 1), np.clip(seen[:, 1], 0, height - 1)
        assert (labels[rows, columns] > 0).mean() > 0.85
        checked += 1
    assert checked > 2 * len(FindingCode) - 14  # all but those of garments, of nobody and of no picture
