"""The wardrobe: which kinds of garments there are, and a random one of them.

Each kind has some sizes and lengths rather than endless ones, so that a worker can keep what it has cut.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from models.synthetic.garments import bottoms, dresses, jackets, tops
from models.synthetic.garments.bottom import Skirt, Trousers, cut_skirt, cut_trousers
from models.synthetic.garments.garment import Category, Garment
from models.synthetic.garments.tailor import made
from models.synthetic.garments.top import Top, cut_top

Spec = Top | Trousers | Skirt
Design = Callable[[np.random.Generator], Spec]

_DESIGNS: dict[Category, dict[str, Design]] = {
    "upper": {**tops.DESIGNS, **jackets.DESIGNS},
    "lower": {**bottoms.DESIGNS},
    "dress": {**dresses.DESIGNS},
}
# A garment takes about 5 MB and a second to cut; there are some 1,450 designs. Who renders many people draws a wardrobe
# of fewer designs for each shard.
_KEPT = 128


def kinds(category: Category) -> tuple[str, ...]:
    """The kinds of garments of a category."""
    return tuple(_DESIGNS[category])


def sample_design(rng: np.random.Generator, category: Category, kinds: Sequence[str] | None = None) -> Spec:
    """A random design of a category, of one of `kinds` if given. Its `repr` identifies the garment.

    Raises:
        KeyError: a kind is not one of the category's.
    """
    designs = _DESIGNS[category]
    names = tuple(kinds) if kinds is not None else tuple(designs)
    return designs[names[int(rng.integers(len(names)))]](rng)


def sample_garment(rng: np.random.Generator, category: Category, kinds: Sequence[str] | None = None) -> Garment:
    """`garment(sample_design(...))`: the same object for the same design."""
    return garment(sample_design(rng, category, kinds))


@lru_cache(maxsize=_KEPT)
def garment(spec: Spec) -> Garment:
    """The garment of a design, cut once."""
    if isinstance(spec, Top):
        return made(cut_top(spec))
    return made(cut_trousers(spec) if isinstance(spec, Trousers) else cut_skirt(spec))
