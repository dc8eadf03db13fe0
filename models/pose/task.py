"""What MediaPipe's tasks have in common: loaded when first needed, one picture at a time, closed in order."""

import atexit
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from models.pose.port import Rgb
from models.pose.quiet import native_noise_held_back


class MediaPipeTask:
    """The networks of one bundle. Thread-safe. To be closed."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self._lock = threading.Lock()
        self._tasks: dict[float, Any] = {}
        self._has_spoken = False
        # Before MediaPipe is imported, so that at the interpreter's end this runs after MediaPipe's own farewell;
        # closing in another order, or not at all, prints a traceback.
        atexit.register(_close, weakref.ref(self))

    def close(self) -> None:
        """Frees the networks. Harmless when repeated."""
        with self._lock:
            for task in self._tasks.values():
                task.close()
            self._tasks.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _task(self, load: Callable[[float], Any], confidence: float) -> Iterator[Any]:
        """The task of this least confidence, loaded by the first who asks, for one caller at a time.

        What MediaPipe says on stderr is held back until the caller, still inside, sets `_has_spoken`: some of it comes
        with the first thing found only.
        """
        with self._lock, nullcontext() if self._has_spoken else native_noise_held_back():
            if confidence not in self._tasks:
                self._tasks[confidence] = load(confidence)
            yield self._tasks[confidence]


def as_image(rgb: Rgb) -> Any:
    """The picture (H, W, 3) as MediaPipe takes it."""
    # Imported here, for it takes a second: parts that only name these classes do not pay it.
    from mediapipe import Image, ImageFormat

    return Image(image_format=ImageFormat.SRGB, data=np.ascontiguousarray(rgb, np.uint8))


def _close(task: "weakref.ref[MediaPipeTask]") -> None:
    forgotten = task()
    if forgotten is not None:
        forgotten.close()
