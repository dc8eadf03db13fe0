"""What the tests of the delivery policy share: a stage that answers progress or fails, and its input."""

import uuid
from collections.abc import Sequence

from schemas.envelope import Context, encode
from schemas.events import DeadLetter, Event, Stage, TryOnCancelled, TryOnProgress
from streams.delivery import Delivery, Handler, OnDeadLetter, StageSpec, nothing_more
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
