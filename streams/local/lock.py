"""One owner of a folder at a time: a lock file held with flock(2), which the kernel frees however its owner ends."""

import fcntl
import os
import time
from pathlib import Path

from streams.local.errors import LocalRunError

# The tethered children of a killed owner hold its lock until the kernel has ended them; that takes milliseconds, a
# JVM with 500 MB resident some 200 ms. A folder that is really in use is refused after this long.
PATIENCE_S = 2.0


class FolderLock:
    """Holds a folder until `release` or the end of this process and of the children that inherited `fileno`."""

    def __init__(self, path: Path, what: str) -> None:
        """Takes the lock file `path`, made if absent.

        Raises:
            LocalRunError: `what` (such as "The data folder data") is in use.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.fileno = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        deadline = time.monotonic() + PATIENCE_S
        while not self._try():
            if time.monotonic() > deadline:
                owner = os.pread(self.fileno, 20, 0).decode(errors="replace").strip()
                os.close(self.fileno)
                raise LocalRunError(
                    f"{what} is in use by another Virton (process {owner or 'unknown'}): stop it, or choose another."
                )
            time.sleep(0.05)
        os.ftruncate(self.fileno, 0)
        os.pwrite(self.fileno, str(os.getpid()).encode(), 0)

    def _try(self) -> bool:
        try:
            fcntl.flock(self.fileno, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Gives the folder back, as far as no living child holds it too. Does nothing the second time."""
        if self.fileno >= 0:
            os.close(self.fileno)
            self.fileno = -1
