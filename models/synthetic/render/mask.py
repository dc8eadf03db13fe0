"""The agnostic mask's truth: what of picture A may change when B is put on."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numba
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.synthetic.render.gbuffer import GBuffer
from models.synthetic.render.truth import MAIN
from models.synthetic.surface import Layer, Surface

Mask = npt.NDArray[np.bool_]

# Room around what changes, metres: the garments' shadows on what is beside them, as in `models.tryon.mask`.
ROOM = 0.03
# Depths of the same point in two drawings are the same to rounding, in float32 6e-8 of it; a share of 2e-6 is 0.01 mm
# at 5 m, while the thinnest cloth lies a millimetre off the skin.
_SAME_DEPTH = 2e-6

_KEPT = (Lip.HAT, Lip.HAIR, Lip.GLOVE, Lip.SUNGLASSES, Lip.LEFT_SHOE, Lip.RIGHT_SHOE)


def agnostic_truth(
    a: GBuffer, b: GBuffer, worn: Sequence[Surface], coming: Sequence[Surface], room: float = ROOM
) -> Mask:
    """What may change (H, W), from buffers that were drawn with `fine(camera)` of the person in A and in B.

    It holds the garments of A that are taken off (`worn`, surfaces of `a`), those that are put on (`coming`, surfaces
    of `b`), whatever else differs between the two, and `room` metres around. Hands, face, hair and shoes, and other
    people are kept, but for pixels that differ: a long sleeve may end on the hand. Gaps narrower than four times the
    room, as between arm and waist, are closed: nothing in them tells where the old garment ended.
    """
    differs, changed = _changes(*_samples(a, b, worn, coming))
    radius = _pixels(a, room)
    if radius > 0:
        # Grown twice and shrunk once is grown once, with the gaps closed.
        grown = _distance(~changed) <= 2 * radius
        changed = _distance(grown) > radius
    return np.asarray((changed & ~_kept(a.centres()) & ~_kept(b.centres())) | differs, bool)


def _kept(exact: GBuffer) -> Mask:
    """Hands, face, hair and shoes of the person, and other people (H, W)."""
    soup = exact.soup
    over = (soup.layers == Layer.OVER) | np.isin(soup.labels, _KEPT)
    return np.asarray(exact.of_triangles((over & (soup.persons == MAIN)) | (soup.persons > MAIN)), bool)


def _distance(where: Mask) -> npt.NDArray[np.float32]:
    """Distance (H, W) in pixels to the nearest pixel that is not in the mask; far away if all are."""
    if where.all():
        return np.full(where.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(where.view(np.uint8), cv2.DIST_L2, 5), np.float32)


def _pixels(buffer: GBuffer, metres: float) -> int:
    """How many of the final picture's pixels so many metres are at the person's median depth."""
    depths = buffer.depth[1::2, 1::2][buffer.centres().persons == MAIN]
    if not len(depths):
        return 0
    return round(metres * 0.5 * buffer.camera.focal / float(np.median(depths)))


class _Samples(NamedTuple):
    """What tells whether two samples show the same. Of each of the surfaces `things` (S,) is a number in both drawings,
    `changing` (S,) whether it is taken off or put on."""

    surface: npt.NDArray[np.int16]
    depth: npt.NDArray[np.float32]
    things: npt.NDArray[np.int64]
    changing: Mask


def _samples(a: GBuffer, b: GBuffer, worn: Sequence[Surface], coming: Sequence[Surface]) -> tuple[_Samples, _Samples]:
    textures: dict[int, int] = {}
    found = []
    for buffer, garments in ((a, worn), (b, coming)):
        # Things are told apart by their textures.
        things = [textures.setdefault(id(surface.texture), len(textures)) for surface in buffer.surfaces]
        changing = [any(surface is garment for garment in garments) for surface in buffer.surfaces]
        found.append(_Samples(buffer.surface, buffer.depth, np.array(things, np.int64), np.array(changing, bool)))
    return found[0], found[1]


@numba.njit(cache=True)
def _changes(a: _Samples, b: _Samples) -> tuple[Mask, Mask]:
    """Pixels (H, W) of whose nine samples one does not show the same point of the same thing in both, and those where
    moreover one shows what changes."""
    height, width = a.surface.shape[0] // 2, a.surface.shape[1] // 2
    differs, changed = np.zeros((height, width), np.bool_), np.zeros((height, width), np.bool_)
    for row in range(a.surface.shape[0]):
        for column in range(a.surface.shape[1]):
            i, j = a.surface[row, column], b.surface[row, column]
            if i < 0 and j < 0:
                continue
            differs_here = (
                i < 0
                or j < 0
                or a.things[i] != b.things[j]
                or abs(a.depth[row, column] - b.depth[row, column]) > _SAME_DEPTH * a.depth[row, column]
            )
            changed_here = differs_here or a.changing[i] or b.changing[j]
            if changed_here:
                # A sample at an edge or a corner belongs to two or four pixels.
                for y in range(max((row - 1) // 2, 0), min(row // 2 + 1, height)):
                    for x in range(max((column - 1) // 2, 0), min(column // 2 + 1, width)):
                        changed[y, x] = True
                        differs[y, x] |= differs_here
    return differs, changed
