"""Taking try-ons in: the accepted row first, then the upload event; what was interrupted in between is swept up."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog

from schemas.envelope import Context
from schemas.errors import UnavailableError
from schemas.events import PhotoUploaded, Request, TryOnCancelled
from streams.observe import QUEUE
from streams.publisher import Publisher
from streams.readmodel import Queue, ReadModel, TryOn

log = structlog.get_logger(__name__)

SOURCE = "/virton/gateway"

SWEEP_PERIOD_S = 10.0
# A publish that will succeed has done so within 30 s (two connections of 10 s and an answer of 5 s): what is older
# and unpublished belongs to a gateway that died, or to a broker that was away.
SWEEP_OLDER_THAN = timedelta(seconds=30)
# One sweep publishes at most this many, so that a long outage is worked off in steps.
SWEEP_MOST = 100
# The steps of a try-on are of interest while somebody follows it: it expires within the hour, a day is plenty.
KEEP_STEPS = timedelta(days=1)

# Without a try-on finished in the last two minutes the rate is unknown: a minute is a polite guess.
UNKNOWN_RETRY_S = 60.0
# Nobody waits longer than this, and the rate may have changed by then.
LONGEST_RETRY_S = 600.0


@dataclass(frozen=True)
class QueueFull(Exception):
    """Too many try-ons are under way; there will be room after about this time."""

    retry_after_s: float


class Intake:
    """Accepts, publishes and cancels try-ons."""

    def __init__(self, rows: ReadModel, publisher: Publisher, *, max_queue: int, expires: timedelta) -> None:
        self._rows = rows
        self._publisher = publisher
        self._max_queue = max_queue
        self._expires = expires

    async def check_room(self, shop: str | None = None) -> None:
        """Raises QueueFull where a further try-on, of this shop or of anybody, would wait too long."""
        queue = await self._queue() if shop is None else await self._rows.queue(self._expires, shop)
        if queue.length >= self._max_queue:
            raise QueueFull(_time_until_room(queue, self._max_queue))

    async def _queue(self) -> Queue:
        queue = await self._rows.queue(within=self._expires)
        QUEUE.set(queue.length)
        return queue

    async def submit(self, request: Request, key: str | None) -> TryOn:
        """Accepts a try-on, or finds the one that this key stands for, and sees that it is in Kafka.

        Raises:
            UnavailableError: database or broker is away. With a key the accepted row stays: the same key, or the
                sweeper, publishes it. Without one nobody could ask for it, and it is withdrawn.
        """
        row = await self._rows.accept(uuid4(), request, key)
        try:
            await self.ensure_published(row)
        except UnavailableError:
            if key is None:
                await self._rows.withdraw(row.id)
            raise
        return row

    async def ensure_published(self, row: TryOn) -> None:
        """Publishes the upload event of an accepted row unless it is in Kafka. Raises UnavailableError."""
        if row.published or row.request is None:
            return
        # The same id at every try: whoever sees the event twice knows it for the same, and the stages settle once.
        context = Context.new(SOURCE, event_id=str(row.id))
        await self._publisher.publish(PhotoUploaded(tryon=row.id, request=row.request), context)
        await self._rows.mark_published(row.id)

    async def cancel(self, tryon: UUID) -> None:
        """Tells every worker that nobody wants it any more. Raises UnavailableError."""
        await self._publisher.publish(TryOnCancelled(tryon=tryon), Context.new(SOURCE, event_id=str(tryon)))

    async def keep_swept(self) -> None:
        """Sweeps until cancelled."""
        while True:
            try:
                await self._queue()
                await self.sweep()
            except UnavailableError as error:
                log.warning("intake.not_swept", error=str(error))
            except Exception:  # one row that cannot be read must not end the sweeping of all others
                log.exception("intake.sweep_failed")
            await asyncio.sleep(SWEEP_PERIOD_S)

    async def sweep(self, older_than: timedelta = SWEEP_OLDER_THAN) -> int:
        """Publishes what was accepted and never published, and forgets old steps; how many were published.

        Expired ones too: their validation ends them as expired, so that they have a result like all others.
        """
        left = await self._rows.unpublished(older_than, SWEEP_MOST)
        for row in left:
            await self.ensure_published(row)
            log.info("intake.swept", tryon=str(row.id))
        await self._rows.forget_steps(KEEP_STEPS)
        return len(left)


def _time_until_room(queue: Queue, most: int) -> float:
    """Seconds until so many have ended that there is room, at the recent rate."""
    if queue.rate == 0:
        return UNKNOWN_RETRY_S
    return min((queue.length - most + 1) / queue.rate, LONGEST_RETRY_S)
