"""A worker process: several stages side by side, its probes, and an end that loses nothing."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Protocol

import structlog
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from streams.apps import StageApp
from streams.delivery import StageSpec
from streams.kafka import client_options
from streams.probes import serve
from streams.publisher import Publisher
from streams.settings import Settings

log = structlog.get_logger(__name__)

# Leaving the groups and closing connections takes under a second; with a broker that is away it would take for ever.
STOP_WITHIN_S = 4.0
# A try-on of four samples takes 4 minutes on a small GPU. Where no event ends for more than twice as long, one hangs.
HUNG_AFTER_S = 600.0
# How often a cluster that is away, or whose topics are missing, is asked again.
CLUSTER_PAUSE_S = 1.0


class OpenedStages(Protocol):
    """What the composition root gives a worker."""

    @property
    def stages(self) -> Sequence[StageSpec]:
        """The stages to run."""

    @property
    def publisher(self) -> Publisher:
        """Where their events go."""


Opening = Callable[[], AbstractAsyncContextManager[OpenedStages]]


class Worker:
    """Runs stages until it is told to stop. Also the health that the probes tell."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._apps: Sequence[StageApp] = ()
        self._waits_for: str | None = "starting"

    def alive(self) -> bool:
        """Work makes progress; lag, or something being away, is no reason to be restarted.

        That the loop ticks is told by there being an answer: the probes are served on it.
        """
        return all(app.delivery.stuck_s <= HUNG_AFTER_S for app in self._apps)

    def ready(self) -> tuple[bool, str]:
        """Models warm, groups joined (an empty assignment counts), broker and store there; and if not, why."""
        reasons = [f"{app.name}: {reason}" for app in self._apps if (reason := app.unready()) is not None]
        if self._waits_for is not None:
            reasons.insert(0, self._waits_for)
        return not reasons, "; ".join(reasons)

    async def run(self, topics: Iterable[str], opening: Opening, stop: asyncio.Event) -> bool:
        """Waits for the cluster and its topics, opens the stages, works until `stop`, drains.

        Returns:
            True if everything was closed in order; False if something (a broker that is away) kept that from ending.

        Raises:
            Exception: what made it impossible to go on. Nothing is acked by it; the worker is to be started again.
        """
        if not await _unless(stop, self._cluster_has(set(topics))):
            return True
        async with opening() as opened:
            self._apps = [self.stage_app(stage, opened) for stage in opened.stages]
            self._waits_for = None
            return await self._work(stop)

    def stage_app(self, stage: StageSpec, opened: OpenedStages) -> StageApp:
        """The stage as it is to run."""
        return StageApp(stage, self._settings, opened.publisher)

    async def _work(self, stop: asyncio.Event) -> bool:
        running: list[asyncio.Task[None]] = [asyncio.create_task(app.run(), name=app.name) for app in self._apps]
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        self._waits_for = "stopping"
        ended = [task for task in running if task.done()]
        try:
            await asyncio.gather(*(app.drain(self._settings.drain_s) for app in self._apps))
        finally:
            for task in running:
                task.cancel()
            closed = await asyncio.gather(*(app.stop(STOP_WITHIN_S) for app in self._apps))
        for task in ended:
            task.result()
        return all(closed)

    async def _cluster_has(self, topics: set[str]) -> None:
        """Returns once the cluster answers and has the topics."""
        while (reason := await _missing(self._settings, topics)) is not None:
            if reason != self._waits_for:
                log.warning("worker.waiting", reason=reason)
            self._waits_for = reason
            await asyncio.sleep(CLUSTER_PAUSE_S)


async def run_worker(settings: Settings, topics: Iterable[str], opening: Opening) -> int:
    """A worker with its probes, until SIGTERM or SIGINT. Returns the process's exit status."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    worker = Worker(settings)
    try:
        async with serve(worker, settings):
            closed = await worker.run(topics, opening, stop)
    except Exception:
        log.exception("worker.failed")
        return 1
    log.info("worker.stopped", closed=closed)
    return 0


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, None]) -> bool:
    """Does the work, or leaves it when `stop` is set; True if it was done."""
    doing = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not doing.done():
        doing.cancel()
        with suppress(asyncio.CancelledError):
            await doing
        return False
    doing.result()
    return True


async def _missing(settings: Settings, topics: set[str]) -> str | None:
    """Why the stages cannot begin on this cluster, None if they can."""
    client = AIOKafkaClient(**client_options(settings))
    try:
        await client.bootstrap()
        missing = topics - (await client.fetch_all_metadata()).topics()
    except (KafkaError, OSError) as error:
        return f"Kafka at {settings.kafka_bootstrap} is away: {error!r}"
    finally:
        await client.close()
    return f"topics are missing, make them with `virton topics`: {', '.join(sorted(missing))}" if missing else None
