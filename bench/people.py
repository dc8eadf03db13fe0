"""`python -m bench.people`: rendered tuples an hour for each pass, and what their time is spent on.

The figure is the run's as a user sees it, start of the processes included; the CPU seconds are of the tuples alone.
"""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from models.synthetic.body.assets import assets_folder
from models.synthetic.tuples.paint import make_painter
from models.synthetic.tuples.plan import Pass, Plan, Regime
from models.synthetic.tuples.run import render

# Enough tuples that processes start in a small part of the time: some minutes a pass.
COUNTS: dict[Pass, int] = {"geometry": 1920, "picture": 96, "show": 4}


def measure_people(plan: Plan, workers: int) -> dict[str, Any]:
    """Renders a plan twice over into folders that are thrown away: a few tuples first, so that what is compiled and
    cached once on a machine is not counted; returns the second run's figures."""
    with tempfile.TemporaryDirectory() as folder:
        render(replace(plan, count=1), Path(folder) / "warm", make_painter, workers=1)
        report = render(plan, Path(folder) / "timed", make_painter, workers=workers)
        size = sum(shard.size for shard in report.manifest.shards)
        return {**report.figures(), "workers": workers, "bytes_per_tuple": size // max(report.rendered, 1)}


def table(figures: dict[str, dict[str, Any]]) -> str:
    """One line for each run, and its stages."""
    lines = []
    for name, each in figures.items():
        cpu = each["cpu_s_per_tuple"]
        stages = ", ".join(f"{stage} {seconds * 1000:.0f} ms" for stage, seconds in cpu.items())
        what = f"{each['bodies']} bodies in {each['tuples']} tuples, {each['bytes_per_tuple'] / 1e6:.2f} MB each"
        lines += [
            f"{name:18}{each['tuples_per_h']:>8} tuples/h, {each['workers']} workers; {what}; {each['failed']} failed",
            f"{'':18}{sum(cpu.values()):.3f} CPU s a tuple: {stages}",
        ]
    return "\n".join(lines)


@click.command()
@click.option("--pass", "modes", type=click.Choice(get_args(Pass)), multiple=True, default=("geometry", "picture"))
@click.option("--regime", "regimes", type=click.Choice(get_args(Regime)), multiple=True, default=("ideal", "real"))
@click.option("--count", type=click.IntRange(1), help="Tuples.  [1920 geometry, 96 picture, 4 show]")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--size", default="512x384", show_default=True)
def main(modes: tuple[Pass, ...], regimes: tuple[Regime, ...], count: int | None, workers: int, size: str) -> None:
    """Measures rendering, prints a table on stdout and the figures as JSON after it."""
    height, width = (int(side) for side in size.split("x"))
    assets = "makehuman" if assets_folder() else "reduced"
    figures = {}
    for mode in modes:
        for regime in regimes:
            plan = Plan(count or COUNTS[mode], 1, height, width, regime, mode, assets)
            figures[f"{mode} {regime}"] = measure_people(plan, workers)
    print(table(figures))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
