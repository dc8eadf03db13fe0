"""Parsing: computed once for a photo, whatever is tried on."""

from uuid import uuid4

import numpy as np

from schemas.events import Category, PhotoParsed, PhotoValidated, Request, Stage
from streams.stages.parsing import Parsing
from tests.streams.stages.made import SIZE, World, request, standing, steps


async def parsed(world: World, asked: Request) -> PhotoParsed:
    """What parsing makes of the validated request."""
    event = PhotoValidated(tryon=uuid4(), request=asked, pose=standing().pose, timings={"validation": 0.1})
    [output] = await Parsing(world.pictures, world.analysis)(event, steps(Stage.PARSING))
    assert isinstance(output, PhotoParsed)
    return output


async def test_labels_iuv_and_masks_are_stored_at_the_photos_size() -> None:
    """Every reference of the event leads to a plane of the photo's size; timings add up."""
    world = World()
    output = await parsed(world, request(world.photo(), world.garment()))
    assert (await world.pictures.plane(output.parsing)).shape == (SIZE[1], SIZE[0])
    assert (await world.pictures.plane(output.iuv)).shape == (SIZE[1], SIZE[0], 3)
    [mask] = [await world.pictures.plane(ref) for ref in output.agnostic_masks]
    assert set(np.unique(mask)) <= {0, 255}
    assert set(output.timings) == {"validation", "parsing"}
    assert output.analyser == world.analysis.version


async def test_the_second_garment_calls_no_parser_again() -> None:
    """Another category on the same photo needs another mask, and no model."""
    world = World()
    photo = world.photo()
    first = await parsed(world, request(photo, world.garment()))
    second = await parsed(world, request(photo, world.garment(category=Category.LOWER)))
    assert (world.reader.calls, world.parser.calls, world.surface.calls) == (1, 1, 1)
    assert first.parsing == second.parsing
    assert first.agnostic_masks != second.agnostic_masks


async def test_two_garments_get_a_mask_each_in_their_order() -> None:
    """An outfit's masks stand in the garments' order."""
    world = World()
    upper, lower = world.garment(), world.garment(category=Category.LOWER)
    output = await parsed(world, request(world.photo(), lower, upper))
    assert [ref.key.rsplit("/", 1)[1] for ref in output.agnostic_masks] == ["agnostic-lower.png", "agnostic-upper.png"]
