"""Designs of what is worn on the trunk as a first layer: tees to hoodies."""

from collections.abc import Callable

import numpy as np

from models.synthetic.garments.draws import chance, one
from models.synthetic.garments.lines import Neck
from models.synthetic.garments.source import Level
from models.synthetic.garments.top import Collar, Ease, Sleeve, Top
from models.synthetic.surface import Layer

# Hem of what is worn over trousers (covers the hips), and of what is tucked in.
_OVER = (0.86, 0.88, 0.9, 0.92, 0.94, 0.96)
_TUCKED = 0.97
_WRIST = 0.54

_FITS: dict[str, Ease] = {  # hem, waist, chest, shoulder
    "tight": (0.009, 0.008, 0.008, 0.008),
    "regular": (0.018, 0.018, 0.014, 0.008),
    "loose": (0.03, 0.03, 0.023, 0.009),
    "oversized": (0.044, 0.044, 0.035, 0.011),
}
_IN: Ease = (0.007, 0.014, 0.012, 0.006)  # tucked in: close under the waistband


def _worn(rng: np.random.Generator, tucked: float) -> tuple[Layer, float]:
    """Tucked in, or over the trousers with one of the usual hems."""
    return (Layer.INNER, _TUCKED) if chance(rng, tucked) else (Layer.UPPER, one(rng, _OVER))


def _ease(rng: np.random.Generator, layer: Layer, fits: tuple[str, ...]) -> tuple[str, Ease]:
    fit = one(rng, fits)
    return fit, (_IN if layer == Layer.INNER else _FITS[fit])


def _tee(rng: np.random.Generator) -> Top:
    layer, hem = _worn(rng, 0.2)
    fit, ease = _ease(rng, layer, ("tight", "regular", "loose", "oversized"))
    neck = one(rng, (Neck(), Neck(), Neck("v", 0.084, 0.13), Neck("scoop", 0.1, 0.1, 0.02)))
    length = {"tight": 0.15, "regular": 0.18, "loose": 0.21, "oversized": 0.27}[fit]
    wide = {"tight": 0.006, "regular": 0.014, "loose": 0.02, "oversized": 0.027}[fit]
    level: Level = "easy" if fit in ("tight", "regular") else "loose"
    collar: Collar = "rib" if neck.shape == "crew" else "none"
    return Top(
        "tee",
        layer=layer,
        hem=hem,
        ease=ease,
        neck=neck,
        level=level,
        sleeve=Sleeve(length, (0.7 * wide + 0.004, wide)),
        collar=collar,
        stretch=0.08,
        stiffness=0.2,
    )


def _tank(rng: np.random.Generator) -> Top:
    layer, hem = _worn(rng, 0.3)
    _, ease = _ease(rng, layer, ("tight", "regular"))
    neck = one(rng, (Neck("scoop", 0.088, 0.12, 0.05), Neck("v", 0.088, 0.15, 0.03), Neck("square", 0.09, 0.11, 0.05)))
    shoulder = one(rng, (0.13, 0.148))
    return Top(
        "tank",
        layer=layer,
        hem=hem,
        ease=ease,
        neck=neck,
        sleeve=Sleeve(0.0),
        armhole=(shoulder, 1.345),
        stretch=0.1,
        stiffness=0.15,
    )


def _crop_top(rng: np.random.Generator) -> Top:
    short = chance(rng, 0.5)
    sleeve = Sleeve(0.15, (0.006, 0.008)) if short else Sleeve(0.0)
    neck = one(rng, (Neck("scoop", 0.1, 0.1, 0.03), Neck("square", 0.1, 0.1, 0.03), Neck("boat", 0.12, 0.05, 0.03)))
    return Top(
        "crop_top",
        hem=one(rng, (1.12, 1.14, 1.16, 1.18, 1.2)),
        ease=(0.01, 0.01, 0.009, 0.008),
        neck=neck,
        sleeve=sleeve,
        armhole=(0.145, 1.345),
        stretch=0.1,
        stiffness=0.15,
    )


def _long_sleeve(rng: np.random.Generator) -> Top:
    layer, hem = _worn(rng, 0.25)
    fit, ease = _ease(rng, layer, ("tight", "regular", "loose"))
    neck = one(rng, (Neck(), Neck("v", 0.084, 0.12), Neck("boat", 0.125, 0.05, 0.03)))
    wide = {"tight": 0.006, "regular": 0.011, "loose": 0.018}[fit]
    return Top(
        "long_sleeve",
        layer=layer,
        hem=hem,
        ease=ease,
        neck=neck,
        sleeve=Sleeve(one(rng, (0.42, _WRIST)), (wide, 0.8 * wide + 0.003)),
        collar="rib" if neck.shape == "crew" else "none",
        stretch=0.08,
        stiffness=0.2,
    )


def _turtleneck(rng: np.random.Generator) -> Top:
    layer, hem = _worn(rng, 0.4)
    _, ease = _ease(rng, layer, ("tight", "regular"))
    return Top(
        "turtleneck",
        layer=layer,
        hem=hem,
        ease=ease,
        neck=Neck("high", depth=0.05),
        collar="roll",
        sleeve=Sleeve(_WRIST, (0.008, 0.007)),
        stretch=0.1,
        stiffness=0.25,
    )


def _polo(rng: np.random.Generator) -> Top:
    layer, hem = _worn(rng, 0.3)
    _, ease = _ease(rng, layer, ("regular", "loose"))
    return Top(
        "polo",
        layer=layer,
        hem=hem,
        ease=ease,
        neck=Neck("high", depth=0.012),
        front="polo",
        collar="shirt",
        sleeve=Sleeve(0.19, (0.014, 0.018), finish="rib"),
        stretch=0.06,
        stiffness=0.3,
    )


def _shirt(rng: np.random.Generator) -> Top:
    layer, hem = _worn(rng, 0.5)
    _, ease = _ease(rng, layer, ("regular", "loose"))
    long = chance(rng, 0.7)
    sleeve = Sleeve(_WRIST, (0.016, 0.02), finish="cuff") if long else Sleeve(0.24, (0.018, 0.026))
    return Top(
        "shirt",
        layer=layer,
        hem=min(hem, 0.92),
        ease=ease,
        neck=Neck("high", depth=0.018),
        front="buttoned",
        collar="shirt",
        sleeve=sleeve,
        stretch=0.02,
        stiffness=0.4,
        density=0.13,
    )


def _blouse(rng: np.random.Generator) -> Top:
    layer, hem = _worn(rng, 0.4)
    ease = _IN if layer == Layer.INNER else (0.038, 0.032, 0.02, 0.008)
    sleeve = one(
        rng,
        (
            Sleeve(_WRIST, (0.02, 0.03), puff=0.035, finish="cuff"),
            Sleeve(0.2, (0.012, 0.01), puff=0.03),
            Sleeve(0.4, (0.016, 0.05)),
        ),
    )
    neck = one(rng, (Neck("v", 0.085, 0.14), Neck("boat", 0.12, 0.06, 0.03), Neck("crew", 0.088, 0.07)))
    return Top(
        "blouse",
        layer=layer,
        hem=hem,
        ease=ease,
        neck=neck,
        sleeve=sleeve,
        level="loose",
        wave=(6, 0.012) if layer == Layer.UPPER else (0, 0.0),
        stretch=0.02,
        stiffness=0.1,
        density=0.09,
    )


def _sweater(rng: np.random.Generator) -> Top:
    fit, ease = _ease(rng, Layer.UPPER, ("regular", "loose", "oversized"))
    neck = one(rng, (Neck(), Neck(), Neck("v", 0.084, 0.13), Neck("high", depth=0.045)))
    collar: Collar = "roll" if neck.shape == "high" else "rib"
    wide = {"regular": 0.012, "loose": 0.017, "oversized": 0.024}[fit]
    return Top(
        "sweater",
        hem=one(rng, (0.88, 0.9, 0.92, 0.94)),
        ease=ease,
        neck=neck,
        level="loose",
        collar=collar,
        sleeve=Sleeve(_WRIST, (wide, wide), finish="rib"),
        finish="rib",
        stretch=0.1,
        stiffness=0.4,
        density=0.35,
    )


def _hoodie(rng: np.random.Generator) -> Top:
    _, ease = _ease(rng, Layer.UPPER, ("loose", "oversized"))
    return Top(
        "hoodie",
        hem=one(rng, (0.88, 0.9, 0.92, 0.94)),
        ease=ease,
        neck=Neck("high", depth=0.012),
        level="loose",
        collar="hood",
        front=one(rng, ("closed", "closed", "zipped")),
        pockets=True,
        sleeve=Sleeve(_WRIST, (0.019, 0.019), finish="rib"),
        finish="rib",
        stretch=0.06,
        stiffness=0.5,
        density=0.35,
    )


DESIGNS: dict[str, Callable[[np.random.Generator], Top]] = {
    "tee": _tee,
    "tank": _tank,
    "crop_top": _crop_top,
    "long_sleeve": _long_sleeve,
    "turtleneck": _turtleneck,
    "polo": _polo,
    "shirt": _shirt,
    "blouse": _blouse,
    "sweater": _sweater,
    "hoodie": _hoodie,
}
