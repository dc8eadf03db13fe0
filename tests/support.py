"""What tests of every kind use."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

# On CI nothing that a test needs may be missing: there a skip would hide it.
ON_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def missing(reason: str) -> NoReturn:
    """Ends the test for something this machine lacks: skipped with the reason, a failure on CI."""
    if ON_CI:
        pytest.fail(f"{reason} (CI is set, so this is no reason to skip)", pytrace=False)
    pytest.skip(reason)


def runs(pid: int) -> bool:
    """True if the process is there and not a zombie, whoever ought to have asked for its status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: Callable[[], object], within_s: float, what: str) -> None:
    """Returns once the condition holds; fails the test after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)
