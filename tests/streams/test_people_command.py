"""`virton people`: what it refuses, and what it says then."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.run import render
from streams.commands import people
from tests.models.synthetic.painting import noise

ORDER = {"--count": "2", "--seed": "1", "--size": "64x48", "--pass": "geometry"}


def run(out: Path, **changes: str) -> tuple[int, str]:
    """Exit status and stderr of `virton people render` with changed options."""
    options = ORDER | {f"--{name}": value for name, value in changes.items()}
    result = CliRunner().invoke(
        people.command, ["render", "--out", str(out), *(word for pair in options.items() for word in pair)]
    )
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"size": "384"}, 2, "write the height, x, the width"),
        ({"size": "16x16"}, 1, "32 to 4000 pixels a side, not 16x16"),
        ({"count": "0"}, 1, "the count must be at least 1"),
        ({"seed": "-4"}, 1, "must not be negative"),
        ({"regime": "dream"}, 2, "'dream' is not one of"),
        ({"workers": "0"}, 2, "workers"),
    ],
)
def test_wrong_options_are_refused_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, str], status: int, message: str
) -> None:
    """The message names the option's range; the folder is not made."""
    code, stderr = run(tmp_path / "t", **changes)
    assert code == status
    assert message in stderr
    assert not (tmp_path / "t").exists()


def test_a_missing_extra_is_named_with_what_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Serving installs none of what renders people: the message is what to type."""
    monkeypatch.setattr(people, "find_spec", lambda name: None if name == "anny" else find_spec(name))
    code, stderr = run(tmp_path / "t")
    assert code == 1
    assert "pip install 'virton[people]'" in stderr


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Here a file is in the way; a folder without rights gives the same error."""
    (tmp_path / "file").write_bytes(b"")
    code, stderr = run(tmp_path / "file" / "t")
    assert code == 1
    assert "cannot be written" in stderr


def test_a_sheet_of_what_is_there(tmp_path: Path) -> None:
    """The sheet is a PNG with a row for each tuple, and its command says which; a folder of nothing is refused."""
    plan = Plan(count=5, seed=5, height=48, width=32, regime="real", mode="show")
    render(plan, tmp_path / "t", noise, workers=0)
    out = tmp_path / "s.png"
    result = CliRunner().invoke(
        people.command, ["sheet", str(tmp_path / "t"), "--count", "2", "--height", "32", "--out", str(out)]
    )
    assert json.loads(result.stdout) == {"sheet": str(out), "tuples": [0, 4]}
    assert out.read_bytes().startswith(b"\x89PNG")

    result = CliRunner().invoke(people.command, ["sheet", str(tmp_path)])
    assert result.exit_code == 1
    assert "holds no rendered tuples" in result.stderr
