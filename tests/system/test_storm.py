"""A small storm in every run of the tests; `make storm` is the large one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.system, pytest.mark.timeout(600)]


def test_a_small_storm_loses_nothing(runnable: None, samples: Path, tmp_path: Path) -> None:
    """Workers killed and stopped with events in flight, and Kafka killed: every upload has one result, completed, and
    the API tells the same.

    In a process of its own: kafka-python 3.0 forgets to close the sockets of refused connections.
    """
    out = tmp_path / "figures.json"
    blows = ["--kills", "3", "--terms", "2", "--kafka-restarts", "1"]
    storm = [sys.executable, "-m", "tests.system.storm", "--uploads", "16", *blows, "--out", str(out)]
    ended = subprocess.run(storm, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    figures = json.loads(out.read_text())
    assert (figures["lost"], figures["two_results"], figures["told_otherwise"]) == (0, 0, 0)
    assert figures["statuses"] == {"completed": 16}
    assert (figures["kills"], figures["terms"], figures["kafka_restarts"]) == (3, 2, 1)
    assert len(figures["in_flight"]) == 5
    assert all(count > 0 for _, count in figures["in_flight"])
    assert ended.stdout.splitlines()[-1].startswith("lost 0 of 16 uploads, 0 ids with two different results, ")
