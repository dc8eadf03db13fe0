"""The local Apache Kafka: its data survives every end, and it never outlives whoever started it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from streams.local.errors import LocalRunError
from streams.local.kafka import LocalKafka, answers, free_port, is_free
from tests.support import missing, runs, until

pytestmark = pytest.mark.kafka

TOPIC = "survives"

_OWNER = """
import sys, time
from pathlib import Path
from streams.local.kafka import LocalKafka
kafka = LocalKafka(Path(sys.argv[1]))
kafka.start()
print(kafka.pid, kafka.port, flush=True)
time.sleep(60)
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[LocalKafka]:
    """A node of this test's own, since the session's is used by others, in a folder whose name breaks careless code."""
    node = LocalKafka(tmp_path / "a folder, any folder: \\\u00fc\u4e2d")
    try:
        node.start()
    except LocalRunError as error:
        missing(str(error))
    yield node
    node.stop()


def _write(node: LocalKafka, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=node.bootstrap, acks="all")
    producer.send(TOPIC, value).get(timeout=20)
    producer.close()


def _read(node: LocalKafka) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=node.bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=3000)
    partition = TopicPartition(TOPIC, 0)
    consumer.assign([partition])
    end = consumer.end_offsets([partition])[partition]
    values = [message.value for _, message in zip(range(end), consumer, strict=False)]
    consumer.close()
    return values


def test_acknowledged_messages_survive_a_stop_and_a_sigkill(own: LocalKafka) -> None:
    """What the broker acknowledged is there after a graceful restart and after SIGKILL, at the same address."""
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=own.bootstrap)) as admin:
        admin.create_topics({TOPIC: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    address = own.bootstrap

    _write(own, b"before the stop")
    own.restart()
    _write(own, b"before the kill")
    own.kill()
    own.start()

    assert _read(own) == [b"before the stop", b"before the kill"]
    assert own.bootstrap == address


def test_stop_is_graceful_and_quick(own: LocalKafka) -> None:
    """SIGTERM is enough: the node shuts down by itself well within the 10 s it is given."""
    began = time.monotonic()
    own.stop()

    assert time.monotonic() - began < 8
    assert own.pid is None
    assert is_free(own.port)
    assert "Kafka Server stopped" in own.log.read_text() or "shut down completely" in own.log.read_text()


def test_a_folder_in_use_is_refused(own: LocalKafka) -> None:
    """Two nodes on one folder would destroy it: the second is told who uses it."""
    with pytest.raises(LocalRunError, match=rf"in use by another Virton \(process {os.getpid()}\)"):
        LocalKafka(own.data).start()
    assert answers(own.port)


def test_a_port_in_use_is_refused(own: LocalKafka, tmp_path: Path) -> None:
    """A taken port is said at once, in one sentence, before a JVM is started for it."""
    with pytest.raises(LocalRunError, match=f"Port {own.port}.*is taken"):
        LocalKafka(tmp_path / "other", own.port).start()


def test_a_node_dies_with_its_owner(tmp_path: Path) -> None:
    """SIGKILL of the owner, which can clean up nothing, ends the JVM too, and the folder is free again."""
    with subprocess.Popen([sys.executable, "-c", _OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid, port = map(int, owner.stdout.readline().split())
        assert answers(port)
        owner.send_signal(signal.SIGKILL)

    until(lambda: not runs(pid), 5, "the JVM's end")
    next_owner = LocalKafka(tmp_path)
    next_owner.launch()  # the lock is free: the same folder is taken at once
    next_owner.kill()


def test_a_free_port_is_given_once() -> None:
    """A node needs several: two that are equal end its start, which happened once in thousands of starts."""
    ports = [free_port() for _ in range(500)]

    assert len(set(ports)) == len(ports)
    assert max(ports) < 32_768  # outgoing connections, which take theirs from above, cannot get in between


def test_nothing_answers_on_a_free_port() -> None:
    """`answers` is about a Kafka broker, not about the machine."""
    assert not answers(free_port())
