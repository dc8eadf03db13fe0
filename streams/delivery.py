"""Delivery: the one policy by which every stage takes an event and gives it up again.

Raw bytes in; decode, handle, publish what came out and await the broker's answer; only then may the event be acked.
Nothing is ever acked by an exception, a cancellation or a shutdown: `process` returns, or raises and the event stays.

    PermanentError, bytes that are no event     dead letter at once (`StageSpec.passes_over`: told, and acked)
    RetryableError, any unexpected exception    3 tries, then dead letter
    UnavailableError, broker away               tried without end; `away` says so, and readiness with it

There is no Kafka here: `streams.apps` feeds it from Faust, tests feed it by hand.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid5

import structlog
from structlog.contextvars import bind_contextvars, reset_contextvars

from schemas.envelope import Context, child_traceparent, decode, traceparent_or_new
from schemas.errors import PermanentError, UnavailableError
from schemas.events import DeadLetter, Event, TryOnEvent
from schemas.topics import BY_NAME, Topic
from streams import observe
from streams.letters import IDS, RawMessage, dead_letter, letter_context, shorter
from streams.publisher import MessageTooLarge, Publisher

log = structlog.get_logger(__name__)

_T = TypeVar("_T")

# Pauses before the second and the third try. Half a second outlives a blip; three more outlive a worker process of a
# model being restarted and a read model that is a batch behind. One bad event holds its partition for 3.5 s at most.
RETRY_PAUSES_S = (0.5, 3.0)
# Pauses while something is away: soon at first, since most absences are a restart; never longer than 5 s, so that work
# goes on within 5 s of the return; each shortened at random by up to a half, so that workers do not return as one.
AWAY_FIRST_PAUSE_S = 0.1
AWAY_LONGEST_PAUSE_S = 5.0

Handler = Callable[[Event, Context], Awaitable[Sequence[Event]]]
OnDeadLetter = Callable[[RawMessage, Event | None, Exception], Awaitable[Sequence[Event]]]


async def nothing_more(_message: RawMessage, _event: Event | None, _error: Exception) -> Sequence[Event]:
    """An `OnDeadLetter` of a stage whose failures concern no shopper."""
    return ()


def always_ready() -> tuple[bool, str]:
    """A `StageSpec.ready` of a stage with nothing to warm."""
    return True, ""


@dataclass(frozen=True)
class StageSpec:
    """A stage: a consumer group `virton-NAME` and what it does with the events of each topic.

    `on_dead_letter` gives the events to publish besides a dead letter (a try-on's `failed` result); it may raise
    UnavailableError and is then asked again. `ready` says whether the stage's models are warm, and if not, why.
    `passes_over` are topics of other stages that this one only looks at: what cannot be decoded there is the owner's
    to make a dead letter of, and one is enough.
    """

    name: str
    handlers: Mapping[str, Handler]
    on_dead_letter: OnDeadLetter = nothing_more
    ready: Callable[[], tuple[bool, str]] = always_ready
    passes_over: frozenset[str] = frozenset()


class NotDelivered(Exception):
    """A shutdown came while the event waited for something that is away. It was not acked and will be read again."""


@dataclass
class _Work:
    """One event on its way through a stage."""

    message: RawMessage
    began: float = field(default_factory=time.monotonic)
    event: Event | None = None
    context: Context | None = None
    tries: int = 1
    errors: list[str] = field(default_factory=list)
    dead: bool = False
    passed_over: bool = False
    bound: dict[str, Any] = field(default_factory=dict)  # structlog's tokens, to take back what is bound


class Delivery:
    """The policy, for one stage. Use it from one event loop."""

    def __init__(
        self, stage: StageSpec, publisher: Publisher, *, topics: Mapping[str, Topic] = BY_NAME, pause: float = 1.0
    ) -> None:
        """`topics` says which events a topic carries; `pause` scales every wait between tries. Both are for tests."""
        self._stage = stage
        self._metrics = observe.StageMetrics(stage.name)
        self._topics = topics
        self._publisher = publisher
        self._pause = pause
        self._draining = asyncio.Event()
        self._away: dict[int, str] = {}
        self._handling = 0
        self._moved = 0.0

    @property
    def away(self) -> str | None:
        """What is away at the moment, None if nothing is."""
        return next(iter(self._away.values()), None)

    @property
    def stuck_s(self) -> float:
        """Seconds for which events have been in handlers and none has ended; 0 while there are none.

        How long one call has taken would say nothing: events of all partitions queue for a model inside their handlers.
        Waiting for what is away is no handling.
        """
        return time.monotonic() - self._moved if self._handling else 0.0

    def drain(self) -> None:
        """From now on nothing waits for what is away: `process` raises NotDelivered instead."""
        self._draining.set()

    async def process(self, message: RawMessage, turn: AbstractAsyncContextManager[object] | None = None) -> None:
        """Returns once the event may be acked.

        `turn` is held while the event is decoded and handled, not while its outputs are under way: a partition's lock
        keeps its events in order and lets one event's answer travel while the next is handled.

        Raises:
            NotDelivered: see there. CancelledError: as usual. In both cases the event must not be acked.
        """
        work = _Work(message)
        bound = bind_contextvars(
            stage=self._stage.name, topic=message.topic, partition=message.partition, offset=message.offset
        )
        work.bound.update(bound)
        outcome = "unacked"
        try:
            with self._metrics.in_flight.track_inprogress():
                async with turn or nullcontext():
                    outputs = await self._handled(work)
                for output, context in outputs:
                    await self._published(work, output, context)
            outcome = "dead_letter" if work.dead else "passed_over" if work.passed_over else "done"
        finally:
            self._tell(work, outcome)
            reset_contextvars(**work.bound)

    async def _handled(self, work: _Work) -> list[tuple[Event, Context]]:
        """What to publish: the handler's outputs, or the dead letter."""
        if _is_tombstone(work.message, self._topics[work.message.topic]):
            return []
        try:
            return self._addressed(work, await self._tried(work, lambda: self._once(work)))
        except NotDelivered:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends here: as a dead letter, not as an ack
            if work.event is None and work.message.topic in self._stage.passes_over:
                work.passed_over = True
                work.errors.append(repr(error))
                return []
            return await self._dead(work, error)

    async def _tried(self, work: _Work, call: Callable[[], Awaitable[_T]]) -> _T:
        """The call's answer after as many tries as the kinds of errors allow. Raises the last error."""
        pauses = iter(RETRY_PAUSES_S)
        while True:
            try:
                return await self._while_away(work, call)
            except (PermanentError, NotDelivered):
                raise
            except Exception as error:
                pause = next(pauses, None)
                if pause is None:
                    raise
                self._metrics.retried(error)
                work.errors.append(repr(error))
                await asyncio.sleep(pause * self._pause)
                work.tries += 1

    async def _once(self, work: _Work) -> Sequence[Event]:
        if work.event is None:
            work.event, work.context = _decoded(work.message, self._topics[work.message.topic])
            age = (datetime.now(UTC) - work.context.time).total_seconds()
            self._metrics.age.observe(max(0.0, age))
            if isinstance(work.event, TryOnEvent):
                work.bound.update(bind_contextvars(tryon=str(work.event.tryon)))
        assert work.context is not None
        if not self._handling:
            self._moved = time.monotonic()
        self._handling += 1
        try:
            return await self._stage.handlers[work.message.topic](work.event, work.context)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Something inside the handler was cancelled, not we: an error like any other.
            raise RuntimeError("the handler's own work was cancelled") from error
        finally:
            self._handling -= 1
            self._moved = time.monotonic()

    async def _while_away(self, work: _Work, call: Callable[[], Awaitable[_T]]) -> _T:
        """The call's answer, however long what it needs is away. Raises NotDelivered when draining."""
        pause = AWAY_FIRST_PAUSE_S
        try:
            while True:
                try:
                    return await call()
                except UnavailableError as error:
                    if self.away is None:
                        log.warning("stage.waiting", away=str(error))
                    self._away[id(work)] = str(error)
                    if self._draining.is_set():
                        raise NotDelivered(str(error)) from error
                await self._sleep_unless_draining(pause * random.uniform(0.5, 1.0) * self._pause)  # noqa: S311
                pause = min(2 * pause, AWAY_LONGEST_PAUSE_S)
        finally:
            self._away.pop(id(work), None)

    async def _sleep_unless_draining(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._draining.wait()
        except TimeoutError:
            return

    async def _published(self, work: _Work, output: Event, context: Context) -> None:
        """Returns once the broker has the output, or the dead letter that stands for it."""
        try:
            await self._tried(work, lambda: self._publisher.publish(output, context))
        except NotDelivered:
            raise
        except Exception as error:
            if isinstance(output, DeadLetter):
                await self._published_shorter(work, output, context, error)
            elif work.dead:
                # The letter is there. A second one would say no more, and its own result would fail as this one did.
                log.exception("stage.output_dropped", type=output.type)
            else:
                for other, other_context in await self._dead(work, error):
                    await self._published(work, other, other_context)

    async def _published_shorter(self, work: _Work, letter: DeadLetter, context: Context, error: Exception) -> None:
        """A dead letter that is itself too large goes without the bytes; it says where the original lies."""
        less = shorter(letter) if isinstance(error, MessageTooLarge) else None
        if less is None:
            raise error  # no letter, no ack
        await self._published(work, less, context)

    async def _dead(self, work: _Work, error: Exception) -> list[tuple[Event, Context]]:
        """The dead letter of an event that failed for good, and what the stage adds to it."""
        self._metrics.died(error)
        work.dead = True
        work.errors.append(repr(error))
        letter = dead_letter(work.message, self._stage.name, error, work.tries)
        try:
            more = await self._while_away(work, lambda: self._stage.on_dead_letter(work.message, work.event, error))
        except NotDelivered:
            raise
        except Exception:
            # The letter is what keeps the event from being lost; it must not fail for what comes on top.
            log.exception("stage.dead_letter_hook_failed")
            more = ()
        context = work.context or _fallback_context(work.message)
        addressed = letter_context(work.message, self._stage.name, child_traceparent(context.traceparent))
        return [(letter, addressed), *self._addressed(work, more)]

    def _addressed(self, work: _Work, outputs: Sequence[Event]) -> list[tuple[Event, Context]]:
        """The outputs with their contexts: a redelivery's get the same ids, and all stay in the input's trace."""
        context = work.context or _fallback_context(work.message)
        seen: Counter[str] = Counter()
        addressed: list[tuple[Event, Context]] = []
        for output in outputs:
            output_id = _output_id(self._stage.name, context, output, seen[output.type])
            seen[output.type] += 1
            trace = child_traceparent(context.traceparent, output_id.hex[:16])
            made = Context.new(f"/virton/{self._stage.name}", traceparent=trace, event_id=str(output_id))
            addressed.append((output, made))
        return addressed

    def _tell(self, work: _Work, outcome: str) -> None:
        """The one log line of an event in a stage, and its metrics."""
        seconds = time.monotonic() - work.began
        self._metrics.ended(outcome, seconds)
        facts: dict[str, object] = {"outcome": outcome, "seconds": round(seconds, 4), "tries": work.tries}
        if work.errors:
            facts["errors"] = work.errors
        (log.error if outcome == "dead_letter" else log.info)("stage.event", **facts)


def _is_tombstone(message: RawMessage, topic: Topic) -> bool:
    """True where compaction's "forget this key" is no event for a stage."""
    return message.value is None and "compact" in topic.config.get("cleanup.policy", "")


def _decoded(message: RawMessage, topic: Topic) -> tuple[Event, Context]:
    return decode(topic, message.value, message.named_headers)


def _fallback_context(message: RawMessage) -> Context:
    """The context of a message that could not be decoded: what its headers say, where they can be read."""
    attributes = {name.lower(): value.decode(errors="replace") for name, value in message.named_headers if value}
    return Context.new(
        attributes.get("ce_source", "unknown"),
        event_id=attributes["ce_id"],
        traceparent=traceparent_or_new(attributes.get("traceparent")),
    )


def _output_id(stage: str, source: Context, output: Event, number: int) -> UUID:
    """The id of a stage's `number`th output of its type: the same when the event that led to it is read again.

    A CloudEvents id is unique within its source only, and two shops may well call their source the same: the try-on
    keeps their events apart.
    """
    tryon = str(output.tryon) if isinstance(output, TryOnEvent) else None
    return uuid5(IDS, json.dumps([source.source, source.id, stage, output.type, tryon, number]))
