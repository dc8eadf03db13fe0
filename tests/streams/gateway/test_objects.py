"""Objects for backends that publish themselves."""

import hashlib
from typing import Any

import pytest

from schemas.objects import ObjectRef, is_garment_of, is_photo_of
from tests.streams.gateway.conftest import MOST_BYTES, Api, MakeApi, clean, picture
from tests.streams.gateway.test_asking import problem
from tests.streams.gateway.test_tryons import KEYS, bearer


async def put(api: Api, data: bytes, **fields: str) -> Any:
    return await api.client.post("/v1/objects", files={"picture": ("x.png", data)}, data=fields)


async def test_a_photo_and_a_garment_are_stored(api: Api) -> None:
    """201 with the reference that events carry; with a shopper it is a photo, without one a garment.

    What is stored, and referred to, is the picture made anew, not the file."""
    data = picture(kind="JPEG")
    photo = await put(api, data, shop="shop-1", shopper="anna")
    garment = await put(api, data, shop="shop-1")
    assert (photo.status_code, garment.status_code) == (201, 201)
    for answer, owned in ((photo, is_photo_of), (garment, is_garment_of)):
        ref = ObjectRef.model_validate(answer.json())
        stored = api.store.objects[ref.key]
        assert stored == clean(data).data != data
        assert (ref.sha256, ref.media_type) == (hashlib.sha256(stored).hexdigest(), "image/png")
        assert (ref.width, ref.height) == (30, 40)
        assert owned(ref.key, *(["shop-1", "anna"] if owned is is_photo_of else ["shop-1"]))


async def test_the_same_picture_is_the_same_object(api: Api) -> None:
    """A repeated upload answers the same reference."""
    first, second = await put(api, picture()), await put(api, picture())
    assert first.json() == second.json()
    assert second.status_code == 201


async def test_sending_a_picture_again_mends_its_object(api: Api) -> None:
    """An object that a crash or a disk left empty, or with other bytes, is whole after the next upload."""
    key = (await put(api, picture())).json()["key"]
    for damaged in (b"", picture()[:40]):
        api.store.objects[key] = damaged
        assert (await put(api, picture())).status_code == 201
        assert api.store.objects[key] == clean(picture()).data


async def test_the_picture_may_be_the_body_itself(api: Api) -> None:
    """A body of image/png, with shop and shopper in the query."""
    answer = await api.client.post(
        "/v1/objects",
        content=picture(),
        params={"shop": "shop-1", "shopper": "anna"},
        headers={"Content-Type": "image/png"},
    )
    assert answer.status_code == 201
    assert is_photo_of(answer.json()["key"], "shop-1", "anna")


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"files": {"picture": ("x", b"text")}}, 422, "unreadable_image"),
        ({"files": {"picture": ("x", b"")}}, 422, "unreadable_image"),
        ({"files": {"a": ("x", b"1"), "b": ("y", b"2")}}, 400, "malformed_body"),
        ({"files": {"picture": ("x", b"x" * (MOST_BYTES + 1))}}, 413, "too_large"),
        ({"content": b"x" * (MOST_BYTES + 1), "headers": {"Content-Type": "image/png"}}, 413, "too_large"),
        ({"json": {}}, 422, "bytes_needed"),
        ({"content": b"x", "headers": {"Content-Type": "image/gif"}}, 415, "unsupported_media_type"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400, "malformed_body"),
        ({"files": {"picture": ("x", picture())}, "data": {"shop": "a/../b"}}, 422, "invalid_request"),
        ({"files": {"picture": ("x", picture())}, "data": {"shopper": ".."}}, 422, "invalid_request"),
    ],
)
async def test_what_is_no_picture_is_refused(api: Api, request_: dict[str, Any], status: int, code: str) -> None:
    """Each says what to do, and nothing is stored."""
    problem(await api.client.post("/v1/objects", **request_), status, code)
    assert api.store.objects == {}


async def test_a_form_without_a_file_is_refused(api: Api) -> None:
    """The text names the field to send."""
    boundary = b'--b\r\nContent-Disposition: form-data; name="shop"\r\n\r\nshop-1\r\n--b--\r\n'
    answer = await api.client.post(
        "/v1/objects", content=boundary, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert "picture" in problem(answer, 422, "missing_field")["detail"]


async def test_a_shop_stores_for_itself_only(make_api: MakeApi) -> None:
    """With a key, naming another shop is refused; naming none stores under the key's."""
    api = make_api(api_keys=KEYS)
    files = {"picture": ("x.png", picture())}
    answer = await api.client.post("/v1/objects", files=files, data={"shop": "shop-2"}, headers=bearer("shop-1"))
    problem(answer, 403, "wrong_shop")
    answer = await api.client.post("/v1/objects", files=files, headers=bearer("shop-1"))
    assert answer.json()["key"].startswith("shops/shop-1/garments/")
