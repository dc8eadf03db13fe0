"""Decoding pictures that come from outside, in child processes: a bomb or a crash ends a child, never a worker."""

import contextlib
import json
import queue
import signal
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import numpy.typing as npt

from schemas.errors import RetryableError, UnavailableError, UnreadableImage
from schemas.objects import EXTENSIONS, MAX_PIXELS, MediaType

# The longest side that an `ObjectRef` can state.
MAX_SIDE = 65_535
# Address space of a child. The least that suffices for 24 megapixels was measured as 300 MiB (JPEG), 400 MiB
# (progressive CMYK JPEG turned by EXIF, any PNG, WebP) and 700 MiB (lossless WebP with alpha, turned).
MEMORY_BYTES = 1 << 30
# Processor time for one picture: four times what 24 megapixels took at the most (progressive CMYK JPEG of quality 98,
# turned: 2.5 s; a usual JPEG: 0.5 s).
CPU_SECONDS = 10
# Time on the clock for one picture. A picture that costs too much meets the limit above, so this one only tells of a
# machine that is overloaded or asleep: three times the other, for a child that gets a third of a processor.
WALL_SECONDS = 30.0
# A child that has nothing to do ends within milliseconds of its stdin.
_END_SECONDS = 1.0

_CHILD = Path(__file__).with_name("child.py")
_CRASHED = "The picture cannot be decoded. Save it again as JPEG with another program, or take another one."
_COSTLY = "The picture takes too long to decode. Save it again as JPEG with another program, or take another one."


@dataclass(frozen=True)
class Photo:
    """A decoded picture: `rgb` uint8 (H, W, 3), upright by its EXIF orientation, transparency on white."""

    rgb: npt.NDArray[np.uint8]
    media_type: MediaType


class Decoder:
    """Decodes in up to `children` child processes, started when first needed. Thread-safe. To be closed."""

    def __init__(self, children: int = 2, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._children = children
        self._closed = False
        # One place for each child; None in it means that the child is still to be started.
        self._places: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(children):
            self._places.put(None)

    def decode(self, data: bytes) -> Photo:
        """The picture in `data`: a JPEG, PNG or WebP of at most MAX_PIXELS.

        Raises:
            UnreadableImage: it is something else, too large, damaged, or harms its decoder; the text says what to do.
            RetryableError: no answer in time, though the picture is not to blame.
            UnavailableError: no child can be started.
        """
        for _ in range(2):
            try:
                return self._decode_once(data)
            except _ChildDied as died:
                # Once may be somebody else's doing, such as the kernel's when memory is short.
                if died.costly:
                    raise UnreadableImage(_COSTLY) from None
        raise UnreadableImage(_CRASHED)

    def close(self) -> None:
        """Ends the children, after the pictures that they are at. Harmless when repeated."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self._children):
            child = self._places.get()
            if child is not None:
                child.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _decode_once(self, data: bytes) -> Photo:
        if self._closed:
            raise RuntimeError("the decoder is closed")
        child = self._places.get()
        healthy: _Child | None = None
        try:
            if child is None or not child.alive():
                if child is not None:
                    child.end()
                child = _Child(self._wall_seconds)
            header, pixels = child.ask(data)
            healthy = child
        finally:
            if child is not None and healthy is None:
                child.end(kill=True)
            self._places.put(healthy)
        return _photo(header, pixels)


def _photo(header: dict[str, Any], pixels: bytearray) -> Photo:
    if "refused" in header:
        raise UnreadableImage(header["refused"])
    rgb = np.frombuffer(pixels, np.uint8).reshape(header["height"], header["width"], 3)
    return Photo(rgb, header["media_type"])


class _ChildDied(Exception):
    """The child ended in the middle of a picture; `costly` if for its limit of processor time."""

    def __init__(self, returncode: int) -> None:
        super().__init__(f"the decoding child ended with {returncode}")
        self.costly = returncode == -signal.SIGXCPU


class _Child:
    """One child process. Not thread-safe."""

    def __init__(self, wall_seconds: float) -> None:
        self._wall_seconds = wall_seconds
        command = [sys.executable, "-I", str(_CHILD), *map(str, (MAX_PIXELS, MAX_SIDE, MEMORY_BYTES, CPU_SECONDS))]
        try:
            # Not a fork of this process: it may have threads, and a Kafka consumer among them.
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        except OSError as error:
            raise UnavailableError(f"the decoding child cannot be started: {error}") from error
        with _Limit(self._process, wall_seconds):
            ready = self._stdout.readline()
        if ready != b"ready\n":
            self.end(kill=True)
            raise UnavailableError(f"the decoding child does not start (it ended with {self._process.returncode})")

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    def ask(self, data: bytes) -> tuple[dict[str, Any], bytearray]:
        """The child's answer, its header and the pixels, whose number is the header's width x height x 3."""
        with _Limit(self._process, self._wall_seconds) as limit:
            try:
                self._stdin.write(struct.pack(">Q", len(data)))
                self._stdin.write(data)
                self._stdin.flush()
                header = json.loads(self._stdout.readline())
                size = _size(header)
                pixels = bytearray(size)
                complete = _read_into(self._stdout, pixels)
            except (OSError, ValueError, KeyError, TypeError):
                complete = False
        if limit.reached:
            raise RetryableError(f"no answer of the decoder within {self._wall_seconds:.0f} s: the machine is busy")
        if not complete:
            self._process.kill()
            raise _ChildDied(self._process.wait())
        return header, pixels

    def end(self, *, kill: bool = False) -> None:
        """Ends the process, and waits for it."""
        if kill:
            self._process.kill()
        with contextlib.suppress(OSError):  # what was still to be written goes nowhere
            self._stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stdout.close()


def _size(header: dict[str, Any]) -> int:
    """The number of pixel bytes that follow a header; what a hijacked child says is not believed.

    Raises:
        ValueError: the header contradicts itself or the limits.
    """
    size = int(header["bytes"])
    if "refused" in header:
        if size != 0 or not isinstance(header["refused"], str):
            raise ValueError("a refusal with pixels")
        return 0
    width, height = int(header["width"]), int(header["height"])
    inside = 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS
    if not inside or size != width * height * 3 or header["media_type"] not in EXTENSIONS:
        raise ValueError("a picture that does not fit its header")
    return size


def _read_into(stream: IO[bytes], buffer: bytearray) -> bool:
    """Fills the buffer; False if the stream ends before."""
    view = memoryview(buffer)
    while view:
        count = stream.readinto(view)  # type: ignore[attr-defined]
        if not count:
            return False
        view = view[count:]
    return True


class _Limit:
    """Kills a process that is still busy after `seconds`, which ends every wait for its pipes."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._timer = threading.Timer(seconds, self._reach)
        self._timer.daemon = True
        self.reached = False

    def _reach(self) -> None:
        self.reached = True
        self._process.kill()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        self._timer.join()
