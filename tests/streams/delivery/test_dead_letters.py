"""`virton dead-letters`: what failed is shown, and another try sends the original once, with nothing in its way."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.envelope import Context, encode
from schemas.events import DeadLetter, PhotoUploaded, Reason, Status, TryOnResult
from streams.dead_letters import TOPIC
from streams.delivery import Delivery, Handler, StageSpec
from streams.letters import RawMessage
from streams.local.kafka import LocalKafka
from streams.publisher import FakePublisher, KafkaPublisher
from streams.settings import Settings
from streams.store import Obstore
from streams.topics import ensure_topics
from streams.tryons import ResultLedger
from tests.streams import made

pytestmark = pytest.mark.kafka

UPLOADED = "virton.photo.uploaded"


class Cluster:
    """The session's Kafka with a folder of this test, as the command sees it."""

    def __init__(self, kafka: LocalKafka, data: Path) -> None:
        self.settings = Settings(kafka_bootstrap=kafka.bootstrap, data=data)
        self.ledger = ResultLedger(Obstore(self.settings.objects_url))

    def virton(self, *arguments: str) -> list[dict[str, Any]]:
        """Runs `virton dead-letters`; the objects it printed."""
        environment = {
            **os.environ,
            "VIRTON_KAFKA_BOOTSTRAP": self.settings.kafka_bootstrap,
            "VIRTON_DATA": str(self.settings.data),
        }
        command = [sys.executable, "-m", "streams.cli", "dead-letters", *arguments]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        return [json.loads(line) for line in ended.stdout.splitlines()]

    async def fail(self, message: RawMessage, text: str = "no luck") -> None:
        """Has the message handled by a stage that fails, and publishes the dead letter that this makes."""
        letters = FakePublisher()
        await Delivery(StageSpec("test", {message.topic: failing(text)}), letters, pause=0.0).process(message)
        publisher = KafkaPublisher(self.settings)
        for event, context in letters.published:
            await publisher.publish(event, context)
        await publisher.stop()

    async def messages(self, topic: str, partitions: int, key: bytes) -> list[RawMessage]:
        """What is on the topic under this key."""
        places = [TopicPartition(topic, number) for number in range(partitions)]
        consumer = AIOKafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            found = []
            for place, end in (await consumer.end_offsets(places)).items():
                while await consumer.position(place) < end:
                    for records in (await consumer.getmany(place, timeout_ms=500)).values():
                        found += [
                            RawMessage(r.topic, r.partition, r.offset, r.key, r.value, list(r.headers))
                            for r in records
                            if r.key == key
                        ]
            return found
        finally:
            await consumer.stop()


@pytest.fixture
def cluster(kafka: LocalKafka, tmp_path: Path) -> Cluster:
    opened = Cluster(kafka, tmp_path)
    ensure_topics(opened.settings)
    return opened


def failing(text: str) -> Handler:
    async def handler(event: object, context: Context) -> list[Any]:
        raise ValueError(text)

    return handler


def upload(*, expires_in: timedelta = timedelta(hours=1)) -> tuple[PhotoUploaded, RawMessage]:
    """An upload and its message; the shopper, and so the key, is new."""
    request = made.request(shopper=uuid4().hex, expires_at=datetime.now(UTC) + expires_in)
    event = PhotoUploaded(tryon=uuid4(), request=request)
    encoded = encode(event, Context.new("test"))
    return event, RawMessage(UPLOADED, 0, 4, encoded.key, encoded.value, encoded.headers)


def result(event: PhotoUploaded, status: Status, reason: Reason | None = None) -> TryOnResult:
    return TryOnResult(tryon=event.tryon, request=event.request, status=status, reason=reason)


async def test_lists_what_failed_and_filters(cluster: Cluster) -> None:
    """One object a line, with where, why and which try-on; every filter counts."""
    event, message = upload()
    await cluster.fail(message, "the disk is made of cheese")
    one = f"--tryon={event.tryon}"
    (listed,) = await asyncio.to_thread(cluster.virton, "list", one)
    assert listed["text"] == "the disk is made of cheese"
    assert (listed["topic"], listed["partition"], listed["offset"]) == (UPLOADED, 0, 4)
    assert (listed["stage"], listed["error"], listed["tries"], listed["replayed"]) == ("test", "ValueError", 3, False)
    assert await asyncio.to_thread(cluster.virton, "list", one, "--stage=test", f"--topic={UPLOADED}") == [listed]
    for other in ("--stage=parsing", "--topic=virton.feedback.given", "--error=KeyError"):
        assert await asyncio.to_thread(cluster.virton, "list", one, other) == []


async def test_bytes_that_are_no_letter_are_passed_over(cluster: Cluster) -> None:
    """Whatever else lies in the topic, the letters are listed: noise, a version of 5,000 digits."""
    publisher = KafkaPublisher(cluster.settings)
    producer = await publisher._connected()
    for value, version in ((b"\xff", b"1"), (b"{}", b"9" * 5000), (None, b"1")):
        await producer.send_and_wait(
            TOPIC.name, value, key=b"k", headers=[("ce_type", b"virton.dead-letter.v" + version)]
        )
    await publisher.stop()
    event, message = upload()
    await cluster.fail(message)
    (listed,) = await asyncio.to_thread(cluster.virton, "list", f"--tryon={event.tryon}")
    assert listed["tryon"] == str(event.tryon)


async def test_a_replay_sends_the_original_once(cluster: Cluster) -> None:
    """The original bytes, key and headers go to the original topic; a second replay sends nothing, `--again` does; what
    was replayed is listed only when asked for."""
    event, message = upload()
    await cluster.fail(message)
    one = f"--tryon={event.tryon}"
    assert message.key is not None
    for expected in (1, 1):
        await asyncio.to_thread(cluster.virton, "replay", one)
        sent = await cluster.messages(UPLOADED, 8, message.key)
        assert [(m.value, m.headers) for m in sent] == [(message.value, message.headers)] * expected
    assert await asyncio.to_thread(cluster.virton, "list", one) == []
    (listed,) = await asyncio.to_thread(cluster.virton, "list", one, "--replayed")
    assert listed["replayed"]
    await asyncio.to_thread(cluster.virton, "replay", "--again", listed["position"])
    assert len(await cluster.messages(UPLOADED, 8, message.key)) == 2


async def test_letters_are_replayed_out_of_order_and_all_the_others_later(cluster: Cluster) -> None:
    """Choosing the newer one first does not pass over the older one: a replay of all takes exactly what is left."""
    events = [upload() for _ in range(3)]
    for _, message in events:
        await cluster.fail(message)
    await asyncio.to_thread(cluster.virton, "replay", f"--tryon={events[1][0].tryon}")
    await asyncio.to_thread(cluster.virton, "replay", "--all")
    await asyncio.to_thread(cluster.virton, "replay", "--all")
    for _, message in events:
        assert message.key is not None
        assert len(await cluster.messages(UPLOADED, 8, message.key)) == 1


@pytest.mark.parametrize(
    ("recorded", "outcome", "left"),
    [
        ((Status.FAILED, Reason.INTERNAL), "replayed", False),
        ((Status.CANCELLED, None), "over", True),
        ((Status.FAILED, Reason.UNCHANGED), "over", True),
    ],
)
async def test_only_an_internal_failure_makes_way(
    cluster: Cluster, recorded: tuple[Status, Reason | None], outcome: str, left: bool
) -> None:
    """The recorded failure that the dead letter itself made is taken away, or the stage would only publish it again; a
    try-on that ended in any other way stays as it ended, and is not sent."""
    event, message = upload()
    await cluster.ledger.settle(result(event, *recorded), event.request)
    await cluster.fail(message)
    (done,) = await asyncio.to_thread(cluster.virton, "replay", f"--tryon={event.tryon}")
    assert done["outcome"] == outcome
    assert (await cluster.ledger.find(event.request, event.tryon) is not None) == left
    assert message.key is not None
    assert len(await cluster.messages(UPLOADED, 8, message.key)) == (not left)


async def test_an_expired_try_on_is_left_alone(cluster: Cluster) -> None:
    """Its stage would fail it again at once, and the shopper has gone."""
    event, message = upload(expires_in=timedelta(seconds=-1))
    await cluster.fail(message)
    (done,) = await asyncio.to_thread(cluster.virton, "replay", f"--tryon={event.tryon}")
    assert done["outcome"] == "expired"
    assert message.key is not None
    assert await cluster.messages(UPLOADED, 8, message.key) == []


async def test_an_original_that_was_too_large_is_fetched_from_its_topic(
    cluster: Cluster, new_topic: Callable[..., str]
) -> None:
    """A letter without the bytes is replayed from where it says the original lies."""
    topic = new_topic(prefix="large")
    publisher = KafkaPublisher(cluster.settings)
    producer = await publisher._connected()
    await producer.send_and_wait(topic, b"x" * 900_000, key=b"large", headers=[("h", b"1")])
    letter = DeadLetter(
        topic=topic, partition=0, offset=0, error="E", text=topic, tries=1, stage=topic, failed_at=datetime.now(UTC)
    )
    await publisher.publish(letter, Context.new("test"))
    await publisher.stop()
    (done,) = await asyncio.to_thread(cluster.virton, "replay", f"--stage={topic}")
    assert done["outcome"] == "replayed"
    first, again = await cluster.messages(topic, 1, b"large")
    assert (first.value, first.headers) == (again.value, again.headers)


async def test_an_original_that_is_no_longer_kept_is_told(cluster: Cluster) -> None:
    """There is nothing to send, and the command says so and fails."""
    stage = f"stage-{uuid4().hex}"
    letter = DeadLetter(
        topic=UPLOADED, partition=0, offset=10**9, error="E", text="", tries=1, stage=stage, failed_at=datetime.now(UTC)
    )
    publisher = KafkaPublisher(cluster.settings)
    await publisher.publish(letter, Context.new("test"))
    await publisher.stop()
    with pytest.raises(subprocess.CalledProcessError) as failed:
        await asyncio.to_thread(cluster.virton, "replay", f"--stage={stage}")
    assert "no longer kept" in failed.value.stderr


def test_a_replay_of_nothing_in_particular_is_a_usage_error(cluster: Cluster) -> None:
    """Everything is replayed only when that is said."""
    with pytest.raises(subprocess.CalledProcessError) as failed:
        cluster.virton("replay")
    assert failed.value.returncode == 2
