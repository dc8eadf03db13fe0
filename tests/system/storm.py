"""A storm: real uploads through the whole service while its workers are killed with work in flight.

python -m tests.system.storm [--uploads 200] [--kills 10] [--terms 5] [--kafka-restarts 1] [--out FILE]

Last line: `lost L of N uploads, T ids with two different results, R repeated, K SIGKILLs, S SIGTERMs, B restarts of
Kafka`.
"""

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID

from kafka.errors import KafkaError

from schemas.events import Stage
from streams.client import Client, Unreachable, Upload
from tests.system.service import Service
from tests.system.shop import Shop

# Beyond this much time without one more result the rest is lost: a killed worker's partitions move on after 10 s, a
# restart takes 10 s on two busy cores, and two kills may come one after the other.
STALLED_AFTER_S = 180.0
TELL_EVERY_S = 10.0
# Four shoppers upload at once.
UPLOADERS = 4


@dataclass(frozen=True)
class Plan:
    """How hard it blows."""

    uploads: int = 200
    kills: int = 10
    terms: int = 5
    kafka_restarts: int = 1
    seed: int = 1

    @property
    def uploads_per_blow(self) -> float:
        """How far apart the blows are."""
        return self.uploads / max(1, self.kills + self.terms + self.kafka_restarts)


@dataclass
class Figures:
    """What came of it."""

    uploads: int = 0
    results: int = 0
    lost: int = 0
    two_results: int = 0
    repeated: int = 0
    told_otherwise: int = 0  # ids for which the API tells another status than Kafka
    statuses: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    terms: int = 0
    kafka_restarts: int = 0
    # The stages whose workers were killed, each with this many events in flight just before.
    in_flight: list[tuple[str, int]] = field(default_factory=list)
    seconds: float = 0.0
    p50_s: float = 0.0
    p99_s: float = 0.0

    def __str__(self) -> str:
        return (
            f"lost {self.lost} of {self.uploads} uploads, {self.two_results} ids with two different results, "
            f"{self.repeated} repeated, {self.kills} SIGKILLs, {self.terms} SIGTERMs, "
            f"{self.kafka_restarts} restarts of Kafka"
        )

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twofold, and every try-on completed."""
        return not (self.lost or self.two_results or self.told_otherwise) and self.statuses == {
            "completed": self.uploads
        }


class Storm:
    """One storm over a running service."""

    def __init__(self, service: Service, plan: Plan, samples: Path) -> None:
        self._service = service
        self._plan = plan
        self._random = random.Random(plan.seed)
        self._people = sorted((samples / "person").glob("p1[23]_*")) + sorted((samples / "person").glob("p01_*"))
        self._garments = sorted((samples / "garment").glob("*_upper_*"))
        self._figures = Figures(uploads=plan.uploads)
        self._started: dict[UUID, float] = {}
        self._ended: dict[UUID, float] = {}
        self._blown = 0
        self._over = threading.Event()

    def run(self) -> Figures:
        """Uploads, kills, waits for the last result, and counts."""
        began = time.monotonic()
        blows: list[signal.Signals | None] = [
            *[signal.SIGKILL] * self._plan.kills,
            *[signal.SIGTERM] * self._plan.terms,
        ]
        blows += [None] * self._plan.kafka_restarts
        self._random.shuffle(blows)
        uploading = threading.Thread(target=self._upload_all)
        uploading.start()
        with Shop(self._service) as shop:
            last = told = time.monotonic()
            while len(self._ended) < self._plan.uploads and time.monotonic() - last < STALLED_AFTER_S:
                if self._note_results(shop):
                    last = time.monotonic()
                due = self._blown < len(blows) and len(self._started) >= self._blown * self._plan.uploads_per_blow
                if due and self._blow(blows[self._blown]):
                    self._blown += 1
                if time.monotonic() - told > TELL_EVERY_S:
                    told = time.monotonic()
                    tell(f"{len(self._ended)} of {self._plan.uploads} results, {self._blown} of {len(blows)} blows")
                time.sleep(0.1)
            self._over.set()
            uploading.join()
            self._figures.seconds = round(time.monotonic() - began, 1)
            self._count(shop)
        return self._figures

    def _upload_all(self) -> None:
        with ThreadPoolExecutor(UPLOADERS) as pool, self._service.client() as client:
            list(pool.map(lambda number: self._upload(client, number), range(self._plan.uploads)))

    def _upload(self, client: Client, number: int) -> None:
        while not self._may_start(number):
            if self._over.wait(0.05):
                return
        person = self._people[number % len(self._people)]
        garment = self._garments[number % len(self._garments)]
        options: dict[str, str | int | bool | None] = {"shop": "storm", "shopper": f"shopper-{number}"}
        began = time.monotonic()
        tryon = client.start(Upload(person, (garment,), ("upper",), options=options), patience_s=STALLED_AFTER_S)
        self._started[UUID(tryon)] = began

    def _may_start(self, number: int) -> bool:
        """Uploads keep pace with the blows, so that there is work in flight for each of them, the last included."""
        under_way = len(self._started) - len(self._ended)
        per_blow = self._plan.uploads_per_blow
        return under_way == 0 or (number < (self._blown + 1) * per_blow and under_way < max(6, 2 * per_blow))

    def _note_results(self, shop: Shop) -> bool:
        """Notes when results came; True if there is a new one."""
        try:
            seen = shop.results()
        except KafkaError:  # it is being restarted
            return False
        new = [tryon for tryon in seen if tryon not in self._ended]
        self._ended.update(dict.fromkeys(new, time.monotonic()))
        return bool(new)

    def _blow(self, number: signal.Signals | None) -> bool:
        """Kills a worker that has work in flight, or Kafka; False if no worker has any at this moment."""
        if number is None:
            os.kill(self._service.pid("kafka"), signal.SIGKILL)
            self._figures.kafka_restarts += 1
            return True
        stages = list(Stage)
        self._random.shuffle(stages)
        for stage in stages:
            try:
                in_flight = int(self._service.metric(stage, f'virton_stage_in_flight{{stage="{stage}"}}'))
            except OSError:  # it is being started again after the last blow
                continue
            if in_flight > 0:
                os.kill(self._service.pid(stage), number)
                self._figures.in_flight.append((str(stage), in_flight))
                if number is signal.SIGKILL:
                    self._figures.kills += 1
                else:
                    self._figures.terms += 1
                return True
        return False

    def _count(self, shop: Shop) -> None:
        """Compares what was uploaded with what Kafka and the API tell."""
        figures, results = self._figures, shop.results()
        own = {tryon: results.get(tryon, []) for tryon in self._started}
        figures.results = sum(bool(found) for found in own.values())
        figures.lost = figures.uploads - figures.results
        figures.two_results = sum(len({result.model_dump_json() for result in found}) > 1 for found in own.values())
        figures.repeated = sum(max(0, len(found) - 1) for found in own.values())
        figures.statuses = dict(Counter(str(found[0].status) for found in own.values() if found))
        with self._service.client() as client:
            for tryon, found in own.items():
                figures.told_otherwise += bool(found) and self._told(client, tryon) != found[0].status
        took = sorted(self._ended[tryon] - self._started[tryon] for tryon in own if tryon in self._ended)
        figures.p50_s = round(statistics.median(took), 2)
        figures.p99_s = round(took[int(0.99 * (len(took) - 1))], 2)

    def _told(self, client: Client, tryon: UUID, within_s: float = 30.0) -> str:
        """The API's status once it is terminal: the read model follows Kafka a moment later."""
        deadline = time.monotonic() + within_s
        while True:
            try:
                status = str(client.status(str(tryon))["status"])
            except Unreachable:
                status = "unreachable"
            if status in {"completed", "rejected", "failed", "cancelled"} or time.monotonic() > deadline:
                return status
            time.sleep(0.2)


def tell(line: str) -> None:
    """Progress goes to stderr, figures to stdout."""
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a storm on a service of its own; the exit status is 0 if nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in asdict(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default)
    parser.add_argument("--out", type=Path, help="write the figures there, as JSON")
    given = vars(parser.parse_args(arguments))
    out = given.pop("out")
    samples = os.environ.get("VIRTON_SAMPLES")
    if not samples:
        parser.error("VIRTON_SAMPLES must name the folder with the sample photos")
    with tempfile.TemporaryDirectory(prefix="virton-storm-") as folder:
        service = Service(Path(folder) / "data").start()
        tell(f"ready after {service.ready_after_s:.1f} s; {given['uploads']} uploads ...")
        try:
            figures = Storm(service, Plan(**given), Path(samples)).run()
        finally:
            service.stop()
    text = json.dumps(asdict(figures), indent=2)
    print(text)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
    print(figures)
    return 0 if figures.clean else 1


if __name__ == "__main__":
    sys.exit(main())
