"""The agnostic mask's truth: whatever differs between A and B lies in it, faces and hands do not."""

import numpy as np
import pytest

from models.synthetic.render.cheap import CheapLight, shade, srgb
from models.synthetic.render.gbuffer import GBuffer, fine, smooth
from models.synthetic.render.mask import agnostic_truth
from models.synthetic.render.raster import rasterise
from models.synthetic.surface import Layer, Surface
from tests.models.synthetic.drawing import ball
from tests.models.synthetic.dressed import FRONT, Dressed, wearing

TEE, LONG, JEANS = ("upper", "tee"), ("upper", "sweater"), ("lower", "straight_trousers")
SHORTS, DRESS = ("lower", "shorts"), ("dress", "midi_dress")
STRANGER = ball((0.45, -0.4, 1.2), 0.12, person=2)


def _drawn(person: Dressed) -> GBuffer:
    return rasterise([*person.surfaces, STRANGER], fine(FRONT))


def _garments(person: Dressed, *names: str) -> list[Surface]:
    return [surface for surface in person.surfaces if surface.name in names]


@pytest.mark.parametrize("room", [0.0, 0.03])
@pytest.mark.parametrize(
    ("before", "after", "off", "on"),
    [
        ((JEANS, TEE), (JEANS, LONG), ("tee",), ("sweater",)),
        ((JEANS, LONG), (JEANS, TEE), ("sweater",), ("tee",)),
        ((JEANS, TEE), (SHORTS, TEE), ("straight_trousers",), ("shorts",)),
        ((JEANS, TEE), (DRESS,), ("straight_trousers", "tee"), ("midi_dress",)),
    ],
)
def test_pixels_that_differ_lie_inside(
    before: tuple[tuple[str, str], ...],
    after: tuple[tuple[str, str], ...],
    off: tuple[str, ...],
    on: tuple[str, ...],
    room: float,
) -> None:
    """Of every change of clothes; the face and what other people show is kept, and so are hands that stay the same."""
    a, b = wearing(*before), wearing(*after)
    first, second = _drawn(a), _drawn(b)
    worn, coming = _garments(a, *off), _garments(b, *on)
    assert len(worn) == len(off)
    assert len(coming) == len(on)

    mask = agnostic_truth(first, second, worn, coming, room)

    pictures = [srgb(shade(buffer, CheapLight())) for buffer in (first, second)]
    differs = (pictures[0] != pictures[1]).any(2)
    assert differs.sum() > 500
    assert not (differs & ~mask).any()
    exact = first.centres()
    assert mask[np.isin(exact.surface, [a.surfaces.index(surface) for surface in worn]) & ~differs].all()
    head = (exact.of_triangles(exact.soup.layers) == Layer.OVER) & (exact.positions[..., 2] > 1.45)
    assert head.sum() > 200
    assert not mask[head].any()
    assert not (mask & (smooth((first.surface == len(a.surfaces)).astype(np.float32)) == 1)).any()
    hands = (exact.of_triangles(exact.soup.layers) == Layer.OVER) & (exact.positions[..., 2] < 1.2) & ~differs
    assert not (mask & hands).any()


def test_room_grows_the_mask_by_so_much_and_closes_gaps() -> None:
    """3 cm of room are as many pixels around what changes, away from what is kept; the gap between sleeve and waist is
    filled, and without room it is not."""
    a, b = wearing(JEANS, TEE), wearing(JEANS, LONG)
    first, second = _drawn(a), _drawn(b)
    change = first, second, _garments(a, "tee"), _garments(b, "sweater")
    bare, roomy = agnostic_truth(*change, room=0.0), agnostic_truth(*change, room=0.03)
    assert roomy[bare].all()
    pixels = 0.03 * FRONT.focal / 5
    row = int(FRONT.project(np.array([[0.0, 0.0, 1.2]]))[0, 1])
    left = [np.flatnonzero(mask[row])[0] for mask in (bare, roomy)]
    # A sleeve's outline, folds included, is slanted by less than 60 degrees: along the row the room is up to twice as
    # wide. Both ends are whole pixels.
    assert pixels - 1 <= left[0] - left[1] <= 2 * pixels + 1
    # Between the outermost changed pixels of a row at the waist.
    inside = [mask[row, np.flatnonzero(mask[row])[0] : np.flatnonzero(mask[row])[-1] + 1] for mask in (bare, roomy)]
    assert not inside[0].all()
    assert inside[1].all()


def test_nothing_changes_where_nothing_does() -> None:
    """The same outfit twice: the mask is the garment that is named, and nothing without one."""
    a = wearing(JEANS, TEE)
    buffer = _drawn(a)
    assert not agnostic_truth(buffer, buffer, [], []).any()
    mask = agnostic_truth(buffer, buffer, _garments(a, "tee"), [], room=0.0)
    shown = buffer.centres().surface == a.surfaces.index(_garments(a, "tee")[0])
    assert mask[shown].all()
    assert mask.sum() < 1.2 * shown.sum()
