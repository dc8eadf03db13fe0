"""Following a try-on: every step once and in order, then the end; across gateways, outages and a shutdown."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from schemas.errors import UnavailableError
from schemas.events import Stage
from streams.gateway import hub as hub_module
from streams.gateway.events import RESULT, lines, position
from streams.gateway.hub import START, Heartbeat, Hub, Position
from streams.readmodel import ReadModel, Step, TryOn
from tests.streams.gateway.conftest import Api, MakeApi
from tests.streams.made import completed, progress, request


@pytest.fixture
async def hub(api: Api) -> AsyncIterator[Hub]:
    """A running hub."""
    running = asyncio.create_task(api.gateway.hub.run())
    yield api.gateway.hub
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def told(hub: Hub, tryon: UUID, after: Position = START) -> list[tuple[Stage, int] | str]:
    """All that a follower is told until the end, heartbeats left out."""
    heard: list[tuple[Stage, int] | str] = []
    async with asyncio.timeout(5):
        async for news in hub.follow(tryon, after):
            if isinstance(news, Step):
                heard.append((news.stage, news.step))
            elif isinstance(news, TryOn):
                heard.append(news.status.value)
    return heard


async def go(rows: ReadModel, tryon: UUID, pause: float = 0.0) -> list[tuple[Stage, int] | str]:
    """A whole try-on, and what a follower is to be told of it."""
    way = [(stage, step) for stage in Stage for step in range(3)]
    for stage, step in way:
        await rows.apply_progress(progress(tryon, stage, step))
        await asyncio.sleep(pause)
    await rows.apply_result(completed(tryon, request()))
    return [*way, "completed"]


async def test_every_step_is_told_once_in_order(api: Api, hub: Hub) -> None:
    """Three followers of one try-on, one of another, while both are under way: each hears all of its own."""
    one, other = uuid4(), uuid4()
    following = [asyncio.create_task(told(hub, tryon)) for tryon in (one, one, one, other)]
    await asyncio.sleep(0.05)
    expected, _ = await asyncio.gather(go(api.rows, one, 0.02), go(api.rows, other, 0.01))
    assert await asyncio.gather(*following) == [expected] * 4
    assert hub.followers == 0


async def test_who_comes_late_hears_everything(api: Api, hub: Hub) -> None:
    """All steps and the result of a try-on that has ended."""
    tryon = uuid4()
    expected = await go(api.rows, tryon)
    assert await told(hub, tryon) == expected


async def test_it_goes_on_at_another_gateway(make_api: MakeApi, api: Api, hub: Hub) -> None:
    """After any position another gateway's hub tells the rest: nothing twice, nothing left out."""
    tryon = uuid4()
    expected = await go(api.rows, tryon)
    other = make_api().gateway.hub
    steps = [step async for step in hub.follow(tryon) if isinstance(step, Step)]
    for index, step in enumerate(steps):
        assert await told(other, tryon, (step.rank, step.step)) == expected[index + 1 :]


async def test_silence_is_broken_by_heartbeats(api: Api, hub: Hub) -> None:
    """A try-on that waits for long keeps its connection."""
    tryon = uuid4()
    await api.rows.accept(tryon, request())
    async with asyncio.timeout(5):
        assert isinstance(await anext(aiter(hub.follow(tryon))), Heartbeat)


async def test_a_database_that_was_away_costs_no_event(api: Api, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """While SQL does not answer nothing is told; afterwards all of it is."""
    tryon = uuid4()
    away = True
    for name in ("status", "revisions"):
        real = getattr(api.rows, name)

        async def perhaps(argument: Any, real: Any = real) -> Any:
            if away:
                raise UnavailableError("database: away")
            return await real(argument)

        monkeypatch.setattr(api.rows, name, perhaps)
    following = asyncio.create_task(told(hub, tryon))
    await asyncio.sleep(0.05)
    expected = await go(api.rows, tryon)
    away = False
    assert await following == expected


async def test_an_unexpected_error_does_not_end_the_hub(api: Api, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged, and followers are told everything afterwards: a dead loop would leave all of them waiting."""
    tryon, real = uuid4(), api.rows.revisions
    failed = asyncio.Event()

    async def once(ids: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise KeyError("a bug")
        return await real(ids)

    monkeypatch.setattr(api.rows, "revisions", once)
    monkeypatch.setattr(hub_module, "AWAY_POLL_S", 0.01)
    with capture_logs() as logs:
        following = asyncio.create_task(told(hub, tryon))
        await failed.wait()
        expected = await go(api.rows, tryon)
        assert await following == expected
    assert "hub.failed" in {entry["event"] for entry in logs}


async def test_a_shutdown_ends_followers_without_a_result(api: Api, hub: Hub) -> None:
    """They end at once, and have not been told of an end that did not come."""
    tryon = uuid4()
    await api.rows.accept(tryon, request())
    following = asyncio.create_task(told(hub, tryon))
    await asyncio.sleep(0.05)
    hub.close()
    assert await asyncio.wait_for(following, 0.1) == []


async def test_events_are_in_the_formats_of_the_standard(api: Api, hub: Hub) -> None:
    """Each has an id that resumes there, a name, and one line of JSON; an empty line ends it."""
    tryon = uuid4()
    await api.rows.apply_progress(progress(tryon, Stage.PARSING, 2))
    await api.rows.apply_result(completed(tryon, request()))
    row = await api.rows.status(tryon)
    assert row is not None
    retry, step, result = [line async for line in lines(hub, row, START)]
    assert retry == "retry: 1000\n\n"
    assert step == 'id: 2.2\nevent: progress\ndata: {"stage":"parsing","step":2,"of":3}\n\n'
    assert result.startswith(f'id: 4.0\nevent: result\ndata: {{"id":"{tryon}","status":"completed"')
    assert result.endswith("\n\n")
    assert result.count("\n") == 4


@pytest.mark.parametrize("text", ["", "x", "1", "1.", ".2", "1.x", "-1.2", "1.2.3", "٣.٤", "9" * 30 + ".1"])
def test_an_event_id_that_is_none_of_ours_begins_anew(text: str) -> None:
    """Whatever a client sends as Last-Event-ID."""
    assert position(text) == START


async def test_after_the_result_there_is_nothing_to_come_back_for(api: Api) -> None:
    """204 tells a browser's EventSource to stop asking; before it, a whole stream is answered."""
    tryon = uuid4()
    await go(api.rows, tryon)
    url = f"/v1/tryons/{tryon}/events"
    whole = await api.client.get(url)
    assert whole.headers["content-type"].startswith("text/event-stream")
    assert whole.headers["cache-control"] == "no-store"
    assert whole.text.count("event: progress") == 9
    last = f"{RESULT[0]}.{RESULT[1]}"
    assert whole.text.rstrip().split("id: ")[-1].startswith(last)
    assert (await api.client.get(url, headers={"Last-Event-ID": "3.1"})).text.count("event: ") == 2
    assert (await api.client.get(url, headers={"Last-Event-ID": last})).status_code == 204
