"""What is kept of a photo: read where it is whole, made again where it is not."""

import numpy as np
import pytest

from models.tryon.mask import VERSION
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


def test_each_of_the_models_is_in_the_name() -> None:
    """Another version of any of the four, the mask's rules included, finds nothing that another one kept."""
    world = World()
    assert world.analysis.version.split("_") == [
        world.reader.version,
        world.parser.version,
        world.surface.version,
        VERSION,
    ]
