"""A part is kept running: it comes back after any end, its readiness is told, and it goes when it is told to."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from streams.local import part as module
from streams.local.part import Part
from tests.support import runs

# A part whose readiness is a file, and which tells its pid in another.
_SCRIPT = """
import asyncio, os, pathlib, sys
from streams.probes import serve
from streams.settings import Settings
folder = pathlib.Path(sys.argv[1])
class Told:
    def alive(self): return not (folder / "stuck").exists()
    def ready(self): return (folder / "ready").exists(), "waits for its file"
(folder / "pids").open("a").write(f"{os.getpid()}\\n")
async def run():
    async with serve(Told(), Settings()):
        await asyncio.Event().wait()
asyncio.run(run())
"""


@asynccontextmanager
async def _kept(part: Part) -> AsyncIterator[None]:
    keeping = asyncio.create_task(part.keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        part.terminate()
        await part.ended(within_s=2)


def _part(folder: Path) -> Part:
    return Part("test", [sys.executable, "-c", _SCRIPT, str(folder)], {})


def _pids(folder: Path) -> list[int]:
    path = folder / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


async def _until(condition: Callable[[], object], within_s: float = 15.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


async def test_readiness_is_the_parts_own(tmp_path: Path) -> None:
    """A part that runs is not ready before it says so itself; until then it tells what it waits for."""
    part = _part(tmp_path)
    async with _kept(part):
        await _until(lambda: part.waits_for == "waits for its file")
        assert not part.ready
        (tmp_path / "ready").touch()
        await _until(lambda: part.ready)


async def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    """SIGKILL of a ready part: another process takes its place at once and gets ready."""
    (tmp_path / "ready").touch()
    part = _part(tmp_path)
    async with _kept(part):
        await _until(lambda: part.ready)
        killed = time.monotonic()
        os.kill(_pids(tmp_path)[0], signal.SIGKILL)
        await _until(lambda: len(_pids(tmp_path)) == 2)
        await _until(lambda: part.ready)
        assert time.monotonic() - killed < 5


async def test_a_stuck_part_is_started_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A part that runs and no longer says that it lives is killed and replaced."""
    monkeypatch.setattr(module, "HUNG_AFTER_S", 0.5)
    monkeypatch.setattr(module, "LIVENESS_PERIOD_S", 0.1)
    (tmp_path / "ready").touch()
    part = _part(tmp_path)
    async with _kept(part):
        await _until(lambda: part.ready)
        (tmp_path / "stuck").touch()
        await _until(lambda: not runs(_pids(tmp_path)[0]))
        (tmp_path / "stuck").unlink()
        await _until(lambda: part.ready)
        assert len(set(_pids(tmp_path))) >= 2


async def test_a_part_that_cannot_start_waits_longer_each_time(tmp_path: Path) -> None:
    """A part that ends before it was ever ready does not burn the machine: the pauses between its starts double."""
    script = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).open('a').write(f'{time.time()}\\n')"
    part = Part("test", [sys.executable, "-c", script, str(tmp_path / "starts")], {})
    async with _kept(part):
        await asyncio.sleep(5)
    starts = [float(line) for line in (tmp_path / "starts").read_text().split()]
    pauses = [after - before for before, after in pairwise(starts)]
    assert len(pauses) >= 2
    assert pauses[-1] > pauses[0] + module.FIRST_PAUSE_S


async def test_a_part_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    """The end of the local run does not depend on every part's good will."""
    script = "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    script += "pathlib.Path(sys.argv[1], 'pids').write_text(str(__import__('os').getpid())); time.sleep(60)"
    part = Part("test", [sys.executable, "-c", script, str(tmp_path)], {})
    async with _kept(part):
        await _until(lambda: _pids(tmp_path))
        began = time.monotonic()
        part.terminate()
        await part.ended(within_s=0.5)
        assert time.monotonic() - began < 2
        assert not runs(_pids(tmp_path)[0])
