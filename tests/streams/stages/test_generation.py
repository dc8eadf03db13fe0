"""Generation: a picture is judged before it is shown, and an unchanged one is never a success."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import numpy as np
import pytest

from models.tryon.port import OnStep, Sample, TryOnInput
from schemas.events import Assessment, Category, PhotoParsed, Reason, Request, Stage, Status, TryOnResult
from streams.stages.generation import SECOND_SEED, Generation
from streams.tryons import Stopped
from tests.streams.stages.made import SIZE, World, request, standing, steps

GOOD = Assessment(changed=0.9, preserved=1.0, fidelity=0.9)
UNCHANGED = Assessment(changed=0.0, preserved=1.0, fidelity=0.9)


class Painter:
    """A model that paints the photo in a colour that depends on the seed, and judges it as it is told to."""

    name = "painter"
    version = "1"

    def __init__(self, *assessments: Assessment) -> None:
        self.assessments = list(assessments)
        self.seeds: list[int] = []
        self.batches: list[int] = []

    def generate(self, batch: Sequence[TryOnInput], on_step: Sequence[OnStep]) -> list[list[Sample] | Exception]:
        self.batches.append(len(batch))
        return [self._painted(item, report) for item, report in zip(batch, on_step, strict=True)]

    def _painted(self, item: TryOnInput, report: OnStep) -> list[Sample] | Exception:
        try:
            report(1, 1)
        except Stopped as stopped:
            return stopped
        self.seeds.append(item.seed)
        assessment = self.assessments.pop(0) if self.assessments else GOOD
        picture = np.full_like(item.person, item.seed % 256)
        return [Sample(picture, assessment) for _ in range(item.samples)]


async def parsed(world: World, asked: Request, tryon: UUID | None = None) -> PhotoParsed:
    """A parsed event whose planes are stored."""
    plane = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    labels = await world.pictures.write("shops/s/labels.png", plane)
    iuv = await world.pictures.write("shops/s/iuv.png", np.zeros((SIZE[1], SIZE[0], 3), np.uint8))
    mask = await world.pictures.write("shops/s/mask.png", plane + 255)
    return PhotoParsed(
        tryon=tryon or uuid4(),
        request=asked,
        pose=standing().pose,
        parsing=labels,
        iuv=iuv,
        agnostic_masks=tuple(mask for _ in asked.garments),
        analyser="fake",
    )


async def generated(world: World, model: Painter, event: PhotoParsed) -> TryOnResult:
    """The result of the event."""
    [result] = await Generation(world.pictures, model, most=4)(event, steps(Stage.GENERATION))
    assert isinstance(result, TryOnResult)
    return result


async def test_a_completed_result_names_its_picture_model_and_seed() -> None:
    """The picture's reference leads to a PNG of the photo's size; what made it is said."""
    world = World()
    result = await generated(world, Painter(), await parsed(world, request(world.photo(), world.garment(), seed=7)))
    assert (result.status, result.model, result.version, result.seed) == (Status.COMPLETED, "painter", "1", 7)
    [picture] = result.pictures
    assert picture.object.key.endswith(f"tryons/{result.tryon}/0.png")
    assert (await world.pictures.plane(picture.object)).shape == (SIZE[1], SIZE[0], 3)


async def test_an_unchanged_picture_is_tried_once_more_with_another_seed() -> None:
    """The first verdict is `unchanged`, the second try succeeds, and the result says the second seed."""
    world, model = World(), Painter(UNCHANGED, GOOD)
    result = await generated(world, model, await parsed(world, request(world.photo(), world.garment(), seed=7)))
    assert result.status is Status.COMPLETED
    assert model.seeds == [7, 7 ^ SECOND_SEED]
    assert result.seed == 7 ^ SECOND_SEED


async def test_a_picture_unchanged_twice_is_failed_never_completed() -> None:
    """No picture, a reason, and advice: never a false success."""
    world, model = World(), Painter(UNCHANGED, UNCHANGED)
    result = await generated(world, model, await parsed(world, request(world.photo(), world.garment())))
    assert (result.status, result.reason, result.pictures) == (Status.FAILED, Reason.UNCHANGED, ())
    assert result.advice
    assert not [key for key in world.store.objects if "/tryons/" in key]


async def test_a_redelivery_makes_the_same_picture() -> None:
    """Without a seed in the request it follows from the id, so that a second worker paints the same."""
    world, model = World(), Painter()
    event = await parsed(world, request(world.photo(), world.garment()), UUID(int=12345))
    first = await generated(world, model, event)
    second = await generated(world, model, event)
    assert model.seeds == [12345, 12345]
    assert first.pictures == second.pictures


async def test_two_workers_agree_on_the_picture_that_stands() -> None:
    """If another worker has written the picture already, its bytes are the ones that the result refers to."""
    world = World()
    event = await parsed(world, request(world.photo(), world.garment()), UUID(int=1))
    other_event = event.model_copy(update={"request": request(event.request.photo, *event.request.garments, seed=200)})
    first = await generated(world, Painter(), event)
    second = await generated(world, Painter(), other_event)
    assert first.pictures[0].object.sha256 == second.pictures[0].object.sha256


async def test_requests_of_different_shoppers_share_a_batch() -> None:
    """8 concurrent events of one model that takes 4 at a time make at most 3 batches, each answered for itself."""
    world, model = World(), Painter()
    generation = Generation(world.pictures, model, most=4)
    events = [await parsed(world, request(world.photo(), world.garment()), UUID(int=i)) for i in range(8)]
    results = await asyncio.gather(*(generation(event, steps(Stage.GENERATION)) for event in events))
    assert [getattr(result, "tryon", None) for [result] in results] == [event.tryon for event in events]
    assert len(model.batches) < 8
    assert sum(model.batches) == 8


async def test_a_cancelled_tryon_leaves_the_others_of_its_batch_alone() -> None:
    """One input stops at its step; the other one of the batch is completed."""

    class Cancelling:
        def contains(self, tryon: UUID) -> bool:
            return tryon.int == 1

    world, model = World(), Painter()
    generation = Generation(world.pictures, model, most=2)
    events = [await parsed(world, request(world.photo(), world.garment()), UUID(int=i)) for i in (1, 2)]
    cancelled = steps(Stage.GENERATION, events[0].tryon)
    outcomes = asyncio.gather(
        generation(events[0], cancelled), generation(events[1], steps(Stage.GENERATION)), return_exceptions=True
    )
    cancelled._cancellations = Cancelling()
    stopped, completed = await outcomes
    assert isinstance(stopped, Stopped)
    assert not isinstance(completed, BaseException)
    [result] = completed
    assert isinstance(result, TryOnResult)
    assert result.status is Status.COMPLETED


@pytest.mark.parametrize("category", list(Category))
async def test_every_category_reaches_the_model(category: Category) -> None:
    """The model is told where the garment is worn, and what it may change."""
    world = World()
    seen: list[TryOnInput] = []

    class Watching(Painter):
        def generate(self, batch: Sequence[TryOnInput], on_step: Sequence[OnStep]) -> list[list[Sample] | Exception]:
            seen.extend(batch)
            return super().generate(batch, on_step)

    await generated(world, Watching(), await parsed(world, request(world.photo(), world.garment(category=category))))
    assert seen[0].garments[0].category is category
    assert seen[0].garments[0].agnostic_mask.all()
