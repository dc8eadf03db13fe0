"""`virton check`: one JSON object a line, in order, exit 0."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from models.photo.decode import Decoder
from models.photo.networks import open_reader
from models.weights.fetch import fetch
from models.weights.manifest import WeightsError
from schemas.events import Category
from streams.commands.check import command
from streams.gateway.checks import PhotoChecks
from streams.settings import Settings
from tests.support import missing


@pytest.fixture(scope="module", autouse=True)
def weights() -> None:
    """The weights are where the command looks for them."""
    try:
        fetch(Settings().weights_folder)
    except WeightsError as error:
        missing(str(error))


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    """A photo of nobody, a text, a bomb, a cut JPEG and an empty file."""
    grey = Image.new("RGB", (800, 600), "grey")
    out = io.BytesIO()
    grey.save(out, "JPEG")
    contents = {
        "nobody.jpg": out.getvalue(),
        "text.jpg": b"Dear Sir or Madam",
        "cut.jpg": out.getvalue()[:-300],
        "empty.png": b"",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    return [str(tmp_path / name) for name in (*contents, "bomb.png")]


def test_the_gateway_says_exactly_the_same(photos: list[str]) -> None:
    """`POST /v1/checks` and `virton check` make one report: each field of each photo is the same."""
    printed = [json.loads(line) for line in CliRunner().invoke(command, photos).stdout.splitlines()]
    with Decoder(1) as decoder, open_reader(Settings().weights_folder) as reader:
        checks = PhotoChecks(decoder.decode, lambda: reader)
        told = [checks(path, Path(path).read_bytes(), Category.DRESS, "en") for path in photos]
    assert [report.model_dump(mode="json") for report in told] == printed


def test_a_line_for_each_photo_in_order(photos: list[str]) -> None:
    """Each line names its photo as given, and has a verdict, findings with advice, and an expected accuracy."""
    result = CliRunner().invoke(command, photos)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["photo"] for line in lines] == photos
    codes = [[finding["code"] for finding in line["findings"]] for line in lines]
    assert codes == [["no_person"], *[["unreadable_image"]] * 4]
    for line in lines:
        assert set(line) == {"photo", "verdict", "findings", "expected_accuracy"}
        assert line["verdict"] == "reject"
        assert 0.0 <= line["expected_accuracy"] < 0.1
        for finding in line["findings"]:
            assert set(finding) == {"code", "severity", "value", "threshold", "advice", "hint"}
            assert finding["advice"]


def test_a_sound_photo_is_accepted(samples: Path) -> None:
    """A real full-length photo, with a category and a locale."""
    path = str(samples / "person" / "p12_woman_full_frontal.png")
    result = CliRunner().invoke(command, [path, "--category", "upper", "--locale", "de"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["verdict"], report["findings"]) == ("accept", [])
    assert 0.5 < report["expected_accuracy"] <= 1.0


def test_a_garment_is_checked_as_one(samples: Path, tmp_path: Path) -> None:
    """With `--subject garment` a shop's picture has nothing wrong, and an empty one is no garment."""
    Image.new("RGB", (600, 800), "white").save(tmp_path / "white.png")
    paths = [str(samples / "garment" / "g01_upper_hoodie_flat.jpg"), str(tmp_path / "white.png")]
    result = CliRunner().invoke(command, [*paths, "--subject", "garment", "--category", "upper"])
    assert result.exit_code == 0, result.output
    sound, empty = map(json.loads, result.stdout.splitlines())
    assert (sound["verdict"], sound["findings"]) == ("accept", [])
    assert [finding["code"] for finding in empty["findings"]] == ["no_garment"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["nowhere.jpg"], "does not exist"), ([], "Missing argument"), (["x", "--category", "hat"], "hat")],
)
def test_usage_errors(arguments: list[str], says: str) -> None:
    """A file that is not there, no file, a category that does not exist: exit 2, nothing on stdout."""
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr


def test_missing_weights_name_the_command(photos: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without weights: exit 1 and one sentence."""
    monkeypatch.setenv("VIRTON_WEIGHTS", str(tmp_path / "none"))
    result = CliRunner().invoke(command, photos)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "virton weights fetch" in result.stderr
