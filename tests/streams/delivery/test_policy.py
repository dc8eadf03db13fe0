"""The delivery policy, without Kafka: what is published, what is retried, and when an event may be acked."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from schemas.envelope import Context, encode
from schemas.errors import PermanentError, RetryableError, UnavailableError
from schemas.events import DeadLetter, Event, TryOnCancelled, TryOnProgress
from streams.delivery import Delivery, NotDelivered, StageSpec
from streams.letters import RawMessage
from streams.publisher import FakePublisher
from tests.streams.delivery.stage import (
    TOPIC,
    answers_progress,
    delivery,
    failing,
    message,
    only_letter,
    progress,
)


async def test_outputs_are_published_before_the_event_may_be_acked() -> None:
    """`process` returns with the output published; it waits for the broker's answer, it does not merely send."""
    answered = asyncio.Event()

    class Slow(FakePublisher):
        async def publish(self, event: Event, context: Context) -> None:
            await answered.wait()
            await super().publish(event, context)

    publisher = Slow()
    processing = asyncio.create_task(delivery(answers_progress, publisher).process(message()))
    await asyncio.sleep(0.01)
    assert not processing.done()
    answered.set()
    await processing
    assert publisher.events == [progress(uuid.UUID(int=1))]


async def test_a_redelivery_publishes_the_same_ids() -> None:
    """The second delivery of an event is recognisable: outputs carry the same ce_id, in the input's trace."""
    publisher = FakePublisher()
    policy = delivery(answers_progress, publisher)
    await policy.process(message())
    await policy.process(message())
    first, second = (context for _, context in publisher.published)
    assert first.id == second.id
    assert first.traceparent == second.traceparent
    assert first.traceparent.split("-")[1] == "a" * 32
    assert first.traceparent.split("-")[2] != "b" * 16


async def test_outputs_of_one_event_have_different_ids() -> None:
    """Two outputs of one kind are two events."""

    async def two(event: Event, context: Context) -> Sequence[Event]:
        return [*await answers_progress(event, context), *await answers_progress(event, context)]

    publisher = FakePublisher()
    await delivery(two, publisher).process(message())
    assert len({context.id for _, context in publisher.published}) == 2


@pytest.mark.parametrize("differs", ["source", "try-on"])
async def test_two_events_with_one_id_are_two_events(differs: str) -> None:
    """A CloudEvents id is unique within its source only, and sources may be named alike: what comes out of two events
    of one id has two ids, or the second would pass for a repeat of the first."""

    def numbered(number: int) -> RawMessage:
        context = Context.new(f"shop-{number}" if differs == "source" else "shop", event_id="1")
        event = TryOnCancelled(tryon=uuid.UUID(int=number if differs == "try-on" else 1))
        encoded = encode(event, context)
        return RawMessage(TOPIC, 3, number, encoded.key, encoded.value, encoded.headers)

    publisher = FakePublisher()
    policy = delivery(answers_progress, publisher)
    for number in (1, 2):
        await policy.process(numbered(number))
    first, second = (context.id for _, context in publisher.published)
    assert first != second


async def test_an_event_without_headers_is_named_by_its_place() -> None:
    """A shop's event without CloudEvents headers is the same event when it is redelivered, and another at another
    offset."""
    publisher = FakePublisher()
    policy = delivery(answers_progress, publisher)
    for offset in (7, 7, 8):
        await policy.process(message(offset=offset, headers=False))
    first, again, other = (context.id for _, context in publisher.published)
    assert first == again != other


@pytest.mark.parametrize("error", [RetryableError("busy"), KeyError("bug"), MemoryError(), TimeoutError()])
async def test_other_errors_are_tried_three_times(error: Exception) -> None:
    """A retryable error, and every exception nobody expected, has three tries before it is a dead letter."""
    publisher = FakePublisher()
    await delivery(failing(error, error, error, error), publisher).process(message())
    assert only_letter(publisher).tries == 3


async def test_the_third_try_may_succeed() -> None:
    """Two failed tries leave no trace but the metric."""
    publisher = FakePublisher()
    await delivery(failing(RetryableError("1"), RetryableError("2")), publisher).process(message())
    assert publisher.events == [progress(uuid.UUID(int=1))]


async def test_what_is_away_is_waited_for() -> None:
    """Fifty absences use up no try and make no dead letter; while it lasts, `away` says what is away."""
    publisher = FakePublisher()
    told: list[str | None] = []
    left = 50

    async def handler(event: Event, context: Context) -> Sequence[Event]:
        nonlocal left
        left -= 1
        if left:
            told.append(policy.away)
            raise UnavailableError("object store: away")
        return await answers_progress(event, context)

    policy = delivery(handler, publisher)
    await policy.process(message())
    assert publisher.events == [progress(uuid.UUID(int=1))]
    assert set(told[1:]) == {"object store: away"}
    assert policy.away is None


async def test_the_broker_being_away_for_outputs_is_waited_for() -> None:
    """The handler's work is not repeated while the broker is away for its output."""
    publisher = FakePublisher(away=True)
    calls = 0

    async def handler(event: Event, context: Context) -> Sequence[Event]:
        nonlocal calls
        calls += 1
        return await answers_progress(event, context)

    policy = delivery(handler, publisher)
    processing = asyncio.create_task(policy.process(message()))
    async with asyncio.timeout(5):
        while policy.away is None:  # noqa: ASYNC110 - it is a property, there is no event to wait for
            await asyncio.sleep(0.001)
    publisher.away = False
    await processing
    assert calls == 1
    assert publisher.events == [progress(uuid.UUID(int=1))]


async def test_a_drain_gives_up_waiting_without_an_ack() -> None:
    """Told to stop while the store is away, `process` raises: the event is not acked, and there is no dead letter."""
    publisher = FakePublisher()
    policy = delivery(failing(*[UnavailableError("away")] * 1000), publisher)
    policy.drain()
    with pytest.raises(NotDelivered):
        await policy.process(message())
    assert publisher.events == []


async def test_a_cancellation_is_no_ack() -> None:
    """Cancelled in the middle of its handler, the event is left as it was: nothing published, and `process` raises."""
    publisher = FakePublisher()

    async def handler(_event: Event, _context: Context) -> Sequence[Event]:
        await asyncio.Event().wait()
        return []

    processing = asyncio.create_task(delivery(handler, publisher).process(message()))
    await asyncio.sleep(0.01)
    processing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await processing
    assert publisher.events == []


async def test_a_cancellation_inside_the_handler_is_an_error_like_any_other() -> None:
    """A handler whose own task was cancelled (a pool that shuts down) neither acks the event nor kills the worker."""
    publisher = FakePublisher()

    async def handler(_event: Event, _context: Context) -> Sequence[Event]:
        raise asyncio.CancelledError

    await delivery(handler, publisher).process(message())
    assert only_letter(publisher).tries == 3


async def test_a_tombstone_is_no_poison() -> None:
    """Compaction's tombstone on the results' topic is passed over; elsewhere a message without a value is poison."""
    publisher = FakePublisher()
    tombstone = RawMessage("virton.tryon.result", 0, 0, b"key", None)
    await delivery(answers_progress, publisher, topic="virton.tryon.result").process(tombstone)
    assert publisher.events == []
    await delivery(answers_progress, publisher).process(RawMessage(TOPIC, 0, 0, b"key", None))
    assert only_letter(publisher).error == "InvalidEvent"


async def test_one_log_line_per_event_and_stage() -> None:
    """Done, dead, retried or given up: one line each, with the outcome, the seconds and where the event lies."""
    structlog.contextvars.clear_contextvars()
    publisher = FakePublisher()
    merged = structlog.contextvars.merge_contextvars
    with structlog.testing.capture_logs(processors=[merged]) as lines:
        await delivery(failing(), publisher).process(message())
        await delivery(failing(PermanentError("no")), publisher).process(message())
        await delivery(failing(KeyError(), KeyError()), publisher).process(message())
        processing = asyncio.create_task(delivery(failing(), FakePublisher(away=True)).process(message()))
        await asyncio.sleep(0.01)
        processing.cancel()
        await asyncio.wait({processing})
    told = [line for line in lines if line["event"] == "stage.event"]
    assert [line["outcome"] for line in told] == ["done", "dead_letter", "done", "unacked"]
    for line in told:
        assert (line["stage"], line["topic"], line["partition"], line["offset"]) == ("test", TOPIC, 3, 7)
        assert line["tryon"] == str(uuid.UUID(int=1))
        assert line["seconds"] >= 0
    assert structlog.contextvars.get_contextvars() == {}


async def test_metrics_are_in_seconds_and_by_outcome() -> None:
    """Duration, age, outcome, retries and dead letters of a stage are counted."""

    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, {"stage": "metrics", **labels}) or 0.0

    publisher = FakePublisher()
    for handler in (failing(), failing(RetryableError("x"), PermanentError("no"))):
        await Delivery(StageSpec("metrics", {TOPIC: handler}), publisher, pause=0.0).process(message())
    assert value("virton_stage_events_total", outcome="done") == 1
    assert value("virton_stage_events_total", outcome="dead_letter") == 1
    assert value("virton_stage_retries_total", error="RetryableError") == 1
    assert value("virton_dead_letters_total", error="PermanentError") == 1
    assert value("virton_stage_duration_seconds_count") == 2
    assert value("virton_event_age_seconds_count") == 2
    assert value("virton_event_age_seconds_sum") < 60
    assert value("virton_stage_in_flight") == 0


KINDS = {"permanent": PermanentError, "retryable": RetryableError, "bug": ZeroDivisionError, "away": UnavailableError}


@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=12))
@settings(max_examples=300, deadline=None)
def test_every_history_ends_in_its_output_or_its_dead_letter(history: list[str]) -> None:
    """For every sequence of errors, exactly one of output and dead letter is published, and it is the one the policy
    says: absences do not count, a permanent error or a third failure ends it."""
    failures = 0
    dead = False
    for kind in history:
        failures += kind in {"retryable", "bug"}
        if kind == "permanent" or failures == 3:
            dead = True
            break
    publisher = FakePublisher()
    handler = failing(*(KINDS[kind](kind) for kind in history))
    asyncio.run(delivery(handler, publisher).process(message()))
    assert [type(event) for event in publisher.events] == [DeadLetter if dead else TryOnProgress]


@given(
    value=st.none() | st.binary(max_size=200),
    headers=st.lists(st.tuples(st.sampled_from(["ce_type", "ce_id", "CE_TIME", "traceparent", "x"]), st.binary())),
)
@settings(max_examples=300, deadline=None)
def test_no_bytes_stop_a_partition(value: bytes | None, headers: list[tuple[str, bytes]]) -> None:
    """Whatever lies in the partition, `process` returns, with the event handled or in the dead letters."""
    publisher = FakePublisher()
    before = datetime.now(UTC)
    asyncio.run(delivery(answers_progress, publisher).process(RawMessage(TOPIC, 0, 0, value, value, headers)))
    (event,) = publisher.events
    assert isinstance(event, DeadLetter)
    assert event.failed_at >= before
