"""The gateway as a process: opened from the settings, served by uvicorn, and ended within seconds."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from functools import partial

import structlog
import uvicorn
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from models.photo.decode import Decoder
from models.photo.reading import PhotoReader
from models.weights.manifest import WeightsError
from schemas.errors import UnavailableError
from streams.gateway.app import create_app
from streams.gateway.checks import PhotoChecks
from streams.gateway.context import Gateway
from streams.gateway.health import Readiness
from streams.gateway.hub import Hub
from streams.gateway.intake import Intake
from streams.gateway.limits import Limits
from streams.gateway.security import is_loopback
from streams.kafka import client_options
from streams.publisher import KafkaPublisher
from streams.readmodel import ReadModel
from streams.settings import Settings
from streams.store import Obstore

log = structlog.get_logger(__name__)

# Two pictures are decoded at a time, each in its child. Of two checks one is decoded while the other is looked at.
THREADS = 2
# Open connections, most of which follow a try-on: the usual 1024 files of a process, less those of the bodies that are
# being received (64 of 5 files) and 100 for the database, the broker, the children and libraries.
CONNECTIONS = 600
# Requests in flight are answered within this, or cut: an upload on a slow line is sent again with its key. Together
# with closing below the 10 s that a gateway may take to end.
GRACE_S = 5
CLOSE_WITHIN_S = 3.0


class Server(uvicorn.Server):
    """uvicorn that ends event streams as soon as it is told to stop, and leaves the signal to no one else."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops at SIGTERM and SIGINT. uvicorn's own version raises the signal again before anything is closed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen, and says where: the port may have been 0."""
        await super().startup(sockets)
        for server in self.servers if self.started else ():
            for bound in server.sockets:
                host, port, *_ = bound.getsockname()
                log.info("gateway.listening", host=host, port=port)

    def _stop(self) -> None:
        log.info("gateway.stopping", followers=self._hub.followers)
        self._hub.close()
        self.should_exit = True


async def run_gateway(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT. Raises UnavailableError if the database is away at the start."""
    stack = AsyncExitStack()
    gateway = await open_gateway(settings, stack)
    config = uvicorn.Config(
        create_app(gateway),
        host=settings.gateway_host,
        port=settings.gateway_port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE_S,
    )
    warn_if_open(settings)
    try:
        await Server(config, gateway.hub).serve()
    finally:
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await stack.aclose()
        except TimeoutError:
            log.warning("gateway.not_closed", reason="the broker or the database does not answer")


def warn_if_open(settings: Settings) -> None:
    """Says that everybody may come in. Not refused, since in a pod what is in front may ask who comes."""
    if not settings.api_keys and not is_loopback(settings.gateway_host):
        log.warning(
            "gateway.open_to_all",
            host=settings.gateway_host,
            reason="no VIRTON_API_KEYS: whoever reaches this address acts for every shop. Set keys, listen on "
            "127.0.0.1, or have a proxy in front that asks who comes",
        )


async def open_gateway(settings: Settings, stack: AsyncExitStack) -> Gateway:
    """Builds the gateway; what it holds is closed by `stack`. Raises UnavailableError if the database is away."""
    rows = await ReadModel.open(settings.sql_url)
    stack.push_async_callback(rows.close)
    store = Obstore(settings.objects_url)
    publisher = KafkaPublisher(settings)
    stack.push_async_callback(publisher.stop)
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="pictures")
    stack.callback(partial(executor.shutdown, wait=False, cancel_futures=True))
    check_executor = ThreadPoolExecutor(THREADS, thread_name_prefix="checks")
    stack.callback(partial(check_executor.shutdown, wait=False, cancel_futures=True))
    decoder = Decoder()
    stack.callback(decoder.close)
    checks = PhotoChecks(decoder.decode, partial(_reader, settings))

    async def store_answers() -> None:
        await store.get("readyz")

    return Gateway(
        settings=settings,
        rows=rows,
        store=store,
        publisher=publisher,
        clean=decoder.cleaned,
        check=checks,
        warm=checks.warm,
        executor=executor,
        check_executor=check_executor,
        upload_url=store.upload_url if store.signs else None,
        limits=Limits.of(settings.max_upload_bytes),
        intake=Intake(
            rows, publisher, max_queue=settings.max_queue, expires=timedelta(seconds=settings.tryon_expires_s)
        ),
        hub=Hub(rows),
        readiness=Readiness(
            {"broker": partial(broker_answers, settings), "store": store_answers, "database": rows.ping}
        ),
    )


async def broker_answers(settings: Settings) -> None:
    """Returns if the cluster answers. Raises UnavailableError."""
    client = AIOKafkaClient(**client_options(settings))
    try:
        await client.bootstrap()
    except (KafkaError, OSError) as error:
        raise UnavailableError(f"Kafka at {settings.kafka_bootstrap} is away: {error!r}") from error
    finally:
        await client.close()


def _reader(settings: Settings) -> PhotoReader:
    from models.photo.networks import open_reader

    try:
        return open_reader(settings.weights_folder)
    except WeightsError as error:
        raise UnavailableError(str(error)) from error
