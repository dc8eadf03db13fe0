"""`virton people`: rendered people with the exact truth, and a sheet to look at them."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import click

from models.synthetic.tuples.plan import Pass, Plan, Regime
from schemas.errors import VirtonError

# What each pass needs beside the extra's own modules, by the extra that installs it.
_NEEDS = {"people": ("anny", "embreex", "numba", "tqdm"), "show": ("mitsuba", "pyoidn")}


class Size(click.ParamType):
    """HEIGHTxWIDTH in pixels."""

    name = "HxW"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The two numbers."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d+)x(\d+)", value)
        if not found:
            self.fail(f"{value!r} is no size: write the height, x, the width, such as 512x384", param, ctx)
        return int(found[1]), int(found[2])


@click.group("people")
def command() -> None:
    """Rendered people: photos that need nobody's consent, with the exact truth of everything in them."""


@command.command("render")
@click.option("--count", type=int, required=True, help="How many tuples.")
@click.option("--seed", type=int, required=True, help="The same seed gives the same bytes.")
@click.option("--size", type=Size(), default="512x384", show_default=True, help="Height and width in pixels.")
@click.option("--regime", type=click.Choice(get_args(Regime)), default="ideal", show_default=True)
@click.option(
    "--pass",
    "mode",
    type=click.Choice(get_args(Pass)),
    default="picture",
    show_default=True,
    help="geometry: all truth, cheap shading; picture: like photos; show: path traced.",
)
@click.option("--workers", type=click.IntRange(1), help="Processes.  [as many as there are cores]")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder for shards.")
@click.pass_context
def render_people(  # noqa: PLR0913 - as many as there are options
    ctx: click.Context,
    /,
    *,
    count: int,
    seed: int,
    size: tuple[int, int],
    regime: Regime,
    mode: Pass,
    workers: int | None,
    out: Path,
) -> None:
    """Renders tuples into shards: a person in garment A, product photos of garment B, the person in B, and the truth.

    Run again, it goes on where it was stopped. stdout: one line of JSON with counts and figures. Exit status: 0 all
    rendered, 1 some tuples failed (they are named; run it again to try them again), 2 usage.
    """
    _require("people", *(["show"] if mode == "show" else []))
    from models.synthetic.tuples.paint import make_painter
    from models.synthetic.tuples.run import render, summary

    try:
        plan = Plan(count, seed, *size, regime=regime, mode=mode, assets=_assets())
        with _bar(count) as progress:
            report = render(plan, out, make_painter, workers=workers or _cores(), progress=progress)
    except VirtonError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps({"folder": str(out), **report.figures()}))
    if report.failures:
        click.echo(f"Error: {len(report.failures)} tuples failed\n{summary(report.failures)}", err=True)
        ctx.exit(1)


@command.command("sheet")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--count", type=click.IntRange(1), default=40, show_default=True, help="How many tuples, spread evenly.")
@click.option("--height", type=click.IntRange(32), default=192, show_default=True, help="Of each picture, in pixels.")
@click.option("--index", "indices", type=int, multiple=True, help="These tuples instead; may be given several times.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The PNG.  [FOLDER/../FOLDER-sheet.png]")
def sheet(folder: Path, count: int, height: int, indices: tuple[int, ...], out: Path | None) -> None:
    """Draws a contact sheet of FOLDER: person in A, products, person in B, labels, IUV, mask, warped product."""
    from models.synthetic.tuples.sheet import write_sheet

    path = out or folder.with_name(f"{folder.name}-sheet.png")
    try:
        shown = write_sheet(folder, path, count=count, height=height, indices=indices)
    except VirtonError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error
    click.echo(json.dumps({"sheet": str(path), "tuples": shown}))


@command.command("examples")
@click.option("--seed", type=int, default=4, show_default=True, help="The same seed gives the same files.")
@click.option("--size", type=Size(), default="512x384", show_default=True, help="Height and width in pixels.")
@click.option("--pass", "mode", type=click.Choice(get_args(Pass)), default="picture", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="An empty folder.")
def examples(seed: int, size: tuple[int, int], mode: Pass, out: Path) -> None:
    """Writes a small set of photos to upload, of both regimes and with every finding code, and what is true of them."""
    _require("people")
    from models.synthetic.tuples.examples import write_examples

    try:
        plan = Plan(1, seed, *size, regime="real", mode=mode, assets=_assets())
        entries = write_examples(out, plan, lambda file: click.echo(file, err=True))
    except VirtonError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps({"folder": str(out), "examples": len(entries)}))


def _assets() -> str:
    """The set of assets; says on stderr if it is the reduced one."""
    from models.synthetic.body.assets import assets_folder

    if assets_folder():
        return "makehuman"
    click.echo("VIRTON_ASSETS is not set: a reduced set of skins, hair and shoes is rendered.", err=True)
    return "reduced"


def _require(*extras: str) -> None:
    for extra in extras:
        missing = [module for module in _NEEDS[extra] if find_spec(module) is None]
        if missing:
            names, what = ", ".join(missing), f"pip install 'virton[{extra}]'"
            raise click.ClickException(f"{names} not installed: rendering needs the extra {extra!r}: {what}")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _bar(count: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, quiet where stderr is no terminal."""
    from tqdm import tqdm

    with tqdm(total=count, unit="tuple", file=sys.stderr, disable=None) as bar:

        def progress(done: int) -> None:
            bar.update(done - bar.n)

        yield progress
