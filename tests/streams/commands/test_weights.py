"""`virton weights`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.weights.manifest import MANIFEST
from streams.commands.weights import command


@pytest.fixture(autouse=True)
def nothing_reachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty weights folder, and no index to fetch from."""
    monkeypatch.setenv("VIRTON_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))


def test_list_prints_the_manifest() -> None:
    """One JSON object a line: source, hash and licence of each weight, and whether it is there."""
    result = CliRunner().invoke(command, ["list"])
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["name"] for line in lines] == [weight.name for weight in MANIFEST]
    for line in lines:
        assert {"source", "sha256", "licence", "commercial"} <= set(line)
        assert line["fetched"] is False


def test_fetch_offline_is_one_sentence() -> None:
    """Exit 1, nothing on stdout, and on stderr what is wrong and what to do."""
    result = CliRunner().invoke(command, ["fetch"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert "virton weights fetch" in result.stderr


def test_an_unknown_name_is_a_usage_error() -> None:
    """Exit 2, with the command that lists the names."""
    result = CliRunner().invoke(command, ["fetch", "schp"])
    assert result.exit_code == 2
    assert "virton weights list" in result.stderr
