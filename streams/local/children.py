"""Child processes that are leaders of their own process group and die with this process, whatever ends it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

TETHER = Path(__file__).with_name("tether.py")

# How soon the end of a child is noticed.
LOOK_S = 0.1

# Linux sends the parent-death signal when the *thread* that forked ends, so one thread that lasts as long as the
# process starts every child, and callers may be short-lived threads.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="children")


def spawn(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
    keep_open: Sequence[int] = (),
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a command in a session of its own, so that a terminal's Ctrl-C reaches only us.

    Args:
        command: The program and its arguments.
        env: Variables over our own.
        output: Where stdout and stderr go; None: our stderr, since stdout is for results.
        keep_open: File descriptors the child inherits, such as that of a held lock.
        cwd: The folder it works in; None: ours.
    """
    return _STARTER.submit(
        subprocess.Popen[bytes],
        [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=output or sys.stderr.fileno(),
        stderr=output or sys.stderr.fileno(),
        env={**os.environ, **(env or {})},
        cwd=cwd,
        start_new_session=True,
        pass_fds=tuple(keep_open),
    ).result()


async def ended(child: subprocess.Popen[bytes]) -> None:
    """Returns when the child has ended."""
    while child.poll() is None:  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(LOOK_S)


def signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Sends a signal to a child and all its descendants; nothing happens if they are gone."""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def end(child: subprocess.Popen[bytes], grace: float) -> bool:
    """Ends a child with SIGTERM, and its whole group with SIGKILL once `grace` seconds are over.

    SIGTERM goes to the child alone: it knows how to end its own helpers.

    Returns:
        True if it ended by itself.
    """
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        return False
    else:
        return True
    finally:
        signal_group(child, signal.SIGKILL)
        child.wait()
