"""People in outfits: what is draped once for a group of tuples, and how it looks in cloths and turned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from models.synthetic.body.figure import drop, figure, skin
from models.synthetic.body.model import PosedBody
from models.synthetic.body.people import Person
from models.synthetic.body.poses import Pose
from models.synthetic.drape.collide import Contacts, Obstacles, draping_order, push_out
from models.synthetic.drape.dress import Covered, Quality, covered, dress, under_cloth, worn_surface
from models.synthetic.garments.catalogue import garment
from models.synthetic.garments.garment import Worn
from models.synthetic.geometry import Points, rotation
from models.synthetic.prints.cloth import Cloth
from models.synthetic.surface import Surface
from models.synthetic.tuples.outfits import Outfit, Piece

# One in so many vertices is enough to tell how far a figure reaches: they are 1 to 2 cm apart.
_EVERY = 4

# To lie outside of one thing may lead into another: so often each vertex is pushed out of all of them.
_PUSHES = 4


@dataclass(frozen=True, eq=False)
class Dressed:
    """A person in an outfit, facing -y: skin, hair and shoes, and the garments as they hang, innermost first."""

    figure: tuple[Surface, ...]
    pieces: tuple[Piece, ...]
    worns: tuple[Worn, ...]
    cover: Covered

    def surfaces(self, cloths: Mapping[Piece, Cloth], person: int = 1) -> list[Surface]:
        """What is to be drawn; the last surfaces are the garments, in the order of `pieces`."""
        clothes = []
        for piece, worn, hidden in zip(self.pieces, self.worns, self.cover.garments, strict=True):
            cloth = cloths[piece]
            drawn = worn_surface(worn, cloth.texture, hidden, cloth.material, person)
            clothes.append(replace(drawn, relief=cloth.relief))
        return [*(surface.of_person(person) for surface in self.figure), *clothes]

    @cached_property
    def outline(self) -> Points:
        """Points all over the figure and its clothes, (N, 3): enough to frame it."""
        parts = [surface.vertices[surface.triangles[::_EVERY, 0]] for surface in self.figure]
        return np.concatenate([*parts, *(worn.vertices[::_EVERY] for worn in self.worns)])


@dataclass(eq=False)
class Wearer:
    """A person in a pose who wears `outfits`, and everything that has been draped on them so far."""

    person: Person
    pose: Pose
    posed: PosedBody
    quality: Quality
    outfits: tuple[Outfit, ...]
    _worns: dict[tuple[Piece, ...], Worn] = field(default_factory=dict)
    _dressed: dict[Outfit, Dressed] = field(default_factory=dict)

    def dressed(self, outfit: Outfit) -> Dressed:
        """The person in the outfit. A garment hangs the same whatever is put on over it."""
        if outfit not in self._dressed:
            worns = self._draped(outfit)
            pieces = sorted(worns, key=lambda piece: worns[piece].garment.layer)
            hanging = [worns[piece] for piece in pieces]
            cover = covered(self.posed, hanging)
            body = [
                drop(part, under_cloth(part, hanging)) if part.name == "socks" else part
                for part in figure(self.person, self.posed, cover.skin)
            ]
            self._dressed[outfit] = Dressed(tuple(body), tuple(pieces), tuple(hanging), cover)
        return self._dressed[outfit]

    def skin(self) -> list[Surface]:
        """The bare body, as one surface."""
        return [skin(self.person, self.posed)]

    def _draped(self, outfit: Outfit) -> dict[Piece, Worn]:
        """Each piece as it hangs over what it is put on over.

        It is draped in the first outfit of the wardrobe that has it. In the others it keeps its folds, and gives way
        only to what is under it there: what is not changed stays the same in both photos of a tuple.
        """
        pieces = _put_on(outfit)
        for number, piece in enumerate(pieces):
            now = tuple(pieces[: number + 1])
            if now in self._worns:
                continue
            under = [self._worns[tuple(pieces[: k + 1])] for k in range(number)]
            home = _put_on(next((each for each in self.outfits if piece in each), outfit))
            first = tuple(home[: home.index(piece) + 1])
            if first == now:
                (self._worns[now],) = dress(
                    self.posed, [garment(piece.design)], self.quality, under, person=self.person
                )
            else:
                self._worns[now] = _moved(self._draped(tuple(home))[piece], Obstacles(self.posed, under, self.person))
        return {piece: self._worns[tuple(pieces[: number + 1])] for number, piece in enumerate(pieces)}


def _put_on(outfit: Outfit) -> list[Piece]:
    """The pieces in the order in which they are draped."""
    garments = {piece: garment(piece.design) for piece in outfit}
    order = draping_order(list(garments.values()))
    return sorted(outfit, key=lambda piece: order.index(garments[piece]))


def _moved(worn: Worn, obstacles: Obstacles) -> Worn:
    """The garment as it hangs, but out of other obstacles."""
    positions = worn.vertices[: worn.garment.cloth_count].copy()
    contacts = Contacts(worn.garment, obstacles)
    contacts.seek(positions)
    for _ in range(_PUSHES):
        push_out(positions, contacts.planes(positions))
    return Worn(worn.garment, worn.garment.with_plies(positions))


def turned(surfaces: Sequence[Surface], yaw: float) -> list[Surface]:
    """The surfaces turned about the vertical through the origin by `yaw` degrees, as `body.model.grounded` turns."""
    if yaw == 0:
        return list(surfaces)
    turn = rotation("z", yaw).T
    return [
        replace(
            surface,
            vertices=surface.vertices @ turn,
            normals=None if surface.normals is None else np.asarray(surface.normals @ turn),
        )
        for surface in surfaces
    ]
