"""The collector against a real Kafka: what it writes and when, and what it does when something is in its way."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from prometheus_client import REGISTRY

from schemas.envelope import Message, decode
from schemas.errors import UnavailableError
from schemas.events import DeadLetter, TrainingExample
from schemas.topics import BY_EVENT, Topic
from streams.collector import LONGEST_ROUND_S, Collector
from streams.dataset import Chunk, Dataset
from streams.files import LocalFiles
from streams.local.kafka import LocalKafka
from streams.probes import Heartbeat
from tests.streams.collector.examples import collected, event_id, messages, send
from tests.streams.collector.processes import Racer

pytestmark = pytest.mark.kafka

NewTopic = Callable[..., str]
DEAD_LETTERS = BY_EVENT[DeadLetter]


@pytest.fixture
def producer(kafka: LocalKafka) -> Iterator[KafkaProducer]:
    with KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=True) as made:
        yield made


@contextmanager
def collecting(kafka: LocalKafka, topic: str, dataset: Dataset, **limits: float) -> Iterator[Heartbeat]:
    """The health of a running collector; leaving the block stops it and waits for it."""
    health = Heartbeat(LONGEST_ROUND_S)
    collector = Collector(
        {"bootstrap_servers": kafka.bootstrap},
        dataset,
        health,
        topic=Topic(topic, TrainingExample, partitions=1),
        **{"chunk_age_s": 0.1, "look_s": 0.5, **limits},  # type: ignore[arg-type]
    )
    stop = threading.Event()
    thread = threading.Thread(target=collector.run, args=(stop,))
    thread.start()
    try:
        yield health
    finally:
        stop.set()
        thread.join(timeout=30)
    assert not thread.is_alive(), "the collector did not stop"


def until(holds: Callable[[], object], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def sizes(dataset: Dataset) -> list[int]:
    """Rows of each chunk, in order."""
    return [len(chunk.rows) for chunk in dataset.chunks()]


def test_a_full_chunk_is_written_at_once_and_the_rest_at_the_stop(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """25 examples and chunks of 10: two are written while more would be waited for, the last five when it stops."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    ids = send(producer, topic, messages(25), 1)
    with collecting(kafka, topic, dataset, chunk_rows=10, chunk_age_s=60.0):
        until(lambda: len(sizes(dataset)) == 2)
    assert sum(sizes(dataset)) == 25
    assert min(sizes(dataset)[:2]) >= 10
    assert [row["event_id"] for row in dataset.rows()] == ids
    assert [row["offset"] for row in dataset.rows()] == list(range(25))


def test_an_old_chunk_is_written_though_it_is_not_full(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """One example does not wait for a thousand others."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    with collecting(kafka, topic, dataset, chunk_age_s=0.5):
        send(producer, topic, messages(1), 1)
        until(lambda: sizes(dataset) == [1])


def test_it_goes_on_where_the_dataset_ends(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """A second collector reads what is new, and nothing again."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    first = send(producer, topic, messages(5), 1)
    with collecting(kafka, topic, dataset):
        until(lambda: sum(sizes(dataset)) == 5)
    second = send(producer, topic, messages(3), 1)
    with collecting(kafka, topic, dataset):
        until(lambda: sum(sizes(dataset)) == 8)
    assert collected(tmp_path) == first + second


def test_new_partitions_are_collected_from_their_beginning(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """A topic grows while the collector runs; what was sent to the new partition before it was noticed is there."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    ids = send(producer, topic, messages(2), 1)
    with collecting(kafka, topic, dataset):
        until(lambda: sum(sizes(dataset)) == 2)
        admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        admin.create_partitions({topic: 3})
        admin.close()
        with KafkaProducer(bootstrap_servers=kafka.bootstrap) as fresh:
            until(lambda: len(fresh.partitions_for(topic)) == 3)
            ids += send(fresh, topic, messages(30), 3)
        until(lambda: sum(sizes(dataset)) == 32)
    assert sorted(collected(tmp_path)) == sorted(ids)
    assert {row["partition"] for row in dataset.rows()} == {0, 1, 2}


def test_a_topic_made_again_is_collected_anew(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """Offset 0 of the new topic is no repeat of the old one's: rows of both are there."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    old = send(producer, topic, messages(3), 1)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    with collecting(kafka, topic, dataset) as health:
        until(lambda: sum(sizes(dataset)) == 3)
        admin.delete_topics([topic])
        until(lambda: health.waits_for)
        admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
        with KafkaProducer(bootstrap_servers=kafka.bootstrap) as fresh:
            new = send(fresh, topic, messages(2), 1)
        until(lambda: sum(sizes(dataset)) == 5)
    admin.close()
    assert sorted(collected(tmp_path)) == sorted(old + new)


def test_a_topic_that_is_not_there_is_waited_for(kafka: LocalKafka, new_topic: NewTopic, tmp_path: Path) -> None:
    """The collector says what to do, and begins when it is done."""
    with collecting(kafka, "not-there", Dataset(LocalFiles(tmp_path))) as health:
        until(lambda: "virton topics" in (health.waits_for or ""))


def test_messages_that_expired_before_they_were_read_do_not_stop_it(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """Retention went past the dataset: the rest is collected, in a chunk whose name is where the dataset ended."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    ids = send(producer, topic, messages(5), 1)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_records({TopicPartition(topic, 0): 3})
    admin.close()
    with collecting(kafka, topic, dataset):
        until(lambda: sum(sizes(dataset)) == 2)
    assert collected(tmp_path) == ids[3:]
    [chunk] = dataset.chunks()
    assert (chunk.first_offset, chunk.next_offset) == (0, 5)


def test_a_broker_that_is_away_is_waited_for(kafka: LocalKafka, new_topic: NewTopic, tmp_path: Path) -> None:
    """Kafka is killed in the middle; the collector says so, goes on by itself, and every row is there once."""
    topic, folder, log = new_topic(), tmp_path / "dataset", tmp_path / "log"
    with KafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        ids = send(producer, topic, messages(10), 1)
    with Racer(kafka, topic, folder, log) as collector:
        collector.wait_until_ready()
        kafka.kill()
        try:
            until(lambda: b"collector.waiting" in log.read_bytes(), within_s=30)
        finally:
            kafka.start()
        with KafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
            ids += send(producer, topic, messages(10), 1)
        until(lambda: len(collected(folder)) == 20, within_s=40)
        assert collector.stop() == 0
    assert collected(folder) == ids


class FullDisk(Dataset):
    """A dataset whose disk is full until it is not."""

    full = True

    def append(self, chunk: Chunk) -> bool:
        if self.full:
            raise UnavailableError("cannot write: No space left on device")
        return super().append(chunk)


def test_a_full_disk_is_waited_for(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """While the disk is full the collector is not ready and says why; with room again nothing is missing."""
    topic, dataset = new_topic(), FullDisk(LocalFiles(tmp_path))
    ids = send(producer, topic, messages(10), 1)
    with collecting(kafka, topic, dataset) as health:
        until(lambda: "No space left" in (health.waits_for or ""))
        ids += send(producer, topic, messages(10), 1)
        dataset.full = False
        until(lambda: sum(sizes(dataset)) == 20)
        until(lambda: health.waits_for is None)
    assert collected(tmp_path) == ids


def test_a_stop_with_a_full_disk_ends_and_loses_nothing(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """What cannot be written at the stop is read again by the next collector."""
    topic, dataset = new_topic(), FullDisk(LocalFiles(tmp_path))
    ids = send(producer, topic, messages(10), 1)
    with collecting(kafka, topic, dataset, chunk_age_s=60.0) as health:
        until(lambda: health.waits_for is None)
    assert sizes(dataset) == []
    dataset.full = False
    with collecting(kafka, topic, dataset):
        until(lambda: sum(sizes(dataset)) == 10)
    assert collected(tmp_path) == ids


@pytest.fixture
def letters(kafka: LocalKafka) -> Iterator[Callable[[str], list[tuple[str, DeadLetter]]]]:
    """The dead letters of a topic so far, with their event ids."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    if DEAD_LETTERS.name not in admin.list_topics():
        layout = {"num_partitions": DEAD_LETTERS.partitions, "replication_factor": 1, "configs": DEAD_LETTERS.config}
        admin.create_topics({DEAD_LETTERS.name: layout}, wait_for_metadata=True)
    admin.close()
    place = TopicPartition(DEAD_LETTERS.name, 0)
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=None)
    consumer.assign([place])
    found: list[tuple[str, DeadLetter]] = []
    consumer.seek_to_beginning(place)

    def so_far(topic: str) -> list[tuple[str, DeadLetter]]:
        for record in consumer.poll(timeout_ms=500).get(place, []):
            event, context = decode(DEAD_LETTERS, record.value, record.headers)
            assert isinstance(event, DeadLetter)
            found.append((context.id, event))
        return [(identity, letter) for identity, letter in found if letter.topic == topic]

    yield so_far
    consumer.close()


def _of_the_year_one() -> Message:
    """An example whose time cannot be said in UTC: it decodes, and is no row."""
    [message] = messages(1)
    value = {**json.loads(message.value), "given_at": "0001-01-01T00:00:00+14:00"}
    return Message(message.topic, message.key, json.dumps(value).encode(), message.headers)


def test_what_cannot_be_decoded_goes_to_the_dead_letters_and_the_rest_into_the_dataset(
    kafka: LocalKafka,
    producer: KafkaProducer,
    new_topic: NewTopic,
    tmp_path: Path,
    letters: Callable[[str], list[tuple[str, DeadLetter]]],
) -> None:
    """No JSON, no bytes at all, a newer version, an impossible time, a version of 5,000 digits: each is a dead letter,
    and its offset skipped."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    good = messages(2)
    ids = send(producer, topic, good[:1], 1)
    newer = [*((k, v) for k, v in good[0].headers if k != "ce_type"), ("ce_type", b"virton.training.example.v2")]
    producer.send(topic, value=b"no event", key=b"key", headers=[("a", b"\xff")])
    producer.send(topic, key=b"key", value=None)
    producer.send(topic, value=good[0].value, headers=newer)
    producer.send(topic, value=_of_the_year_one().value)
    producer.send(topic, value=good[0].value, headers=[("ce_type", b"virton.training.example.v" + b"9" * 5000)])
    producer.flush()
    ids += send(producer, topic, good[1:], 1)
    with collecting(kafka, topic, dataset):
        until(lambda: sum(sizes(dataset)) == 2)
    assert collected(tmp_path) == ids == [event_id(message) for message in good]
    assert [offset for chunk in dataset.chunks() for offset in chunk.skipped] == [1, 2, 3, 4, 5]
    found = letters(topic)
    assert [letter.offset for _, letter in found] == [1, 2, 3, 4, 5]
    assert [letter.error for _, letter in found] == [
        "InvalidEvent",
        "InvalidEvent",
        "UnknownVersion",
        "OverflowError",
        "InvalidEvent",
    ]
    first = found[0][1]
    assert (first.value, first.original_key, first.stage) == (b"no event", b"key", "collect")
    assert [(header.name, header.value) for header in first.headers] == [("a", b"\xff")]


class CrashOnce(Dataset):
    """The first append fails after the dead letters are sent, as a crash between the two does."""

    failed = False

    def append(self, chunk: Chunk) -> bool:
        if not self.failed:
            self.failed = True
            raise UnavailableError("crash")
        return super().append(chunk)


def test_a_dead_letter_that_is_sent_again_has_the_same_id(
    kafka: LocalKafka,
    producer: KafkaProducer,
    new_topic: NewTopic,
    tmp_path: Path,
    letters: Callable[[str], list[tuple[str, DeadLetter]]],
) -> None:
    """Whoever lists the dead letters by id sees one, however often the collector crashed or whoever else collects."""
    topic, dataset = new_topic(), CrashOnce(LocalFiles(tmp_path))
    producer.send(topic, value=b"no event")
    producer.flush()
    with collecting(kafka, topic, dataset):
        until(lambda: [list(chunk.skipped) for chunk in dataset.chunks()] == [[0]])
    found = letters(topic)
    assert len(found) == 2
    assert len({identity for identity, _ in found}) == 1


def test_a_message_too_large_for_a_dead_letter_is_told_without_its_bytes(
    kafka: LocalKafka,
    producer: KafkaProducer,
    new_topic: NewTopic,
    tmp_path: Path,
    letters: Callable[[str], list[tuple[str, DeadLetter]]],
) -> None:
    """In base64 it is a third larger than the broker takes, be it value, key or header that is large: the letter says
    where the message lies, is counted, and collecting goes on."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))

    def counted() -> float:
        labels = {"stage": "collect", "error": "InvalidEvent"}
        return REGISTRY.get_sample_value("virton_dead_letters_total", labels) or 0.0

    large, before = b"x" * 900_000, counted()
    producer.send(topic, value=large)
    producer.send(topic, value=b"-", key=large)
    producer.send(topic, value=b"-", headers=[("h", large)])
    producer.flush()
    with collecting(kafka, topic, dataset):
        until(lambda: [offset for chunk in dataset.chunks() for offset in chunk.skipped] == [0, 1, 2])
    found = [letter for _, letter in letters(topic)]
    assert [(letter.topic, letter.partition, letter.offset) for letter in found] == [(topic, 0, n) for n in range(3)]
    assert {letter.value for letter in found} == {None}
    assert counted() == before + 3


def test_lag_and_rows_are_exported(
    kafka: LocalKafka, producer: KafkaProducer, new_topic: NewTopic, tmp_path: Path
) -> None:
    """The lag counts what is not in the dataset, read or not; it falls to 0, and the rows are counted."""
    topic, dataset = new_topic(), Dataset(LocalFiles(tmp_path))
    before = REGISTRY.get_sample_value("virton_collector_rows_total") or 0.0

    def lag() -> float | None:
        return REGISTRY.get_sample_value("virton_collector_lag", {"partition": "0"})

    send(producer, topic, messages(7), 1)
    with collecting(kafka, topic, dataset, chunk_age_s=3.0):
        until(lambda: lag() == 7)
        until(lambda: lag() == 0)
    assert REGISTRY.get_sample_value("virton_collector_rows_total") == before + 7
