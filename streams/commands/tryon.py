"""`virton tryon`: one try-on through the running service."""

import json
from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from schemas.events import Category, Status
from schemas.findings import FindingCode
from streams.client import Client, Refused, Unreachable, Upload

# A cancelled try-on stops at its model's next step, which takes a few seconds.
CANCELLED_WITHIN_S = 15.0


class Exit(IntEnum):
    """How the command ends."""

    COMPLETED = 0
    USAGE = 2
    REJECTED = 3
    FAILED = 4
    CANCELLED = 5
    UNREACHABLE = 6


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("person", type=_FILE)
@click.argument("garments", metavar="GARMENT...", type=_FILE, nargs=-1, required=True)
@click.option(
    "--category",
    "categories",
    type=click.Choice([str(category) for category in Category]),
    multiple=True,
    required=True,
    help="Where the garment is worn; once per garment, in their order.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The picture, a PNG.")
@click.option(
    "--garment-back", "garment_backs", type=_FILE, multiple=True, help="The garments' backs, in the same order."
)
@click.option("--quality", type=click.Choice(["fast", "normal", "best"]))
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="The same seed gives the same picture.")
@click.option("--steps", type=click.IntRange(1, 100))
@click.option("--samples", type=click.IntRange(1, 4), help="More pictures go to OUT-2, OUT-3, OUT-4.")
@click.option("--locale", help="Language of the advice, such as en or de-CH.")
@click.option("--shop", help="The shop it is for.")
@click.option("--shopper", help="A pseudonym; the same one lets the photo's analysis be used again.")
@click.option("--consent-training/--no-consent-training", default=None, help="Whether it may be learned from.  [no]")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=600.0, show_default=True, help="Seconds to wait for the result."
)
@click.option("--server", default="http://127.0.0.1:8080", show_default=True, metavar="URL", help="The gateway.")
@click.option("--api-key", default="", envvar="VIRTON_API_KEY", help="The shop's key, where keys are configured.")
@click.pass_context
def command(  # noqa: PLR0913 - click gives every option by its name
    ctx: click.Context,
    /,
    *,
    person: Path,
    garments: tuple[Path, ...],
    categories: tuple[str, ...],
    out: Path,
    garment_backs: tuple[Path, ...],
    timeout: float,
    server: str,
    api_key: str,
    **options: Any,
) -> None:
    """Put one garment, or an upper and a lower one, on PERSON, and print the result event as JSON.

    Exit status: 0 completed, 2 usage, 3 rejected, 4 failed, 5 cancelled (Ctrl-C cancels), 6 unreachable.
    """
    if len(garments) != len(categories):
        raise click.UsageError(f"{len(garments)} garment(s) need as many --category, not {len(categories)}.")
    if not out.absolute().parent.is_dir():
        raise click.UsageError(f"There is no folder {out.absolute().parent} for --out.")
    upload = Upload(person, garments, categories, garment_backs, options)
    with Client(server, api_key=api_key) as client:
        try:
            ctx.exit(_run(client, upload, out, timeout))
        except Unreachable as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(Exit.UNREACHABLE)
        except Refused as error:
            click.echo(f"Error: {error}", err=True)
            # A picture that cannot be used is refused at the door with the code its finding would have.
            ctx.exit(Exit.REJECTED if error.code in {*FindingCode} else Exit.USAGE)


def _run(client: Client, upload: Upload, out: Path, timeout: float) -> Exit:
    try:
        tryon = client.start(upload, patience_s=timeout)
    except KeyboardInterrupt:
        return Exit.CANCELLED
    try:
        result = _result(client, tryon, timeout)
    except KeyboardInterrupt:
        if client.cancel(tryon):
            click.echo("cancelling ...", err=True)
        result = _result(client, tryon, CANCELLED_WITHIN_S)
    click.echo(json.dumps(result))
    for picture in result.get("pictures", []):
        path = _path(out, picture["sample"])
        path.write_bytes(client.picture(picture["url"]))
        click.echo(f"written: {path}", err=True)
    return Exit[Status(result["status"]).name]


def _result(client: Client, tryon: str, within_s: float) -> dict[str, Any]:
    """The result event; progress is told on stderr as it comes."""
    for event in client.events(tryon, within_s=within_s):
        if event.name == "result":
            return event.data
        click.echo(f"{event.data.get('stage')} {event.data.get('step')}/{event.data.get('of')}", err=True)
    raise AssertionError("the stream ends with its result, or raises")


def _path(out: Path, sample: int) -> Path:
    """FILE for the first sample, FILE-2, FILE-3 ... for the others, before the suffix."""
    return out if sample == 0 else out.with_name(f"{out.stem}-{sample + 1}{out.suffix}")
