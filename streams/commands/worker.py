"""`virton worker STAGE...`: runs stages until it is told to stop."""

import asyncio
import os
import sys
from functools import partial

import click

from schemas.topics import BY_NAME
from streams.observe import configure_logging
from streams.parts import STAGES, open_stages
from streams.settings import Settings
from streams.worker import run_worker


@click.command()
@click.argument("stage", nargs=-1, required=True, type=click.Choice([str(name) for name in STAGES]))
def command(stage: tuple[str, ...]) -> None:
    """Work as one or more stages, each its own consumer group, until SIGTERM."""
    settings = Settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    names = tuple(dict.fromkeys(stage))
    status = asyncio.run(run_worker(settings, BY_NAME, partial(open_stages, names, settings)))
    # Not sys.exit: the interpreter would wait for threads that are in the middle of a picture nobody will ack.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
