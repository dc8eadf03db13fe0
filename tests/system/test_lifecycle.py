"""Starting, dying, stopping and going on: what `virton up` promises whoever runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.client import Upload
from streams.local.kafka import answers, is_free
from tests.support import runs, until
from tests.system.service import PARTS, STAGES, Service
from tests.system.shop import RESULT_WITHIN_S

pytestmark = pytest.mark.system

# "SIGINT or SIGTERM ends every child within 15 s."
STOP_WITHIN_S = 15.0


def _tryon(service: Service, person: Path, garment: Path) -> str:
    """A try-on through the API that must succeed; its id."""
    with service.client() as client:
        tryon = client.start(Upload(person, (garment,), ("upper",)))
        *_, result = client.events(tryon, within_s=RESULT_WITHIN_S)
    assert result.data["status"] == "completed"
    return tryon


@pytest.mark.slow
def test_stop_and_go_on_with_the_same_data(own_service: Service, person: Path, garment: Path) -> None:
    """SIGTERM and SIGINT end every process within 15 s; the next start knows the finished try-ons, and what was under
    way when it stopped gets its result."""
    own_service.start()
    finished = _tryon(own_service, person, garment)
    with own_service.client() as client:
        under_way = [client.start(Upload(person, (garment,), ("upper",))) for _ in range(5)]
    pids = own_service.pids()

    assert own_service.stop(signal.SIGTERM) < STOP_WITHIN_S
    assert own_service.process.returncode == 0
    assert not [part for part, pid in pids.items() if runs(pid)]
    assert is_free(own_service.port)

    own_service.start()
    with own_service.client() as client:
        assert client.status(finished)["status"] == "completed"
        for tryon in under_way:
            *_, result = client.events(tryon, within_s=RESULT_WITHIN_S)
            assert result.data["status"] == "completed"
    pids = own_service.pids()
    assert own_service.stop(signal.SIGINT) < STOP_WITHIN_S
    assert not [part for part, pid in pids.items() if runs(pid)]


@pytest.mark.slow
def test_everything_dies_with_a_killed_supervisor(own_service: Service, person: Path, garment: Path) -> None:
    """SIGKILL of the supervisor leaves no process behind that holds the data, and the next start takes it up."""
    own_service.start()
    finished = _tryon(own_service, person, garment)
    pids = own_service.pids()

    own_service.kill()
    until(lambda: not any(runs(pid) for pid in pids.values()), 5, "all parts dead")

    own_service.start()
    with own_service.client() as client:
        assert client.status(finished)["status"] == "completed"
    own_service.stop()


@pytest.mark.parametrize("part", [*STAGES, "gateway", "collector"])
def test_a_killed_part_comes_back(service: Service, person: Path, garment: Path, part: str) -> None:
    """Every part is started again, its new process id is logged, and the service works."""
    killed = service.pid(part)
    os.kill(killed, signal.SIGKILL)
    until(lambda: service.pid(part) != killed, 20, f"{part} started again")
    _tryon(service, person, garment)
    assert runs(service.pid(part))
    assert f"part={part} pid={service.pid(part)}" in service.log.read_text()


def test_a_killed_kafka_comes_back(service: Service, person: Path, garment: Path) -> None:
    """SIGKILL of the broker: it is started again on its port and its data, and no part has to be."""
    parts = {part: service.pid(part) for part in PARTS if part != "kafka"}
    killed, bootstrap = service.pid("kafka"), service.bootstrap
    os.kill(killed, signal.SIGKILL)
    until(lambda: service.pid("kafka") != killed, 20, "Kafka started again")
    until(lambda: answers(int(bootstrap.rpartition(":")[2])), 60, "Kafka answers")
    assert service.bootstrap == bootstrap
    _tryon(service, person, garment)
    assert {part: service.pid(part) for part in parts} == parts


def _up(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streams.cli", "up", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **env})


def test_a_second_instance_on_the_same_data_is_refused(service: Service) -> None:
    """It says whose the folder is, exits with an error, and the first one is not disturbed."""
    ended = _up("--port", "0", "--data", str(service.data))
    assert ended.returncode == 1
    assert f"in use by another Virton (process {service.process.pid})" in ended.stderr
    assert ended.stdout == ""
    assert service.process.poll() is None


def test_a_port_in_use_is_said_in_one_sentence(service: Service, tmp_path: Path) -> None:
    """Nothing is started for a page that could not be served."""
    began = time.monotonic()
    ended = _up("--port", str(service.port), "--data", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr == f"Error: Port {service.port} is in use: stop what uses it, or choose another: --port\n"
    assert time.monotonic() - began < 10


def test_another_cluster_is_used_where_it_is_named(service: Service, own_service: Service) -> None:
    """With VIRTON_KAFKA_BOOTSTRAP no broker is started, and that cluster is: here another service's."""
    other = Service(own_service.data, kafka_bootstrap=service.bootstrap)
    try:
        other.start()
        assert not [record for record in other.records() if record.get("part") == "kafka"]
        assert not (other.data / "kafka").exists()
        assert other.stop() < STOP_WITHIN_S
    finally:
        other.kill()


def test_a_cluster_that_is_away_is_told(tmp_path: Path) -> None:
    """A cluster that does not answer ends the start with its address in the message."""
    ended = _up("--port", "0", "--data", str(tmp_path), VIRTON_KAFKA_BOOTSTRAP="127.0.0.1:1")
    assert ended.returncode == 1
    assert "127.0.0.1:1" in ended.stderr
