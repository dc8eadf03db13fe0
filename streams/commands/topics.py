"""`virton topics`: creates every topic on the cluster, or corrects it."""

import click

from schemas.errors import VirtonError
from streams.settings import Settings
from streams.topics import ensure_topics


@click.command()
def command() -> None:
    """Make the cluster's topics what the contract declares; tells one line a topic. Repeating it changes nothing."""
    try:
        reports = ensure_topics(Settings())
    except VirtonError as error:
        raise click.ClickException(str(error)) from error
    for report in reports:
        click.echo(f"{report.topic}: {', '.join(report.changes) or 'as declared'}")
