"""The contenders: one hop each, from a topic of upload events to the topic of progress events.

Each decodes an event by the contract, makes a progress event of it and publishes that: the same work, so that only
delivery differs. `GUARANTEES` says what each is good for.

`python -m bench.loops NAME BOOTSTRAP TOPIC` runs one until SIGTERM.
"""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.envelope import Context, Message, decode, encode
from schemas.events import Event, PhotoUploaded, Stage, TryOnProgress
from schemas.topics import BY_EVENT, Topic
from streams.apps import StageApp
from streams.delivery import StageSpec
from streams.observe import configure_logging
from streams.publisher import KafkaPublisher
from streams.settings import Settings

UPLOADS = BY_EVENT[PhotoUploaded]
OUT = BY_EVENT[TryOnProgress].name
GROUP = "bench"

GUARANTEES = {
    "virton": "at least once; with retries, dead letters, logs and metrics",
    "aiokafka": "none: positions are committed by a clock, answers are not awaited",
    "aiokafka-awaited": "at least once, one event at a time",
    "faust": "none: acks by itself, answers are not awaited",
    "faust-awaited": "answers awaited; acks on exceptions and in a shutdown",
}


def progress(record: Any) -> Message:
    """The hop's work for the contenders that are not ours: the contract's decoding and encoding, like ours."""
    event, context = decode(UPLOADS, record.value, record.headers)
    assert isinstance(event, PhotoUploaded)
    made = TryOnProgress(tryon=event.tryon, stage=Stage.VALIDATION, step=0, of=1)
    return encode(made, Context.new("/bench", traceparent=context.traceparent))


async def virton(bootstrap: str, topic: str, stop: asyncio.Event) -> None:
    """Our delivery, as a worker runs it."""

    async def handle(event: Event, _context: Context) -> Sequence[Event]:
        assert isinstance(event, PhotoUploaded)
        return [TryOnProgress(tryon=event.tryon, stage=Stage.VALIDATION, step=0, of=1)]

    configure_logging(as_json=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(kafka_bootstrap=bootstrap, data=Path(folder))
        publisher = KafkaPublisher(settings)
        topics = {topic: Topic(topic, PhotoUploaded, UPLOADS.partitions)}
        app = StageApp(StageSpec(GROUP, {topic: handle}), settings, publisher, topics=topics)
        running = asyncio.create_task(app.run())
        await stop.wait()
        await app.drain(5.0)
        running.cancel()
        await app.stop(4.0)
        await publisher.stop()


async def bare(bootstrap: str, topic: str, stop: asyncio.Event, *, awaited: bool) -> None:
    """A consume-produce loop on aiokafka alone."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=GROUP,
        auto_offset_reset="earliest",
        enable_auto_commit=not awaited,
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=0)
    await consumer.start()
    await producer.start()
    loop = asyncio.get_running_loop()
    committed = loop.time()
    while not stop.is_set():
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                made = progress(record)
                answer = await producer.send(OUT, made.value, made.key, headers=made.headers)
                if awaited:
                    await answer
        if awaited and loop.time() - committed >= 1.0:  # as often as ours commits
            await consumer.commit()
            committed = loop.time()
    await producer.stop()
    await consumer.stop()


async def plain_faust(bootstrap: str, topic: str, stop: asyncio.Event, *, awaited: bool) -> None:
    """An agent as Faust's own documentation writes it."""
    with tempfile.TemporaryDirectory() as folder:
        app = faust.App(
            GROUP,
            broker=f"kafka://{bootstrap}",
            datadir=folder,
            store="memory://",
            web_enabled=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            producer_acks=-1,
        )
        out = app.topic(OUT, key_serializer="raw", value_serializer="raw")

        async def hop(stream: Any) -> None:
            async for event in stream.events():
                made = progress(event.message)
                answer = await out.send(key=made.key, value=made.value, headers=made.headers)
                if awaited:
                    await answer

        app.agent(app.topic(topic, key_serializer="raw", value_serializer="raw"))(hop)
        await app.start()
        await stop.wait()
        await app.stop()


Loop = Callable[[str, str, asyncio.Event], Awaitable[None]]
LOOPS: dict[str, Loop] = {
    "virton": virton,
    "aiokafka": lambda *given: bare(*given, awaited=False),
    "aiokafka-awaited": lambda *given: bare(*given, awaited=True),
    "faust": lambda *given: plain_faust(*given, awaited=False),
    "faust-awaited": lambda *given: plain_faust(*given, awaited=True),
}


async def main(name: str, bootstrap: str, topic: str) -> None:
    """Runs one contender until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await LOOPS[name](bootstrap, topic, stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
