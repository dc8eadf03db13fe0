"""Exactly one row per event, whoever collects and whatever kills them; and what happens without the remedy."""

import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from kafka import KafkaProducer

from streams.local.kafka import LocalKafka
from tests.streams.collector.examples import collected, lost_and_duplicated, messages, send
from tests.streams.collector.processes import Racer

pytestmark = pytest.mark.kafka

PARTITIONS = 4
EVENTS = 20_000
KILLS = 20
SEED = 20261124

NewTopic = Callable[..., str]


@pytest.fixture
def producer(kafka: LocalKafka) -> Iterator[KafkaProducer]:
    with KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=True, linger_ms=5) as made:
        yield made


def until_all_are_there(acknowledged: list[str], folder: Path, within_s: float = 60.0) -> None:
    """Waits until every event has a row; the test itself says what is missing if some never has."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and set(acknowledged) - set(collected(folder)):
        time.sleep(0.5)


@pytest.mark.slow
def test_racing_collectors_lose_and_duplicate_nothing(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """20,000 events, two collectors of all partitions, 20 SIGKILLs with events not yet in the dataset: one row each."""
    topic = new_topic(partitions=PARTITIONS)
    folder, log = tmp_path / "dataset", tmp_path / "log"
    chance = random.Random(SEED)
    acknowledged: list[str] = []
    in_flight = 0
    with ExitStack() as stack:
        racers = [stack.enter_context(Racer(kafka, topic, folder, log)) for _ in range(2)]
        for kill in range(KILLS):
            victim = kill % 2
            racers[victim].wait_until_ready()
            acknowledged += send(producer, topic, messages(EVENTS // KILLS), PARTITIONS)
            time.sleep(chance.uniform(0, 0.3))
            in_flight += len(collected(folder)) < len(acknowledged)
            racers[victim].kill()
            racers[victim] = stack.enter_context(Racer(kafka, topic, folder, log))
        until_all_are_there(acknowledged, folder)
        for racer in racers:
            racer.wait_until_ready()
        assert [racer.stop() for racer in racers] == [0, 0]
    lost, duplicated = lost_and_duplicated(acknowledged, folder)
    refused = len(re.findall("collector.late_write_refused", log.read_text()))
    print(
        f"lost {lost} of {len(acknowledged)} acknowledged, duplicated {duplicated}, {KILLS} kills "
        f"({in_flight} with events in flight), {refused} late writes refused"
    )
    assert len(acknowledged) == EVENTS
    assert (lost, duplicated) == (0, 0)
    assert len(collected(folder)) == EVENTS
    assert in_flight >= KILLS // 2, "most kills came when there was nothing to lose"
    assert refused > 0, "the collectors never raced"


HARM = {"commit-after-write": "duplicates", "commit-before-write": "loses", "dataset": "nothing"}


@pytest.mark.parametrize("style", HARM)
def test_a_crash_between_rows_and_offset(
    style: str, kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """The same SIGKILL, right at the write of the second chunk: a group's committed offset loses or repeats, ours not.

    The process of `commit-before-write` is killed between commit and write, the others between write and commit.
    """
    topic = new_topic(partitions=1)
    folder, log = tmp_path / "dataset", tmp_path / "log"
    acknowledged = send(producer, topic, messages(1000), 1)
    with Racer(kafka, topic, folder, log, "--style", style, "--die-at", "2") as dies:
        assert dies.wait() == -signal.SIGKILL
    with Racer(kafka, topic, folder, log, "--style", style) as goes_on:
        # What is lost never comes: a group whose member was killed goes on after its session timeout of 6 s.
        until_all_are_there(acknowledged, folder, within_s=12.0 if HARM[style] == "loses" else 30.0)
        goes_on.stop()
    lost, duplicated = lost_and_duplicated(acknowledged, folder)
    assert (lost > 0, duplicated > 0) == (HARM[style] == "loses", HARM[style] == "duplicates")
