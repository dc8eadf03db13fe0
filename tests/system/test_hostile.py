"""What shops and shoppers send by mistake or on purpose: each gets a clear answer, and the service goes on."""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from schemas.events import Category, Consent, PhotoUploaded, Reason, Status
from schemas.findings import FindingCode, Severity
from schemas.objects import ObjectRef
from streams.client import Upload
from tests.system.service import STAGES, Service
from tests.system.shop import RESULT_WITHIN_S, Shop

pytestmark = pytest.mark.system


@pytest.fixture(autouse=True)
def service_goes_on(service: Service, person: Path, garment: Path) -> Iterator[None]:
    """After every hostile input: the same processes are there, and the next shopper gets a picture."""
    before = {part: service.pid(part) for part in (*STAGES, "gateway")}
    yield
    assert {part: service.pid(part) for part in before} == before
    with service.client() as client:
        *_, result = client.events(client.start(Upload(person, (garment,), ("upper",))), within_s=RESULT_WITHIN_S)
    assert result.data["status"] == "completed"


def _png(width: int, height: int) -> bytes:
    """A valid PNG, black, of one bit a pixel: many pixels in few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _hostile(name: str, samples: Path) -> bytes:
    if name == "truncated.jpg":
        photo = (samples / "person" / "p01_man_full_outdoor.jpg").read_bytes()
        return photo[: len(photo) // 2]
    if name == "text.jpg":
        return b"This is not a picture.\n" * 100
    return _png(20_000, 20_000) if name == "20000x20000.png" else b""


@pytest.fixture
def good(person: Path, garment: Path) -> dict[str, tuple[str, bytes]]:
    """The files of a form that would do."""
    return {"photo": (person.name, person.read_bytes()), "garment": (garment.name, garment.read_bytes())}


def _post(service: Service, files: dict[str, tuple[str, bytes]], category: str = "upper") -> httpx.Response:
    return httpx.post(f"{service.url}/v1/tryons", files=files, data={"category": category}, timeout=60)


PICTURES = ["truncated.jpg", "text.jpg", "20000x20000.png", "empty.jpg"]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("subject", ["photo", "garment"])
def test_an_upload_that_is_no_usable_picture(
    service: Service, samples: Path, good: dict[str, tuple[str, bytes]], name: str, subject: str
) -> None:
    """Over HTTP: 4xx with a code for programs and a sentence that says what to do, for the photo and the garment."""
    answer = _post(service, good | {subject: (name, _hostile(name, samples))})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "unreadable_image"
    assert len(problem["detail"].split()) > 4


@pytest.mark.parametrize("name", PICTURES)
def test_a_stored_object_that_is_no_usable_picture(shop: Shop, samples: Path, garment: Path, name: str) -> None:
    """Over Kafka, where a shop wrote the object itself: rejected, with the finding unreadable_image and its advice."""
    good = shop.upload(samples / "person" / "p01_man_full_outdoor.jpg", "shopper-1")
    photo = _replaced(shop, good, _hostile(name, samples))
    result = shop.result(shop.ask(shop.request(photo, shop.upload(garment), "shopper-1")))
    assert result.status is Status.REJECTED
    assert [(f.code, f.severity, f.subject) for f in result.findings] == [
        (FindingCode.UNREADABLE_IMAGE, Severity.REJECT, "photo")
    ]
    assert result.advice


def _replaced(shop: Shop, ref: ObjectRef, data: bytes) -> ObjectRef:
    """Writes other bytes beside the object, as a shop with access to the store can, and refers to them."""
    digest = hashlib.sha256(data).hexdigest()
    key = f"{ref.key.rpartition('/')[0]}/{digest}.jpg"
    path = shop.service.data / "objects" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return ref.model_copy(update={"key": key, "sha256": digest})


def test_a_photo_of_no_person(service: Service, garment: Path) -> None:
    """A garment as the photo: rejected with no_person, and advice."""
    with service.client() as client:
        *_, result = client.events(client.start(Upload(garment, (garment,), ("upper",))), within_s=RESULT_WITHIN_S)
    assert result.data["status"] == "rejected"
    rejecting = [finding["code"] for finding in result.data["findings"] if finding["severity"] == "reject"]
    assert rejecting == ["no_person"]
    assert result.data["advice"]
    assert result.data["pictures"] == []


def test_a_missing_garment(service: Service, good: dict[str, tuple[str, bytes]]) -> None:
    """No garment in the form: 422 that names the field."""
    answer = _post(service, {"photo": good["photo"]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "garment"


def test_a_category_that_does_not_exist(service: Service, good: dict[str, tuple[str, bytes]]) -> None:
    """422 that tells the categories there are."""
    answer = _post(service, good, category="hat")
    assert answer.status_code == 422
    assert answer.json()["code"] == "unknown_category"
    assert all(category in answer.json()["detail"] for category in Category)


def test_an_unknown_category_in_an_event(shop: Shop, person: Path, garment: Path) -> None:
    """Over Kafka the event breaks the contract: a dead letter, and a failed result that says which field."""
    request = shop.request(shop.upload(person, "shopper-1"), shop.upload(garment), "shopper-1")
    odd = request.garments[0].model_copy(update={"category": "hat"})
    event = PhotoUploaded.model_construct(tryon=uuid4(), request=request.model_copy(update={"garments": (odd,)}))
    with pytest.warns(UserWarning, match="category"):
        shop.publish(event)
    result = shop.result(event.tryon)
    assert (result.status, result.reason) == (Status.FAILED, Reason.INTERNAL)
    assert "category" in result.advice


@pytest.mark.parametrize("subject", ["photo", "garment"])
def test_an_object_that_is_not_there(shop: Shop, person: Path, garment: Path, subject: str) -> None:
    """A reference to nothing: rejected, saying that it has to be uploaded first."""
    photo, front = shop.upload(person, "shopper-1"), shop.upload(garment)
    gone = {"key": "0" * 64 + ".png"}
    if subject == "photo":
        photo = photo.model_copy(update={"key": f"{photo.key.rpartition('/')[0]}/{gone['key']}"})
    else:
        front = front.model_copy(update={"key": f"{front.key.rpartition('/')[0]}/{gone['key']}"})
    result = shop.result(shop.ask(shop.request(photo, front, "shopper-1")))
    assert (result.status, result.reason) == (Status.REJECTED, Reason.INVALID_OBJECT)
    assert subject in result.advice
    assert "pload it" in result.advice


def test_a_wrong_hash(shop: Shop, person: Path, garment: Path) -> None:
    """The stored bytes are not those that the event names: rejected, nothing of them is used."""
    photo = shop.upload(person, "shopper-1").model_copy(update={"sha256": "0" * 64})
    result = shop.result(shop.ask(shop.request(photo, shop.upload(garment), "shopper-1")))
    assert (result.status, result.reason) == (Status.REJECTED, Reason.INVALID_OBJECT)
    assert "SHA-256" in result.advice


@pytest.mark.parametrize("subject", ["photo", "garment"])
def test_an_object_of_another_shop(service: Service, shop: Shop, person: Path, garment: Path, subject: str) -> None:
    """A shop cannot use, and so cannot see, what another one uploaded, though it knows key and hash."""
    with Shop(service) as other:
        theirs = other.upload(person, "shopper-1") if subject == "photo" else other.upload(garment)
    photo = theirs if subject == "photo" else shop.upload(person, "shopper-1")
    front = theirs if subject == "garment" else shop.upload(garment)
    result = shop.result(shop.ask(shop.request(photo, front, "shopper-1")))
    assert (result.status, result.reason) == (Status.REJECTED, Reason.INVALID_OBJECT)
    assert result.pictures == ()


def test_no_consent(shop: Shop, person: Path, garment: Path) -> None:
    """Without the shopper's consent the photo is not even read."""
    consent = Consent(processing=False)
    request = shop.request(shop.upload(person, "shopper-1"), shop.upload(garment), "shopper-1", consent=consent)
    result = shop.result(shop.ask(request))
    assert (result.status, result.reason) == (Status.REJECTED, Reason.NO_CONSENT)


def test_an_event_of_the_future(shop: Shop, person: Path, garment: Path) -> None:
    """A major version that this program does not know is never guessed at: it fails, and the dead letter keeps it."""
    event = PhotoUploaded(
        tryon=uuid4(), request=shop.request(shop.upload(person, "shopper-1"), shop.upload(garment), "shopper-1")
    )
    shop.publish(event, headers={"ce_type": f"{PhotoUploaded.type}.v2"})
    result = shop.result(event.tryon)
    assert (result.status, result.reason) == (Status.FAILED, Reason.INTERNAL)
