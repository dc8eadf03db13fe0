"""How cloth is made: the shade and the height of its threads, stitches and ribs.

What is finer than two texels cannot be drawn; it fades out towards a plain surface instead of aliasing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from models.synthetic.prints.sheet import Field, Sheet, grain, noise
from models.synthetic.surface import Material


@dataclass(frozen=True, eq=False)
class Weave:
    """`shade` (H, W) multiplies colours, about 1; `relief` (H, W) is in metres, None where it is too fine to tell."""

    shade: Field
    relief: Field | None = None


@dataclass(frozen=True, eq=False)
class Fabric:
    """A kind of cloth. `weave` draws a panel's structure; its sizes are those of `scale`, drawn once per cloth."""

    name: str
    material: Material
    weave: Callable[[np.random.Generator, Sheet, float], Weave]  # (rng, sheet, scale 0..1: fine to coarse)


def jersey(rng: np.random.Generator, sheet: Sheet, _: float) -> Weave:
    """T-shirt cloth: almost smooth, with faint vertical columns."""
    shade = (
        1 + 0.012 * grain(rng, sheet.shape) + 0.010 * noise(rng, sheet.shape, max(0.002 * sheet.scale, 2), (6.0, 0.6))
    )
    return Weave(shade)


def poplin(rng: np.random.Generator, sheet: Sheet, _: float) -> Weave:
    """Shirt cloth: smooth."""
    return Weave(1 + 0.010 * grain(rng, sheet.shape))


def twill(rng: np.random.Generator, sheet: Sheet, scale: float) -> Weave:
    """Suiting and chino: diagonal lines a millimetre or two apart."""
    period = 0.0012 + 0.0012 * scale
    line = _visible(period, sheet) * _table(sheet, "twill", period, period)
    return Weave(
        1 + 0.05 * line + 0.012 * grain(rng, sheet.shape), 0.00012 * line if _visible(period, sheet) > 0 else None
    )


def denim(rng: np.random.Generator, sheet: Sheet, scale: float) -> Weave:
    """Coarse twill of uneven yarn: streaks along the warp."""
    period = 0.0016 + 0.0006 * scale
    line = _visible(period, sheet) * _table(sheet, "twill", period, period)
    slub = noise(rng, sheet.shape, max(0.0022 * sheet.scale, 1.6), (9.0, 0.55))
    cross = noise(rng, sheet.shape, max(0.003 * sheet.scale, 1.6), (0.5, 4.0))
    shade = 1 + 0.07 * line + 0.055 * slub + 0.025 * cross + 0.03 * grain(rng, sheet.shape)
    return Weave(shade, (0.00015 * line + 0.00006 * slub).astype(np.float32))


def fine_knit(rng: np.random.Generator, sheet: Sheet, scale: float) -> Weave:
    """A jumper of fine gauge: columns of stitches 2 to 3.5 mm wide."""
    width = 0.002 + 0.0015 * scale
    height = _visible(width, sheet) * (_table(sheet, "stitch", width, width * 0.75) - 0.5)
    shade = 1 + 0.14 * height + 0.018 * grain(rng, sheet.shape)
    return Weave(shade, (0.0004 * height).astype(np.float32))


def chunky_knit(rng: np.random.Generator, sheet: Sheet, scale: float) -> Weave:
    """Thick yarn: stitches 5 to 9 mm wide."""
    width = 0.005 + 0.004 * scale
    height = _visible(width, sheet) * (_table(sheet, "stitch", width, width * 0.8) - 0.5)
    shade = 1 + 0.26 * height + 0.035 * grain(rng, sheet.shape)
    return Weave(shade, (0.0016 * height).astype(np.float32))


def rib_knit(rng: np.random.Generator, sheet: Sheet, scale: float) -> Weave:
    """Vertical ribs 4 to 9 mm apart."""
    ridge = ribs(sheet, 0.004 + 0.005 * scale)
    return Weave(1 + 0.16 * ridge + 0.015 * grain(rng, sheet.shape), (0.0009 * ridge).astype(np.float32))


def cable_knit(rng: np.random.Generator, sheet: Sheet, scale: float) -> Weave:
    """Cables of two strands, six to nine centimetres apart, on a ground of stitches."""
    apart, turn = 0.06 + 0.03 * scale, 0.055 + 0.03 * scale
    half = 0.28 * apart
    column = np.mod(sheet.x / apart + 0.5, 1.0) * apart - apart / 2
    height = np.zeros(sheet.shape, np.float32)
    for strand in (0.0, np.pi):
        angle = 2 * np.pi * sheet.y / turn + strand
        offset = column[None] - (0.5 * half * np.sin(angle))[:, None]
        bulge = np.maximum(1 - (offset / (0.55 * half)) ** 2, 0) * (0.75 + 0.25 * np.cos(angle))[:, None]
        np.maximum(height, bulge, out=height)
    stitches = _visible(0.004, sheet) * (_table(sheet, "stitch", 0.004, 0.0032) - 0.5)
    gap = np.exp(-(((np.abs(column) - 0.92 * half) / 0.003) ** 2)).astype(np.float32)[None]
    shade = 1 + 0.22 * (height - 0.35) + 0.1 * stitches - 0.16 * gap + 0.02 * grain(rng, sheet.shape)
    return Weave(shade.astype(np.float32), (0.0035 * height + 0.0005 * stitches - 0.0008 * gap).astype(np.float32))


def corduroy(rng: np.random.Generator, sheet: Sheet, scale: float) -> Weave:
    """Wales of cut pile, 2.5 to 5 mm apart."""
    ridge = ribs(sheet, 0.0025 + 0.0025 * scale)
    nap = noise(rng, sheet.shape, 0.02 * sheet.scale, (2.0, 1.0))
    return Weave(1 + 0.20 * ridge + 0.03 * nap + 0.02 * grain(rng, sheet.shape), (0.0007 * ridge).astype(np.float32))


def linen(rng: np.random.Generator, sheet: Sheet, _: float) -> Weave:
    """Uneven yarn both ways: slubs."""
    warp = noise(rng, sheet.shape, max(0.0025 * sheet.scale, 1.5), (14.0, 0.5))
    weft = noise(rng, sheet.shape, max(0.0025 * sheet.scale, 1.5), (0.5, 14.0))
    threads = warp + weft
    return Weave(1 + 0.024 * threads + 0.02 * grain(rng, sheet.shape), (0.00005 * threads).astype(np.float32))


def satin(rng: np.random.Generator, sheet: Sheet, _: float) -> Weave:
    """Smooth; the light does the rest."""
    return Weave(1 + 0.006 * grain(rng, sheet.shape))


def leather(rng: np.random.Generator, sheet: Sheet, _: float) -> Weave:
    """Grain of small cells between creases, and wear."""
    first, second = (noise(rng, sheet.shape, max(size * sheet.scale, 2.5)) for size in (0.003, 0.005))
    crease = np.minimum(np.abs(first), np.abs(second))
    cells = np.clip(crease * 2.2, 0, 1)
    wear = noise(rng, sheet.shape, 0.10 * sheet.scale)
    return Weave(0.93 + 0.08 * cells + 0.03 * wear, (0.00025 * cells).astype(np.float32))


def fleece(rng: np.random.Generator, sheet: Sheet, _: float) -> Weave:
    """Sweatshirts and coats: brushed, soft blots."""
    fluff = noise(rng, sheet.shape, max(0.004 * sheet.scale, 2))
    return Weave(1 + 0.022 * fluff + 0.02 * grain(rng, sheet.shape), (0.00012 * fluff).astype(np.float32))


def ribs(sheet: Sheet, period: float) -> Field:
    """Vertical ridges (H, W), -0.5..0.5: round on top, narrow grooves; the same in every row."""
    phase = np.mod(sheet.x / period, 1.0)
    row = _visible(period, sheet) * (np.sin(np.pi * phase) ** 0.8 - 0.6)
    return np.broadcast_to(row.astype(np.float32), sheet.shape)


def _visible(period: float, sheet: Sheet) -> float:
    """0 where a period has 2.5 texels or less, 1 from 5 on."""
    return float(np.clip((period * sheet.scale - 2.5) / 2.5, 0.0, 1.0))


_CELL = 64


@cache
def _cell(name: str) -> Field:
    """One period (64, 64) of a structure, 0..1."""
    v, u = np.meshgrid((np.arange(_CELL) + 0.5) / _CELL, (np.arange(_CELL) + 0.5) / _CELL, indexing="ij")
    if name == "twill":
        return (2 * np.abs(np.mod(u + v, 1.0) - 0.5) * 2 - 1).astype(np.float32)
    # A stitch: two legs that meet below, each a rounded strand; rows are told by a groove across it.
    leg = np.mod(2 * u, 1.0)
    lean = np.where(u < 0.5, leg, 1 - leg)
    across = np.sin(np.pi * leg) ** 0.8
    along = np.abs(np.sin(np.pi * (v - 0.75 * lean))) ** 0.6
    return (across * along).astype(np.float32)


def _table(sheet: Sheet, name: str, width: float, height: float) -> Field:
    """A structure (H, W) whose cells are `width` x `height` metres, smoothed to the texel's size."""
    cell = _cell(name)
    blur = [max(int(_CELL / (length * sheet.scale)) // 2 * 2 + 1, 1) for length in (width, height)]
    if max(blur) >= _CELL:
        return np.zeros(sheet.shape, np.float32)
    smooth = cv2.blur(np.tile(cell, (3, 3)), (blur[0], blur[1]))[_CELL : 2 * _CELL, _CELL : 2 * _CELL]
    rows = (np.mod(sheet.y / height, 1.0) * _CELL).astype(np.int32) % _CELL
    columns = (np.mod(sheet.x / width, 1.0) * _CELL).astype(np.int32) % _CELL
    return np.asarray(smooth[rows][:, columns], np.float32)


FABRICS: dict[str, Fabric] = {
    "jersey": Fabric("jersey", Material.CLOTH, jersey),
    "poplin": Fabric("poplin", Material.CLOTH, poplin),
    "twill": Fabric("twill", Material.CLOTH, twill),
    "denim": Fabric("denim", Material.DENIM, denim),
    "fine_knit": Fabric("fine_knit", Material.KNIT, fine_knit),
    "chunky_knit": Fabric("chunky_knit", Material.KNIT, chunky_knit),
    "rib_knit": Fabric("rib_knit", Material.KNIT, rib_knit),
    "cable_knit": Fabric("cable_knit", Material.KNIT, cable_knit),
    "corduroy": Fabric("corduroy", Material.CLOTH, corduroy),
    "linen": Fabric("linen", Material.CLOTH, linen),
    "satin": Fabric("satin", Material.SILK, satin),
    "leather": Fabric("leather", Material.LEATHER, leather),
    "fleece": Fabric("fleece", Material.CLOTH, fleece),
}
