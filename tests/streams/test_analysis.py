"""What is kept of a photo: read where it is whole, made again where it is not."""

import numpy as np
import pytest

from models.photo.reading import Face, FakePhotoReader, Hand, Reading
from models.tryon.mask import VERSION
from streams.analysis import Analysis
from tests.streams.stages.made import SIZE, World, request, standing

RGB = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)


@pytest.mark.parametrize("broken", ["reading.json", "person-0.png"])
async def test_a_broken_analysis_is_made_again(broken: str) -> None:
    """A record or a mask that a loss of power left empty costs one more call, not every later try-on of the photo."""
    world = World()
    asked = request(world.photo(), world.garment())
    await world.analysis.reading(asked, RGB)
    [key] = [key for key in world.store.objects if key.endswith(broken)]
    world.store.objects[key] = b""
    [person] = (await world.analysis.reading(asked, RGB)).people
    assert person.pose == standing().pose
    assert world.reader.calls == 2
    await world.analysis.reading(asked, RGB)
    assert world.reader.calls == 2


async def test_a_kept_reading_is_the_one_that_was_made() -> None:
    """Hands, faces and everybody's mask too come back as they were, to the 255th part."""
    world = World()
    everybody = np.linspace(0, 1, RGB.size // 3, dtype=np.float32).reshape(RGB.shape[:2])
    hand = Hand(np.linspace(0, 1, 42, dtype=np.float32).reshape(21, 2), left=True, confidence=0.75)
    made = Reading((standing(),), (hand,), (Face(0.4, 0.1, 0.2, 0.15, 0.9),), everybody)
    analysis = Analysis(world.pictures, FakePhotoReader(made), world.parser, world.surface)
    asked = request(world.photo(), world.garment())
    await analysis.reading(asked, RGB)
    kept = await analysis.reading(asked, RGB)
    assert (kept.people[0].pose, kept.faces) == (made.people[0].pose, made.faces)
    assert (kept.hands[0].left, kept.hands[0].confidence) == (True, 0.75)
    np.testing.assert_allclose(kept.hands[0].points, hand.points)
    assert kept.everybody is not None
    np.testing.assert_allclose(kept.everybody, everybody, atol=0.5 / 255 + 1e-6)


def test_each_of_the_models_is_in_the_name() -> None:
    """Another version of any of the four, the mask's rules included, finds nothing that another one kept."""
    world = World()
    assert world.analysis.version.split("_") == [
        world.reader.version,
        world.parser.version,
        world.surface.version,
        VERSION,
    ]


async def test_names_of_many_models_fit_a_key() -> None:
    """A part of a storage key has 64 letters at most; seven names are longer, and still keep readings apart."""
    world = World()
    asked = request(world.photo(), world.garment())
    folders = set()
    for number in range(2):
        reader = FakePhotoReader(Reading((standing(),)))
        reader.version = "_".join(f"network-of-the-service-{number}" for _ in range(7))
        await Analysis(world.pictures, reader, world.parser, world.surface).reading(asked, RGB)
        folders = {key.rpartition("/")[0] for key in world.store.objects if key.endswith("reading.json")}
    assert len(folders) == 2
