"""What the trap tests share: an input topic of their own, events on it, workers as processes, and the account.

Lost are events that a group has read for good (its committed offset is behind them) and of which there is neither a
result nor a dead letter. Nobody will ever look at them again.
"""

import json
import subprocess
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.envelope import Context, Message, decode, encode
from schemas.errors import VirtonError
from schemas.events import DeadLetter, TryOnCancelled, TryOnResult
from schemas.topics import BY_NAME
from tests.streams.delivery.subject import Scenario, arguments

RESULTS = "virton.tryon.result"
LETTERS = "virton.dead-letter"
ROOT = Path(__file__).parents[3]


class Subject:
    """A worker process and what it says."""

    def __init__(self, scenario: Scenario, *, log: Path) -> None:
        self.joined = threading.Event()
        self.begun: list[str] = []
        self.ended: list[str] = []
        self._heard = 0
        self.readiness: list[tuple[bool, str]] = []
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                arguments(scenario), stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT
            )
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._heard += 1
            try:
                said = json.loads(line)
            except ValueError:  # the last line of a killed process
                continue
            self.begun += [said["begun"]] if "begun" in said else []
            self.ended += [said["ended"]] if "ended" in said else []
            self.readiness += [(said["ready"], said["reason"])] if "ready" in said else []
            if said.get("joined"):
                self.joined.set()

    @property
    def in_flight(self) -> bool:
        """True while an event is begun and not ended."""
        return len(self.begun) > len(self.ended)

    def listen_to_the_end(self) -> None:
        """Returns once everything a frozen process has said is heard: the pipe is empty and the listener idle."""
        assert self.process.stdout is not None
        heard = -1
        while heard != (heard := self._heard):
            time.sleep(0.02)  # a line takes microseconds; two looks without a new one are the end

    def end(self, number: int, within: float = 30.0) -> float:
        """Sends the signal and waits; the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.wait(within)
        return time.monotonic() - began

    def wait(self, within: float) -> None:
        """Until the process has ended and everything it said is heard."""
        self.process.wait(within)
        self._listening.join(within)

    def close(self) -> None:
        """Whatever state it is in."""
        self.process.kill()
        self.process.wait()
        self._listening.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Trap:
    """One topic, one group, and the account of what became of the events."""

    def __init__(self, bootstrap: str, topic: str, folder: Path, partitions: int = 1) -> None:
        self.bootstrap = bootstrap
        self.topic = topic
        self.folder = folder
        self.group = f"trap-{uuid.uuid4().hex[:8]}"
        self.partitions = [TopicPartition(topic, number) for number in range(partitions)]
        self.sent: list[str] = []
        self._closing = ExitStack()
        self._producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
        self._closing.callback(self._producer.close)
        self._admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        self._closing.callback(self._admin.close)
        self._from = {name: self._ends(name) for name in (RESULTS, LETTERS)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def event(self) -> tuple[str, Message]:
        """A new event for the trap's topic."""
        tryon = uuid.uuid4()
        return str(tryon), encode(TryOnCancelled(tryon=tryon), Context.new("trap"))

    def send(self, count: int, *, partition: int | None = None) -> list[str]:
        """Acknowledged events, round the partitions or all in one."""
        made = [self.event() for _ in range(count)]
        for number, (_, message) in enumerate(made):
            target = number % len(self.partitions) if partition is None else partition
            self.send_raw(message.value, message.headers, message.key, target)
        self._producer.flush()
        ids = [tryon for tryon, _ in made]
        self.sent += ids
        return ids

    def send_raw(
        self, value: bytes, headers: Sequence[tuple[str, bytes]], key: bytes = b"", partition: int = 0
    ) -> None:
        """These bytes, acknowledged."""
        future = self._producer.send(self.topic, value=value, key=key, headers=list(headers), partition=partition)
        future.get(timeout=30)

    def scenario(self, style: str = "ours", **what: Any) -> Scenario:
        """What a worker is to do with the events."""
        return Scenario(self.bootstrap, self.topic, self.group, str(self.folder), style, **what)

    def start(self, scenario: Scenario) -> Subject:
        """A worker process; it is killed when the trap is left."""
        subject = Subject(scenario, log=self.folder / "worker.log")
        self._closing.callback(subject.close)
        return subject

    def results(self) -> dict[str, list[str]]:
        """The nonces of every result of ours, by id, in the order in which they were published."""
        found: dict[str, list[str]] = defaultdict(list)
        for event in self._events(RESULTS):
            assert isinstance(event, TryOnResult)
            if str(event.tryon) in self.sent:
                found[str(event.tryon)].append(event.advice)
        return found

    def letters(self) -> list[DeadLetter]:
        """Our dead letters."""
        letters = [event for event in self._events(LETTERS) if isinstance(event, DeadLetter)]
        return [letter for letter in letters if letter.topic == self.topic]

    def read_for_good(self) -> int:
        """How many events the group will never read again; 0 while that cannot be told (the broker is away)."""
        group = f"virton-{self.group}"
        try:
            offsets = self._admin.list_group_offsets(group)[group]
        except KafkaError:
            return 0
        committed = {place: offset.offset for place, offset in offsets.items()}
        return sum(max(0, committed.get(place, 0)) for place in self.partitions)

    def wait_until_read(self, count: int | None = None, within: float = 60.0) -> None:
        """Until the group will read no event again."""
        wanted = len(self.sent) if count is None else count
        wait_until(lambda: self.read_for_good() >= wanted, within, f"the group has not committed {wanted} events")

    def lost(self) -> set[str]:
        """Events that are read for good with neither a result nor a dead letter."""
        assert self.read_for_good() >= len(self.sent), "the group is not through: nothing can be called lost yet"
        letters = {json.loads(letter.value)["tryon"] for letter in self.letters() if letter.value}
        return set(self.sent) - self.results().keys() - letters

    def _ends(self, topic: str) -> dict[TopicPartition, int]:
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap)
        try:
            places = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
            ends: dict[TopicPartition, int] = consumer.end_offsets(places)
            return ends
        finally:
            consumer.close()

    def _events(self, topic: str) -> Iterable[object]:
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        try:
            ends = self._ends(topic)
            consumer.assign(list(ends))
            for place, offset in self._from[topic].items():
                consumer.seek(place, offset)
            while any(consumer.position(place) < end for place, end in ends.items()):
                for records in consumer.poll(timeout_ms=200).values():
                    for record in records:
                        try:
                            yield decode(BY_NAME[topic], record.value, record.headers)[0]
                        except VirtonError:
                            continue  # another test's poison
        finally:
            consumer.close()


def wait_until(reached: Callable[[], bool], within: float, otherwise: str) -> None:
    """Until it is so; fails with `otherwise` when it takes too long."""
    deadline = time.monotonic() + within
    while not reached():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
