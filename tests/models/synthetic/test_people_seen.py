"""The service's own pose estimator sees rendered people as it sees people; and the ruler this is measured with."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from bench import people_pose, people_truth
from models.pose.landmarks import Joint
from models.pose.mediapipe import MediaPipePose
from models.pose.port import FakePoseEstimator, Person
from models.synthetic.tuples.columns import COLUMNS, Row, decoded, row_of
from models.synthetic.tuples.compose import Studio
from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.recipe import group_of, recipe
from schemas.pose import Landmark, Pose
from tests.support import missing

# Cheap light; with or without the assets.
PLAN = Plan(count=8, seed=9, height=512, width=384, regime="ideal", mode="picture")
EXAMPLES = Path(__file__).parents[2] / "rendered"


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Somebody in two outfits."""
    studio = Studio(replace(PLAN, mode="geometry"), group_of(PLAN, 0), lambda _: nullcontext())
    return [decoded(dict.fromkeys(COLUMNS) | row_of(studio.render(recipe(PLAN, 0))))]


@pytest.fixture(scope="module")
def estimator(weights: Path) -> Iterator[MediaPipePose]:
    """The service's."""
    with MediaPipePose(weights) as opened:
        yield opened


def test_rendered_people_are_found_where_they_are(rows: list[Row], estimator: MediaPipePose) -> None:
    """They are the photo's main person, left and right as they are; joints that are seen lie within 5 % of the body's
    height of the truth, in the median within 2 %; whom they face is right within 30 degrees."""
    read = people_pose.readings(rows, estimator)
    figures = people_pose.summary(read)
    print(people_pose.table(figures))
    assert [each.first for each in read] == [True, True]
    assert figures["median_error"] < 0.02
    assert figures["within_5_percent"] > 0.95
    assert figures["yaw_error_90"] < 30


def test_the_truth_agrees_with_itself(rows: list[Row]) -> None:
    """Every pixel of a person has a label and a place on the body, no other has; joints lie on what they are part of;
    half of garment B's pixels at least are in a product photo."""
    found = people_truth.figures(rows, [])
    print(people_truth.table(found))
    for name in ("person_unlabelled", "labelled_outside_person", "iuv_missing", "iuv_outside", "joints_on_wrong_label"):
        assert found[name] == 0, name
    assert found["joints_seen"] > 10
    assert found["garment_with_flow"] > 0.5


def test_the_ruler_measures_what_is_wrong(rows: list[Row]) -> None:
    """An estimator that knows the truth errs by nothing; one that is off by a tenth of the body's height by a tenth;
    one that sees somebody elsewhere, or nobody, has found nobody."""
    row = rows[0]

    def measured(shift: float, mask_shift: int = 0) -> dict[str, object]:
        away = shift * float(row["facts"]["body_pixels"])
        marks = [Landmark(x=(x + away) / row["width"], y=y / row["height"]) for x, y, _ in row["keypoints"].tolist()]
        mask = np.roll((row["a.alpha"] / 255).astype(np.float32), mask_shift, axis=1)
        someone = Person(Pose(landmarks=tuple(marks)), mask)
        return people_pose.summary(people_pose.readings([row], FakePoseEstimator([someone])))

    assert measured(0.0)["found"] == 1
    assert measured(0.0)["median_error"] == pytest.approx(0, abs=1e-6)
    assert measured(0.1)["median_error"] == pytest.approx(0.1, abs=1e-6)
    assert measured(0.0, row["width"] // 2)["found"] == 0
    assert people_pose.summary(people_pose.readings([row], FakePoseEstimator()))["found"] == 0


def test_joints_on_another_label_are_counted(rows: list[Row]) -> None:
    """Left and right swapped in the labels is seen: wrists are then on the wrong side."""
    swapped = dict(rows[0])
    table = np.arange(256, dtype=np.uint8)
    table[[14, 15, 16, 17, 18, 19]] = [15, 14, 17, 16, 19, 18]
    swapped["a.labels"] = table[rows[0]["a.labels"]]
    bare = [joint for joint in ("left_wrist", "right_wrist") if rows[0]["keypoints"][Joint[joint.upper()], 2]]
    assert bare
    assert set(bare) <= set(people_truth.figures([swapped], [])["wrong_joints"])


def test_the_committed_examples_are_read_right(estimator: MediaPipePose) -> None:
    """On each ideal photo of the set that is committed for tests there is one person, whose joints that are seen lie
    within 5 % of their extent of the truth, in the median."""
    manifest = EXAMPLES / "manifest.json"
    if not manifest.is_file():
        missing(f"{EXAMPLES} is not there: virton people examples --out {EXAMPLES.name}")
    entries = [e for e in json.loads(manifest.read_text("utf-8"))["examples"] if e.get("regime") == "ideal"]
    assert entries
    for entry in entries:
        photo = cv2.imread(str(EXAMPLES / entry["file"]))
        assert photo is not None
        people = estimator.people(np.ascontiguousarray(photo[..., ::-1], np.uint8))
        assert len(people) == 1, entry["file"]
        truth = np.array(entry["keypoints"])[[*people_pose.MAIN]]
        size = photo.shape[1], photo.shape[0]
        found = np.array([(mark.x, mark.y) for mark in people[0].pose.landmarks])[[*people_pose.MAIN]] * size
        away = np.linalg.norm(found - truth[:, :2], axis=1)[truth[:, 2] > 0]
        assert np.median(away) < 0.05 * np.ptp(truth[:, 1]), entry["file"]
