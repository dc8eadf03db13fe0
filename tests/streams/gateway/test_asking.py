"""POST /v1/tryons: what is accepted is in SQL and in Kafka before the answer; what is not says what to do."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from schemas.events import Category, PhotoUploaded
from schemas.objects import is_garment_of, is_photo_of
from streams.gateway import intake
from streams.readmodel import TryOnStatus
from tests.streams.gateway.conftest import MOST_BYTES, Api, MakeApi, clean, picture
from tests.streams.made import completed, request


def uploads(api: Api) -> list[PhotoUploaded]:
    return [event for event in api.publisher.events if isinstance(event, PhotoUploaded)]


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem details of an answer, which must be of this status and code, and say what to do."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    details: dict[str, Any] = answer.json()
    assert (details["status"], details["code"]) == (status, code)
    assert len(details["detail"]) > 20
    return details


async def test_a_tryon_is_accepted(api: Api) -> None:
    """202 with links; the cleaned pictures are stored under their hashes, the row is queued, one event is in Kafka."""
    answer = await api.ask(shop="shop-1", shopper="anna", consent_training="true", locale="de", seed="7")
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "queued"
    assert answer.headers["location"] == body["links"]["self"] == f"/v1/tryons/{body['id']}"
    [event] = uploads(api)
    assert event.tryon == UUID(body["id"])
    asked = event.request
    assert (asked.shop, asked.shopper, asked.locale, asked.options.seed) == ("shop-1", "anna", "de", 7)
    assert (asked.consent.processing, asked.consent.training) == (True, True)
    assert is_photo_of(asked.photo.key, "shop-1", "anna")
    assert (asked.photo.width, asked.photo.height, asked.photo.media_type) == (30, 40, "image/png")
    [garment] = asked.garments
    assert is_garment_of(garment.front.key, "shop-1")
    assert api.store.objects[asked.photo.key] == clean(picture()).data
    assert asked.photo.sha256 == clean(picture()).sha256
    assert garment.id == garment.front.sha256
    assert timedelta(minutes=59) < asked.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    row = await api.rows.status(event.tryon)
    assert row is not None
    assert (row.status, row.request, row.published) == (TryOnStatus.QUEUED, asked, True)


async def test_consent_to_training_is_not_assumed(api: Api) -> None:
    """Without the field the shopper's photo trains nothing."""
    await api.ask()
    assert uploads(api)[0].request.consent.training is False


async def test_two_garments_and_their_backs(api: Api) -> None:
    """Categories and backs belong to the garments by their order."""
    files = [
        ("photo", ("p.png", picture())),
        ("garment", ("shirt.png", picture(colour=1))),
        ("garment", ("skirt.png", picture(colour=2))),
        ("garment_back", ("back.png", picture(colour=3))),
    ]
    answer = await api.ask(files=files, category=["upper", "lower"])
    assert answer.status_code == 202
    shirt, skirt = uploads(api)[0].request.garments
    assert (shirt.category, skirt.category) == (Category.UPPER, Category.LOWER)
    assert shirt.back is not None
    assert skirt.back is None
    assert len({shirt.front.sha256, shirt.back.sha256, skirt.front.sha256}) == 3


async def test_the_same_key_is_the_same_tryon(api: Api) -> None:
    """Again, at the same time, and without the cookie of the first answer: one id, one event."""
    answers = [await api.ask("k-1"), await api.ask("k-1")]
    api.client.cookies.clear()
    answers += await asyncio.gather(*(api.ask("k-1") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(uploads(api)) == 1
    assert (await api.ask("k-2")).json()["id"] != answers[0].json()["id"]


async def test_simultaneous_first_requests_with_a_key_are_one_tryon(api: Api) -> None:
    """No row exists yet when all of them look: they still agree on one id, and their events are the same event."""
    answers = await asyncio.gather(*(api.ask("k-1") for _ in range(6)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len({context.id for _, context in api.publisher.published}) == 1


async def test_a_key_does_not_stand_for_something_else(api: Api) -> None:
    """Another picture under a used key is refused, not answered with the old try-on."""
    await api.ask("k-1")
    files = [("photo", ("p.png", picture(colour=200))), ("garment", ("g.png", picture(colour=7)))]
    problem(await api.ask("k-1", files=files), 422, "idempotency_key_reused")
    problem(await api.ask("k-1", category="dress"), 422, "idempotency_key_reused")


async def test_a_broker_that_is_away_is_told_and_the_key_tries_again(api: Api) -> None:
    """503 with Retry-After and nothing lost: the same key, once the broker is back, publishes the accepted row."""
    api.publisher.away = True
    answer = await api.ask("k-1")
    problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    row = await api.rows.by_key("demo", "k-1")
    assert row is not None
    assert row.published is False
    api.publisher.away = False
    again = await api.ask("k-1")
    assert again.json()["id"] == str(row.id)
    assert [event.tryon for event in uploads(api)] == [row.id]


async def test_without_a_key_nothing_is_left_behind_by_a_503(api: Api) -> None:
    """Nobody was told the id: neither a row nor, later, an event is left of it."""
    api.publisher.away = True
    problem(await api.ask(), 503, "unavailable")
    api.publisher.away = False
    assert await api.gateway.intake.sweep(timedelta(0)) == 0
    assert uploads(api) == []


async def test_the_sweeper_publishes_what_a_dying_gateway_left(api: Api) -> None:
    """A row that was accepted and never published gets its event, once."""
    tryon = UUID(int=1)
    await api.rows.accept(tryon, request(), "k")
    assert await api.gateway.intake.sweep() == 0, "too young: its own request may still be publishing it"
    assert await api.gateway.intake.sweep(timedelta(0)) == 1
    assert [event.tryon for event in uploads(api)] == [tryon]
    assert await api.gateway.intake.sweep(timedelta(0)) == 0


async def test_an_unexpected_error_does_not_end_the_sweeper(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged, and the next sweep publishes what was left."""
    await api.rows.accept(UUID(int=1), request(), "k")
    real, sweeps, swept = api.rows.unpublished, 0, asyncio.Event()

    async def second(_older_than: timedelta, most: int) -> Any:
        nonlocal sweeps
        sweeps += 1
        if sweeps == 1:
            raise KeyError("a bug")
        if sweeps == 3:  # the second sweep is over
            swept.set()
        return await real(timedelta(0), most)

    monkeypatch.setattr(api.rows, "unpublished", second)
    monkeypatch.setattr(intake, "SWEEP_PERIOD_S", 0.01)
    with capture_logs() as logs:
        sweeping = asyncio.create_task(api.gateway.intake.keep_swept())
        await asyncio.wait_for(swept.wait(), 5)
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
    assert "intake.sweep_failed" in {entry["event"] for entry in logs}
    assert [event.tryon for event in uploads(api)] == [UUID(int=1)]


async def test_a_store_that_is_away_is_told(api: Api) -> None:
    """503, and no event refers to a picture that is not stored."""
    api.store.away = True
    problem(await api.ask("k"), 503, "unavailable")
    assert uploads(api) == []


async def test_a_long_queue_answers_429(make_api: MakeApi) -> None:
    """At max_queue a new try-on is refused with Retry-After; a known key is still answered; a free place is taken."""
    api = make_api(max_queue=2)
    first, _ = await api.ask("k-1"), await api.ask("k-2")
    answer = await api.ask("k-3")
    problem(answer, 429, "queue_full")
    assert answer.headers["retry-after"] == "60", "no try-on has ended, so the rate is unknown"
    assert (await api.ask("k-1")).status_code == 202
    await api.rows.apply_result(completed(UUID(first.json()["id"]), request(shop="demo")))
    assert (await api.ask("k-3")).status_code == 202
    answer = await api.ask("k-4")
    problem(answer, 429, "queue_full")
    assert answer.headers["retry-after"] == "120", "one ended in two minutes, and one has to end"


@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        ({"category": "hat"}, "unknown_category", ["upper", "lower", "dress"]),
        ({"files": [("photo", ("p", picture()))]}, "missing_field", ["garment"]),
        ({"files": [("garment", ("g", picture()))]}, "missing_field", ["photo"]),
        ({"category": ["upper", "lower"]}, "garments_mismatch", ["1 garments", "2 categories"]),
        ({"samples": "9"}, "invalid_request", ["samples"]),
        ({"quality": "superb"}, "invalid_request", ["fast", "normal", "best"]),
        ({"locale": "../etc"}, "invalid_request", ["locale"]),
        ({"shop": "../other"}, "invalid_request", ["shop"]),
        ({"shopper": "a/b"}, "invalid_request", ["shopper"]),
        ({"seed": "-1"}, "invalid_request", ["seed"]),
    ],
)
async def test_a_form_that_is_wrong_says_what_is_right(
    api: Api, form: dict[str, Any], code: str, words: list[str]
) -> None:
    """422 whose text names the field, and the allowed values where there are few; nothing is stored or published."""
    details = problem(await api.ask(**form), 422, code)
    for word in words:
        assert word in str(details)
    assert api.store.objects == {}
    assert uploads(api) == []


async def test_an_unknown_category_names_the_known_ones(api: Api) -> None:
    """The problem's `errors` say which field, and what is allowed there."""
    [error] = problem(await api.ask(category="hat"), 422, "unknown_category")["errors"]
    assert (error["field"], error["allowed"]) == ("category", ["upper", "lower", "dress"])


@pytest.mark.parametrize(
    ("categories", "garments"), [(["upper", "upper"], 2), (["upper", "dress"], 2), (["upper", "lower", "dress"], 3)]
)
async def test_garments_that_cannot_be_worn_together_are_refused(
    api: Api, categories: list[str], garments: int
) -> None:
    """Two garments are an upper and a lower one."""
    files = [("photo", ("p", picture())), *[("garment", (f"{i}", picture(colour=i))) for i in range(garments)]]
    problem(await api.ask(files=files, category=categories), 422, "garments_mismatch")


@pytest.mark.parametrize("data", [b"", b"no picture at all", picture()[:40]], ids=["empty", "text", "truncated"])
@pytest.mark.parametrize("field", ["photo", "garment"])
async def test_a_file_that_is_no_picture_is_refused_at_once(api: Api, data: bytes, field: str) -> None:
    """422 that names the field; no try-on is begun."""
    files = [(name, ("x.jpg", data if name == field else picture())) for name in ("photo", "garment")]
    details = problem(await api.ask(files=files), 422, "unreadable_image")
    assert details["errors"][0]["field"] == field
    assert uploads(api) == []


async def test_a_file_over_the_limit_is_refused(api: Api) -> None:
    """413 names the file's field; a whole body over the limit of all files is refused without being kept."""
    files = [("photo", ("p", b"x" * (MOST_BYTES + 1))), ("garment", ("g", picture()))]
    details = problem(await api.ask(files=files), 413, "too_large")
    assert details["detail"].startswith("photo")
    problem(await api.ask(files=[("photo", ("p", b"x" * (6 * MOST_BYTES)))]), 413, "too_large")


async def test_a_body_without_a_length_is_limited_while_it_is_read(api: Api) -> None:
    """A chunked body is cut off at the limit of all files."""

    async def endless() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 10_000

    headers = {"content-type": "multipart/form-data; boundary=b"}
    problem(await api.client.post("/v1/tryons", content=endless(), headers=headers), 413, "too_large")


async def test_a_shopper_without_a_name_gets_a_pseudonym(api: Api) -> None:
    """Random, kept in a cookie that scripts cannot read, the same for the browser's next try-on."""
    first, second = await api.ask(), await api.ask()
    assert "httponly" in first.headers["set-cookie"].lower()
    assert "samesite=lax" in first.headers["set-cookie"].lower()
    assert second.status_code == 202
    shoppers = {event.request.shopper for event in uploads(api)}
    assert len(shoppers) == 1
    api.client.cookies.clear()
    await api.ask()
    assert len({event.request.shopper for event in uploads(api)}) == 2


async def test_a_forged_cookie_is_no_pseudonym(api: Api) -> None:
    """Only what looks like one of ours is taken: another shopper's chosen name cannot be claimed by a cookie."""
    api.client.cookies.set("virton_shopper", "anna")
    await api.ask()
    assert uploads(api)[0].request.shopper != "anna"


async def test_another_sites_page_cannot_act_here(api: Api) -> None:
    """A browser says that a form of another site sends this; it is refused."""
    problem(await api.ask(headers={"Sec-Fetch-Site": "cross-site"}), 403, "cross_site")
    assert (await api.ask(headers={"Sec-Fetch-Site": "same-origin"})).status_code == 202
