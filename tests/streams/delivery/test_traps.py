"""The traps of the facts, each on the real Kafka: once with the remedy taken away, which shows the loss or the
duplicate, and once with our delivery, which shows none."""

import json
import signal
import time
from dataclasses import replace
from functools import partial

import pytest

from streams.apps import MAX_POLL_INTERVAL_S
from tests.streams.delivery.conftest import NewTrap
from tests.streams.delivery.harness import Subject, Trap, wait_until

pytestmark = pytest.mark.kafka


def has_begun(worker: Subject, count: int = 1) -> bool:
    return len(worker.begun) >= count


def has_ended(worker: Subject, count: int) -> bool:
    return len(worker.ended) >= count


def has_acked_in_flight(worker: Subject, trap: Trap) -> bool:
    """An event is acked that is not done."""
    return worker.in_flight and trap.read_for_good() > len(worker.ended)


class TestExceptionInAHandler:
    """Faust acks the event whose body raised."""

    def test_auto_ack_loses_the_event(self, new_trap: NewTrap) -> None:
        """The event is committed as read, and nothing of it is left."""
        trap = new_trap()
        bad, *_ = trap.send(5)
        trap.start(trap.scenario("auto-ack", failing=[bad]))
        trap.wait_until_read()
        assert trap.lost() == {bad}

    def test_ours_keeps_it_as_a_dead_letter(self, new_trap: NewTrap) -> None:
        """After three tries it lies in the dead letters; the events behind it are done."""
        trap = new_trap()
        bad, *good = trap.send(5)
        trap.start(trap.scenario(failing=[bad]))
        trap.wait_until_read()
        assert trap.lost() == set()
        (letter,) = trap.letters()
        assert letter.value is not None
        assert (json.loads(letter.value)["tryon"], letter.error, letter.tries) == (bad, "RetryableError", 3)
        assert trap.results().keys() == set(good)


class TestSigtermInTheMiddleOfABatch:
    """Faust acks a batch whose body was cancelled by the shutdown.

    By default it waits for the batch first, without end (`stream_wait_empty`): a worker that has to stop within a time
    must not, or is killed.
    """

    def test_take_loses_what_was_in_flight(self, new_trap: NewTrap) -> None:
        """Stopped gracefully in a batch of 8, the worker that comes after never sees the rest of that batch."""
        trap = new_trap()
        trap.send(24)
        first = trap.start(trap.scenario("take", seconds=0.2, wait_empty=False))
        wait_until(lambda: len(first.ended) >= 2 and first.in_flight, 60, "no event was in flight")
        first.end(signal.SIGTERM)
        second = trap.start(trap.scenario("take"))
        assert second.joined.wait(60)
        trap.wait_until_read()
        assert trap.lost()

    def test_ours_loses_nothing_and_repeats_nothing(self, new_trap: NewTrap) -> None:
        """The event in flight is finished and committed, those behind it are left; each has one result."""
        trap = new_trap()
        trap.send(24)
        first = trap.start(trap.scenario(seconds=0.2))
        wait_until(lambda: len(first.ended) >= 2 and first.in_flight, 60, "no event was in flight")
        assert first.end(signal.SIGTERM) < 15
        assert len(first.ended) < 24
        assert not first.in_flight
        trap.start(trap.scenario())
        trap.wait_until_read()
        assert trap.lost() == set()
        assert {len(nonces) for nonces in trap.results().values()} == {1}


class TestSigkill:
    """A killed process can do nothing any more: what counts is what it had acked, and what it had recorded."""

    def test_only_ours_loses_nothing_and_has_one_result_per_id(self, new_trap: NewTrap) -> None:
        """An event acked when it was taken is lost; one done again without a record has a second, different result;
        with ours some events are delivered twice, and the second delivery publishes the first one's record."""
        early, unrecorded, ours = new_trap(), new_trap(), new_trap()
        scenarios = {
            early: early.scenario("ack-first", seconds=2.0),
            unrecorded: unrecorded.scenario("auto-ack", seconds=0.02),
            ours: ours.scenario(seconds=0.02, record_bytes=64),
        }
        early.send(3)
        unrecorded.send(40)
        ours.send(40)
        workers = {trap: trap.start(scenario) for trap, scenario in scenarios.items()}
        wait_until(partial(has_acked_in_flight, workers[early], early), 60, "no acked event was in flight")
        workers[early].end(signal.SIGKILL)
        for trap in (unrecorded, ours):
            worker = workers[trap]
            wait_until(partial(has_ended, worker, 10), 60, "the worker does nothing")
            worker.end(signal.SIGKILL)
        # The dead members' sessions of 10 s end for all three at the same time.
        for trap, scenario in scenarios.items():
            trap.start(replace(scenario, seconds=0.0))
        for trap in scenarios:
            trap.wait_until_read()
        assert early.lost()
        assert any(len(set(nonces)) > 1 for nonces in unrecorded.results().values())
        assert ours.lost() == set()
        results = ours.results().values()
        assert {len(set(nonces)) for nonces in results} == {1}
        assert any(len(nonces) > 1 for nonces in results)


class TestPoison:
    """Bytes that are no event at all."""

    def test_auto_ack_swallows_it(self, new_trap: NewTrap) -> None:
        """It is acked, and nobody can ever know what it was."""
        trap = new_trap()
        trap.send(2)
        trap.send_raw(b"\xff poison", [])
        trap.send(2)
        trap.start(trap.scenario("auto-ack"))
        trap.wait_until_read(5)
        assert trap.results().keys() == set(trap.sent)
        assert trap.letters() == []

    def test_ours_keeps_its_bytes(self, new_trap: NewTrap) -> None:
        """The events around it are done, and the dead letter has the bytes and the place."""
        trap = new_trap()
        trap.send(2)
        trap.send_raw(b"\xff poison", [("ce_id", b"\xfe"), ("x", b"y")])
        trap.send(2)
        trap.start(trap.scenario())
        trap.wait_until_read(5)
        assert trap.results().keys() == set(trap.sent)
        (letter,) = trap.letters()
        assert (letter.value, letter.offset, letter.error) == (b"\xff poison", 2, "InvalidEvent")
        assert [(header.name, header.value) for header in letter.headers] == [("ce_id", b"\xfe"), ("x", b"y")]


class TestEventOfTheFuture:
    """An event of a major version that this program does not know."""

    @pytest.mark.parametrize(("style", "letters"), [("auto-ack", 0), ("ours", 1)])
    def test_it_is_kept_for_the_program_that_knows_it(self, new_trap: NewTrap, style: str, letters: int) -> None:
        """With Faust's own ack the refused event is gone; ours keeps it, headers included."""
        trap = new_trap()
        tryon, message = trap.event()
        headers = [(n, b"virton.tryon.cancelled.v2" if n == "ce_type" else v) for n, v in message.headers]
        trap.send_raw(message.value, headers, message.key)
        trap.sent.append(tryon)
        good = trap.send(2)
        trap.start(trap.scenario(style))
        trap.wait_until_read()
        assert trap.results().keys() == set(good)
        assert len(trap.letters()) == letters
        assert trap.lost() == (set() if letters else {tryon})
        for letter in trap.letters():
            assert letter.error == "UnknownVersion"
            assert [(header.name, header.value) for header in letter.headers] == headers


@pytest.mark.slow
class TestStoreAway:
    """The object store does not answer for 30 s."""

    def test_only_ours_waits_for_it(self, new_trap: NewTrap) -> None:
        """With Faust's own ack every event of the outage fails, is acked and is lost. Ours acks nothing, makes no dead
        letter and says in its readiness what is away; then everything is done."""
        auto_ack, ours = new_trap(), new_trap()
        workers = {}
        for trap, style in ((auto_ack, "auto-ack"), (ours, "ours")):
            trap.scenario().away().touch()
            trap.send(3)
            workers[trap] = trap.start(trap.scenario(style, record_bytes=64))
        worker = workers[ours]
        wait_until(lambda: bool(worker.begun), 60, "the worker does nothing")
        time.sleep(30)
        assert ours.read_for_good() == 0
        ready, reason = worker.readiness[-1]
        assert not ready
        assert "object store: away" in reason
        for trap in workers:
            trap.scenario().away().unlink()
        for trap in workers:
            trap.wait_until_read()
        assert auto_ack.lost()
        assert ours.lost() == set()
        assert ours.letters() == []
        assert ours.results().keys() == set(ours.sent)
        wait_until(lambda: worker.readiness[-1] == (True, ""), 10, "readiness did not come back")


class TestDiskFull:
    """No file can grow beyond 4 KB (RLIMIT_FSIZE), and the results have 16."""

    def test_writing_in_place_with_auto_ack_loses_them_and_leaves_halves(self, new_trap: NewTrap) -> None:
        """The write fails half way, the event is acked: no result, and a truncated file where it should be."""
        trap = new_trap()
        trap.send(3)
        trap.start(trap.scenario("auto-ack", record_bytes=16_384, once=False, file_limit=4096))
        trap.wait_until_read()
        assert trap.lost() == set(trap.sent)
        assert {(trap.folder / tryon).stat().st_size for tryon in trap.sent} == {4096}

    def test_ours_waits_for_space_and_leaves_no_halves(self, new_trap: NewTrap) -> None:
        """Nothing is acked and no half object shows; when there is space every result is whole."""
        trap = new_trap()
        trap.send(3)
        subject = trap.start(trap.scenario(record_bytes=16_384, file_limit=4096))
        wait_until(lambda: len(subject.begun) >= 3, 60, "it does not try again")
        assert trap.read_for_good() == 0
        results = trap.folder / "objects" / "results"
        assert [path for path in results.glob("*") if path.name in trap.sent] == []
        trap.scenario().space().touch()
        trap.wait_until_read()
        assert trap.lost() == set()
        assert {(results / tryon).stat().st_size for tryon in trap.sent} == {16_384}


@pytest.mark.slow
class TestSlowPartition:
    """One event of 40 s, and more events behind it than a buffer holds."""

    def test_only_ours_lets_the_others_go_on(self, new_trap: NewTrap) -> None:
        """While the slow event is handled, ours does all that the other partitions have, behind however many events
        the slow one is. Faust's isolated partitions with a buffer of 16 stop once that partition's buffer is full."""
        isolated, ours = new_trap(partitions=4), new_trap(partitions=4)
        workers, others, slow = {}, {}, {}
        for trap, style, behind in ((isolated, "isolated", 60), (ours, "ours", 800)):
            slow[style], *_ = trap.send(behind, partition=0)
            others[style] = {tryon for number in (1, 2, 3) for tryon in trap.send(20, partition=number)}
            workers[style] = trap.start(trap.scenario(style, seconds_of={slow[style]: 40.0}))
            wait_until(partial(has_begun, workers[style]), 60, "the slow event was not begun")

        def done(style: str) -> int:
            return len(others[style] & set(workers[style].ended))

        wait_until(lambda: done("ours") == 60, 35, "ours does not do the other partitions' events")
        assert slow["ours"] not in workers["ours"].ended
        stopped_at = done("isolated")
        time.sleep(3)
        assert slow["isolated"] not in workers["isolated"].ended
        assert done("isolated") == stopped_at < 60
        for trap in (isolated, ours):
            trap.wait_until_read(within=120)
            assert trap.lost() == set()


@pytest.mark.slow
class TestNothingReadForLong:
    """While every partition's buffer is full, nothing is read: a client leaves its group after `max_poll_interval`."""

    def test_only_with_our_interval_it_works_on_when_the_store_is_back(self, new_trap: NewTrap) -> None:
        """The store is away until long after the buffer is full. With an interval of 8 s (the facts have 1000) the
        worker has left its group and never works again; with ours it does all there is once the store is back."""
        short, ours = new_trap(), new_trap()
        for trap, max_poll_s in ((short, 8.0), (ours, MAX_POLL_INTERVAL_S)):
            trap.scenario().away().touch()
            trap.send(600)  # the buffer holds 500
            worker = trap.start(trap.scenario(record_bytes=64, max_poll_s=max_poll_s))
            wait_until(partial(has_begun, worker), 60, "the worker does nothing")
        time.sleep(20)
        for trap in (short, ours):
            trap.scenario().away().unlink()
        ours.wait_until_read()
        assert ours.lost() == set()
        time.sleep(10)
        assert short.read_for_good() < 600


class TestJoiningWorker:
    """A killed worker keeps its partitions until its session ends; the next one waits for that."""

    def test_it_stops_within_20_seconds(self, new_trap: NewTrap) -> None:
        """SIGTERM ends a worker that has not got into the group yet."""
        trap = new_trap()
        trap.send(1)
        first = trap.start(trap.scenario())
        assert first.joined.wait(60)
        first.end(signal.SIGKILL)
        second = trap.start(trap.scenario())
        time.sleep(2)
        assert not second.joined.is_set()
        assert second.end(signal.SIGTERM) < 20
