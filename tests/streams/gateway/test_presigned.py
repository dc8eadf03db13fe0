"""JSON to POST /v1/objects: with S3, a reference and a signed upload past the gateway; else, a word on what to send."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import pytest

from schemas.objects import ObjectRef, garment_key, photo_key
from streams.gateway.app import create_app
from streams.store import Obstore
from tests.streams.gateway.conftest import MOST_BYTES, Api, MakeApi, picture
from tests.streams.gateway.test_asking import problem
from tests.streams.gateway.test_tryons import KEYS, bearer

SHA256 = hashlib.sha256(picture()).hexdigest()
ANNOUNCED = {"sha256": SHA256, "media_type": "image/png", "width": 30, "height": 40, "size": len(picture())}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Obstore:
    """A store of which nothing but the signing is used: it needs no network."""
    for name, value in {"ACCESS_KEY_ID": "key-id", "SECRET_ACCESS_KEY": "secret", "REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return Obstore("s3://pictures/virton")


async def post(api: Api, s3: Obstore, content: Any, **headers: str) -> httpx.Response:
    """POST /v1/objects of a gateway on S3."""
    app = create_app(replace(api.gateway, upload_url=s3.upload_url))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        return await client.post("/v1/objects", json=content, headers=headers)


@pytest.mark.parametrize(
    ("owner", "key"),
    [
        ({"shop": "shop-1"}, garment_key("shop-1", SHA256, "image/png")),
        ({"shop": "shop-1", "shopper": "anna"}, photo_key("shop-1", "anna", SHA256, "image/png")),
    ],
)
async def test_an_upload_is_signed(api: Api, s3: Obstore, owner: dict[str, str], key: str) -> None:
    """The reference that events carry, and a PUT to exactly this object that is valid for five minutes; the secret is
    not in it, and nothing is stored."""
    answer = await post(api, s3, ANNOUNCED | owner)
    assert answer.status_code == 201
    told = answer.json()
    ref = ObjectRef.model_validate(told)
    assert (ref.key, ref.sha256, ref.media_type, ref.width, ref.height) == (key, SHA256, "image/png", 30, 40)
    upload = told["upload"]
    assert (upload["method"], upload["headers"]) == ("PUT", {"Content-Type": "image/png"})
    url = urlparse(upload["url"])
    query = parse_qs(url.query)
    assert url.path.endswith(f"/virton/{key}")
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Signature"]
    assert "secret" not in upload["url"]
    left = datetime.fromisoformat(upload["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    assert api.store.objects == {}


async def test_without_s3_the_picture_is_to_be_sent(api: Api) -> None:
    """A folder takes no uploads: 422 says so. The picture itself is answered without an `upload`."""
    details = problem(await api.client.post("/v1/objects", json=ANNOUNCED), 422, "bytes_needed")
    assert "Send the picture itself" in details["detail"]
    stored = await api.client.post("/v1/objects", files={"picture": ("x.png", picture())})
    assert "upload" not in stored.json()
    assert not Obstore("memory:///").signs


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"size": MOST_BYTES + 1}, 413, "too_large"),
        ({"width": 6000, "height": 6000}, 422, "unreadable_image"),
        ({"sha256": "../../x"}, 422, "invalid_request"),
        ({"media_type": "image/gif"}, 422, "invalid_request"),
        ({"shop": "../other"}, 422, "invalid_request"),
        ({"shopper": ""}, 422, "invalid_request"),
        ({"shop": "x" * 5000}, 413, "too_large"),
    ],
)
async def test_what_could_not_be_used_is_not_signed(
    api: Api, s3: Obstore, changes: dict[str, Any], status: int, code: str
) -> None:
    """As for a picture that is sent: its limits, its types, and names that are identifiers."""
    problem(await post(api, s3, ANNOUNCED | changes), status, code)


async def test_a_shop_signs_for_itself_only(make_api: MakeApi, s3: Obstore) -> None:
    """The key's shop is the object's; another one is refused, and no key is no shop."""
    api = make_api(api_keys=KEYS)
    told = (await post(api, s3, ANNOUNCED, **bearer("shop-1"))).json()
    assert told["key"] == garment_key("shop-1", SHA256, "image/png")
    problem(await post(api, s3, ANNOUNCED | {"shop": "shop-2"}, **bearer("shop-1")), 403, "wrong_shop")
    problem(await post(api, s3, ANNOUNCED), 401, "unauthorized")
