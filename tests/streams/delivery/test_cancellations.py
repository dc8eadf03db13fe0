"""Cancellations: every worker knows all of them before it begins, and the new ones within moments."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import structlog
from aiokafka import TopicPartition
from kafka import KafkaProducer

from schemas.envelope import Context, encode
from schemas.errors import UnavailableError
from schemas.events import TryOnCancelled
from streams import cancellations as module
from streams.cancellations import TOPIC, Cancellations
from streams.local.kafka import LocalKafka
from streams.publisher import KafkaPublisher
from streams.settings import Settings
from streams.topics import ensure_topics


async def publish(settings: Settings, *tryons: uuid.UUID) -> None:
    publisher = KafkaPublisher(settings)
    for tryon in tryons:
        await publisher.publish(TryOnCancelled(tryon=tryon), Context.new("test"))
    await publisher.stop()


@pytest.mark.kafka
async def test_the_backlog_is_known_at_the_start_and_the_new_ones_soon(kafka: LocalKafka) -> None:
    """What was cancelled before a worker starts is known when `start` returns; what is cancelled later within a second;
    bytes that are no cancellation are passed over."""
    settings = Settings(kafka_bootstrap=kafka.bootstrap)
    ensure_topics(settings)
    before, after, never = (uuid.uuid4() for _ in range(3))
    await publish(settings, before)
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    producer.send(TOPIC.name, b"poison").get(timeout=10)
    version = [("ce_type", b"virton.tryon.cancelled.v" + b"9" * 5000)]
    producer.send(TOPIC.name, b"{}", headers=version).get(timeout=10)
    producer.close()
    cancellations = Cancellations(settings)
    await cancellations.start()
    try:
        assert cancellations.contains(before)
        assert not cancellations.contains(after)
        await publish(settings, after)
        async with asyncio.timeout(1):
            while not cancellations.contains(after):  # noqa: ASYNC110 - that it is soon is what is tested
                await asyncio.sleep(0.01)
        assert not cancellations.contains(never)
    finally:
        await cancellations.stop()


async def test_a_broker_that_is_away_is_told() -> None:
    """A worker that cannot know what was cancelled does not begin."""
    cancellations = Cancellations(Settings(kafka_bootstrap="127.0.0.1:1"))
    with pytest.raises(UnavailableError):
        await cancellations.start()
    await cancellations.stop()


@dataclass
class Topic:
    """The cancellations' topic in memory, and a client of it that breaks once."""

    values: list[bytes]
    breaks_with: Exception | None = None

    def consumer(self, **_: object) -> "FakeConsumer":
        """In the place of `AIOKafkaConsumer`."""
        return FakeConsumer(self)


class FakeConsumer:
    """What `Cancellations` uses of a consumer."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._position = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def assign(self, partitions: Sequence[TopicPartition]) -> None: ...

    async def seek_to_beginning(self, *partitions: TopicPartition) -> None: ...

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {partitions[0]: len(self._topic.values)}

    async def position(self, _partition: TopicPartition) -> int:
        return self._position

    async def getmany(self, **_: object) -> dict[TopicPartition, list[SimpleNamespace]]:
        await asyncio.sleep(0.001)
        if self._position == len(self._topic.values) and (error := self._topic.breaks_with) is not None:
            self._topic.breaks_with = None
            raise error
        found = self._topic.values[self._position :]
        self._position += len(found)
        return {TopicPartition(TOPIC.name, 0): [SimpleNamespace(value=v, headers=(), offset=0) for v in found]}


async def test_a_reader_that_breaks_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody awaits the follower: what breaks it is told, and what is cancelled afterwards is known all the same."""
    topic = Topic([], breaks_with=RuntimeError("a bug of the client"))
    monkeypatch.setattr(module, "AIOKafkaConsumer", topic.consumer)
    monkeypatch.setattr(module, "PAUSE_S", 0.01)
    cancellations, tryon = Cancellations(Settings()), uuid.uuid4()
    with structlog.testing.capture_logs() as lines:
        await cancellations.start()
        try:
            async with asyncio.timeout(5):
                while topic.breaks_with is not None:  # noqa: ASYNC110 - as below
                    await asyncio.sleep(0.001)
                topic.values.append(encode(TryOnCancelled(tryon=tryon), Context.new("test")).value)
                while not cancellations.contains(tryon):  # noqa: ASYNC110 - there is nothing to wait for
                    await asyncio.sleep(0.001)
        finally:
            await cancellations.stop()
    assert [line["event"] for line in lines] == ["cancellations.reading_anew"]


def test_only_the_newest_are_remembered() -> None:
    """The memory is bounded: of five with room for three the last three are known."""
    cancellations = Cancellations(Settings(), most=3)
    tryons = [uuid.UUID(int=number) for number in range(5)]
    for tryon in tryons:
        cancellations.add(tryon)
    assert [cancellations.contains(tryon) for tryon in tryons] == [False, False, True, True, True]
