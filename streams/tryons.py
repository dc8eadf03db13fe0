"""A try-on's life: one result per id, the first terminal state wins, and what nobody wants any more is not done."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID

import structlog
from pydantic import ValidationError

from models.photo.advice import notice
from schemas.envelope import Context
from schemas.events import (
    Event,
    PhotoParsed,
    PhotoUploaded,
    PhotoValidated,
    Reason,
    Stage,
    Status,
    TryOnProgress,
    TryOnResult,
)
from schemas.objects import tryon_prefix
from streams.delivery import Handler
from streams.observe import RESULTS
from streams.store import ObjectStore

log = structlog.get_logger(__name__)

StageEvent = TypeVar("StageEvent", PhotoUploaded, PhotoValidated, PhotoParsed)


class Owner(Protocol):
    """Whose try-on it is; a Request is one."""

    @property
    def shop(self) -> str:
        """The shop."""

    @property
    def shopper(self) -> str:
        """The shopper's pseudonym."""


class ResultLedger:
    """`result.json` of every try-on: written create-only, so the first terminal state wins on every path."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def find(self, owner: Owner, tryon: UUID) -> TryOnResult | None:
        """The try-on's result if it has ended."""
        key = _record_key(owner, tryon)
        record = await self._store.get(key)
        if record is None:
            return None
        try:
            return TryOnResult.model_validate_json(record)
        except ValidationError as error:
            # What a loss of power left of it says nothing; in the way, it would keep the try-on from ever ending.
            log.warning("ledger.unreadable", key=key, error=str(error))
            await self._store.delete(key)
            return None

    async def settle(self, result: TryOnResult, owner: Owner) -> TryOnResult:
        """Records the result unless the try-on has ended already; the result that stands is returned."""
        record = result.model_dump_json(exclude_none=True).encode()
        if await self._store.create(_record_key(owner, result.tryon), record):
            RESULTS.labels(result.status, result.reason or "").inc()
            return result
        return await self.find(owner, result.tryon) or result

    async def reopen(self, owner: Owner, tryon: UUID) -> bool:
        """Makes way for another try of a try-on that failed for an internal reason; False if it ended otherwise."""
        result = await self.find(owner, tryon)
        if result is None:
            return True
        if result.reason is not Reason.INTERNAL:
            return False
        await self._store.delete(_record_key(owner, tryon))
        return True


def _record_key(owner: Owner, tryon: UUID) -> str:
    return tryon_prefix(owner.shop, owner.shopper, tryon) + "result.json"


class Stopped(Exception):
    """The try-on was cancelled while it ran."""


class Cancellations(Protocol):
    """Which try-ons were cancelled."""

    def contains(self, tryon: UUID) -> bool:
        """True if the try-on was cancelled; may be called from any thread."""


class ProgressSink(Protocol):
    """Where progress events go; they are not waited for."""

    def publish_soon(self, event: Event, context: Context) -> None:
        """Hands the event to the broker's client; a failure is logged, never raised."""


class Steps:
    """Tells progress and stops a cancelled try-on, from the event loop or from a model's thread."""

    def __init__(
        self, tryon: UUID, stage: Stage, context: Context, sink: ProgressSink, cancellations: Cancellations
    ) -> None:
        self._tryon = tryon
        self._stage = stage
        self._context = context
        self._sink = sink
        self._cancellations = cancellations
        self._loop = asyncio.get_running_loop()

    def __call__(self, step: int, of: int) -> None:
        """Tells that `step` of `of` is done. Raises Stopped if the try-on was cancelled."""
        self.check()
        event = TryOnProgress(tryon=self._tryon, stage=self._stage, step=step, of=of)
        context = Context.new(f"/virton/{self._stage}", traceparent=self._context.traceparent)
        self._loop.call_soon_threadsafe(self._sink.publish_soon, event, context)

    def check(self) -> None:
        """Raises Stopped if the try-on was cancelled."""
        if self._cancellations.contains(self._tryon):
            raise Stopped


class Lifecycle:
    """Wraps the plain function of a stage with what every stage owes a try-on: result, cancellation, expiry."""

    def __init__(self, ledger: ResultLedger, cancellations: Cancellations, sink: ProgressSink) -> None:
        self._ledger = ledger
        self._cancellations = cancellations
        self._sink = sink

    def guard(
        self, stage: Stage, accepts: type[StageEvent], work: Callable[[StageEvent, Steps], Awaitable[Sequence[Event]]]
    ) -> Handler:
        """The delivery handler of a stage.

        A try-on that has ended has its record published again, whatever the redelivered event would have made of it;
        a cancelled or expired one ends here. Results of `work` are recorded before they are published.
        """

        async def handle(event: Event, context: Context) -> Sequence[Event]:
            assert isinstance(event, accepts)
            settled = await self._ledger.find(event.request, event.tryon)
            if settled is not None:
                return [settled]
            if event.request.expires_at <= datetime.now(UTC):
                return [await self._ledger.settle(_expired(event), event.request)]
            try:
                steps = Steps(event.tryon, stage, context, self._sink, self._cancellations)
                outputs = await work(event, steps)
                steps.check()
            except Stopped:
                return [await self._ledger.settle(_cancelled(event), event.request)]
            return [await self._ledger.settle(o, event.request) if isinstance(o, TryOnResult) else o for o in outputs]

        return handle


def _expired(event: PhotoUploaded | PhotoValidated | PhotoParsed) -> TryOnResult:
    return TryOnResult(
        tryon=event.tryon,
        request=event.request,
        status=Status.FAILED,
        reason=Reason.EXPIRED,
        advice=notice("expired", event.request.locale),
    )


def _cancelled(event: PhotoUploaded | PhotoValidated | PhotoParsed) -> TryOnResult:
    return TryOnResult(
        tryon=event.tryon,
        request=event.request,
        status=Status.CANCELLED,
        advice=notice("cancelled", event.request.locale),
    )
