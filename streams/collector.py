"""The retraining consumer: training examples from Kafka into the dataset, exactly once each.

It reads every partition with `assign` and `seek`, belongs to no consumer group and commits nothing: where it goes on
stands in the dataset itself (`streams.dataset`). Whatever goes wrong, it forgets what it holds in memory and starts
over from there. Several may run at once; they do the same work, and the dataset takes each chunk from one of them.
"""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.envelope import decode
from schemas.errors import PermanentError, UnavailableError, VirtonError
from schemas.events import TrainingExample
from schemas.topics import BY_EVENT, Topic
from streams.dataset import Chain, Chunk, Dataset, Row, row
from streams.letters import RawMessage
from streams.observe import COLLECTOR_LAG, COLLECTOR_ROWS
from streams.probes import Heartbeat
from streams.undecodable import KafkaUndecodable, Undecodable

log = structlog.get_logger(__name__)

# A training example is some 3 KB: 2,000 are 6 MB in memory per partition, and a file of some 200 KB.
CHUNK_ROWS = 2000
# How long an example may wait for its chunk to fill. Retraining reads the dataset at most every few hours, so a minute
# does not matter to it; a file a minute and partition (1,440 a day) is what it can still open in seconds.
CHUNK_AGE_S = 60.0
# One poll: short enough that a stop and a chunk's age are noticed at once, for the eye of a person.
POLL_S = 0.5
# How often partitions and lag are looked at: as often as metrics are scraped, commonly every 15 s.
LOOK_S = 10.0
# One request to the broker. It may be lost by a restart and is then made again; two of them in a row, as at a start,
# must fit into the 10 s that a part has for its end.
REQUEST_S = 4.0
# Pauses while something is away: soon at first, since most absences are a restart; then bounded, so that it goes on
# within 5 s of the return.
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
# A round of the loop that is no sign of being stuck: a bucket's client tries a write again for up to 3 minutes, and
# two connections take up to REQUEST_S each.
LONGEST_ROUND_S = 300.0


class Collector:
    """Collects until it is told to stop."""

    def __init__(  # noqa: PLR0913 - four of them have defaults for everybody but tests
        self,
        options: Mapping[str, Any],
        dataset: Dataset,
        heartbeat: Heartbeat,
        *,
        topic: Topic = BY_EVENT[TrainingExample],
        chunk_rows: int = CHUNK_ROWS,
        chunk_age_s: float = CHUNK_AGE_S,
        look_s: float = LOOK_S,
    ) -> None:
        """`options` are those of kafka-python (`streams.kafka.client_options`); `heartbeat` is kept beating."""
        self._options = options
        self._dataset = dataset
        self._topic = topic
        self._limits = _Limits(chunk_rows, chunk_age_s, look_s)
        self._heartbeat = heartbeat

    def run(self, stop: threading.Event) -> None:
        """Collects until `stop` is set, then writes what is begun, if the dataset takes it. Nothing is lost if not."""
        pause = FIRST_PAUSE_S
        while not stop.is_set():
            began = time.monotonic()
            try:
                self._collect(stop)
            except (KafkaError, VirtonError, OSError) as error:
                away = f"{type(error).__name__}: {error}"
                log.warning("collector.waiting", away=away)
                self._heartbeat.beat(away)
                if time.monotonic() - began > LONGEST_PAUSE_S:  # it worked for a while: this is another absence
                    pause = FIRST_PAUSE_S
                stop.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        log.info("collector.stopped")

    def _collect(self, stop: threading.Event) -> None:
        """One life of the connection to Kafka: until it fails, or is to stop."""
        session = _Session(self._options, self._dataset, self._topic, self._limits)
        try:
            while not stop.is_set():
                session.step()
                self._heartbeat.beat()
            session.write_all()
        finally:
            session.close()


@dataclass(frozen=True)
class _Limits:
    chunk_rows: int
    chunk_age_s: float
    look_s: float


@dataclass
class _Begun:
    """A chunk in the making. `first_offset` is where the dataset stands, `next_offset` what is read next."""

    chain: Chain
    first_offset: int
    next_offset: int
    rows: list[Row] = field(default_factory=list)
    undecodable: list[Undecodable] = field(default_factory=list)
    since: float = 0.0

    def take(self, record: RawMessage, topic: Topic) -> None:
        """Adds a message. One that is no training example is kept aside, to be sent to the dead letters."""
        if record.offset < self.next_offset:  # fetched before a seek
            return
        if not self.rows and not self.undecodable:
            self.since = time.monotonic()
        try:
            event, context = decode(topic, record.value, record.named_headers)
            assert isinstance(event, TrainingExample)
            assert record.value is not None
            self.rows.append(row(event, context.id, record.partition, record.offset, record.value))
        except (PermanentError, OverflowError) as error:  # a time before the year 1 in UTC overflows
            self.undecodable.append(Undecodable(record, error))
        self.next_offset = record.offset + 1

    def is_due(self, limits: _Limits) -> bool:
        """True once the chunk is full or old."""
        held = len(self.rows) + len(self.undecodable)
        return held >= limits.chunk_rows or (held > 0 and time.monotonic() - self.since >= limits.chunk_age_s)

    def chunk(self) -> Chunk:
        """The chunk as the dataset takes it."""
        skipped = [each.message.offset for each in self.undecodable]
        return Chunk(self.chain, self.first_offset, self.next_offset, self.rows, skipped)


class _Session:
    """One life of the connection to Kafka, with what was read in it and not yet written. Any error ends it."""

    def __init__(self, options: Mapping[str, Any], dataset: Dataset, topic: Topic, limits: _Limits) -> None:
        self._dataset = dataset
        self._topic = topic
        self._limits = limits
        self._begun: dict[int, _Begun] = {}
        self._looked = float("-inf")
        timeouts = {"request_timeout_ms": int(REQUEST_S * 1000), "bootstrap_timeout_ms": int(REQUEST_S * 1000)}
        self._admin = KafkaAdminClient(client_id="virton-collector", **timeouts, **options)
        try:
            self._consumer = KafkaConsumer(
                client_id="virton-collector",
                group_id=None,
                enable_auto_commit=False,
                isolation_level="read_committed",
                auto_offset_reset="none",  # where it goes on is the dataset's to say, never the client's to guess
                **timeouts,
                **options,
            )
        except BaseException:
            self._admin.close()
            raise
        self._letters = KafkaUndecodable(options, REQUEST_S)

    def close(self) -> None:
        """Lets go of the connections. Never raises: what is closed may be broken."""
        for close in (self._consumer.close, self._admin.close, self._letters.close):
            with suppress(KafkaError, OSError):
                close()

    def step(self) -> None:
        """Reads for half a second at most, and writes what is due.

        Raises:
            KafkaError, UnavailableError, DatasetDamaged: start over with a new session.
        """
        if time.monotonic() - self._looked >= self._limits.look_s:
            self._look()
        found = self._consumer.poll(timeout_ms=int(POLL_S * 1000), max_records=self._limits.chunk_rows)
        for place, records in found.items():
            begun = self._begun[place.partition]
            for record in records:
                begun.take(RawMessage.of(record), self._topic)
        for begun in list(self._begun.values()):
            if begun.is_due(self._limits):
                self._write(begun)

    def write_all(self) -> None:
        """Writes every chunk that has been begun."""
        for begun in list(self._begun.values()):
            if begun.rows or begun.undecodable:
                self._write(begun)

    def _write(self, begun: _Begun) -> None:
        # Before the chunk: were it after, a crash in between would lose them. The repeat carries the same id.
        self._letters.publish(begun.undecodable)
        chunk = begun.chunk()
        where = {"partition": begun.chain.partition, "first_offset": chunk.first_offset}
        if self._dataset.append(chunk):
            COLLECTOR_ROWS.inc(len(chunk.rows))
            log.info("collector.chunk", **where, next_offset=chunk.next_offset, rows=len(chunk.rows))
            self._begun[begun.chain.partition] = _Begun(begun.chain, chunk.next_offset, chunk.next_offset)
        else:
            self._go_on(begun.chain)
            now = self._begun[begun.chain.partition].first_offset
            log.info("collector.late_write_refused", **where, rows=len(chunk.rows), goes_on_at=now)

    def _look(self) -> None:
        """Finds new partitions, and tells the lag."""
        [found] = self._admin.describe_topics([self._topic.name])
        if found["error_code"] or not found["partitions"]:
            raise UnavailableError(f"topic {self._topic.name} is not there: `virton topics` creates it")
        chains = [Chain(found["topic_id"], each["partition_index"]) for each in found["partitions"]]
        if any(begun.chain not in chains for begun in self._begun.values()):
            raise UnavailableError(f"topic {self._topic.name} was deleted and made again")
        new = [chain for chain in chains if chain.partition not in self._begun]
        if new:
            self._consumer.assign([self._place(chain) for chain in chains])
            for begun in self._begun.values():
                self._consumer.seek(self._place(begun.chain), begun.next_offset)
            for chain in new:
                self._go_on(chain)
        self._tell_lag()
        self._looked = time.monotonic()

    def _go_on(self, chain: Chain) -> None:
        """Begins a chunk where the dataset ends."""
        place = self._place(chain)
        position = self._dataset.next_offset(chain)
        first = self._consumer.beginning_offsets([place])[place]
        if position < first:
            log.warning("collector.expired", partition=chain.partition, lost=first - position, position=position)
        # The chunk's name is where the dataset ends, not what is read first: everybody who stands here wants this name.
        self._begun[chain.partition] = _Begun(chain, position, max(position, first))
        self._consumer.seek(place, max(position, first))

    def _tell_lag(self) -> None:
        ends = self._consumer.end_offsets([self._place(begun.chain) for begun in self._begun.values()])
        for place, end in ends.items():
            begun = self._begun[place.partition]
            if end < begun.first_offset:
                # Only an unclean leader election does this. To read on would miss what comes up to that offset.
                raise UnavailableError(
                    f"{self._topic.name}/{place.partition} ends at {end}, and the dataset holds it up to "
                    f"{begun.first_offset}: the broker lost messages. Move {begun.chain.folder} away to collect anew."
                )
            COLLECTOR_LAG.labels(place.partition).set(end - begun.first_offset)

    def _place(self, chain: Chain) -> TopicPartition:
        return TopicPartition(self._topic.name, chain.partition)
