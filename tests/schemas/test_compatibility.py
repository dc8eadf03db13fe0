"""A class changes by optional additions only: what was published as v1 is in `published_v1.json`, and never edited.

That file lists every field by its path (`request.garments[].id`), with its types, its allowed values and whether it is
required. It only grows, by new fields, when a version is released: `published(...)` below makes the entry.
"""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.contracts import json_schema, versioned
from schemas.topics import TOPICS

Schema = dict[str, Any]
Fields = dict[str, Schema]

PUBLISHED: dict[str, Fields] = json.loads((Path(__file__).parent / "published_v1.json").read_text("utf-8"))
GOLDEN = Path(__file__).parents[2] / "contracts" / "golden"
EVENTS = pytest.mark.parametrize("event", [topic.event for topic in TOPICS], ids=lambda event: event.__name__)

# Fields that no golden event can have: its try-on is completed, so there is no reason for a failure.
ABSENT = {"virton.tryon.result.v1": {"reason"}}


def published(schema: Schema) -> Fields:
    """Every field of a JSON Schema by its path."""
    return dict(_fields(schema, schema, ""))


def _fields(root: Schema, node: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    for name, field in node.get("properties", {}).items():
        inner = f"{path}.{name}" if path else name
        variants = [_resolved(root, variant) for variant in field.get("anyOf", [field])]
        yield (
            inner,
            {
                "types": sorted({variant["type"] for variant in variants}),
                "values": sorted(v for variant in variants for v in variant.get("enum", [])) or None,
                "required": name in node.get("required", []),
            },
        )
        for variant in variants:
            yield from _fields(root, variant, inner)
            items = _resolved(root, variant.get("items", {}))
            if items:
                yield from _fields(root, items, f"{inner}[]")


def _resolved(root: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return node


def broken(before: Fields, now: Fields) -> list[str]:
    """How the fields of now break those who read or write the fields of before."""
    problems = []
    for path, field in before.items():
        current = now.get(path)
        if current is None:
            problems.append(f"{path} is gone")
            continue
        if not set(field["types"]) <= set(current["types"]):
            problems.append(f"{path} no longer takes {field['types']}")
        if current["values"] is not None and not set(field["values"] or ["anything"]) <= set(current["values"]):
            problems.append(f"{path} no longer takes some of {field['values']}")
        if current["required"] and not field["required"]:
            problems.append(f"{path} has become required")
        if field["required"] and not current["required"]:
            problems.append(f"{path} is no longer always there")
    for path in now.keys() - before.keys():
        parent = path.rpartition(".")[0].removesuffix("[]")
        if now[path]["required"] and (not parent or parent in before):
            problems.append(f"{path} is new and required")
    return problems


@EVENTS
def test_events_change_by_optional_additions_only(event: Any) -> None:
    """Everything that was published is still there, as it was, and nothing new is required."""
    assert broken(PUBLISHED[versioned(event)], published(json_schema(event))) == []


@EVENTS
def test_golden_events_show_every_field_that_was_published(event: Any) -> None:
    """A golden event cannot be changed by leaving a published field out or by moving it elsewhere."""
    value = json.loads((GOLDEN / f"{versioned(event)}.json").read_text("utf-8"))["value"]
    shown = set(_paths(value, ""))
    assert PUBLISHED[versioned(event)].keys() - shown == ABSENT.get(versioned(event), set())


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (here := f"{path}.{name}" if path else name)
            yield from _paths(inner, here)
    elif isinstance(value, list):
        for item in value:
            yield from _paths(item, f"{path}[]")


def _drop(fields: Fields) -> None:
    del fields["request.garments[].id"]


def _require(fields: Fields) -> None:
    fields["request.garments[].back"]["required"] = True


def _relax(fields: Fields) -> None:
    fields["tryon"]["required"] = False


def _retype(fields: Fields) -> None:
    fields["request.options.samples"]["types"] = ["string"]


def _narrow(fields: Fields) -> None:
    fields["request.garments[].category"]["values"] = ["lower", "upper"]


def _add_required(fields: Fields) -> None:
    fields["request.country"] = {"types": ["string"], "values": None, "required": True}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_drop, "is gone"),
        (_require, "has become required"),
        (_relax, "no longer always there"),
        (_retype, "no longer takes"),
        (_narrow, "no longer takes some of"),
        (_add_required, "is new and required"),
    ],
)
def test_an_incompatible_change_is_found(change: Callable[[Fields], None], problem: str) -> None:
    """The comparison sees a dropped, newly required, relaxed, retyped, narrowed and added required field."""
    fields = PUBLISHED["virton.photo.uploaded.v1"]
    changed = copy.deepcopy(fields)
    change(changed)
    found = broken(fields, changed)
    assert len(found) == 1
    assert problem in found[0]


def test_an_optional_addition_is_compatible() -> None:
    """A new optional field, and a new optional record with required fields of its own, break nobody."""
    fields = PUBLISHED["virton.photo.uploaded.v1"]
    more: Fields = {
        "request.channel": {"types": ["object"], "values": None, "required": False},
        "request.channel.name": {"types": ["string"], "values": None, "required": True},
    }
    assert broken(fields, {**fields, **more}) == []
