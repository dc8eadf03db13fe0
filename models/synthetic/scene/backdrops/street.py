"""Outdoors: a street before house fronts, a garden, a square with the sky behind it."""

import numpy as np

from models.synthetic.scene import outdoors
from models.synthetic.scene.backdrop import Backdrop, Lighting, LightKind, Place
from models.synthetic.scene.backdrops.room import unit
from models.synthetic.scene.shapes import box, joined, plate
from models.synthetic.scene.textures import facade, floors, walls
from models.synthetic.scene.textures.sky import sky
from models.synthetic.scene.textures.tile import Colour, Tile
from models.synthetic.surface import Surface

_FAR = 40.0


def street(rng: np.random.Generator, colour: Colour | None = None) -> Backdrop:
    """A place outdoors; `colour` of what is behind the person, sRGB 0..1."""
    makers = (_before_houses, _before_wall, _garden, _square)
    # What the whole background shall be one colour of is best a wall.
    number = int(rng.choice(4, p=[0.4, 0.2, 0.25, 0.15] if colour is None else [0.3, 0.7, 0.0, 0.0]))
    light = _lighting(rng)
    surfaces = [*makers[number](rng, colour), _sky(rng, light)]
    return Backdrop("street", Place.STREET, tuple(surfaces), light)


def _ground(tile: Tile, near: float, far: float, z: float = 0.0) -> Surface:
    sheet = plate((-14, near, z), (28, 0, 0), (0, far - near, 0), tile.size, 1.5)
    return sheet.surface("ground", tile.texture, tags=("backdrop", "floor"))


def _sky(rng: np.random.Generator, light: Lighting) -> Surface:
    sheet = plate((-60, _FAR, -2), (120, 0, 0), (0, 0, 45))
    picture = sky(rng, clear=light.kind is LightKind.SUN)
    if light.kind is LightKind.EVENING:
        picture = (picture // 5 + np.array([4, 6, 14], np.uint8)).astype(np.uint8)
    return sheet.surface("sky", picture, tags=("backdrop", "emitter", "sky"))


def _before_houses(rng: np.random.Generator, colour: Colour | None) -> list[Surface]:
    """A pavement before fronts; now and then with the road and parked cars between."""
    road = rng.random() < 0.5 and colour is None
    front = rng.uniform(6.5, 9.0) if road else rng.uniform(1.6, 4.0)
    kerb = rng.uniform(1.3, 2.0)
    pavement = floors.paving(rng) if rng.random() < 0.5 else floors.outdoor(rng)
    surfaces = []
    if road:
        surfaces += [_ground(pavement, -8, kerb), _ground(floors.asphalt(rng), kerb, front - 1.5, -0.12)]
        surfaces.append(_ground(pavement, front - 1.5, front + 0.2))
        edge = joined([box((-14, kerb - 0.15, -0.12), (14, kerb, 0.004), (1.0, 0.3))])
        surfaces.append(edge.surface("kerb", walls.concrete(rng).texture, tags=("backdrop",)))
        x = rng.uniform(-6, -3)
        while x < 6:
            if rng.random() < 0.7:
                surfaces += outdoors.car(rng).at(x, front - 1.7, z=-0.12)
            x += rng.uniform(4.8, 6.0)
    else:
        surfaces.append(_ground(pavement, -8, front + 0.2))
    shift = rng.uniform(-facade.WIDTH / 2, facade.WIDTH / 2)
    for number in range(-1, 2):
        left = shift + (number - 0.5) * facade.WIDTH
        sheet = plate((left, front, 0), (facade.WIDTH, 0, 0), (0, 0, facade.HEIGHT), None, 1.2)
        surfaces.append(sheet.surface("facade", facade.facade(rng, colour), tags=("backdrop",)))
    surfaces += _clutter(rng, 1.1 if road else front - 0.6)
    return surfaces


def _clutter(rng: np.random.Generator, y: float) -> list[Surface]:
    surfaces: list[Surface] = []
    for side in (-1.0, 1.0):
        if rng.random() < 0.5:
            maker = (outdoors.lamp_post, outdoors.planter, outdoors.planter)[int(rng.integers(3))]
            surfaces += maker(rng).at(side * rng.uniform(1.2, 2.6), max(1.2, y))
    return surfaces


def _before_wall(rng: np.random.Generator, colour: Colour | None) -> list[Surface]:
    """Right before a wall of brick, concrete or plaster."""
    back, height = rng.uniform(0.9, 1.8), rng.choice([2.2, 6.0])
    kinds = (walls.brick, walls.concrete, walls.paint, walls.panelling)
    tile = kinds[int(rng.choice(4, p=[0.4, 0.3, 0.2, 0.1]))](rng, colour)
    sheet = plate((-14, back, 0), (28, 0, 0), (0, 0, height), tile.size, 1.2)
    surfaces = [_ground(floors.outdoor(rng), -8, back + 0.1), sheet.surface("wall", tile.texture, tags=("backdrop",))]
    if height < 3:
        cope = box((-14, back - 0.04, height), (14, back + 0.3, height + 0.08))
        surfaces.append(cope.surface("coping", walls.concrete(rng).texture, tags=("backdrop",)))
        surfaces.append(_ground(floors.grass(rng), back + 0.1, _FAR))
        for _ in range(int(rng.integers(1, 4))):
            surfaces += outdoors.tree(rng).at(rng.uniform(-4, 4), rng.uniform(4, 7))
    return surfaces


def _garden(rng: np.random.Generator, _colour: Colour | None) -> list[Surface]:
    """Grass or a path before a hedge or a fence, trees behind."""
    back = rng.uniform(2.2, 6.0)
    path = floors.gravel(rng) if rng.random() < 0.3 else floors.grass(rng)
    surfaces = [_ground(path, -8, back - 0.2), _ground(floors.grass(rng), back - 0.2, _FAR, -0.01)]
    if rng.random() < 0.7:
        surfaces += outdoors.hedge(rng, 18.0, rng.uniform(1.0, 2.6)).at(0, back)
    else:
        surfaces += outdoors.fence(rng, 18.0).at(0, back)
    for _ in range(int(rng.integers(4, 9))):
        surfaces += outdoors.tree(rng).at(rng.uniform(-7, 7), back + rng.uniform(1.2, 7))
    return surfaces


def _square(rng: np.random.Generator, colour: Colour | None) -> list[Surface]:
    """An open place with houses and trees far behind."""
    surfaces = [_ground(floors.outdoor(rng), -8, _FAR)]
    far = rng.uniform(14, 24)
    for number in range(-2, 3):
        left, scale = (number - 0.5) * 13 + rng.uniform(-0.5, 0.5), rng.uniform(1.0, 1.4)
        sheet = plate((left, far, 0), (12.8, 0, 0), (0, 0, facade.HEIGHT * scale), None, 3.0)
        surfaces.append(sheet.surface("facade", facade.facade(rng, colour), tags=("backdrop",)))
    for _ in range(int(rng.integers(2, 6))):
        surfaces += outdoors.tree(rng).at(rng.uniform(-8, 8), rng.uniform(6, far - 1))
    return surfaces


def _lighting(rng: np.random.Generator) -> Lighting:
    kinds = (LightKind.OVERCAST, LightKind.SUN, LightKind.EVENING)
    kind = kinds[int(rng.choice(3, p=[0.5, 0.4, 0.1]))]
    side = float(rng.choice([-1.0, 1.0]))
    if kind is LightKind.SUN:
        key = unit(side * rng.uniform(0.3, 1.0), rng.uniform(-1.0, 0.5), rng.uniform(0.5, 1.4))
        return Lighting(kind, key, 0.27, rng.uniform(0.6, 0.8), 5300, 8000)
    if kind is LightKind.OVERCAST:
        return Lighting(kind, unit(0.0, -0.3, 1.0), 90, 0.3, 6800, 6800)
    return Lighting(kind, unit(side, -0.4, 0.9), 6, 0.55, rng.uniform(2400, 3200), 9000)
