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
from schemas.errors import InvalidObject, PermanentError, RetryableError, UnavailableError
from schemas.events import DeadLetter, Event, Reason, Stage, Status, TryOnCancelled, TryOnProgress, TryOnResult
from streams.delivery import Delivery, Handler, NotDelivered, OnDeadLetter, StageSpec, nothing_more
from streams.letters import RawMessage
from streams.publisher import FakePublisher

TOPIC = "virton.tryon.cancelled"
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


def progress(tryon: uuid.UUID) -> TryOnProgress:
    return TryOnProgress(tryon=tryon, stage=Stage.PARSING, step=1, of=2)


async def answers_progress(event: Event, _context: Context) -> Sequence[Event]:
    assert isinstance(event, TryOnCancelled)
    return [progress(event.tryon)]


def failing(*errors: Exception) -> Handler:
    """A handler that raises these errors, one a call, and then answers."""
    left = list(errors)

    async def handler(event: Event, context: Context) -> Sequence[Event]:
        if left:
            raise left.pop(0)
        return await answers_progress(event, context)

    return handler


def delivery(
    handler: Handler, publisher: FakePublisher, on_dead_letter: OnDeadLetter = nothing_more, topic: str = TOPIC
) -> Delivery:
    return Delivery(StageSpec("test", {topic: handler}, on_dead_letter), publisher, pause=0.0)


def message(value: bytes | None = None, *, offset: int = 7, headers: bool = True) -> RawMessage:
    encoded = encode(TryOnCancelled(tryon=uuid.UUID(int=1)), Context.new("test", traceparent=TRACE, event_id="e1"))
    return RawMessage(
        TOPIC, 3, offset, encoded.key, encoded.value if value is None else value, encoded.headers if headers else []
    )


def only_letter(publisher: FakePublisher) -> DeadLetter:
    (letter,) = publisher.events
    assert isinstance(letter, DeadLetter)
    return letter


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


async def test_a_permanent_error_is_a_dead_letter_at_once() -> None:
    """One try; the letter has all that is needed to understand the event and to try it again."""
    publisher = FakePublisher()
    original = message()
    await delivery(failing(InvalidObject("no such object")), publisher).process(original)
    letter = only_letter(publisher)
    assert (letter.topic, letter.partition, letter.offset) == (TOPIC, 3, 7)
    assert (letter.error, letter.text, letter.tries, letter.stage) == ("InvalidObject", "no such object", 1, "test")
    assert letter.value == original.value
    assert letter.original_key == original.key
    assert [(header.name, header.value) for header in letter.headers] == original.headers


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


@pytest.mark.parametrize("value", [b"", b"not JSON", b"\xff\x00", b"{}", b"[]", b"null"])
async def test_poison_is_a_dead_letter_with_its_bytes(value: bytes) -> None:
    """Bytes that are no event are kept as they are."""
    publisher = FakePublisher()
    await delivery(answers_progress, publisher).process(message(value))
    letter = only_letter(publisher)
    assert (letter.error, letter.value) == ("InvalidEvent", value)


async def test_an_event_of_the_future_is_a_dead_letter() -> None:
    """An unknown major version is not guessed at."""
    publisher = FakePublisher()
    original = message()
    headers = [(n, b"virton.tryon.cancelled.v2" if n == "ce_type" else v) for n, v in original.headers]
    future = RawMessage(TOPIC, 0, 0, original.key, original.value, headers)
    await delivery(answers_progress, publisher).process(future)
    assert only_letter(publisher).error == "UnknownVersion"


async def test_a_tombstone_is_no_poison() -> None:
    """Compaction's tombstone on the results' topic is passed over; elsewhere a message without a value is poison."""
    publisher = FakePublisher()
    tombstone = RawMessage("virton.tryon.result", 0, 0, b"key", None)
    await delivery(answers_progress, publisher, topic="virton.tryon.result").process(tombstone)
    assert publisher.events == []
    await delivery(answers_progress, publisher).process(RawMessage(TOPIC, 0, 0, b"key", None))
    assert only_letter(publisher).error == "InvalidEvent"


def failed(tryon: uuid.UUID) -> TryOnResult:
    return TryOnResult(tryon=tryon, request=None, status=Status.FAILED, reason=Reason.INTERNAL)


async def test_the_stage_adds_to_a_dead_letter() -> None:
    """The composition root's hook gets the raw message, the event if it could be read, and the error; what it returns
    is published after the letter."""
    seen: list[tuple[RawMessage, Event | None, Exception]] = []

    async def hook(raw: RawMessage, event: Event | None, error: Exception) -> Sequence[Event]:
        seen.append((raw, event, error))
        return [failed(uuid.UUID(int=1))]

    publisher = FakePublisher()
    policy = delivery(failing(PermanentError("no")), publisher, hook)
    await policy.process(message())
    await policy.process(message(b"poison"))
    assert [type(event) for event in publisher.events] == [DeadLetter, TryOnResult] * 2
    assert [(event, type(error).__name__) for _, event, error in seen] == [
        (TryOnCancelled(tryon=uuid.UUID(int=1)), "PermanentError"),
        (None, "InvalidEvent"),
    ]


async def test_the_hook_waits_for_the_store() -> None:
    """The failed result has to be recorded in the store; while that is away the event waits."""
    left = [UnavailableError("away")] * 3

    async def hook(_raw: RawMessage, _event: Event | None, _error: Exception) -> Sequence[Event]:
        if left:
            raise left.pop()
        return [failed(uuid.UUID(int=1))]

    publisher = FakePublisher()
    await delivery(failing(PermanentError("no")), publisher, hook).process(message())
    assert [type(event) for event in publisher.events] == [DeadLetter, TryOnResult]


async def test_a_broken_hook_does_not_cost_the_letter() -> None:
    """A bug in what comes on top of the letter must not lose the event."""

    async def hook(_raw: RawMessage, _event: Event | None, _error: Exception) -> Sequence[Event]:
        raise KeyError("bug")

    publisher = FakePublisher()
    await delivery(failing(PermanentError("no")), publisher, hook).process(message())
    assert only_letter(publisher).error == "PermanentError"


@pytest.mark.parametrize(
    ("output", "error"),
    [
        (
            TryOnResult(tryon=uuid.UUID(int=1), request=None, status=Status.CANCELLED, advice="x" * 2000),
            "MessageTooLarge",
        ),
        (TryOnResult(tryon=uuid.UUID(int=1), request=None, status=Status.CANCELLED, advice="\ud800"), "InvalidEvent"),
    ],
    ids=["too large", "not serialisable"],
)
async def test_an_output_that_cannot_be_sent_is_permanent(output: Event, error: str) -> None:
    """An output no broker will ever take makes its input a dead letter, instead of blocking the partition."""

    async def handler(_event: Event, _context: Context) -> Sequence[Event]:
        return [output]

    publisher = FakePublisher(largest=1500)
    await delivery(handler, publisher).process(message())
    assert only_letter(publisher).error == error


async def test_what_cannot_be_sent_beside_a_letter_is_dropped() -> None:
    """A type of 400 KB that the result beside the letter quotes: one letter, though no broker takes that result."""

    async def hook(_raw: RawMessage, _event: Event | None, error: Exception) -> Sequence[Event]:
        said = "x" * 400_000
        return [TryOnResult(tryon=uuid.UUID(int=1), request=None, status=Status.CANCELLED, advice=said)]

    publisher = FakePublisher(largest=10_000)
    await delivery(failing(PermanentError("no")), publisher, hook).process(message())
    assert only_letter(publisher).error == "PermanentError"


async def test_a_type_of_any_length_makes_one_letter() -> None:
    """What the error quotes of the event is cut, so that letter and result stay small."""
    publisher = FakePublisher()
    original = message()
    headers = [(n, b"x" * 400_000 if n == "ce_type" else v) for n, v in original.headers]
    await delivery(answers_progress, publisher).process(RawMessage(TOPIC, 0, 0, original.key, original.value, headers))
    assert len(only_letter(publisher).text) < 400


class Broken(FakePublisher):
    """A publisher with a bug, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    async def publish(self, event: Event, context: Context) -> None:
        self.times -= 1
        if self.times >= 0:
            raise AssertionError("the client does not know what to do")
        await super().publish(event, context)


@pytest.mark.parametrize(("times", "ends_as"), [(2, TryOnProgress), (3, DeadLetter)])
async def test_an_unexpected_error_of_the_publisher_is_an_error_like_any_other(
    times: int, ends_as: type[Event]
) -> None:
    """Three tries for the output, then its input is a dead letter; the partition goes on."""
    publisher = Broken(times)
    await delivery(answers_progress, publisher).process(message())
    assert [type(event) for event in publisher.events] == [ends_as]


async def test_without_its_letter_an_event_is_not_acked() -> None:
    """Where not even the dead letter can be sent `process` raises: the event stays, and the worker begins anew."""
    with pytest.raises(AssertionError):
        await delivery(answers_progress, Broken(1000)).process(message())


@pytest.mark.parametrize(("largest", "value", "headers"), [(2000, False, True), (400, False, False)])
async def test_a_letter_that_is_too_large_says_where_the_original_is(largest: int, value: bool, headers: bool) -> None:
    """base64 makes a letter larger than its original: it goes without the value, or even the headers, rather than
    not at all."""
    publisher = FakePublisher(largest=largest)
    await delivery(answers_progress, publisher).process(message(b"x" * 3000))
    letter = only_letter(publisher)
    assert (letter.value is not None, bool(letter.headers)) == (value, headers)
    assert (letter.topic, letter.partition, letter.offset) == (TOPIC, 3, 7)


async def test_an_error_text_that_is_no_text_is_no_obstacle() -> None:
    """An exception may quote surrogates and megabytes; the letter is sent all the same."""
    publisher = FakePublisher(largest=10_000)
    await delivery(failing(PermanentError("\ud800" + "x" * 1_000_000)), publisher).process(message())
    assert len(only_letter(publisher).text) == 2000


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
