"""Denim: indigo, and what washing and wearing do to it."""

import numpy as np
import numpy.typing as npt

from models.synthetic.garments.garment import Garment
from models.synthetic.prints.cut import cut
from models.synthetic.prints.palette import Palette, to_srgb
from models.synthetic.prints.sheet import Field, Picture, Sheet, noise

_WASHES = {
    "raw": (0.16, (0.29, 0.055, 262)),
    "rinse": (0.2, (0.36, 0.065, 258)),
    "mid blue": (0.24, (0.50, 0.075, 253)),
    "light blue": (0.18, (0.68, 0.055, 248)),
    "black": (0.1, (0.25, 0.006, 270)),
    "grey": (0.06, (0.52, 0.006, 260)),
    "white": (0.06, (0.95, 0.006, 90)),
}


def indigo(rng: np.random.Generator) -> Palette:
    """A wash's colour; the accent is what it fades to."""
    share = np.array([part for part, _ in _WASHES.values()])
    name = list(_WASHES)[int(rng.choice(len(_WASHES), p=share / share.sum()))]
    lightness, chroma, hue = _WASHES[name][1]
    lightness = float(np.clip(lightness + rng.normal(0, 0.02), 0.2, 0.96))
    faded = (min(lightness + 0.34, 0.93), chroma * 0.55, hue - 4)
    return Palette(name, to_srgb((lightness, chroma, hue)), (to_srgb(faded),))


def wash(rng: np.random.Generator, sheet: Sheet, picture: Picture, garment: Garment, back: bool) -> Picture:
    """Faded in the middle of the legs (thighs and knees before, seat behind) with whiskers at the hip; paler, uneven
    cloth everywhere. A panel that is not of legs fades in its middle."""
    strength = float(rng.choice([0.0, rng.uniform(0.15, 0.35), rng.uniform(0.35, 0.6)], p=(0.25, 0.45, 0.3)))
    uneven = noise(rng, sheet.shape, 0.03 * sheet.scale, (1.8, 1.0))
    fade = 0.045 + 0.03 * uneven
    if strength > 0:
        fade = fade + strength * _worn_places(rng, sheet, garment, back)
    share = np.clip(fade, 0.0, 0.85)[..., None].astype(np.float32)
    ground = picture[0, 0].astype(np.float32)
    pale = np.minimum(ground * 0.45 + (128, 132, 138), 240).astype(np.float32)
    return np.asarray(picture + (pale - ground) * share, np.uint8)


def _worn_places(rng: np.random.Generator, sheet: Sheet, garment: Garment, back: bool) -> Field:
    """Where cloth rubs (H, W), 0..1."""
    masks = cut(garment)
    mask = masks.back if back else masks.front
    rows = np.nonzero(mask)[0]
    field = np.zeros(sheet.shape, np.float32)
    if len(rows) == 0:
        return field
    top, bottom = rows.min() / len(mask), (rows.max() + 1) / len(mask)
    high = (bottom - top) * sheet.height
    spots = ((0.30, 0.20, 1.0), (0.56, 0.12, 0.6)) if not back else ((0.16, 0.12, 0.8), (0.5, 0.16, 0.35))
    y = (sheet.y - top * sheet.height) / max(high, 1e-6)
    for centre, reach, amount in spots if garment.category == "lower" else ((0.5, 0.35, 0.5),):
        row = mask[min(int((top + centre * (bottom - top)) * len(mask)), len(mask) - 1)]
        for middle, half in _runs(row, sheet.width):
            across = np.exp(-(((sheet.x - middle) / (0.55 * half + 1e-6)) ** 2))
            field += (amount * np.exp(-(((y - centre) / reach) ** 2))[:, None] * across[None]).astype(np.float32)
    if garment.category == "lower" and not back:
        field += _whiskers(rng, sheet, y)
    return np.clip(field * (0.85 + 0.2 * noise(rng, sheet.shape, 0.012 * sheet.scale, (3.0, 0.8))), 0, 1).astype(
        np.float32
    )


def _runs(row: npt.NDArray[np.uint8], width: float) -> list[tuple[float, float]]:
    """The middle and half the width, in metres, of each leg that crosses a row."""
    inside = np.concatenate([[0], (row > 0).astype(np.int8), [0]])
    starts, ends = np.nonzero(np.diff(inside) == 1)[0], np.nonzero(np.diff(inside) == -1)[0]
    texel = width / len(row)
    runs = [
        (float(start + end) / 2 * texel - width / 2, float(end - start) / 2 * texel)
        for start, end in zip(starts, ends, strict=True)
    ]
    if len(runs) == 1 and runs[0][1] > 0.12:  # legs side by side in one piece of cloth
        middle, half = runs[0]
        return [(middle - half / 2, half / 2), (middle + half / 2, half / 2)]
    return runs


def _whiskers(rng: np.random.Generator, sheet: Sheet, y: npt.NDArray[np.float32]) -> Field:
    """Creases that fan out from the crotch to the hips."""
    x = np.abs(sheet.x)[None]
    field = np.zeros(sheet.shape, np.float32)
    for k in range(4):
        line = 0.20 - 0.022 * k + (0.5 - 0.12 * k) * (0.09 - x) * 0.35 + 0.004 * float(rng.normal())
        distance = y[:, None] - line
        field += (0.22 * np.exp(-((distance / 0.0045) ** 2)) * np.exp(-(((x - 0.09) / 0.05) ** 2))).astype(np.float32)
    return field
