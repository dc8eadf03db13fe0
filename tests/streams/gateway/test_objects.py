"""Objects for backends that publish themselves, and photo checks at once."""

import hashlib
from typing import Any

import numpy as np
import pytest

from models.photo.decode import Photo
from models.pose.port import FakePoseEstimator
from schemas.errors import UnavailableError
from schemas.events import Category
from schemas.findings import FindingCode
from schemas.objects import ObjectRef, is_garment_of, is_photo_of
from streams.gateway.checks import PhotoChecks
from tests.streams.gateway.conftest import MOST_BYTES, Api, MakeApi, decode, picture
from tests.streams.gateway.test_asking import problem
from tests.streams.gateway.test_tryons import KEYS, bearer


async def put(api: Api, data: bytes, **fields: str) -> Any:
    return await api.client.post("/v1/objects", files={"picture": ("x.png", data)}, data=fields)


async def test_a_photo_and_a_garment_are_stored(api: Api) -> None:
    """201 with the reference that events carry; with a shopper it is a photo, without one a garment; bytes as given."""
    data = picture(kind="JPEG")
    photo = await put(api, data, shop="shop-1", shopper="anna")
    garment = await put(api, data, shop="shop-1")
    assert (photo.status_code, garment.status_code) == (201, 201)
    for answer, owned in ((photo, is_photo_of), (garment, is_garment_of)):
        ref = ObjectRef.model_validate(answer.json())
        assert (ref.sha256, ref.media_type) == (hashlib.sha256(data).hexdigest(), "image/jpeg")
        assert (ref.width, ref.height) == (30, 40)
        assert api.store.objects[ref.key] == data
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
        assert api.store.objects[key] == picture()


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
        ({"json": {}}, 415, "unsupported_media_type"),
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


async def test_a_photo_is_checked_at_once(api: Api) -> None:
    """As `virton check`: the name as given, verdict, findings, expected accuracy; no event, nothing stored."""
    answer = await api.client.post(
        "/v1/checks", files={"photo": ("me.png", picture())}, data={"category": "upper", "locale": "de"}
    )
    assert answer.status_code == 200
    report = answer.json()
    assert (report["photo"], report["verdict"]) == ("me.png", "warn")
    assert 0 < report["expected_accuracy"] < 1
    assert report["findings"][0]["advice"] == "Hold still (upper, de)."
    assert (api.publisher.events, api.store.objects) == ([], {})


async def test_checks_know_the_categories(api: Api) -> None:
    """An unknown one is refused with the allowed ones."""
    answer = await api.client.post("/v1/checks", files={"photo": ("me.png", picture())}, data={"category": "hat"})
    details = problem(answer, 422, "unknown_category")
    assert details["errors"][0]["allowed"] == [category.value for category in Category]


def test_an_unreadable_photo_is_a_finding_and_needs_no_model() -> None:
    """What cannot be decoded is rejected without building the pose estimator."""

    def never() -> FakePoseEstimator:
        raise AssertionError("built")

    report = PhotoChecks(decode, never)("x.jpg", b"no picture", Category.DRESS, "en")
    assert [finding.code for finding in report.findings] == [FindingCode.UNREADABLE_IMAGE]


def test_the_pose_estimator_is_built_once() -> None:
    """By warming or by the first photo; every photo asks the same one. Nobody in it: `no_person`."""
    estimator = FakePoseEstimator()
    built: list[FakePoseEstimator] = []

    def build() -> FakePoseEstimator:
        built.append(estimator)
        return estimator

    checks = PhotoChecks(lambda _: Photo(np.zeros((1024, 768, 3), np.uint8), "image/png"), build)
    checks.warm()
    for _ in range(2):
        report = checks("x.jpg", b"", Category.UPPER, "en")
        assert FindingCode.NO_PERSON in {finding.code for finding in report.findings}
    assert (len(built), estimator.calls) == (1, 3)


def test_without_weights_checks_are_unavailable_and_the_rest_goes_on() -> None:
    """Warming says nothing; a photo's check raises what becomes 503, and is tried anew by the next."""
    tries: list[int] = []

    def build() -> FakePoseEstimator:
        tries.append(1)
        raise UnavailableError("weights are not there: virton weights fetch")

    checks = PhotoChecks(decode, build)
    checks.warm()
    for _ in range(2):
        with pytest.raises(UnavailableError, match="weights fetch"):
            checks("x.jpg", picture(), Category.UPPER, "en")
    assert len(tries) == 3
