"""Renders a plan into a folder: what is there already is kept, what is missing is rendered."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.synthetic.tuples.columns import Row
from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.shards import Failure, Folder, Manifest
from models.synthetic.tuples.workers import MakePainter, Painted, painted


@dataclass
class Report:
    """What a run did. `seconds` of CPU by stage, summed over the workers."""

    manifest: Manifest
    rendered: int = 0
    wall_s: float = 0.0
    seconds: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """As plain JSON values."""
        hours = max(self.wall_s, 1e-9) / 3600
        per_tuple = {stage: round(total / max(self.rendered, 1), 4) for stage, total in sorted(self.seconds.items())}
        bodies = {body for kinds in self.manifest.split.values() for body in kinds["bodies"]}
        return {
            "tuples": self.manifest.tuples,
            "rendered": self.rendered,
            "failed": len(self.failures),
            "bodies": len(bodies),
            "findings": self.manifest.findings,
            "wall_s": round(self.wall_s, 2),
            "tuples_per_h": round(self.rendered / hours),
            "cpu_s_per_tuple": per_tuple,
        }


def render(
    plan: Plan,
    folder: Path,
    make: MakePainter,
    *,
    workers: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Renders `plan` into `folder` and says what was done. `progress` is called with the number of tuples done so far,
    those of an earlier run included.

    Raises:
        FolderRefused: the folder holds something else, or cannot be written.
        WorkersDie: processes end before they have rendered anything.
    """
    started = time.perf_counter()
    where = Folder(folder)
    report = Report(where.opened(Manifest.of(plan)))
    missing = where.unfinished(report.manifest, plan)
    done = plan.count - sum(len(span) for _, span in missing)
    progress(done)
    open_shards = {number: _OpenShard(span) for number, span in missing}
    of_tuple = {index: number for number, span in missing for index in span}
    groups = [group for _, span in missing for group in plan.groups(span)]
    for item in painted(plan, groups, make, workers):
        number = of_tuple[item.index]
        shard = open_shards[number]
        shard.take(item)
        report.seconds.update(item.seconds)
        done += 1
        progress(done)
        if shard.is_complete():
            del open_shards[number]
            report.rendered += len(shard.rows)
            report.failures += shard.failures
            report.manifest = where.add(report.manifest, number, shard.span.start, shard.rows, shard.failures)
    report.wall_s = time.perf_counter() - started
    return report


@dataclass
class _OpenShard:
    span: range
    rows: list[Row] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def take(self, item: Painted) -> None:
        if item.row is None:
            self.failures.append(Failure(index=item.index, error=item.error))
        else:
            self.rows.append(item.row)

    def is_complete(self) -> bool:
        return len(self.rows) + len(self.failures) == len(self.span)


def summary(failures: Sequence[Failure]) -> str:
    """What is missing, for a person to read."""
    lines = [f"tuple {failure.index}: {failure.error}" for failure in failures[:20]]
    more = len(failures) - len(lines)
    return "\n".join([*lines, f"... and {more} more"] if more > 0 else lines)
