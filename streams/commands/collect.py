"""`virton collect`: writes training examples into the dataset until it is told to stop."""

import signal
import threading

import click

from streams.collector import LONGEST_ROUND_S, Collector
from streams.dataset import Dataset
from streams.files import open_files
from streams.kafka import client_options
from streams.observe import configure_logging
from streams.probes import Heartbeat, serve_in_thread
from streams.settings import Settings


@click.command("collect")
def command() -> None:
    """Collects training examples from Kafka into the Parquet dataset, each exactly once."""
    settings = Settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    heartbeat = Heartbeat(LONGEST_ROUND_S)
    dataset = Dataset(open_files(settings.dataset_place))
    collector = Collector(client_options(settings), dataset, heartbeat, chunk_age_s=settings.collect_age_s)
    with serve_in_thread(heartbeat, settings):
        collector.run(stop)
