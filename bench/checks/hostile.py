"""Shows the photo check thousands of broken and hostile files, and measures what they cost.

    python -m bench.checks.hostile --count 10000 --seed 1

prints a JSON object: answers by kind, the slowest, the greatest memory, and what broke a promise. Exit 1 if anything
did: a file without an answer, a process that needed more than a gigabyte, an answer that took more than two seconds.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import numpy as np

from bench.checks.attacks import Attack, attacks
from models.photo.decode import Decoder
from models.photo.networks import open_reader
from models.photo.report import CheckReport, check_report
from schemas.errors import RetryableError, UnavailableError
from streams.settings import Settings

MOST_BYTES = 1 << 30
MOST_SECONDS = 2.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Tally:
    """What came of the files so far; seconds on the clock and of processor time, in the order of the files."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    slow: list[tuple[float, float, str, int]] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    child_bytes: int = 0

    def take(self, number: int, attack: Attack, check: Callable[[str, bytes], CheckReport]) -> None:
        """Shows one file to `check`."""
        began, spent = time.monotonic(), _processor_seconds()
        try:
            report = check(str(number), attack.data)
        except (RetryableError, UnavailableError) as error:
            answer = type(error).__name__
            self.unanswered.append(f"{number} ({attack.kind}): {error}")
        except Exception as error:  # noqa: BLE001 - that none escapes is what is looked at
            answer = "crash"
            self.crashes.append(f"{number} ({attack.kind}): {error!r}")
        else:
            answer = ", ".join(sorted(finding.code for finding in report.findings)) or "nothing found"
        self.clock.append(time.monotonic() - began)
        self.processor.append(_processor_seconds() - spent)
        self.answers[attack.kind, answer] += 1
        self.slow = sorted([*self.slow, (self.clock[-1], self.processor[-1], attack.kind, number)], reverse=True)[:10]
        self.child_bytes = max(self.child_bytes, *(_peak_bytes(pid) for pid in _children()), 0)

    def summary(self) -> dict[str, Any]:
        """The measurements, and `broken`: the promises that were not kept."""
        own = _peak_bytes(os.getpid())
        late = [slow for slow in self.slow if slow[0] > MOST_SECONDS]
        broken = [
            *self.crashes,
            *self.unanswered,
            *(f"{number} ({kind}): {clock:.1f} s" for clock, _, kind, number in late),
        ]
        broken += [
            f"{who}: {size} bytes" for who, size in (("parent", own), ("child", self.child_bytes)) if size > MOST_BYTES
        ]
        kinds: dict[str, dict[str, int]] = {}
        for (kind, answer), count in sorted(self.answers.items()):
            kinds.setdefault(kind, {})[answer] = count
        return {
            "files": len(self.clock),
            "answers": kinds,
            "seconds": _quantiles(self.clock),
            "processor_seconds": _quantiles(self.processor),
            "slowest": [
                {"file": number, "kind": kind, "seconds": round(clock, 3), "processor_seconds": round(processor, 3)}
                for clock, processor, kind, number in self.slow
            ],
            "peak_mb": {"parent": own // 1_000_000, "child": self.child_bytes // 1_000_000},
            "broken": broken,
        }


def run(files: Iterable[Attack], check: Callable[[str, bytes], CheckReport], first: int = 0) -> Tally:
    """Shows all files to `check`, one after the other; `first` is the first one's number."""
    tally = Tally()
    for number, attack in enumerate(files, first):
        tally.take(number, attack, check)
    return tally


@click.command()
@click.option("--count", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--first", default=0, show_default=True, help="Of which number the first file is.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the JSON here as well.")
def command(count: int, seed: int, first: int, out: Path | None) -> None:
    """Shows COUNT files to the photo check as the service runs it: decoding child, networks, checks."""
    with Decoder(1) as decoder, open_reader(Settings().weights_folder) as reader:

        def check(name: str, data: bytes) -> CheckReport:
            return check_report(name, data, decode=decoder.decode, read=reader.read)

        # What is loaded with the first photo is not the first attack's cost.
        check("warm", next(iter(attacks(1, seed))).data)
        shown = attacks(count, seed, first)
        with click.progressbar(shown, length=count, file=click.get_text_stream("stderr")) as files:
            summary = run(files, check, first).summary()
    text = json.dumps(summary, indent=2)
    if out is not None:
        out.write_text(text + "\n")
    click.echo(text)
    raise SystemExit(1 if summary["broken"] else 0)


def _quantiles(seconds: Sequence[float]) -> dict[str, float]:
    p50, p99 = np.quantile(seconds, (0.5, 0.99))
    return {"p50": round(float(p50), 3), "p99": round(float(p99), 3), "max": round(max(seconds), 3)}


def _children() -> list[int]:
    """The processes that this one has started and that live."""
    found: list[int] = []
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            found += map(int, path.read_text().split())
    return found


def _peak_bytes(pid: int) -> int:
    """The most memory that a process has had at once; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def _processor_seconds() -> float:
    """Of this process and its children, also of those that have ended."""
    spent = os.times()
    total = spent.user + spent.system + spent.children_user + spent.children_system
    for pid in _children():
        try:
            after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += (int(after_name[11]) + int(after_name[12])) / _TICKS
    return total


if __name__ == "__main__":
    command()
