"""Following try-ons: one hub per gateway asks SQL for all that anybody waits for, so it needs no Kafka and works
behind any number of gateways."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from schemas.errors import UnavailableError
from streams.observe import FOLLOWERS
from streams.readmodel import ReadModel, Step, TryOn

log = structlog.get_logger(__name__)

# Ten looks a second: a progress bar seems to move at once, and one indexed query of a millisecond serves everybody.
POLL_S = 0.1
# While the database is away a look a second is enough.
AWAY_POLL_S = 1.0
# Proxies close connections that are silent for a minute (nginx, ELB: 60 s): a sign of life four times as often.
HEARTBEAT_S = 15.0

Position = tuple[int, int]  # rank and step of the last step that was told
START: Position = (-1, -1)


class Heartbeat:
    """Nothing happened for a while, and the connection is to be kept."""


@dataclass(eq=False)
class _Follower:
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    revision: int | None = None


class Hub:
    """Tells followers of a try-on its steps and its end."""

    def __init__(self, rows: ReadModel, *, poll_s: float = POLL_S, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._rows = rows
        self._poll_s = poll_s
        self._heartbeat_s = heartbeat_s
        self._followers: dict[UUID, set[_Follower]] = {}
        self._somebody = asyncio.Event()
        self._closing = False

    @property
    def followers(self) -> int:
        """How many follow a try-on now."""
        return sum(map(len, self._followers.values()))

    async def run(self) -> None:
        """Looks for changes until cancelled."""
        away = False
        while True:
            await self._somebody.wait()
            try:
                await self._look()
                away = False
            except UnavailableError as error:
                if not away:
                    log.warning("hub.away", error=str(error))
                away = True
            except Exception:  # followers of every try-on wait for this loop: it must not end
                log.exception("hub.failed")
                away = True
            await asyncio.sleep(AWAY_POLL_S if away else self._poll_s)

    def close(self) -> None:
        """Ends every follower, without a result where there is none yet: they go on at another gateway."""
        self._closing = True
        for followers in self._followers.values():
            for follower in followers:
                follower.changed.set()

    async def follow(self, tryon: UUID, after: Position = START) -> AsyncIterator[Step | TryOn | Heartbeat]:
        """Each step after this position, in order, then the ended try-on, then the end."""
        with self._following(tryon) as follower:
            while not self._closing:
                follower.changed.clear()
                try:
                    row, steps = await self._now(tryon)
                except UnavailableError:
                    follower.revision = None  # so that the next look that succeeds wakes this follower
                    row, steps = None, []
                for step in steps:
                    if (step.rank, step.step) > after:
                        after = (step.rank, step.step)
                        yield step
                if row is not None and row.ended:
                    yield row
                    return
                try:
                    async with asyncio.timeout(self._heartbeat_s):
                        await follower.changed.wait()
                except TimeoutError:
                    yield Heartbeat()

    async def _now(self, tryon: UUID) -> tuple[TryOn | None, list[Step]]:
        # In this order: the steps then hold all that came before the end.
        row = await self._rows.status(tryon)
        return row, await self._rows.steps(tryon)

    async def _look(self) -> None:
        revisions = await self._rows.revisions(list(self._followers))
        for tryon, revision in revisions.items():
            for follower in self._followers.get(tryon, ()):
                if follower.revision != revision:
                    follower.revision = revision
                    follower.changed.set()

    @contextmanager
    def _following(self, tryon: UUID) -> Iterator[_Follower]:
        follower = _Follower()
        self._followers.setdefault(tryon, set()).add(follower)
        self._somebody.set()
        FOLLOWERS.inc()
        try:
            yield follower
        finally:
            FOLLOWERS.dec()
            followers = self._followers[tryon]
            followers.remove(follower)
            if not followers:
                del self._followers[tryon]
            if not self._followers:
                self._somebody.clear()
