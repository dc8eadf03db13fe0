"""A partition's lane: whatever order deliveries end in, the position never passes an event that was not delivered."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.lanes import Lane, OffsetsWentBack
from streams.letters import RawMessage


def at(offset: int) -> RawMessage:
    return RawMessage("topic", 0, offset, None, b"")


class Deliveries:
    """Deliveries that a test ends by hand."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ends: dict[int, asyncio.Future[None]] = {}

    async def process(self, message: RawMessage, turn: asyncio.Lock) -> None:
        self.begun.append(message.offset)
        self.ends[message.offset] = asyncio.get_running_loop().create_future()
        await self.ends[message.offset]

    async def end(self, offset: int, error: Exception | None = None) -> None:
        if error is None:
            self.ends[offset].set_result(None)
        else:
            self.ends[offset].set_exception(error)
        await turns()


async def turns() -> None:
    """Lets every task that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def lane_with(*offsets: int, most: int = 16) -> tuple[Lane, Deliveries]:
    deliveries = Deliveries()
    lane = Lane(deliveries.process, most)
    for offset in offsets:
        await lane.take(at(offset))
    await turns()
    return lane, deliveries


async def test_position_waits_for_the_oldest_event() -> None:
    """Events 31, 32, 33: while 31 is in flight nothing may be committed, however done the others are. Faust's own ack
    commits 34 here (library issue 606)."""
    lane, deliveries = await lane_with(31, 32, 33)
    await deliveries.end(33)
    await deliveries.end(32)
    assert lane.uncommitted is None
    await deliveries.end(31)
    assert lane.uncommitted == 34


async def test_an_undeliverable_event_stops_the_lane() -> None:
    """An event whose delivery raises is never passed: those after it are cancelled and nothing more is taken."""
    lane, deliveries = await lane_with(1, 2, 3)
    await deliveries.end(1)
    await deliveries.end(2, RuntimeError("bug"))
    assert lane.uncommitted == 2
    assert isinstance(lane.error, RuntimeError)
    assert deliveries.ends[3].cancelled()
    await lane.take(at(4))
    assert 4 not in deliveries.begun


async def test_a_cancelled_delivery_is_not_passed() -> None:
    """Cancellation is no ack."""
    lane, deliveries = await lane_with(1, 2)
    deliveries.ends[1].cancel()
    await turns()
    await lane.settled()
    assert lane.uncommitted is None
    assert isinstance(lane.error, asyncio.CancelledError)


async def test_takes_no_more_than_its_room() -> None:
    """With room for two, the third event waits until the first is delivered."""
    lane, deliveries = await lane_with(1, 2, most=2)
    third = asyncio.create_task(lane.take(at(3)))
    await turns()
    assert deliveries.begun == [1, 2]
    await deliveries.end(1)
    await third
    await turns()
    assert deliveries.begun == [1, 2, 3]
    lane.stop()


async def test_a_paused_lane_begins_nothing_and_forgets_nothing() -> None:
    """While a rebalance or a drain waits for what is in flight, the next event is neither begun nor lost."""
    lane, deliveries = await lane_with(1)
    lane.pause()
    second = asyncio.create_task(lane.take(at(2)))
    await turns()
    assert deliveries.begun == [1]
    await deliveries.end(1)
    await lane.settled()
    assert lane.uncommitted == 2
    lane.resume()
    await second
    await turns()
    assert deliveries.begun == [1, 2]
    lane.stop()


async def test_the_next_event_begins_when_the_one_before_is_handled() -> None:
    """Handlers of a partition run one after another, in order, while answers of earlier events are still under way."""
    handled, answered = asyncio.Event(), asyncio.Event()
    begun: list[int] = []

    async def process(message: RawMessage, turn: asyncio.Lock) -> None:
        async with turn:
            begun.append(message.offset)
            await handled.wait()
        await answered.wait()

    lane = Lane(process)
    await lane.take(at(1))
    second = asyncio.create_task(lane.take(at(2)))
    await turns()
    assert begun == [1]
    handled.set()
    await second
    await turns()
    assert begun == [1, 2]
    assert lane.uncommitted is None
    answered.set()
    await lane.settled()
    assert lane.uncommitted == 3


async def test_an_event_read_again_while_in_flight_is_not_begun_again() -> None:
    """After a rebalance the events in flight are read a second time; they are in this lane already."""
    lane, deliveries = await lane_with(5, 6)
    lane.released()
    await lane.take(at(5))
    await lane.take(at(6))
    await lane.take(at(7))
    await turns()
    assert deliveries.begun == [5, 6, 7]
    for offset in (5, 6, 7):
        await deliveries.end(offset)
    assert lane.uncommitted == 8


async def test_an_event_read_again_is_committed_without_a_new_one() -> None:
    """A partition into which nothing new comes after the rebalance: what was in flight is committed all the same, or
    it would be done again by whoever gets the partition, however much later."""
    lane, deliveries = await lane_with(5, 6)
    lane.released()
    await lane.take(at(5))
    await lane.take(at(6))
    await deliveries.end(5)
    assert lane.uncommitted == 6
    await deliveries.end(6)
    assert lane.uncommitted == 7


async def test_an_event_that_waited_during_a_rebalance_is_handled_once() -> None:
    """It was read before the rebalance and is read again after it, behind those in flight: none is lost, none is done
    twice, and all are committed."""
    lane, deliveries = await lane_with(5, 6)
    lane.pause()
    waiting = asyncio.create_task(lane.take(at(7)))
    await turns()
    lane.released()
    lane.resume()
    await waiting
    for offset in (5, 6, 7, 8):
        await lane.take(at(offset))
    await turns()
    assert deliveries.begun == [5, 6, 7, 8]
    for offset in (5, 6, 7, 8):
        await deliveries.end(offset)
        assert lane.uncommitted == offset + 1


async def test_offsets_that_begin_anew_are_no_repeats() -> None:
    """The topic was deleted and made again: its event 0 is not the one that was handled. The lane gives up, so that
    the worker begins anew, instead of dropping events up to where it once was."""
    lane, deliveries = await lane_with(0, 1)
    await deliveries.end(0)
    await deliveries.end(1)
    with pytest.raises(OffsetsWentBack):
        await lane.take(at(0))


async def test_offsets_that_begin_anew_at_a_rebalance_are_no_repeats() -> None:
    """What was committed before the rebalance is not read after it: an event below that is a new one."""
    lane, deliveries = await lane_with(0, 1)
    await deliveries.end(0)
    lane.committed(1)
    lane.released()
    await lane.take(at(1))  # was in flight
    with pytest.raises(OffsetsWentBack):
        await lane.take(at(0))


async def test_never_commits_behind_another_worker() -> None:
    """The partition was elsewhere for a while and comes back at 60: finishing 12 must not set it back to 13."""
    lane, deliveries = await lane_with(12)
    lane.released()
    await deliveries.end(12)
    assert lane.uncommitted is None
    await lane.take(at(60))
    assert lane.uncommitted is None
    await turns()
    await deliveries.end(60)
    assert lane.uncommitted == 61


async def test_commits_a_position_once() -> None:
    """What the broker has is not committed again."""
    lane, deliveries = await lane_with(1)
    await deliveries.end(1)
    assert lane.uncommitted == 2
    lane.committed(2)
    assert lane.uncommitted is None


@given(
    order=st.permutations(range(8)),
    failing=st.sets(st.integers(min_value=0, max_value=7)),
    gaps=st.lists(st.integers(min_value=1, max_value=5), min_size=8, max_size=8),
)
@settings(max_examples=200, deadline=None)
def test_position_is_the_longest_delivered_prefix(order: list[int], failing: set[int], gaps: list[int]) -> None:
    """For every order of ends, every set of failures and every gap that compaction leaves, the position at every moment
    is the offset after the longest run of delivered events from the start."""

    async def scenario() -> None:
        offsets = [sum(gaps[: i + 1]) for i in range(8)]
        lane, deliveries = await lane_with(*offsets)
        delivered: set[int] = set()
        for index in order:
            end: Callable[[], bool] = deliveries.ends[offsets[index]].done
            if end():  # cancelled when an older one failed
                continue
            await deliveries.end(offsets[index], RuntimeError() if index in failing else None)
            if index not in failing:
                delivered.add(index)
            prefix = next((i for i in range(8) if i not in delivered), 8)
            assert lane.uncommitted == (offsets[prefix - 1] + 1 if prefix else None)
        lane.stop()
        for future in deliveries.ends.values():
            if future.done() and not future.cancelled():
                future.exception()

    asyncio.run(scenario())


@pytest.mark.parametrize("in_flight", [0, 3])
async def test_settled_when_nothing_is_in_flight(in_flight: int) -> None:
    """A drain waits for what is in flight and for no more."""
    lane, deliveries = await lane_with(*range(in_flight))
    settled = asyncio.create_task(lane.settled())
    await turns()
    assert settled.done() == (in_flight == 0)
    for offset in range(in_flight):
        await deliveries.end(offset)
    await settled
