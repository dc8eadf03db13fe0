"""What the gateway takes on at once, and who is sent away before anything of a request's body is read."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from streams.gateway.app import create_app
from streams.gateway.limits import CHECKING, RECEIVING, Limits, Places
from streams.gateway.security import Frontdoor
from streams.settings import Settings
from tests.streams.gateway.conftest import Api, MakeApi, picture
from tests.streams.gateway.test_asking import problem
from tests.streams.gateway.test_objects import put
from tests.streams.gateway.test_tryons import KEYS, bearer, finished
from tests.streams.made import completed, request

FORM = "multipart/form-data; boundary=b"


@dataclass
class Sent:
    """What came of a request whose body has `chunks` parts, and how many of them were read before the answer."""

    status: int = 0
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    read: int = 0


async def send(app: Any, path: str, *, chunks: int = 10, **headers: str) -> Sent:
    """POSTs a body of many parts, as the server would hand them to the application."""
    sent = Sent()

    async def receive() -> Message:
        sent.read += 1
        return {"type": "http.request", "body": b"x" * 1000, "more_body": sent.read < chunks}

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent.status, sent.headers = message["status"], httpx.Headers(message["headers"])

    raw = {"host": "localhost", "content-type": FORM} | {k.replace("_", "-"): v for k, v in headers.items()}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "root_path": "", "query_string": b"", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080), "headers": [(name.encode(), value.encode()) for name, value in raw.items()],
    }  # fmt: skip
    await app(scope, receive, answer)
    return sent


def full(api: Api, **changes: Any) -> Any:
    """The application with other limits."""
    return create_app(replace(api.gateway, limits=replace(Limits.of(api.gateway.settings.max_upload_bytes), **changes)))


async def queue_full(make_api: MakeApi) -> tuple[Any, str, int]:
    api = make_api(max_queue=1)
    await api.ask()
    return full(api), "/v1/tryons", 429


async def no_key(make_api: MakeApi) -> tuple[Any, str, int]:
    return full(make_api(api_keys=KEYS)), "/v1/objects", 401


async def uploads_full(make_api: MakeApi) -> tuple[Any, str, int]:
    return full(make_api(), receiving=Places(0)), "/v1/objects", 503


async def checks_full(make_api: MakeApi) -> tuple[Any, str, int]:
    return full(make_api(), checking=Places(0)), "/v1/checks", 503


@pytest.mark.parametrize("case", [queue_full, no_key, uploads_full, checks_full])
async def test_who_is_sent_away_is_so_before_the_body(make_api: MakeApi, case: Callable[..., Any]) -> None:
    """A client that waits for `100 Continue` has its answer, and when to come back, without sending anything."""
    app, path, status = await case(make_api)
    sent = await send(app, path, expect="100-continue")
    assert (sent.status, sent.read) == (status, 0)
    assert status == 401 or int(sent.headers["retry-after"]) > 0


async def test_a_client_that_writes_already_is_read_to_the_end(make_api: MakeApi) -> None:
    """Else it would see a broken connection in place of the answer. What it sends is dropped."""
    app, path, status = await queue_full(make_api)
    sent = await send(app, path)
    assert (sent.status, sent.read) == (status, 10)


async def test_a_place_is_free_again_however_its_request_ended(api: Api) -> None:
    """Refused pictures, broken forms and stored pictures leave no place taken."""
    app = full(api, receiving=Places(1), checking=Places(1), memory=asyncio.Semaphore(1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        for data, status in ((b"no picture", 422), (picture(), 201), (picture(), 201)):
            answer = await client.post("/v1/objects", files={"picture": ("x.png", data)})
            assert answer.status_code == status
        for content in (b"--b--", b"nonsense"):
            answer = await client.post("/v1/checks", content=content, headers={"Content-Type": FORM})
            assert answer.status_code in {400, 422}
        assert (await client.post("/v1/checks", files={"photo": ("x.png", picture())})).status_code == 200


async def test_pictures_in_memory_are_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for one request's pictures, six uploads at once are stored one after the other, and all are stored."""
    at_once = [0, 0]
    real = api.store.put

    async def slow(key: str, data: bytes) -> None:
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0.02)
        at_once[0] -= 1
        await real(key, data)

    monkeypatch.setattr(api.store, "put", slow)
    app = full(api, memory=asyncio.Semaphore(1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        files = [{"picture": ("x.png", picture(colour=colour))} for colour in range(6)]
        answers = await asyncio.gather(*(client.post("/v1/objects", files=each) for each in files))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert (at_once[1], len(api.store.objects)) == (1, 6)


def test_the_bound_follows_from_the_largest_upload() -> None:
    """Eight requests of five pictures of 20 MB are 0.8 GB; of larger ones there are fewer, but always one."""
    for most, held in ((20_000_000, 8), (80_000_000, 2), (10**12, 1)):
        memory = Limits.of(most).memory
        assert memory._value == held
    assert CHECKING < RECEIVING


async def test_a_shop_cannot_fill_the_queue_of_another(make_api: MakeApi) -> None:
    """With keys the limit is each shop's own; a repeat of what was accepted is answered though the queue is full."""
    api = make_api(max_queue=1, api_keys=KEYS)
    first = await api.ask("k-1", headers=bearer("shop-1"))
    assert first.status_code == 202
    problem(await api.ask("k-2", headers=bearer("shop-1")), 429, "queue_full")
    assert (await api.ask("k-2", headers=bearer("shop-2"))).status_code == 202
    assert (await api.ask("k-1", headers=bearer("shop-1"))).json()["id"] == first.json()["id"]
    await api.rows.apply_result(completed(UUID(first.json()["id"]), request(shop="shop-1")))
    assert (await api.ask("k-2", headers=bearer("shop-1"))).status_code == 202


async def test_a_body_that_does_not_come_is_not_waited_for(api: Api) -> None:
    """408 once the time is up, and the connection is closed: nobody holds a place by sending nothing."""
    never = asyncio.Event()
    answered: list[Message] = []

    async def reads(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()

    async def receive() -> Message:
        await never.wait()
        raise AssertionError("nothing comes")

    async def answer(message: Message) -> None:
        answered.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/objects", "headers": [(b"host", b"localhost")]}
    async with asyncio.timeout(5):
        await Frontdoor(reads, Settings(), body_within_s=0.05)(scope, receive, answer)
    headers = httpx.Headers(answered[0]["headers"])
    assert (answered[0]["status"], headers["connection"]) == (408, "close")


async def test_only_uploads_may_be_large(api: Api) -> None:
    """A hundred kilobytes are no feedback, whatever their type: they are refused without being kept."""
    url = f"{await finished(api)}/feedback"
    for kind in ("application/json", FORM, "image/png"):
        problem(await api.client.post(url, content=b"[" * 100_000, headers={"Content-Type": kind}), 413, "too_large")
    assert (await put(api, picture())).status_code == 201


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080", "127.0.0.2"])
async def test_a_local_gateway_has_local_names(make_api: MakeApi, host: str) -> None:
    """Its own names, on any port, since it may be forwarded; the host it was told to listen on is one of them."""
    api = make_api(gateway_host="127.0.0.2")
    assert (await api.client.get("/livez", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["rebound.example", "localhost.example", "127.0.0.1.example:8080", "[::2]"])
async def test_a_name_that_was_bent_to_this_machine_is_refused(make_api: MakeApi, host: str) -> None:
    """Else any site's page could read shoppers' photos from a local run (DNS rebinding). In a pod every name goes."""
    problem(await make_api().client.get("/v1/tryons", headers={"Host": host}), 421, "wrong_host")
    pod = make_api(gateway_host="0.0.0.0")  # noqa: S104 - nothing listens in this test
    assert (await pod.client.get("/v1/tryons", headers={"Host": host})).status_code == 200


async def test_methods_that_nobody_knows_are_one_label(api: Api) -> None:
    """A client cannot make up labels."""
    await api.client.request("BREW", "/livez")
    text = (await api.client.get("/metrics")).text
    assert 'method="other"' in text
    assert "BREW" not in text
