"""Who wears what with what: outfits that people are seen in, and the changes of clothes that are tried on."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.synthetic.garments.catalogue import Spec, sample_design
from models.synthetic.garments.garment import Category
from models.synthetic.garments.top import Top
from models.synthetic.surface import Layer
from models.synthetic.tuples.plan import Split, split_of

Sex = Literal["female", "male"]
Seat = Literal["upright", "crossed"]  # how those of a group sit that do

# Designs are drawn until one of the right side of the split comes. One in ten is of the rarer side; a kind with few
# designs may have none there: then it is another kind's turn.
_TRIES = 40

# How often a kind is worn, by eye over street photos; kinds that are left out are not worn by that sex.
_TOPS: Mapping[Sex, Mapping[str, float]] = {
    "female": {
        "tee": 5,
        "tank": 3,
        "crop_top": 1.5,
        "long_sleeve": 4,
        "turtleneck": 2,
        "polo": 1,
        "shirt": 3,
        "blouse": 5,
        "sweater": 4,
        "hoodie": 2,
        "closed_jacket": 1.5,
    },
    "male": {
        "tee": 7,
        "tank": 1,
        "long_sleeve": 4,
        "turtleneck": 1,
        "polo": 3,
        "shirt": 5,
        "sweater": 4,
        "hoodie": 4,
        "closed_jacket": 2.5,
    },
}
_OUTER: Mapping[Sex, Mapping[str, float]] = {
    "female": {"open_jacket": 3, "blazer": 3, "cardigan": 3, "coat": 2},
    "male": {"open_jacket": 4, "blazer": 3, "cardigan": 1.5, "coat": 2},
}
_UNDER_OUTER = ("tee", "tank", "long_sleeve", "turtleneck", "shirt")  # puff sleeves need room
_BOTTOMS: Mapping[Sex, Mapping[str, float]] = {
    "female": {
        "slim_jeans": 5,
        "straight_trousers": 4,
        "wide_trousers": 3,
        "culottes": 1,
        "joggers": 1.5,
        "shorts": 2,
        "bermudas": 1,
        "mini_skirt": 2,
        "a_line_skirt": 2.5,
        "pencil_skirt": 1.5,
        "midi_skirt": 2.5,
        "pleated_skirt": 2,
        "maxi_skirt": 1.5,
    },
    "male": {"slim_jeans": 5, "straight_trousers": 6, "wide_trousers": 1.5, "joggers": 2.5, "shorts": 2, "bermudas": 3},
}
_DRESSES: Mapping[str, float] = {
    "mini_dress": 2,
    "sheath_dress": 2,
    "slip_dress": 2,
    "tee_dress": 2,
    "midi_dress": 3,
    "shirt_dress": 2,
    "sweater_dress": 1.5,
    "maxi_dress": 2,
}

# What people sit down in before a camera: a tucked top and long trousers, or a skirt that the lap does not spread.
_SEATED = frozenset(
    {
        *("slim_jeans", "straight_trousers", "wide_trousers", "culottes", "joggers"),
        *("midi_skirt", "pencil_skirt", "a_line_skirt"),
        *("midi_dress", "sheath_dress", "open_jacket", "blazer", "cardigan"),
    }
)
_CROSSED = frozenset({"slim_jeans", "straight_trousers", "joggers", "open_jacket", "blazer", "cardigan"})

# What is tried on most: tops; then what belongs to the legs, dresses, jackets.
_CHANGES: Mapping[Sex, Mapping[str, float]] = {
    "female": {"top": 4, "bottom": 3, "dress": 1, "dress_for_separates": 2, "jacket": 1.5},
    "male": {"top": 5, "bottom": 3.5, "jacket": 2},
}


@dataclass(frozen=True)
class Piece:
    """A garment: its kind, and the design it is cut by."""

    category: Category
    kind: str
    design: Spec

    @property
    def number(self) -> int:
        """Of the design: the same in every run."""
        return zlib.crc32(repr(self.design).encode())

    @property
    def id(self) -> str:
        """For manifests and facts."""
        return f"{self.kind}/{self.number:08x}"

    @property
    def split(self) -> Split:
        """Where the design belongs."""
        return split_of(self.number)


Outfit = tuple[Piece, ...]  # from the innermost outwards


@dataclass(frozen=True)
class Change:
    """From the outfit of that number to another one. `tried` is garment B; `second` the other one that is tried on
    with it, where a dress gives way to a top and a bottom."""

    before: int
    after: int
    tried: Piece
    second: Piece | None = None


@dataclass(frozen=True)
class Wardrobe:
    """Outfits of one person, and the changes between them."""

    outfits: tuple[Outfit, ...]
    changes: tuple[Change, ...]

    def pieces(self) -> list[Piece]:
        """Every garment once, in order."""
        return list(dict.fromkeys(piece for outfit in self.outfits for piece in outfit))


def small_wardrobe(rng: np.random.Generator, sex: Sex, split: Split, seat: Seat | None = None) -> Wardrobe:
    """Two outfits, and the change from either one to the other."""
    rail = _Rail(rng, sex, split, seat)
    kind = rail.choice(
        {kind: share for kind, share in _CHANGES[sex].items() if rail.has_dresses or "dress" not in kind}
    )
    outfits: tuple[Outfit, Outfit]
    bottom = rail.bottom()
    if kind == "jacket":
        inner = rail.top(_UNDER_OUTER)
        outfits = (inner, bottom), (inner, bottom, rail.outer())
    elif kind == "bottom":
        top = rail.top()
        outfits = (top, bottom), (top, rail.bottom(unlike=bottom))
    elif kind == "dress":
        outfits = (dress := rail.dress(),), (rail.dress(unlike=dress),)
    elif kind == "dress_for_separates":
        outfits = (rail.dress(),), (rail.top(), bottom)
    else:
        first = rail.top()
        outfits = (first, bottom), (rail.top(unlike=first), bottom)
    return _between(outfits, [(0, 1), (1, 0)])


def large_wardrobe(rng: np.random.Generator, sex: Sex, split: Split, seat: Seat | None = None) -> Wardrobe:
    """Tops, bottoms, a jacket and, for women, dresses, with every change that makes sense between them."""
    rail = _Rail(rng, sex, split, seat)
    inner = rail.top(_UNDER_OUTER)
    tops = [inner, rail.top(unlike=inner), rail.top(unlike=inner)]
    bottoms = [first := rail.bottom(), rail.bottom(unlike=first)]
    outfits: list[Outfit] = [(top, bottom) for bottom in bottoms for top in tops]
    pairs = [(a, b) for a in range(6) for b in range(6) if a != b and (a // 3 == b // 3 or a % 3 == b % 3)]
    outfits.append((inner, bottoms[0], rail.outer()))
    pairs += [(0, 6), (6, 0), (6, 1), (6, 2)]
    if sex == "female" and rail.has_dresses:
        outfits += [(dress := rail.dress(),), (rail.dress(unlike=dress),)]
        pairs += [(7, 8), (8, 7), *((a, b) for a in range(6) for b in (7, 8)), *((7, b) for b in range(6))]
    return _between(outfits, [pairs[k] for k in rng.permutation(len(pairs))])


def _between(outfits: Sequence[Outfit], pairs: Sequence[tuple[int, int]]) -> Wardrobe:
    return Wardrobe(tuple(outfits), tuple(_change(outfits, before, after) for before, after in pairs))


def _change(outfits: Sequence[Outfit], before: int, after: int) -> Change:
    new = [piece for piece in outfits[after] if piece not in outfits[before]]
    if not new:  # a jacket is taken off: what was under it is tried on
        return Change(before, after, outfits[after][0])
    return Change(before, after, new[0], new[1] if len(new) > 1 else None)


@dataclass
class _Rail:
    """Draws garments of one side of the split; with a `seat`, those that people sit down in."""

    rng: np.random.Generator
    sex: Sex
    split: Split
    seat: Seat | None = None

    @property
    def has_dresses(self) -> bool:
        """Nobody crosses legs in one."""
        return self.seat != "crossed"

    def choice(self, shares: Mapping[str, float]) -> str:
        weights = np.array(list(shares.values()))
        return list(shares)[int(self.rng.choice(len(shares), p=weights / weights.sum()))]

    def top(self, among: Sequence[str] | None = None, unlike: Piece | None = None) -> Piece:
        kinds = {kind: share for kind, share in _TOPS[self.sex].items() if among is None or kind in among}
        return self._piece("upper", kinds, unlike)

    def outer(self) -> Piece:
        return self._piece("upper", self._seemly(_OUTER[self.sex]), None)

    def bottom(self, unlike: Piece | None = None) -> Piece:
        return self._piece("lower", self._seemly(_BOTTOMS[self.sex]), unlike)

    def dress(self, unlike: Piece | None = None) -> Piece:
        return self._piece("dress", self._seemly(_DRESSES), unlike)

    def _seemly(self, kinds: Mapping[str, float]) -> Mapping[str, float]:
        """Those of the kinds that may be worn in the seat."""
        fit = {None: None, "upright": _SEATED, "crossed": _CROSSED}[self.seat]
        return {kind: share for kind, share in kinds.items() if fit is None or kind in fit}

    def _piece(self, category: Category, kinds: Mapping[str, float], unlike: Piece | None) -> Piece:
        """Two times in three another kind than `unlike`: long to short sleeves, trousers to a skirt."""
        if unlike is not None and self.rng.random() < 2 / 3:
            kinds = {kind: share for kind, share in kinds.items() if kind != unlike.kind}
        while True:
            kind = self.choice(kinds)
            for _ in range(_TRIES):
                piece = Piece(category, kind, sample_design(self.rng, category, (kind,)))
                if piece.split == self.split and piece != unlike and self._lies_well(piece):
                    return piece

    def _lies_well(self, piece: Piece) -> bool:
        """False for a top whose hem would bunch up in the lap of somebody seated."""
        if self.seat is None or piece.category != "upper" or piece.kind in {"crop_top", *_OUTER[self.sex]}:
            return True
        return isinstance(piece.design, Top) and piece.design.layer == Layer.INNER
