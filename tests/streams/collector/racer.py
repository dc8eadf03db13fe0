"""A collector as a process, for the tests: prints `ready` when it collects, ends at SIGTERM.

The styles `commit-after-write` and `commit-before-write` are the remedy taken away: a consumer group that keeps its
offset in Kafka, beside the dataset instead of inside it.
"""

import argparse
import os
import signal
import threading
import time
import uuid
from pathlib import Path

from kafka import KafkaConsumer

from schemas.events import TrainingExample
from schemas.topics import Topic
from streams.collector import LONGEST_ROUND_S, Collector
from streams.dataset import Chain, Chunk, Dataset
from streams.files import LocalFiles
from streams.letters import RawMessage
from streams.observe import configure_logging
from streams.probes import Heartbeat

CHUNK_ROWS = 100
CHUNK_AGE_S = 0.2


class DyingDataset(Dataset):
    """Kills its process at an append, as the worst crash does: right after it, or right before."""

    def __init__(self, files: LocalFiles, die_at: int, *, before_write: bool) -> None:
        super().__init__(files)
        self.left = die_at
        self.before_write = before_write

    def append(self, chunk: Chunk) -> bool:
        self.left -= 1
        if self.left == 0 and self.before_write:
            os.kill(os.getpid(), signal.SIGKILL)
        done = super().append(chunk)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def group(bootstrap: str, topic: Topic, dataset: Dataset, stop: threading.Event, *, commit_first: bool) -> None:
    """A usual consumer: its group's offset in Kafka, its rows in a file named anyhow."""
    consumer = KafkaConsumer(
        topic.name,
        bootstrap_servers=bootstrap,
        group_id="collectors",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
    )
    while not stop.is_set():
        for place, found in consumer.poll(timeout_ms=200, max_records=CHUNK_ROWS).items():
            records = [RawMessage.of(record) for record in found]
            rows = [{"event_id": dict(record.named_headers)["ce_id"].decode()} for record in records]
            if commit_first:
                consumer.commit()
            chain = Chain(uuid.uuid4().hex, place.partition)
            dataset.append(Chunk(chain, records[0].offset, records[-1].offset + 1, rows))
            if not commit_first:
                consumer.commit()
    consumer.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("bootstrap")
    parser.add_argument("topic")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--style", default="dataset", choices=["dataset", "commit-after-write", "commit-before-write"])
    parser.add_argument("--die-at", type=int, default=0, help="SIGKILL at this append")
    arguments = parser.parse_args()
    configure_logging(as_json=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    commit_first = arguments.style == "commit-before-write"
    dataset = DyingDataset(LocalFiles(arguments.folder), arguments.die_at, before_write=commit_first)
    topic = Topic(arguments.topic, TrainingExample, partitions=4)
    if arguments.style != "dataset":
        print("ready", flush=True)
        group(arguments.bootstrap, topic, dataset, stop, commit_first=commit_first)
        return
    heartbeat = Heartbeat(LONGEST_ROUND_S)
    collector = Collector(
        {"bootstrap_servers": arguments.bootstrap},
        dataset,
        heartbeat,
        topic=topic,
        chunk_rows=CHUNK_ROWS,
        chunk_age_s=CHUNK_AGE_S,
    )
    threading.Thread(target=_tell_ready, args=(heartbeat,), daemon=True).start()
    collector.run(stop)


def _tell_ready(heartbeat: Heartbeat) -> None:
    while heartbeat.waits_for is not None:
        time.sleep(0.02)
    print("ready", flush=True)


if __name__ == "__main__":
    main()
