"""Server-sent events of a try-on: `progress` per step, then `result`, then the end."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from streams.gateway import views
from streams.gateway.callers import Here
from streams.gateway.hub import START, Heartbeat, Hub, Position
from streams.gateway.tryons import Own
from streams.readmodel import ENDED, Step, TryOn

router = APIRouter(prefix=views.API, tags=["try-ons"])

# A browser that lost the connection asks again after a second: gateways restart within a few.
RECONNECT_MS = 1000

# The position of the result, after every step.
RESULT: Position = (ENDED, 0)


@router.get(
    "/{tryon}/events",
    response_class=Response,
    responses={
        200: {
            "description": "Events `progress` (stage, step, of), then `result`.",
            "content": {"text/event-stream": {}},
        },
        204: {"description": "The result was already told (Last-Event-ID): there is nothing to come back for."},
    },
)
async def events(row: Own, gateway: Here, last_event_id: Annotated[str, Header()] = "") -> Response:
    """The try-on's steps as they happen, and its result. Goes on after `Last-Event-ID`, on any gateway."""
    after = position(last_event_id)
    if after >= RESULT:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return StreamingResponse(
        lines(gateway.hub, row, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def lines(hub: Hub, row: TryOn, after: Position) -> AsyncIterator[str]:
    """The events in the format of the HTML standard (9.2.5, parsing an event stream)."""
    yield f"retry: {RECONNECT_MS}\n\n"
    async for news in hub.follow(row.id, after):
        match news:
            case Heartbeat():
                yield ": still here\n\n"
            case Step():
                told = views.ProgressView(stage=news.stage, step=news.step, of=news.of)
                yield _event("progress", (news.rank, news.step), told.model_dump_json())
            case TryOn():
                yield _event("result", RESULT, views.view(news).model_dump_json())


def position(last_event_id: str) -> Position:
    """The position that an event's id names; the beginning for what is none of ours."""
    rank, _, step = last_event_id.partition(".")
    if rank.isascii() and rank.isdigit() and step.isascii() and step.isdigit() and len(last_event_id) <= 20:
        return int(rank), int(step)
    return START


def _event(name: str, at: Position, data: str) -> str:
    return f"id: {at[0]}.{at[1]}\nevent: {name}\ndata: {data}\n\n"
