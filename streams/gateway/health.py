"""/livez, /readyz and /metrics of the gateway, with the answers that every part's probes give."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from schemas.errors import UnavailableError

# Returns if what it asks is there; raises UnavailableError otherwise.
Ask = Callable[[], Awaitable[None]]

router = APIRouter(tags=["operation"])

# Kubernetes gives a probe a second by default and `virton up` two; broker, store and database answer in milliseconds.
READY_WITHIN_S = 0.8
# Probes come every few seconds. Anybody may ask more often, and each look is a new connection to the broker.
KEEP_S = 1.0


class Readiness:
    """What /readyz asks, by name; an answer stands for `keep_s` seconds."""

    def __init__(self, asks: Mapping[str, Ask], *, keep_s: float = KEEP_S) -> None:
        self._asks = asks
        self._keep_s = keep_s
        self._reasons: list[str] = []
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def reasons(self) -> list[str]:
        """What is away; empty: ready."""
        async with self._turn:
            if time.monotonic() >= self._until:
                self._reasons = await unready(self._asks)
                self._until = time.monotonic() + self._keep_s
            return self._reasons


@router.get("/livez")
async def livez() -> PlainTextResponse:
    """The event loop ticks: an answer says so."""
    return PlainTextResponse("ok\n")


@router.get("/readyz", responses={503: {"description": "What is away."}})
async def readyz(request: Request) -> PlainTextResponse:
    """Broker, store and database are there; otherwise 503 and which is not."""
    readiness: Readiness = request.app.state.gateway.readiness
    reasons = await readiness.reasons()
    return PlainTextResponse("; ".join(reasons) + "\n", status_code=503) if reasons else PlainTextResponse("ok\n")


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus metrics, in seconds."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def unready(asks: Mapping[str, Ask], within_s: float = READY_WITHIN_S) -> list[str]:
    """What is away, asked all at once."""
    answers = await asyncio.gather(*(_ask(name, ask, within_s) for name, ask in asks.items()))
    return [answer for answer in answers if answer is not None]


async def _ask(name: str, ask: Ask, within_s: float) -> str | None:
    try:
        async with asyncio.timeout(within_s):
            await ask()
    except TimeoutError:
        return f"{name}: no answer within {within_s:g} s"
    except UnavailableError as error:
        return f"{name}: {error}"
    return None
