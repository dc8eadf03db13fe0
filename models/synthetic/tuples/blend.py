"""A backdrop in the colour of the clothes before it, as the camera sees both."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.render.develop import to_linear, to_srgb
from models.synthetic.render.truth import seen
from models.synthetic.scene.backdrop import Backdrop
from models.synthetic.surface import Surface
from models.synthetic.tuples.photos import Darkroom

# The trial picture's size: a share that leaves a sleeve ten pixels wide at 512 rows.
_SMALL = 4
# How near to the clothes the backdrop is measured, as a share of the trial's height: a hand's width.
_NEAR = 0.05
# A wall may be made so much darker or lighter: paint reflects 5 to 90 %.
_MOST = 6.0


def matched(room: Darkroom, surfaces: Sequence[Surface], garments: Sequence[Surface]) -> Backdrop:
    """The room's backdrop with its colours changed so that around the garments it comes out as they do.

    Paint of the cloth's own colour does not: a wall stands farther from the lamps, and its folds shade the cloth. So a
    small trial picture of `surfaces`, the garments among them, tells by how much to change it.
    """
    camera = room.camera
    small = replace(camera, height=max(camera.height // _SMALL, 16), width=max(camera.width // _SMALL, 16))
    trial = replace(room, camera=small)
    buffer = trial.buffer(surfaces)
    light, truth = trial.photo(surfaces, buffer), seen(buffer, garments)
    clothes = truth.garment > 0
    reach = 2 * max(1, round(_NEAR * small.height)) + 1
    around = cv2.dilate(clothes.astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    behind = around & (truth.alpha == 0) & (truth.others == 0)
    if not clothes.any() or not behind.any():
        return room.backdrop
    wanted, found = np.median(light[clothes], axis=0), np.median(light[behind], axis=0)
    gains = np.clip(wanted / np.maximum(found, 1e-3), 1 / _MOST, _MOST)
    painted = tuple(replace(each, texture=_scaled(each.texture, gains)) for each in room.backdrop.surfaces)
    return replace(room.backdrop, surfaces=painted)


def _scaled(texture: npt.NDArray[np.uint8], gains: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """An sRGB texture that reflects `gains` (3,) times as much."""
    values = to_linear(np.arange(256) / 255)
    tables = [np.rint(to_srgb(values * gain) * 255).astype(np.uint8) for gain in gains]
    scaled = texture.copy()
    for channel, table in enumerate(tables):
        scaled[..., channel] = table[texture[..., channel]]
    return scaled
