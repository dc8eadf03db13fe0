"""Reading the dead letters, and giving what they hold another try.

What was replayed is remembered where the letters are: a note is appended to the topic, a dead letter about a dead
letter (its `topic` is the dead letters' own). It is kept at least as long as the letter it is about, which a consumer
group's offset is not, and letters may be chosen in any order. Two replays at the same moment are not kept apart; what
both send has one CloudEvents id, and a stage publishes the same result for it twice.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.envelope import Context, Headers, decode, encode
from schemas.errors import PermanentError, UnavailableError
from schemas.events import DeadLetter, PhotoParsed, PhotoUploaded, PhotoValidated
from schemas.topics import BY_EVENT
from streams.failures import Readable
from streams.kafka import client_options
from streams.settings import Settings
from streams.tryons import ResultLedger

TOPIC = BY_EVENT[DeadLetter]
TRYON_TOPICS = {BY_EVENT[event].name for event in (PhotoUploaded, PhotoValidated, PhotoParsed)}


class Outcome(StrEnum):
    """What a replay did with a letter."""

    REPLAYED = "replayed"
    OVER = "over"  # the try-on has ended otherwise meanwhile
    EXPIRED = "expired"  # the try-on's time is over: a stage would fail it again at once
    GONE = "gone"  # the letter left the bytes out, and the original topic no longer keeps them


@dataclass(frozen=True)
class Filed:
    """A dead letter without the bytes, and where it lies among the dead letters."""

    partition: int
    offset: int
    letter: DeadLetter
    tryon: UUID | None
    replayed: bool = False

    @property
    def position(self) -> str:
        """`PARTITION:OFFSET` in the dead letters' topic."""
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True)
class _Original:
    key: bytes | None
    value: bytes | None
    headers: Headers


class DeadLetters:
    """The dead letters of a cluster. Every call raises UnavailableError while the broker is away."""

    def __init__(self, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer) -> None:
        self._consumer = consumer
        self._producer = producer

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator["DeadLetters"]:
        """Connects."""
        consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
        producer = AIOKafkaProducer(**client_options(settings), acks="all", enable_idempotence=True)
        try:
            await consumer.start()
            await producer.start()
            yield cls(consumer, producer)
        except KafkaError as error:
            raise UnavailableError(f"Kafka at {settings.kafka_bootstrap}: {error!r}") from error
        finally:
            await producer.stop()
            await consumer.stop()

    async def select(self, wanted: Callable[[Filed], bool]) -> list[Filed]:
        """The letters that are wanted, oldest first; `wanted` is asked before it is known what was replayed."""
        selected: list[Filed] = []
        replayed: set[tuple[int, int]] = set()
        partitions = await self._producer.partitions_for(TOPIC.name)
        async for record in self._records([TopicPartition(TOPIC.name, number) for number in sorted(partitions)]):
            letter = _letter(record)
            if letter is None:
                continue
            if letter.topic == TOPIC.name:
                replayed.add((letter.partition, letter.offset))
                continue
            readable = Readable.of(letter.value)
            bare = letter.model_copy(update={"value": None, "headers": ()})
            filed = Filed(record.partition, record.offset, bare, readable.tryon if readable else None)
            if wanted(filed):
                selected.append(filed)
        return [replace(filed, replayed=(filed.partition, filed.offset) in replayed) for filed in selected]

    async def replay(self, filed: Filed, ledger: ResultLedger) -> Outcome:
        """Sends the original bytes, key and headers to the original topic again, and remembers it.

        A try-on's recorded `internal` failure is taken out of the `ledger` first: it would stand in the way.
        """
        record = await self._at(TopicPartition(TOPIC.name, filed.partition), filed.offset)
        letter = _letter(record) if record is not None else None
        original = await self._original(letter) if letter is not None else None
        if original is None:
            return Outcome.GONE
        in_the_way = await _in_the_way(filed.letter.topic, original, ledger)
        if in_the_way is not None:
            return in_the_way
        await self._send(filed.letter.topic, original)
        note = encode(_note(filed), Context.new("/virton/dead-letters"))
        await self._send(note.topic, _Original(note.key, note.value, note.headers))
        return Outcome.REPLAYED

    async def _original(self, letter: DeadLetter) -> _Original | None:
        """The original message; a letter that was too large has it in its first topic, while that is kept."""
        if letter.value is not None:
            return _Original(letter.original_key, letter.value, [(h.name, h.value) for h in letter.headers])
        record = await self._at(TopicPartition(letter.topic, letter.partition), letter.offset)
        return None if record is None else _Original(record.key, record.value, list(record.headers))

    async def _at(self, partition: TopicPartition, offset: int) -> Any:
        """The message at this offset, None if it is no longer kept."""
        self._consumer.assign([partition])
        beginnings = await self._consumer.beginning_offsets([partition])
        ends = await self._consumer.end_offsets([partition])
        if not beginnings[partition] <= offset < ends[partition]:
            return None
        self._consumer.seek(partition, offset)
        record = await self._consumer.getone(partition)
        return record if record.offset == offset else None

    async def _records(self, partitions: Sequence[TopicPartition]) -> AsyncIterator[Any]:
        """Everything that is in the partitions now."""
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(partitions)
        for partition, end in ends.items():
            while await self._consumer.position(partition) < end:
                for records in (await self._consumer.getmany(partition, timeout_ms=1000)).values():
                    for record in records:
                        yield record

    async def _send(self, topic: str, message: _Original) -> None:
        await self._producer.send_and_wait(topic, value=message.value, key=message.key, headers=message.headers)


async def _in_the_way(topic: str, original: _Original, ledger: ResultLedger) -> Outcome | None:
    """Why another try would be in vain; None after a recorded `internal` failure has made way for it."""
    readable = Readable.of(original.value) if topic in TRYON_TOPICS else None
    if readable is None:
        return None
    if readable.owner.expires_at is not None and readable.owner.expires_at <= datetime.now(UTC):
        return Outcome.EXPIRED
    return None if await ledger.reopen(readable.owner, readable.tryon) else Outcome.OVER


def _letter(record: Any) -> DeadLetter | None:
    """The letter of a message; None for somebody else's bytes."""
    try:
        letter, _ = decode(TOPIC, record.value, record.headers)
    except PermanentError:
        return None
    assert isinstance(letter, DeadLetter)
    return letter


def _note(filed: Filed) -> DeadLetter:
    return DeadLetter(
        topic=TOPIC.name,
        partition=filed.partition,
        offset=filed.offset,
        error="Replayed",
        text=f"{filed.letter.topic}/{filed.letter.partition}/{filed.letter.offset} was given another try",
        tries=1,
        stage="dead-letters",
        failed_at=datetime.now(UTC),
    )
