"""The small version of `make chaos`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from streams.local.kafka import LocalKafka
from tests.chaos.run import Account

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(280)
def test_nothing_is_lost_or_torn(kafka: LocalKafka) -> None:
    """1,000 events, 4 kills with an event in flight, one restart of Kafka: every event has one result; the last line
    and the exit status say so. The run has a Kafka of its own; `kafka` only skips where there can be none."""
    command = [sys.executable, "-m", "tests.chaos", "--events=1000", "--kills=4", "--restarts=1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=270, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    account = ended.stdout.splitlines()[-1]
    expected = r"lost 0 of 1000 acknowledged, 0 ids with two different results, ([1-9]\d*) redelivered, 4 kills"
    assert re.fullmatch(expected, account), account


@pytest.mark.parametrize(
    "bad", [{"lost": 1}, {"torn": 1}, {"redelivered": 0}, {"letters": 1}, {"wrong": ["3 kills instead of 4"]}]
)
def test_the_account_is_strict(bad: dict[str, object]) -> None:
    """A run with anything lost, torn or dead, or in which nothing was redelivered (then nothing was tried), fails."""
    good: dict[str, object] = {"acknowledged": 10, "redelivered": 1, "kills": 4}
    assert Account(**good).passed  # type: ignore[arg-type]
    assert not Account(**{**good, **bad}).passed  # type: ignore[arg-type]
