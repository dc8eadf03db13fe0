"""Groups of tuples rendered by processes of their own, so that one that dies loses one tuple."""

import multiprocessing as mp
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol, cast

from models.synthetic.tuples.columns import Row
from models.synthetic.tuples.plan import Plan
from schemas.errors import PermanentError

# A worker renders on one core: as many threads of numba, BLAS or OpenCV would only fight over it.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")

# Deaths in a row, without a tuple in between, after which the cause is the machine and not a tuple.
MOST_DEATHS = 8


class WorkersDie(PermanentError):
    """Processes end before they have rendered anything."""


@dataclass(frozen=True)
class Painted:
    """What became of a tuple: its row, or why there is none. `seconds` of CPU by stage."""

    index: int
    row: Row | None
    error: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)


class Painter(Protocol):
    """Renders the tuples of a group one after the other, each on its own whatever happened to the others."""

    def __call__(self, group: range) -> Iterator[Painted]:
        """One for each index, in order."""


# A function of a module, so that a new process can import it.
MakePainter = Callable[[Plan], Painter]


def painted(plan: Plan, groups: Iterable[range], make: MakePainter, workers: int) -> Iterator[Painted]:
    """Every tuple of `groups`, in any order across groups. With no workers they are rendered in this process.

    Raises:
        WorkersDie: no worker lives long enough to render a tuple.
    """
    if workers == 0:
        paint = make(plan)
        for group in groups:
            yield from paint(group)
        return
    crew = _Crew(plan, make, deque(groups))
    try:
        yield from crew.work(workers)
    finally:
        crew.stop()


@dataclass(eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    group: range = range(0)  # what it has still to do


class _Crew:
    def __init__(self, plan: Plan, make: MakePainter, waiting: deque[range]) -> None:
        self._plan, self._make, self._waiting = plan, make, waiting
        self._workers: list[_Worker] = []

    def work(self, count: int) -> Iterator[Painted]:
        deaths = 0
        for _ in range(min(count, len(self._waiting))):
            self._start()
        while self._workers:
            for pipe in wait([worker.pipe for worker in self._workers]):
                worker = next(worker for worker in self._workers if worker.pipe is pipe)
                try:
                    item = cast(Painted, worker.pipe.recv())
                    worker.group = worker.group[1:]
                    deaths = 0
                    self._busy(worker)
                except (EOFError, ConnectionError):
                    item = self._buried(worker)
                    deaths += 1
                yield item
                if deaths >= MOST_DEATHS:
                    raise WorkersDie(f"{deaths} processes ended one after the other without a tuple, at {item.index}")

    def stop(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()

    def _start(self) -> None:
        """A new process, busy with the next group."""
        ours, theirs = mp.Pipe()
        with _environment(ONE_THREAD):
            process = mp.get_context("spawn").Process(target=_serve, args=(self._plan, self._make, theirs), daemon=True)
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        self._busy(worker)

    def _busy(self, worker: _Worker) -> None:
        """Gives the worker the next group once it has done its own, or sends it home."""
        if worker.group:
            return
        if not self._waiting:
            self._workers.remove(worker)
            worker.pipe.close()
            worker.process.join()
            return
        worker.group = self._waiting.popleft()
        with suppress(ConnectionError):  # it has died: reading from it says so
            worker.pipe.send(worker.group)

    def _buried(self, worker: _Worker) -> Painted:
        """The tuple that a dead worker was at; the others of its group go to a new one."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        lost, rest = worker.group[0], worker.group[1:]
        if rest:
            self._waiting.appendleft(rest)
        if self._waiting:
            self._start()
        return Painted(lost, None, f"the process that rendered it ended with {worker.process.exitcode}")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Variables that a new process finds, and this one does not keep."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(plan: Plan, make: MakePainter, pipe: Connection) -> None:
    """A worker's life: groups come, tuples go."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    import cv2

    cv2.setNumThreads(1)
    try:
        paint = make(plan)
        while True:
            for item in paint(cast(range, pipe.recv())):
                pipe.send(item)
    except (EOFError, BrokenPipeError):  # sent home, or the parent has gone
        return


def failed(index: int, error: Exception) -> Painted:
    """A tuple that could not be rendered; the last place of the traceback says where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
    return Painted(index, None, f"{type(error).__name__} at {where}: {error}")
