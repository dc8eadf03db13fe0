"""Events on the wire: JSON values, CloudEvents attributes in Kafka headers (binary content mode of the CloudEvents
Kafka protocol binding 1.0), and W3C `traceparent`. Missing headers are accepted and filled."""

import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from schemas.errors import InvalidEvent, UnknownVersion
from schemas.events import Event
from schemas.topics import Topic, topic_of

Headers = list[tuple[str, bytes]]

# W3C Trace Context, version 00. As JSON Schema has it: found in the text, hence the anchors.
TRACEPARENT = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"

# Nine digits are more major versions than there will ever be, and Python refuses to read numbers of over 4,300 digits.
_TYPE = re.compile(r"(?P<name>.+)\.v(?P<major>[0-9]{1,9})")
_TRACEPARENT = re.compile(TRACEPARENT)
# What an error quotes of the event it complains of: our own types have 25 characters, paths of fields at most 60.
_LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Context:
    """What the headers say about an event: CloudEvents id, source and time, and the trace it belongs to."""

    id: str
    source: str
    time: datetime
    traceparent: str

    @classmethod
    def new(cls, source: str, *, traceparent: str | None = None, event_id: str | None = None) -> "Context":
        """A context for an event made now; `event_id` makes a repeated event recognisable as the same one."""
        return cls(event_id or str(uuid.uuid4()), source, datetime.now(UTC), traceparent or new_traceparent())


@dataclass(frozen=True)
class Message:
    """An encoded event: what is given to a Kafka producer."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


def new_traceparent() -> str:
    """The root of a new trace (W3C Trace Context, version 00, sampled)."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def traceparent_or_new(text: str | None) -> str:
    """The text if it is a `traceparent`, else the root of a new trace."""
    return text if text is not None and _TRACEPARENT.fullmatch(text) else new_traceparent()


def child_traceparent(traceparent: str, span: str | None = None) -> str:
    """The same trace, with a span of its own: 16 hexadecimal digits, new ones if None."""
    version, trace, _, flags = traceparent.split("-")
    return f"{version}-{trace}-{span or secrets.token_hex(8)}-{flags}"


def encode(event: Event, context: Context) -> Message:
    """The event as a Kafka message."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": context.id,
        "ce_source": context.source,
        "ce_type": f"{event.type}.v{event.major}",
        "ce_time": context.time.isoformat(),
        "content-type": "application/json",
        "traceparent": context.traceparent,
    }
    return Message(
        topic=topic_of(event).name,
        key=event.key().encode(),
        value=event.model_dump_json(exclude_none=True).encode(),
        headers=[(name, value.encode()) for name, value in attributes.items()],
    )


def decode(topic: Topic, value: bytes | None, headers: Iterable[tuple[str, bytes]] | None) -> tuple[Event, Context]:
    """The event of a Kafka message of this topic, and its context; what the headers lack is filled in.

    Raises:
        UnknownVersion: `ce_type` has a major version this program does not know.
        InvalidEvent: another type, no JSON, or a field that breaks the contract; the text names the fields.
    """
    attributes = {name.lower(): raw.decode(errors="replace") for name, raw in headers or () if raw is not None}
    _check_type(topic.event, attributes.get("ce_type"))
    if value is None:
        raise InvalidEvent(f"{topic.name}: the message has no value")
    try:
        event = topic.event.model_validate_json(value)
    except ValidationError as error:
        raise InvalidEvent(f"{topic.name}: {_first_problems(error)}") from error
    return event, _context(attributes)


def _check_type(event: type[Event], ce_type: str | None) -> None:
    if ce_type is None:
        return
    match = _TYPE.fullmatch(ce_type)
    if match is None or match["name"] != event.type:
        raise InvalidEvent(f"ce_type is {_quoted(ce_type)!r}, this topic carries {event.type}.v{event.major}")
    if int(match["major"]) != event.major:
        raise UnknownVersion(f"{ce_type} is not known to this program, which reads {event.type}.v{event.major}")


def _context(attributes: dict[str, str]) -> Context:
    return Context(
        id=attributes.get("ce_id") or str(uuid.uuid4()),
        source=attributes.get("ce_source") or "unknown",
        time=_time(attributes.get("ce_time")),
        traceparent=traceparent_or_new(attributes.get("traceparent")),
    )


def _time(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _quoted(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"


def _first_problems(error: ValidationError, most: int = 3) -> str:
    problems: list[Any] = error.errors(include_url=False, include_input=False)
    said = [
        f"{_quoted('.'.join(map(str, problem['loc']))) or 'value'}: {problem['msg']}" for problem in problems[:most]
    ]
    more = len(problems) - most
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")
