"""What the dead letter of a try-on owes its shopper: a `failed`, `internal` result, recorded like any other."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from models.photo.advice import notice
from schemas.events import Event, PhotoParsed, PhotoUploaded, PhotoValidated, Reason, Status, TryOnResult
from schemas.objects import Identifier
from streams.letters import RawMessage, cut
from streams.tryons import ResultLedger


class Owner(BaseModel):
    """Whose try-on it is, and how long it is wanted."""

    model_config = ConfigDict(frozen=True)

    shop: Identifier
    shopper: Identifier
    expires_at: AwareDatetime | None = None


class Readable(BaseModel):
    """The least of a try-on's event that a result can be given for."""

    tryon: UUID
    owner: Owner = Field(alias="request")

    @classmethod
    def of(cls, value: bytes | None) -> "Readable | None":
        """What can be read of a message's bytes; None if not even that."""
        try:
            return cls.model_validate_json(value or b"")
        except ValidationError:
            return None


async def failed_internal(
    ledger: ResultLedger, message: RawMessage, event: Event | None, error: Exception
) -> Sequence[Event]:
    """The result to publish beside the dead letter; none where not even whose try-on it is can be read.

    A shop's backend reads its own mistake in the advice; a shopper whose event was whole reads no internals.
    """
    if isinstance(event, PhotoUploaded | PhotoValidated | PhotoParsed):
        advice = notice("internal", event.request.locale, number=event.tryon)
        failed = TryOnResult(
            tryon=event.tryon, request=event.request, status=Status.FAILED, reason=Reason.INTERNAL, advice=advice
        )
        return [await ledger.settle(failed, event.request)]
    readable = Readable.of(message.value)
    if readable is None:
        return []
    unread = TryOnResult(
        tryon=readable.tryon,
        request=None,
        status=Status.FAILED,
        reason=Reason.INTERNAL,
        advice=f"The event could not be read: {cut(str(error))}",
    )
    return [await ledger.settle(unread, readable.owner)]
