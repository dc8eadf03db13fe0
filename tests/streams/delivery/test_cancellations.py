"""Cancellations: every worker knows all of them before it begins, and the new ones within moments."""

import asyncio
import uuid

import pytest
from kafka import KafkaProducer

from schemas.envelope import Context
from schemas.errors import UnavailableError
from schemas.events import TryOnCancelled
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


def test_only_the_newest_are_remembered() -> None:
    """The memory is bounded: of five with room for three the last three are known."""
    cancellations = Cancellations(Settings(), most=3)
    tryons = [uuid.UUID(int=number) for number in range(5)]
    for tryon in tryons:
        cancellations.add(tryon)
    assert [cancellations.contains(tryon) for tryon in tryons] == [False, False, True, True, True]
