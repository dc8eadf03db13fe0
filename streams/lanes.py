"""A partition's events in flight: handled in order, several answers under way at once, and the position they allow.

The position is the offset after the last event that was delivered together with all before it. It is what may be
committed: whatever order answers come in, it never passes an event that was not delivered.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from streams.letters import RawMessage

# Answers of the broker come 1 to 5 ms after a message is sent, so 16 under way let a partition do over 3,000 events a
# second, more than Faust reads; and at most 16 events of a partition are repeated after a crash.
MOST_IN_FLIGHT = 16

Process = Callable[[RawMessage, asyncio.Lock], Coroutine[None, None, None]]


class OffsetsWentBack(Exception):
    """What is read now cannot be the events that were read before: the topic was made again, or lost its end."""


@dataclass(frozen=True)
class _InFlight:
    offset: int
    task: "asyncio.Task[None]"


class Lane:
    """One partition while it is assigned to this worker."""

    def __init__(self, process: Process, most: int = MOST_IN_FLIGHT) -> None:
        """`process` returns once an event may be acked, and takes the lock that keeps the partition's order."""
        self._process = process
        self._turn = asyncio.Lock()
        self._room = asyncio.Semaphore(most)
        self._in_flight: deque[_InFlight] = deque()
        self._taken: int | None = None
        self._position: int | None = None
        self._known: int | None = None
        self._fresh = True
        self._readings = 0
        self._read_again_from: int | None = None
        self.stopped = False
        self._open = asyncio.Event()
        self._open.set()
        self._idle = asyncio.Event()
        self._idle.set()

    async def take(self, message: RawMessage) -> None:
        """Starts on the event once the one before it is handled and there is room. A stopped lane takes nothing.

        After a rebalance that leaves the partition here, events in flight are read again: those are dropped here.

        Raises:
            OffsetsWentBack: the event has an offset that another event had. It is not taken, and the lane cannot go on.
        """
        reading = self._readings
        await self._room.acquire()
        await self._open.wait()
        async with self._turn:
            pass  # the event before is handled
        # An event that waited here during a rebalance says nothing of where reading starts after it.
        if self._fresh and reading == self._readings:
            self._fresh = False
            self._known = message.offset  # reading starts at the committed position
        if self.stopped or self._is_repeat(message.offset):
            self._room.release()
            return
        self._taken = message.offset
        task = asyncio.create_task(self._process(message, self._turn))
        self._in_flight.append(_InFlight(message.offset, task))
        self._idle.clear()
        task.add_done_callback(self._advance)

    def pause(self) -> None:
        """From now on `take` waits; what is in flight goes on."""
        self._open.clear()

    def resume(self) -> None:
        """Lets `take` go on."""
        self._open.set()

    @property
    def error(self) -> BaseException | None:
        """What the oldest event's delivery failed with: the lane cannot go past it. None while all is well."""
        head = self._in_flight[0].task if self._in_flight else None
        if head is None or not head.done():
            return None
        return asyncio.CancelledError() if head.cancelled() else head.exception()

    @property
    def uncommitted(self) -> int | None:
        """The position, if it is known to be ahead of what is committed."""
        if self._fresh or self._position is None or (self._known is not None and self._position <= self._known):
            return None
        return self._position

    def committed(self, position: int) -> None:
        """Tells that the broker has this position."""
        self._known = max(position, self._known or 0)

    def released(self) -> None:
        """Tells that the partition may go to another worker, whether or not it then comes back to this one.

        Nothing is committed until the next event is read: it is at the committed position, which must not go back.
        """
        self._fresh = True
        self._readings += 1
        self._read_again_from = self._known or 0

    async def settled(self) -> None:
        """Returns once nothing is in flight, or the oldest event cannot be delivered."""
        await self._idle.wait()

    def stop(self) -> None:
        """Cancels what is in flight; it stays undelivered, and the position stays before it."""
        self.stopped = True
        self._idle.set()
        self._open.set()
        self._room.release()  # for a `take` that waits
        for in_flight in self._in_flight:
            in_flight.task.cancel()

    def _is_repeat(self, offset: int) -> bool:
        """True for an event that this lane has taken and that is read again.

        It can only be one that was not committed before the last rebalance. Anything else is another event under an old
        offset: to drop it would lose it.
        """
        if self._taken is None or offset > self._taken:
            return False
        if self._read_again_from is None or offset < self._read_again_from:
            self._room.release()
            raise OffsetsWentBack(f"offset {offset} is read after {self._taken}, and is none that was to be read again")
        return True

    def _advance(self, _done: "asyncio.Task[None]") -> None:
        while self._in_flight and self._in_flight[0].task.done():
            if self.error is not None:
                self.stop()
                return
            self._position = self._in_flight.popleft().offset + 1
            self._room.release()
        if not self._in_flight:
            self._idle.set()
