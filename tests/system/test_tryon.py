"""From a photo to a picture, the whole way: through `virton tryon`, through the API, and through Kafka alone."""

import io
import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image

from schemas.events import Category, Garment, PhotoParsed, Reason, Status, TryOnCancelled
from streams.client import Upload
from tests.system.service import Service
from tests.system.shop import RESULT_WITHIN_S, Shop

pytestmark = pytest.mark.system


def _pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"))


def _stored(service: Service, key: str) -> bytes:
    return (service.data / "objects" / key).read_bytes()


def test_a_try_on_from_the_command_line(
    service: Service, shop: Shop, person: Path, garment: Path, tmp_path: Path
) -> None:
    """Exit 0; a PNG of the photo's size; outside the agnostic mask the person's own pixels, bit for bit; inside it a
    visible change; and the result event on stdout says so."""
    out = tmp_path / "out.png"
    command = [sys.executable, "-m", "streams.cli", "tryon", str(person), str(garment), "--category", "upper"]
    ended = subprocess.run(
        [*command, "--out", str(out), "--server", service.url], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    result = json.loads(ended.stdout)
    assert result["status"] == "completed"
    photo, made = _pixels(person.read_bytes()), _pixels(out.read_bytes())
    assert made.shape == photo.shape
    parsed = shop.event(PhotoParsed, UUID(result["id"]))
    assert isinstance(parsed, PhotoParsed)
    mask = _pixels(_stored(service, parsed.agnostic_masks[0].key))[..., 0] > 0
    assert np.array_equal(made[~mask], photo[~mask])
    assert np.mean(np.abs(made[mask].astype(int) - photo[mask]).max(axis=-1) > 16) > 0.3
    assert "generation" in ended.stderr


def test_the_same_seed_gives_the_same_picture(service: Service, person: Path, garment: Path) -> None:
    """What a shop asks for twice with a seed is the same picture, bit for bit."""
    upload = Upload(person, (garment,), ("upper",), options={"seed": 7})
    with service.client() as client:
        pictures = []
        for _ in range(2):
            tryon = client.start(upload)
            *_, result = client.events(tryon, within_s=RESULT_WITHIN_S)
            pictures.append(client.picture(result.data["pictures"][0]["url"]))
    assert pictures[0] == pictures[1]


def test_an_upper_and_a_lower_garment_together(service: Service, samples: Path, person: Path, garment: Path) -> None:
    """Two garments are one try-on and one picture."""
    trousers = samples / "garment" / "g08_lower_trousers_pattern.jpg"
    with service.client() as client:
        tryon = client.start(Upload(person, (garment, trousers), ("upper", "lower")))
        *progress, result = client.events(tryon, within_s=RESULT_WITHIN_S)
    assert result.data["status"] == "completed"
    assert len(result.data["pictures"]) == 1
    stages = [event.data["stage"] for event in progress]
    assert stages == sorted(stages, key=["validation", "parsing", "generation"].index)


def test_the_second_garment_on_a_photo_is_not_analysed_again(
    service: Service, samples: Path, person: Path, garment: Path
) -> None:
    """The same shopper's next garment calls neither pose nor parsing nor the body surface: they are kept."""
    shopper = f"shopper-{uuid4().hex[:8]}"
    dress = samples / "garment" / "g13_dress_blue_floral.jpg"
    calls = []
    with service.client() as client:
        for picture, category in ((garment, "upper"), (dress, "dress")):
            before = {model: service.model_calls(model) for model in ("pose", "parsing", "surface")}
            tryon = client.start(Upload(person, (picture,), (category,), options={"shopper": shopper}))
            *_, result = client.events(tryon, within_s=RESULT_WITHIN_S)
            assert result.data["status"] == "completed"
            calls.append({model: service.model_calls(model) - count for model, count in before.items()})

    assert calls[0] == {"pose": 1, "parsing": 1, "surface": 1}
    assert calls[1] == {"pose": 0, "parsing": 0, "surface": 0}


def test_two_shoppers_at_once_get_their_own_pictures(service: Service, samples: Path, garment: Path) -> None:
    """Try-ons side by side do not mix: each picture has its own photo's size and pixels."""
    people = [samples / "person" / "p13_man_full_frontal.png", samples / "person" / "p01_man_full_outdoor.jpg"]
    with service.client() as client:
        ids = [
            client.start(Upload(photo, (garment,), ("upper",), options={"shopper": f"s-{i}"}))
            for i, photo in enumerate(people)
        ]
        for tryon, photo in zip(ids, people, strict=True):
            *_, result = client.events(tryon, within_s=RESULT_WITHIN_S)
            assert result.data["status"] == "completed"
            made = _pixels(client.picture(result.data["pictures"][0]["url"]))
            own = _pixels(photo.read_bytes())
            assert made.shape == own.shape
            assert np.mean(np.all(made == own, axis=-1)) > 0.3


def test_a_cancelled_try_on_ends_as_cancelled(shop: Shop, person: Path, garment: Path) -> None:
    """What is cancelled before its upload event is even read is never worked on, and its result says so."""
    request = shop.request(shop.upload(person, "shopper-1"), shop.upload(garment), "shopper-1")
    tryon = uuid4()
    shop.publish(TryOnCancelled(tryon=tryon))
    shop.ask(request, tryon)
    result = shop.result(tryon)
    assert result.status is Status.CANCELLED
    assert result.advice


def test_cancelling_over_the_api(service: Service, samples: Path, person: Path, garment: Path) -> None:
    """DELETE of a try-on that waits behind others ends it as cancelled; of one that is over, 409."""
    with service.client() as client:
        waiting = [client.start(Upload(person, (garment,), ("upper",), options={"samples": 4})) for _ in range(3)]
        assert client.cancel(waiting[-1]) is True
        *_, result = client.events(waiting[-1], within_s=RESULT_WITHIN_S)
        assert result.data["status"] == "cancelled"
        for tryon in waiting[:-1]:
            *_, other = client.events(tryon, within_s=RESULT_WITHIN_S)
            assert other.data["status"] == "completed"
        assert client.cancel(waiting[0]) is False


def test_an_expired_try_on_fails_as_expired(shop: Shop, person: Path, garment: Path) -> None:
    """What nobody waits for any more is not begun."""
    request = shop.request(
        shop.upload(person, "shopper-1"), shop.upload(garment), "shopper-1", expires_at="2026-01-01T00:00:00Z"
    )
    result = shop.result(shop.ask(request))
    assert (result.status, result.reason) == (Status.FAILED, Reason.EXPIRED)


def test_the_same_upload_event_twice_is_one_try_on(shop: Shop, person: Path, garment: Path) -> None:
    """A backend that repeats its event gets the same result again, not another picture."""
    garments = (Garment(id="g", category=Category.UPPER, front=shop.upload(garment)),)
    request = shop.request(shop.upload(person, "shopper-1"), garments[0].front, "shopper-1", garments=garments)
    tryon = shop.ask(request)
    first = shop.result(tryon)
    shop.ask(request, tryon)
    last = shop.result(shop.ask(request))  # behind the repeated event, in the same partition
    assert last.status is Status.COMPLETED
    assert all(result == first for result in shop.results()[tryon])
