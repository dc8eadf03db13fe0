"""Designs of jackets and coats, open and closed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.parsing.lip import Lip
from models.synthetic.garments.draws import chance, one
from models.synthetic.garments.lines import Neck
from models.synthetic.garments.top import Collar, Ease, Finish, Sleeve, Top
from models.synthetic.surface import Layer

_WRIST = 0.54
_FINISHES: tuple[Finish, ...] = ("hem", "rib")
_CLOSED_COLLARS: tuple[Collar, ...] = ("shirt", "roll")


_OUTER = Top(
    "jacket",
    label=Lip.COAT,
    layer=Layer.OUTER,
    level="loose",
    ease=(0.04, 0.032, 0.028, 0.016),
    sleeve=Sleeve(_WRIST, (0.021, 0.019)),
    front="open",
    gap=(0.035, 0.075),
    pockets=True,
    stretch=0.02,
    stiffness=0.6,
    density=0.4,
)
_WIDE: Ease = (0.046, 0.038, 0.033, 0.016)


def _open_jacket(rng: np.random.Generator) -> Top:
    finish: Finish = one(rng, _FINISHES)
    return replace(
        _OUTER,
        name="open_jacket",
        hem=one(rng, (0.88, 0.9, 0.92, 0.94, 0.96)),
        neck=Neck("high", depth=0.012),
        collar="shirt",
        finish=finish,
        sleeve=Sleeve(_WRIST, one(rng, ((0.021, 0.019), (0.025, 0.022))), finish=finish),
    )


def _blazer(rng: np.random.Generator) -> Top:
    return replace(
        _OUTER,
        name="blazer",
        hem=one(rng, (0.82, 0.84, 0.86, 0.88)),
        neck=Neck("v", 0.08, one(rng, (0.26, 0.3)), 0.004),
        collar="lapel",
        gap=one(rng, ((0.015, 0.05), (0.02, 0.06), (0.03, 0.08))),
    )


def _cardigan(rng: np.random.Generator) -> Top:
    return replace(
        _OUTER,
        name="cardigan",
        hem=one(rng, (0.94, 0.92, 0.88, 0.84, 0.7)),
        neck=Neck("v", 0.085, one(rng, (0.18, 0.22, 0.26)), 0.008),
        ease=(0.034, 0.026, 0.022, 0.016),
        gap=one(rng, ((0.025, 0.06), (0.035, 0.075))),
        stiffness=0.3,
    )


def _closed_jacket(rng: np.random.Generator) -> Top:
    collar: Collar = one(rng, _CLOSED_COLLARS)
    return replace(
        _OUTER,
        name="closed_jacket",
        hem=one(rng, (0.88, 0.9, 0.92, 0.94)),
        front="zipped",
        finish="rib",
        neck=Neck("high", depth=0.018 if collar == "shirt" else 0.04),
        collar=collar,
        ease=_WIDE,
        sleeve=Sleeve(_WRIST, one(rng, ((0.021, 0.019), (0.026, 0.023))), finish="rib"),
    )


def _coat(rng: np.random.Generator) -> Top:
    coat = replace(_OUTER, name="coat", hem=one(rng, (0.72, 0.64, 0.56, 0.48, 0.4)), ease=_WIDE)
    if chance(rng, 0.5):
        neck = Neck("v", 0.08, one(rng, (0.22, 0.26)), 0.004)
        return replace(coat, neck=neck, collar="lapel", gap=one(rng, ((0.02, 0.07), (0.03, 0.1))))
    return replace(coat, neck=Neck("high", depth=0.018), front="buttoned", collar="shirt")


DESIGNS: dict[str, Callable[[np.random.Generator], Top]] = {
    "open_jacket": _open_jacket,
    "blazer": _blazer,
    "cardigan": _cardigan,
    "closed_jacket": _closed_jacket,
    "coat": _coat,
}
