"""A worker's beginning and end: it waits for its cluster, tells why, and stops when told to at any moment."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.envelope import Context
from schemas.events import Event
from streams.delivery import StageSpec
from streams.local.kafka import LocalKafka
from streams.publisher import FakePublisher, Publisher
from streams.settings import Settings
from streams.worker import Worker

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Opened:
    stages: Sequence[StageSpec]
    publisher: Publisher


def opening(*stages: StageSpec) -> Callable[[], AbstractAsyncContextManager[Opened]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Opened]:
        yield Opened(stages, FakePublisher())

    return opened


async def nothing(_event: Event, _context: Context) -> Sequence[Event]:
    return []


async def until_it_waits_for(worker: Worker, reason: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while reason not in worker.ready()[1]:  # noqa: ASYNC110 - probes look, nobody is told
            await asyncio.sleep(0.05)


async def test_it_waits_for_a_broker_that_is_away(tmp_path: Path) -> None:
    """Alive but not ready while there is no broker; told to stop, it stops at once."""
    worker = Worker(Settings(kafka_bootstrap="127.0.0.1:1", data=tmp_path))
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(["t"], opening(), stop))
    await until_it_waits_for(worker, "Kafka at 127.0.0.1:1 is away")
    assert worker.alive()
    stop.set()
    async with asyncio.timeout(5):
        assert await running


@pytest.mark.kafka
async def test_it_waits_for_its_topics(kafka: LocalKafka, new_topic: Callable[..., str], tmp_path: Path) -> None:
    """Where topics are missing it says which and what makes them, and does not begin: a consumer of a topic that is not
    there would look at it again minutes later."""
    worker = Worker(Settings(kafka_bootstrap=kafka.bootstrap, data=tmp_path))
    there = new_topic()
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run([there, "not.there"], opening(), stop))
    await until_it_waits_for(worker, "make them with `virton topics`: not.there")
    stop.set()
    assert await running


@pytest.mark.kafka
async def test_stages_that_cannot_be_opened_end_it(
    kafka: LocalKafka, new_topic: Callable[..., str], tmp_path: Path
) -> None:
    """Weights that are missing, say: the reason is raised, for a supervisor to see."""

    def broken() -> AbstractAsyncContextManager[Opened]:
        raise ValueError("weights are missing")

    worker = Worker(Settings(kafka_bootstrap=kafka.bootstrap, data=tmp_path))
    with pytest.raises(ValueError, match="weights are missing"):
        await worker.run([new_topic()], broken, asyncio.Event())


@pytest.mark.kafka
async def test_several_stages_share_a_process(kafka: LocalKafka, new_topic: Callable[..., str], tmp_path: Path) -> None:
    """Two stages join their two groups, and one stop ends both."""
    first, second = new_topic(), new_topic()
    worker = Worker(Settings(kafka_bootstrap=kafka.bootstrap, data=tmp_path))
    stop = asyncio.Event()
    stages = opening(StageSpec(first, {first: nothing}), StageSpec(second, {second: nothing}))
    running = asyncio.create_task(worker.run([first, second], stages, stop))
    async with asyncio.timeout(PATIENCE_S):
        while not worker.ready()[0]:  # noqa: ASYNC110 - probes look, nobody is told
            await asyncio.sleep(0.05)
    stop.set()
    async with asyncio.timeout(15):
        assert await running
    assert worker.ready() == (False, "stopping")
