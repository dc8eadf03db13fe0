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
# Depths and texture coordinates of the same point in two drawings are the same to rounding; in float32 at 10 m that is
# 1e-6 m, while the thinnest cloth lies a millimetre off the skin.
_SAME_DEPTH, _SAME_UV = 1e-5, 1e-5

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
    differs = _any(_different(a, b))
    changed = differs | _any(_shows(a, worn) | _shows(b, coming))
    radius = _pixels(a, room)
    if radius > 0:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        # Dilated twice and eroded once is dilated once with the gaps closed.
        twice = cv2.dilate(cv2.dilate(changed.view(np.uint8), disc), disc)
        changed = cv2.erode(twice, disc, borderType=cv2.BORDER_CONSTANT, borderValue=1).astype(bool)
    return np.asarray((changed & ~_kept(a.centres()) & ~_kept(b.centres())) | differs, bool)


def _kept(exact: GBuffer) -> Mask:
    """Hands, face, hair and shoes of the person, and other people (H, W)."""
    soup = exact.soup
    over = (soup.layers == Layer.OVER) | np.isin(soup.labels, _KEPT)
    return np.asarray(exact.of_triangles((over & (soup.persons == MAIN)) | (soup.persons > MAIN)), bool)


def _shows(buffer: GBuffer, garments: Sequence[Surface]) -> Mask:
    chosen = np.array([any(surface is garment for garment in garments) for surface in buffer.surfaces], bool)
    return np.asarray(_lookup(buffer.surface, chosen), bool)


def _pixels(buffer: GBuffer, metres: float) -> int:
    """How many of the final picture's pixels so many metres are at the person's median depth."""
    depths = buffer.depth[1::2, 1::2][buffer.centres().persons == MAIN]
    if not len(depths):
        return 0
    return round(metres * 0.5 * buffer.camera.focal / float(np.median(depths)))


class _Samples(NamedTuple):
    """What tells whether two samples show the same; `things` (S,) are the surfaces' numbers in both drawings."""

    surface: npt.NDArray[np.int16]
    things: npt.NDArray[np.int64]
    depth: npt.NDArray[np.float32]
    uv: npt.NDArray[np.float32]


def _samples(buffer: GBuffer, textures: dict[int, int]) -> _Samples:
    """Things are told apart by their `textures`, which get numbers here."""
    things = [textures.setdefault(id(surface.texture), len(textures)) for surface in buffer.surfaces]
    return _Samples(buffer.surface, np.array(things, np.int64), buffer.depth, buffer.uv)


def _different(a: GBuffer, b: GBuffer) -> Mask:
    """Samples that do not show the same point of the same thing."""
    textures: dict[int, int] = {}
    first, second = _samples(a, textures), _samples(b, textures)
    return np.asarray(_compare(first, second), bool)


@numba.njit(cache=True)
def _compare(a: _Samples, b: _Samples) -> Mask:
    differs = np.zeros(a.surface.shape, np.bool_)
    for row in range(differs.shape[0]):
        for column in range(differs.shape[1]):
            i, j = a.surface[row, column], b.surface[row, column]
            if i < 0 and j < 0:
                continue
            differs[row, column] = (
                i < 0
                or j < 0
                or a.things[i] != b.things[j]
                or abs(a.depth[row, column] - b.depth[row, column]) > _SAME_DEPTH
                or abs(a.uv[row, column, 0] - b.uv[row, column, 0]) > _SAME_UV
                or abs(a.uv[row, column, 1] - b.uv[row, column, 1]) > _SAME_UV
            )
    return differs


@numba.njit(cache=True)
def _lookup(surface: npt.NDArray[np.int16], chosen: Mask) -> Mask:
    found = np.zeros(surface.shape, np.bool_)
    for row in range(surface.shape[0]):
        for column in range(surface.shape[1]):
            number = surface[row, column]
            found[row, column] = number >= 0 and chosen[number]
    return found


@numba.njit(cache=True)
def _any(samples: Mask) -> Mask:
    """Pixels (H, W) of whose nine samples (2 H + 1, 2 W + 1) one is true."""
    height, width = samples.shape[0] // 2, samples.shape[1] // 2
    found = np.zeros((height, width), np.bool_)
    for row in range(height):
        for column in range(width):
            for i in range(2 * row, 2 * row + 3):
                for j in range(2 * column, 2 * column + 3):
                    if samples[i, j]:
                        found[row, column] = True
    return found
