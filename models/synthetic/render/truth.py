"""What is seen of the main person in a picture: exact, in the centres of its pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from models.pose.landmarks import Joint
from models.synthetic.geometry import Points
from models.synthetic.render.gbuffer import GBuffer, directions_in_view
from models.synthetic.surface import Surface

Bytes = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

MAIN = 1  # `Surface.person` of the main person

# How far before a joint's centre the skin lies at most, metres: half the thickness of a heavy body's limb there. What
# covers a joint from further away is another limb.
_DEPTH = {
    **dict.fromkeys(range(Joint.NOSE, Joint.LEFT_SHOULDER), 0.03),
    Joint.LEFT_SHOULDER: 0.11,
    Joint.LEFT_ELBOW: 0.07,
    Joint.LEFT_WRIST: 0.05,
    Joint.LEFT_PINKY: 0.03,
    Joint.LEFT_INDEX: 0.03,
    Joint.LEFT_THUMB: 0.03,
    Joint.LEFT_HIP: 0.22,
    Joint.LEFT_KNEE: 0.11,
    Joint.LEFT_ANKLE: 0.08,
    Joint.LEFT_HEEL: 0.07,
    Joint.LEFT_FOOT: 0.06,
}
# Clothes do not hide a joint under them: a floor-length skirt hangs so far before a knee or an ankle. The face's
# landmarks are hidden under hair.
_CLOTH, _FACE_COVER = 0.25, 0.01


@dataclass(frozen=True, eq=False)
class Seen:
    """What a picture shows of the main person; other people and things are background here.

    `uv` is that of the garment, origin at its texture's lower left; `inside` says that the cloth's back is seen (into a
    collar, under a hem).
    """

    labels: Bytes  # (H, W) LIP
    alpha: Float  # (H, W) 0..1: how much of the pixel the person covers
    others: Float  # (H, W) 0..1: how much of it other people cover
    depth: Float  # (H, W) metres along the view, of everything; 0 where nothing is
    normals: Float  # (H, W, 3) unit, of everything, in the camera's axes: right, down, away; 0 where nothing is
    garment: Bytes  # (H, W) which of the garments, 1 the first; 0 none
    uv: Float  # (H, W, 2) 0..1; 0 where no garment is
    inside: npt.NDArray[np.bool_]  # (H, W)


def seen(buffer: GBuffer, garments: Sequence[Surface]) -> Seen:
    """What is seen in a buffer that was drawn with `fine(camera)`. `garments` are surfaces of the buffer.

    Raises:
        ValueError: a garment was not drawn.
    """
    exact = buffer.centres()
    persons = np.array([surface.person for surface in buffer.surfaces], np.uint8)
    numbers = _numbers(buffer.surfaces, garments)
    main = exact.persons == MAIN
    garment = np.asarray(numbers[exact.surface], np.uint8)
    garment[exact.surface < 0] = 0
    labels = np.asarray(exact.of_triangles(exact.soup.labels), np.uint8)
    depth = np.where(np.isfinite(exact.depth), exact.depth, np.float32(0))
    return Seen(
        labels=labels * main,
        alpha=_coverage(buffer.surface, persons == MAIN),
        others=_coverage(buffer.surface, persons > MAIN),
        depth=depth,
        normals=directions_in_view(exact.normals, exact.camera),
        garment=garment,
        uv=wrapped(exact.uv) * (garment > 0)[..., None],
        inside=(garment > 0) & ~exact.outside,
    )


def wrapped(uv: Float) -> Float:
    """Texture coordinates in 0..1, as textures repeat; 1 stays 1."""
    beyond = (uv < 0) | (uv > 1)
    return np.where(beyond, uv - np.floor(uv), uv) if beyond.any() else uv


def _numbers(surfaces: Sequence[Surface], garments: Sequence[Surface]) -> npt.NDArray[np.uint8]:
    """For each surface which of the garments it is, from 1; 0 if none."""
    numbers = np.zeros(max(len(surfaces), 1), np.uint8)
    for number, garment in enumerate(garments, 1):
        places = [place for place, surface in enumerate(surfaces) if surface is garment]
        if not places:
            raise ValueError(f"{garment.name} is not among the surfaces that were drawn")
        numbers[places] = number
    return numbers


def keypoints(landmarks: Points, picture: GBuffer, bare: GBuffer) -> Float:
    """The 33 landmarks (33, 3) in a picture: x, y in pixels, and 1 where seen, 0 where hidden or out of the frame.

    `picture` is what is seen in the pixels' centres, `bare` the same view of the unclothed body alone. A joint is seen
    unless the person's own limbs, hair (for the face), other people or things are before it; clothes do not hide it.
    """
    found = picture.camera.project(landmarks)
    height, width = picture.depth.shape
    for index, (x, y, depth) in enumerate(found):
        column, row = int(np.floor(x)), int(np.floor(y))
        if depth <= 0 or not (0 <= column < width and 0 <= row < height):
            found[index, 2] = 0
            continue
        # A thin limb's landmark may be drawn beside it by up to a pixel.
        near = slice(max(row - 1, 0), row + 2), slice(max(column - 1, 0), column + 2)
        skin = depth - _DEPTH[_left(index)]
        cover = skin - (_FACE_COVER if index < Joint.LEFT_SHOULDER else _CLOTH)
        own = np.isfinite(bare.depth[near]) & (bare.depth[near] >= skin)
        found[index, 2] = (own & (picture.persons[near] == MAIN) & (picture.depth[near] >= cover)).any()
    return found.astype(np.float32)


def _left(index: int) -> int:
    """The left counterpart of a landmark of the body; those of the face are all alike."""
    return index if index < Joint.LEFT_SHOULDER or index % 2 == 1 else index - 1


@numba.njit(cache=True)
def _coverage(surface: npt.NDArray[np.int16], counts: npt.NDArray[np.bool_]) -> Float:
    """The share of a fine buffer's samples that show surfaces that count, as `gbuffer.smooth`."""
    height, width = surface.shape[0] // 2, surface.shape[1] // 2
    share = np.zeros((height, width), np.float32)
    for row in range(height):
        for column in range(width):
            total = 0
            for i in range(3):
                for j in range(3):
                    number = surface[2 * row + i, 2 * column + j]
                    if number >= 0 and counts[number]:
                        total += (1 + (i == 1)) * (1 + (j == 1))
            share[row, column] = np.float32(total / 16)
    return share
