"""The committed documents are what the code says, and AsyncAPI 3 is what they are."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from schemas.contracts import TRAFFIC, asyncapi, documents, json_schema
from schemas.topics import TOPICS
from streams.cli import main
from tests import npm

CONTRACTS = Path(__file__).parents[2] / "contracts"
SPECS = Path(__file__).parent / "asyncapi"


def test_the_committed_documents_are_those_of_the_code() -> None:
    """Who changes an event and forgets `virton contracts` is told here."""
    result = CliRunner().invoke(main, ["contracts", "--out", str(CONTRACTS), "--check"])
    assert result.exit_code == 0, result.output


def test_a_document_that_drifted_is_found_and_mended(tmp_path: Path) -> None:
    """--check names a changed, a missing and a left-over document; writing mends all three."""
    runner = CliRunner()
    write, check = ["contracts", "--out", str(tmp_path)], ["contracts", "--out", str(tmp_path), "--check"]
    assert runner.invoke(main, write).exit_code == 0
    assert runner.invoke(main, check).exit_code == 0
    changed, missing, left = (
        tmp_path / name for name in ("asyncapi.json", "schemas/virton.dead-letter.v1.json", "schemas/old.json")
    )
    changed.write_text("{}")
    missing.unlink()
    left.write_text("{}")
    found = runner.invoke(main, check)
    assert found.exit_code == 1
    for path in (changed, missing, left):
        assert str(path) in found.stderr
    assert runner.invoke(main, write).exit_code == 0
    assert runner.invoke(main, check).exit_code == 0


def _official_schema() -> dict[str, Any]:
    """AsyncAPI's own JSON Schema, from its npm package at the locked version; not ours to commit."""
    npm.install(SPECS)
    path = SPECS / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


def test_the_document_is_valid_by_the_official_schema() -> None:
    """AsyncAPI's own schema, Kafka bindings included, accepts the document and refuses a broken one."""
    validator = jsonschema.Draft7Validator(_official_schema())
    validator.validate(asyncapi())
    broken = asyncapi()
    broken["channels"]["photoUploaded"]["bindings"]["kafka"]["partitions"] = 0
    assert not validator.is_valid(broken)


def test_every_reference_in_the_document_leads_somewhere() -> None:
    """`#/...` is in the document, and a payload's schema is a document that is written with it."""
    document, files = asyncapi(), documents()

    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [ref for item in value for ref in references(item)]
        if not isinstance(value, dict):
            return []
        own = [value["$ref"]] if "$ref" in value else []
        return own + [ref for item in value.values() for ref in references(item)]

    found = references(document)
    assert len(found) > 3 * len(TOPICS)
    for reference in found:
        if not reference.startswith("#/"):
            assert reference in files
            continue
        place: Any = document
        for name in reference[2:].split("/"):
            place = place[name]


def test_channels_are_the_topics() -> None:
    """Address, partitions and retention are those that `virton topics` creates; every topic is used."""
    channels = {channel["address"]: channel for channel in asyncapi()["channels"].values()}
    assert channels.keys() == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        binding = channels[topic.name]["bindings"]["kafka"]
        assert binding["partitions"] == topic.partitions
        said = {k: ",".join(v) if isinstance(v, list) else str(v) for k, v in binding["topicConfiguration"].items()}
        assert said == topic.config
    used = {operation["channel"]["$ref"] for operation in asyncapi()["operations"].values()}
    assert used == {f"#/channels/{name}" for name in asyncapi()["channels"]}


def test_a_shop_writes_what_virton_receives() -> None:
    """The topics that a shop may write, and no others, are received and not internal."""
    for_shops = {e.type for e, traffic in TRAFFIC.items() if traffic.receives is not None and not traffic.internal}
    assert for_shops == {
        "virton.photo.uploaded",
        "virton.tryon.cancelled",
        "virton.feedback.given",
        "virton.shopper.erased",
    }


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.event.__name__)
def test_the_json_schema_refuses_what_the_event_refuses(topic: Any) -> None:
    """A value that lacks a required field is refused by the schema too: it is no empty promise."""
    schema = json_schema(topic.event)
    assert schema["required"]
    with pytest.raises(jsonschema.ValidationError, match="is a required property"):
        jsonschema.Draft202012Validator(schema).validate({})
