"""What every answer carries, and what is refused before any route sees it. Pure ASGI, so that streams stay streams."""

import time
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.gateway.problems import Code, Problem
from streams.observe import HTTP_DURATION, HTTP_REQUESTS

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

# Files in the largest request, `POST /v1/tryons`: a photo, two garments, two backs.
MOST_FILES = 5
# Fields and boundaries around the files; also all of a JSON body, which is some hundred bytes.
FIELDS_BYTES = 64 * 1024
# A body over the limit is read and dropped up to here, since a client that still writes would not see the answer;
# beyond it the connection is cut.
DRAIN_BYTES = 256 * 1024 * 1024


class Frontdoor:
    """Security headers, the body's limit, cross-site requests, one log line and one measurement per request."""

    def __init__(self, app: ASGIApp, max_upload_bytes: int) -> None:
        self._app = app
        self._most = MOST_FILES * max_upload_bytes + FIELDS_BYTES

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
        if scope["method"] not in SAFE_METHODS and headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            problem = Problem(
                HTTPStatus.FORBIDDEN, Code.CROSS_SITE, "Another site's page must not act here. Use this server's page."
            )
            await problem.response()(scope, receive, send)
            return
        limited = _LimitedBody(receive, self._most)
        try:
            limited.expect(headers.get("content-length", ""))
            await self._app(scope, limited, send)
        except _TooLarge:
            await limited.drain()
            problem = Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                Code.TOO_LARGE,
                f"The request is larger than {self._most / 1e6:.0f} MB. Send smaller pictures.",
                headers={"Connection": "close"},
            )
            await problem.response()(scope, receive, send)


class _TooLarge(BaseException):
    """The body is over the limit. A BaseException, since what parses bodies turns exceptions into its own."""


class _LimitedBody:
    """`receive` that counts."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._seen = 0
        self._more = True

    def expect(self, content_length: str) -> None:
        """Raises _TooLarge where the header announces too much already."""
        if content_length.isascii() and content_length.isdigit() and int(content_length) > self._most:
            raise _TooLarge

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self._more = message.get("more_body", False)
            if self._seen > self._most:
                raise _TooLarge
        return message

    async def drain(self) -> None:
        """Reads what is still to come, and forgets it."""
        while self._more and self._seen < DRAIN_BYTES:
            message = await self._receive()
            if message["type"] != "http.request":
                return
            self._seen += len(message.get("body", b""))
            self._more = message.get("more_body", False)


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
    HTTP_REQUESTS.labels(scope["method"], route, str(status)).inc()
    HTTP_DURATION.labels(route).observe(seconds)
    if route.startswith("/v1"):
        which = {"tryon": scope["path_params"]["tryon"]} if "tryon" in scope.get("path_params", ()) else {}
        facts = {"method": scope["method"], "route": route, "status": status, "seconds": round(seconds, 4)}
        log.info("gateway.request", **which, **facts)
