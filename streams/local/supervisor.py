"""`virton up`: everything on one machine, as processes that are kept running and ended in order."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence

import structlog

from models.weights.fetch import is_fetched
from models.weights.manifest import MANIFEST
from streams.local import children, jars
from streams.local.errors import LocalRunError
from streams.local.kafka import LocalKafka, free_port, is_free
from streams.local.lock import FolderLock
from streams.local.part import Part
from streams.settings import Settings

log = structlog.get_logger(__name__)

VIRTON = (sys.executable, "-m", "streams.cli")
STAGES = ("validation", "parsing", "generation", "feedback", "readmodel")

# Everything has ended 15 s after SIGTERM: workers drain for at most 5 s and close their connections in 4 more, so 10 s
# are enough for every part; Kafka, which they need until then, ends in 0.4 s (measured) and is given 3.5.
DRAIN_S = 5.0
PARTS_GRACE_S = 10.0
KAFKA_GRACE_S = 3.5
# How often stderr is told what a start still waits for.
TELL_EVERY_S = 10.0
KAFKA_PORT = 9092


class Supervisor:
    """The local run. Uses one data folder alone."""

    def __init__(self, settings: Settings, *, kafka_port: int | None = None) -> None:
        """
        Args:
            settings: Those of every part. With VIRTON_KAFKA_BOOTSTRAP set, that cluster is used and none started.
            kafka_port: The local Kafka's; 0: a free one; None: 9092, or a free one where that is taken.
        """
        self._settings = settings
        self._gateway_port = settings.gateway_port or free_port()
        self._data = settings.data.absolute()
        self._kafka: LocalKafka | None = None
        if "kafka_bootstrap" not in settings.model_fields_set:
            port = KAFKA_PORT if kafka_port is None and is_free(KAFKA_PORT) else kafka_port
            self._kafka = LocalKafka(self._data / "kafka", port or 0)
        self._parts = self._all_parts()

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self._gateway_port}"

    async def run(self, stop: asyncio.Event, on_ready: Callable[[str], None]) -> None:
        """Brings everything up, calls `on_ready` with the URL once all parts are ready, and ends all after `stop`.

        Raises:
            LocalRunError: something that is needed is missing, or in use.
        """
        lock = FolderLock(self._data / "lock", f"The data folder {self._data}")
        for (
            part
        ) in self._parts:  # a folder is in use, and its ports are taken, until the last part of a killed run ends
            part.hold(lock.fileno)
        try:
            if not is_free(self._gateway_port):
                raise LocalRunError(
                    f"Port {self._gateway_port} is in use: stop what uses it, or choose another: --port"
                )
            working = asyncio.create_task(self._work(on_ready))
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                await self._bring_down()
            if not working.cancelled():
                working.result()
        finally:
            lock.release()

    async def _work(self, on_ready: Callable[[str], None]) -> None:
        if not all(is_fetched(self._settings.weights_folder, weight) for weight in MANIFEST if weight.commercial):
            await self._step("weights", [*VIRTON, "weights", "fetch"])
        if self._kafka is not None:
            await self._start_kafka(self._kafka)
        await self._step("topics", [*VIRTON, "topics"])
        keeping = [asyncio.create_task(part.keep()) for part in self._parts]
        if self._kafka is not None:
            keeping.append(asyncio.create_task(self._keep_kafka(self._kafka)))
        keeping.append(asyncio.create_task(self._announce(on_ready)))
        try:
            await asyncio.gather(*keeping)
        finally:
            for task in keeping:
                task.cancel()

    async def _step(self, name: str, command: Sequence[str]) -> None:
        """Runs something that ends by itself, in a process, so that it can be interrupted at any moment."""
        child = children.spawn(command, env=self._env())
        try:
            await children.ended(child)
        finally:
            children.signal_group(child, signal.SIGKILL)
            child.wait()
        if child.returncode != 0:
            raise LocalRunError(f"The start ends at its step {name!r}; the reason is above.")

    async def _start_kafka(self, kafka: LocalKafka) -> None:
        jars.java()
        if not jars.are_fetched():
            await self._step("kafka", [sys.executable, "-m", "streams.local.jars"])
        kafka.launch()
        log.info(f"part=kafka pid={kafka.pid} started", part="kafka", pid=kafka.pid, bootstrap=kafka.bootstrap)
        await asyncio.to_thread(kafka.wait_until_ready)

    async def _keep_kafka(self, kafka: LocalKafka) -> None:
        while True:
            await asyncio.sleep(children.LOOK_S)
            if kafka.pid is None:
                log.warning("part=kafka ended", part="kafka", log=str(kafka.log))
                try:
                    await self._start_kafka(kafka)
                except LocalRunError as error:
                    log.error("kafka.not_started", error=str(error))  # noqa: TRY400 - the text says it all
                    await asyncio.sleep(1.0)

    async def _announce(self, on_ready: Callable[[str], None]) -> None:
        told = time.monotonic()
        while waiting := {part.name: part.waits_for for part in self._parts if not part.ready}:
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                log.info("up.waiting", **waiting)
            await asyncio.sleep(children.LOOK_S)
        on_ready(self.url)

    async def _bring_down(self) -> None:
        for part in self._parts:
            part.terminate()
        await asyncio.gather(*(part.ended(PARTS_GRACE_S) for part in self._parts))
        if self._kafka is not None:
            self._kafka.stop(KAFKA_GRACE_S)

    def _env(self) -> dict[str, str]:
        """The variables by which every part finds the others."""
        env = {"VIRTON_DATA": str(self._data), "VIRTON_DRAIN_S": str(min(DRAIN_S, self._settings.drain_s))}
        env["VIRTON_GATEWAY_PORT"] = str(self._gateway_port)
        if self._kafka is not None:
            env["VIRTON_KAFKA_BOOTSTRAP"] = self._kafka.bootstrap
        return env

    def _all_parts(self) -> list[Part]:
        env = self._env()
        workers = [Part(stage, [*VIRTON, "worker", stage], env) for stage in STAGES]
        gateway = Part("gateway", [*VIRTON, "gateway"], env, port=self._gateway_port)
        return [*workers, gateway, Part("collector", [*VIRTON, "collect"], env)]
