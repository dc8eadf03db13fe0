"""A dressed body without textures, hair or folds, for the tests of the truth."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from models.synthetic.body.basis import basis
from models.synthetic.body.labels import skin_labels, skin_layers
from models.synthetic.body.model import PosedBody, body, grounded, posed
from models.synthetic.camera import Camera
from models.synthetic.garments.catalogue import sample_garment
from models.synthetic.garments.garment import Category, Garment
from models.synthetic.geometry import rotation
from models.synthetic.render.gbuffer import smooth_normals
from models.synthetic.surface import Material, Surface, Texture, labelled

FRONT = Camera((0.0, -5.0, 0.95), (0.0, 0.0, 0.9), 24, 192, 256)
SKIN = np.full((1, 1, 3), (200, 150, 130), np.uint8)


@dataclass(frozen=True, eq=False)
class Dressed:
    """A body, and its surfaces: the skin, then the garments."""

    figure: PosedBody
    surfaces: list[Surface]


@cache
def garment(category: Category, kind: str) -> Garment:
    """One garment of a kind, the same each time."""
    return sample_garment(np.random.default_rng(3), category, (kind,))


@cache
def standing(yaw: float = 0.0, lower_arm: float = 0.0) -> PosedBody:
    """A woman, arms a little out; `lower_arm` bends both elbows by so many degrees, forwards."""
    turns: dict[str, npt.NDArray[np.float64]] = {}
    if lower_arm:
        turns = {f"lowerarm01.{side}": rotation("x", -lower_arm) for side in "LR"}
    return grounded(posed(body({"gender": 1.0, "age": 0.67}), turns), yaw)


def skin_of(figure: PosedBody) -> Surface:
    """All of the skin."""
    triangles, uv_triangles = basis().parts["body"]
    return Surface(
        "skin",
        figure.vertices,
        triangles,
        basis().uv,
        uv_triangles,
        SKIN,
        skin_labels(),
        skin_layers(),
        Material.SKIN,
        1,
        normals=np.asarray(smooth_normals(figure.vertices, triangles), np.float64),
    )


def worn(piece: Garment, figure: PosedBody, texture: Texture) -> Surface:
    """The garment where the body carries it."""
    labels, layers = labelled(len(piece.triangles), piece.label, piece.layer)
    return Surface(
        piece.name,
        piece.carried(figure),
        piece.triangles,
        piece.uv,
        piece.uv_triangles,
        texture,
        labels,
        layers,
        Material.CLOTH,
        1,
    )


@cache
def printed(seed: int) -> Texture:
    """A print of soft blots, the same each time: the same array is the same cloth."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (24, 48, 3)).astype(np.uint8)
    import cv2

    return np.asarray(cv2.resize(small, (1024, 512), interpolation=cv2.INTER_CUBIC), np.uint8)


@cache
def wearing(*pieces: tuple[Category, str], yaw: float = 0.0, lower_arm: float = 0.0) -> Dressed:
    """The standing body in some garments, each of its own cloth."""
    figure = standing(yaw, lower_arm)
    clothes = [worn(garment(*piece), figure, printed(sum(map(ord, piece[1])))) for piece in pieces]
    return Dressed(figure, [skin_of(figure), *clothes])
