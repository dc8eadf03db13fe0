"""What is around a person: walls, floor, furniture, and what lights them."""

from dataclasses import dataclass, field
from enum import StrEnum

from models.synthetic.surface import Surface

Vector = tuple[float, float, float]


class Place(StrEnum):
    """Where a photo is taken."""

    STUDIO = "studio"
    ROOM = "room"
    STREET = "street"


class LightKind(StrEnum):
    """What the main light is."""

    SOFTBOX = "softbox"  # a large, near panel in a studio
    WINDOW = "window"  # daylight from one side of a room
    CEILING = "ceiling"  # lamps above
    LAMP = "lamp"  # one warm lamp in a dim room
    OVERCAST = "overcast"  # the whole sky
    SUN = "sun"
    EVENING = "evening"  # street lamps and shop windows
    FLASH = "flash"  # at the camera


@dataclass(frozen=True)
class Lighting:
    """How a place is lit, apart from how bright: the lens sets the exposure.

    `key` points from the person to the main light, in the world's axes, of unit length; `spread` is the light's angular
    radius in degrees (the sun 0.27, a softbox 25, an overcast sky 90). `share`, 0..1, is the part of the light on a
    surface facing the key that comes from the key; the rest comes from all around, more of it from above. The colours
    are black bodies' temperatures in kelvin.
    """

    kind: LightKind
    key: Vector
    spread: float
    share: float
    kelvin: float = 5500.0
    ambient_kelvin: float = 6000.0


@dataclass(frozen=True, eq=False)
class Backdrop:
    """A place for a person who stands at the origin and looks towards -y at a camera a few metres away.

    Nothing of it is within `clearance` metres of the origin's vertical but the floor (z = 0), nothing at all between
    origin and camera. Behind the person there is room for others as far as y = `depth`. Its surfaces have label 0,
    `Layer.BACKDROP` and person 0.
    """

    name: str
    place: Place
    surfaces: tuple[Surface, ...]
    lighting: Lighting
    clearance: float = 0.75
    depth: float = 0.8
    tags: frozenset[str] = field(default_factory=frozenset)
