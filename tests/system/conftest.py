"""One running service for all system tests, and a shop that uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.local import jars
from streams.local.errors import LocalRunError
from tests.support import missing
from tests.system.service import Service
from tests.system.shop import Shop


@pytest.fixture(scope="session")
def runnable() -> None:
    """Ends tests of the whole service with the reason where this machine cannot run it."""
    try:
        jars.java()
        jars.jars()
    except LocalRunError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def service(runnable: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service. A test that stops one starts its own."""
    running = Service(tmp_path_factory.mktemp("service") / "data").start()
    yield running
    running.stop()


@pytest.fixture
def own_service(runnable: None, tmp_path: Path) -> Iterator[Service]:
    """A service of the test's own, not yet started."""
    own = Service(tmp_path / "data")
    yield own
    own.kill()


@pytest.fixture
def shop(service: Service) -> Iterator[Shop]:
    """A shop that publishes events itself and reads the results."""
    with Shop(service) as opened:
        yield opened


@pytest.fixture(scope="session")
def person(samples: Path) -> Path:
    """A photo that will do: a man, full length, 768 x 1024 or so."""
    return samples / "person" / "p13_man_full_frontal.png"


@pytest.fixture(scope="session")
def garment(samples: Path) -> Path:
    """An upper garment with a graphic."""
    return samples / "garment" / "g04_upper_longsleeve_graphic.jpg"
