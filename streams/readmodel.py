"""The read model: where every try-on stands, in SQL. Status, gallery, queue and accuracy are read from here.

Rows move forward only (queued < validating < parsing < generating < ended): a late or repeated event changes nothing.
What ended stays as it ended, but for a failure for an internal reason, which an operator may have tried again
(`ResultLedger.reopen`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, null, or_, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.events import FeedbackGiven, Reason, Request, Stage, Status, TryOnProgress, TryOnResult
from streams import sql
from streams.accuracy import Accuracy, GroupBy, counts
from streams.sql import feedback, findings, progress, transaction, tryons

Clock = Callable[[], datetime]


class TryOnStatus(StrEnum):
    """Where a try-on stands."""

    QUEUED = "queued"
    VALIDATING = "validating"
    PARSING = "parsing"
    GENERATING = "generating"
    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = 4
_UNDER_WAY: Mapping[Stage, tuple[TryOnStatus, int]] = {
    Stage.VALIDATION: (TryOnStatus.VALIDATING, 1),
    Stage.PARSING: (TryOnStatus.PARSING, 2),
    Stage.GENERATION: (TryOnStatus.GENERATING, 3),
}

# The recent rate is taken from this much time: long enough to hold a few try-ons of a slow GPU, short enough to
# follow a worker that was added or lost.
RATE_OVER = timedelta(seconds=120)


@dataclass(frozen=True)
class TryOn:
    """A row: `shop` and `request` are None until the upload or the result is seen; `result` until it ended."""

    id: UUID
    shop: str | None
    shopper: str | None
    status: TryOnStatus
    stage: Stage | None
    step: int
    of: int | None
    request: Request | None
    result: TryOnResult | None
    published: bool
    revision: int
    created_at: datetime

    @property
    def ended(self) -> bool:
        """True once nothing more will happen."""
        return self.status.value in {*Status}


@dataclass(frozen=True, order=True)
class Step:
    """One progress event; ordered as a try-on goes."""

    rank: int
    step: int
    of: int
    stage: Stage


@dataclass(frozen=True)
class Queue:
    """Try-ons under way, and how many ended per second recently."""

    length: int
    rate: float


class ReadModel:
    """Reads and writes the rows. Every call raises UnavailableError while the database is away, locked or full."""

    def __init__(self, engine: AsyncEngine, *, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._engine = engine
        self._clock = clock
        self._insert: Callable[..., Any] = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connects to `Settings.sql_url` and creates the tables; safe while other processes do the same."""
        engine = sql.engine(url)
        try:
            await sql.create_tables(engine)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine)

    async def close(self) -> None:
        """Closes every connection."""
        await self._engine.dispose()

    async def ping(self) -> None:
        """Returns if the database answers."""
        async with transaction(self._engine) as connection:
            await connection.execute(text("SELECT 1"))

    # Writing

    async def accept(self, tryon: UUID, request: Request, key: str | None = None) -> TryOn:
        """Records what the gateway accepted, before the gateway answers.

        The row that stands is returned: an earlier one where this shop has used this idempotency `key` before.
        """
        now = self._clock()
        row = self._row(tryon, TryOnStatus.QUEUED, 0, now) | _asked(request) | {"idempotency_key": key}
        same_key = and_(tryons.c.shop == request.shop, tryons.c.idempotency_key == key)
        async with transaction(self._engine) as connection:
            await connection.execute(self._insert(tryons).values(row).on_conflict_do_nothing())
            chosen = tryons.c.id == tryon if key is None else same_key
            return _tryon((await connection.execute(select(tryons).where(chosen))).one())

    async def mark_published(self, tryon: UUID) -> None:
        """Notes that the upload event is in Kafka."""
        async with transaction(self._engine) as connection:
            await connection.execute(update(tryons).where(tryons.c.id == tryon).values(published=True))

    async def withdraw(self, tryon: UUID) -> None:
        """Removes an accepted row whose event was never published, and that nobody was told of."""
        unpublished = and_(tryons.c.id == tryon, tryons.c.published.is_(False), tryons.c.rank == 0)
        async with transaction(self._engine) as connection:
            await connection.execute(delete(tryons).where(unpublished))

    async def apply_upload(self, tryon: UUID, request: Request) -> None:
        """An upload event was seen in Kafka: a shop's own, or the gateway's, which is thereby known to be published."""
        row = self._row(tryon, TryOnStatus.QUEUED, 0, self._clock()) | _asked(request) | {"published": True}
        added = self._insert(tryons).values(row)
        changed = added.on_conflict_do_update(
            index_elements=[tryons.c.id],
            set_={
                **{name: func.coalesce(tryons.c[name], added.excluded[name]) for name in ("shop", "shopper")},
                "request": func.coalesce(tryons.c.request, added.excluded.request),
                "published": True,
            },
            where=_same_shop(added.excluded),
        )
        async with transaction(self._engine) as connection:
            await connection.execute(changed)

    async def apply_progress(self, event: TryOnProgress) -> None:
        """A step was done; earlier ones than the row knows are kept as history only."""
        status, rank = _UNDER_WAY[event.stage]
        now = self._clock()
        step = {"stage": event.stage.value, "step": event.step, "of": event.of}
        row = self._row(event.tryon, status, rank, now) | step | {"published": True}
        added = self._insert(tryons).values(row)
        forward = or_(
            tryons.c.rank < added.excluded.rank,
            and_(tryons.c.rank == added.excluded.rank, tryons.c.rank < ENDED, tryons.c.step < added.excluded.step),
        )
        changed = added.on_conflict_do_update(
            index_elements=[tryons.c.id],
            set_={
                **{name: added.excluded[name] for name in ("status", "rank", "stage", "step", "of", "updated_at")},
                "published": True,
                "revision": tryons.c.revision + 1,
            },
            where=forward,
        )
        history = self._insert(progress).values(tryon=event.tryon, rank=rank, seen_at=now, **step)
        async with transaction(self._engine) as connection:
            await connection.execute(history.on_conflict_do_nothing())
            await connection.execute(changed)

    async def apply_result(self, result: TryOnResult) -> None:
        """A try-on ended. The first end stands."""
        row = self._ended_row(result)
        added = self._insert(tryons).values(row)
        kept = ("shop", "shopper", "request")
        reopened = and_(
            tryons.c.status == Status.FAILED,
            tryons.c.reason == Reason.INTERNAL,
            func.coalesce(added.excluded.reason, "") != Reason.INTERNAL,
        )
        changed = added.on_conflict_do_update(
            index_elements=[tryons.c.id],
            set_={
                **{
                    name: added.excluded[name]
                    for name in row
                    if name not in {"id", "step", "created_at", "revision", *kept}
                },
                **{name: func.coalesce(tryons.c[name], added.excluded[name]) for name in kept},
                "revision": tryons.c.revision + 1,
            },
            where=and_(or_(tryons.c.rank < ENDED, reopened), _same_shop(added.excluded)),
        )
        async with transaction(self._engine) as connection:
            if (await connection.execute(changed)).rowcount:
                await _write_findings(connection, result)

    async def apply_feedback(self, given: FeedbackGiven, given_at: datetime) -> None:
        """A picture was judged; the last word per picture and source counts, whatever comes late or again."""
        row = {
            "tryon": given.tryon,
            "sample": given.sample,
            "source": given.source,
            "accurate": given.accurate,
            "reasons": [reason.value for reason in given.reasons],
            "bought": given.bought,
            "given_at": given_at,
        }
        added = self._insert(feedback).values(row)
        changed = added.on_conflict_do_update(
            index_elements=[feedback.c.tryon, feedback.c.sample, feedback.c.source],
            set_={name: added.excluded[name] for name in ("accurate", "reasons", "bought", "given_at")},
            where=feedback.c.given_at <= added.excluded.given_at,
        )
        async with transaction(self._engine) as connection:
            await connection.execute(changed)

    async def forget_steps(self, older_than: timedelta) -> None:
        """Removes the history of steps that nobody follows any more."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(progress).where(progress.c.seen_at < self._clock() - older_than))

    # Reading

    async def status(self, tryon: UUID) -> TryOn | None:
        """Where the try-on stands, None if it is unknown."""
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(tryons).where(tryons.c.id == tryon))).one_or_none()
        return None if row is None else _tryon(row)

    async def by_key(self, shop: str, key: str) -> TryOn | None:
        """What this shop asked for under this idempotency key."""
        same_key = and_(tryons.c.shop == shop, tryons.c.idempotency_key == key)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(select(tryons).where(same_key))).one_or_none()
        return None if row is None else _tryon(row)

    async def result(self, tryon: UUID) -> TryOnResult | None:
        """How the try-on ended, None if it has not (or is unknown)."""
        found = await self.status(tryon)
        return None if found is None else found.result

    async def revisions(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """A number for each known try-on that grows whenever it changes: one cheap query for all who wait."""
        query = select(tryons.c.id, tryons.c.revision).where(tryons.c.id.in_(ids))
        async with transaction(self._engine) as connection:
            return {row.id: row.revision for row in await connection.execute(query)}

    async def steps(self, tryon: UUID) -> list[Step]:
        """The steps seen so far, in order."""
        query = select(progress).where(progress.c.tryon == tryon).order_by(progress.c.rank, progress.c.step)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [Step(row.rank, row.step, row.of, Stage(row.stage)) for row in rows]

    async def unpublished(self, older_than: timedelta, most: int) -> list[TryOn]:
        """Accepted rows whose event is not known to be in Kafka, the oldest first."""
        waiting = and_(tryons.c.published.is_(False), tryons.c.created_at < self._clock() - older_than)
        query = select(tryons).where(waiting).order_by(tryons.c.created_at).limit(most)
        async with transaction(self._engine) as connection:
            return [_tryon(row) for row in await connection.execute(query)]

    async def queue(self, within: timedelta, shop: str | None = None) -> Queue:
        """The queue of a shop, or of all; what has not moved `within` this time has expired and is not counted."""
        now = self._clock()
        whose = true() if shop is None else tryons.c.shop == shop
        waiting = and_(whose, tryons.c.rank < ENDED, tryons.c.updated_at > now - within)
        ended = and_(whose, tryons.c.rank == ENDED, tryons.c.updated_at > now - RATE_OVER)
        async with transaction(self._engine) as connection:
            length = await connection.scalar(select(func.count()).select_from(tryons).where(waiting))
            done = await connection.scalar(select(func.count()).select_from(tryons).where(ended))
        return Queue(length or 0, (done or 0) / RATE_OVER.total_seconds())

    async def gallery(self, shop: str, shopper: str, *, before: datetime | None, most: int) -> list[TryOn]:
        """A shopper's completed try-ons, the newest first."""
        theirs = [tryons.c.shop == shop, tryons.c.shopper == shopper, tryons.c.status == Status.COMPLETED]
        if before is not None:
            theirs.append(tryons.c.created_at < before)
        query = select(tryons).where(*theirs).order_by(tryons.c.created_at.desc()).limit(most)
        async with transaction(self._engine) as connection:
            return [_tryon(row) for row in await connection.execute(query)]

    async def accuracy(self, shop: str | None, by: GroupBy) -> list[Accuracy]:
        """Shoppers' judgements of completed try-ons, of one shop or of all, grouped."""
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(counts(shop, by))).all()
        return [Accuracy(r.group, r.completed, r.answered, int(r.judged), int(r.accurate)) for r in rows]

    def _row(self, tryon: UUID, status: TryOnStatus, rank: int, now: datetime) -> dict[str, Any]:
        return {
            "id": tryon,
            "status": status.value,
            "rank": rank,
            "step": 0,
            "published": False,
            "revision": 0,
            "created_at": now,
            "updated_at": now,
        }

    def _ended_row(self, result: TryOnResult) -> dict[str, Any]:
        now = self._clock()
        year, week, _ = now.isocalendar()
        return {
            **self._row(result.tryon, TryOnStatus(result.status.value), ENDED, now),
            **(_asked(result.request) if result.request else {"shop": None, "shopper": None, "request": null()}),
            "published": True,
            "result": result.model_dump(mode="json", exclude_none=True),
            "reason": result.reason,
            "model": " ".join(filter(None, (result.model, result.version))) or None,
            "week": f"{year}-W{week:02}",
        }


def _asked(request: Request) -> dict[str, Any]:
    return {
        "shop": request.shop,
        "shopper": request.shopper,
        "request": request.model_dump(mode="json", exclude_none=True),
    }


def _same_shop(excluded: Any) -> ColumnElement[bool]:
    """An event cannot touch another shop's try-on, whatever id it names."""
    return or_(tryons.c.shop.is_(None), excluded.shop.is_(None), tryons.c.shop == excluded.shop)


async def _write_findings(connection: AsyncConnection, result: TryOnResult) -> None:
    await connection.execute(delete(findings).where(findings.c.tryon == result.tryon))
    codes = sorted({finding.code.value for finding in result.findings})
    if codes:
        await connection.execute(insert(findings), [{"tryon": result.tryon, "code": code} for code in codes])


def _tryon(row: Row[Any]) -> TryOn:
    return TryOn(
        id=row.id,
        shop=row.shop,
        shopper=row.shopper,
        status=TryOnStatus(row.status),
        stage=None if row.stage is None else Stage(row.stage),
        step=row.step,
        of=row.of,
        request=None if row.request is None else Request.model_validate(row.request),
        result=None if row.result is None else TryOnResult.model_validate(row.result),
        published=row.published,
        revision=row.revision,
        created_at=row.created_at,
    )
