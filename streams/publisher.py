"""The outgoing half of delivery: a port of two calls, aiokafka behind it, and its fake."""

import asyncio
import contextvars
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError

from schemas.envelope import Context, Message, encode
from schemas.errors import InvalidEvent, PermanentError, UnavailableError
from schemas.events import Event
from streams.kafka import client_options
from streams.settings import Settings

log = structlog.get_logger(__name__)

# A broker restarts and its partitions have leaders again within 2 to 4 s; what is unanswered after 5 s is an outage
# that readiness should tell. The message stays queued in the client, and the next try waits for that same copy.
ANSWER_WITHIN_S = 5.0
# One request to a broker that hangs instead of refusing; the client then tries another connection by itself.
REQUEST_TIMEOUT_S = 10.0
# Messages that come within 5 ms of a request wait for the next one and share it. A request costs 0.3 ms of CPU however
# few messages it has: a stage does 2,600 events a second with this and 900 without (measured, 2 busy cores). It adds at
# most 5 ms, and nothing to a message that comes alone.
DEPARTURES_S = 0.005
# Progress is worth nothing when it is late: beyond this many unanswered ones (a few KB each) new ones are dropped.
MOST_SOON = 1000


# What makes two messages the same one: topic, key, CloudEvents id, value. The id alone does not: whoever writes an
# event chooses it, and two programs may choose the same.
_Identity = tuple[str, bytes, str, bytes]


class MessageTooLarge(PermanentError):
    """The broker does not take a message of this size; the same bytes will not become smaller."""


class Publisher(Protocol):
    """Where events go."""

    async def publish(self, event: Event, context: Context) -> None:
        """Returns once the broker has the event on all in-sync replicas.

        Raises:
            UnavailableError: no answer; the event may or may not be there. A further call with the same event and
                `context.id` waits for the copy that is under way instead of making another.
            MessageTooLarge: it will never be accepted.
            InvalidEvent: it cannot be serialised.
        """

    def publish_soon(self, event: Event, context: Context) -> None:
        """Hands over an event that nobody waits for (progress). On the event loop's thread; failures are logged."""


class KafkaPublisher:
    """The port on aiokafka's idempotent producer, acks=all. Connects at the first use and again after a failure."""

    def __init__(self, settings: Settings, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._options = client_options(settings)
        self._answer_within_s = answer_within_s
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()
        self._unanswered: dict[_Identity, _Sent] = {}
        self._departed = 0.0
        self._next: asyncio.Event | None = None
        self._soon: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connects. Raises UnavailableError if the broker is away; `publish` then tries again by itself."""
        await self._connected()

    async def stop(self) -> None:
        """Waits a bounded time for what is under way, then closes."""
        if self._soon:
            await asyncio.wait(self._soon, timeout=self._answer_within_s)
            # What still waits for a broker that is away must not go on connecting behind our back.
            late = list(self._soon)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._producer is not None:
            await self._discard(self._producer)

    async def publish(self, event: Event, context: Context) -> None:
        message = serialised(event, context)
        identity = (message.topic, message.key, context.id, message.value)
        sent = self._unanswered.get(identity) or await self._send(identity, message)
        # asyncio.wait and not wait_for: running out of patience must not cancel the copy that is under way.
        await asyncio.wait({sent.answer}, timeout=self._answer_within_s)
        if not sent.answer.done():
            raise UnavailableError(f"broker: no answer within {self._answer_within_s:g} s for {message.topic}")
        error = asyncio.CancelledError() if sent.answer.cancelled() else sent.answer.exception()
        if error is not None:
            await self._failed(sent.producer, message, error)

    def publish_soon(self, event: Event, context: Context) -> None:
        if len(self._soon) >= MOST_SOON:
            log.warning("publisher.dropped", type=event.type, unanswered=len(self._soon))
            return
        task = asyncio.get_running_loop().create_task(self._publish_logged(event, context), name="publish-soon")
        self._soon.add(task)
        task.add_done_callback(self._soon.discard)

    async def _publish_logged(self, event: Event, context: Context) -> None:
        try:
            await self.publish(event, context)
        except (UnavailableError, PermanentError) as error:
            log.warning("publisher.not_published", type=event.type, error=str(error))

    async def _send(self, identity: _Identity, message: Message) -> "_Sent":
        """Queues the message in the client."""
        producer = self._producer or await self._connected()
        await self._departure()
        if (sent := self._unanswered.get(identity)) is not None:
            return sent  # another call sent it meanwhile
        try:
            # Waits, REQUEST_TIMEOUT_S at most, for the topic's metadata and for room where a partition's batch is full.
            answer: asyncio.Future[Any] = await producer.send(
                message.topic, value=message.value, key=message.key, headers=message.headers
            )
        except MessageSizeTooLargeError as error:
            # Refused before it was sent: the producer is as good as before.
            raise MessageTooLarge(f"{message.topic}: {error}") from error
        except KafkaTimeoutError as error:
            raise UnavailableError(f"broker: no room or no leader for {message.topic}") from error
        except KafkaError as error:
            await self._failed(producer, message, error)
        sent = _Sent(producer, answer)
        self._unanswered[identity] = sent
        answer.add_done_callback(lambda done: self._answered(identity, done))
        return sent

    async def _departure(self) -> None:
        """Returns when the message may leave: at once, or together with others."""
        loop = asyncio.get_running_loop()
        since = loop.time() - self._departed
        if self._next is None and since >= DEPARTURES_S:
            self._departed = loop.time()
            return
        if self._next is None:
            self._next = asyncio.Event()
            loop.call_later(DEPARTURES_S - since, self._depart)
        await self._next.wait()

    def _depart(self) -> None:
        assert self._next is not None
        self._departed = asyncio.get_running_loop().time()
        self._next.set()
        self._next = None

    def _answered(self, identity: _Identity, answer: "asyncio.Future[Any]") -> None:
        self._unanswered.pop(identity, None)
        if not answer.cancelled():
            answer.exception()  # retrieved: a publisher that was cancelled is no longer there to do it

    async def _failed(self, producer: AIOKafkaProducer, message: Message, error: BaseException) -> NoReturn:
        """Raises the error in the port's terms, after making way for a producer that is fit for another try."""
        # An idempotent producer numbers its batches per partition. One that failed for good leaves a hole, and the
        # broker refuses every later one as out of order: only a producer with a new id can go on.
        await self._discard(producer)
        if isinstance(error, MessageSizeTooLargeError):
            raise MessageTooLarge(f"{message.topic}: {error}") from error
        raise UnavailableError(f"broker: {message.topic}: {error!r}") from error

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                # In a context of its own: the client's background tasks outlive the event that is being published now,
                # and their log lines must not carry its try-on and offset.
                connecting = asyncio.get_running_loop().create_task(self._connect(), context=contextvars.Context())
                self._producer = await connecting
            return self._producer

    async def _connect(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._options,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,  # nobody waits for a fuller batch; under load batches fill while one is on its way
            request_timeout_ms=int(REQUEST_TIMEOUT_S * 1000),
        )
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                await producer.start()
        except (KafkaError, OSError, TimeoutError) as error:
            await _closed(producer)
            raise UnavailableError(f"broker: cannot connect: {error!r}") from error
        except BaseException:
            await _closed(producer)
            raise
        return producer

    async def _discard(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            self._producer = None
            await _closed(producer)


@dataclass(frozen=True)
class _Sent:
    """A message under way, and the producer that carries it."""

    producer: AIOKafkaProducer
    answer: "asyncio.Future[Any]"


async def _closed(producer: AIOKafkaProducer) -> None:
    """Closes the producer, flushing for a bounded time: a flush waits for a broker that is away without end."""
    stopping = asyncio.ensure_future(producer.stop())
    await asyncio.wait({stopping}, timeout=ANSWER_WITHIN_S)
    sender = producer._sender.sender_task
    if not stopping.done() and sender is not None:
        sender.cancel()  # the flush gives up as soon as the sender is gone; there is no public call for it
        await asyncio.wait({stopping}, timeout=ANSWER_WITHIN_S)
    if stopping.done() and not stopping.cancelled() and (error := stopping.exception()) is not None:
        log.warning("publisher.close_failed", error=repr(error))


def serialised(event: Event, context: Context) -> Message:
    """The event as a message. Raises InvalidEvent where it holds what JSON or a header cannot carry."""
    try:
        return encode(event, context)
    except (ValueError, TypeError) as error:  # UnicodeEncodeError and PydanticSerializationError are ValueErrors
        raise InvalidEvent(f"{event.type} cannot be serialised: {error}") from error


@dataclass
class FakePublisher:
    """Records in memory, for unit tests.

    `away = True` makes `publish` fail as an absent broker does; `largest` is the size in bytes above which it refuses.
    """

    published: list[tuple[Event, Context]] = field(default_factory=list)
    soon: list[tuple[Event, Context]] = field(default_factory=list)
    away: bool = False
    largest: int = 1_000_000

    @property
    def events(self) -> list[Event]:
        """The published events, in order."""
        return [event for event, _ in self.published]

    async def publish(self, event: Event, context: Context) -> None:
        message = serialised(event, context)
        await asyncio.sleep(0)
        if self.away:
            raise UnavailableError("broker: away")
        if len(message.value) > self.largest:
            raise MessageTooLarge(f"{message.topic}: {len(message.value)} bytes")
        self.published.append((event, context))

    def publish_soon(self, event: Event, context: Context) -> None:
        self.soon.append((event, context))
