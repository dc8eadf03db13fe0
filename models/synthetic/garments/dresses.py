"""Designs of dresses, from mini to floor length, in one piece."""

from collections.abc import Callable

import numpy as np

from models.parsing.lip import Lip
from models.synthetic.garments.draws import one
from models.synthetic.garments.lines import Neck
from models.synthetic.garments.source import Level
from models.synthetic.garments.top import Ease, Sleeve, Top, Wave

_WRIST = 0.54
_MINI, _KNEE, _MIDI, _FLOOR = (0.7, 0.66), (0.56, 0.5), (0.38, 0.32), (0.1, 0.14)


def _dress(
    name: str,
    hem: float,
    ease: Ease,
    neck: Neck,
    sleeve: Sleeve,
    wave: Wave = (0, 0.0),
    hang: float = 0.9,
    level: Level = "easy",
    stretch: float = 0.03,
) -> Top:
    return Top(name, "dress", Lip.DRESS, hem=hem, ease=ease, neck=neck, sleeve=sleeve, wave=wave, hang=hang,
               level=level, stretch=stretch, stiffness=0.2, density=0.16)  # fmt: skip


def _neck(rng: np.random.Generator) -> Neck:
    return one(rng, (Neck("v", 0.088, 0.15, 0.02), Neck("scoop", 0.1, 0.11, 0.04), Neck("boat", 0.125, 0.05, 0.03),
                     Neck("square", 0.1, 0.1, 0.04), Neck("crew", 0.086, 0.065)))  # fmt: skip


def _sleeve(rng: np.random.Generator) -> Sleeve:
    return one(rng, (Sleeve(0.0), Sleeve(0.0), Sleeve(0.17, (0.008, 0.012)), Sleeve(0.19, (0.012, 0.008), puff=0.03),
                     Sleeve(0.4, (0.008, 0.01)), Sleeve(_WRIST, (0.012, 0.02), puff=0.02, finish="cuff")))  # fmt: skip


def _mini(rng: np.random.Generator) -> Top:
    wave = one(rng, ((6, 0.02), (8, 0.03)))
    return _dress("mini_dress", one(rng, _MINI), (0.05, 0.009, 0.01, 0.008), _neck(rng), _sleeve(rng), wave)


def _sheath(rng: np.random.Generator) -> Top:
    hem = one(rng, (0.6, 0.52))
    return _dress("sheath_dress", hem, (0.009, 0.01, 0.01, 0.008), _neck(rng), _sleeve(rng), hang=0.75, stretch=0.08)


def _slip(rng: np.random.Generator) -> Top:
    neck = Neck("v", 0.1, 0.16, 0.1)
    dress = _dress("slip_dress", one(rng, (*_KNEE, *_MIDI)), (0.035, 0.016, 0.01, 0.008), neck, Sleeve(0.0), (4, 0.02))
    return dress.with_armhole(0.133, 1.34)


def _tee_dress(rng: np.random.Generator) -> Top:
    return _dress("tee_dress", one(rng, (0.7, 0.6)), (0.035, 0.03, 0.02, 0.009), Neck(), Sleeve(0.2, (0.016, 0.024)),
                  level="loose", stretch=0.08).with_collar("rib")  # fmt: skip


def _midi(rng: np.random.Generator) -> Top:
    wave = one(rng, ((6, 0.03), (8, 0.035)))
    return _dress("midi_dress", one(rng, (*_KNEE, *_MIDI)), (0.06, 0.009, 0.01, 0.008), _neck(rng), _sleeve(rng), wave)


def _shirt_dress(rng: np.random.Generator) -> Top:
    sleeve = one(rng, (Sleeve(_WRIST, (0.016, 0.02), finish="cuff"), Sleeve(0.22, (0.016, 0.024))))
    dress = _dress(
        "shirt_dress", one(rng, (0.66, 0.54)), (0.045, 0.016, 0.016, 0.009), Neck("high", depth=0.018), sleeve
    )
    return dress.with_collar("shirt", "buttoned")


def _sweater_dress(rng: np.random.Generator) -> Top:
    neck = one(rng, (Neck("high", depth=0.05), Neck()))
    dress = _dress("sweater_dress", one(rng, (0.68, 0.58)), (0.016, 0.016, 0.014, 0.009), neck,
                   Sleeve(_WRIST, (0.014, 0.014), finish="rib"), level="loose", stretch=0.1)  # fmt: skip
    return dress.with_collar("roll" if neck.shape == "high" else "rib")


def _maxi(rng: np.random.Generator) -> Top:
    wave = one(rng, ((6, 0.04), (8, 0.04)))
    return _dress("maxi_dress", one(rng, _FLOOR), (0.07, 0.009, 0.01, 0.008), _neck(rng), _sleeve(rng), wave)


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
