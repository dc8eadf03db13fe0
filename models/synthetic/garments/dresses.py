"""Designs of dresses, from mini to floor length, in one piece."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.parsing.lip import Lip
from models.synthetic.garments.draws import chance, one
from models.synthetic.garments.lines import Neck
from models.synthetic.garments.top import Ease, Sleeve, Top

_WRIST = 0.54
_MINI, _KNEE, _MIDI, _FLOOR = (0.72, 0.69, 0.66), (0.58, 0.54, 0.5), (0.42, 0.37, 0.32), (0.1, 0.13, 0.16)


_DRESS = Top("dress", "dress", Lip.DRESS, hang=0.9, stiffness=0.2, density=0.16)
_FITTED: Ease = (0.055, 0.009, 0.01, 0.008)  # a defined waist, a wide hem


def _neck(rng: np.random.Generator) -> Neck:
    return one(
        rng,
        (
            Neck("v", 0.088, 0.15, 0.02),
            Neck("scoop", 0.1, 0.11, 0.04),
            Neck("boat", 0.125, 0.05, 0.03),
            Neck("square", 0.1, 0.1, 0.04),
            Neck("crew", 0.086, 0.065),
        ),
    )


def _sleeve(rng: np.random.Generator) -> Sleeve:
    return one(
        rng,
        (
            Sleeve(0.0),
            Sleeve(0.0),
            Sleeve(0.17, (0.008, 0.012)),
            Sleeve(0.19, (0.012, 0.008), puff=0.03),
            Sleeve(0.4, (0.008, 0.01)),
            Sleeve(_WRIST, (0.012, 0.02), puff=0.02, finish="cuff"),
        ),
    )


def _mini(rng: np.random.Generator) -> Top:
    wave = one(rng, ((6, 0.02), (8, 0.03)))
    return replace(
        _DRESS, name="mini_dress", hem=one(rng, _MINI), ease=_FITTED, neck=_neck(rng), sleeve=_sleeve(rng), wave=wave
    )


def _sheath(rng: np.random.Generator) -> Top:
    return replace(
        _DRESS,
        name="sheath_dress",
        hem=one(rng, (0.62, 0.58, 0.54, 0.5)),
        ease=(0.009, 0.01, 0.01, 0.008),
        neck=_neck(rng),
        sleeve=_sleeve(rng),
        hang=0.75,
        stretch=0.08,
    )


def _slip(rng: np.random.Generator) -> Top:
    return replace(
        _DRESS,
        name="slip_dress",
        hem=one(rng, (*_KNEE, *_MIDI)),
        ease=(0.035, 0.016, 0.01, 0.008),
        neck=Neck("v", 0.106, 0.14, 0.09),
        sleeve=Sleeve(0.0),
        armhole=(0.133, 1.355),
        wave=one(rng, ((0, 0.0), (4, 0.02), (6, 0.02))),
    )


def _tee_dress(rng: np.random.Generator) -> Top:
    sleeve = one(rng, (Sleeve(0.2, (0.016, 0.024)), Sleeve(0.24, (0.018, 0.028)), Sleeve(_WRIST, (0.014, 0.016))))
    return replace(
        _DRESS,
        name="tee_dress",
        hem=one(rng, (0.74, 0.7, 0.66, 0.62, 0.58)),
        sleeve=sleeve,
        level="loose",
        ease=(0.035, 0.03, 0.02, 0.009),
        collar="rib",
        stretch=0.08,
    )


def _midi(rng: np.random.Generator) -> Top:
    wave = one(rng, ((6, 0.03), (8, 0.035)))
    return replace(
        _DRESS,
        name="midi_dress",
        hem=one(rng, (*_KNEE, *_MIDI)),
        ease=_FITTED,
        neck=_neck(rng),
        sleeve=_sleeve(rng),
        wave=wave,
    )


def _shirt_dress(rng: np.random.Generator) -> Top:
    sleeve = one(rng, (Sleeve(_WRIST, (0.016, 0.02), finish="cuff"), Sleeve(0.22, (0.016, 0.024))))
    return replace(
        _DRESS,
        name="shirt_dress",
        hem=one(rng, (0.68, 0.64, 0.6, 0.56, 0.5)),
        sleeve=sleeve,
        ease=one(rng, ((0.045, 0.016, 0.016, 0.009), (0.045, 0.03, 0.02, 0.009))),
        neck=Neck("high", depth=0.018),
        collar="shirt",
        front="buttoned",
    )


def _sweater_dress(rng: np.random.Generator) -> Top:
    high = chance(rng, 0.5)
    return replace(
        _DRESS,
        name="sweater_dress",
        hem=one(rng, (0.74, 0.7, 0.66, 0.62, 0.58)),
        level="loose",
        ease=one(rng, ((0.016, 0.016, 0.014, 0.009), (0.03, 0.028, 0.022, 0.01))),
        neck=Neck("high", depth=0.05) if high else Neck(),
        collar="roll" if high else "rib",
        sleeve=Sleeve(_WRIST, (0.014, 0.014), finish="rib"),
        stretch=0.1,
    )


def _maxi(rng: np.random.Generator) -> Top:
    wave = one(rng, ((6, 0.04), (8, 0.04)))
    return replace(
        _DRESS,
        name="maxi_dress",
        hem=one(rng, _FLOOR),
        ease=(0.07, 0.009, 0.01, 0.008),
        neck=_neck(rng),
        sleeve=_sleeve(rng),
        wave=wave,
    )


DESIGNS: dict[str, Callable[[np.random.Generator], Top]] = {
    "mini_dress": _mini,
    "sheath_dress": _sheath,
    "slip_dress": _slip,
    "tee_dress": _tee_dress,
    "midi_dress": _midi,
    "shirt_dress": _shirt_dress,
    "sweater_dress": _sweater_dress,
    "maxi_dress": _maxi,
}
