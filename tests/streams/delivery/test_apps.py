"""Faust around a stage: what it may do by itself, when it is ready, and when it gives up so that a restart can help."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import CommitFailedError

from schemas.envelope import Context
from schemas.events import Event, TryOnCancelled
from schemas.topics import Topic
from streams import apps
from streams.apps import StageApp
from streams.delivery import StageSpec
from streams.publisher import FakePublisher
from streams.settings import Settings
from tests.streams.delivery.conftest import NewTrap
from tests.streams.delivery.harness import Trap

pytestmark = pytest.mark.kafka

# Joining takes 1 to 3 s on 2 busy cores.
PATIENCE_S = 60.0


async def nothing(_event: Event, _context: Context) -> Sequence[Event]:
    return []


@asynccontextmanager
async def running(trap: Trap, **spec: Any) -> AsyncIterator[tuple[StageApp, "asyncio.Task[None]"]]:
    """A stage in this process, once it has joined, and the task that runs it."""
    settings = Settings(kafka_bootstrap=trap.bootstrap, data=trap.folder)
    declared = {trap.topic: Topic(trap.topic, TryOnCancelled, 1)}
    stage = StageSpec(trap.group, {trap.topic: nothing}, **spec)
    app = StageApp(stage, settings, FakePublisher(), topics=declared)
    task = asyncio.create_task(app.run())
    try:
        await until(lambda: app.joined)
        yield app, task
    finally:
        await app.drain(5.0)
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
        assert await app.stop(10.0)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not reached():  # noqa: ASYNC110 - there is no event for what Faust does in its thread
            await asyncio.sleep(0.05)


@pytest.fixture
def trap(new_trap: NewTrap) -> Trap:
    """One partition."""
    return new_trap()


async def test_faust_binds_no_port_of_its_own(trap: Trap) -> None:
    """Its web server would listen on 0.0.0.0:6066, with or without a pod's consent."""
    async with running(trap):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", 6066))


async def test_it_is_ready_when_it_has_joined_even_with_nothing_to_do(trap: Trap) -> None:
    """Two workers for one partition: the one that gets nothing is as ready as the other."""
    async with running(trap) as (first, _), running(trap) as (second, _):
        await until(lambda: first.joined and second.joined)
        assert first.unready() is None
        assert second.unready() is None


async def test_a_cold_model_is_not_ready(trap: Trap) -> None:
    """Joined and connected, but its model is not loaded."""
    async with running(trap, ready=lambda: (False, "weights are being read")) as (app, _):
        assert app.unready() == "weights are being read"


async def test_a_refused_commit_is_tried_again(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faust's own commit crashes the worker where the broker refuses one, as it does around a rebalance."""
    async with running(trap) as (app, task):
        thread = app._thread
        original = thread.call_thread
        refusals = 2

        async def refusing(function: Any, *args: Any, **options: Any) -> Any:
            nonlocal refusals
            if function == thread._consumer.commit and refusals:
                refusals -= 1
                raise CommitFailedError
            return await original(function, *args, **options)

        monkeypatch.setattr(thread, "call_thread", refusing)
        await asyncio.to_thread(trap.send, 3)
        await asyncio.to_thread(trap.wait_until_read)
        assert refusals == 0
        assert not task.done()


async def test_a_partition_that_cannot_go_on_ends_the_worker(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in the delivery itself: nothing may pass the event, so only a restart, which reads it again, can help."""
    async with running(trap) as (app, task):

        async def broken(*_: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(app.delivery, "process", broken)
        await asyncio.to_thread(trap.send, 2)
        with pytest.raises(RuntimeError, match="cannot go on"):
            async with asyncio.timeout(PATIENCE_S):
                await task
        assert await asyncio.to_thread(trap.read_for_good) == 0


async def test_a_crash_of_faust_ends_the_worker(trap: Trap) -> None:
    """A part of Faust that crashed in the background does not leave a worker that does nothing."""
    async with running(trap) as (app, task):
        await app._app.crash(KeyError("inside Faust"))
        with pytest.raises(RuntimeError, match="Faust crashed"):
            async with asyncio.timeout(PATIENCE_S):
                await task


async def test_a_worker_that_does_not_get_into_its_group_ends(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside its group for longer than any rebalance, with the broker there, it starts anew instead of waiting."""
    monkeypatch.setattr(apps, "OUTSIDE_S", 2.0)
    async with running(trap) as (app, task):
        app.joined = False
        with pytest.raises(RuntimeError, match="does not get into its consumer group"):
            async with asyncio.timeout(PATIENCE_S):
                await task


async def test_a_partition_that_moves_is_left_alone(trap: Trap) -> None:
    """When a partition goes to another worker, what is in flight here is cancelled and never committed from here."""
    async with running(trap) as (app, _):
        await asyncio.to_thread(trap.send, 1)
        await until(lambda: bool(app._lanes))
        (lane,) = app._lanes.values()
        await app._on_revoked(None, set())
        await app._on_assigned(None, set())
        assert lane.stopped
        assert app._lanes == {}


def test_every_stage_is_a_group_of_its_own(tmp_path: Path) -> None:
    """Each stage scales alone."""
    settings = Settings(data=tmp_path)
    names = [f"stage-{uuid.uuid4().hex[:4]}" for _ in range(2)]
    groups = [StageApp(StageSpec(n, {"t": nothing}), settings, FakePublisher(), topics={})._app.conf.id for n in names]
    assert groups == [f"virton-{name}" for name in names]
