"""`python -m bench`: measures delivery, prints tables, and writes `bench/out/bench.json`.

`python -m bench people` and `python -m bench people-quality` measure rendered people: how many an hour, and how well
they are read. They are separate because each takes many minutes.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from bench.hops import BACKLOG, PACE_HZ, measure_hops
from bench.local_run import Pictures, measure_local_run, sample_pictures
from bench.loops import GUARANTEES
from streams.local.kafka import LocalKafka

OUT = Path(__file__).parent / "out" / "bench.json"


# Imported when asked for: rendering needs an extra, and seconds to load.
_OF_PEOPLE = {"people": "bench.people", "people-quality": "bench.people_quality"}


class _Benchmarks(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_OF_PEOPLE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _OF_PEOPLE:
            return None
        command = import_module(_OF_PEOPLE[cmd_name]).main
        assert isinstance(command, click.Command)
        return command


def _file() -> click.Path:
    return click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=_Benchmarks, invoke_without_command=True)
@click.option("--rounds", default=3, show_default=True, help="Rounds of the hops.")
@click.option("--photos", default=20, show_default=True, help="Photos of the local run; p99 of 20 is the slowest.")
@click.option("--only", type=click.Choice(["hops", "local-run"]), help="One of the two.")
@click.option("--person", type=_file(), help="A photo for the local run instead of the samples' (VIRTON_SAMPLES).")
@click.option("--garment", "garments", type=_file(), multiple=True, help="Two upper garments for it.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT, help="The JSON file.  [bench/out/bench.json]")
@click.pass_context
def main(  # noqa: PLR0913 - as many as there are options
    ctx: click.Context,
    /,
    *,
    rounds: int,
    photos: int,
    only: str | None,
    person: Path | None,
    garments: tuple[Path, ...],
    out: Path,
) -> None:
    """Measures delivery against bare loops on one broker, and the local run from upload to picture; or what COMMAND
    says."""
    if ctx.invoked_subcommand is not None:
        return
    if person is not None and len(garments) != 2:
        raise click.UsageError("--person needs --garment twice")
    report: dict[str, Any] = {"at": datetime.now(UTC).isoformat(), "machine": _machine()}
    if only != "local-run":
        report["hops"] = _hops(rounds)
        print(_hop_table(report["hops"]))
    if only != "hops":
        pictures = sample_pictures() if person is None else Pictures(person, (garments[0], garments[1]))
        if pictures is None:
            report["local_run"] = {"skipped": "VIRTON_SAMPLES is not set, and there is no --person"}
        else:
            report["local_run"] = measure_local_run(pictures, photos).summary()
        print(_local_run_table(report["local_run"]))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(f"written to {out}", file=sys.stderr)


def _machine() -> dict[str, object]:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.system(), "load": load}


def _hops(rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        broker = LocalKafka(Path(folder))
        broker.start()
        try:
            measured = asyncio.run(measure_hops(broker.bootstrap, rounds))
        finally:
            broker.stop()
    figures: dict[str, Any] = {name: each.summary() for name, each in measured.items()}
    ours = figures["virton"]["events_per_s"]
    for name, each in figures.items():
        each["guarantee"] = GUARANTEES[name]
        each["virton_is_times_as_fast"] = round(ours / each["events_per_s"], 2)
    return figures


def _hop_table(hops: dict[str, Any]) -> str:
    lines = [
        f"One hop: {BACKLOG} upload events in a backlog, then {PACE_HZ:.0f} a second; one process, one broker",
        f"{'':18}{'events/s':>10}{'added p50':>12}{'added p99':>12}{'virton is':>11}  guarantee",
    ]
    for name, each in hops.items():
        p50, p99 = each["added_latency_p50_ms"], each["added_latency_p99_ms"]
        ratio = each["virton_is_times_as_fast"]
        lines.append(
            f"{name:18}{each['events_per_s']:>10.0f}{p50:>9.1f} ms{p99:>9.1f} ms{ratio:>10.2f}x  {each['guarantee']}"
        )
    return "\n".join(lines)


def _local_run_table(run: dict[str, Any]) -> str:
    if "skipped" in run:
        return f"Local run: skipped, {run['skipped']}"
    first, second = run["upload_to_picture"], run["second_garment_on_the_same_photo"]
    stages = ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in run["stages_p50_s"].items())
    return "\n".join(
        [
            f"Local run: {run['photo']}, one try-on at a time, ready after {run['ready_s']:.1f} s",
            f"{'':34}{'n':>4}{'p50':>10}{'p99':>10}",
            *(
                f"{name:34}{each['n']:>4}{each['p50_s']:>8.2f} s{each['p99_s']:>8.2f} s"
                for name, each in (("upload to picture", first), ("second garment on the same photo", second))
            ),
            f"the stages' own time, p50: {stages}",
            f"the second garment takes {second['p50_s'] / first['p50_s']:.2f} of the first's time",
        ]
    )


if __name__ == "__main__":
    main()
