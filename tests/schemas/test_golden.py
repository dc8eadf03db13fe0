"""The golden JSON of each event: what is on the wire, to the byte."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from schemas.contracts import TRAFFIC, header_schema, json_schema, versioned
from schemas.envelope import Context, decode, encode
from schemas.errors import InvalidEvent, UnknownVersion
from schemas.events import Event
from schemas.topics import BY_NAME, TOPICS, Topic

GOLDEN = Path(__file__).parents[2] / "contracts" / "golden"
EVENTS = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.event.__name__)


def golden(topic: Topic) -> dict[str, Any]:
    message: dict[str, Any] = json.loads((GOLDEN / f"{versioned(topic.event)}.json").read_text("utf-8"))
    return message


def wire(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def headers(message: dict[str, Any]) -> list[tuple[str, bytes]]:
    return [(name, value.encode()) for name, value in message["headers"].items()]


def read(topic: Topic) -> tuple[Event, Context]:
    message = golden(topic)
    return decode(topic, wire(message["value"]), headers(message))


def test_every_event_has_one_golden_file_and_no_other_is_there() -> None:
    """A new event cannot forget its golden JSON, and a renamed one leaves nothing behind."""
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(f"{versioned(t.event)}.json" for t in TOPICS)


@EVENTS
def test_golden_decodes_and_encodes_to_the_same_message(topic: Topic) -> None:
    """Topic, key, headers and value come out as they went in; the value byte for byte."""
    message = golden(topic)
    encoded = encode(*read(topic))
    assert encoded.topic == message["topic"]
    assert encoded.key == message["key"].encode()
    assert encoded.value == wire(message["value"])
    sent = dict(encoded.headers)
    assert sent.keys() == message["headers"].keys()
    assert {name: value.decode() for name, value in sent.items()} == message["headers"]


@EVENTS
def test_golden_fits_its_schemas(topic: Topic) -> None:
    """The committed JSON Schema, the header schema and the key schema describe what is really sent."""
    message = golden(topic)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    for value, schema in (
        (message["value"], json_schema(topic.event)),
        (message["headers"], header_schema(topic.event)),
        (message["key"], TRAFFIC[topic.event].key),
    ):
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema, format_checker=checker).validate(value)


@EVENTS
def test_unknown_fields_are_ignored(topic: Topic) -> None:
    """A newer minor version may add fields anywhere: this program reads the same event."""
    message = golden(topic)
    newer = wire(_with_a_field_more(message["value"]))
    assert decode(topic, newer, headers(message))[0] == read(topic)[0]


def _with_a_field_more(value: Any) -> Any:
    if isinstance(value, dict):
        # `timings` is a map of numbers, where any name is a known one.
        grown = {k: v if k == "timings" else _with_a_field_more(v) for k, v in value.items()}
        return {**grown, "added_in_a_newer_version": {"a": [1]}}
    if isinstance(value, list):
        return [_with_a_field_more(item) for item in value]
    return value


@EVENTS
def test_an_unknown_major_version_is_refused(topic: Topic) -> None:
    """The next major version may mean anything: it is not read, whatever its value looks like."""
    message = golden(topic)
    message["headers"]["ce_type"] = f"{topic.event.type}.v{topic.event.major + 1}"
    with pytest.raises(UnknownVersion, match=r"\.v2 is not known"):
        decode(topic, wire(message["value"]), headers(message))


@EVENTS
def test_another_event_on_this_topic_is_refused(topic: Topic) -> None:
    """A message of another type is an error, even where its fields happen to fit."""
    message = golden(topic)
    message["headers"]["ce_type"] = "com.example.other.v1"
    with pytest.raises(InvalidEvent, match=r"com\.example\.other"):
        decode(topic, wire(message["value"]), headers(message))


@EVENTS
def test_missing_headers_are_filled(topic: Topic) -> None:
    """A producer that knows no CloudEvents is understood: the context gets an id, a time and a trace."""
    event, context = decode(topic, wire(golden(topic)["value"]), None)
    assert event == read(topic)[0]
    assert context.id
    assert context.time.utcoffset() is not None
    jsonschema.validate(
        {name: value.decode() for name, value in encode(event, context).headers}, header_schema(topic.event)
    )


@pytest.mark.parametrize("value", [None, b"", b"null", b"[]", b"\xff\xfe", b'{"tryon": "not a uuid"}', b"{" * 100_000])
def test_bytes_that_are_no_event_are_invalid(value: bytes | None) -> None:
    """Whatever is in the message, the answer is InvalidEvent, never another exception."""
    for topic in TOPICS:
        with pytest.raises(InvalidEvent, match=topic.name):
            decode(topic, value, None)


def test_headers_that_are_not_understood_do_not_stop_an_event() -> None:
    """Broken bytes, a broken time and a broken trace are replaced; the event is read."""
    topic = BY_NAME["virton.tryon.cancelled"]
    broken = [("ce_time", b"yesterday"), ("traceparent", b"00-zz"), ("ce_id", b""), ("other", b"\xff")]
    event, context = decode(topic, wire(golden(topic)["value"]), broken)
    assert event == read(topic)[0]
    assert context.id
    assert context.traceparent != "00-zz"
