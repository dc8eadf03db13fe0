"""A part of the local run: a child process that is started again whenever it ends or hangs."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence

import structlog

from streams.local import children
from streams.local.kafka import free_port

log = structlog.get_logger(__name__)

# How often a part that is ready is asked whether it lives.
LIVENESS_PERIOD_S = 5.0
# The first start of MediaPipe reads 100 MB of libraries; on two busy cores that took 20 s. After this a part that has
# never answered is taken for hung, and a part that did answer and stopped, likewise.
HUNG_AFTER_S = 60.0
# A part that was ready is started again at once; one that never gets that far waits longer each time, so that its
# message stays readable and the machine usable.
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0

_PROBE_TIMEOUT_S = 2.0


class Part:
    """One part and the process that it is at the moment."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], *, port: int | None = None) -> None:
        """
        Args:
            name: What the logs call it.
            command: The program and its arguments.
            env: Variables over our own.
            port: Where it serves its probes; None: on a probe port that is chosen anew at each start.
        """
        self.name = name
        self.ready = False
        self.waits_for = "starting"
        self._command = tuple(command)
        self._env = dict(env)
        self._own_port = port
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._keep_open: tuple[int, ...] = ()

    def hold(self, lock: int) -> None:
        """Gives every later process of the part this file descriptor of a held lock, to hold it as well."""
        self._keep_open = (lock,)

    async def keep(self) -> None:
        """Starts the part, and again whenever it ends. Runs until cancelled, which leaves the part running."""
        pause = FIRST_PAUSE_S
        while True:
            process = self._start()
            was_ready = await self._watch(process)
            children.signal_group(process, signal.SIGKILL)  # helpers that it left behind
            self.ready = False
            pause = FIRST_PAUSE_S if was_ready else min(2 * pause, LONGEST_PAUSE_S)
            facts = {"part": self.name, "pid": process.pid, "status": process.returncode, "again_in_s": pause}
            log.warning(f"part={self.name} pid={process.pid} ended", **facts)
            await asyncio.sleep(pause)

    def terminate(self) -> None:
        """Asks the part to end (SIGTERM)."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    async def ended(self, within_s: float) -> None:
        """Returns when the part has ended, by itself or by SIGKILL after `within_s` seconds."""
        process = self._process
        if process is None:
            return
        try:
            async with asyncio.timeout(within_s):
                await children.ended(process)
        except TimeoutError:
            log.warning(f"part={self.name} pid={process.pid} did not end in time", part=self.name, pid=process.pid)
        children.signal_group(process, signal.SIGKILL)
        process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._port = self._own_port or free_port()
        env = {**self._env, "VIRTON_PROBE_PORT": str(self._port)}
        self._process = children.spawn(self._command, env=env, keep_open=self._keep_open)
        pid = self._process.pid
        # The pair is in the text as well: `part=validation pid=123` is found in any format of the log.
        log.info(f"part={self.name} pid={pid} started", part=self.name, pid=pid, probe_port=self._port)
        return self._process

    async def _watch(self, process: subprocess.Popen[bytes]) -> bool:
        """Returns when the process has ended, hung ones by SIGKILL; True if it had been ready."""
        was_ready = False
        answered = asked = time.monotonic()
        while process.poll() is None:
            await asyncio.sleep(children.LOOK_S)
            if self.ready and time.monotonic() - asked < LIVENESS_PERIOD_S:
                continue
            asked = time.monotonic()
            status, self.waits_for = await _get(self._port, "/readyz")
            self.ready = status == 200
            was_ready |= self.ready
            if self.ready or (await _get(self._port, "/livez"))[0] == 200:
                answered = time.monotonic()
            elif time.monotonic() - answered > HUNG_AFTER_S:
                log.error(f"part={self.name} pid={process.pid} hangs", part=self.name, pid=process.pid)
                children.signal_group(process, signal.SIGKILL)
                await children.ended(process)
        return was_ready


async def _get(port: int, path: str) -> tuple[int, str]:
    """Status and body of an HTTP GET on 127.0.0.1; 0 and why if there was no answer."""
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                head, _, body = (await reader.read()).decode(errors="replace").partition("\r\n\r\n")
            finally:
                writer.close()
        return int(head.split(" ")[1]), body.strip()
    except (OSError, TimeoutError, ValueError, IndexError) as error:
        return 0, f"does not answer yet ({type(error).__name__})"
