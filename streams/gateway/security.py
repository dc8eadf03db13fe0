"""What every answer carries, and what is refused before any route sees it. Pure ASGI, so that streams stay streams."""

import asyncio
import re
import time
from http import HTTPStatus
from ipaddress import ip_address

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.gateway.callers import identified
from streams.gateway.limits import MOST_FILES
from streams.gateway.problems import Code, Problem
from streams.observe import HTTP_DURATION, HTTP_REQUESTS
from streams.settings import Settings

log = structlog.get_logger(__name__)

# The page loads nothing from elsewhere and has no inline script or style; `blob:` shows a photo before its upload.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "media-src 'self' blob:; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Swagger UI writes style attributes.
DOCS_CSP = CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# The files of the requests that have some.
FILES = {"/v1/tryons": MOST_FILES, "/v1/objects": 1, "/v1/checks": 1}
# Fields and boundaries around the files; also all of a JSON body, which is some hundred bytes.
FIELDS_BYTES = 64 * 1024
# The body of a request that is refused is read and dropped up to here, since a client that still writes would not see
# the answer; beyond it the connection is cut.
DRAIN_BYTES = 256 * 1024 * 1024
# The largest body, five pictures of 20 MB, on a phone's uplink of 3 Mbit/s. Who is slower holds a place for no use.
BODY_WITHIN_S = 300.0

# The names by which a gateway that listens on loopback only is asked.
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Whatever else a client calls its method must not become a label.
METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}


def is_loopback(host: str) -> bool:
    """True if only this machine can reach what listens there."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Frontdoor:
    """Security headers, who may come in, the body's limits, one log line and one measurement per request."""

    def __init__(self, app: ASGIApp, settings: Settings, *, body_within_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._keys = settings.api_keys
        self._body_within_s = body_within_s
        self._most = {path: files * settings.max_upload_bytes + FIELDS_BYTES for path, files in FILES.items()}
        # Else any site could have a name of its own point to this machine, and its page would be the same origin.
        self._hosts = LOOPBACK | {settings.gateway_host} if is_loopback(settings.gateway_host) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        began = time.monotonic()
        try:
            await self._handle(scope, receive, answer)
        except Exception:
            log.exception("gateway.failed", method=scope["method"], path=scope["path"])
            if not answer.complete:
                raise  # the server cuts the connection, or answers 500 where nothing was sent yet
        finally:
            _record(scope, answer.status, time.monotonic() - began)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        body = _LimitedBody(receive, self._most.get(scope["path"], FIELDS_BYTES), self._body_within_s)

        async def answer(message: Message) -> None:
            # Who asked to `continue` waits for the answer before it sends anything.
            refused = message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST
            if refused and "expect" not in headers:
                await body.drain()
            await send(message)

        try:
            self._admit(scope, headers)
            body.expect(headers.get("content-length", ""))
            await self._app(scope, body, answer)
        except Problem as problem:
            await problem.response()(scope, receive, answer)
        except _Refused as refused:
            await refused.problem.response()(scope, receive, answer)

    def _admit(self, scope: Scope, headers: Headers) -> None:
        """Raises Problem for who must not come in, before anything of the body is read."""
        host = headers.get("host", "")
        if self._hosts is not None and host and _PORT.sub("", host.lower()) not in self._hosts:
            detail = "This server is for this machine only. Ask for it as 127.0.0.1 or localhost."
            raise Problem(HTTPStatus.MISDIRECTED_REQUEST, Code.WRONG_HOST, detail)
        if scope["method"] in SAFE_METHODS:
            return
        if headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            detail = "Another site's page must not act here. Use this server's page."
            raise Problem(HTTPStatus.FORBIDDEN, Code.CROSS_SITE, detail)
        if scope["path"].startswith("/v1/"):
            identified(self._keys, headers.get("authorization", ""))


_PORT = re.compile(r":\d*$")


class _Refused(BaseException):
    """The body is not taken. A BaseException, since what parses bodies turns exceptions into its own."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def _too_large(most: int) -> _Refused:
    detail = f"The request is larger than {most / 1e6:.1f} MB. Send less, such as smaller pictures."
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return _Refused(Problem(status, Code.TOO_LARGE, detail, headers={"Connection": "close"}))


def _too_slow(within_s: float) -> _Refused:
    detail = f"The pictures did not arrive within {within_s:g} s. Send smaller ones, or use a faster connection."
    return _Refused(Problem(HTTPStatus.REQUEST_TIMEOUT, Code.TOO_SLOW, detail, headers={"Connection": "close"}))


class _LimitedBody:
    """`receive` that counts, and does not wait for ever."""

    def __init__(self, receive: Receive, most: int, within_s: float) -> None:
        self._receive = receive
        self._most = most
        self._within_s = within_s
        self._deadline = asyncio.get_running_loop().time() + within_s
        self._seen = 0
        self._more = True

    def expect(self, content_length: str) -> None:
        """Raises _Refused where the header announces too much already."""
        if content_length.isascii() and content_length.isdigit() and int(content_length) > self._most:
            raise _too_large(self._most)

    async def __call__(self) -> Message:
        if not self._more:  # what still comes is the client's leaving, which event streams wait for
            return await self._receive()
        message = await self._next()
        if message is None:
            raise _too_slow(self._within_s)
        if self._seen > self._most:
            raise _too_large(self._most)
        return message

    async def drain(self) -> None:
        """Reads what is still to come, and forgets it."""
        while self._more and self._seen < DRAIN_BYTES and await self._next() is not None:
            pass

    async def _next(self) -> Message | None:
        """The next message; None if it does not come in time."""
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self._more = False
            return None
        self._seen += len(message.get("body", b""))
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message


class _Answer:
    """`send` that adds the headers, and knows how far the answer has come."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)
        self.complete = message["type"] == "http.response.body" and not message.get("more_body", False)


def _record(scope: Scope, status: int, seconds: float) -> None:
    # The route's pattern, not the path: ids must not become labels.
    route = getattr(scope.get("route"), "path", "other")
    method = scope["method"] if scope["method"] in METHODS else "other"
    HTTP_REQUESTS.labels(method, route, str(status)).inc()
    HTTP_DURATION.labels(route).observe(seconds)
    if route.startswith("/v1"):
        which = {"tryon": scope["path_params"]["tryon"]} if "tryon" in scope.get("path_params", ()) else {}
        facts = {"method": method, "route": route, "status": status, "seconds": round(seconds, 4)}
        log.info("gateway.request", **which, **facts)
