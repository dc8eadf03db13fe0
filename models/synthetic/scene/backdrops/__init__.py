"""Places where photos are taken."""

import numpy as np

from models.synthetic.scene.backdrop import Backdrop, Place
from models.synthetic.scene.backdrops.room import room
from models.synthetic.scene.backdrops.street import street
from models.synthetic.scene.backdrops.studio import studio
from models.synthetic.scene.textures.tile import Colour

_MAKERS = {Place.STUDIO: studio, Place.ROOM: room, Place.STREET: street}


def sample_backdrop(rng: np.random.Generator, place: Place | None = None, colour: Colour | None = None) -> Backdrop:
    """A place; of any kind if none is named. `colour` (3,), sRGB 0..1: what most of the background shall look like,
    for clothes that blend with it."""
    if place is None:
        place = list(_MAKERS)[int(rng.choice(len(_MAKERS), p=[0.2, 0.45, 0.35]))]
    return _MAKERS[place](rng, colour)
