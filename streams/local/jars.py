"""The jars of Apache Kafka: resolved by Maven from our pom once, then taken from the user's cache, offline."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.local.errors import LocalRunError

POM = Path(__file__).with_name("pom.xml")
CACHE = Path.home() / ".cache" / "virton" / "kafka"
OLDEST_JAVA = 17  # Kafka 4 brokers are compiled for it

_INSTALL_JDK = "Install a JDK 17 or newer (Debian: apt install openjdk-17-jre-headless), or point JAVA_HOME to one."


def java() -> str:
    """The `java` program: that of JAVA_HOME, else the one on the PATH.

    Raises:
        LocalRunError: there is none, or it is older than 17.
    """
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if program is None:
        raise LocalRunError(f"The local Apache Kafka needs Java, and there is none. {_INSTALL_JDK}")
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    match = re.search(r'version "(?:1\.)?(\d+)', said)
    if match is None:
        raise LocalRunError(f"{program} does not tell its version. {_INSTALL_JDK}")
    if int(match[1]) < OLDEST_JAVA:
        raise LocalRunError(f"The local Apache Kafka needs Java 17, and {program} is Java {match[1]}. {_INSTALL_JDK}")
    return program


def are_fetched(cache: Path = CACHE) -> bool:
    """True if `jars` needs neither Maven nor the network."""
    return _folder(cache, _version()).is_dir()


def jars(cache: Path = CACHE) -> Path:
    """The folder with Kafka's jars. Downloads them (some 45 MB) the first time, telling stderr each one.

    Raises:
        LocalRunError: Maven is missing, or could not fetch them.
    """
    version = _version()
    folder = _folder(cache, version)
    if not folder.is_dir():
        with _alone(cache):
            if not folder.is_dir():
                _fetch(version, folder)
    return folder


def _version() -> str:
    match = re.search(r"<kafka.version>(.+?)<", POM.read_text(encoding="utf-8"))
    assert match is not None
    return match[1]


def _folder(cache: Path, version: str) -> Path:
    """The pom's hash is part of the name: another set of jars is another folder, never a mixture."""
    return cache / f"{version}-{hashlib.sha256(POM.read_bytes()).hexdigest()[:8]}"


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """One process at a time: Maven 3's own repository is not safe for two."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(version: str, folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise LocalRunError(
            "Fetching Apache Kafka needs Maven, and there is none: install it (Debian: apt install maven)."
        )
    _say(f"Fetching Apache Kafka {version} with Maven (once, some 45 MB) ...")
    # Beside the final folder and renamed when complete: a broken download leaves nothing that looks whole.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as temporary:
        target = Path(temporary) / "jars"
        # --strict-checksums: a jar whose checksum is wrong ends the build, where Maven's default only warns.
        command = [maven, "--batch-mode", "--strict-checksums", "--file", str(POM), "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={target}"]
        lines = []
        with subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if found := re.search(r"Downloaded from .*/(\S+\.jar \(.+? at)", line):
                    _say(f"  {found[1].removesuffix(' at')})")
        if process.returncode != 0:
            _say("".join(lines[-30:]))
            raise LocalRunError("Maven could not fetch Apache Kafka: its last lines are above; is the network there?")
        target.rename(folder)
    _say(f"Apache Kafka {version} is in {folder}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        jars()
    except LocalRunError as missing:
        sys.exit(f"Error: {missing}")
