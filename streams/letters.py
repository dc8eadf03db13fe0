"""Dead letters: what is kept of a message that could not be handled, and under which id. There is no Kafka here."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from schemas.envelope import Context, Headers
from schemas.events import DeadLetter, Header

# What a person reads of an error, who has the original beside it.
LONGEST_TEXT = 2000

IDS = UUID("0b7a3f7e-8a6c-5d0e-9f61-6d1f3f0f6a57")  # a namespace of our own, for uuid5


@dataclass(frozen=True)
class RawMessage:
    """A Kafka message as it lies in its partition."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = field(default_factory=list)

    @classmethod
    def of(cls, record: Any) -> "RawMessage":
        """From a consumer's record, whichever client's. Headers without a value say nothing."""
        headers = [(name, value) for name, value in record.headers or () if value is not None]
        return cls(record.topic, record.partition, record.offset, record.key, record.value, headers)

    @property
    def place_id(self) -> str:
        """An id that every reader of this message gives it."""
        return str(uuid5(IDS, f"{self.topic}/{self.partition}/{self.offset}"))

    @property
    def named_headers(self) -> Headers:
        """The headers; without a `ce_id` the message is named by its place: read again, it is the same event."""
        if any(name.lower() == "ce_id" and value for name, value in self.headers):
            return self.headers
        return [*self.headers, ("ce_id", self.place_id.encode())]


def dead_letter(message: RawMessage, stage: str, error: Exception, tries: int = 1) -> DeadLetter:
    """The dead letter of a message that a stage could not handle."""
    headers = [(name, value) for name, value in message.headers if value is not None]
    return DeadLetter(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        original_key=_base64(message.key),
        headers=tuple(Header(name=name, value=_base64(value)) for name, value in headers),
        value=_base64(message.value),
        error=type(error).__name__,
        text=cut(str(error)),
        tries=tries,
        stage=stage,
        failed_at=datetime.now(UTC),
    )


def letter_context(message: RawMessage, stage: str, traceparent: str | None = None) -> Context:
    """The context of a stage's dead letter: its id is the place's, whatever the message says of itself."""
    event_id = str(uuid5(IDS, f"{message.place_id}/{stage}"))
    return Context.new(f"/virton/{stage}", traceparent=traceparent, event_id=event_id)


def shorter(letter: DeadLetter) -> DeadLetter | None:
    """A letter that is too large, with less of the original, which still lies where it says; None at the shortest."""
    if letter.value is not None:
        return letter.model_copy(update={"value": None})
    if letter.headers or letter.original_key is not None:
        return letter.model_copy(update={"headers": (), "original_key": None})
    return None


def cut(text: str) -> str:
    """An error's text, which may quote what it choked on: as much as a person reads, and nothing UTF-8 cannot carry."""
    return text[:LONGEST_TEXT].encode(errors="replace").decode()


def _base64(raw: bytes | None) -> Any:
    """What pydantic's Base64Bytes takes: it decodes what it is given."""
    return None if raw is None else base64.b64encode(raw)
