"""What the models' tests share: the fetched weights."""

import os
from pathlib import Path

import pytest

from models.weights.fetch import fetch
from models.weights.manifest import WeightsError
from tests.support import missing


@pytest.fixture(scope="session")
def weights() -> Path:
    """The folder of weights (VIRTON_WEIGHTS, or the user's cache), fetched if need be."""
    folder = Path(os.environ.get("VIRTON_WEIGHTS") or Path.home() / ".cache" / "virton" / "weights")
    try:
        fetch(folder)
    except WeightsError as error:
        missing(str(error))
    return folder
