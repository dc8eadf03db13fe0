"""The API of try-ons: asking for one, where it stands, its pictures, cancelling it, and what the shopper thinks."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from schemas.envelope import Context
from schemas.events import FeedbackGiven, FeedbackReason, Status
from schemas.events import Request as WantedTryOn
from schemas.objects import ObjectRef
from streams.gateway import views
from streams.gateway.admission import TryOnRoute, check_room
from streams.gateway.asking import Gist, TryOnForm, read_form
from streams.gateway.callers import Here, Who, remember_shopper, shopper_of
from streams.gateway.context import Gateway
from streams.gateway.intake import SOURCE
from streams.gateway.problems import Code, Problem
from streams.readmodel import TryOn, TryOnStatus

log = structlog.get_logger(__name__)

router = APIRouter(prefix=views.API, tags=["try-ons"])
asking = APIRouter(prefix=views.API, tags=["try-ons"], route_class=TryOnRoute)

# A result's pictures never change (their name is their try-on's and sample's, and the first end stands).
IMMUTABLE = "private, max-age=31536000, immutable"

LONGEST_KEY = 255
# Beyond all try-ons, and far enough from the ends of the calendar to have every time zone's and database's form.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
MOST_LISTED = 100


async def own_tryon(tryon: Annotated[UUID, Path(description="The try-on's id.")], gateway: Here, who: Who) -> TryOn:
    """The try-on, if the caller may know of it. Raises Problem; another shop's is as unknown as none."""
    row = await gateway.rows.status(tryon)
    if row is None or not who.sees(row.shop):
        raise Problem(
            HTTPStatus.NOT_FOUND, Code.UNKNOWN_TRYON, "There is no such try-on of yours. Check the id, or ask for one."
        )
    return row


Own = Annotated[TryOn, Depends(own_tryon)]


@asking.post("", status_code=HTTPStatus.ACCEPTED)
async def ask(  # noqa: PLR0913 - one argument per thing that FastAPI gives
    *,
    request: Request,
    response: Response,
    form: Annotated[TryOnForm, Depends()],
    gateway: Here,
    who: Who,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=LONGEST_KEY)] = None,
) -> views.Accepted:
    """Asks for a try-on. The same `Idempotency-Key` again gives the same try-on, however often it is sent."""
    shop = who.resolve_shop(form.shop)
    row = None if idempotency_key is None else await gateway.rows.by_key(shop, idempotency_key)
    if row is None:
        await check_room(gateway, who.shop)
        shopper = shopper_of(request, who, form.shopper)
        wanted = await _stored(form, gateway, shop, shopper)
        row = await gateway.intake.submit(wanted, idempotency_key)
        _check_same(Gist.of(wanted), row)
        remember_shopper(request, response, who, shopper)
        log.info("gateway.accepted", tryon=str(row.id), shop=shop)
    else:
        async with gateway.limits.memory:
            asked = await read_form(form, gateway.settings.max_upload_bytes)
            gist = await asked.gist(gateway)
        _check_same(gist, row)
        await gateway.intake.ensure_published(row)
    accepted = views.accepted(row)
    response.headers["Location"] = accepted.links.self
    return accepted


async def _stored(form: TryOnForm, gateway: Gateway, shop: str, shopper: str) -> WantedTryOn:
    """The form's request; its pictures are in memory until they are stored, and no longer."""
    async with gateway.limits.memory:
        asked = await read_form(form, gateway.settings.max_upload_bytes)
        return await asked.stored(gateway, shop, shopper)


def _check_same(gist: Gist, row: TryOn) -> None:
    if row.request is not None and gist != Gist.of(row.request):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Code.KEY_REUSED,
            "This Idempotency-Key stands for a try-on with other pictures or options. Use a new key for a new try-on.",
        )


@router.get("")
async def listed(  # noqa: PLR0913 - one argument per query parameter
    *,
    request: Request,
    gateway: Here,
    who: Who,
    shop: Annotated[str | None, Query()] = None,
    shopper: Annotated[str | None, Query(description="Without it, this browser's own.")] = None,
    before: Annotated[AwareDatetime | None, Query(ge=EARLIEST, le=LATEST, description="As `next` has it.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 24,
) -> views.TryOnList:
    """A shopper's completed try-ons, the newest first."""
    found = shopper_of(request, who, shopper)
    rows = await gateway.rows.gallery(who.resolve_shop(shop), found, before=before, most=limit)
    following = None
    if len(rows) == limit:
        named = {"shop": shop, "shopper": shopper, "limit": limit, "before": rows[-1].created_at.isoformat()}
        following = f"{views.API}?{urlencode({key: value for key, value in named.items() if value is not None})}"
    return views.TryOnList(tryons=[views.view(row) for row in rows], next=following)


@router.get("/{tryon}")
async def status(row: Own) -> views.TryOnView:
    """Where a try-on stands and, once it ended, how."""
    return views.view(row)


@router.get("/{tryon}/pictures/{sample}", response_class=Response)
async def picture(row: Own, sample: int, request: Request, gateway: Here) -> Response:
    """One picture of a completed try-on, a PNG of the photo's size."""
    for made in row.result.pictures if row.result else ():
        if made.sample == sample:
            return await _object(gateway, request, made.object)
    raise Problem(
        HTTPStatus.NOT_FOUND, Code.NO_PICTURE, f"This try-on has no picture {sample}. See `pictures` of its status."
    )


@router.get("/{tryon}/photo", response_class=Response)
async def photo(row: Own, request: Request, gateway: Here) -> Response:
    """The shopper's photo, as it is stored: upright, without what the camera wrote into it."""
    if row.request is None:
        raise Problem(HTTPStatus.NOT_FOUND, Code.NO_PICTURE, "The photo of this try-on is not known. Try again later.")
    return await _object(gateway, request, row.request.photo)


async def _object(gateway: Gateway, request: Request, ref: ObjectRef) -> Response:
    headers = {"ETag": f'"{ref.sha256}"', "Cache-Control": IMMUTABLE}
    given = request.headers.get("if-none-match", "")
    if given.strip() == "*" or headers["ETag"] in {tag.strip().removeprefix("W/") for tag in given.split(",")}:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    data = await gateway.store.get(ref.key)
    if data is None:
        raise Problem(HTTPStatus.NOT_FOUND, Code.NO_PICTURE, "The picture was erased. Make the try-on again.")
    return Response(data, media_type=ref.media_type, headers=headers)


@router.delete("/{tryon}", status_code=HTTPStatus.ACCEPTED)
async def cancel(row: Own, gateway: Here) -> views.Cancelling:
    """Stops a try-on: what has not begun is dropped, what runs stops at its next step."""
    if row.ended:
        raise Problem(
            HTTPStatus.CONFLICT, Code.ALREADY_OVER, f"This try-on is over, it is {row.status}: nothing is left to stop."
        )
    await gateway.intake.cancel(row.id)
    return views.Cancelling(id=row.id)


class Feedback(BaseModel):
    """What a shopper thinks of a picture."""

    sample: int = Field(default=0, ge=0, le=3)
    accurate: bool
    reasons: list[FeedbackReason] = Field(default=[], max_length=len(FeedbackReason), description="What is not right.")
    bought: bool | None = Field(default=None, description="Whether the garment was bought, if that is known.")


class FeedbackTaken(BaseModel):
    """The feedback was taken."""

    id: UUID
    status: TryOnStatus


@router.post("/{tryon}/feedback", status_code=HTTPStatus.ACCEPTED)
async def feedback(row: Own, given: Feedback, gateway: Here) -> FeedbackTaken:
    """Says whether a picture looks right. The last word on a picture counts."""
    if row.result is None or row.result.status is not Status.COMPLETED:
        raise Problem(
            HTTPStatus.CONFLICT, Code.NOT_COMPLETED, f"This try-on is {row.status}: there is no picture to judge (yet)."
        )
    if given.sample not in {made.sample for made in row.result.pictures}:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, Code.NO_PICTURE, f"There is no sample {given.sample}; see `pictures`."
        )
    event = FeedbackGiven(tryon=row.id, **given.model_dump())
    await gateway.publisher.publish(event, Context.new(SOURCE))
    return FeedbackTaken(id=row.id, status=row.status)
