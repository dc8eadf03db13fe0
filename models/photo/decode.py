"""Decoding pictures that come from outside, in child processes: a bomb or a crash ends a child, never a worker."""

import contextlib
import hashlib
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
from typing import IO, Any, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from models.photo.refusals import Refusal, refused
from schemas.errors import RetryableError, UnavailableError
from schemas.objects import EXTENSIONS, MAX_PIXELS, MediaType

# The longest side that an `ObjectRef` can state.
MAX_SIDE = 65_535
# Address space of a child. The least that suffices for 24 megapixels was measured as 300 MiB (JPEG), 400 MiB
# (progressive CMYK JPEG turned by EXIF, any PNG, WebP) and 700 MiB (lossless WebP with alpha, turned).
MEMORY_BYTES = 1 << 30
# Processor time for reading a picture, and again for writing it anew: this, and more for each megapixel. To read 24
# megapixels took 2 s at the most (progressive CMYK JPEG with a profile, turned), to write them 2.5 s (PNG of a noisy
# photo); a usual JPEG takes 0.35 s and 0.1 s. So a machine may be half as fast.
CPU_SECONDS = 1.0
CPU_SECONDS_PER_MEGAPIXEL = 0.15
# Time on the clock for one picture. A picture that costs too much meets the limit above (9.2 s at the most), so this
# one only tells of a machine that is overloaded or asleep.
WALL_SECONDS = 30.0
# A child that has nothing to do ends within milliseconds of its stdin.
_END_SECONDS = 1.0

# What may be wanted of the child: see there.
_PIXELS, _FILE = b"p", b"f"

_CHILD = Path(__file__).with_name("child.py")
# No JPEG or PNG needs more for a pixel than this, in bytes, nor for its headers.
_MOST_BYTES_PER_PIXEL = 8
_MOST_HEADER_BYTES = 100_000
# What a refusal states: numbers of pixels and names of formats.
_LONGEST_NUMBER = 12

SourceType = Literal["image/jpeg", "image/png", "image/webp", "image/heic", "image/avif"]


@dataclass(frozen=True)
class Photo:
    """A decoded picture: `rgb` uint8 (H, W, 3), sRGB, upright by its EXIF orientation, transparency on white;
    `media_type` is the file's."""

    rgb: npt.NDArray[np.uint8]
    media_type: SourceType


@dataclass(frozen=True)
class Cleaned:
    """A picture as a file to be stored: what its pixels show, upright, and nothing else; `media_type` is `data`'s."""

    data: bytes
    media_type: MediaType
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Of `data`, in hex."""
        return hashlib.sha256(self.data).hexdigest()


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
        """The picture in `data`: a JPEG, PNG, WebP, HEIC or AVIF of at most MAX_PIXELS.

        Raises:
            UnreadableImage: it is something else, too large, damaged, or harms its decoder; the text says what to do.
            RetryableError: no answer in time, though the picture is not to blame.
            UnavailableError: no child can be started.
        """
        header, pixels = self._answer(_PIXELS, data)
        rgb = np.frombuffer(pixels, np.uint8).reshape(header["height"], header["width"], 3)
        return Photo(rgb, header["media_type"])

    def cleaned(self, data: bytes) -> Cleaned:
        """The picture in `data` as a file made anew of its pixels: upright, sRGB, transparency on white, and without
        EXIF, XMP, IPTC, comments, thumbnails, further pictures, or anything behind the picture.

        The same data gives the same file, as long as the libraries are the same. A JPEG is written with its own
        quantisation and subsampling, PNG and lossless WebP become PNG without loss, anything else JPEG of quality 95.
        Raises as `decode` does.
        """
        header, file = self._answer(_FILE, data)
        return Cleaned(bytes(file), header["media_type"], header["width"], header["height"])

    def _answer(self, wanted: bytes, data: bytes) -> tuple[dict[str, Any], bytearray]:
        """The child's header and what follows it. Raises as `decode` does."""
        for _ in range(2):
            try:
                header, content = self._answer_once(wanted, data)
            except _ChildDied as died:
                # Once may be somebody else's doing, such as the kernel's when memory is short.
                if died.costly:
                    raise refused(Refusal.TOO_COSTLY) from None
                continue
            if "refused" in header:
                raise refused(Refusal(header["refused"]), header["numbers"])
            return header, content
        raise refused(Refusal.UNDECODABLE)

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

    def _answer_once(self, wanted: bytes, data: bytes) -> tuple[dict[str, Any], bytearray]:
        if self._closed:
            raise RuntimeError("the decoder is closed")
        child = self._places.get()
        healthy: _Child | None = None
        try:
            if child is None or not child.alive():
                if child is not None:
                    child.end()
                child = _Child(self._wall_seconds)
            answer = child.ask(wanted, data)
            healthy = child
        finally:
            if child is not None and healthy is None:
                child.end(kill=True)
            self._places.put(healthy)
        return answer


class _ChildDied(Exception):
    """The child ended in the middle of a picture; `costly` if for its limit of processor time."""

    def __init__(self, returncode: int) -> None:
        super().__init__(f"the decoding child ended with {returncode}")
        self.costly = returncode == -signal.SIGPROF


class _Child:
    """One child process. Not thread-safe."""

    def __init__(self, wall_seconds: float) -> None:
        self._wall_seconds = wall_seconds
        limits = (MAX_PIXELS, MAX_SIDE, MEMORY_BYTES, CPU_SECONDS, CPU_SECONDS_PER_MEGAPIXEL)
        command = [sys.executable, "-I", str(_CHILD), *map(str, limits)]
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

    def ask(self, wanted: bytes, data: bytes) -> tuple[dict[str, Any], bytearray]:
        """The child's answer: its header, and the pixels (width x height x 3) or the file that is wanted."""
        with _Limit(self._process, self._wall_seconds) as limit:
            try:
                self._stdin.write(struct.pack(">cQ", wanted, len(data)))
                self._stdin.write(data)
                self._stdin.flush()
                header = json.loads(self._stdout.readline())
                content = bytearray(_size(wanted, header))
                complete = _read_into(self._stdout, content)
            except (OSError, ValueError, KeyError, TypeError):
                complete = False
        if limit.reached:
            raise RetryableError(f"no answer of the decoder within {self._wall_seconds:.0f} s: the machine is busy")
        if not complete:
            self._process.kill()
            raise _ChildDied(self._process.wait())
        return header, content

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


def _size(wanted: bytes, header: dict[str, Any]) -> int:
    """The number of bytes that follow a header; what a hijacked child says is not believed.

    Raises:
        ValueError: the header contradicts itself or the limits. KeyError and TypeError: it is not one.
    """
    size = int(header["bytes"])
    if "refused" in header:
        numbers = header["numbers"]
        # Raises where the text lacks a number.
        refused(Refusal(header["refused"]), numbers)
        said = [str(number) for number in numbers.values()]
        if size != 0 or not all(text.isalnum() and len(text) <= _LONGEST_NUMBER for text in said):
            raise ValueError("a refusal with something else in it")
        return 0
    width, height = int(header["width"]), int(header["height"])
    inside = 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and width * height <= MAX_PIXELS
    if wanted == _PIXELS:
        fits = size == width * height * 3 and header["media_type"] in get_args(SourceType)
    else:
        most = width * height * _MOST_BYTES_PER_PIXEL + _MOST_HEADER_BYTES
        fits = 0 < size <= most and header["media_type"] in EXTENSIONS
    if not inside or not fits:
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
