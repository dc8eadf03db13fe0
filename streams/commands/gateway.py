"""`virton gateway`: the HTTP API and the fitting-room page."""

import asyncio
import os
import sys

import click

from schemas.errors import UnavailableError
from streams.gateway.server import run_gateway
from streams.observe import configure_logging
from streams.settings import Settings


@click.command()
@click.option("--host", help="Where to listen (VIRTON_GATEWAY_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="The port, 0: a free one (VIRTON_GATEWAY_PORT).")
def command(host: str | None, port: int | None) -> None:
    """Serve the HTTP API and the fitting-room page until SIGTERM."""
    given = {"gateway_host": host, "gateway_port": port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    configure_logging(settings.log_level, as_json=settings.log_json)
    status = 0
    try:
        asyncio.run(run_gateway(settings))
    except UnavailableError as error:
        click.echo(f"The gateway cannot start: {error}", err=True)
        status = 1
    except SystemExit as ended:  # uvicorn's word for a port that is taken; its log says so
        status = ended.code if isinstance(ended.code, int) else 1
    # Not sys.exit: the interpreter would wait for threads that decode pictures nobody waits for any more.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
