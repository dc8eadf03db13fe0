"""Dead letters, without Kafka: what becomes one, what it holds, and what goes with it."""

import uuid
from collections.abc import Sequence
from typing import Any

import pytest
import structlog

from schemas.envelope import Context
from schemas.errors import InvalidObject, PermanentError, UnavailableError
from schemas.events import DeadLetter, Event, Reason, Status, TryOnCancelled, TryOnProgress, TryOnResult
from streams.delivery import Delivery, StageSpec
from streams.letters import RawMessage
from streams.publisher import FakePublisher
from streams.stages.readmodel import ReadModelStage
from tests.streams.delivery.stage import TOPIC, answers_progress, delivery, failing, message, only_letter


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


@pytest.mark.parametrize(("topic", "letters"), [("virton.photo.uploaded", 0), ("virton.tryon.progress", 1)])
async def test_what_another_stage_makes_a_letter_of_is_passed_over(topic: str, letters: int) -> None:
    """The read model only looks at uploads and feedback: one that cannot be read is its stage's, and has one letter.
    Progress has no other reader."""
    rows: Any = None
    spec = StageSpec("test", ReadModelStage(rows).handlers, passes_over=ReadModelStage.LOOKED_AT)
    publisher = FakePublisher()
    with structlog.testing.capture_logs() as lines:
        await Delivery(spec, publisher, pause=0.0).process(RawMessage(topic, 0, 0, None, b"poison"))
    assert [type(event) for event in publisher.events] == [DeadLetter] * letters
    assert [line["outcome"] for line in lines] == ["dead_letter" if letters else "passed_over"]


async def test_what_fails_in_a_stage_that_looks_on_has_its_letter() -> None:
    """An event that can be read and not be handled is nobody else's."""
    spec = StageSpec("test", {TOPIC: failing(PermanentError("no"))}, passes_over=frozenset({TOPIC}))
    publisher = FakePublisher()
    await Delivery(spec, publisher, pause=0.0).process(message())
    assert only_letter(publisher).error == "PermanentError"
