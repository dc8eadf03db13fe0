"""The database behind the read model: several processes at once, one that is locked, full, or goes away."""

import asyncio
import multiprocessing
import resource
import sqlite3
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.errors import UnavailableError
from schemas.events import Stage
from streams import sql
from streams.readmodel import ReadModel
from tests.streams.made import completed, progress, request
from tests.streams.readmodel.conftest import Postgres


def _open_and_write(url: str, tryons: int) -> None:
    async def work() -> None:
        rows = await ReadModel.open(url)
        for _ in range(tryons):
            tryon = uuid4()
            await rows.accept(tryon, request())
            await rows.apply_progress(progress(tryon, Stage.VALIDATION, 0))
            await rows.apply_result(completed(tryon, request()))
        await rows.close()

    asyncio.run(work())


async def test_processes_that_start_at_once_share_an_empty_database(database_url: str) -> None:
    """Four processes create the tables at the same moment and all write: none fails, no row is lost."""
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_open_and_write, args=(database_url, 5)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join, 60)
    assert [process.exitcode for process in processes] == [0] * 4
    rows = await ReadModel.open(database_url)
    assert len(await rows.gallery("shop-1", "shopper-1", before=None, most=100)) == 20
    await rows.close()


async def test_sqlite_reads_while_another_process_writes(tmp_path: Path) -> None:
    """WAL: a reader is not held up by a transaction that is open; a writer who waits too long is told so."""
    file = tmp_path / "virton.sqlite"
    rows = await ReadModel.open(f"sqlite+aiosqlite:///{file}")
    blocker = sqlite3.connect(file)
    try:
        blocker.execute("BEGIN IMMEDIATE")
        assert await rows.gallery("shop-1", "shopper-1", before=None, most=1) == []
        with pytest.raises(UnavailableError, match="locked"):
            await rows.accept(uuid4(), request())
        blocker.rollback()
        await rows.accept(uuid4(), request())
    finally:
        blocker.close()
        await rows.close()


async def test_a_full_disk_is_unavailable_and_loses_nothing(tmp_path: Path) -> None:
    """Writes fail as unavailable while the file cannot grow, and go on when it can; what was written stays."""
    rows = await ReadModel.open(f"sqlite+aiosqlite:///{tmp_path / 'virton.sqlite'}")
    kept = uuid4()
    await rows.accept(kept, request())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(UnavailableError, match="database"):
            await rows.accept(uuid4(), request())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await rows.accept(uuid4(), request())
    assert await rows.status(kept) is not None
    await rows.close()


async def test_postgres_that_restarts_is_unavailable_in_between(postgres: Postgres) -> None:
    """The server stops without a word: calls say unavailable, and the same read model works after its return."""
    rows = await ReadModel.open(postgres.url())
    await rows.ping()
    postgres.stop()
    try:
        with pytest.raises(UnavailableError, match="database"):
            await rows.ping()
    finally:
        postgres.start()
    await rows.ping()
    await rows.close()


async def test_the_whole_of_sqlites_safety_is_on(tmp_path: Path) -> None:
    """WAL, a sync per commit, and a busy timeout on every connection."""
    engine = sql.engine(f"sqlite+aiosqlite:///{tmp_path / 'virton.sqlite'}")
    await sql.create_tables(engine)
    async with engine.connect() as connection:
        found = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        ]
    await engine.dispose()
    assert found == ["wal", 2, sql.SQLITE_BUSY_MS]
