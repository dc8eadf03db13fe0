"""What people sit on and hold, and the mirror before which they stand."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from models.synthetic.body.anchors import Seat
from models.synthetic.scene.furniture import placed
from models.synthetic.scene.shapes import Mesh, box, cushion, joined, lathe, plate, prism, rounded
from models.synthetic.scene.textures import things, walls
from models.synthetic.scene.textures.tile import pick, rgb
from models.synthetic.surface import Material, Surface

Maker = Callable[[np.random.Generator, "Place"], tuple[Surface, ...]]

# What is sat on gives way under the buttocks by about a centimetre (`anchors.seat` sinks the flesh in as much): its
# middle is a few millimetres higher than where they touch it.
_SOFT = 0.006


class Place:
    """The seat in its own axes: it is sat on at the origin's vertical, knees towards -y."""

    def __init__(self, seat: Seat) -> None:
        self.height = seat.height
        self.width = max(0.42, seat.width + 0.04)
        # Behind the buttocks there are 5 cm; in front the thighs reach over the edge, and calves can slant under it.
        self.back, self.front = 0.17, -0.85 * (seat.depth - 0.12)


def seat_for(rng: np.random.Generator, seat: Seat, *, outdoors: bool = False) -> tuple[Surface, ...]:
    """Something to sit on that is where the seated figure needs it: a chair, a stool, an armchair, a bench, a step.
    It is made for the pose: whoever turns the person turns it, too."""
    place = Place(seat)
    low = seat.height < 0.46
    makers: tuple[Maker, ...] = (chair, chair, stool, bench, cube, *((armchair, armchair) if low else (bar_stool,)))
    if outdoors:
        makers = (chair, bench, bench, step)
    surfaces = makers[int(rng.integers(len(makers)))](rng, place)
    return placed(surfaces, (*seat.centre, 0.0), seat.yaw)


def chair(rng: np.random.Generator, place: Place) -> tuple[Surface, ...]:
    """Four legs, a seat, a back."""
    x, top, thick = place.width / 2, place.height, rng.uniform(0.022, 0.035)
    leg = rng.uniform(0.028, 0.042)
    frame = [_leg(sx * (x - leg / 2), y, top - thick, leg) for sx in (-1, 1) for y in (place.front + 0.04, place.back)]
    rail = top - thick - 0.05
    frame += [
        box((-x + 0.01, y - 0.01, rail), (x - 0.01, y + 0.01, top - thick)) for y in (place.front + 0.04, place.back)
    ]
    frame += [
        box((sx * (x - 0.02) - 0.01, place.front + 0.04, rail), (sx * (x - 0.02) + 0.01, place.back, top - thick))
        for sx in (-1, 1)
    ]
    high = top + rng.uniform(0.38, 0.5)
    posts = [
        box(
            (sx * (x - leg / 2) - leg / 2, place.back, top - 0.05),
            (sx * (x - leg / 2) + leg / 2, place.back + leg, high),
        )
        for sx in (-1, 1)
    ]
    back_rest = _back_rest(rng, x - leg, place.back, (top, high))
    wood = things.furniture(rng)
    padded = rng.random() < 0.5
    surfaces = [joined([*frame, *posts]).surface("chair", wood)]
    surfaces.append(back_rest.surface("back rest", wood))
    if padded:
        pad = cushion((-x, place.front, top - 0.06), (x, place.back - 0.005, top + _SOFT), 0.18)
        surfaces.append(pad.surface("pad", things.fabric(rng), Material.CLOTH))
    else:
        surfaces.append(box((-x, place.front, top - thick), (x, place.back, top)).surface("seat", wood))
    return tuple(surfaces)


def _back_rest(rng: np.random.Generator, x: float, y: float, heights: tuple[float, float]) -> Mesh:
    top, high = heights
    if rng.random() < 0.5:
        levels = np.linspace(top + 0.16, high - 0.04, int(rng.integers(2, 4)))
        return joined([box((-x, y + 0.008, z - 0.035), (x, y + 0.024, z + 0.035)) for z in levels])
    bars = [
        box((at - 0.012, y + 0.008, top), (at + 0.012, y + 0.024, high - 0.05)) for at in np.linspace(-x, x, 6)[1:-1]
    ]
    return joined([*bars, box((-x, y, high - 0.07), (x, y + 0.03, high))])


def _leg(x: float, y: float, top: float, thick: float) -> Mesh:
    return box((x - thick / 2, y - thick / 2, 0), (x + thick / 2, y + thick / 2, top))


def stool(rng: np.random.Generator, place: Place) -> tuple[Surface, ...]:
    """A round or square top on four splayed legs."""
    radius, top = max(0.17, place.width / 2 - 0.03), place.height
    middle = (place.front + place.back) / 2
    outline = rounded(2 * radius, 2 * radius, radius * (0.99 if rng.random() < 0.6 else 0.2), (0.0, middle), 9)
    disc = prism(outline, top - 0.035, top)
    legs = []
    for sx in (-1.0, 1.0):
        for sy in (-1.0, 1.0):
            foot = np.array([sx * radius * 0.85, middle + sy * radius * 0.85, 0.004])
            head = np.array([sx * radius * 0.6, middle + sy * radius * 0.6, top - 0.03])
            legs.append(_rod(foot, head, 0.017))
    wood = things.furniture(rng)
    return (disc.surface("stool", wood), joined(legs).surface("legs", wood))


def bar_stool(rng: np.random.Generator, place: Place) -> tuple[Surface, ...]:
    """A padded disc on a column with a foot."""
    top, middle = place.height, (place.front + place.back) / 2
    profile = [(0.0, top - 0.09), (0.19, top - 0.085), (0.2, top - 0.03), (0.17, top), (0.0, top + _SOFT)]
    pad = lathe(profile, 28).moved((0, middle, 0))
    column = lathe([(0.0, 0.0), (0.22, 0.0), (0.22, 0.012), (0.03, 0.03), (0.03, top - 0.08)], 24).moved((0, middle, 0))
    metal = things.solid(pick(rng, "b9b9b7 3a3a3a"))
    cover = things.fabric(rng)
    return (pad.surface("pad", cover, Material.CLOTH), column.surface("column", metal, Material.GLOSSY))


def bench(rng: np.random.Generator, place: Place) -> tuple[Surface, ...]:
    """Planks on two frames, much wider than the person."""
    half, top = rng.uniform(0.55, 0.8), place.height
    shift = rng.uniform(-0.25, 0.25)
    count = int(rng.integers(2, 5))
    edges = np.linspace(place.front, place.back, count + 1)
    planks = [box((shift - half, a + 0.004, top - 0.035), (shift + half, b - 0.004, top)) for a, b in pairwise(edges)]
    legs = [
        _leg(shift + sx * (half - 0.12), y, top - 0.035, 0.06)
        for sx in (-1, 1)
        for y in (place.front + 0.06, place.back - 0.04)
    ]
    legs += [
        box(
            (shift + sx * (half - 0.12) - 0.03, place.front + 0.05, top - 0.1),
            (shift + sx * (half - 0.12) + 0.03, place.back - 0.03, top - 0.035),
        )
        for sx in (-1, 1)
    ]
    frame = things.furniture(rng)
    return (joined(planks).surface("bench", things.veneer(rng)), joined(legs).surface("legs", frame))


def cube(rng: np.random.Generator, place: Place) -> tuple[Surface, ...]:
    """A studio's box or a pouf."""
    x = place.width / 2 + rng.uniform(0.0, 0.06)
    low, high = (-x, place.front, 0.0), (x, place.back + 0.05, place.height)
    if rng.random() < 0.5:
        return (box(low, high).surface("box", things.solid(pick(rng, "f1f0ec d8d5cd 3a3a3a b08a5e"), 0.02, rng)),)
    pouf = cushion(low, (*high[:2], place.height + _SOFT), 0.22)
    return (pouf.surface("pouf", things.fabric(rng), Material.CLOTH),)


def step(rng: np.random.Generator, place: Place) -> tuple[Surface, ...]:
    """A ledge of stone."""
    wide, stone = place.width / 2 + rng.uniform(0.2, 0.6), walls.concrete(rng)
    block = box((-wide, place.front, 0.0), (wide, place.back + 0.05, place.height), stone.size)
    return (block.surface("step", stone.texture),)


def armchair(rng: np.random.Generator, place: Place) -> tuple[Surface, ...]:
    """Upholstered, its arms below the elbows."""
    x, top = place.width / 2 + 0.04, place.height
    arm = rng.uniform(0.1, 0.15)
    soft = [
        cushion((-x, place.front - 0.02, top - 0.17), (x, place.back + 0.02, top + _SOFT), 0.16),
        cushion((-x - arm, place.front, 0.1), (-x, place.back + 0.18, top + 0.13), 0.25),
        cushion((x, place.front, 0.1), (x + arm, place.back + 0.18, top + 0.13), 0.25),
        cushion((-x - 0.02, place.back + 0.01, 0.15), (x + 0.02, place.back + 0.2, top + 0.45), 0.3),
        cushion((-x, place.front + 0.02, 0.09), (x, place.back + 0.15, top - 0.13), 0.12),
    ]
    legs = [_leg(sx * x, y, 0.12, 0.04) for sx in (-1, 1) for y in (place.front + 0.06, place.back + 0.12)]
    return (
        joined(soft).surface("armchair", things.fabric(rng), Material.CLOTH),
        joined(legs).surface("legs", things.veneer(rng)),
    )


def _rod(start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], radius: float) -> Mesh:
    """A round rod between two points."""
    along = end - start
    length = float(np.linalg.norm(along))
    z = along / length
    x = np.cross(z, [0.0, 1.0, 0.0])
    x /= np.linalg.norm(x)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([x, np.cross(z, x), z], 1)
    matrix[:3, 3] = start
    return lathe([(radius, 0.0), (radius, length)], 10).transformed(matrix)


def phone(rng: np.random.Generator, held: npt.NDArray[np.float64]) -> tuple[Surface, ...]:
    """A phone of 72 x 150 x 8 mm where `held` (4, 4) says: origin its middle, x across, y up, z out of the screen."""
    body = prism(rounded(0.072, 0.15, 0.011), -0.004, 0.0035)
    screen = prism(rounded(0.068, 0.146, 0.009), 0.0035, 0.004)
    bump = prism(rounded(0.03, 0.034, 0.008, (0.017, 0.052)), -0.0062, -0.004)
    eyes = [prism(rounded(0.011, 0.011, 0.0054, (0.017, y)), -0.0075, -0.0062) for y in (0.044, 0.06)]
    case = things.solid(pick(rng, "1f2022 2b2d30 e9e7e2 c9ccce 24405c b5838f 7f9a86 d8c3ba"))
    black = things.solid(rgb("101113"))
    return (
        body.transformed(held).surface("phone", case, Material.GLOSSY),
        bump.transformed(held).surface("phone", case, Material.GLOSSY),
        joined([screen, *eyes]).transformed(held).surface("phone glass", black, Material.GLASS),
    )


def mirror_frame(rng: np.random.Generator, distance: float) -> tuple[Surface, ...]:
    """The mirror at y = -`distance`, seen from behind it: the frame and the wall on which it hangs, with a hole where
    the mirror shows the room. Before `scene.mirror` turns the picture round, what is in the hole is the room itself."""
    half, low, high = rng.uniform(0.36, 0.75), rng.uniform(0.02, 0.45), rng.uniform(1.8, 2.1)
    edge, y = rng.uniform(0.015, 0.06), -distance
    tile = walls.wall(rng)
    around = [
        plate((-4, y, 0), (4 - half, 0, 0), (0, 0, 2.6), tile.size, 0.6),
        plate((half, y, 0), (4 - half, 0, 0), (0, 0, 2.6), tile.size, 0.6),
        plate((-half, y, 0), (2 * half, 0, 0), (0, 0, low), tile.size, 0.6),
        plate((-half, y, high), (2 * half, 0, 0), (0, 0, 2.6 - high), tile.size, 0.6),
    ]
    bars = [
        box((-half - edge, y - 0.025, low - edge), (-half, y, high + edge)),
        box((half, y - 0.025, low - edge), (half + edge, y, high + edge)),
        box((-half, y - 0.025, low - edge), (half, y, low)),
        box((-half, y - 0.025, high), (half, y, high + edge)),
    ]
    frame = things.solid(pick(rng, "1f1f1f f2f0ea 8a6642 c9a860 c9a57a b9b9b7"))
    return (
        joined(around).surface("mirror wall", tile.texture, tags=("backdrop",)),
        joined(bars).surface("mirror frame", frame, Material.GLOSSY),
    )
