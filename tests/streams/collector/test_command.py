"""`virton collect` as Kubernetes runs it: probes, metrics, and an end at SIGTERM that leaves nothing behind."""

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from kafka import KafkaProducer

from schemas.events import TrainingExample
from schemas.topics import BY_EVENT
from streams.local.kafka import LocalKafka, free_port
from streams.settings import Settings
from streams.topics import ensure_topics
from tests.streams.collector.examples import collected, messages, send

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).parents[3]
TOPIC = BY_EVENT[TrainingExample]


def get(port: int, path: str) -> tuple[int, str]:
    """Status and text of a probe; 0 while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_it_tells_how_it_is_and_writes_everything_when_it_is_told_to_end(kafka: LocalKafka, tmp_path: Path) -> None:
    """Ready, alive, its lag exported; SIGTERM writes chunks that are neither full nor old, and it exits with 0."""
    port = free_port()
    env = {
        "PYTHONPATH": str(ROOT),
        "VIRTON_DATA": str(tmp_path),
        "VIRTON_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "VIRTON_PROBE_PORT": str(port),
    }
    ensure_topics(Settings(kafka_bootstrap=kafka.bootstrap))
    with KafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        ids = send(producer, TOPIC.name, messages(20), TOPIC.partitions)
    with subprocess.Popen([sys.executable, "-m", "streams.cli", "collect"], cwd=ROOT, env=env) as process:
        try:
            deadline = time.monotonic() + 30
            while get(port, "/readyz")[0] != 200:
                assert time.monotonic() < deadline, get(port, "/readyz")
                time.sleep(0.1)
            assert get(port, "/livez") == (200, "ok\n")
            lags = re.findall(r'virton_collector_lag\{partition="\d"\} (\d+)', get(port, "/metrics")[1])
            assert len(lags) == TOPIC.partitions
            time.sleep(2)  # it has read everything
            assert collected(tmp_path / "dataset") == []
            process.terminate()
            assert process.wait(timeout=15) == 0
        finally:
            process.kill()
    assert set(ids) <= set(collected(tmp_path / "dataset"))
