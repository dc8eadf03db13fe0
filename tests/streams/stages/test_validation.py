"""Validation: what a photo must be, and what a shop's backend must not do."""

import hashlib
from uuid import uuid4

import pytest

from schemas.events import Category, PhotoUploaded, PhotoValidated, Reason, Request, Stage, Status, TryOnResult
from schemas.findings import FindingCode, Severity
from schemas.objects import garment_key, photo_key
from streams.stages.validation import Validation
from tests.streams.stages.made import SIZE, World, png, request, steps


async def validated(world: World, asked: Request) -> PhotoValidated | TryOnResult:
    """What validation makes of the request."""
    event = PhotoUploaded(tryon=uuid4(), request=asked)
    [output] = await Validation(world.pictures, world.analysis)(event, steps(Stage.VALIDATION))
    assert isinstance(output, PhotoValidated | TryOnResult)
    assert output.tryon == event.tryon
    assert output.request == asked
    return output


async def rejected(world: World, asked: Request) -> TryOnResult:
    """The rejection of the request."""
    output = await validated(world, asked)
    assert isinstance(output, TryOnResult)
    assert output.status is Status.REJECTED
    assert output.advice, "a rejection says what to do"
    return output


async def test_a_good_photo_passes_with_its_pose() -> None:
    """A whole photo of a person goes on to parsing, with the main person's landmarks and no rejecting finding."""
    world = World()
    output = await validated(world, request(world.photo(), world.garment()))
    assert isinstance(output, PhotoValidated)
    assert output.pose == world.people[0].pose
    assert all(finding.severity is not Severity.REJECT for finding in output.findings)
    assert output.timings["validation"] > 0


async def test_the_second_garment_calls_no_pose_again() -> None:
    """The analysis is kept beside the photo: two garments, one call."""
    world = World()
    photo = world.photo()
    await validated(world, request(photo, world.garment()))
    again = await validated(world, request(photo, world.garment(category=Category.DRESS)))
    assert isinstance(again, PhotoValidated)
    assert world.reader.asked.count(SIZE[::-1]) == 1


async def test_another_shoppers_photo_is_analysed_for_itself() -> None:
    """The same bytes under another shopper share no analysis: erasing one must not touch the other."""
    world = World()
    data = png()
    await validated(world, request(world.photo(data), world.garment()))
    other = world.stored(photo_key("s", "q", hashlib.sha256(data).hexdigest(), "image/png"), data)
    asked = request(other, world.garment()).model_copy(update={"shopper": "q"})
    await validated(world, asked)
    assert world.reader.asked.count(SIZE[::-1]) == 2


async def test_nobody_in_the_photo_is_rejected() -> None:
    """Without a person there is nothing to dress: `no_person`, with advice."""
    world = World(people=[])
    output = await rejected(world, request(world.photo(), world.garment()))
    assert [finding.code for finding in output.findings] == [FindingCode.NO_PERSON]


@pytest.mark.parametrize("data", [b"", b"this is text", png()[:60]], ids=["empty", "text", "truncated"])
async def test_an_unreadable_photo_is_rejected(data: bytes) -> None:
    """Bytes that are no picture end as the finding `unreadable_image`, never as an error."""
    world = World()
    output = await rejected(world, request(world.photo(data), world.garment()))
    assert [(f.code, f.subject) for f in output.findings] == [(FindingCode.UNREADABLE_IMAGE, "photo")]


async def test_a_garments_picture_without_a_garment_is_rejected() -> None:
    """A shop's picture of nothing is said to be the garment's fault; the photo has none."""
    world = World()
    output = await rejected(world, request(world.photo(), world.garment(png((255, 255, 255)))))
    rejecting = [finding for finding in output.findings if finding.severity is Severity.REJECT]
    assert [(f.code, f.subject) for f in rejecting] == [(FindingCode.NO_GARMENT, "garment")]


async def test_a_popular_garment_is_looked_at_once() -> None:
    """Its findings are kept by the worker: of three shoppers' try-ons only the photos are read again."""
    world = World()
    for number in range(3):
        await validated(world, request(world.photo(png((number, 120, 60))), world.garment()))
    assert world.reader.calls == 3 + 1


async def test_an_unreadable_garment_says_that_it_is_the_garment() -> None:
    """The shopper must not be told to take another photo when the shop's picture is broken."""
    world = World()
    output = await rejected(world, request(world.photo(), world.garment(b"no picture")))
    assert [(f.code, f.subject) for f in output.findings] == [(FindingCode.UNREADABLE_IMAGE, "garment")]


async def test_another_shops_garment_is_refused() -> None:
    """A reference outside of the publishing shop's prefix is refused, though the object is there."""
    world = World()
    data = png((1, 2, 3))
    foreign = world.stored(garment_key("other", hashlib.sha256(data).hexdigest(), "image/png"), data)
    garment = world.garment().model_copy(update={"front": foreign})
    output = await rejected(world, request(world.photo(), garment))
    assert output.reason is Reason.INVALID_OBJECT
    assert output.findings == ()


async def test_another_shoppers_photo_is_refused() -> None:
    """A shop cannot dress one shopper in another's name."""
    world = World()
    data = png()
    foreign = world.stored(photo_key("s", "q", hashlib.sha256(data).hexdigest(), "image/png"), data)
    output = await rejected(world, request(foreign, world.garment()))
    assert output.reason is Reason.INVALID_OBJECT


async def test_a_wrong_hash_is_refused() -> None:
    """Bytes other than those the reference names are not used: the object was replaced, or the reference is forged."""
    world = World()
    photo = world.photo()
    world.store.objects[photo.key] = png((9, 9, 9))
    output = await rejected(world, request(photo, world.garment()))
    assert output.reason is Reason.INVALID_OBJECT
    assert "SHA-256" in output.advice


async def test_a_missing_garment_is_refused() -> None:
    """An object that was never uploaded is named, with what to do."""
    world = World()
    garment = world.garment()
    del world.store.objects[garment.front.key]
    output = await rejected(world, request(world.photo(), garment))
    assert output.reason is Reason.INVALID_OBJECT
    assert "Upload it" in output.advice


async def test_without_consent_the_photo_is_not_even_read() -> None:
    """No consent to processing: rejected before the first byte is fetched."""
    world = World()
    asked = request(world.photo(), world.garment(), processing=False)
    world.store.away = True
    output = await rejected(world, asked)
    assert output.reason is Reason.NO_CONSENT
