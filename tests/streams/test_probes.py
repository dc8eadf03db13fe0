"""The probes: liveness and readiness are different questions, and a part is asked them over HTTP."""

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from streams.observe import MODEL_CALLS
from streams.probes import Heartbeat, serve, serve_in_thread
from streams.settings import Settings


class _Part:
    """A part that can be told how it is."""

    def __init__(self) -> None:
        self.lives = True
        self.away = ""

    def alive(self) -> bool:
        return self.lives

    def ready(self) -> tuple[bool, str]:
        return not self.away, self.away


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture
def part() -> _Part:
    return _Part()


@pytest.fixture
def port(part: _Part) -> Iterator[int]:
    with serve_in_thread(part, Settings(probe_port=0)) as bound:
        yield bound


def test_a_part_that_is_well(port: int) -> None:
    """Both probes say ok."""
    assert _get(port, "/livez") == (200, "ok\n")
    assert _get(port, "/readyz") == (200, "ok\n")


def test_what_is_away_makes_a_part_unready_not_dead(part: _Part, port: int) -> None:
    """A restart brings no broker back: liveness must not ask for one, and readiness says why."""
    part.away = "the broker is away"
    assert _get(port, "/livez") == (200, "ok\n")
    assert _get(port, "/readyz") == (503, "the broker is away\n")


def test_a_stuck_part_is_neither_alive_nor_ready(part: _Part, port: int) -> None:
    """What must be restarted cannot be counted on either."""
    part.lives = False
    assert _get(port, "/livez") == (503, "stuck\n")
    assert _get(port, "/readyz") == (503, "stuck\n")


def test_metrics(port: int) -> None:
    """/metrics is Prometheus's text with Virton's metrics."""
    MODEL_CALLS.labels("test_probes").inc()
    status, text = _get(port, "/metrics")
    assert status == 200
    assert 'virton_model_calls_total{model="test_probes"} 1.0' in text


def test_other_paths_and_methods_are_refused(port: int) -> None:
    """404 for what is not there, 405 for what is no reading."""
    assert _get(port, "/")[0] == 404
    request = urllib.request.Request(f"http://127.0.0.1:{port}/livez", data=b"{}", method="POST")
    with pytest.raises(urllib.error.HTTPError, match="405") as error:
        urllib.request.urlopen(request, timeout=5)  # noqa: S310
    error.value.close()


def test_a_taken_port_is_an_error(port: int) -> None:
    """A part that cannot be asked does not start."""
    with pytest.raises(OSError, match="in use"), serve_in_thread(_Part(), Settings(probe_port=port)):
        pass


def test_a_heartbeat_that_stops() -> None:
    """A loop is stuck once it has been silent for longer than its longest honest round, and well again afterwards."""
    heart = Heartbeat(most_s=0.05)
    assert heart.alive()
    time.sleep(0.1)
    assert not heart.alive()
    heart.beat()
    assert heart.alive()


def test_a_heartbeat_tells_what_its_loop_waits_for() -> None:
    """It is ready from its first round on, except while it waits for something."""
    heart = Heartbeat(most_s=60)
    assert heart.ready() == (False, "starting")
    heart.beat()
    assert heart.ready() == (True, "")
    heart.beat("Kafka is away")
    assert heart.ready() == (False, "Kafka is away")


async def test_a_blocked_loop_does_not_answer() -> None:
    """Served on the work's own loop, a probe finds a loop that hangs: it gets no answer before the loop goes on."""
    async with serve(_Part(), Settings(probe_port=0)) as port:
        asked = asyncio.create_task(asyncio.to_thread(_get, port, "/livez"))
        await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251 - the very thing that must not happen
        assert not asked.done()
        assert await asked == (200, "ok\n")


async def test_garbage_does_not_hurt() -> None:
    """A client that sends no HTTP is dropped, and the next one is answered."""
    async with serve(_Part(), Settings(probe_port=0)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01\n\n")
        await writer.drain()
        assert await reader.read() == b""
        writer.close()
        assert await asyncio.to_thread(_get, port, "/livez") == (200, "ok\n")
