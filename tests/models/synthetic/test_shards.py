"""Shards, the manifest, workers and resuming, with painters that render noise."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.synthetic.tuples.columns import COLUMNS, FLOW_STEPS, decoded, row_of, tuple_of
from models.synthetic.tuples.plan import BadPlan, Plan, draw, split_of
from models.synthetic.tuples.reader import read_shards
from models.synthetic.tuples.record import NOWHERE
from models.synthetic.tuples.run import render
from models.synthetic.tuples.shards import FolderRefused, ShardDamaged, read_manifest
from models.synthetic.tuples.workers import MakePainter, Painted, Painter, WorkersDie
from tests.models.synthetic.painting import dying, hopeless, noise, noise_tuple, raising

PLAN = Plan(count=52, seed=5, height=36, width=32, regime="real", mode="picture")  # two shards: 48 and 4
FEW = Plan(count=6, seed=5, height=36, width=32, regime="real", mode="picture")  # two groups: 4 and 2


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_row_keeps_all_truth_exactly() -> None:
    """Maps come back bit by bit; pictures nearly, flows to a part of a pixel, and NOWHERE stays NOWHERE."""
    made = noise_tuple(PLAN, 3)
    back = tuple_of(decoded(dict.fromkeys(COLUMNS) | row_of(made)))
    for side in ("a", "b"):
        for name in ("labels", "alpha", "depth", "normals", "garment", "garment_uv"):
            np.testing.assert_array_equal(getattr(getattr(back, side), name), getattr(getattr(made, side), name))
        assert np.abs(back.a.picture.astype(int) - made.a.picture).max() <= 6
    np.testing.assert_array_equal(back.iuv, made.iuv)
    np.testing.assert_array_equal(back.keypoints, made.keypoints)
    assert np.abs(back.flow_front - made.flow_front).max() <= 0.5 / FLOW_STEPS
    np.testing.assert_array_equal(back.flow_front == NOWHERE, made.flow_front == NOWHERE)
    assert (set(back.products), back.facts, back.must) == (set(made.products), made.facts, made.must)


def test_the_same_plan_gives_the_same_bytes_by_any_number_of_workers(tmp_path: Path) -> None:
    """Shards and manifest do not depend on workers, and the manifest's hashes are those of the files."""
    render(FEW, tmp_path / "alone", noise, workers=0)
    render(FEW, tmp_path / "two", noise, workers=2)
    assert files(tmp_path / "alone") == files(tmp_path / "two")
    rows = list(read_shards(tmp_path / "two", columns=["yaw", "a.labels"], check=True))
    assert [row["index"] for row in rows] == list(range(6))
    np.testing.assert_array_equal(rows[4]["a.labels"], noise_tuple(FEW, 4).a.labels)
    assert "b.labels" not in rows[4]


def test_an_interrupted_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """What a run left that stopped within its second shard is completed, its first shard is not rendered again; a
    damaged shard is."""
    painted: list[int] = []

    def watched(plan: Plan) -> Painter:
        def paint(group: range) -> Iterator[Painted]:
            for item in noise(plan)(group):
                painted.append(item.index)
                if len(painted) == 50:
                    raise KeyboardInterrupt
                yield item

        return paint

    render(PLAN, tmp_path / "whole", noise, workers=0)
    with pytest.raises(KeyboardInterrupt):
        render(PLAN, tmp_path / "cut", watched, workers=0)
    assert len(read_manifest(tmp_path / "cut").shards) == 1
    report = render(PLAN, tmp_path / "cut", watched, workers=0)
    assert report.rendered == 4
    assert files(tmp_path / "cut") == files(tmp_path / "whole")

    damaged = tmp_path / "cut" / "tuples-00001.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    with pytest.raises(ShardDamaged, match="tuples-00001"):
        list(read_shards(tmp_path / "cut", columns=["yaw"], check=True))
    assert render(PLAN, tmp_path / "cut", watched, workers=0).rendered == 4
    assert files(tmp_path / "cut") == files(tmp_path / "whole")


@pytest.mark.parametrize(("make", "why"), [(raising, "a hole in the hem"), (dying, "ended with 9")])
def test_a_tuple_that_fails_is_named_and_loses_no_other(tmp_path: Path, make: MakePainter, why: str) -> None:
    """An error and a dead process cost one tuple; the manifest names it, and the next run tries it again."""
    report = render(FEW, tmp_path / "t", make, workers=1)
    assert [(failure.index, why in failure.error) for failure in report.failures] == [(3, True)]
    assert [row["index"] for row in read_shards(tmp_path / "t", columns=["yaw"])] == [0, 1, 2, 4, 5]
    assert [failure.index for failure in read_manifest(tmp_path / "t").failures] == [3]

    assert render(FEW, tmp_path / "t", noise, workers=0).failures == []
    render(FEW, tmp_path / "sound", noise, workers=0)
    assert files(tmp_path / "t") == files(tmp_path / "sound")


def test_workers_that_all_die_end_the_run(tmp_path: Path) -> None:
    """A machine on which nothing can be rendered is told, instead of 30,000 failures."""
    plan = Plan(count=12, seed=5, height=36, width=32, regime="real", mode="show")
    with pytest.raises(WorkersDie, match="one after the other"):
        render(plan, tmp_path / "t", hopeless, workers=1)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """Other parameters, other versions, other files: the message names what differs and what to do."""
    render(FEW, tmp_path / "t", noise, workers=0)
    other = Plan(count=6, seed=6, height=36, width=32, regime="real", mode="picture")
    with pytest.raises(FolderRefused, match=r"another seed \(5, not 6\).*--seed 5"):
        render(other, tmp_path / "t", noise, workers=0)

    manifest = tmp_path / "t" / "manifest.json"
    values = json.loads(manifest.read_text())
    values["versions"]["numpy"] = "1.0"
    manifest.write_text(json.dumps(values))
    with pytest.raises(FolderRefused, match=r"version of numpy \(1.0, not"):
        render(FEW, tmp_path / "t", noise, workers=0)

    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.jpg").write_bytes(b"")
    with pytest.raises(FolderRefused, match=r"holds other files \(photo.jpg"):
        render(FEW, tmp_path / "mine", noise, workers=0)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderRefused, match="cannot be written"):
        render(FEW, tmp_path / "file" / "t", noise, workers=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 0}, "at least 1"),
        ({"height": 16}, "32 to 4000"),
        ({"width": 9000}, "32 to 4000"),
        ({"seed": -1}, "neg"),
    ],
)
def test_parameters_out_of_range_are_refused(change: dict[str, int], message: str) -> None:
    """The message says what is allowed."""
    plan = Plan(count=1, seed=0, height=64, width=64, regime="ideal", mode="geometry")
    with pytest.raises(BadPlan, match=message):
        replace(plan, **change)  # type: ignore[arg-type]


def test_what_is_drawn_for_a_side_belongs_to_it_and_all_of_it_can_come() -> None:
    """`draw` and `split_of` agree, and no number of the pool is left out."""
    rng = np.random.default_rng(0)
    train = {draw(rng, 40, "train") for _ in range(2000)}
    evaluation = {draw(rng, 40, "evaluation") for _ in range(200)}
    assert evaluation == {0, 10, 20, 30}
    assert train == set(range(40)) - evaluation
    assert {split_of(number) for number in train} == {"train"}
