"""Where garments are cut: fields over the neutral body that are positive where there is cloth."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.synthetic.garments.sheet import Field, Sheet
from models.synthetic.garments.source import smoothstep

# The bits of the lines and regions (SIDE, the back, is 0).
NECK, CUFF, HEM, FRONT, BODICE = 1, 2, 3, 4, 5
NECK_BAND, CUFF_BAND, HEM_BAND, FRONT_BAND, COLLAR, LAPEL, POCKET, PLACKET, WAIST, WAISTBAND = range(8, 18)

NeckShape = Literal["crew", "v", "scoop", "boat", "square", "high"]

# The exponent p of (x / width)^p + (depth / deepest)^p = 1: 1 a V, 2 an ellipse, more a square.
_EXPONENT: dict[NeckShape, float] = {"crew": 2.0, "v": 1.08, "scoop": 2.4, "boat": 1.7, "square": 5.0}
# The height of the shoulder's ridge over x, on the neutral body.
_RIDGE = ((0.06, 0.086, 0.1, 0.139, 0.17, 0.2), (1.6, 1.572, 1.561, 1.55, 1.54, 1.526))


@dataclass(frozen=True)
class Neck:
    """A neckline: half its width at the shoulder and how far it drops in front and at the back, metres. A "high" one
    runs round the neck, `depth` metres above its base in front."""

    shape: NeckShape = "crew"
    width: float = 0.084
    depth: float = 0.06
    back: float = 0.012


def neckline(sheet: Sheet, neck: Neck) -> Field:
    """Positive below the neckline."""
    x, z = np.abs(sheet.position[:, 0]), sheet.position[:, 2]
    if neck.shape == "high":
        # The neck leans forward: its girth rises by a third from front to back.
        top = _NECK_BASE + neck.depth + 0.33 * (sheet.position[:, 1] + 0.09)
        return np.asarray(top - z, np.float64)
    ridge = float(np.interp(neck.width, *_RIDGE))
    power = _EXPONENT[neck.shape]
    back = smoothstep(sheet.fields["side"] / 0.03 + 0.5)
    deepest = neck.depth + (neck.back - neck.depth) * back
    down = np.maximum(ridge - z, 0.0)
    far = ((x / neck.width) ** power + (down / deepest) ** power) ** (1.0 / power)
    return np.asarray((far - 1.0) * np.minimum(neck.width, deepest), np.float64)


_NECK_BASE = 1.535  # metres: the pit of the neck


def armhole(sheet: Sheet, shoulder: float, bottom: float) -> Field:
    """Positive inside a sleeveless top's armholes: `shoulder` is where they cross the shoulder (x), `bottom` how low
    they reach (z)."""
    x, z = np.abs(sheet.position[:, 0]), sheet.position[:, 2]
    heights = bottom + (1.55 - bottom) * np.array([-1.0, -0.2, 0.0, 0.08, 0.2, 0.4, 0.65, 1.0])
    inwards = np.array([0.6, 0.33, 0.215, 0.185, 0.0, 0.0, 0.0, 0.0])
    inwards[4:] = shoulder + np.array([0.018, -0.003, -0.004, 0.0])
    return np.asarray(np.interp(z, heights, inwards) - x, np.float64)


def sleeve_end(sheet: Sheet, length: float) -> Field:
    """Positive on the arms above `length` metres from the shoulder, and off the arms."""
    return np.asarray(np.where(sheet.fields["arm"] > 0.4, length - sheet.fields["along_arm"], 1.0), np.float64)


def leg_end(sheet: Sheet, length: float) -> Field:
    """Positive on the legs above `length` metres from the hip, and off the legs."""
    return np.asarray(np.where(sheet.fields["leg"] > 0.3, length - sheet.fields["along_leg"], 1.0), np.float64)


def opening(sheet: Sheet, widths: tuple[tuple[float, ...], tuple[float, ...]]) -> Field:
    """Positive beside a slit down the front: half its width (second row) over height (first, rising)."""
    gap = np.interp(sheet.position[:, 2], *widths)
    front = sheet.fields["side"] < 0
    return np.asarray(np.where(front, np.abs(sheet.position[:, 0]) - gap, 1.0), np.float64)
