"""Apache Kafka on this machine: KRaft, one node that is broker and controller, reachable from this machine only."""

import base64
import random
import shutil
import socket
import subprocess
import time
import uuid
from pathlib import Path

from streams.local import children, jars
from streams.local.errors import LocalRunError
from streams.local.lock import FolderLock

# Measured: the port is open 2 s after the JVM starts; recovery of a log after SIGKILL and a machine shared by all
# parts of a local run take longer.
START_TIMEOUT_S = 60.0
# Measured: 1 to 2 s. A stop ends within 10 s whatever happens, so SIGKILL comes at 8.
STOP_GRACE_S = 8.0

# 512 MB are what one node needs for a few dozen partitions (364 MB resident, measured).
_JVM = (
    "-Xmx512m",
    "-Xms128m",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Dvirton.kafka.log=kafka.log",
    "-Dlog4j2.configurationFile=log4j2.properties",
)

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
# Relative, as every path the JVM is told: a name with a comma, a backslash or an umlaut would not survive this format.
log.dir=logs
auto.create.topics.enable=false
# One node cannot hold more than one replica.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# 50 partitions by default: for one machine's few groups they only make the first join slow.
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
share.coordinator.state.topic.num.partitions=4
# Wait for no further members: the first one of a group begins at once.
group.initial.rebalance.delay.ms=0
# After SIGKILL the node's registration must run out before its successor may register: 9 s by default. It registers
# with itself, over no network, so 3 s without a heartbeat mean that it is gone.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


_SERVER_PORTS = range(15_000, 32_000)
_given: set[int] = set()


class LocalKafka:
    """One Kafka node with its data in `data`; whatever ends this process ends the node too.

    The port stays the same over `stop`, `kill` and `restart`, so that connected clients find it again.
    """

    def __init__(self, data: Path, port: int = 0) -> None:
        """`port` 0: a free one, chosen now."""
        self.data = data.absolute()
        self.port = port or free_port()
        self.log = self.data / "kafka.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: FolderLock | None = None

    @property
    def bootstrap(self) -> str:
        """The broker's `host:port`."""
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The JVM's process id, None before the start and after the end."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Starts the node and waits until it answers; its storage is formatted if it is new.

        Raises:
            LocalRunError: Java, Maven or the jars are missing, the folder or the port is in use, or the node ended.
        """
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """The first half of `start`: does not wait for the node to answer."""
        program, classpath = jars.java(), f"{jars.jars()}/*"
        if self._lock is None:
            self._lock = FolderLock(self.data / "lock", f"Kafka's folder {self.data}")
        try:
            _require_free(self.port)
            self._configure()
            java = [program, *_JVM, "-cp", classpath]
            with self._console.open("wb") as output:
                if not (self.data / "logs" / "meta.properties").exists():
                    self._format(java, output.fileno())
                # The JVM holds the lock too: the folder is in use for as long as it lives, even where we are gone.
                self._process = children.spawn(
                    [*java, "kafka.Kafka", "server.properties"],
                    output=output,
                    keep_open=[self._lock.fileno],
                    cwd=self.data,
                )
        except BaseException:
            self._release()
            raise

    def wait_until_ready(self, timeout: float = START_TIMEOUT_S) -> None:
        """The second half of `start`.

        Raises:
            LocalRunError: the node ended, or did not answer in `timeout` seconds and was killed.
        """
        deadline = time.monotonic() + timeout
        while not answers(self.port):
            if self.pid is None:
                raise LocalRunError(f"Apache Kafka ended while it started: {self._last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise LocalRunError(f"Apache Kafka did not answer in {timeout:.0f} s: {self._last_words()}")
            time.sleep(0.05)

    def stop(self, grace: float = STOP_GRACE_S) -> None:
        """Ends the node gracefully, or after `grace` seconds with SIGKILL. Does nothing if it does not run.

        The folder is given back. Data survives both ways; after SIGKILL the next start takes 3 s longer.
        """
        if self._process is not None:
            children.end(self._process, grace)
            self._process = None
        self._release()

    def kill(self) -> None:
        """Ends the node with SIGKILL, as a crash does, and gives the folder back."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._release()

    def restart(self) -> None:
        """Stops and starts the node, on the same port, with the same data."""
        self.stop()
        self.start()

    @property
    def _console(self) -> Path:
        """What the JVM itself prints: it fails before its log does."""
        return self.data / "console.log"

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def properties(self) -> str:
        """The node's configuration (server.properties, ASCII), made anew at each start; a subclass may add to it."""
        return _PROPERTIES.format(port=self.port, controller=free_port())

    def _configure(self) -> None:
        (self.data / "server.properties").write_text(self.properties(), encoding="ascii")
        shutil.copyfile(Path(__file__).with_name("log4j2.properties"), self.data / "log4j2.properties")

    def _format(self, java: list[str], output: int) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # One argument: one id in 64 begins with a dash and would be taken for an option.
        identity = f"--cluster-id={cluster}"
        command = [*java, "kafka.tools.StorageTool", "format", identity, "--config", "server.properties"]
        ended = subprocess.run(command, stdout=output, stderr=output, check=False, cwd=self.data)  # noqa: S603
        if ended.returncode != 0:
            raise LocalRunError(f"Apache Kafka could not format its storage: {self._last_words()}")

    def _last_words(self, most: int = 5) -> str:
        lines: list[str] = []
        for path in (self.log, self._console):
            if path.exists():
                lines += path.read_text(encoding="utf-8", errors="replace").splitlines()[-most:]
        return "\n".join([f"see {self.log}", *lines])


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on now, and that this function did not give before.

    Below the ports that systems give to outgoing connections (Linux: from 32768, macOS and Windows: from 49152): one
    of those could be taken by any client between this call and the server's start, which is seconds for a JVM.

    Raises:
        LocalRunError: no port was free.
    """
    for port in random.SystemRandom().sample(_SERVER_PORTS, len(_SERVER_PORTS)):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise LocalRunError("No TCP port of 127.0.0.1 is free between 15000 and 32000: stop what uses them.")


def is_free(port: int) -> bool:
    """True if a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: TIME_WAIT is no owner
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _require_free(port: int) -> None:
    if not is_free(port):
        raise LocalRunError(f"Port {port}, which Apache Kafka is to use, is taken: stop what uses it.")


def answers(port: int, timeout: float = 1.0) -> bool:
    """True if a Kafka broker answers an ApiVersions request (key 18, version 0) on this port of 127.0.0.1.

    An open port is not enough: the broker opens it before it has caught up with its controller, and answers after.
    """
    # Size 10; key 18, version 0, correlation id 7, client id null (KIP-511; the oldest version is understood by all).
    request = bytes([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xFF, 0xFF])
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
            connection.sendall(request)
            return connection.recv(8)[4:8] == request[8:12]
    except OSError:
        return False
