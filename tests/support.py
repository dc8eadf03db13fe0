"""What tests of every kind use."""

import os
from typing import NoReturn

import pytest

# On CI nothing that a test needs may be missing: there a skip would hide it.
ON_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def missing(reason: str) -> NoReturn:
    """Ends the test for something this machine lacks: skipped with the reason, a failure on CI."""
    if ON_CI:
        pytest.fail(f"{reason} (CI is set, so this is no reason to skip)", pytrace=False)
    pytest.skip(reason)
