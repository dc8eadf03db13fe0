"""A collector's process (racer.py), as the tests hold it."""

import subprocess
import sys
from pathlib import Path
from typing import Self

from streams.local.kafka import LocalKafka

ROOT = Path(__file__).parents[3]


class Racer:
    """A collector's process."""

    def __init__(self, kafka: LocalKafka, topic: str, folder: Path, log: Path, *arguments: str) -> None:
        command = [sys.executable, str(Path(__file__).with_name("racer.py")), kafka.bootstrap, topic, str(folder)]
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=self._log,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves no process behind, however the test ended."""
        if self.process.poll() is None:
            self.kill()

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", "the collector ended before it was ready"

    def kill(self) -> None:
        self.process.kill()
        self._ended()

    def stop(self) -> int:
        self.process.terminate()
        return self._ended()

    def wait(self) -> int:
        return self._ended()

    def _ended(self) -> int:
        code = self.process.wait(timeout=30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()
        return code
