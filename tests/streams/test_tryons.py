"""A try-on's life: one result per id, whatever is redelivered, cancelled or late."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from schemas.envelope import Context
from schemas.errors import UnavailableError
from schemas.events import (
    Consent,
    Event,
    Garment,
    PhotoUploaded,
    Reason,
    Request,
    Stage,
    Status,
    TryOnProgress,
    TryOnResult,
)
from schemas.objects import ObjectRef
from streams.delivery import Handler
from streams.store import FakeStore
from streams.tryons import Lifecycle, ResultLedger, Steps

PHOTO = ObjectRef(
    key=f"shops/s/shoppers/p/photos/{'a' * 64}.png", sha256="a" * 64, media_type="image/png", width=3, height=4
)
GARMENT = ObjectRef(key=f"shops/s/garments/{'b' * 64}.png", sha256="b" * 64, media_type="image/png", width=3, height=4)


def uploaded(*, expires_in: timedelta = timedelta(hours=1)) -> PhotoUploaded:
    request = Request(
        shop="s",
        shopper="p",
        photo=PHOTO,
        garments=(Garment(id="g", category="upper", front=GARMENT),),
        consent=Consent(processing=True),
        expires_at=datetime.now(UTC) + expires_in,
    )
    return PhotoUploaded(tryon=uuid4(), request=request)


def failed(event: PhotoUploaded, reason: Reason) -> TryOnResult:
    return TryOnResult(tryon=event.tryon, request=event.request, status=Status.FAILED, reason=reason)


class Cancelled:
    """Cancellations that a test controls."""

    def __init__(self, *tryons: UUID) -> None:
        self.tryons = set(tryons)

    def contains(self, tryon: UUID) -> bool:
        return tryon in self.tryons


class Sink:
    """Keeps the progress events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish_soon(self, event: Event, context: Context) -> None:
        self.events.append(event)


class Work:
    """A stage's function that counts its calls and answers what it is told to."""

    def __init__(self, *outputs: Event, cancels: Cancelled | None = None) -> None:
        self.outputs = outputs
        self.cancels = cancels
        self.calls = 0

    async def __call__(self, event: PhotoUploaded, steps: Steps) -> Sequence[Event]:
        self.calls += 1
        steps(0, 2)
        if self.cancels is not None:
            self.cancels.tryons.add(event.tryon)
        steps(1, 2)
        return self.outputs


def guarded(store: FakeStore, work: Work, cancelled: Cancelled | None = None, sink: Sink | None = None) -> Handler:
    lifecycle = Lifecycle(ResultLedger(store), cancelled or Cancelled(), sink or Sink())
    return lifecycle.guard(Stage.VALIDATION, PhotoUploaded, work)


async def test_the_first_terminal_state_wins() -> None:
    """Of two different results of one try-on the first is recorded, and the second settles as the first."""
    ledger = ResultLedger(FakeStore())
    event = uploaded()
    first = await ledger.settle(failed(event, Reason.BROKEN), event.request)
    second = await ledger.settle(failed(event, Reason.UNCHANGED), event.request)
    assert first.reason is Reason.BROKEN
    assert second == first


async def test_a_redelivery_republishes_the_record_and_does_no_work() -> None:
    """An event whose try-on has ended yields the recorded result; the stage's function is not called again."""
    store, event = FakeStore(), uploaded()
    work = Work(failed(event, Reason.BROKEN))
    handle = guarded(store, work)
    once = await handle(event, Context.new("test"))
    twice = await handle(event, Context.new("test"))
    assert once == twice == [failed(event, Reason.BROKEN)]
    assert work.calls == 1


async def test_a_cancelled_tryon_is_not_begun() -> None:
    """Cancellation before the stage: no work beyond the first step, and the result is `cancelled`."""
    store, event, sink = FakeStore(), uploaded(), Sink()
    work = Work(failed(event, Reason.BROKEN))
    [result] = await guarded(store, work, Cancelled(event.tryon), sink)(event, Context.new("test"))
    assert isinstance(result, TryOnResult)
    assert result.status is Status.CANCELLED
    assert sink.events == []


async def test_a_running_tryon_stops_at_its_next_step() -> None:
    """Cancellation between two steps ends the work there; progress was told up to that step only."""
    store, event, sink, cancelled = FakeStore(), uploaded(), Sink(), Cancelled()
    work = Work(failed(event, Reason.BROKEN), cancels=cancelled)
    [result] = await guarded(store, work, cancelled, sink)(event, Context.new("test"))
    assert isinstance(result, TryOnResult)
    assert result.status is Status.CANCELLED
    await asyncio.sleep(0)
    assert [e.step for e in sink.events if isinstance(e, TryOnProgress)] == [0]


async def test_expired_work_is_not_begun() -> None:
    """A try-on past its `expires_at` fails as expired, without the stage's function."""
    store, event = FakeStore(), uploaded(expires_in=timedelta(seconds=-1))
    work = Work(failed(event, Reason.BROKEN))
    [result] = await guarded(store, work)(event, Context.new("test"))
    assert isinstance(result, TryOnResult)
    assert (result.status, result.reason, work.calls) == (Status.FAILED, Reason.EXPIRED, 0)


async def test_nothing_is_answered_while_the_store_is_away() -> None:
    """Without the store no result could be recorded: the error goes to the delivery, which tries again."""
    store, event = FakeStore(), uploaded()
    store.away = True
    with pytest.raises(UnavailableError):
        await guarded(store, Work())(event, Context.new("test"))


async def test_only_an_internal_failure_can_be_reopened() -> None:
    """A replayed dead letter gets another try; a try-on that ended otherwise stays as it ended."""
    ledger = ResultLedger(FakeStore())
    internal, broken = uploaded(), uploaded()
    await ledger.settle(failed(internal, Reason.INTERNAL), internal.request)
    await ledger.settle(failed(broken, Reason.BROKEN), broken.request)
    assert await ledger.reopen(internal.request, internal.tryon)
    assert await ledger.find(internal.request, internal.tryon) is None
    assert not await ledger.reopen(broken.request, broken.tryon)
    assert await ledger.find(broken.request, broken.tryon) == failed(broken, Reason.BROKEN)


async def test_an_unreadable_record_counts_as_none() -> None:
    """A `result.json` that a loss of power left empty must not keep the try-on from ever ending."""
    store, event = FakeStore(), uploaded()
    ledger = ResultLedger(store)
    await ledger.settle(failed(event, Reason.BROKEN), event.request)
    [key] = store.objects
    store.objects[key] = b""
    assert await ledger.find(event.request, event.tryon) is None
    again = await ledger.settle(failed(event, Reason.UNCHANGED), event.request)
    assert again.reason is Reason.UNCHANGED
    assert await ledger.find(event.request, event.tryon) == again
