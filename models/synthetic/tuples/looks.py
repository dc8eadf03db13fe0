"""Which cloths the garments of a group come in."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.garments.catalogue import garment
from models.synthetic.garments.garment import Garment
from models.synthetic.prints.cloth import Cloth, sample_cloth
from models.synthetic.tuples.outfits import Piece
from models.synthetic.tuples.plan import Plan, draw, thing_rng
from models.synthetic.tuples.recipe import CLOTHS, Group

Lab = npt.NDArray[np.float32]  # (3,)

# Texels a side of a cloth by the picture's height: a garment fills half of the picture, mip maps do the rest.
_LEAST_SIZE, _SIZE_PER_PIXEL = 256, 1.5

# In the ideal regime tops and bottoms are told apart at a glance: `scene.findings` lets a check report one colour up to
# a difference of 20 (CIE 1976), to which shading adds some.
_APART = 28.0
_TRIES = 8


@dataclass(frozen=True, eq=False)
class Look:
    """A garment's cloth and its number in the pool."""

    number: int
    cloth: Cloth

    @property
    def colour(self) -> Lab:
        """The middle colour, CIELAB."""
        return lab(middle_colour(self.cloth))


Looks = Mapping[Piece, tuple[Look, ...]]


def looks_of(plan: Plan, group: Group) -> Looks:
    """The looks of every piece of the group's wardrobe."""
    rng = plan.rng("looks", group.number)
    size = cloth_size(plan)
    pieces = sorted(group.wardrobe.pieces(), key=lambda piece: piece.category == "upper")  # bottoms first
    found: dict[Piece, tuple[Look, ...]] = {}
    for piece in pieces:
        others = [
            look.colour
            for other, looks in found.items()
            for look in looks
            if plan.regime == "ideal" and {piece.category, other.category} == {"upper", "lower"}
        ]
        cut = garment(piece.design)
        found[piece] = tuple(_look(rng, cut, size, group, others) for _ in range(group.looks))
    return found


def cloth_size(plan: Plan) -> int:
    """The size of cloths' textures for pictures of the plan's size."""
    return max(_LEAST_SIZE, round(_SIZE_PER_PIXEL * plan.height))


def one_colour(look: Look, piece: Piece, size: int) -> Cloth:
    """A plain cloth for `piece` of the colour of another garment's look."""
    ground = look.cloth.colour
    return sample_cloth(thing_rng("cloth", look.number), garment(piece.design), kind="plain", size=size, ground=ground)


def middle_colour(cloth: Cloth) -> npt.NDArray[np.float32]:
    """The median colour of a cloth, sRGB 0..1, (3,)."""
    return np.asarray(np.median(cloth.texture[::16, ::16, :3].reshape(-1, 3), axis=0) / 255, np.float32)


def lab(colour: npt.NDArray[np.float32]) -> Lab:
    """CIELAB (D65) of an sRGB colour 0..1."""
    return np.asarray(cv2.cvtColor(colour[None, None], cv2.COLOR_RGB2LAB)[0, 0], np.float32)


def _look(rng: np.random.Generator, cut: Garment, size: int, group: Group, others: list[Lab]) -> Look:
    """A cloth whose colour is apart from all `others`, or else the one that comes nearest to that."""
    best, farthest = None, -1.0
    for _ in range(_TRIES):
        number = draw(rng, CLOTHS, group.split)
        look = Look(number, sample_cloth(thing_rng("cloth", number), cut, size=size))
        apart = min((float(np.linalg.norm(look.colour - other)) for other in others), default=_APART)
        if apart > farthest:
            best, farthest = look, apart
        if apart >= _APART:
            break
    assert best is not None
    return best
