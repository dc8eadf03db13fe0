"""`virton up`: everything on one machine."""

import asyncio
import signal
from pathlib import Path

import click

from schemas.errors import VirtonError
from streams import observe
from streams.local.supervisor import Supervisor
from streams.settings import Settings


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="The page's and the API's port; 0: a free one.  [8080]")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), help="Folder that everything is kept in.  [data]"
)
@click.option(
    "--kafka-port", type=click.IntRange(0, 65535), help="The local Kafka's; 0: a free one.  [9092 or a free one]"
)
def command(port: int | None, data: Path | None, kafka_port: int | None) -> None:
    """Run Apache Kafka, every stage, the gateway and the collector here, and print `ready URL` when all are.

    With VIRTON_KAFKA_BOOTSTRAP set, that cluster is used instead of a local one. SIGINT or SIGTERM ends everything.
    """
    given = {"gateway_port": port, "data": data}
    settings = Settings().model_copy(update={name: value for name, value in given.items() if value is not None})
    observe.configure_logging(settings.log_level, as_json=settings.log_json)
    try:
        asyncio.run(_run(Supervisor(settings, kafka_port=kafka_port)))
    except VirtonError as error:
        raise click.ClickException(str(error)) from error


async def _run(supervisor: Supervisor) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    await supervisor.run(stop, lambda url: click.echo(f"ready {url}"))
