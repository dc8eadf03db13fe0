"""POST /v1/checks: what `virton check` says, at once; the models behind it are loaded once and asked one at a time."""

import threading

import numpy as np
import pytest
from prometheus_client import REGISTRY

from models.photo.decode import Photo
from models.photo.reading import FakePhotoReader
from schemas.errors import UnavailableError
from schemas.events import Category
from schemas.findings import FindingCode
from streams.gateway.checks import PhotoChecks
from tests.streams.gateway.conftest import Api, decode, picture
from tests.streams.gateway.test_asking import problem


def pose_calls() -> float:
    """How often a pose was asked for, as the metrics say."""
    return REGISTRY.get_sample_value("virton_model_calls_total", {"model": "pose"}) or 0.0


async def test_a_photo_is_checked_at_once(api: Api) -> None:
    """As `virton check`: the name as given, verdict, findings, expected accuracy; no event, nothing stored."""
    answer = await api.client.post(
        "/v1/checks", files={"photo": ("me.png", picture())}, data={"category": "upper", "locale": "de"}
    )
    assert answer.status_code == 200
    report = answer.json()
    assert (report["photo"], report["verdict"]) == ("me.png", "warn")
    assert 0 < report["expected_accuracy"] < 1
    [finding] = report["findings"]
    assert finding["advice"] == "Hold still (photo, upper, de)."
    assert set(finding) == {"code", "severity", "value", "threshold", "advice", "hint"}
    assert (api.publisher.events, api.store.objects) == ([], {})


async def test_a_garment_is_checked_as_one(api: Api) -> None:
    """With `subject=garment` the picture is a shop's; another subject is refused with the allowed ones."""
    files = {"photo": ("shirt.png", picture())}
    answer = await api.client.post("/v1/checks", files=files, data={"subject": "garment"})
    assert answer.json()["findings"][0]["advice"] == "Hold still (garment, dress, en)."
    answer = await api.client.post("/v1/checks", files=files, data={"subject": "shoe"})
    assert problem(answer, 422, "invalid_request")["errors"][0]["allowed"] == ["photo", "garment"]


async def test_checks_know_the_categories(api: Api) -> None:
    """An unknown one is refused with the allowed ones."""
    answer = await api.client.post("/v1/checks", files={"photo": ("me.png", picture())}, data={"category": "hat"})
    details = problem(answer, 422, "unknown_category")
    assert details["errors"][0]["allowed"] == [category.value for category in Category]


def test_an_unreadable_photo_is_a_finding_and_needs_no_model() -> None:
    """What cannot be decoded is rejected without building the reader."""

    def never() -> FakePhotoReader:
        raise AssertionError("built")

    report = PhotoChecks(decode, never)("x.jpg", b"no picture", Category.DRESS, "en")
    assert [finding.code for finding in report.findings] == [FindingCode.UNREADABLE_IMAGE]


def test_the_reader_is_built_once() -> None:
    """By warming or by the first photo; every photo asks the same one, and is counted. Nobody in it: `no_person`."""
    reader = FakePhotoReader()
    built: list[FakePhotoReader] = []

    def build() -> FakePhotoReader:
        built.append(reader)
        return reader

    checks = PhotoChecks(lambda _: Photo(np.zeros((1024, 768, 3), np.uint8), "image/png"), build)
    before = pose_calls()
    for _ in range(3):
        checks.warm()
    for _ in range(2):
        report = checks("x.jpg", b"", Category.UPPER, "en")
        assert FindingCode.NO_PERSON in {finding.code for finding in report.findings}
    assert (len(built), reader.calls) == (1, 3), "warm is warm: the next ones ask the model nothing"
    assert pose_calls() - before == 3


def test_warming_waits_for_nobody() -> None:
    """While the models are being loaded, further looks at the page occupy no thread."""
    loading, go_on = threading.Event(), threading.Event()

    def build() -> FakePhotoReader:
        loading.set()
        assert go_on.wait(10)
        return FakePhotoReader()

    checks = PhotoChecks(decode, build)
    first = threading.Thread(target=checks.warm)
    first.start()
    assert loading.wait(10)
    checks.warm()  # would wait for ever
    go_on.set()
    first.join()


def test_without_weights_checks_are_unavailable_and_the_rest_goes_on() -> None:
    """Warming says nothing; a photo's check raises what becomes 503, and is tried anew by the next."""
    tries: list[int] = []

    def build() -> FakePhotoReader:
        tries.append(1)
        raise UnavailableError("weights are not there: virton weights fetch")

    checks = PhotoChecks(decode, build)
    checks.warm()
    for _ in range(2):
        with pytest.raises(UnavailableError, match="weights fetch"):
            checks("x.jpg", picture(), Category.UPPER, "en")
    assert len(tries) == 3
