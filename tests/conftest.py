"""What several test packages share: reference files by environment variable, and one real Apache Kafka a session."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.local.errors import LocalRunError
from streams.local.kafka import LocalKafka
from tests.support import missing

NewTopic = Callable[..., str]


def _folder(variable: str, what: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        missing(f"{variable} is not set: it names the folder with {what}")
    folder = Path(value)
    if not folder.is_dir():
        missing(f"{variable} is {value}, and there is no such folder")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """Real photos: person/p01.jpg ..., garment/g01.jpg ..., labels.csv."""
    return _folder("VIRTON_SAMPLES", "the sample photos")


@pytest.fixture(scope="session")
def assets() -> Path:
    """Assets for rendered people."""
    return _folder("VIRTON_ASSETS", "the assets")


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Reference tensors of public networks."""
    return _folder("VIRTON_VECTORS", "the test vectors")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A running Apache Kafka of this session. A test that stops or kills it starts it again."""
    broker = LocalKafka(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
    except LocalRunError as error:
        missing(str(error))
    yield broker
    broker.stop()


@pytest.fixture
def new_topic(kafka: LocalKafka) -> NewTopic:
    """Makes an empty topic nobody else uses: `new_topic(partitions=4, prefix="orders", config={...})`, its name."""
    from kafka.admin import KafkaAdminClient

    def make(partitions: int = 1, prefix: str = "test", config: dict[str, str] | None = None) -> str:
        name = f"{prefix}-{uuid.uuid4().hex[:12]}"
        admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        try:
            options = {"num_partitions": partitions, "replication_factor": 1, "configs": config or {}}
            admin.create_topics({name: options}, wait_for_metadata=True)
        finally:
            admin.close()
        return name

    return make
