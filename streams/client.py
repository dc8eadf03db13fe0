"""A client of the gateway's HTTP API: one try-on from upload to pictures.

ClientError
├── Unreachable     no answer, or the service says that it cannot answer now
└── Refused         the service will not do it: a problem detail (RFC 9457) with its `code`
"""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from schemas.errors import VirtonError

# A picture has 20 MB at most; a phone's uplink of 2 Mbit/s needs 80 s for it. Between two events of a stream the
# gateway sends a comment at least every 15 s.
TIMEOUTS = httpx.Timeout(30.0, connect=5.0, write=120.0)
# A gateway that restarts is back within 10 s, three times that on a busy machine. Who hears nothing for longer has
# not started it, or has named another address, and waits in vain.
AWAY_S = 30.0
PAUSE_S = 0.5


class ClientError(VirtonError):
    """A call that did not succeed."""


class Unreachable(ClientError):
    """The service does not answer."""


class Refused(ClientError):
    """The service refuses the request; `code` says why, `status` is the HTTP status."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Upload:
    """What a try-on is made of. Fields of `options` that are None are left to the service."""

    photo: Path
    garments: tuple[Path, ...]
    categories: tuple[str, ...]
    garment_backs: tuple[Path, ...] = ()
    options: dict[str, str | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class StreamEvent:
    """One server-sent event: `progress` or `result`, and its JSON."""

    id: str
    name: str
    data: dict[str, Any]


class Client:
    """The API at one address. A context manager."""

    def __init__(self, server: str, *, api_key: str = "", transport: httpx.BaseTransport | None = None) -> None:
        """`transport` stands in for the network in tests."""
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = httpx.Client(base_url=server, headers=headers, timeout=TIMEOUTS, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def start(self, upload: Upload, *, patience_s: float = AWAY_S) -> str:
        """Uploads everything, and answers the try-on's id. A busy service and one that restarts are waited for.

        Raises:
            Unreachable: it was busy (429, 503) for `patience_s` seconds, or did not answer for AWAY_S.
            Refused: one of the pictures, or of the fields.
        """
        # The key makes a repeated upload, whose first answer was lost, the same try-on.
        key = str(uuid.uuid4())
        answered = time.monotonic()
        deadline = answered + patience_s
        while True:
            try:
                return str(self._call("POST", "/v1/tryons", upload=upload, headers={"Idempotency-Key": key})["id"])
            except _Busy as busy:
                answered = time.monotonic()
                _pause(busy, busy.retry_after_s, deadline)
            except Unreachable as away:
                _pause(away, PAUSE_S, min(deadline, answered + AWAY_S))

    def status(self, tryon: str) -> dict[str, Any]:
        """How far the try-on is, as GET /v1/tryons/{id} answers it."""
        return self._call("GET", f"/v1/tryons/{tryon}")

    def cancel(self, tryon: str) -> bool:
        """Asks to stop it; False if it was over already."""
        try:
            self._call("DELETE", f"/v1/tryons/{tryon}")
        except Refused as error:
            if error.status == httpx.codes.CONFLICT:
                return False
            raise
        return True

    def picture(self, url: str) -> bytes:
        """A picture's bytes (PNG)."""
        return self._answer(self._http.build_request("GET", url)).content

    def events(self, tryon: str, *, within_s: float) -> Iterator[StreamEvent]:
        """The try-on's events up to its result. A connection that breaks is taken up where it broke.

        Raises:
            Unreachable: the service stayed away, or there was no result within `within_s` seconds.
            Refused: there is no such try-on.
        """
        deadline = time.monotonic() + within_s
        answered = time.monotonic()
        last = ""
        while time.monotonic() < deadline:
            try:
                for event in self._stream(tryon, last, deadline):
                    answered, last = time.monotonic(), event.id or last
                    yield event
                    if event.name == "result":
                        return
            except (httpx.TransportError, Unreachable) as error:
                if time.monotonic() - answered > AWAY_S:
                    raise Unreachable(f"{self._http.base_url} does not answer: {error}") from error
            time.sleep(PAUSE_S)
        raise Unreachable(f"There is no result after {within_s:.0f} s; the try-on goes on, its id is {tryon}.")

    def _stream(self, tryon: str, last: str, deadline: float) -> Iterator[StreamEvent]:
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        with self._http.stream("GET", f"/v1/tryons/{tryon}/events", headers=headers) as response:
            if response.is_error:
                response.read()
                _raise_for(response)
            for event in parse_events(response.iter_lines()):
                yield event
                if time.monotonic() > deadline:
                    return

    def _call(
        self, method: str, path: str, *, upload: Upload | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        form = {} if upload is None else _form(upload)
        answer: dict[str, Any] = self._answer(self._http.build_request(method, path, headers=headers, **form)).json()
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        try:
            response = self._http.send(request)
        except httpx.TransportError as error:
            raise Unreachable(f"{self._http.base_url} does not answer: {error}") from error
        _raise_for(response)
        return response


class _Busy(Unreachable):
    """The service asks to come again later."""

    def __init__(self, text: str, retry_after_s: float) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


def _pause(error: Unreachable, seconds: float, deadline: float) -> None:
    """Waits so long, but not beyond the deadline; raises the error where that has passed."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise error
    time.sleep(min(seconds, left))


def _raise_for(response: httpx.Response) -> None:
    """Raises what an error response means."""
    if response.is_success:
        return
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    text = str(problem.get("detail") or problem.get("title") or f"HTTP {response.status_code}")
    if response.status_code in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
        raise _Busy(text, _retry_after(response))
    if response.is_server_error:  # 502 and 504 are a proxy's words for a gateway that is away
        raise Unreachable(text)
    raise Refused(response.status_code, str(problem.get("code", "")), text)


def _retry_after(response: httpx.Response) -> float:
    """Seconds; where the header has a date, or nonsense, the service says at the next try how it stands."""
    told: str = response.headers.get("Retry-After", "").strip()
    return float(told) if told.isascii() and told.isdigit() else PAUSE_S


def _form(upload: Upload) -> dict[str, Any]:
    """The multipart form of POST /v1/tryons."""
    files = [("photo", (upload.photo.name, upload.photo.read_bytes()))]
    files += [("garment", (garment.name, garment.read_bytes())) for garment in upload.garments]
    files += [("garment_back", (back.name, back.read_bytes())) for back in upload.garment_backs]
    data: dict[str, Any] = {"category": list(upload.categories)}
    for name, value in upload.options.items():
        if value is not None:
            data[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return {"files": files, "data": data}


def parse_events(lines: Iterator[str]) -> Iterator[StreamEvent]:
    """Server-sent events of a stream's lines (WHATWG HTML, 9.2.6), those with JSON data."""
    event_id, name, data = "", "", []
    for line in lines:
        if line:
            key, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if key == "id":
                event_id = value
            elif key == "event":
                name = value
            elif key == "data":
                data.append(value)
        elif data:
            yield StreamEvent(event_id, name or "message", json.loads("\n".join(data)))
            name, data = "", []
