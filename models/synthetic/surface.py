"""A surface to be drawn: what bodies, clothes, furniture and rooms are all turned into."""

from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt

from models.synthetic.geometry import Points, Triangles

Texture = npt.NDArray[np.uint8]  # (H, W, 3 or 4), sRGB; a fourth channel is opacity


class Layer(IntEnum):
    """What is worn over what. Where two surfaces are closer than a few millimetres to each other, the higher one is
    seen: a thin gap between skin and cloth must not decide by rounding."""

    BACKDROP = 0
    SKIN = 1
    SOCKS = 2
    SHOES = 3  # hems of trousers fall over them
    INNER = 4  # tucked in: under trousers and skirts
    LOWER = 5
    UPPER = 6
    OUTER = 7  # open jackets
    OVER = 8  # hands, head, hair: whatever lies upon clothes


class Material(StrEnum):
    """How light behaves on it."""

    SKIN = "skin"
    EYE = "eye"
    HAIR = "hair"
    CLOTH = "cloth"
    DENIM = "denim"
    KNIT = "knit"
    SILK = "silk"
    LEATHER = "leather"
    MATTE = "matte"
    GLOSSY = "glossy"
    GLASS = "glass"


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles with a texture and the truth they carry into a picture.

    `uv` (U, 2) has its origin at the texture's lower left corner, `uv_triangles` (T, 3) index it (seams have two uv at
    one vertex). `labels` is the LIP class of each triangle (T,), `layers` what it lies over (T,), `person` 0 for
    things, 1 for the main person, 2 and up for others. `name` says what the surface is: "skin", a garment's name.
    """

    name: str
    vertices: Points  # (N, 3)
    triangles: Triangles  # (T, 3)
    uv: npt.NDArray[np.float64]  # (U, 2), 0..1; beyond, the texture repeats
    uv_triangles: Triangles  # (T, 3)
    texture: Texture
    labels: npt.NDArray[np.uint8]  # (T,)
    layers: npt.NDArray[np.uint8]  # (T,)
    material: Material = Material.MATTE
    person: int = 0
    cut_out: bool = False  # the texture's opacity counts: hair, lashes
    normals: Points | None = None  # (N, 3) unit; None: from the triangles
    relief: npt.NDArray[np.float32] | None = (
        None  # (H, W) height of the cloth's fine structure, metres, tiled as `texture`
    )
    tags: frozenset[str] = field(default_factory=frozenset)

    def of_person(self, number: int) -> "Surface":
        """The same, as worn by or part of another person."""
        return replace(self, person=number)


def labelled(count: int, label: int, layer: Layer) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """`labels` and `layers` of `count` triangles that are all the same."""
    return np.full(count, label, np.uint8), np.full(count, layer, np.uint8)
