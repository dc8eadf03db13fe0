"""Keeps off stderr what MediaPipe's C++ says at its start: lines that mean nothing and that no option stops."""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

# absl's information and warnings (its errors go through), what it says before its set-up, TFLite's delegate, LiteRT's
# information, and its warning for each sparse tensor of the faces' network.
_NOISE = re.compile(
    rb"[IW]\d{4} \d|WARNING: Logging before InitGoogle|INFO: Created TensorFlow Lite"
    rb"|INFO: \[\w+\.cc:\d+\] |WARNING: \[model_load\.cc:\d+\] Sparsity"
)


class _Held:
    """File descriptor 2 while it is held back: by several threads at once, from the first that asks to the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._stderr = -1
        self._file: IO[bytes] | None = None

    def begin(self) -> None:
        with self._lock:
            self._holders += 1
            if self._holders > 1:
                return
            sys.stderr.flush()
            self._stderr = os.dup(2)
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the last that ends
            os.dup2(self._file.fileno(), 2)

    def end(self) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders > 0 or self._file is None:
                return
            sys.stderr.flush()
            os.dup2(self._stderr, 2)
            self._file.seek(0)
            for line in self._file:
                if not _NOISE.match(line):
                    os.write(2, line)
            self._file.close()
            os.close(self._stderr)
            self._file = None


_held = _Held()


@contextmanager
def native_noise_held_back() -> Iterator[None]:
    """While it lasts, what is written to file descriptor 2 is held back; afterwards all but the noise is written there.

    It is the whole process's stderr: lines of other threads come late, none is lost. Several threads may hold it back
    at once: it is given free by the last of them.
    """
    _held.begin()
    try:
        yield
    finally:
        _held.end()
