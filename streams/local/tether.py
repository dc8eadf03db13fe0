"""Runs a command that dies with the process that started it, even if that one is killed by SIGKILL.

    python -I -S tether.py PARENT_PID COMMAND...

Asks Linux for SIGKILL at the parent's death (prctl PR_SET_PDEATHSIG, which survives exec), then becomes the command.
A `preexec_fn` would do the same without this process, but runs Python between fork and exec, which may deadlock where
the parent has threads. Elsewhere than on Linux the command runs untethered.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ties this process to its parent and becomes the command."""
    parent = int(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before the prctl: no signal would ever come
            sys.exit(1)
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the commands are our own


if __name__ == "__main__":
    main()
