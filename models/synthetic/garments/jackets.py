"""Designs of jackets and coats, open and closed."""

from collections.abc import Callable
from typing import Literal

import numpy as np

from models.parsing.lip import Lip
from models.synthetic.garments.draws import one
from models.synthetic.garments.lines import Neck
from models.synthetic.garments.top import Collar, Front, Sleeve, Top
from models.synthetic.surface import Layer

_WRIST = 0.54


def _outer(
    name: str,
    hem: float,
    neck: Neck,
    front: Front,
    collar: Collar,
    finish: Literal["hem", "rib"] = "hem",
    width: float = 0.036,
    stiffness: float = 0.6,
    gap: tuple[float, float] = (0.035, 0.075),
) -> Top:
    return Top(
        name,
        label=Lip.COAT,
        layer=Layer.OUTER,
        level="loose",
        hem=hem,
        ease=(width + 0.012, width, width - 0.004, 0.018),
        neck=neck,
        sleeve=Sleeve(_WRIST, (0.026, 0.022), finish=finish),
        front=front,
        gap=gap,
        collar=collar,
        finish=finish,
        pockets=True,
        hang=0.6,
        stretch=0.02,
        stiffness=stiffness,
        density=0.4,
    )


def _open_jacket(rng: np.random.Generator) -> Top:
    finish: Literal["hem", "rib"] = one(rng, ("hem", "rib"))
    return _outer("open_jacket", one(rng, (0.92, 0.96)), Neck("high", depth=0.012), "open", "shirt", finish)


def _blazer(rng: np.random.Generator) -> Top:
    return _outer("blazer", one(rng, (0.84, 0.88)), Neck("v", 0.08, 0.3, 0.004), "open", "lapel", gap=(0.02, 0.06))


def _cardigan(rng: np.random.Generator) -> Top:
    hem = one(rng, (0.92, 0.84, 0.7))
    return _outer("cardigan", hem, Neck("v", 0.085, 0.22, 0.008), "open", "none", width=0.028, stiffness=0.3)


def _closed_jacket(rng: np.random.Generator) -> Top:
    collar: Literal["shirt", "roll"] = one(rng, ("shirt", "roll"))
    depth = 0.018 if collar == "shirt" else 0.04
    return _outer("closed_jacket", one(rng, (0.9, 0.94)), Neck("high", depth=depth), "zipped", collar, "rib", 0.04)


def _coat(rng: np.random.Generator) -> Top:
    hem = one(rng, (0.68, 0.56, 0.45))
    if rng.random() < 0.5:
        return _outer("coat", hem, Neck("v", 0.08, 0.26, 0.004), "open", "lapel", width=0.042, gap=(0.03, 0.1))
    return _outer("coat", hem, Neck("high", depth=0.018), "buttoned", "shirt", width=0.042)


DESIGNS: dict[str, Callable[[np.random.Generator], Top]] = {
    "open_jacket": _open_jacket,
    "blazer": _blazer,
    "cardigan": _cardigan,
    "closed_jacket": _closed_jacket,
    "coat": _coat,
}
