"""Children end with their parent, whatever ends it, and with their whole group."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from streams.local import children
from tests.support import runs, until

_PARENT = """
import sys, time
from streams.local import children
print(children.spawn([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""

# Ignores SIGTERM, and has a child of its own in its group; tells both pids.
_STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


def test_a_child_dies_with_a_killed_parent() -> None:
    """SIGKILL of the parent ends its children: nothing is left that holds ports or memory."""
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(0.5)
    assert runs(pid)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    until(lambda: not runs(pid), 5, "the child's end")


def test_a_child_outlives_the_thread_that_asked_for_it() -> None:
    """Linux ties the death signal to the thread that forked: children of a short-lived thread must not die with it."""
    started: list[subprocess.Popen[bytes]] = []
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    thread = threading.Thread(target=lambda: started.append(children.spawn(sleep)))
    thread.start()
    thread.join()
    time.sleep(0.5)

    assert started[0].poll() is None
    children.end(started[0], grace=5)


def test_a_stubborn_child_is_killed_with_its_group(tmp_path: Path) -> None:
    """What ignores SIGTERM gets SIGKILL after its grace, and so do its own children."""
    told = tmp_path / "pid"
    child = children.spawn([sys.executable, "-c", _STUBBORN, told])
    while not (told.exists() and told.read_text()):
        time.sleep(0.02)

    assert not children.end(child, grace=0.3)

    assert child.returncode == -signal.SIGKILL
    until(lambda: not runs(int(told.read_text())), 5, "the grandchild's end")


def test_a_child_leads_its_own_group() -> None:
    """A terminal's Ctrl-C goes to the foreground group: it must not reach the children, which are ended in order."""
    child = children.spawn([sys.executable, "-c", "import time; time.sleep(60)"])
    assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    assert children.end(child, grace=5)
