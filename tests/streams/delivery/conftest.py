"""Traps on the session's Kafka."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from streams.local.kafka import LocalKafka
from streams.settings import Settings
from streams.topics import ensure_topics
from tests.streams.delivery.harness import Trap

NewTrap = Callable[..., Trap]


@pytest.fixture
def new_trap(kafka: LocalKafka, new_topic: Callable[..., str], tmp_path: Path) -> Iterator[NewTrap]:
    """`new_trap(partitions=1)`: an input topic and a consumer group of their own, on the real Kafka."""
    ensure_topics(Settings(kafka_bootstrap=kafka.bootstrap))
    with ExitStack() as closing:

        def make(partitions: int = 1) -> Trap:
            topic = new_topic(partitions=partitions, prefix="trap")
            folder = tmp_path / topic
            folder.mkdir()
            return closing.enter_context(Trap(kafka.bootstrap, topic, folder, partitions))

        yield make
