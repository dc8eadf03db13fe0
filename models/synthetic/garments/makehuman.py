"""MakeHuman's clothes (CC0) as garments: meshes bound to the base mesh, worn with textures of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.synthetic.garments.garment import Garment
from models.synthetic.surface import Texture


@dataclass(frozen=True, eq=False)
class Outfit:
    """What is worn together: garments from the innermost outwards, each with its texture."""

    name: str
    gender: str  # "female" or "male": whom it was cut for
    pieces: tuple[tuple[Garment, Texture], ...]


def makehuman_garments() -> Sequence[Outfit]:
    """The outfits of the folder VIRTON_ASSETS that look right; none without it."""
    return ()
