"""A worker as a process, for the trap tests and the chaos run: ours, or Faust with the remedies taken away.

Styles:
    ours        `streams.worker`, as in production
    auto-ack    a Faust agent as its documentation shows it: the library acks what leaves the loop's body
    take        the same with `stream.take`, batches of 8
    ack-first   a Faust agent that acks an event when it takes it
    isolated    `isolated_partitions` with a buffer of 16 and an own ack after delivery, as first measured

Says on stdout, a JSON object a line: {"joined": true}, {"begun": ID}, {"ended": ID}, {"ready": false, "reason": TEXT}.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import faust

from schemas.envelope import Context, decode, encode
from schemas.errors import RetryableError, UnavailableError
from schemas.events import Event, Reason, Status, TryOnCancelled, TryOnResult
from schemas.topics import Topic
from streams import apps
from streams.apps import StageApp
from streams.delivery import StageSpec
from streams.observe import configure_logging
from streams.publisher import KafkaPublisher
from streams.settings import Settings
from streams.store import Obstore
from streams.worker import Worker


@dataclass(frozen=True)
class Scenario:
    """What the subject's handler does with an event; ids are strings."""

    bootstrap: str
    topic: str
    group: str
    folder: str
    style: str = "ours"
    seconds: float = 0.0
    seconds_of: dict[str, float] = field(default_factory=dict)
    failing: list[str] = field(default_factory=list)
    record_bytes: int = 0
    once: bool = True
    file_limit: int = 0
    wait_empty: bool = True
    max_poll_s: float = apps.MAX_POLL_INTERVAL_S

    @property
    def settings(self) -> Settings:
        """Settings of our own parts."""
        return Settings(kafka_bootstrap=self.bootstrap, data=Path(self.folder))

    @property
    def declared(self) -> dict[str, Topic]:
        """The input topic, as `schemas.topics` would declare it."""
        return {self.topic: Topic(self.topic, TryOnCancelled, 0)}

    def away(self) -> Path:
        """While this file exists the store is away."""
        return Path(self.folder) / "away"

    def space(self) -> Path:
        """Once this file exists the disk is no longer full."""
        return Path(self.folder) / "space"


def say(**what: object) -> None:
    """One line to whoever started us."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


class Handler:
    """Makes a result with a random nonce; with `record_bytes` the first one recorded in the store is the result."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._store = Obstore((Path(scenario.folder) / "objects").as_uri())

    async def __call__(self, event: Event, context: Context) -> Sequence[Event]:
        assert isinstance(event, TryOnCancelled)
        tryon = str(event.tryon)
        say(begun=tryon)
        await asyncio.sleep(self._scenario.seconds_of.get(tryon, self._scenario.seconds))
        if tryon in self._scenario.failing:
            raise RetryableError("this one never works")
        nonce = await self._recorded(tryon, uuid.uuid4().hex)
        say(ended=tryon)
        result = TryOnResult(tryon=event.tryon, request=None, status=Status.FAILED, reason=Reason.BROKEN, advice=nonce)
        return [result]

    async def _recorded(self, tryon: str, nonce: str) -> str:
        """The nonce that stands for this try-on."""
        if not self._scenario.record_bytes:
            return nonce
        if self._scenario.away().exists():
            raise UnavailableError("object store: away")
        record = nonce.encode().ljust(self._scenario.record_bytes, b".")
        if not self._scenario.once:
            (Path(self._scenario.folder) / tryon).write_bytes(record)  # in place, as a program without a store does
            return nonce
        if not await self._store.create(f"results/{tryon}", record):
            record = await self._store.get(f"results/{tryon}") or b""
        return record.rstrip(b".").decode()


@dataclass(frozen=True)
class Opened:
    """What `streams.parts` would give the worker."""

    stages: Sequence[StageSpec]
    publisher: KafkaPublisher


async def ours(scenario: Scenario) -> None:
    """Our delivery."""
    apps.MAX_POLL_INTERVAL_S = scenario.max_poll_s
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    filling = asyncio.create_task(fill_disk(scenario)) if scenario.file_limit else None

    @asynccontextmanager
    async def opening() -> AsyncIterator[Opened]:
        publisher = KafkaPublisher(scenario.settings)
        try:
            yield Opened([StageSpec(scenario.group, {scenario.topic: Handler(scenario)})], publisher)
        finally:
            await publisher.stop()

    class Subject(Worker):
        def stage_app(self, stage: StageSpec, opened: Any) -> StageApp:
            return StageApp(stage, scenario.settings, opened.publisher, topics=scenario.declared)

    worker = Subject(scenario.settings)

    async def tell_readiness() -> None:
        told = (False, "")
        while True:
            if told != (told := worker.ready()):
                say(ready=told[0], reason=told[1], joined=told[0])
            await asyncio.sleep(0.05)

    telling = asyncio.create_task(tell_readiness())
    try:
        await worker.run([scenario.topic], opening, stop)
    finally:
        telling.cancel()
        if filling is not None:
            filling.cancel()


def plain_app(scenario: Scenario, **options: Any) -> faust.App:
    """A Faust app with the documentation's defaults, but for what this machine needs."""
    return faust.App(
        f"virton-{scenario.group}",
        broker=f"kafka://{scenario.bootstrap}",
        datadir=f"{scenario.folder}/faust",
        store="memory://",
        web_enabled=False,
        topic_disable_leader=True,
        broker_session_timeout=10,
        broker_heartbeat_interval=3,
        broker_commit_interval=0.5,
        stream_wait_empty=scenario.wait_empty,
        **options,
    )


def plain(scenario: Scenario) -> None:
    """Faust without our delivery, run and stopped by its own worker."""
    options = {"stream_buffer_maxsize": 16, "broker_max_poll_records": 10} if scenario.style == "isolated" else {}
    app = plain_app(scenario, **options)
    inputs = app.topic(scenario.topic, value_serializer="raw")
    outputs = app.topic("virton.tryon.result", value_serializer="raw", key_serializer="raw")
    handler = Handler(scenario)

    async def work(message: Any) -> None:
        event, context = decode(scenario.declared[scenario.topic], message.value, message.headers)
        for output in await handler(event, context):
            encoded = encode(output, Context.new("/plain"))
            await (await outputs.send(key=encoded.key, value=encoded.value, headers=dict(encoded.headers)))

    async def auto_ack(stream: Any) -> None:
        async for _ in stream:
            await work(stream.current_event.message)

    async def take(stream: Any) -> None:
        async for values in stream.take(8, within=0.5):
            for value in values:
                event, context = decode(scenario.declared[scenario.topic], value, None)
                for output in await handler(event, context):
                    encoded = encode(output, Context.new("/plain"))
                    await (await outputs.send(key=encoded.key, value=encoded.value))

    async def ack_first(stream: Any) -> None:
        events = stream.noack()
        async for _ in events:
            event = events.current_event
            await events.ack(event)
            await work(event.message)

    async def isolated(stream: Any) -> None:
        events = stream.noack()
        async for _ in events:
            event = events.current_event
            await work(event.message)
            await events.ack(event)

    agents: dict[str, Callable[[Any], Awaitable[None]]] = {
        "auto-ack": auto_ack,
        "take": take,
        "ack-first": ack_first,
        "isolated": isolated,
    }
    isolate = scenario.style == "isolated"
    app.agent(inputs, name=scenario.style, concurrency=1, isolated_partitions=isolate)(agents[scenario.style])

    async def joined(*_: Any, **__: Any) -> None:
        say(joined=True)

    app.on_partitions_assigned.connect(joined)
    if scenario.file_limit:
        app.task(partial(fill_disk, scenario))
    faust.Worker(app, loglevel="WARNING", redirect_stdouts=False, stdout=sys.stderr).execute_from_commandline()


async def fill_disk(scenario: Scenario) -> None:
    """No file may grow beyond `file_limit`, until `space` is there."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (scenario.file_limit, hard))
    while not scenario.space().exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def arguments(scenario: Scenario) -> list[str]:
    """The command that runs a scenario."""
    return [sys.executable, "-m", "tests.streams.delivery.subject", json.dumps(asdict(scenario))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", type=json.loads)
    configure_logging("warning", as_json=True)
    chosen = Scenario(**parser.parse_args().scenario)
    if chosen.style == "ours":
        asyncio.run(ours(chosen))
    else:
        plain(chosen)
    os._exit(0)
