"""Chaos: thousands of events through the real delivery on the real Kafka while workers are killed and Kafka restarts.

Four workers share one consumer group over eight partitions. In every round some events are sent, then two workers are
killed at once, by SIGKILL or SIGTERM, each while one of its events is in flight: the victim is frozen (SIGSTOP) and
what it said is read before the signal, so there is no doubt. Each is started again at once, as a supervisor would.
Every handling of an event makes a result with a random nonce and records it create-only in the object store.
"""

import itertools
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from streams.local.kafka import LocalKafka
from streams.settings import Settings
from streams.topics import ensure_topics
from tests.streams.delivery.harness import Subject, Trap, wait_until

WORKERS = 4
PARTITIONS = 8
VICTIMS = 2  # at once; a dead member holds the whole group up for its session of 10 s, so pairs halve the time
# A handler as short as that still is in flight most of the time, and 20,000 of them take 50 s on eight partitions.
HANDLER_S = 0.02
RECORD_BYTES = 64
# A rebalance after a SIGKILL takes the dead member's session (10 s), and a restart of Kafka up to 10 s more.
WORK_WITHIN_S = 60.0
IN_FLIGHT_WITHIN_S = 60.0
DRAINED_WITHIN_S = 20.0
ALL_READ_WITHIN_S = 120.0


@dataclass(frozen=True)
class Plan:
    """How much of it."""

    events: int = 20_000
    kills: int = 50
    restarts: int = 5


@dataclass
class Account:
    """What became of the events."""

    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    redelivered: int = 0
    kills: int = 0
    letters: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"lost {self.lost} of {self.acknowledged} acknowledged, {self.torn} ids with two different results, "
            f"{self.redelivered} redelivered, {self.kills} kills"
        )

    @property
    def passed(self) -> bool:
        """Nothing lost, nothing torn, and the kills did make redeliveries."""
        return not (self.lost or self.torn or self.letters or self.wrong) and self.redelivered > 0


class Chaos:
    """One run."""

    def __init__(self, kafka: LocalKafka, trap: Trap, plan: Plan) -> None:
        self._kafka = kafka
        self._trap = trap
        self._plan = plan
        self._random = random.Random(20_000)  # the same order of kills in every run
        self._workers: list[Subject] = []
        self._ended: list[Subject] = []
        self._kills: Counter[signal.Signals] = Counter()
        # Its own producer: idempotent, and patient enough for a restart of Kafka.
        self._producer = KafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=True)

    def run(self) -> Account:
        """The whole run; raises AssertionError when something takes longer than it may."""
        rounds = -(-self._plan.kills // VICTIMS)
        restarts = {round(rounds * (i + 0.5) / self._plan.restarts) for i in range(self._plan.restarts)}
        share = -(-self._plan.events // rounds)
        try:
            self._workers = [self._started() for _ in range(WORKERS)]
            for number in range(rounds):
                self._send(min(share, self._plan.events - len(self._trap.sent)))
                if number in restarts:
                    self._work(share // 4)
                    self._kafka.restart()
                self._work(share // 2)
                self._kill(min(VICTIMS, self._plan.kills - self._kills.total()))
                self._tell(number + 1, rounds, restarted=number in restarts)
            self._trap.wait_until_read(within=ALL_READ_WITHIN_S)
            for worker in self._workers:
                worker.end(signal.SIGTERM)
            return self._account()
        finally:
            self._producer.close()

    def _started(self) -> Subject:
        return self._trap.start(self._trap.scenario(seconds=HANDLER_S, record_bytes=RECORD_BYTES))

    def _send(self, count: int) -> None:
        """Only what Kafka acknowledged counts."""
        made = [self._trap.event() for _ in range(count)]
        places = itertools.cycle(range(PARTITIONS))
        sent = [
            self._producer.send(
                self._trap.topic, value=message.value, key=message.key, headers=message.headers, partition=next(places)
            )
            for _, message in made
        ]
        for future in sent:
            future.get(timeout=60)
        self._trap.sent += [tryon for tryon, _ in made]

    def _work(self, count: int) -> None:
        """Lets the workers handle some events: a kill finds them in full swing, and not at their first one."""
        done = self._handled() + count
        wait_until(lambda: self._handled() >= done, WORK_WITHIN_S, f"the workers did not handle {count} events")

    def _handled(self) -> int:
        self._supervise()
        return sum(len(worker.ended) for worker in [*self._workers, *self._ended])

    def _kill(self, count: int) -> None:
        """Kills workers that have an event in flight, and starts others in their place."""
        signals = self._random.sample((signal.SIGKILL, signal.SIGTERM), count)
        killed: list[Subject] = []
        for number in signals:
            deadline = time.monotonic() + IN_FLIGHT_WITHIN_S
            while (victim := self._frozen_in_flight()) is None:
                assert time.monotonic() < deadline, "no worker has an event in flight"
                self._supervise()
                time.sleep(0.01)
            victim.process.send_signal(number)
            victim.process.send_signal(signal.SIGCONT)
            self._kills[number] += 1
            self._workers.remove(victim)
            killed.append(victim)
        for victim in killed:
            victim.wait(DRAINED_WITHIN_S)
            self._ended.append(victim)
            self._workers.append(self._started())

    def _supervise(self) -> None:
        """Starts others for workers that gave up: one that starts while Kafka is away does, so that it is restarted."""
        for worker in [worker for worker in self._workers if worker.process.poll() is not None]:
            self._workers.remove(worker)
            self._ended.append(worker)
            self._workers.append(self._started())

    def _frozen_in_flight(self) -> Subject | None:
        """A worker that is stopped in the middle of an event; None if none was found this time."""
        for worker in self._random.sample(self._workers, len(self._workers)):
            if not worker.in_flight:
                continue
            worker.process.send_signal(signal.SIGSTOP)
            worker.listen_to_the_end()
            if len(worker.begun) > len(worker.ended):
                return worker
            worker.process.send_signal(signal.SIGCONT)
        return None

    def _tell(self, number: int, rounds: int, *, restarted: bool) -> None:
        kinds = ", ".join(f"{count} {kind.name}" for kind, count in sorted(self._kills.items()))
        read = self._trap.read_for_good()
        more = ", Kafka restarted" if restarted else ""
        line = f"round {number}/{rounds}: {len(self._trap.sent)} sent, {read} read, kills: {kinds}{more}"
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def _account(self) -> Account:
        begun = Counter(tryon for worker in [*self._workers, *self._ended] for tryon in worker.begun)
        results = self._trap.results()
        account = Account(
            acknowledged=len(self._trap.sent),
            lost=len(self._trap.lost()),
            torn=sum(len(set(nonces)) > 1 for nonces in results.values()),
            redelivered=begun.total() - len(begun),
            kills=self._kills.total(),
            letters=len(self._trap.letters()),
        )
        if account.letters:
            account.wrong.append(f"{account.letters} dead letters, and no event is bad")
        if account.kills != self._plan.kills:
            account.wrong.append(f"{account.kills} kills instead of {self._plan.kills}")
        return account


def run(folder: Path, plan: Plan) -> Account:
    """A run on a Kafka of its own."""
    kafka = LocalKafka(folder / "kafka")
    kafka.start()
    try:
        ensure_topics(Settings(kafka_bootstrap=kafka.bootstrap))
        topic = _new_topic(kafka.bootstrap)
        with Trap(kafka.bootstrap, topic, folder, PARTITIONS) as trap:
            return Chaos(kafka, trap, plan).run()
    finally:
        kafka.stop()


def _new_topic(bootstrap: str) -> str:
    from kafka.admin import KafkaAdminClient

    admin: Any = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.create_topics({"chaos": {"num_partitions": PARTITIONS, "replication_factor": 1}}, wait_for_metadata=True)
    finally:
        admin.close()
    return "chaos"
