"""`virton weights`: the manifest, and fetching what it lists."""

import json
from collections.abc import Sequence

import click

from models.weights.fetch import fetch, is_fetched
from models.weights.manifest import MANIFEST, WeightsError
from streams.settings import Settings


@click.group("weights")
def command() -> None:
    """The networks' weights: their sources and licences, and what fetches them."""


@command.command("list")
def list_weights() -> None:
    """Prints the manifest, one JSON object a line."""
    folder = Settings().weights_folder
    for weight in MANIFEST:
        entry = {
            "name": weight.name,
            "source": weight.source,
            "networks": [network.member for network in weight.networks.values()],
            "sha256": weight.sha256,
            "licence": weight.licence,
            "commercial": weight.commercial,
            "file": str(weight.path_in(folder)),
            "fetched": is_fetched(folder, weight),
        }
        click.echo(json.dumps(entry))


@command.command("fetch")
@click.argument("names", nargs=-1)
@click.option("--accept-non-commercial", is_flag=True, help="Also fetch weights that a shop may not use commercially.")
def fetch_weights(names: Sequence[str], accept_non_commercial: bool) -> None:
    """Fetches weights by NAMES (default: all that may be used), unless they are there, and prints the files' paths."""
    unknown = sorted(set(names) - {weight.name for weight in MANIFEST})
    if unknown:
        raise click.UsageError(f"No weights are called {', '.join(unknown)}. See: virton weights list")
    wanted = [w for w in MANIFEST if w.name in names or (not names and (w.commercial or accept_non_commercial))]
    try:
        paths = fetch(
            Settings().weights_folder,
            wanted,
            accept_non_commercial=accept_non_commercial,
            progress=lambda text: click.echo(text, err=True),
        )
    except WeightsError as error:
        raise click.ClickException(str(error)) from error
    for path in paths:
        click.echo(path)
