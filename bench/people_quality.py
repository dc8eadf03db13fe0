"""`python -m bench.people_quality`: renders tuples of both regimes, and measures how well the service's own pose
estimator reads them and whether their truth agrees with itself and with the pictures."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_args

import click
import numpy as np

from bench import people_pose, people_truth
from models.pose.mediapipe import MediaPipePose
from models.synthetic.body.assets import assets_folder
from models.synthetic.tuples.paint import make_painter
from models.synthetic.tuples.plan import Pass, Plan, Regime
from models.synthetic.tuples.reader import read_shards
from models.synthetic.tuples.run import render
from streams.settings import Settings

# What is promised of the ideal regime.
LEAST_FOUND, LARGEST_ERROR = 0.98, 0.05


def measure_quality(plan: Plan, folder: Path, weights: Path, workers: int, flat: int) -> dict[str, Any]:
    """Renders the plan into `folder`, or goes on with what is there, and measures; `flat` tuples in flat light."""
    failed = len(render(plan, folder, make_painter, workers=workers).failures)
    with MediaPipePose(weights) as estimator:
        read = people_pose.readings(read_shards(folder, columns=people_pose.COLUMNS), estimator)
    some = np.unique(np.linspace(0, plan.count - 1, min(flat, plan.count)).astype(int)).tolist()
    return {
        "failed": failed,
        "pose": people_pose.summary(read),
        "truth": people_truth.figures(read_shards(folder), people_truth.flat(plan, some)),
    }


def kept(figures: dict[str, Any]) -> bool:
    """True if the ideal regime is as it is promised."""
    pose = figures["pose"]
    return bool(pose["found"] >= LEAST_FOUND and pose["median_error"] <= LARGEST_ERROR)


@click.command()
@click.option("--count", type=click.IntRange(1), default=100, show_default=True, help="Tuples of each regime.")
@click.option("--seed", type=int, default=5, show_default=True)
@click.option("--size", default="512x384", show_default=True)
@click.option("--pass", "mode", type=click.Choice(get_args(Pass)), default="picture", show_default=True)
@click.option("--regime", "regimes", type=click.Choice(get_args(Regime)), multiple=True, default=("ideal", "real"))
@click.option("--flat", type=click.IntRange(0), default=20, show_default=True, help="Tuples redrawn in flat light.")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Keeps tuples here.")
@click.option("--json", "path", type=click.Path(path_type=Path, dir_okay=False), help="Writes the figures here.")
def main(  # noqa: PLR0913, PLR0917 - as many as there are options
    count: int,
    seed: int,
    size: str,
    mode: Pass,
    regimes: tuple[Regime, ...],
    flat: int,
    workers: int,
    folder: Path | None,
    path: Path | None,
) -> None:
    """Measures, prints tables; exit status 1 if the ideal regime is not as promised."""
    height, width = (int(side) for side in size.split("x"))
    assets = "makehuman" if assets_folder() else "reduced"
    figures: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        root = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for regime in regimes:
            plan = Plan(count, seed, height, width, regime, mode, assets)
            found = figures[regime] = measure_quality(plan, root / regime, Settings().weights_folder, workers, flat)
            print(f"{regime}, {mode} pass, {size}: {found['truth']['tuples']} tuples, {found['failed']} failed")
            print(people_pose.table(found["pose"]))
            print(people_truth.table(found["truth"]), end="\n\n", flush=True)
    if path is not None:
        path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if "ideal" in figures and not kept(figures["ideal"]):
        raise click.ClickException(f"the ideal regime: found must be {LEAST_FOUND:.0%}, the error {LARGEST_ERROR:.0%}")


if __name__ == "__main__":
    main()
