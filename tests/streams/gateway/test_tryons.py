"""Where a try-on stands, its pictures, cancelling, feedback; and that a shop sees its own only."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from schemas.events import FeedbackGiven, FeedbackReason, Reason, Request, Stage, TryOnCancelled
from schemas.findings import FindingCode
from tests.streams.gateway.conftest import Api, MakeApi
from tests.streams.gateway.test_asking import problem
from tests.streams.made import completed, failed, progress, request

KEYS = {"shop-1": "one-key", "shop-2": "two-key"}


def bearer(shop: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[shop]}"}


async def finished(api: Api, asked: Request | None = None, **changes: Any) -> str:
    """A completed try-on with its picture in the store."""
    tryon, asked = uuid4(), asked or request()
    result = completed(tryon, asked, **changes)
    await api.rows.apply_result(result)
    for made in result.pictures:
        await api.store.put(made.object.key, b"the picture")
    return f"/v1/tryons/{tryon}"


async def test_the_status_follows_the_tryon(api: Api) -> None:
    """Queued, then where it is, then how it ended, with everything that the result says."""
    tryon, asked = uuid4(), request()
    await api.rows.accept(tryon, asked)
    url = f"/v1/tryons/{tryon}"
    queued = (await api.client.get(url)).json()
    assert (queued["status"], queued["stage"], queued["pictures"]) == ("queued", None, [])
    await api.rows.apply_progress(progress(tryon, Stage.GENERATION, 3, of=8))
    running = (await api.client.get(url)).json()
    assert (running["status"], running["stage"], running["step"], running["of"]) == ("generating", "generation", 3, 8)
    await api.rows.apply_result(completed(tryon, asked, codes=(FindingCode.BLURRY,), expected_accuracy=0.5))
    done = (await api.client.get(url)).json()
    assert done["status"] == "completed"
    assert done["findings"][0]["code"] == "blurry"
    assert (done["expected_accuracy"], done["model"], done["version"], done["seed"]) == (0.5, "warped", "1", 7)
    [made] = done["pictures"]
    assert (made["sample"], made["url"]) == (0, f"{url}/pictures/0")
    assert made["assessment"] == {"changed": 1.0, "preserved": 1.0, "fidelity": 0.5}


async def test_a_failed_tryon_says_why(api: Api) -> None:
    """The reason is told, and there is no picture."""
    tryon = uuid4()
    await api.rows.apply_result(failed(tryon, request(), Reason.UNCHANGED))
    told = (await api.client.get(f"/v1/tryons/{tryon}")).json()
    assert (told["status"], told["reason"], told["pictures"]) == ("failed", "unchanged", [])
    problem(await api.client.get(f"/v1/tryons/{tryon}/pictures/0"), 404, "no_picture")


async def test_pictures_are_cached_for_ever(api: Api) -> None:
    """The PNG with an ETag; asked again with it, nothing is sent, and the store is not asked."""
    url = await finished(api)
    answer = await api.client.get(f"{url}/pictures/0")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"the picture", "image/png")
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"]
    api.store.away = True
    again = await api.client.get(f"{url}/pictures/0", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    problem(await api.client.get(f"{url}/pictures/3"), 404, "no_picture")


async def test_the_photo_is_there_beside_the_picture(api: Api) -> None:
    """What the page compares the picture with; once erased, it is gone in words."""
    url = (await api.ask()).headers["location"]
    assert (await api.client.get(f"{url}/photo")).status_code == 200
    api.store.objects.clear()
    problem(await api.client.get(f"{url}/photo"), 404, "no_picture")


@pytest.mark.parametrize("tail", ["", "/events", "/pictures/0", "/photo"])
async def test_an_unknown_tryon_is_404(api: Api, tail: str) -> None:
    """Whatever is asked of it."""
    problem(await api.client.get(f"/v1/tryons/{uuid4()}{tail}"), 404, "unknown_tryon")
    problem(await api.client.get(f"/v1/tryons/no-id{tail}"), 422, "invalid_request")


async def test_cancelling_is_published_until_it_is_over(api: Api) -> None:
    """202 and an event for the workers; 409 once the try-on has ended."""
    url = (await api.ask()).headers["location"]
    answer = await api.client.delete(url)
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelling")
    cancelled = [event for event in api.publisher.events if isinstance(event, TryOnCancelled)]
    assert [str(event.tryon) for event in cancelled] == [url.rsplit("/", 1)[1]]
    problem(await api.client.delete(await finished(api)), 409, "already_over")


async def test_feedback_is_published(api: Api) -> None:
    """What the shopper says, as one event."""
    url = await finished(api)
    given = {"sample": 0, "accurate": False, "reasons": ["hands", "lost_detail"], "bought": True}
    answer = await api.client.post(f"{url}/feedback", json=given)
    assert answer.status_code == 202
    [event] = api.publisher.events
    assert event == FeedbackGiven(
        tryon=UUID(url.rsplit("/", 1)[1]),
        sample=0,
        accurate=False,
        reasons=(FeedbackReason.HANDS, FeedbackReason.LOST_DETAIL),
        bought=True,
        source="shopper",
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"accurate": True, "sample": 2}, "no_picture"),
        ({"accurate": False, "reasons": ["ugly"]}, "invalid_request"),
        ({"sample": 0}, "missing_field"),
        ({"accurate": "perhaps"}, "invalid_request"),
    ],
)
async def test_feedback_that_makes_no_sense_is_refused(api: Api, given: dict[str, Any], code: str) -> None:
    """422; nothing is published."""
    problem(await api.client.post(f"{await finished(api)}/feedback", json=given), 422, code)
    assert api.publisher.events == []


async def test_feedback_needs_a_picture(api: Api) -> None:
    """409 while the try-on is under way, and when it failed."""
    url = (await api.ask()).headers["location"]
    problem(await api.client.post(f"{url}/feedback", json={"accurate": True}), 409, "not_completed")


async def test_the_gallery_lists_this_browsers_own(api: Api) -> None:
    """Completed ones of the cookie's shopper, the newest first, page by page; another browser sees none."""
    shopper = "f" * 32
    api.client.cookies.set("virton_shopper", shopper)
    urls = [await finished(api, request(shop="demo", shopper=shopper)) for _ in range(3)]
    await finished(api, request(shop="demo", shopper="anna"))
    first = (await api.client.get("/v1/tryons", params={"limit": 2})).json()
    second = (await api.client.get(first["next"])).json()
    listed = [f"/v1/tryons/{row['id']}" for row in (*first["tryons"], *second["tryons"])]
    assert listed == urls[::-1]
    assert second["next"] is None
    api.client.cookies.clear()
    assert (await api.client.get("/v1/tryons")).json()["tryons"] == []


@pytest.mark.parametrize(
    "before",
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1999-12-31T00:00:00Z", "2024-05-01T12:00:00", "soon"],
)
async def test_before_is_a_moment(api: Api, before: str) -> None:
    """Beyond the calendar in UTC, older than any try-on, or without a time zone: 422 that names the parameter."""
    answer = await api.client.get("/v1/tryons", params={"shopper": "anna", "before": before})
    assert problem(answer, 422, "invalid_request")["errors"][0]["field"] == "before"


async def test_a_shop_with_a_key_sees_its_own_only(make_api: MakeApi) -> None:
    """Every route of another shop's try-on answers as for an unknown one; its own answers."""
    api = make_api(api_keys=KEYS)
    url = await finished(api, request(shop="shop-1"))
    mine, theirs = bearer("shop-1"), bearer("shop-2")
    for tail in ("", "/pictures/0", "/events"):
        assert (await api.client.get(url + tail, headers=mine)).status_code == 200
    for method, tail in (
        ("GET", ""),
        ("GET", "/pictures/0"),
        ("GET", "/photo"),
        ("GET", "/events"),
        ("DELETE", ""),
    ):
        problem(await api.client.request(method, url + tail, headers=theirs), 404, "unknown_tryon")
    answer = await api.client.post(f"{url}/feedback", headers=theirs, json={"accurate": True})
    problem(answer, 404, "unknown_tryon")
    listed = await api.client.get("/v1/tryons", params={"shopper": "shopper-1"}, headers=theirs)
    assert listed.json()["tryons"] == []


async def test_a_row_whose_shop_is_unknown_is_nobodys(make_api: MakeApi) -> None:
    """Progress alone names no shop: with keys configured nobody sees it yet."""
    api = make_api(api_keys=KEYS)
    tryon = uuid4()
    await api.rows.apply_progress(progress(tryon, Stage.PARSING, 1))
    problem(await api.client.get(f"/v1/tryons/{tryon}", headers=bearer("shop-1")), 404, "unknown_tryon")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer wrong"}])
async def test_where_keys_are_configured_one_is_needed(make_api: MakeApi, header: dict[str, str]) -> None:
    """401 with the challenge, for no key, an empty one and a wrong one."""
    api = make_api(api_keys=KEYS)
    for method, url in (("GET", f"/v1/tryons/{uuid4()}"), ("GET", "/v1/accuracy"), ("POST", "/v1/objects")):
        answer = await api.client.request(method, url, headers=header)
        problem(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    problem(await api.ask(headers=header), 401, "unauthorized")


async def test_a_key_speaks_for_its_shop_only(make_api: MakeApi) -> None:
    """Naming another shop is refused; naming none or its own is the key's shop; no cookie is set for a backend."""
    api = make_api(api_keys=KEYS)
    problem(await api.ask(shop="shop-2", headers=bearer("shop-1")), 403, "wrong_shop")
    answer = await api.ask(headers=bearer("shop-1"))
    assert answer.status_code == 202
    assert "set-cookie" not in answer.headers
    row = await api.rows.status(UUID(answer.json()["id"]))
    assert row is not None
    assert row.shop == "shop-1"
