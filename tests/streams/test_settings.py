"""The README's table of settings is the program's own."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from streams.settings import Settings

README = Path(__file__).parents[2] / "README.md"


def rows() -> list[str]:
    """The table's rows as the README must have them."""
    found = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.get_default()}`"
        if "Secret" in str(field.annotation):
            default = ""
        found.append(f"| `VIRTON_{name.upper()}` | {default} | {field.description or ''} |")
    return found


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    """Nobody has to read the source to configure a part: name, default and meaning stand in one table."""
    readme = README.read_text()
    missing = [row for row in rows() if row not in readme]
    assert not missing, "README.md lacks:\n" + "\n".join(missing)


def test_a_wrong_value_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that is no port is refused when the part starts, by the name of its setting."""
    monkeypatch.setenv("VIRTON_GATEWAY_PORT", "http")
    with pytest.raises(ValidationError, match="gateway_port"):
        Settings()
