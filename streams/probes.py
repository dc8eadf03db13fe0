"""`/livez`, `/readyz` and `/metrics` of a part, for Kubernetes, Prometheus and `virton up`.

Liveness: the event loop ticks (or there is no answer at all) and work makes progress. Never lag, and never something
that is away: a restart would help neither. Readiness: warm, joined, and nothing away.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from typing import Protocol

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.settings import Settings

log = structlog.get_logger(__name__)

# A client sends its one request line at once; who does not is not let hold a connection.
REQUEST_TIMEOUT_S = 5.0


class Health(Protocol):
    """How a part is."""

    def alive(self) -> bool:
        """False if only a restart helps."""

    def ready(self) -> tuple[bool, str]:
        """Whether the part can work now; if not, why."""


class Heartbeat:
    """The health of a part that is one loop (the collector): it lives as long as it keeps coming round."""

    def __init__(self, most_s: float) -> None:
        """`most_s` is longer than the longest honest round of the loop."""
        self.waits_for: str | None = "starting"
        self._most_s = most_s
        self._last = time.monotonic()

    def beat(self, waits_for: str | None = None) -> None:
        """Tells that the loop has come round, and what it waits for before it can work: None, it works."""
        self._last = time.monotonic()
        self.waits_for = waits_for

    def alive(self) -> bool:
        """The loop has come round lately."""
        return time.monotonic() - self._last <= self._most_s

    def ready(self) -> tuple[bool, str]:
        """The loop waits for nothing."""
        return self.waits_for is None, self.waits_for or ""


def answer(path: str, health: Health) -> tuple[HTTPStatus, str, bytes]:
    """Status, content type and body for a probe's path; 404 for any other."""
    text = "text/plain; charset=utf-8"
    if path == "/metrics":
        return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest()
    if path not in {"/livez", "/readyz"}:
        return HTTPStatus.NOT_FOUND, text, b"there are /livez, /readyz and /metrics\n"
    if not health.alive():
        return HTTPStatus.SERVICE_UNAVAILABLE, text, b"stuck\n"
    well, reason = (True, "") if path == "/livez" else health.ready()
    if well:
        return HTTPStatus.OK, text, b"ok\n"
    return HTTPStatus.SERVICE_UNAVAILABLE, text, f"{reason}\n".encode()


@asynccontextmanager
async def serve(health: Health, settings: Settings) -> AsyncIterator[int]:
    """Answers probes on the running loop, at VIRTON_PROBE_HOST and VIRTON_PROBE_PORT; yields the bound port.

    On this loop and not in a thread: a loop that hangs cannot answer, and so is found by the probe's timeout.
    """

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                await _respond(reader, writer, health)
        except (TimeoutError, OSError, ValueError):
            pass  # a client that went away, or talks something else
        finally:
            writer.close()

    server = await asyncio.start_server(connected, settings.probe_host, settings.probe_port)
    try:
        port: int = server.sockets[0].getsockname()[1]
        log.info("probes.listening", host=settings.probe_host, port=port)
        yield port
    finally:
        server.close()
        await server.wait_closed()


@contextmanager
def serve_in_thread(health: Health, settings: Settings) -> Iterator[int]:
    """As `serve`, from a thread with a loop of its own, for a part without one. Raises OSError if the port is taken."""
    bound: list[int | BaseException] = []
    told, over = threading.Event(), threading.Event()

    async def run() -> None:
        try:
            async with serve(health, settings) as port:
                bound.append(port)
                told.set()
                await asyncio.to_thread(over.wait)
        except OSError as error:
            bound.append(error)
        finally:
            told.set()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="probes", daemon=True)
    thread.start()
    told.wait()
    first = bound[0]
    if isinstance(first, BaseException):
        raise first
    try:
        yield first
    finally:
        over.set()
        thread.join()


async def _respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, health: Health) -> None:
    """Reads one HTTP request and answers it: GET and HEAD, nothing else, one request a connection."""
    method, target, *_ = (await reader.readline()).decode("latin-1").split(" ")
    while (await reader.readline()).strip():
        pass  # the headers
    if method in {"GET", "HEAD"}:
        status, content_type, body = answer(target.partition("?")[0], health)
    else:
        status, content_type, body = HTTPStatus.METHOD_NOT_ALLOWED, "text/plain", b""
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
    head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode("latin-1") + (b"" if method == "HEAD" else body))
    await writer.drain()
