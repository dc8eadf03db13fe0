"""/livez, /readyz and /metrics of the gateway, with the answers that every part's probes give."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from schemas.errors import UnavailableError
from streams.gateway.callers import Parts
from streams.gateway.parts import Readiness

router = APIRouter(tags=["operation"])

# Kubernetes gives a probe a second by default and `virton up` two; broker, store and database answer in milliseconds.
READY_WITHIN_S = 0.8


@router.get("/livez")
async def livez() -> PlainTextResponse:
    """The event loop ticks: an answer says so."""
    return PlainTextResponse("ok\n")


@router.get("/readyz", responses={503: {"description": "What is away."}})
async def readyz(gateway: Parts) -> PlainTextResponse:
    """Broker, store and database are there; otherwise 503 and which is not."""
    reasons = await unready(gateway.readiness)
    return PlainTextResponse("; ".join(reasons) + "\n", status_code=503) if reasons else PlainTextResponse("ok\n")


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus metrics, in seconds."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def unready(readiness: Mapping[str, Readiness], within_s: float = READY_WITHIN_S) -> list[str]:
    """What is away, asked all at once."""
    answers = await asyncio.gather(*(_ask(name, ask, within_s) for name, ask in readiness.items()))
    return [answer for answer in answers if answer is not None]


async def _ask(name: str, ask: Readiness, within_s: float) -> str | None:
    try:
        async with asyncio.timeout(within_s):
            await ask()
    except TimeoutError:
        return f"{name}: no answer within {within_s:g} s"
    except UnavailableError as error:
        return f"{name}: {error}"
    return None
