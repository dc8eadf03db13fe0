"""The whole service as its users start it: `virton up` on a folder, with what a test asks of its processes."""

import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

from streams.client import Client
from streams.local.kafka import free_port

# `ready` is due within 40 s on an idle machine with 2 cores; tests share theirs with other tests.
READY_WITHIN_S = 150.0
STAGES = ("validation", "parsing", "generation", "feedback", "readmodel")
PARTS = (*STAGES, "gateway", "collector", "kafka")


class NotStarted(Exception):
    """`virton up` ended instead of getting ready; the text is the end of its log."""


class Service:
    """A `virton up` on `data`. Its log is `data`.log."""

    def __init__(self, data: Path, **settings: str) -> None:
        """`settings` are VIRTON_ variables, without the prefix and in lower case."""
        self.data = data
        self.port = free_port()
        self.log = data.with_suffix(".log")
        self.ready_after_s = 0.0
        self._env = {f"VIRTON_{name.upper()}": value for name, value in settings.items()}
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The gateway."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> subprocess.Popen[str]:
        """The supervisor."""
        assert self._process is not None
        return self._process

    def start(self) -> Self:
        """Returns once it has printed that it is ready. Raises NotStarted."""
        began = time.monotonic()
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "up", "--port", str(self.port), "--kafka-port", "0"],
                env={**os.environ, "VIRTON_DATA": str(self.data), "VIRTON_LOG_JSON": "true", **self._env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        printed = self._printed(until=began + READY_WITHIN_S)
        if not printed:
            self.kill()
            raise NotStarted("\n".join(self.log.read_text().splitlines()[-20:]))
        self.ready_after_s = time.monotonic() - began
        assert printed == f"ready {self.url}\n"
        return self

    def _printed(self, until: float) -> str:
        """The first line that it prints; nothing if it ends before, or says nothing until then."""
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
        return self.process.stdout.readline() if readable else ""

    def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 30.0) -> float:
        """Sends the supervisor a signal and waits for its end; returns the seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(within_s)
        finally:
            self.kill()
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL of the supervisor alone: its parts must go with it by themselves."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def client(self) -> Client:
        """A client of its API."""
        return Client(self.url)

    @property
    def bootstrap(self) -> str:
        """Its Kafka's `host:port`."""
        return str(self._last("kafka")["bootstrap"])

    def pid(self, part: str) -> int:
        """The process that a part is now."""
        return int(str(self._last(part)["pid"]))

    def pids(self) -> dict[str, int]:
        """All parts' processes."""
        return {part: self.pid(part) for part in PARTS}

    def metric(self, part: str, series: str) -> float:
        """A series of a part's /metrics, such as `virton_model_calls_total{model="pose"}`; 0 while it has none."""
        port = self.port if part == "gateway" else self._last(part)["probe_port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.rpartition(" ")[0] == series)

    def model_calls(self, model: str) -> float:
        """Calls of a model (pose, parsing, surface, generation) so far, over all processes that there are now."""
        return sum(self.metric(part, f'virton_model_calls_total{{model="{model}"}}') for part in STAGES)

    def records(self) -> list[dict[str, object]]:
        """The log's JSON lines."""
        found = []
        for line in self.log.read_text().splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                found.append(record)
        return found

    def _last(self, part: str) -> dict[str, object]:
        """The last record of a part's start."""
        started = [r for r in self.records() if r.get("part") == part and str(r.get("event")).endswith(" started")]
        return started[-1]
