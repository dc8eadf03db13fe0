"""Cutting what covers the legs: trousers, shorts, skirts."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import sparse

from models.parsing.lip import Lip
from models.synthetic.garments import lines
from models.synthetic.garments.rings import tube
from models.synthetic.garments.sheet import Field, Sheet, clip, smoothed_borders
from models.synthetic.garments.source import at_level, level_position, smoothstep
from models.synthetic.garments.tailor import Cut, Ply, SeamKind, Stitch, banded, eased, turned_in
from models.synthetic.garments.top import hang, largest, waves
from models.synthetic.surface import Layer

_ROW = 0.018  # metres between a skirt's rings
_BAND_LIFT = 0.002
_LEAST = 0.006  # metres: room for the hem of a top tucked in


@dataclass(frozen=True)
class Trousers:
    """Trousers or shorts: height of the waist (z), length from the hip along the leg (0.9 the ankle), ease in metres at
    waist, hip, knee and ankle."""

    name: str
    waist: float = 1.05
    length: float = 0.9
    ease: tuple[float, float, float, float] = (0.006, 0.009, 0.012, 0.014)
    band: Literal["waistband", "rib"] = "waistband"
    finish: Literal["hem", "rib"] = "hem"
    fly: bool = True
    pockets: bool = True
    longer: float = 0.0  # metres beyond `length`: hems that break on the shoe
    stretch: float = 0.03
    stiffness: float = 0.5
    density: float = 0.3


@dataclass(frozen=True)
class Skirt:
    """A skirt: heights of waist and hem (z), ease at waist, hip and hem, folds as in `Top`."""

    name: str
    waist: float = 1.1
    hem: float = 0.6
    ease: tuple[float, float, float] = (0.006, 0.012, 0.03)
    wave: tuple[int, float] = (0, 0.0)
    pleats: tuple[int, float] = (0, 0.0)  # knife pleats: how many round the body, how deep
    hang: float = 0.5
    columns: int = 80
    stretch: float = 0.03
    stiffness: float = 0.3
    density: float = 0.2


def cut_trousers(trousers: Trousers) -> Cut:
    """The cut of trousers."""
    sheet = at_level("easy")
    sheet = sheet.only(np.asarray(((sheet.fields["arm"] < 0.3) & (sheet.position[:, 2] < 1.3))[sheet.triangles].all(1)))
    sheet = clip(sheet, lines.leg_end(sheet, trousers.length), lines.HEM)
    # The waist dips towards the front, as people wear it.
    waist = trousers.waist + 0.12 * (sheet.position[:, 1] + 0.03)
    sheet = largest(smoothed_borders(largest(clip(sheet, waist - sheet.position[:, 2], lines.WAIST))))
    sheet = _lengthened(sheet, trousers.longer)
    sheet = banded(sheet, lines.WAIST, 0.038, lines.WAISTBAND)
    sheet = banded(sheet, lines.HEM, 0.022 if trousers.finish == "hem" else 0.055, lines.HEM_BAND)
    flat = np.ones(len(sheet.position))
    plies = (
        Ply(sheet.has(lines.WAISTBAND), _BAND_LIFT * flat, wall=_BAND_LIFT),
        turned_in(sheet, lines.WAIST, lines.WAISTBAND),
        turned_in(sheet, lines.HEM, lines.HEM_BAND),
    )
    return Cut(
        name=trousers.name,
        category="lower",
        label=Lip.PANTS,
        layer=Layer.LOWER,
        level="easy",
        sheet=sheet,
        ease=eased(sheet, _trouser_ease(trousers, sheet)),
        pins=waist_pins(sheet),
        plies=plies,
        stitches=_trouser_stitches(trousers, sheet),
        buttons=((0.0, trousers.waist - 0.03),) if trousers.fly else (),
        stretch=trousers.stretch,
        stiffness=trousers.stiffness,
        density=trousers.density,
        sideways=smoothstep((0.88 - sheet.position[:, 2]) / 0.08),
        drawn=_drawn(trousers),
        trousers=True,
        marks={"left_thigh": (0.13, 0.75), "back": (0.0, 0.97)},
    )


def _trouser_ease(trousers: Trousers, sheet: Sheet) -> Field:
    waist, hip = trousers.ease[:2]
    z, down = sheet.position[:, 2], sheet.fields["along_leg"]
    trunk = np.interp(z, [0.95, trousers.waist - 0.03], [hip, waist])
    leg = _leg_ease(trousers, sheet)
    if trousers.finish == "rib":
        near = smoothstep((trousers.length - 0.05 - down) / 0.05)
        leg = 0.006 + (leg - 0.006) * near
    low = smoothstep((0.95 - z) / 0.08)
    return np.asarray(np.maximum((1.0 - low) * trunk + low * leg, _LEAST), np.float64)


def _leg_ease(trousers: Trousers, sheet: Sheet) -> Field:
    """The ease along the legs. The wider a leg, the less it follows knee and calf: it becomes a straight tube."""
    _, hip, knee, ankle = trousers.ease
    down, radius = sheet.fields["along_leg"], sheet.fields["leg_radius"]
    knots = np.array([0.05, 0.15, 0.45, 0.87])
    wanted = np.array([hip, 0.7 * hip + 0.3 * knee, knee, ankle])
    girth = np.array([_mean_radius(sheet, float(s)) for s in knots])
    close = np.interp(down, knots, wanted)
    straight = np.interp(down, knots, girth + wanted) - radius
    share = smoothstep((close - 0.008) / 0.012) * smoothstep((down - 0.15) / 0.15)
    return np.asarray((1.0 - share) * close + share * straight, np.float64)


def _mean_radius(sheet: Sheet, down: float) -> float:
    """The leg's mean radius (metres) at `down` metres from the hip."""
    near = (np.abs(sheet.fields["along_leg"] - down) < 0.02) & (sheet.fields["leg"] > 0.5)
    return float(sheet.fields["leg_radius"][near].mean()) if near.any() else 0.05


def _drawn(trousers: Trousers) -> tuple[tuple[SeamKind, tuple[tuple[float, float], ...]], ...]:
    """Slanted pockets from the waistband to the side seam, and the fly's J on the wearer's left."""
    top = trousers.waist - 0.05
    t = np.linspace(0.0, 1.0, 12)
    lines: list[tuple[SeamKind, tuple[tuple[float, float], ...]]] = []
    if trousers.pockets:
        x, z = 0.098 + 0.095 * t**1.6, top - 0.13 * t**0.8
        lines += [("pocket", tuple(zip((sign * x).tolist(), z.tolist(), strict=True))) for sign in (1.0, -1.0)]
    if trousers.fly:
        bend = np.linspace(0.0, np.pi / 2, 8)
        x = np.concatenate([[0.034, 0.034], 0.034 * np.cos(bend)])
        z = np.concatenate([[top, top - 0.09], top - 0.1 - 0.045 * np.sin(bend)])
        lines.append(("fly", tuple(zip(x.tolist(), z.tolist(), strict=True))))
        lines.append(("fly", ((0.0, top), (0.0, top - 0.15))))
    return tuple(lines)


def _lengthened(sheet: Sheet, down: float) -> Sheet:
    """Legs longer by `down` metres than the shins: below the knee each ring goes on along the shin, past the ankle,
    where the foot would spread it."""
    if not down:
        return sheet
    s, rows = sheet.fields["along_leg"], sheet.rows.copy()
    for side in (1.0, -1.0):
        leg = (sheet.fields["leg"] > 0.5) & (side * sheet.position[:, 0] > 0.012)
        ends = [np.flatnonzero(leg)[np.argsort(np.abs(s[leg] - at))[:8]] for at in (0.62, 0.84)]
        knee, ankle = (sparse.csr_array(np.full((1, 8), 0.125)) @ sheet.rows[end] for end in ends)
        # Over the instep a hem is shorter than at the heel.
        before = 1.0 - 0.55 * smoothstep((0.05 - sheet.fields["side"]) / 0.1)
        share = np.where(leg, smoothstep((s - 0.5) / 0.4) * before * down / 0.22, 0.0)
        rows = rows + sparse.csr_array(share[:, None]) @ sparse.csr_array(ankle - knee)
    position = np.asarray(rows @ level_position("easy"), np.float64)
    return replace(sheet, rows=sparse.csr_array(rows), position=position)


def _trouser_stitches(trousers: Trousers, sheet: Sheet) -> tuple[Stitch, ...]:
    band = sheet.has(lines.WAISTBAND)
    found = [
        Stitch("rib" if trousers.band == "rib" else "waistband", band),
        Stitch("rib", sheet.has(lines.HEM_BAND))
        if trousers.finish == "rib"
        else Stitch("hem", sheet.has(lines.HEM_BAND), lines.HEM_BAND),
    ]
    return tuple(found)


def waist_pins(sheet: Sheet) -> Field:
    """Held at the waistband, freer below."""
    pins = np.zeros(len(sheet.position))
    pins[np.unique(sheet.triangles[sheet.has(lines.WAISTBAND)])] = 1.0
    return pins


def cut_skirt(skirt: Skirt) -> Cut:
    """The cut of a skirt: a tube of rings from the waist to the hem."""
    count = max(6, round((skirt.waist - skirt.hem) / _ROW))
    heights = np.linspace(skirt.waist, skirt.hem, count + 1)
    sheet = tube("easy", heights, skirt.columns)
    marked = sheet.lines.copy()
    marked[: skirt.columns] |= 1 << lines.WAIST
    marked[-skirt.columns :] |= 1 << lines.HEM
    sheet = replace(sheet, lines=marked)
    sheet = banded(sheet, lines.WAIST, 0.034, lines.WAISTBAND)
    sheet = banded(sheet, lines.HEM, 0.022, lines.HEM_BAND)
    flat = np.ones(len(sheet.position))
    return Cut(
        name=skirt.name,
        category="lower",
        label=Lip.SKIRT,
        layer=Layer.LOWER,
        level="easy",
        sheet=sheet,
        ease=eased(sheet, _skirt_ease(skirt, sheet)),
        pins=waist_pins(sheet),
        plies=(
            Ply(sheet.has(lines.WAISTBAND), _BAND_LIFT * flat, wall=_BAND_LIFT),
            turned_in(sheet, lines.WAIST, lines.WAISTBAND),
            turned_in(sheet, lines.HEM, lines.HEM_BAND),
        ),
        stitches=(
            Stitch("waistband", sheet.has(lines.WAISTBAND)),
            Stitch("hem", sheet.has(lines.HEM_BAND), lines.HEM_BAND),
        ),
        stretch=skirt.stretch,
        stiffness=skirt.stiffness,
        density=skirt.density,
        sideways=smoothstep((1.02 - sheet.position[:, 2]) / 0.1),
        marks={"front": (0.0, (skirt.waist + skirt.hem) / 2), "back": (0.0, (skirt.waist + skirt.hem) / 2)},
    )


def _skirt_ease(skirt: Skirt, sheet: Sheet) -> Field:
    waist, hip, hem = skirt.ease
    z = sheet.position[:, 2]
    low = min(skirt.hem, 0.9)
    ease = np.interp(z, [low, 0.95, max(skirt.waist - 0.03, 0.97)], [hem, hip, waist])
    ease = ease + waves(sheet, skirt.wave, skirt.waist - 0.05, skirt.hem) + hang(sheet, skirt.hang)
    return np.asarray(np.maximum(ease + _pleats(skirt, sheet), _LEAST), np.float64)


def _pleats(skirt: Skirt, sheet: Sheet) -> Field:
    """Knife pleats: a saw-tooth round the body, opening from the waistband to the hem."""
    count, deep = skirt.pleats
    if not count:
        return np.zeros(len(sheet.position))
    z = sheet.position[:, 2]
    phase = (sheet.fields["turn"] * count) % 1.0
    tooth = np.where(phase < 0.7, phase / 0.7, (1.0 - phase) / 0.3)
    down = np.clip((skirt.waist - 0.04 - z) / (skirt.waist - skirt.hem), 0.0, 1.0)
    return np.asarray(deep * tooth * (0.25 + 0.75 * down) * (down > 0), np.float64)
