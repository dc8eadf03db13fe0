"""Which try-ons were cancelled: every worker reads the whole topic for itself, without a group."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from schemas.envelope import decode
from schemas.errors import PermanentError, UnavailableError
from schemas.events import TryOnCancelled
from schemas.topics import BY_EVENT
from streams.kafka import client_options
from streams.settings import Settings

log = structlog.get_logger(__name__)

TOPIC = BY_EVENT[TryOnCancelled]
# The topic keeps a day. A try-on expires after an hour, so what matters is far less than 100,000; they take 20 MB.
MOST_REMEMBERED = 100_000
# Reading a day's backlog takes seconds; a broker that does not answer must not hold the worker's start for ever.
BACKLOG_WITHIN_S = 30.0
# A cancellation that is heard of a second late costs at most a second of work; a client that fails at once is not asked
# more often.
PAUSE_S = 1.0


class Cancellations:
    """Remembers the cancelled try-ons, the newest ones where there are too many."""

    def __init__(self, settings: Settings, *, most: int = MOST_REMEMBERED) -> None:
        self._settings = settings
        self._most = most
        self._cancelled: OrderedDict[UUID, None] = OrderedDict()
        self._following: asyncio.Task[None] | None = None

    def contains(self, tryon: UUID) -> bool:
        """True if the try-on was cancelled. May be called from any thread: a lookup in a dict is atomic."""
        return tryon in self._cancelled

    def add(self, tryon: UUID) -> None:
        """Remembers a cancellation."""
        self._cancelled[tryon] = None
        self._cancelled.move_to_end(tryon)
        if len(self._cancelled) > self._most:
            self._cancelled.popitem(last=False)

    async def start(self) -> None:
        """Reads what was cancelled so far, then follows in the background.

        Raises:
            UnavailableError: the broker does not answer.
        """
        self._following = asyncio.create_task(self._follow(await self._opened()), name="cancellations")

    async def stop(self) -> None:
        """Ends the reading; what is known stays."""
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    async def _opened(self) -> AIOKafkaConsumer:
        """A consumer that has read the backlog. Raises UnavailableError."""
        consumer = AIOKafkaConsumer(**client_options(self._settings), enable_auto_commit=False)
        try:
            async with asyncio.timeout(BACKLOG_WITHIN_S):
                await consumer.start()
                partitions = [TopicPartition(TOPIC.name, number) for number in range(TOPIC.partitions)]
                consumer.assign(partitions)
                await consumer.seek_to_beginning(*partitions)
                ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
                for partition, end in ends.items():
                    while await consumer.position(partition) < end:
                        await self._read(consumer)
        except (KafkaError, TimeoutError) as error:
            await consumer.stop()
            raise UnavailableError(f"broker: cannot read {TOPIC.name}: {error!r}") from error
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        """Reads until cancelled, whatever happens: at worst a picture is made meanwhile that nobody wants."""
        while True:
            try:
                await self._read_on(consumer)
            except Exception:
                log.exception("cancellations.reading_anew")
            consumer = await self._opened_again()

    async def _read_on(self, consumer: AIOKafkaConsumer) -> None:
        """Reads as long as that goes. Raises what nobody expected."""
        try:
            while True:
                try:
                    await self._read(consumer)
                except KafkaError as error:
                    log.warning("cancellations.not_read", error=repr(error))  # the client connects again by itself
                    await asyncio.sleep(PAUSE_S)
        finally:
            await consumer.stop()

    async def _opened_again(self) -> AIOKafkaConsumer:
        """As `_opened`, as soon as that goes; what is read a second time changes nothing."""
        while True:
            await asyncio.sleep(PAUSE_S)
            try:
                return await self._opened()
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the client, it is asked again
                log.warning("cancellations.not_opened", error=repr(error))

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                try:
                    event, _ = decode(TOPIC, record.value, record.headers)
                except PermanentError as error:
                    log.warning("cancellations.unreadable", offset=record.offset, error=str(error))
                    continue
                assert isinstance(event, TryOnCancelled)
                self.add(event.tryon)
