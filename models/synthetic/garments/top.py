"""Cutting what covers the trunk: tops, jackets, dresses."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models.parsing.lip import Lip
from models.synthetic.garments import lines
from models.synthetic.garments.details import buttons, drawn
from models.synthetic.garments.garment import Category
from models.synthetic.garments.lines import Neck
from models.synthetic.garments.rings import extended
from models.synthetic.garments.sheet import Field, Sheet, clip, loops, smoothed_borders, split
from models.synthetic.garments.source import Level, at_level, smoothstep
from models.synthetic.garments.tailor import Cut, Ply, Stitch, banded, border_distance, eased, turned_in
from models.synthetic.geometry import edges, vertex_normals
from models.synthetic.surface import Layer

Ease = tuple[float, float, float, float]  # metres at hem, waist, chest, shoulder
Wave = tuple[int, float]  # folds round the hem, and how deep they are
Front = Literal["closed", "buttoned", "polo", "open", "zipped"]
Finish = Literal["hem", "rib"]
Collar = Literal["none", "rib", "shirt", "lapel", "hood", "roll"]

_WAIST = 1.06  # metres: below, the cloth hangs in rings
_LAPEL_ENDS = 1.22  # metres
_STRAP = 0.003  # metres
_ROW = 0.017  # metres between rings


@dataclass(frozen=True)
class Sleeve:
    """A sleeve `length` metres from the shoulder (0.55 the wrist; 0 none); its ease at shoulder and cuff; `puff` more
    of it in the middle."""

    length: float = 0.16
    ease: tuple[float, float] = (0.012, 0.018)
    puff: float = 0.0
    finish: Literal["hem", "rib", "cuff"] = "hem"


@dataclass(frozen=True)
class Top:
    """A top, jacket or dress. `ease` in metres at hem, waist, chest and shoulder."""

    name: str
    category: Category = "upper"
    label: Lip = Lip.UPPER_CLOTHES
    layer: Layer = Layer.UPPER
    level: Level = "easy"
    neck: Neck = field(default_factory=Neck)
    sleeve: Sleeve = field(default_factory=Sleeve)
    armhole: tuple[float, float] = (0.15, 1.345)  # without sleeves: x at the shoulder, z at the bottom
    hem: float = 0.9  # z
    ease: Ease = (0.025, 0.022, 0.016, 0.008)
    front: Front = "closed"
    gap: tuple[float, float] = (0.03, 0.06)  # an open front's half width at the chest and the hem
    collar: Collar = "none"
    finish: Finish = "hem"
    pockets: bool = False
    wave: Wave = (0, 0.0)
    hang: float = 0.8  # how far it falls straight from the seat instead of following the thighs, 0..1
    stretch: float = 0.03
    stiffness: float = 0.3
    density: float = 0.18


def cut_top(top: Top) -> Cut:
    """The cut of a top."""
    sheet = _opened(top, _hung(top, _bodice(top)))
    sheet = largest(smoothed_borders(sheet))
    sheet = _banded(top, sheet)
    ease = eased(sheet, _ease(top, sheet))
    return Cut(
        name=top.name,
        category=top.category,
        label=top.label,
        layer=top.layer,
        level=top.level,
        sheet=sheet,
        ease=ease,
        pins=_pins(top, sheet),
        plies=_plies(top, sheet),
        stitches=_stitches(top, sheet),
        buttons=buttons(sheet, top.front),
        drawn=drawn(sheet, top.front == "zipped", top.collar == "hood"),
        stretch=top.stretch,
        stiffness=top.stiffness,
        density=top.density,
        sideways=smoothstep((1.02 - sheet.position[:, 2]) / 0.1) * sheet.fields["ring"],
        marks={"chest": (0.0, 1.3), "left_chest": (0.085, 1.38), "back": (0.0, 1.34)},
    )


def _bodice(top: Top) -> Sheet:
    """What covers the trunk above the waist, and the arms."""
    sheet = at_level(top.level)
    sheet = sheet.only((sheet.position[:, 2] > min(_WAIST, top.hem) - 0.08)[sheet.triangles].all(1) | _arms(sheet))
    if top.sleeve.length > 0:
        sheet = clip(sheet, lines.sleeve_end(sheet, top.sleeve.length), lines.CUFF)
    else:
        sheet = clip(sheet, lines.armhole(sheet, *top.armhole), lines.CUFF)
    sheet = largest(sheet)
    sheet = clip(sheet, lines.neckline(sheet, top.neck), lines.NECK)
    short = top.hem > _WAIST
    low = np.where(sheet.fields["arm"] < 0.4, sheet.position[:, 2] - max(_WAIST, top.hem), 1.0)
    return largest(clip(sheet, low, lines.HEM if short else lines.BODICE))


def _arms(sheet: Sheet) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray((sheet.fields["arm"] > 0.5)[sheet.triangles].all(1))


def largest(sheet: Sheet) -> Sheet:
    """The sheet's largest piece: hands and head fall off."""
    ends = edges(sheet.triangles)
    count = len(sheet.position)
    links = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    piece = connected_components(links, directed=False)[1]
    of_triangle = piece[sheet.triangles[:, 0]]
    return sheet.only(of_triangle == np.bincount(of_triangle).argmax())


def _hung(top: Top, sheet: Sheet) -> Sheet:
    """With rings down to the hem."""
    if top.hem > _WAIST:
        return sheet
    walk = next(w for w in loops(sheet.triangles) if sheet.on(lines.BODICE)[w].all())
    count = max(2, round((_WAIST - top.hem) / _ROW))
    heights = np.linspace(_WAIST, top.hem, count + 1)[1:]
    wide = False
    hung = extended(top.level, sheet, walk, heights, wide)
    lowest = np.flatnonzero(
        hung.position[:, 2] <= hung.position[np.arange(len(hung.position)) >= len(sheet.position), 2].min() + 1e-6
    )
    marked = hung.lines & ~np.int64(1 << lines.BODICE)
    marked[lowest] |= 1 << lines.HEM
    return _joined(replace(hung, lines=marked))


def _joined(sheet: Sheet) -> Sheet:
    """The step between bodice and rings smoothed out: six rounds within 5 cm of the joint."""
    ends = edges(sheet.triangles)
    both = np.concatenate([ends, ends[:, ::-1]])
    count = len(sheet.position)
    links = sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count))
    around = sparse.csr_array(sparse.diags_array(1.0 / links.sum(1)) @ links)
    share = 0.5 * smoothstep(1.0 - np.abs(sheet.position[:, 2] - _WAIST) / 0.05)
    share = np.where((sheet.lines == 0) & (sheet.fields["arm"] < 0.2), share, 0.0)
    step = sparse.csr_array(sparse.diags_array(1.0 - share) + sparse.diags_array(share) @ around)
    for _ in range(6):
        sheet = sheet.moved(step, sheet.lines)
    return sheet


def _opened(top: Top, sheet: Sheet) -> Sheet:
    """With its front cut open."""
    if top.front != "open":
        return sheet
    chest, hem = top.gap
    widths = ((top.hem, 1.05, 1.3, 1.5), (hem, 0.6 * chest + 0.4 * hem, chest, 0.75 * chest))
    return clip(sheet, lines.opening(sheet, widths), lines.FRONT)


def _ease(top: Top, sheet: Sheet) -> Field:
    """The ease wanted: over height on the trunk, along the arm on the sleeves."""
    z = sheet.position[:, 2]
    hem, waist, chest, shoulder = top.ease
    low = min(top.hem, 0.95)
    trunk = np.interp(z, [low, 1.15, 1.33, 1.5], [hem, waist, chest, shoulder])
    reach = max(top.sleeve.length, 0.1)
    share = np.clip(sheet.fields["along_arm"] / reach, 0.0, 1.0)
    # Close on the shoulder's ball, or it looks padded.
    arm = (
        np.interp(share, [0.0, 0.35, 1.0], [min(shoulder, top.sleeve.ease[0]), *top.sleeve.ease])
        + top.sleeve.puff * np.sin(np.pi * share) ** 1.5
    )
    if top.sleeve.finish != "hem":
        # Gathered into the cuff over the last 7 cm.
        arm = np.interp(sheet.fields["along_arm"], [reach - 0.07, reach - 0.045], [1.0, 0.0]) * (arm - 0.006) + 0.006
    on_arm = smoothstep(1.4 * sheet.fields["arm"] - 0.2)
    ease = (1.0 - on_arm) * trunk + on_arm * arm
    if top.finish == "rib" and top.hem < 1.2:
        # Blousing over the ribbed hem, which holds close.
        ease = np.where(z < top.hem + 0.05, np.minimum(ease, 0.008 + _least(top.layer)), ease)
    ease = ease + _waves(top, sheet) + _hang(top, sheet)
    least = np.full(len(z), _least(top.layer))
    if top.sleeve.length == 0:
        # Straps lie on the skin.
        least = np.minimum(least, np.interp(z, [1.42, 1.48], [least[0], _STRAP]))
        ease = np.minimum(ease, np.interp(z, [1.42, 1.48], [1.0, _STRAP]))
    return np.asarray(np.maximum(ease, least), np.float64)


def _least(layer: Layer) -> float:
    """The least ease of a layer, metres: each has room for what is worn below it."""
    return {Layer.INNER: 0.004, Layer.LOWER: 0.006, Layer.UPPER: 0.008, Layer.OUTER: 0.016}[layer]


def _waves(top: Top, sheet: Sheet) -> Field:
    """Soft folds that grow towards the hem."""
    return waves(sheet, top.wave, _WAIST, top.hem)


def waves(sheet: Sheet, wave: tuple[int, float], start: float, end: float) -> Field:
    """Folds: `wave` how many round the body and how deep, from height `start` (none) to `end`."""
    count, deep = wave
    if not count:
        return np.zeros(len(sheet.position))
    down = np.clip((start - sheet.position[:, 2]) / (start - end), 0.0, 1.0)
    return np.asarray(deep * down**1.3 * (1.0 - np.cos(2 * np.pi * count * sheet.fields["turn"])) * 0.5, np.float64)


def _hang(top: Top, sheet: Sheet) -> Field:
    return hang(sheet, top.hang)


def hang(sheet: Sheet, share: float) -> Field:
    """How much farther off the thighs cloth is that falls straight from belly and seat, times `share`."""
    y, z, side = sheet.position[:, 1], sheet.position[:, 2], sheet.fields["side"]
    seat = np.where((z > 0.85) & (sheet.fields["arm"] < 0.3) & (z < 1.06), y, 0.0)
    behind, before = float(seat.max()), float(seat.min())
    slope = np.abs(side) / (np.abs(side) + 0.05)
    short = np.where(side > 0, behind - y, y - before) * slope
    low = smoothstep((0.95 - z) / 0.12)
    return np.asarray(low * (share * np.clip(short, 0.0, 0.12) + _plumb(sheet)), np.float64)


def _plumb(sheet: Sheet) -> Field:
    """How much narrower the rings are than those above them, from side to side: cloth does not draw in again below the
    calves."""
    on_ring = sheet.fields["ring"] > 0.5
    if not on_ring.any():
        return np.zeros(len(sheet.position))
    x, z = np.abs(sheet.position[:, 0]), sheet.position[:, 2]
    heights = np.arange(float(z[on_ring].max()), float(z[on_ring].min()) - 0.01, -0.02)
    width = np.array([x[on_ring & (np.abs(z - height) < 0.02)].max(initial=0.0) for height in heights])
    lacking = np.maximum.accumulate(width) - width
    now = np.interp(z, heights[::-1], width[::-1])
    return np.asarray(np.interp(z, heights[::-1], lacking[::-1]) * x / np.maximum(now, 0.05) * on_ring, np.float64)


def _banded(top: Top, sheet: Sheet) -> Sheet:
    """With the lines along which hems are turned in, ribs and collars begin."""
    ribs = {"hem": 0.02, "rib": 0.05, "cuff": 0.055}
    sheet = banded(sheet, lines.CUFF, ribs[top.sleeve.finish] if top.sleeve.length > 0 else 0.012, lines.CUFF_BAND)
    sheet = banded(sheet, lines.HEM, 0.022 if top.finish == "hem" else 0.05, lines.HEM_BAND)
    neck = {"none": 0.015, "rib": 0.02, "shirt": 0.028, "lapel": 0.03, "hood": 0.03, "roll": 0.05}
    sheet = banded(sheet, lines.NECK, neck[top.collar], lines.NECK_BAND)
    if top.front == "open":
        sheet = banded(sheet, lines.FRONT, 0.03, lines.FRONT_BAND)
    if top.front in ("buttoned", "polo"):
        beside = np.abs(sheet.position[:, 0]) - 0.016
        sheet = split(sheet, np.where(sheet.fields["side"] < 0, beside, 1.0), lines.PLACKET)
    if top.collar in ("shirt", "lapel", "hood", "roll"):
        sheet = split(sheet, -_collar_shape(top, sheet), lines.COLLAR)
    return sheet


def _collar_shape(top: Top, sheet: Sheet) -> Field:
    """Positive on what the collar lies upon when folded over."""
    x, y, z = np.abs(sheet.position[:, 0]), sheet.position[:, 1], sheet.position[:, 2]
    front = smoothstep(-(y + 0.03) / 0.05)
    if top.collar == "shirt":
        # A point in front beside the neck's pit, 4 cm deep at the back.
        edge = 1.545 - 0.055 * front * smoothstep(1.0 - np.abs(x - 0.045) / 0.06) + 0.02 * (1.0 - front)
        apart = x - np.where(front > 0.5, 0.006 + 0.35 * np.maximum(1.56 - z, 0.0), -1.0)
        return np.asarray(np.minimum(z - edge, apart), np.float64)
    if top.collar == "roll":
        return np.asarray(z - (1.55 + 0.33 * (y + 0.09)), np.float64)
    if top.collar == "hood":
        return _hood(sheet) - border_distance(sheet, lines.NECK)
    # A lapel: from the back of the neck down to the chest, with a notch.
    wide = np.interp(z, [_LAPEL_ENDS, 1.42, 1.44, 1.47, 1.56], [0.0, 0.085, 0.07, 0.1, 0.11])
    return np.asarray(np.where(y < -0.0, np.minimum(wide - (x - 0.018), z - _LAPEL_ENDS), z - 1.55), np.float64)


def _hood(sheet: Sheet) -> Field:
    """How far a lying hood reaches from the neckline, metres: a band in front, 18 cm behind."""
    behind = smoothstep((sheet.position[:, 1] + 0.03) / 0.07)
    middle = smoothstep(1.0 - np.abs(sheet.position[:, 0]) / 0.16)
    return np.asarray(0.035 + 0.145 * behind * middle, np.float64)


def _pins(top: Top, sheet: Sheet) -> Field:
    """Held at the neckline and on the shoulders, loosely at ribs."""
    z, x = sheet.position[:, 2], np.abs(sheet.position[:, 0])
    shoulder = smoothstep((z - 1.5) / 0.05) * smoothstep((0.2 - x) / 0.06)
    on_neck = sheet.on(lines.NECK).astype(float)
    pins = np.maximum(0.85 * shoulder, on_neck)
    near = np.zeros(len(z))
    for bit, finish in ((lines.CUFF_BAND, top.sleeve.finish), (lines.HEM_BAND, top.finish)):
        if finish != "hem":
            near[np.unique(sheet.triangles[sheet.has(bit)])] = 0.8
    return np.asarray(np.maximum(pins, near), np.float64)


def _plies(top: Top, sheet: Sheet) -> tuple[Ply, ...]:
    flat = np.ones(len(sheet.position))
    plies = [
        turned_in(sheet, lines.HEM, lines.HEM_BAND),
        turned_in(sheet, lines.CUFF, lines.CUFF_BAND),
        turned_in(sheet, lines.NECK, lines.NECK_BAND),
    ]
    if top.front == "open":
        plies.append(turned_in(sheet, lines.FRONT, lines.FRONT_BAND))
    if top.front in ("buttoned", "polo"):
        plies.append(Ply(_placket(top, sheet), 0.0016 * flat, wall=0.0016))
    if top.sleeve.finish == "cuff":
        plies.append(Ply(sheet.has(lines.CUFF_BAND), 0.0018 * flat, wall=0.0018))
    if top.collar == "rib":
        plies.append(Ply(sheet.has(lines.NECK_BAND), 0.0016 * flat, wall=0.0016))
    if top.collar in ("shirt", "lapel", "hood", "roll"):
        plies.append(_collar(top, sheet))
    return tuple(plies)


def _collar(top: Top, sheet: Sheet) -> Ply:
    """The collar folded over: close at the fold, standing off towards its edge."""
    mask = sheet.has(lines.COLLAR)
    z = sheet.position[:, 2]
    off = {"shirt": (0.004, 0.0095), "lapel": (0.003, 0.008), "hood": (0.006, 0.035), "roll": (0.003, 0.006)}[
        top.collar
    ]
    high = float(z[np.unique(sheet.triangles[mask])].max()) if mask.any() else 1.6
    share = smoothstep((high - z) / (0.07 if top.collar != "lapel" else 0.2))
    # On the shoulder's top it lies flat: its edge would stand off like a wing.
    level = vertex_normals(sheet.position, sheet.triangles)[:, 2]
    lift = (off[0] + (off[1] - off[0]) * share) * (1.0 - 0.6 * smoothstep((level - 0.3) / 0.4))
    if top.collar == "hood":
        # It lies in a roll round the back of the neck and hangs to a rounded point.
        share = np.clip(border_distance(sheet, lines.NECK) / _hood(sheet), 0.0, 1.0)
        behind = smoothstep((sheet.position[:, 1] + 0.01) / 0.07)
        lift = 0.004 + (0.005 + 0.035 * behind) * np.sin(np.pi * share**0.7)
    return Ply(mask, lift, wall=0.006 if top.collar == "hood" else 0.003)


def _placket(top: Top, sheet: Sheet) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    mask = sheet.has(lines.PLACKET)
    if top.front == "polo":
        mask = mask & (sheet.position[sheet.triangles][:, :, 2].mean(1) > 1.38)
    return np.asarray(mask)


def _stitches(top: Top, sheet: Sheet) -> tuple[Stitch, ...]:
    found = []
    for bit, ribbed, kind in (
        (lines.HEM_BAND, top.finish == "rib", "hem"),
        (lines.CUFF_BAND, top.sleeve.finish != "hem", "cuff"),
        (lines.NECK_BAND, top.collar in ("rib", "roll"), "collar"),
    ):
        if bit == lines.NECK_BAND and top.collar in ("shirt", "lapel", "hood"):
            continue  # the collar lies over that seam, and shares its texture
        area = "cuff" if top.sleeve.finish == "cuff" and kind == "cuff" else "rib"
        found.append(Stitch(area, sheet.has(bit)) if ribbed else Stitch(kind, sheet.has(bit), bit))  # type: ignore[arg-type]
    if top.front == "open":
        band = sheet.has(lines.FRONT_BAND)
        if top.collar == "lapel":
            band &= sheet.position[sheet.triangles][:, :, 2].mean(1) < _LAPEL_ENDS  # the lapel lies over the rest
        found.append(Stitch("placket", band, lines.FRONT_BAND))
    if top.front in ("buttoned", "polo"):
        found.append(Stitch("placket", _placket(top, sheet)))
    if top.collar in ("shirt", "lapel", "hood"):
        found.append(Stitch("collar", sheet.has(lines.COLLAR)))
    return tuple(found)
