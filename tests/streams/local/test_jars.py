"""What is missing on a machine is said in one sentence that names what to install."""

from pathlib import Path

import pytest

from streams.local import jars
from streams.local.errors import LocalRunError


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Java the sentence names the package."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalRunError, match=r"there is none\. Install a JDK 17"):
        jars.java()


@pytest.mark.parametrize("version", ["11.0.22", "1.8.0_402"])
def test_an_old_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    """Java 11 and the old way of counting (1.8) are both recognised as too old."""
    _program(tmp_path, "bin/java", f"echo 'openjdk version \"{version}\" 2024-01-16' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(LocalRunError, match=r"needs Java 17, and .* is Java (11|8)\. Install a JDK 17"):
        jars.java()


def test_java_home_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """JAVA_HOME names the Java to use, as every other program on Java has it."""
    _program(tmp_path, "bin/java", "echo 'openjdk version \"21\" 2023-09-19' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert jars.java() == str(tmp_path / "bin" / "java")


def test_no_maven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without Maven and without cached jars the sentence names the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalRunError, match="Debian: apt install maven"):
        jars.jars(tmp_path / "cache")


def test_a_failed_download_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A broken download must not look like a complete set of jars the next time."""
    _program(tmp_path, "mvn", "echo 'no route to host'; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(LocalRunError, match="Maven could not fetch"):
        jars.jars(tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [".lock"]


def test_cached_jars_need_no_maven(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second time is offline: Maven, present once, is not called again."""
    script = f"""
for argument; do case $argument in -DoutputDirectory=*) folder=${{argument#*=}};; esac; done
mkdir -p "$folder" && touch "$folder/kafka.jar" && echo called >> {tmp_path}/calls
echo '[INFO] Downloaded from central: https://example.org/kafka.jar (9.2 MB at 3 MB/s)'
"""
    _program(tmp_path, "mvn", script)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    folder = jars.jars(tmp_path / "cache")
    assert jars.jars(tmp_path / "cache") == folder
    assert (folder / "kafka.jar").exists()
    assert (tmp_path / "calls").read_text() == "called\n"
