"""The examples, run as a stranger would: a shop's backend over Kafka, from two pictures to one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import npm

pytestmark = pytest.mark.system

EXAMPLES = Path(__file__).parents[2] / "examples"
LANGUAGES = pytest.mark.parametrize("language", ["python", "node"])


def program(language: str) -> list[str]:
    """The command that runs the example."""
    if language == "python":
        return [sys.executable, str(EXAMPLES / "python" / "tryon.py")]
    npm.install(EXAMPLES / "node")
    return [str(npm.NODE), str(EXAMPLES / "node" / "tryon.js")]


def run(language: str, service: Any, person: Path, garment: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """The example against the running service."""
    command = [*program(language), str(person), str(garment), "--category", "upper", "--out", str(out)]
    command += ["--server", service.url, "--kafka", service.bootstrap, "--shop", f"shop-{language}"]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


@LANGUAGES
def test_the_example_gets_a_picture(language: str, service: Any, samples: Path, tmp_path: Path) -> None:
    """It ends with 0, prints the result event, and the picture is a PNG of the photo's size."""
    [person] = (samples / "person").glob("p01_*")
    [garment] = (samples / "garment").glob("g02_*")
    out = tmp_path / "result.png"
    done = run(language, service, person, garment, out)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["status"] == "completed"
    assert result["request"]["shop"] == f"shop-{language}"
    with Image.open(out) as picture, Image.open(person) as photo:
        assert picture.format == "PNG"
        assert picture.size == photo.size


@LANGUAGES
def test_the_example_says_why_there_is_no_picture(language: str, service: Any, samples: Path, tmp_path: Path) -> None:
    """A garment's photo shows no person: the example ends with 1 and passes the advice on."""
    [garment] = (samples / "garment").glob("g02_*")
    out = tmp_path / "result.png"
    done = run(language, service, garment, garment, out)
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert result["status"] == "rejected"
    assert [finding["code"] for finding in result["findings"] if finding["severity"] == "reject"] == ["no_person"]
    assert result["advice"] in done.stderr
    assert not out.exists()
