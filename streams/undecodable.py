"""Messages that a consumer outside the stages cannot decode: to the dead letters, under an id that repeats."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kafka import KafkaProducer
from kafka.errors import MessageSizeTooLargeError

from schemas.envelope import Context, encode
from schemas.events import DeadLetter, Header

STAGE = "collect"


@dataclass(frozen=True)
class Record:
    """A Kafka message as kafka-python gives it, with the types it has."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]

    @classmethod
    def of(cls, record: Any) -> "Record":
        """From a ConsumerRecord."""
        return cls(record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers))

    @property
    def place(self) -> str:
        """An id that every reader of this message gives it."""
        return str(uuid5(NAMESPACE_URL, f"kafka:{self.topic}/{self.partition}/{self.offset}"))

    def named_headers(self) -> list[tuple[str, bytes]]:
        """The headers that have a value; without a `ce_id` the message is named by its place."""
        headers = [(name, value) for name, value in self.headers if value is not None]
        if not any(name.lower() == "ce_id" and value for name, value in headers):
            headers.append(("ce_id", self.place.encode()))
        return headers


@dataclass(frozen=True)
class Undecodable:
    """A message and what is wrong with it."""

    record: Record
    error: Exception

    def letter(self, *, whole: bool = True) -> DeadLetter:
        """The dead letter; not `whole`: without the bytes, which still lie where it says."""
        record = self.record
        headers = [(name, value) for name, value in record.headers if value is not None]
        return DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            original_key=_base64(record.key),
            headers=tuple(Header(name=name, value=_base64(value)) for name, value in headers) if whole else (),
            value=_base64(record.value) if whole else None,
            error=type(self.error).__name__,
            text=str(self.error),
            tries=1,
            stage=STAGE,
            failed_at=datetime.now(UTC),
        )


class KafkaUndecodable:
    """Publishes dead letters and waits for the broker's answer. Connects at the first one, for most never come."""

    def __init__(self, options: Mapping[str, Any], within_s: float) -> None:
        """`within_s`: how long an answer may take."""
        self._options = options
        self._within_s = within_s
        self._producer: KafkaProducer | None = None

    def publish(self, messages: Sequence[Undecodable]) -> None:
        """Returns once the broker has every dead letter. Raises KafkaError."""
        for message in messages:
            try:
                self._send(message, whole=True)
            except MessageSizeTooLargeError:
                self._send(message, whole=False)

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._producer is not None:
            self._producer.close(timeout=self._within_s)

    def _send(self, message: Undecodable, *, whole: bool) -> None:
        if self._producer is None:
            self._producer = KafkaProducer(acks="all", enable_idempotence=True, **self._options)
        event_id = str(uuid5(NAMESPACE_URL, f"{message.record.place}/{STAGE}"))
        sent = encode(message.letter(whole=whole), Context.new(f"/virton/{STAGE}", event_id=event_id))
        answer = self._producer.send(sent.topic, value=sent.value, key=sent.key, headers=sent.headers)
        answer.get(timeout=self._within_s)


def _base64(raw: bytes | None) -> Any:
    """What pydantic's Base64Bytes takes: it decodes what it is given."""
    return None if raw is None else base64.b64encode(raw)
