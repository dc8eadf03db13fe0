"""What the dead letter of a try-on owes its shopper: a `failed`, `internal` result, recorded like any other."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.events import Event, PhotoParsed, PhotoUploaded, PhotoValidated, Reason, Status, TryOnResult
from schemas.objects import Identifier
from streams.delivery import RawMessage
from streams.tryons import ResultLedger

INTERNAL_ADVICE = "Something went wrong on our side. Please try again; if it happens again, tell the shop this number: "


class _Owner(BaseModel):
    model_config = ConfigDict(frozen=True)

    shop: Identifier
    shopper: Identifier


class _Readable(BaseModel):
    """The least of an upload event that a result can be given for."""

    tryon: UUID
    owner: _Owner = Field(alias="request")


async def failed_internal(
    ledger: ResultLedger, message: RawMessage, event: Event | None, error: Exception
) -> Sequence[Event]:
    """The result to publish beside the dead letter; none where not even whose try-on it is can be read.

    A shop's backend reads its own mistake in the advice; a shopper whose event was whole reads no internals.
    """
    if isinstance(event, PhotoUploaded | PhotoValidated | PhotoParsed):
        advice = f"{INTERNAL_ADVICE}{event.tryon}"
        failed = TryOnResult(
            tryon=event.tryon, request=event.request, status=Status.FAILED, reason=Reason.INTERNAL, advice=advice
        )
        return [await ledger.settle(failed, event.request)]
    try:
        readable = _Readable.model_validate_json(message.value or b"")
    except ValidationError:
        return []
    unread = TryOnResult(
        tryon=readable.tryon,
        request=None,
        status=Status.FAILED,
        reason=Reason.INTERNAL,
        advice=f"The event could not be read: {error}",
    )
    return [await ledger.settle(unread, readable.owner)]
