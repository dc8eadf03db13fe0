"""Designs of trousers, shorts and skirts."""

from collections.abc import Callable

import numpy as np

from models.synthetic.garments.bottom import Skirt, Trousers
from models.synthetic.garments.draws import one

_WAISTS = (1.02, 1.04, 1.06, 1.09, 1.12)  # low, middle, high
_HIGH = (1.08, 1.1, 1.13)
_ANKLE = 0.87
_BREAK = 0.05  # metres from the ankle on to the shoe


def _slim_jeans(rng: np.random.Generator) -> Trousers:
    return Trousers(
        "slim_jeans",
        one(rng, _WAISTS),
        one(rng, (0.86, 0.845, 0.82)),
        (0.007, 0.009, 0.01, 0.012),
        stiffness=0.8,
    )


def _straight(rng: np.random.Generator) -> Trousers:
    hem = one(rng, (0.024, 0.028, 0.034))
    return Trousers(
        "straight_trousers", one(rng, _WAISTS), _ANKLE, (0.007, 0.012, 0.016, hem), stiffness=0.6, longer=_BREAK
    )


def _wide(rng: np.random.Generator) -> Trousers:
    hem = one(rng, (0.045, 0.055, 0.065, 0.08))
    return Trousers(
        "wide_trousers", one(rng, _HIGH), _ANKLE, (0.007, 0.016, 0.65 * hem, hem), stiffness=0.3, longer=_BREAK
    )


def _culottes(rng: np.random.Generator) -> Trousers:
    hem = one(rng, (0.055, 0.07))
    return Trousers("culottes", one(rng, _HIGH), one(rng, (0.56, 0.6, 0.64)), (0.007, 0.02, 0.8 * hem, hem), fly=False)


def _joggers(rng: np.random.Generator) -> Trousers:
    return Trousers(
        "joggers",
        one(rng, (1.03, 1.05, 1.07, 1.09)),
        0.86,
        (0.009, 0.015, 0.02, 0.022),
        "rib",
        "rib",
        fly=False,
        stretch=0.08,
        stiffness=0.35,
    )


def _shorts(rng: np.random.Generator) -> Trousers:
    return Trousers(
        "shorts", one(rng, _WAISTS), one(rng, (0.22, 0.25, 0.28, 0.31)), (0.007, 0.014, 0.034, 0.034), stiffness=0.5
    )


def _bermudas(rng: np.random.Generator) -> Trousers:
    return Trousers(
        "bermudas", one(rng, _WAISTS), one(rng, (0.38, 0.41, 0.44, 0.47)), (0.007, 0.013, 0.024, 0.026), stiffness=0.5
    )


def _mini_skirt(rng: np.random.Generator) -> Skirt:
    return Skirt(
        "mini_skirt",
        one(rng, (1.05, 1.08, 1.11)),
        one(rng, (0.68, 0.7, 0.72, 0.75)),
        (0.007, 0.012, one(rng, (0.016, 0.04))),
        hang=0.9,
    )


def _a_line(rng: np.random.Generator) -> Skirt:
    wave = one(rng, ((0, 0.0), (6, 0.03)))
    return Skirt(
        "a_line_skirt", one(rng, _HIGH), one(rng, (0.66, 0.62, 0.58, 0.54, 0.5)), (0.007, 0.016, 0.07), wave, hang=1.0
    )


def _pencil(rng: np.random.Generator) -> Skirt:
    return Skirt(
        "pencil_skirt", one(rng, _HIGH), one(rng, (0.6, 0.57, 0.54, 0.51, 0.48)), (0.007, 0.009, 0.008), hang=0.75
    )


def _midi(rng: np.random.Generator) -> Skirt:
    wave = one(rng, ((6, 0.035), (8, 0.03)))
    return Skirt(
        "midi_skirt",
        one(rng, _HIGH),
        one(rng, (0.44, 0.4, 0.36, 0.32)),
        (0.007, 0.016, 0.07),
        wave,
        hang=1.0,
        columns=112,
    )


def _pleated(rng: np.random.Generator) -> Skirt:
    hem = one(rng, (0.7, 0.66, 0.58, 0.5, 0.43, 0.36))
    return Skirt(
        "pleated_skirt", one(rng, _HIGH), hem, (0.007, 0.014, 0.045), pleats=(22, 0.022), hang=1.0, columns=160
    )


def _maxi(rng: np.random.Generator) -> Skirt:
    return Skirt(
        "maxi_skirt",
        one(rng, _HIGH),
        one(rng, (0.1, 0.13, 0.16, 0.2)),
        (0.007, 0.016, 0.08),
        (8, 0.04),
        hang=1.0,
        columns=112,
    )


DESIGNS: dict[str, Callable[[np.random.Generator], Trousers | Skirt]] = {
    "slim_jeans": _slim_jeans,
    "straight_trousers": _straight,
    "wide_trousers": _wide,
    "culottes": _culottes,
    "joggers": _joggers,
    "shorts": _shorts,
    "bermudas": _bermudas,
    "mini_skirt": _mini_skirt,
    "a_line_skirt": _a_line,
    "pencil_skirt": _pencil,
    "midi_skirt": _midi,
    "pleated_skirt": _pleated,
    "maxi_skirt": _maxi,
}
