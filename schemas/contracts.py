"""The contract as documents: AsyncAPI 3.0 with Kafka bindings, and one JSON Schema (2020-12) per event."""

from dataclasses import dataclass
from typing import Any

from schemas import events
from schemas.envelope import TRACEPARENT
from schemas.topics import TOPICS, Topic

Document = dict[str, Any]

ASYNCAPI = "3.0.0"
KAFKA_BINDING = "0.5.0"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
CONTRACT_VERSION = "1.0.0"

SHOPPER: Document = {"type": "string", "description": "The shopper's pseudonym: `request.shopper`, or `shopper`."}
TRYON: Document = {"type": "string", "format": "uuid", "description": "The try-on's id, `tryon`."}


@dataclass(frozen=True)
class Traffic:
    """Who writes and reads a topic, seen from Virton as a whole: `receives` and `sends` say what for, None not at all.

    A topic that is `internal` connects Virton's own stages; a shop may read it, and never writes it.
    """

    key: Document
    receives: str | None = None
    sends: str | None = None
    internal: bool = False


TRAFFIC: dict[type[events.Event], Traffic] = {
    events.PhotoUploaded: Traffic(
        key=SHOPPER,
        receives="A shop asks for a try-on, having uploaded the pictures. `tryon` is the idempotency key.",
        sends="The gateway asks for a try-on that came over HTTP.",
    ),
    events.PhotoValidated: Traffic(
        key=SHOPPER, receives="Parsing begins.", sends="Validation accepted the photo.", internal=True
    ),
    events.PhotoParsed: Traffic(
        key=TRYON, receives="Generation begins.", sends="Parsing stored what it found.", internal=True
    ),
    events.TryOnProgress: Traffic(key=TRYON, sends="A stage has done a step."),
    events.TryOnResult: Traffic(key=TRYON, sends="A try-on has ended; drop repeats by `tryon`."),
    events.TryOnCancelled: Traffic(
        key=TRYON, receives="A shop no longer wants a try-on.", sends="A cancellation that came over HTTP."
    ),
    events.FeedbackGiven: Traffic(
        key=TRYON, receives="A shop says whether a picture looks right.", sends="Feedback that came over HTTP."
    ),
    events.TrainingExample: Traffic(
        key=SHOPPER,
        receives="The collector adds a row to the dataset.",
        sends="Feedback met its result.",
        internal=True,
    ),
    events.ShopperErased: Traffic(
        key=SHOPPER, receives="Reserved: no part erases anything yet.", sends="Reserved: nothing is sent yet."
    ),
    events.ModelReleased: Traffic(
        key={"type": "string", "description": "`SHOP/MODEL/ALIAS`; SHOP is `*` for every shop."},
        receives="Reserved: generation serves the model that comes with the program.",
        sends="Reserved: nothing is sent yet.",
        internal=True,
    ),
    events.DeadLetter: Traffic(
        key={"type": "string", "description": "The key of the event that could not be handled."},
        receives="`virton dead-letters replay` tries it again.",
        sends="An event could not be handled.",
        internal=True,
    ),
}


def versioned(event: type[events.Event]) -> str:
    """The CloudEvents type, `virton.photo.uploaded.v1`; also the name of the event's files."""
    return f"{event.type}.v{event.major}"


def json_schema(event: type[events.Event]) -> Document:
    """The JSON Schema of an event's value. Optional fields may be absent or null; unknown fields are ignored."""
    schema = event.model_json_schema(mode="validation")
    return {"$schema": JSON_SCHEMA, "$id": f"urn:virton:{versioned(event)}", **schema}


def header_schema(event: type[events.Event]) -> Document:
    """The JSON Schema of an event's Kafka headers: CloudEvents in binary content mode, and W3C Trace Context."""
    return {
        "type": "object",
        "description": "CloudEvents 1.0 attributes (binary content mode). What is missing is accepted and filled.",
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": {"type": "string", "minLength": 1, "description": "Repeats of an event carry the same id."},
            "ce_source": {"type": "string", "format": "uri-reference", "minLength": 1},
            "ce_type": {"type": "string", "const": versioned(event)},
            "ce_time": {"type": "string", "format": "date-time"},
            "content-type": {"type": "string", "const": "application/json"},
            "traceparent": {"type": "string", "pattern": TRACEPARENT},
        },
    }


def asyncapi(topics: tuple[Topic, ...] = TOPICS) -> Document:
    """The AsyncAPI document; payloads refer to `schemas/TYPE.json` beside it."""
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Virton",
            "version": CONTRACT_VERSION,
            "description": (
                "A virtual fitting room over Apache Kafka. Pictures are never in events: upload them over HTTP "
                "(`POST /v1/objects`) and refer to them. Delivery is at least once; drop repeats by `ce_id`, and "
                "results by `tryon`. Unknown fields are ignored and new ones are optional."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {"host": "127.0.0.1:9092", "protocol": "kafka", "description": "What `virton up` starts."},
        },
        "channels": {_name(topic): _channel(topic) for topic in topics},
        "operations": {name: operation for topic in topics for name, operation in _operations(topic)},
        "components": {"messages": {topic.event.__name__: _message(topic.event) for topic in topics}},
    }


def documents() -> dict[str, Document]:
    """Every document by its path in the contracts' folder."""
    schemas = {f"schemas/{versioned(topic.event)}.json": json_schema(topic.event) for topic in TOPICS}
    return {"asyncapi.json": asyncapi(), **schemas}


def _name(topic: Topic) -> str:
    name = topic.event.__name__
    return name[0].lower() + name[1:]


def _channel(topic: Topic) -> Document:
    configuration: Document = {
        key: value.split(",") if key == "cleanup.policy" else int(value) for key, value in topic.config.items()
    }
    message = topic.event.__name__
    return {
        "address": topic.name,
        "title": message,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "tags": [{"name": "internal" if TRAFFIC[topic.event].internal else "shop"}],
    }


def _operations(topic: Topic) -> list[tuple[str, Document]]:
    traffic = TRAFFIC[topic.event]
    channel = {"$ref": f"#/channels/{_name(topic)}"}
    message = {"$ref": f"#/channels/{_name(topic)}/messages/{topic.event.__name__}"}
    said = {"receive": traffic.receives, "send": traffic.sends}
    return [
        (
            f"{action}{topic.event.__name__}",
            {"action": action, "channel": channel, "summary": summary, "messages": [message]},
        )
        for action, summary in said.items()
        if summary is not None
    ]


def _message(event: type[events.Event]) -> Document:
    return {
        "name": versioned(event),
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "headers": header_schema(event),
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"schemas/{versioned(event)}.json"},
        },
        "bindings": {"kafka": {"key": TRAFFIC[event].key, "bindingVersion": KAFKA_BINDING}},
    }
