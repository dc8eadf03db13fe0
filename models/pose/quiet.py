"""Keeps off stderr what MediaPipe's C++ says at its start: lines that mean nothing and that no option stops."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

# absl's information and warnings (its errors go through), what it says before its set-up, TFLite's delegate, LiteRT's
# information, and its warning for each sparse tensor of the faces' network.
_NOISE = re.compile(
    rb"[IW]\d{4} \d|WARNING: Logging before InitGoogle|INFO: Created TensorFlow Lite"
    rb"|INFO: \[\w+\.cc:\d+\] |WARNING: \[model_load\.cc:\d+\] Sparsity"
)


@contextmanager
def native_noise_held_back() -> Iterator[None]:
    """While it lasts, what is written to file descriptor 2 is held back; afterwards all but the noise is written there.

    It is the whole process's stderr: lines of other threads come late, none is lost.
    """
    sys.stderr.flush()
    stderr = os.dup(2)
    try:
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                sys.stderr.flush()
                os.dup2(stderr, 2)
                held.seek(0)
                for line in held:
                    if not _NOISE.match(line):
                        os.write(2, line)
    finally:
        os.close(stderr)
