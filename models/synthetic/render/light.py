"""Light: an environment that is everywhere around, and lamps that throw shadows.

Units: a white card (albedo 1) under an irradiance of pi has radiance 1. Every light that `sample_lighting` makes gives
a card that stands where the subject does and looks at the camera about that much, as a photographer would expose.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Colour = tuple[float, float, float]  # linear sRGB
Vector = tuple[float, float, float]
Radiance = npt.NDArray[np.float32]

ENVIRONMENT_ROWS, ENVIRONMENT_COLUMNS = 16, 32
SUBJECT = (0.0, 0.0, 1.1)  # where irradiances are stated: the chest of a person at the origin


class LightKind(StrEnum):
    """Where a picture is taken."""

    STUDIO = "studio"
    ROOM = "room"
    STREET = "street"
    OVERCAST = "overcast"
    EVENING = "evening"
    FLASH = "flash"
    PRODUCT = "product"


@dataclass(frozen=True)
class Lamp:
    """A round light: the sun, a window, a softbox, a flash.

    `towards` points from the subject to it; `distance` in metres, infinite for the sun; `size` is the half angle it
    fills, seen from the subject, in degrees (0.3 the sun, 4 a ceiling lamp, 20 a softbox, 30 a window);
    `irradiance` is what it gives a surface at the subject that faces it.
    """

    towards: Vector  # unit
    distance: float
    size: float
    irradiance: Colour


@dataclass(frozen=True, eq=False)
class Lighting:
    """All light of a scene.

    `environment` (ENVIRONMENT_ROWS, ENVIRONMENT_COLUMNS, 3) is radiance by direction: row 0 is around the zenith (+z),
    the last around the nadir (the ground's own light), column c looks to (cos a, sin a, 0) with
    a = 2 pi (c + 0.5) / columns. `exposure` multiplies what the sensor gets; `white` are the camera's gains.
    """

    kind: LightKind
    environment: Radiance
    lamps: tuple[Lamp, ...]
    exposure: float = 1.0
    white: Colour = (1.0, 1.0, 1.0)

    def exposed(self, factor: float) -> "Lighting":
        """The same light with the shutter open `factor` times as long."""
        return replace(self, exposure=self.exposure * factor)
