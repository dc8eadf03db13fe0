"""Events per second and added latency of one hop: each contender in a process of its own, on one broker, in turns.

Rate: a backlog is there before the contender starts; the rate is that at which the broker appended its outputs, from
the first to the last, so that neither its start nor our reading counts.

Added latency: events come at 50 a second; the event and its output are seen by one reader, and the time between the two
is what the hop adds.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from kafka.admin import KafkaAdminClient

from bench.loops import GUARANTEES, OUT
from schemas.contracts import versioned
from schemas.envelope import Context, Message, encode
from schemas.events import PhotoUploaded, TryOnProgress
from schemas.topics import BY_EVENT, STAGE_PARTITIONS
from streams.settings import Settings
from streams.topics import ensure_topics

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "contracts" / "golden" / f"{versioned(PhotoUploaded)}.json"
PARTITIONS = STAGE_PARTITIONS  # of both topics

# 3,000 events are 1 to 10 s of work; 200 at 50 a second are 4 s, and give a p99 two events from the top.
BACKLOG = 3000
PACED = 200
PACE_HZ = 50.0
# The slowest contender does 200 events a second on a busy machine, and joins its group in 5 s.
WITHIN_S = 60.0


@dataclass
class Measured:
    """What one contender did: a rate per round, and the added latency of every paced event."""

    rates_hz: list[float] = field(default_factory=list)
    added_s: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """Figures for the JSON file and the table."""
        return {
            "events_per_s": round(float(np.median(self.rates_hz)), 1),
            "events_per_s_of_each_round": [round(rate, 1) for rate in self.rates_hz],
            "added_latency_p50_ms": round(float(np.percentile(self.added_s, 50)) * 1000, 2),
            "added_latency_p99_ms": round(float(np.percentile(self.added_s, 99)) * 1000, 2),
            "n_latency": len(self.added_s),
        }


async def measure_hops(bootstrap: str, rounds: int, names: Sequence[str] = tuple(GUARANTEES)) -> dict[str, Measured]:
    """Measures every contender in each round; the order turns, so that none is always first."""
    topic = BY_EVENT[TryOnProgress]
    # Times by the broker's clock: a contender that does not wait would else count what it has not delivered.
    by_the_broker = replace(topic, config={**topic.config, "message.timestamp.type": "LogAppendTime"})
    ensure_topics(Settings(kafka_bootstrap=bootstrap), [by_the_broker])
    measured = {name: Measured() for name in names}
    for turn in range(rounds):
        for i in range(len(names)):
            name = names[(i + turn) % len(names)]
            print(f"hop, round {turn + 1} of {rounds}: {name}", file=sys.stderr)
            await _measure(bootstrap, name, measured[name])
    return measured


async def _measure(bootstrap: str, name: str, measured: Measured) -> None:
    topic = f"bench-{name}-{uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({topic: {"num_partitions": PARTITIONS, "replication_factor": 1}}, wait_for_metadata=True)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=5) as producer:
        backlog = _uploads(BACKLOG)
        for answer in [await _send(producer, topic, message) for message in backlog.values()]:
            await answer
        async with _reader(bootstrap, [topic, OUT]) as reader, _running(name, bootstrap, topic):
            times = sorted([record.timestamp async for record in _outputs_of(reader, set(backlog))])
            measured.rates_hz.append((len(times) - 1) / max((times[-1] - times[0]) / 1000, 0.001))
            measured.added_s += await _added_latencies(producer, reader, topic)
    admin.delete_topics([topic])
    admin.close()


def _uploads(count: int) -> dict[bytes, Message]:
    """So many golden upload events by their try-ons, as the outputs' keys are."""
    golden = PhotoUploaded.model_validate(json.loads(GOLDEN.read_text("utf-8"))["value"])
    tryons = [uuid4() for _ in range(count)]
    return {
        str(tryon).encode(): encode(golden.model_copy(update={"tryon": tryon}), Context.new("/bench"))
        for tryon in tryons
    }


async def _send(producer: AIOKafkaProducer, topic: str, message: Message) -> "asyncio.Future[object]":
    # Without a key, so that the events are spread over all partitions.
    future: asyncio.Future[object] = await producer.send(topic, message.value, headers=message.headers)
    return future


@asynccontextmanager
async def _reader(bootstrap: str, topics: Sequence[str]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of all partitions of the topics, standing at their ends."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=50) as consumer:
        places = [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        consumer.assign(places)
        for place, end in (await consumer.end_offsets(places)).items():
            consumer.seek(place, end)
        yield consumer


@asynccontextmanager
async def _running(name: str, bootstrap: str, topic: str) -> AsyncIterator[None]:
    """The contender as a process. Its log goes nowhere; it writes it all the same, as a worker does."""
    null = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.loops", name, bootstrap, topic, cwd=ROOT, stdout=null, stderr=null
    )
    try:
        yield
        if process.returncode is not None:
            raise RuntimeError(f"{name} ended by itself, with {process.returncode}")
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(15):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _outputs_of(reader: AIOKafkaConsumer, wanted: set[bytes]) -> AsyncIterator[ConsumerRecord]:
    """The first output of each event. Raises TimeoutError if one does not come."""
    missing = set(wanted)
    async with asyncio.timeout(WITHIN_S):
        while missing:
            record = await reader.getone()
            if record.topic == OUT and record.key in missing:
                missing.discard(record.key)
                yield record


async def _added_latencies(producer: AIOKafkaProducer, reader: AIOKafkaConsumer, topic: str) -> list[float]:
    """Seconds between an event and its output, for events at a steady pace."""
    events = _uploads(PACED)
    pacing = asyncio.create_task(_paced(producer, topic, list(events.values())))
    seen: dict[bytes, float] = {}
    came: dict[bytes, float] = {}
    async with asyncio.timeout(WITHIN_S):
        while len(came) < len(events) or len(seen) < len(events):
            record = await reader.getone()
            now = time.perf_counter()
            if record.topic == topic:
                seen.setdefault(json.loads(record.value)["tryon"].encode(), now)
            elif record.key in events:
                came.setdefault(record.key, now)
    await pacing
    return [came[key] - seen[key] for key in events]


async def _paced(producer: AIOKafkaProducer, topic: str, messages: Sequence[Message]) -> None:
    begun = time.perf_counter()
    for i, message in enumerate(messages):
        await asyncio.sleep(max(0.0, begun + i / PACE_HZ - time.perf_counter()))
        await _send(producer, topic, message)
