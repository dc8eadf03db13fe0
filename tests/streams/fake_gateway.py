"""A gateway that answers what a test tells it to, over real HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TRYON = "6f1f5c1e-8c1f-4a37-9f0e-0a4f6a5e7c11"


@dataclass
class FakeGateway:
    """What it answers, and what it was asked."""

    # Answers to POST /v1/tryons in order, the last one for ever: status, headers, JSON.
    starts: list[tuple[int, dict[str, str], dict[str, Any]]] = field(
        default_factory=lambda: [(202, {}, {"id": TRYON, "status": "queued", "links": {}})]
    )
    # What each connection to the event stream gets: server-sent events as text. The last one for ever.
    streams: list[str] = field(default_factory=list)
    cancel_status: int = 202
    picture: bytes = b"PNG"
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def requests(self, method: str, path: str) -> list[tuple[dict[str, str], bytes]]:
        """Headers (names in lower case) and bodies of the requests to a path."""
        return [(headers, body) for asked, where, headers, body in self.asked if (asked, where) == (method, path)]


def sse(name: str, data: dict[str, Any], event_id: str = "") -> str:
    """One server-sent event."""
    return f"id: {event_id}\nevent: {name}\ndata: {json.dumps(data)}\n\n"


def progress(stage: str, step: int, of: int, event_id: str = "") -> str:
    """A progress event."""
    return sse("progress", {"stage": stage, "step": step, "of": of}, event_id)


def result(status: str, **more: Any) -> str:
    """The result event."""
    return sse("result", {"id": TRYON, "status": status, "pictures": [], "findings": []} | more)


@contextmanager
def running(gateway: FakeGateway) -> Iterator[FakeGateway]:
    """Serves on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(gateway))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(gateway: FakeGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._remember(b"")
            if self.path.endswith("/events"):
                stream = gateway.streams.pop(0) if len(gateway.streams) > 1 else gateway.streams[0]
                self._answer(200, {"Content-Type": "text/event-stream"}, stream.encode())
            else:
                self._answer(200, {"Content-Type": "image/png"}, gateway.picture)

        def do_POST(self) -> None:
            self._remember(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, body = gateway.starts.pop(0) if len(gateway.starts) > 1 else gateway.starts[0]
            self._answer(status, headers, json.dumps(body).encode())

        def do_DELETE(self) -> None:
            self._remember(b"")
            gateway.cancelled.set()
            self._answer(gateway.cancel_status, {}, b"{}")

        def _remember(self, body: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.asked.append((self.command, self.path, headers, body))

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler
