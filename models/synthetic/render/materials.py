"""How each material throws light back: one row of numbers each, for the shading's inner loop."""

from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.surface import Material

ORDER: tuple[Material, ...] = tuple(Material)


@dataclass(frozen=True)
class Finish:
    """`f0`: reflectance at normal incidence (0.04 for an index of 1.5, 0.028 for skin's 1.4). `rough`, `rough2`: GGX
    alphas of two lobes, `mix` the share of the second. `sheen`: light that fibres scatter at grazing angles, as a share
    of the albedo. `wrap_*`: how far light creeps around the terminator (scattering below the surface, by colour).
    `bump`: how strongly `Surface.relief` tilts the normal. `strands`: 1 for hair."""

    f0: float
    rough: float
    rough2: float
    mix: float
    sheen: float
    wrap_red: float
    wrap_green: float
    wrap_blue: float
    bump: float
    strands: float = 0.0


# Cloth wraps a little, because its fibres are translucent and stand off. Skin: two lobes and the order red, green, blue
# of how far light spreads as in d'Eon and Luebke, GPU Gems 3, chapter 14; widths tuned against photos.
_FINISHES: dict[Material, Finish] = {
    Material.SKIN: Finish(0.032, 0.26, 0.13, 0.3, 0.0, 0.28, 0.12, 0.08, 1.0),
    Material.EYE: Finish(0.03, 0.05, 0.05, 0.0, 0.0, 0.15, 0.1, 0.1, 0.0),
    Material.HAIR: Finish(0.046, 0.3, 0.2, 0.0, 0.0, 0.3, 0.3, 0.3, 0.0, 1.0),
    Material.CLOTH: Finish(0.02, 0.7, 0.7, 0.0, 0.12, 0.08, 0.08, 0.08, 1.0),
    Material.DENIM: Finish(0.02, 0.65, 0.65, 0.0, 0.08, 0.06, 0.06, 0.06, 1.0),
    Material.KNIT: Finish(0.015, 0.8, 0.8, 0.0, 0.2, 0.14, 0.14, 0.14, 1.0),
    Material.SILK: Finish(0.04, 0.22, 0.4, 0.5, 0.1, 0.05, 0.05, 0.05, 1.0),
    Material.LEATHER: Finish(0.04, 0.25, 0.45, 0.5, 0.0, 0.0, 0.0, 0.0, 1.0),
    Material.MATTE: Finish(0.02, 0.75, 0.75, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    Material.GLOSSY: Finish(0.04, 0.12, 0.12, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    Material.GLASS: Finish(0.04, 0.03, 0.03, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
}
F0, ROUGH, ROUGH2, MIX, SHEEN, WRAP, BUMP, STRANDS = 0, 1, 2, 3, 4, 5, 8, 9  # columns; WRAP has three


def finish(material: Material) -> Finish:
    """How this material throws light back."""
    return _FINISHES[material]


def table() -> npt.NDArray[np.float32]:
    """The finishes in the order of `ORDER`, (materials, 10)."""
    return np.array([astuple(_FINISHES[material]) for material in ORDER], np.float32)
