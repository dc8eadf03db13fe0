"""The publisher against the real Kafka: it waits for the broker's answer, and outlives a restart."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import MessageSizeTooLargeError, OutOfOrderSequenceNumber

from schemas.envelope import Context
from schemas.errors import InvalidEvent, UnavailableError
from schemas.events import Event, Stage, TryOnCancelled, TryOnProgress
from streams.local.kafka import LocalKafka
from streams.publisher import DEPARTURES_S, KafkaPublisher, MessageTooLarge
from streams.settings import Settings
from streams.topics import ensure_topics

pytestmark = pytest.mark.kafka

TOPIC = "virton.tryon.cancelled"


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory, kafka: LocalKafka) -> Iterator[LocalKafka]:
    """A broker that these tests may stop; `kafka` is asked for first, since it skips where there can be none."""
    broker = LocalKafka(tmp_path_factory.mktemp("publisher"))
    broker.start()
    ensure_topics(Settings(kafka_bootstrap=broker.bootstrap))
    yield broker
    broker.stop()


@asynccontextmanager
async def publishing(broker: LocalKafka, **options: float) -> AsyncIterator[KafkaPublisher]:
    publisher = KafkaPublisher(Settings(kafka_bootstrap=broker.bootstrap), **options)
    try:
        yield publisher
    finally:
        await publisher.stop()


async def ids_on(broker: LocalKafka, topic: str) -> list[str]:
    """The ce_id of everything on a topic with one partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        await consumer.seek_to_beginning(place)
        end = (await consumer.end_offsets([place]))[place]
        found: list[str] = []
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(place, timeout_ms=500)).values():
                found += [dict(record.headers)["ce_id"].decode() for record in records]
        return found
    finally:
        await consumer.stop()


def event() -> tuple[Event, Context]:
    return TryOnCancelled(tryon=uuid.uuid4()), Context.new("test")


async def test_a_published_event_is_there(own_kafka: LocalKafka) -> None:
    """Once `publish` returns the broker has the event."""
    async with publishing(own_kafka) as publisher:
        made, context = event()
        await publisher.publish(made, context)
        assert context.id in await ids_on(own_kafka, TOPIC)


async def test_two_events_with_one_id_are_both_sent(own_kafka: LocalKafka) -> None:
    """Ids are chosen by whoever writes: a second event with the id of one under way is another event. The same event
    twice is sent once."""
    async with publishing(own_kafka) as publisher:
        await publisher.publish(*event())  # connected: now both are under way at once
        (one, context), (other, _) = event(), event()
        await asyncio.gather(*(publisher.publish(made, context) for made in (one, other, one)))
        assert (await ids_on(own_kafka, TOPIC)).count(context.id) == 2


async def test_a_restart_of_the_broker_is_outlived_without_a_second_copy(own_kafka: LocalKafka) -> None:
    """While the broker is away `publish` ends in time with UnavailableError; trying again after its return delivers the
    event, once."""
    async with publishing(own_kafka, answer_within_s=0.5) as publisher:
        await publisher.publish(*event())
        own_kafka.stop()
        made, context = event()
        for _ in range(3):
            with pytest.raises(UnavailableError):
                async with asyncio.timeout(3):
                    await publisher.publish(made, context)
        await asyncio.to_thread(own_kafka.start)
        async with asyncio.timeout(30):
            while True:
                try:
                    await publisher.publish(made, context)
                    break
                except UnavailableError:
                    continue
        assert (await ids_on(own_kafka, TOPIC)).count(context.id) == 1


async def test_a_broker_that_is_not_there_yet_is_told_and_found_later(own_kafka: LocalKafka) -> None:
    """A publisher may be made before there is a broker."""
    own_kafka.stop()
    async with publishing(own_kafka) as publisher:
        with pytest.raises(UnavailableError, match="cannot connect"):
            await publisher.start()
        await asyncio.to_thread(own_kafka.start)
        async with asyncio.timeout(30):
            await publisher.publish(*event())


async def test_what_is_too_large_is_told_and_harms_nobody(own_kafka: LocalKafka, tmp_path: Path) -> None:
    """A message that will never be accepted is a permanent error; the next one goes through."""
    huge = TryOnCancelled(tryon=uuid.uuid4())
    async with publishing(own_kafka) as publisher:
        with pytest.raises(MessageTooLarge):
            await publisher.publish(huge, Context.new("x" * 2_000_000))
        await publisher.publish(*event())


async def test_what_cannot_be_serialised_is_told(own_kafka: LocalKafka) -> None:
    """A header that UTF-8 cannot carry."""
    async with publishing(own_kafka) as publisher:
        with pytest.raises(InvalidEvent):
            await publisher.publish(TryOnCancelled(tryon=uuid.uuid4()), Context.new("\ud800"))


@pytest.mark.parametrize(
    ("error", "told"), [(MessageSizeTooLargeError(), MessageTooLarge), (OutOfOrderSequenceNumber(), UnavailableError)]
)
async def test_a_batch_that_failed_for_good_does_not_block_its_partition(
    own_kafka: LocalKafka, error: Exception, told: type[Exception]
) -> None:
    """An idempotent producer cannot go on after a batch the broker refused for good (its numbering has a hole); ours
    makes way for a new one."""
    async with publishing(own_kafka) as publisher:
        await publisher.publish(*event())
        producer = publisher._producer
        assert producer is not None
        original = producer.send

        async def send(*args: object, **options: object) -> "asyncio.Future[object]":
            await original(*args, **options)
            refused: asyncio.Future[object] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            return refused

        producer.send = send
        with pytest.raises(told):
            await publisher.publish(*event())
        await publisher.publish(*event())
        assert publisher._producer is not producer


async def test_progress_is_not_waited_for(own_kafka: LocalKafka) -> None:
    """`publish_soon` returns at once; the event is there when the publisher has stopped."""
    tryon = uuid.uuid4()
    async with publishing(own_kafka) as publisher:
        publisher.publish_soon(TryOnCancelled(tryon=tryon), context := Context.new("test"))
    assert context.id in await ids_on(own_kafka, TOPIC)


async def test_progress_that_cannot_be_sent_is_dropped(own_kafka: LocalKafka) -> None:
    """Neither an absent broker nor a flood of progress raises, or piles up without end."""
    progress = TryOnProgress(tryon=uuid.uuid4(), stage=Stage.PARSING, step=0, of=1)
    unreachable = Settings(kafka_bootstrap="127.0.0.1:1")
    publisher = KafkaPublisher(unreachable, answer_within_s=0.1)
    for _ in range(1500):
        publisher.publish_soon(progress, Context.new("test"))
    assert len(publisher._soon) == 1000
    await publisher.stop()


async def test_a_burst_shares_requests_and_a_lone_message_leaves_at_once(own_kafka: LocalKafka) -> None:
    """Forty messages in a row leave in a few requests, each of which costs as much as a whole handler; a message that
    comes alone waits for nobody."""
    async with publishing(own_kafka) as publisher:
        await publisher.publish(*event())
        client = publisher._producer.client  # type: ignore[union-attr]
        original = client.send
        requests = 0

        async def counting(*args: object, **options: object) -> object:
            nonlocal requests
            requests += 1
            return await original(*args, **options)

        client.send = counting
        in_a_row = []
        for _ in range(40):
            in_a_row.append(asyncio.create_task(publisher.publish(*event())))
            await asyncio.sleep(0)
        await asyncio.gather(*in_a_row)
        assert requests <= 4
        await asyncio.sleep(2 * DEPARTURES_S)
        with pytest.raises(StopIteration):
            publisher._departure().send(None)
