"""The read model: rows only move forward, whatever is late, repeated or lost; on SQLite and on PostgreSQL."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import UnavailableError
from schemas.events import FeedbackGiven, FeedbackReason, Reason, Stage, Status, TryOnProgress, TryOnResult
from schemas.findings import FindingCode
from streams.readmodel import ReadModel, TryOnStatus
from tests.streams.made import completed, failed, progress, request

HOUR = timedelta(hours=1)


async def apply(rows: ReadModel, events: Sequence[TryOnProgress | TryOnResult]) -> None:
    for event in events:
        if isinstance(event, TryOnProgress):
            await rows.apply_progress(event)
        else:
            await rows.apply_result(event)


async def status(rows: ReadModel, tryon: UUID) -> TryOnStatus:
    found = await rows.status(tryon)
    assert found is not None
    return found.status


async def test_a_tryon_goes_its_way(rows: ReadModel) -> None:
    """From the accepted row through every stage to the result; each step can be read, the result comes back equal."""
    tryon, asked = uuid4(), request()
    accepted = await rows.accept(tryon, asked)
    assert (accepted.id, accepted.status, accepted.request) == (tryon, TryOnStatus.QUEUED, asked)
    for stage, expected in (
        (Stage.VALIDATION, TryOnStatus.VALIDATING),
        (Stage.PARSING, TryOnStatus.PARSING),
        (Stage.GENERATION, TryOnStatus.GENERATING),
    ):
        await rows.apply_progress(progress(tryon, stage, 1))
        found = await rows.status(tryon)
        assert found is not None
        assert (found.status, found.stage, found.step, found.of) == (expected, stage, 1, 3)
    result = completed(tryon, asked, codes=(FindingCode.BLURRY,))
    await rows.apply_result(result)
    found = await rows.status(tryon)
    assert found is not None
    assert (found.status, found.result, found.ended) == (TryOnStatus.COMPLETED, result, True)
    assert (found.stage, found.step, found.of) == (Stage.GENERATION, 1, 3), "how far it got is kept"


async def test_no_order_of_events_changes_the_end(rows: ReadModel) -> None:
    """In every order of five events, once the result was seen the row is the result's, and never leaves it."""
    kinds = [
        (Stage.VALIDATION, 0),
        (Stage.PARSING, 0),
        (Stage.GENERATION, 0),
        (Stage.GENERATION, 2),
    ]
    for order in itertools.permutations(range(5)):
        tryon, asked = uuid4(), request()
        events = [progress(tryon, *kind) for kind in kinds]
        result = completed(tryon, asked)
        seen = False
        for index in order:
            event = result if index == 4 else events[index]
            await apply(rows, [event])
            seen = seen or index == 4
            assert (await status(rows, tryon) is TryOnStatus.COMPLETED) is seen
        assert await rows.result(tryon) == result


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(list(Stage)), st.integers(0, 3)), min_size=1, max_size=12))
async def test_progress_never_goes_back(rows: ReadModel, moves: list[tuple[Stage, int]]) -> None:
    """After any sequence of progress events the row stands at the furthest of them."""
    tryon = uuid4()
    order = list(Stage)
    furthest = (-1, -1)
    for stage, step in moves:
        await rows.apply_progress(progress(tryon, stage, step))
        furthest = max(furthest, (order.index(stage), step))
        found = await rows.status(tryon)
        assert found is not None
        assert found.stage is not None
        assert (order.index(found.stage), found.step) == furthest


@pytest.mark.parametrize("first", [Status.COMPLETED, Status.REJECTED, Status.CANCELLED, Status.FAILED])
async def test_the_first_end_stands(rows: ReadModel, first: Status) -> None:
    """A second, different result changes nothing, whatever the first was."""
    tryon, asked = uuid4(), request()
    result = (
        completed(tryon, asked)
        if first is Status.COMPLETED
        else TryOnResult(
            tryon=tryon, request=asked, status=first, reason=Reason.EXPIRED if first is Status.FAILED else None
        )
    )
    await rows.apply_result(result)
    await rows.apply_result(failed(tryon, asked, Reason.BROKEN))
    await rows.apply_result(completed(tryon, asked, seed=99))
    assert await rows.result(tryon) == result


async def test_a_replayed_dead_letter_may_still_complete(rows: ReadModel) -> None:
    """A failure for an internal reason is replaced by the result of the replay; its redelivery does not come back."""
    tryon, asked = uuid4(), request()
    await rows.apply_result(failed(tryon, asked))
    await rows.apply_result(completed(tryon, asked))
    await rows.apply_result(failed(tryon, asked))
    assert await status(rows, tryon) is TryOnStatus.COMPLETED


async def test_an_idempotency_key_belongs_to_one_tryon_of_a_shop(rows: ReadModel) -> None:
    """The same key again gives the first row; another shop's same key gives its own; without a key each is new."""
    first = await rows.accept(uuid4(), request(), "key")
    again = await rows.accept(uuid4(), request(), "key")
    other = await rows.accept(uuid4(), request(shop="shop-2"), "key")
    unkeyed = [await rows.accept(uuid4(), request()) for _ in range(2)]
    assert again.id == first.id
    assert len({first.id, other.id, *(row.id for row in unkeyed)}) == 4
    assert await rows.by_key("shop-1", "key") == again
    assert await rows.by_key("shop-1", "another") is None


async def test_a_shop_that_publishes_itself_has_rows_too(rows: ReadModel) -> None:
    """Progress alone makes a row; the upload gives it its shop and its request; the result completes it."""
    tryon, asked = uuid4(), request()
    await rows.apply_progress(progress(tryon, Stage.PARSING, 1))
    found = await rows.status(tryon)
    assert found is not None
    assert (found.shop, found.status) == (None, TryOnStatus.PARSING)
    await rows.apply_upload(tryon, asked)
    found = await rows.status(tryon)
    assert found is not None
    assert (found.shop, found.request, found.status) == ("shop-1", asked, TryOnStatus.PARSING)
    unseen = uuid4()
    await rows.apply_result(completed(unseen, asked))
    found = await rows.status(unseen)
    assert found is not None
    assert (found.shop, found.shopper, found.status) == ("shop-1", "shopper-1", TryOnStatus.COMPLETED)


async def test_events_cannot_touch_another_shops_tryon(rows: ReadModel) -> None:
    """A result or an upload that names another shop's try-on changes nothing."""
    tryon, theirs = uuid4(), request(shop="shop-2")
    await rows.accept(tryon, request())
    await rows.apply_upload(tryon, theirs)
    await rows.apply_result(completed(tryon, theirs))
    found = await rows.status(tryon)
    assert found is not None
    assert (found.shop, found.status, found.published) == ("shop-1", TryOnStatus.QUEUED, False)


async def test_a_result_without_a_request_ends_an_accepted_row(rows: ReadModel) -> None:
    """The result of an unreadable upload event knows no shop; the row keeps its own."""
    tryon = uuid4()
    await rows.accept(tryon, request())
    await rows.apply_result(failed(tryon, None))
    found = await rows.status(tryon)
    assert found is not None
    assert (found.shop, found.status) == ("shop-1", TryOnStatus.FAILED)
    assert found.request is not None


async def test_what_was_never_published_is_found_and_withdrawn(rows: ReadModel) -> None:
    """Accepted rows wait for the sweeper until they are published, seen in Kafka, or withdrawn."""
    ids = [uuid4() for _ in range(4)]
    for tryon in ids:
        await rows.accept(tryon, request())
    assert [row.id for row in await rows.unpublished(timedelta(0), 10)] == ids
    await rows.mark_published(ids[0])
    await rows.apply_upload(ids[1], request())
    await rows.withdraw(ids[2])
    assert [row.id for row in await rows.unpublished(timedelta(0), 10)] == [ids[3]]
    assert await rows.unpublished(timedelta(minutes=1), 10) == []
    assert await rows.status(ids[2]) is None
    await rows.withdraw(ids[0])
    assert await rows.status(ids[0]) is not None


async def test_the_queue_counts_what_is_under_way(rows: ReadModel) -> None:
    """Ended and expired try-ons are not in the queue; the rate is that of the last two minutes."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    rows._clock = lambda: now
    waiting, ended, expired = uuid4(), uuid4(), uuid4()
    await rows.accept(waiting, request())
    await rows.accept(ended, request())
    await rows.apply_result(completed(ended, request()))
    rows._clock = lambda: now - 2 * HOUR
    await rows.accept(expired, request())
    rows._clock = lambda: now
    queue = await rows.queue(HOUR)
    assert queue.length == 1
    assert queue.rate == pytest.approx(1 / 120)


async def test_revisions_grow_only_when_something_changed(rows: ReadModel) -> None:
    """Whoever waits for a try-on sees by one number whether to read it again."""
    tryon = uuid4()
    await rows.accept(tryon, request())
    numbers = []
    for event in (
        progress(tryon, Stage.VALIDATION, 0),
        progress(tryon, Stage.VALIDATION, 0),
        progress(tryon, Stage.VALIDATION, 1),
        completed(tryon, request()),
        completed(tryon, request()),
    ):
        await apply(rows, [event])
        numbers.append((await rows.revisions([tryon, uuid4()]))[tryon])
    assert numbers == [1, 1, 2, 3, 3]


async def test_steps_are_kept_for_whoever_resumes(rows: ReadModel) -> None:
    """Every step is there once, in order, whatever the order of arrival; old ones are forgotten."""
    tryon = uuid4()
    for stage, step in ((Stage.GENERATION, 0), (Stage.VALIDATION, 0), (Stage.GENERATION, 0), (Stage.GENERATION, 1)):
        await rows.apply_progress(progress(tryon, stage, step))
    found = [(step.stage, step.step) for step in await rows.steps(tryon)]
    assert found == [(Stage.VALIDATION, 0), (Stage.GENERATION, 0), (Stage.GENERATION, 1)]
    await rows.forget_steps(HOUR)
    assert len(await rows.steps(tryon)) == 3
    await rows.forget_steps(timedelta(seconds=-1))
    assert await rows.steps(tryon) == []


async def test_the_gallery_is_the_shoppers_own(rows: ReadModel) -> None:
    """Completed try-ons of this shop's shopper only, the newest first, page by page."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    ids = [uuid4() for _ in range(5)]
    for minute, tryon in enumerate(ids):
        moment = now + timedelta(minutes=minute)
        rows._clock = partial(lambda at: at, moment)
        await rows.accept(tryon, request())
        await rows.apply_result(completed(tryon, request()))
    await rows.apply_result(completed(uuid4(), request(shopper="another")))
    await rows.apply_result(completed(uuid4(), request(shop="shop-2")))
    await rows.apply_result(failed(uuid4(), request()))
    first = await rows.gallery("shop-1", "shopper-1", before=None, most=3)
    rest = await rows.gallery("shop-1", "shopper-1", before=first[-1].created_at, most=3)
    assert [row.id for row in (*first, *rest)] == ids[::-1]


def judged(tryon: UUID, *, accurate: bool, source: str = "shopper") -> FeedbackGiven:
    reasons = () if accurate else (FeedbackReason.HANDS,)
    return FeedbackGiven(tryon=tryon, accurate=accurate, reasons=reasons, source=source)


async def test_the_last_word_on_a_picture_counts(rows: ReadModel) -> None:
    """A judgement that is replayed after a newer one, from wherever in the world, does not undo it."""
    now, tryon = datetime(2026, 11, 24, 12, tzinfo=UTC), uuid4()
    older = (now - timedelta(minutes=1)).astimezone(timezone(timedelta(hours=10)))
    await rows.apply_result(completed(tryon, request()))
    await rows.apply_feedback(judged(tryon, accurate=True), now)
    await rows.apply_feedback(judged(tryon, accurate=False), older)
    [group] = await rows.accuracy("shop-1", "model")
    assert (group.judged, group.accurate) == (1, 1)
    await rows.apply_feedback(judged(tryon, accurate=False), now + timedelta(minutes=1))
    [group] = await rows.accuracy("shop-1", "model")
    assert (group.judged, group.accurate) == (1, 0)


async def test_accuracy_counts_shoppers_judgements(rows: ReadModel) -> None:
    """Of 4 completed try-ons 3 were judged, 2 as accurate; a changed mind counts once, a machine's word never."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    rows._clock = lambda: now
    ids = [uuid4() for _ in range(4)]
    for tryon in ids:
        await rows.apply_result(completed(tryon, request(), codes=(FindingCode.BLURRY,) if tryon == ids[0] else ()))
    await rows.apply_result(failed(uuid4(), request()))
    await rows.apply_feedback(judged(ids[0], accurate=True), now)
    await rows.apply_feedback(judged(ids[1], accurate=True), now)
    await rows.apply_feedback(judged(ids[1], accurate=False), now)
    await rows.apply_feedback(judged(ids[2], accurate=True), now)
    await rows.apply_feedback(judged(ids[3], accurate=False, source="automatic"), now)
    await rows.apply_feedback(judged(uuid4(), accurate=False), now)
    [week] = await rows.accuracy("shop-1", "week")
    assert (week.group, week.completed, week.answered, week.judged, week.accurate) == ("2026-W48", 4, 3, 3, 2)
    [model] = await rows.accuracy(None, "model")
    assert (model.group, model.judged) == ("warped 1", 3)
    by_code = {group.group: group for group in await rows.accuracy("shop-1", "code")}
    assert {name: (group.completed, group.accurate) for name, group in by_code.items()} == {
        "blurry": (1, 1),
        "none": (3, 1),
    }
    assert await rows.accuracy("shop-2", "week") == []


async def test_a_database_that_does_not_answer_is_unavailable() -> None:
    """Nothing listens: what is raised is retried without end by the delivery."""
    with pytest.raises(UnavailableError, match="database"):
        await ReadModel.open("postgresql+psycopg://nobody@127.0.0.1:9/nowhere")


async def test_another_database_is_refused_in_words() -> None:
    """A URL of an unsupported database says which are supported."""
    with pytest.raises(ValueError, match=r"sqlite\+aiosqlite"):
        await ReadModel.open("mysql://somewhere/db")
