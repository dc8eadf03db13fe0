"""Liveness: a worker in which nothing moves is restarted, and one with a long queue is not."""

import asyncio
import uuid
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.envelope import Context, encode
from schemas.events import Event, TryOnCancelled
from streams import delivery as module
from streams.delivery import Delivery, StageSpec
from streams.letters import RawMessage
from streams.publisher import FakePublisher
from streams.settings import Settings
from streams.worker import HUNG_AFTER_S, Worker

TOPIC = "virton.tryon.cancelled"


class Clock:
    """The time, as a test sets it."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


class Stage:
    """A stage whose model takes one event at a time, and answers when the test says so."""

    def __init__(self) -> None:
        self._model = asyncio.Lock()
        self._answers = asyncio.Semaphore(0)
        self.delivery = Delivery(StageSpec("test", {TOPIC: self}), FakePublisher())
        self.worker = Worker(Settings())
        apps: Any = [SimpleNamespace(delivery=self.delivery)]
        self.worker._apps = apps

    async def __call__(self, _event: Event, _context: Context) -> Sequence[Event]:
        async with self._model:
            await self._answers.acquire()
        return []

    def begin(self, partition: int) -> "asyncio.Task[None]":
        encoded = encode(TryOnCancelled(tryon=uuid.uuid4()), Context.new("test"))
        message = RawMessage(TOPIC, partition, 0, encoded.key, encoded.value, encoded.headers)
        return asyncio.create_task(self.delivery.process(message))

    async def answer(self) -> None:
        self._answers.release()
        await asyncio.sleep(0.01)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


async def test_a_queue_for_the_model_is_no_sign_of_being_stuck(clock: Clock) -> None:
    """Eight partitions' events wait for one model, each a little less than too long: the last one is in its handler
    for eight times as long, and the worker lives."""
    stage = Stage()
    running = [stage.begin(partition) for partition in range(8)]
    await asyncio.sleep(0.01)
    for _ in running:
        clock.now += HUNG_AFTER_S - 1
        assert stage.worker.alive()
        await stage.answer()
    await asyncio.gather(*running)
    clock.now += 10 * HUNG_AFTER_S
    assert stage.worker.alive()  # idle


async def test_a_worker_in_which_nothing_ends_is_stuck(clock: Clock) -> None:
    """However lately the last event of a queue came: none has ended for too long."""
    stage = Stage()
    running = [stage.begin(0)]
    await asyncio.sleep(0.01)
    clock.now += HUNG_AFTER_S - 1
    running.append(stage.begin(1))
    await asyncio.sleep(0.01)
    assert stage.worker.alive()
    clock.now += 2
    assert not stage.worker.alive()
    for _ in running:
        await stage.answer()
    await asyncio.gather(*running)
