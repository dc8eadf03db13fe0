"""`virton gateway` as a process, over a real socket, with no broker there: what it says, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from schemas.events import Stage
from streams.gateway import server
from streams.local.kafka import free_port
from streams.readmodel import ReadModel
from streams.settings import Settings
from tests.streams.gateway.conftest import picture
from tests.streams.made import completed, progress, request

# The command imports FastAPI, SQLAlchemy and OpenCV; on two busy cores that took 12 s.
STARTED_WITHIN_S = 60.0
ENDED_WITHIN_S = 10.0


@dataclass
class Running:
    """A gateway process."""

    process: subprocess.Popen[bytes]
    url: str
    database: str

    def end(self) -> float:
        """SIGTERM; the seconds until it has ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(ENDED_WITHIN_S)
        return time.monotonic() - began


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    env = os.environ | {
        "VIRTON_DATA": str(tmp_path),
        "VIRTON_KAFKA_BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "VIRTON_MAX_UPLOAD_BYTES": "100000",
    }
    process = subprocess.Popen([sys.executable, "-m", "streams.cli", "gateway", "--port", str(port)], env=env)
    try:
        gateway = Running(process, f"http://127.0.0.1:{port}", f"sqlite+aiosqlite:///{tmp_path / 'virton.sqlite'}")
        deadline = time.monotonic() + STARTED_WITHIN_S
        while True:
            try:
                if httpx.get(f"{gateway.url}/livez").status_code == 200:
                    break
            except httpx.TransportError:
                assert process.poll() is None, "the gateway ended at its start"
                assert time.monotonic() < deadline, "the gateway does not answer"
                time.sleep(0.1)
        yield gateway
    finally:
        process.kill()
        process.wait()


async def seen(running: Running, tryon: UUID, *, ended: bool) -> None:
    """What the readmodel stage would write meanwhile."""
    rows = await ReadModel.open(running.database)
    if ended:
        await rows.apply_result(completed(tryon, request()))
    else:
        await rows.apply_progress(progress(tryon, Stage.PARSING, 1))
    await rows.close()


async def test_without_a_broker_it_lives_and_says_so(running: Running) -> None:
    """Alive, not ready; a try-on is refused with 503 and a time, in seconds and not in minutes."""
    async with httpx.AsyncClient(base_url=running.url, timeout=30) as client:
        assert (await client.get("/livez")).status_code == 200
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert ready.text.startswith("broker: ")
        assert "database" not in ready.text
        files = {"photo": ("p.png", picture()), "garment": ("g.png", picture())}
        answer = await client.post("/v1/tryons", files=files, data={"category": "upper"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "retry-after" in answer.headers
        assert (await client.get("/v1/tryons")).json()["tryons"] == []
    assert running.end() < ENDED_WITHIN_S
    assert running.process.returncode == 0


async def test_real_pictures_are_decoded_in_a_child(running: Running) -> None:
    """The real decoder stands behind the API: a picture is stored, a text with a picture's name is refused."""
    async with httpx.AsyncClient(base_url=running.url, timeout=30) as client:
        stored = await client.post("/v1/objects", files={"picture": ("g.jpg", picture(kind="JPEG"))})
        assert (stored.status_code, stored.json()["media_type"]) == (201, "image/jpeg")
        refused = await client.post("/v1/objects", files={"picture": ("g.jpg", b"hello")})
        assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_image")


async def test_a_client_that_sends_too_much_reads_the_answer(running: Running) -> None:
    """5 MB against a limit of half a megabyte: the answer arrives, and the connection is not just cut."""
    async with httpx.AsyncClient(base_url=running.url, timeout=30) as client:
        answer = await client.post("/v1/objects", files={"picture": ("x.png", b"x" * 5_000_000)})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_events_stream_while_they_happen_and_end_with_the_result(running: Running) -> None:
    """Written by another process, a step and the result arrive over the open connection within a second each."""
    tryon = uuid4()
    rows = await ReadModel.open(running.database)
    await rows.accept(tryon, request())
    await rows.close()
    async with (
        httpx.AsyncClient(base_url=running.url, timeout=30) as client,
        client.stream("GET", f"/v1/tryons/{tryon}/events") as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        for ended, event in ((False, "event: progress"), (True, "event: result")):
            await seen(running, tryon, ended=ended)
            began = time.monotonic()
            while await anext(lines) != event:
                pass
            assert time.monotonic() - began < 1.0
        rest = [line async for line in lines]
        assert rest[0].startswith('data: {"id"')


async def test_open_streams_do_not_hold_up_the_end(running: Running) -> None:
    """SIGTERM with a stream open: the stream ends, and the process soon after, with status 0."""
    tryon = uuid4()
    await seen(running, tryon, ended=False)
    async with (
        httpx.AsyncClient(base_url=running.url, timeout=30) as client,
        client.stream("GET", f"/v1/tryons/{tryon}/events") as stream,
    ):
        lines = stream.aiter_lines()
        while await anext(lines) != "event: progress":
            pass
        running.process.send_signal(signal.SIGTERM)
        rest = [line async for line in lines]
        assert not any("result" in line for line in rest)
    assert running.process.wait(ENDED_WITHIN_S) == 0


@pytest.mark.parametrize(
    ("host", "keys", "warned"),
    [("0.0.0.0", {}, True), ("0.0.0.0", {"shop-1": "key"}, False), ("127.0.0.1", {}, False), ("::1", {}, False)],  # noqa: S104
)
def test_a_gateway_that_is_open_to_all_says_so(host: str, keys: dict[str, SecretStr], warned: bool) -> None:
    """Reachable by others and without keys, everybody may act for every shop: it is not refused, since a proxy may be
    in front, but told."""
    with capture_logs() as logs:
        server.warn_if_open(Settings(gateway_host=host, api_keys=keys))
    assert [entry["event"] for entry in logs] == ["gateway.open_to_all"] * warned
