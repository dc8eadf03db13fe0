"""Rooms: walls, a floor, and furniture along the walls."""

from collections.abc import Callable

import numpy as np

from models.synthetic.scene import furniture, openings
from models.synthetic.scene.backdrop import Backdrop, Lighting, LightKind, Place
from models.synthetic.scene.furniture import Piece
from models.synthetic.scene.shapes import joined, plate, swept
from models.synthetic.scene.textures import floors, things, walls
from models.synthetic.scene.textures.tile import Colour, Tile, pick
from models.synthetic.surface import Material, Surface

_CEILING = 2.55
# How far behind the camera a room goes on.
_BEHIND = 6.0

Maker = Callable[[np.random.Generator], Piece]
_ALONG_THE_WALL: tuple[tuple[Maker, float], ...] = (
    (furniture.wardrobe, 0.13),
    (furniture.bookshelf, 0.15),
    (furniture.sofa, 0.12),
    (furniture.sideboard, 0.15),
    (furniture.floor_lamp, 0.07),
    (furniture.plant, 0.13),
    (openings.door, 0.1),
    (openings.window, 0.15),
)


def room(rng: np.random.Generator, colour: Colour | None = None, *, sparse: bool | None = None) -> Backdrop:
    """A living room, bedroom or hall. `sparse`: with hardly anything in it; `colour` of the wall, sRGB 0..1."""
    bare = bool(rng.random() < 0.25) if sparse is None else sparse
    back, left, right = rng.uniform(1.5, 2.8), -rng.uniform(1.5, 3.0), rng.uniform(1.5, 3.0)
    if bare:
        back = rng.uniform(0.85, 1.6)
    covering, floor = walls.wall(rng, colour), floors.indoor(rng)
    surfaces = _shell(rng, (left, right, back), covering, floor)
    has_window = False
    if bare:
        surfaces += furniture.picture(rng).at(rng.uniform(-1.2, 1.2), back, z=1.55) if rng.random() < 0.5 else ()
    else:
        surfaces += _furnished(rng, left, right, back)
    if rng.random() < 0.6:
        has_window = True
        side = float(rng.choice([-1.0, 1.0]))
        window = openings.window(rng)
        surfaces += window.at(left if side < 0 else right, rng.uniform(-1.2, 0.2), -90 * -side)
    if rng.random() < 0.35:
        surfaces.append(_rug(rng))
    return Backdrop(
        "room", Place.ROOM, tuple(surfaces), _lighting(rng, has_window), depth=back - (0.3 if bare else 0.9)
    )


def _shell(
    rng: np.random.Generator, walls_at: tuple[float, float, float], covering: Tile, floor: Tile
) -> list[Surface]:
    """Walls at x = left, x = right and y = back, floor, ceiling and skirting."""
    left, right, back = walls_at
    across, height = right - left, _CEILING
    sheets = [
        plate((left, back, 0), (across, 0, 0), (0, 0, height), covering.size, 0.6),
        plate((left, -_BEHIND, 0), (0, back + _BEHIND, 0), (0, 0, height), covering.size, 0.6),
        plate((right, back, 0), (0, -back - _BEHIND, 0), (0, 0, height), covering.size, 0.6),
    ]
    ground = plate((left, -_BEHIND, 0), (across, 0, 0), (0, back + _BEHIND, 0), floor.size, 0.6)
    ceiling = plate((left, back, height), (across, 0, 0), (0, -back - _BEHIND, 0), None, 0.6)
    tall = rng.uniform(0.05, 0.12)
    profile = np.array([[0.0, tall], [0.008, tall - 0.004], [0.014, tall * 0.7], [0.014, 0.0]])
    skirting = joined(
        [
            swept(profile, (left, back, 0), (across, 0, 0), (0, 0, 1)),
            swept(profile, (left, -_BEHIND, 0), (0, back + _BEHIND, 0), (0, 0, 1)),
            swept(profile, (right, back, 0), (0, -back - _BEHIND, 0), (0, 0, 1)),
        ]
    )
    shiny = Material.GLOSSY if rng.random() < 0.4 else Material.MATTE
    return [
        joined(sheets).surface("wall", covering.texture, tags=("backdrop",)),
        ground.surface("floor", floor.texture, shiny, tags=("backdrop", "floor")),
        ceiling.surface("ceiling", things.solid(pick(rng, "f4f3ef f4f3ef ecebe6")), tags=("backdrop",)),
        skirting.surface("skirting", things.solid(pick(rng, "f4f3ef f4f3ef d8d5cd 8a6642")), tags=("backdrop",)),
    ]


def _furnished(rng: np.random.Generator, left: float, right: float, back: float) -> list[Surface]:
    """Pieces along the back wall from left to right, pictures above what is low."""
    surfaces: list[Surface] = []
    x = left + rng.uniform(0.0, 0.4)
    shares = np.array([share for _, share in _ALONG_THE_WALL])
    used: set[Maker] = set()
    while x < right - 0.5:
        maker = _ALONG_THE_WALL[int(rng.choice(len(shares), p=shares / shares.sum()))][0]
        piece = maker(rng)
        x += 0.05
        if maker in used or x + piece.width > right - 0.05:
            x += 0.35
            continue
        used.add(maker)
        middle = x + piece.width / 2
        surfaces += piece.at(middle, back - 0.015)
        if maker in (furniture.sofa, furniture.sideboard) and rng.random() < 0.8:
            surfaces += furniture.picture(rng).at(middle + rng.uniform(-0.2, 0.2), back, z=rng.uniform(1.45, 1.7))
        if maker is openings.window and rng.random() < 0.5:
            surfaces += furniture.radiator(rng).at(middle, back)
        x += piece.width + rng.choice([0.05, 0.15, 0.5])
    return surfaces


def _rug(rng: np.random.Generator) -> Surface:
    tile = floors.carpet(rng)
    width, depth = rng.uniform(1.4, 2.4), rng.uniform(1.0, 1.6)
    sheet = plate((-width / 2, -depth / 2, 0.002), (width, 0, 0), (0, depth, 0), tile.size)
    return sheet.moved((rng.uniform(-0.4, 0.4), 0, 0), rng.uniform(-8, 8)).surface(
        "rug", tile.texture, tags=("backdrop", "floor")
    )


def _lighting(rng: np.random.Generator, has_window: bool) -> Lighting:
    side = float(rng.choice([-1.0, 1.0]))
    kinds = (LightKind.WINDOW, LightKind.CEILING, LightKind.LAMP)
    kind = kinds[int(rng.choice(3, p=[0.65, 0.25, 0.1] if has_window else [0.4, 0.45, 0.15]))]
    if kind is LightKind.WINDOW:
        return Lighting(kind, unit(side, rng.uniform(-1.3, -0.3), rng.uniform(0.1, 0.6)), 22, 0.6, 6000, 4800)
    if kind is LightKind.CEILING:
        return Lighting(kind, unit(side * 0.3, rng.uniform(-1.0, 0.0), 1.4), 15, 0.55, rng.uniform(2900, 4500), 3800)
    return Lighting(kind, unit(side, rng.uniform(-0.8, 0.3), 0.3), 8, 0.7, rng.uniform(2500, 3000), 3000)


def unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    """A direction of length 1."""
    length = float(np.sqrt(x * x + y * y + z * z))
    return x / length, y / length, z / length
