"""The read model's tables, and how they are opened: SQLite by default (several processes write), Postgres by URL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    event,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from schemas.errors import UnavailableError

# A writer of SQLite holds the lock for milliseconds; 5 s means that something hangs, which is told as unavailable.
SQLITE_BUSY_MS = 5_000
# A Postgres that does not take a connection in 5 s, or answer in 10 s, is away: the reads here take milliseconds.
POSTGRES_CONNECT_S = 5
POSTGRES_STATEMENT_MS = 10_000
# Connections per process: a gateway's requests each hold one for milliseconds, and 10 replicas stay within
# Postgres' default of 100 connections.
POOL_SIZE = 5
# Waiting for a free connection: longer than any statement may take, or load would be told as an outage.
POOL_WAIT_S = 15
# Any number that no other program uses on this database: held while the tables are created.
CREATION_LOCK = 0x56495254  # "VIRT"
# Turning WAL on needs the database for itself, and busy_timeout does not cover it: 50 tries of 0.1 s outlast the
# other processes of a local run doing the same.
WAL_TRIES = 50
WAL_PAUSE_S = 0.1

metadata = MetaData()


class Utc(TypeDecorator[datetime]):
    """A moment with its zone; SQLite keeps none, so it is kept as UTC there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


tryons = Table(
    "tryons",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("shop", String(64), comment="Unknown until the accepted row, the upload or the result is seen."),
    Column("shopper", String(64)),
    Column("status", String(16), nullable=False),
    Column("rank", Integer, nullable=False, comment="Of the status: rows move to a higher one only."),
    Column("stage", String(16)),
    Column("step", Integer, nullable=False, default=0),
    Column("of", Integer),
    Column("request", JSON),
    Column("result", JSON),
    Column("idempotency_key", String(255)),
    Column("reason", String(16), comment="Why it failed."),
    Column("model", String(140), comment="Model and version that made the pictures."),
    Column("week", String(8), comment="ISO week in which it ended, as 2026-W48."),
    Column("published", Boolean, nullable=False, comment="False while the upload event is not known to be in Kafka."),
    Column("revision", Integer, nullable=False, default=0, comment="Grows with every change."),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("shop", "idempotency_key", name="tryons_idempotency"),
    Index("tryons_queue", "rank", "updated_at"),
    Index("tryons_gallery", "shop", "shopper", "status", "created_at"),
    Index("tryons_unpublished", "published", "created_at"),
)

progress = Table(
    "progress",
    metadata,
    Column("tryon", Uuid, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("stage", String(16), nullable=False),
    Column("of", Integer, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Index("progress_age", "seen_at"),
)

findings = Table(
    "findings",
    metadata,
    Column("tryon", Uuid, ForeignKey("tryons.id", ondelete="CASCADE"), primary_key=True),
    Column("code", String(32), primary_key=True),
)

feedback = Table(
    "feedback",
    metadata,
    # No foreign key: feedback may be seen before its result, since the two topics are read independently.
    Column("tryon", Uuid, primary_key=True),
    Column("sample", Integer, primary_key=True),
    Column("source", String(16), primary_key=True),
    Column("accurate", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("bought", Boolean),
    Column("given_at", Utc, nullable=False),
)


def engine(url: str) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite:///FILE` (its folder is made) or `postgresql+psycopg://...`.

    Raises:
        ValueError: the URL names another database.
    """
    parsed = make_url(url)
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": 0, "pool_timeout": POOL_WAIT_S}
    if parsed.drivername == "sqlite+aiosqlite":
        _make_folder(parsed)
        opened = create_async_engine(parsed, connect_args={"timeout": SQLITE_BUSY_MS / 1000}, **options)
        event.listen(opened.sync_engine, "connect", _tune_sqlite)
        return opened
    if parsed.drivername == "postgresql+psycopg":
        connect = {"connect_timeout": POSTGRES_CONNECT_S, "options": f"-c statement_timeout={POSTGRES_STATEMENT_MS}"}
        return create_async_engine(parsed, connect_args=connect, pool_pre_ping=True, **options)
    raise ValueError(
        f"VIRTON_DATABASE_URL begins with {parsed.drivername}://: use sqlite+aiosqlite:///FILE or postgresql+psycopg://..."
    )


async def create_tables(opened: AsyncEngine) -> None:
    """Creates what is absent; safe while other processes do the same. Raises UnavailableError."""
    if opened.dialect.name == "sqlite":
        await _turn_wal_on(opened)
    async with transaction(opened) as connection:
        if opened.dialect.name == "postgresql":
            # CREATE TABLE IF NOT EXISTS itself races in Postgres: two at once fail on the catalogue's unique index.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CREATION_LOCK})
        for table in metadata.sorted_tables:
            await connection.execute(CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                await connection.execute(CreateIndex(index, if_not_exists=True))


@asynccontextmanager
async def transaction(opened: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction, committed at the end. Raises UnavailableError where the database is away, locked or full."""
    try:
        async with opened.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as error:
        raise UnavailableError(f"database: {_reason(error)}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise UnavailableError(f"database: {_reason(error)}") from error
        raise


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _make_folder(url: URL) -> None:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def _tune_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MS}")
    # With WAL, NORMAL can lose the last commits to a power cut (never to a crash of a process) although their events
    # were acked; FULL syncs each commit and costs a few milliseconds.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


async def _turn_wal_on(opened: AsyncEngine) -> None:
    for attempt in range(WAL_TRIES):
        try:
            async with opened.connect() as connection:
                await connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                return
        except OperationalError as error:
            if "locked" not in str(error) or attempt == WAL_TRIES - 1:
                raise UnavailableError(f"database: {_reason(error)}") from error
        await asyncio.sleep(WAL_PAUSE_S)
