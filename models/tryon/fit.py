"""How a garment sits on a body: its scale, its length in proportion to the body, and matching points of both."""

from dataclasses import dataclass

import numpy as np

from models.garment.landmarks import GarmentLandmarks, Kind
from models.garment.outline import SEAM_TURN, Ribbon
from models.tryon import body as bodies
from models.tryon.body import Body, Points
from schemas.events import Category

# A top laid flat is half as wide as its chest is round: 1.43 shoulder widths (53 of 37 cm, size M of common tables),
# one on an invisible figure 1.2; the outline does not tell which, so the middle. Dresses are shown on figures and fit
# closer.
TOP_WIDTH, DRESS_WIDTH = 1.3, 1.0
# Cloth that lies flat goes around the body when worn: what is seen of its width is about a tenth less.
AROUND = 0.92
# Hips laid flat are half as wide as they are round, up to 1.3 times as they are seen; on a figure, as seen: the
# middle.
FLAT_HIPS = 1.18
# From the tips of the shoulders, which are a tenth of a torso length above their joints, tops reach between the waist
# (0.7 torso lengths) and the crotch (1.3); the usual hem is just below the hip joints. What is longer when laid flat
# is a larger size, not a tunic.
TOP_LENGTHS = (0.7, 1.13, 1.3)

# Trousers that end at the ankle are 2 hip widths long when laid flat (100 of 50 cm), 2.6 on a figure; cropped ones 1.5
# and 2. Where on the ankle is then the leg's matter: a product's crotch is too uncertain to tell.
FULL_LENGTH = 2.0
# An upper edge that is less than this share of the chest's width above the armpits hangs on no shoulder.
STRAPLESS = 0.15


@dataclass(frozen=True)
class Fit:
    """Pixels of the working picture per pixel of the product photo, along the body and across it."""

    along: float
    across: float


@dataclass(frozen=True)
class Part:
    """One part: matching points on the body (target) and in the product photo (source), (n, 2) or (n, m, 2) each."""

    target: Points
    source: Points


def fit_upper(body: Body, marks: GarmentLandmarks, category: Category, ease: float) -> Fit:
    """The scale of a top or a dress, from its chest, its sleeves (a long one reaches the wrist), and usual lengths."""
    typical = TOP_WIDTH if category is Category.UPPER else DRESS_WIDTH
    along = typical * body.unit / marks.width
    sleeves = [limb.length for limb in marks.limbs if limb is not None]
    if marks.kind is Kind.LONG_SLEEVES and sleeves:
        arm = max(_length(arm) for arm in body.arms)
        # Seen from the front a raised or bent arm is foreshortened: then the usual 1.45 shoulder widths count.
        along = float(np.sqrt(along * max(arm, 1.45 * body.unit) / (sum(sleeves) / len(sleeves))))
    across = along * body.frontal * (AROUND if category is Category.UPPER else 1.0)
    if category is Category.UPPER:
        low, usual, high = (share * body.torso_length for share in TOP_LENGTHS)
        length = max(_soft_limit(marks.length * along, usual, high), min(low, marks.length * along * 1.15))
    else:
        to_ankle = float(np.linalg.norm(body.ankle.mean(0) - body.neck))
        # Feet outside the frame: a leg is 1.75 torso lengths long.
        to_ankle = max(to_ankle, 2.5 * body.torso_length)
        length = _soft_limit(marks.length * along, 0.8 * to_ankle, 1.0 * to_ankle)
    return Fit(along=ease * length / marks.length, across=across)


def _soft_limit(value: float, usual: float, limit: float) -> float:
    """`value` up to `usual`; beyond, it approaches `limit`."""
    if value <= usual:
        return value
    room = limit - usual
    return usual + room * (1 - float(np.exp(-(value - usual) / room)))


def torso_part(body: Body, marks: GarmentLandmarks, fit: Fit) -> Part:
    """Matching points of a top's or dress's torso: neck, shoulders, armholes, sides and middle down to the hem."""
    tips, pits = bodies.shoulder_tips(body), bodies.armpits(body)
    middle = marks.shoulders.mean(0)
    assert marks.neckline is not None
    source = [*marks.shoulders, *marks.armpits, *marks.neckline.curve[::8]]
    if marks.kind is not Kind.SLEEVELESS:
        neck = _neck(body, marks, marks.neckline.curve, tips, fit)
        ends = marks.neckline.curve[[0, -1]]
        source += [*((marks.shoulders + marks.armpits) / 2), *((marks.shoulders + ends) / 2)]
        target = [*tips, *pits, *neck[::8], *((tips + pits) / 2), *_slopes(body, tips, neck[[0, -1]])]
    elif float(marks.armpits[:, 1].mean()) - float(middle[1]) > STRAPLESS * marks.width:
        shoulders = _neck(body, marks, marks.shoulders, tips, fit)
        target = [*shoulders, *pits, *_neck(body, marks, marks.neckline.curve, tips, fit)[::8]]
    else:
        # Without straps the upper edge goes around the chest at the armpits' height.
        chest = pits.mean(0) - float(marks.armpits[:, 1].mean() - middle[1]) * fit.along * body.down
        points = np.array([*marks.shoulders, *marks.neckline.curve[::8]]) - middle
        around = chest + points[:, :1] * fit.across * body.across + points[:, 1:] * fit.along * body.down
        target = [*around[:2], *pits, *around[2:]]
    rows = _torso_rows(body, marks, fit, float(middle[1]))
    for row_target, row_source in zip(rows.target, rows.source, strict=True):
        source += list(row_source)
        target += list(row_target)
    return Part(np.array(target), np.array(source))


def _slopes(body: Body, tips: Points, neck: Points) -> Points:
    """The middle of both shoulders' slopes, (2, 2), from their tips to the neck's sides (2, 2 each): on the
    silhouette's upper edge, which rises above the straight line by up to 0.06 shoulder widths (the trapezius)."""
    middle = (tips + neck) / 2
    steps = np.linspace(0, 0.07, 15)
    rays = middle[:, None] - steps[None, :, None] * body.unit * body.down
    inside = bodies.inside(body.silhouette, rays.reshape(-1, 2)).reshape(2, -1)
    # Where hair lies on the shoulder its edge is not seen: then it is like the other one.
    rise = np.where(inside.all(1), np.inf, steps[(~inside).argmax(1)])
    rise = np.where(np.isfinite(rise), rise, rise.min())
    return np.asarray(middle - np.where(np.isfinite(rise), rise, 0.03)[:, None] * body.unit * body.down, np.float64)


def _neck(body: Body, marks: GarmentLandmarks, curve: Points, tips: Points, fit: Fit) -> Points:
    """The front neckline on the body, (n, 2): its ends on the slope from the shoulders' tips to the neck."""
    assert marks.neckline is not None
    middle = marks.shoulders.mean(0)
    shoulders = float(np.linalg.norm(marks.shoulders[1] - marks.shoulders[0])) * fit.across
    if marks.kind is Kind.SLEEVELESS:
        # Straps end inside the shoulders, whose width the garment does not show: its chest's tells it.
        shoulders = 0.88 * marks.width * fit.across
    offsets = (curve - middle) * (fit.across, fit.along)
    # It keeps its share of the shoulders, but a collar cannot be narrower than the neck (a third of them).
    half = float(np.abs(offsets[[0, -1], 0]).mean())
    centre = tips.mean(0)
    span = float(np.linalg.norm(tips[1] - tips[0])) / 2
    held = float(np.clip(half / (shoulders / 2) * span, 0.2 * body.unit * body.frontal, 0.9 * span))
    # From the tips the trapezius rises by about 20 degrees to the neck.
    rise = (span - held) * 0.36
    # A neckline below the shoulders stays below them.
    own = (float(marks.shoulders[:, 1].mean()) - float(marks.neckline.curve[[0, -1], 1].mean())) * fit.along
    rise = own if own < 0 else rise * min(1.0, own / (0.03 * body.unit))
    depth = offsets[:, 1] - (offsets[0, 1] + offsets[-1, 1]) / 2
    x = offsets[:, 0] * held / max(half, 1e-6)
    slope = (tips[1] - tips[0]) / (2 * span)
    return np.asarray(centre + x[:, None] * slope + (depth - rise)[:, None] * body.down, np.float64)


def _torso_rows(body: Body, marks: GarmentLandmarks, fit: Fit, top: float) -> Part:
    """Left side, middle and right side at every row of the torso's ribbon below the armpits, (n, 3, 2)."""
    spine = _spine(body)
    tips = bodies.shoulder_tips(body).mean(0)
    distances = (marks.torso.centre[:, 1] - top) * fit.along + float((tips - body.neck) @ body.down)
    pits = float((bodies.armpits(body).mean(0) - body.neck) @ body.down)
    # The first row is the armpits'; the others keep their order below it.
    distances = pits + (distances - distances[0]) * (distances[-1] - pits) / max(1e-6, distances[-1] - distances[0])
    centres, directions = _along(spine, distances)
    widths = bodies.half_widths(body, np.where(distances[:, None] < body.torso_length, centres, body.pelvis))
    own = marks.torso.half_width[:, None] * fit.across * np.ones((1, 2))
    normal = np.stack([directions[:, 1], -directions[:, 0]], 1)
    wide = _held_wide(body, centres, normal, own, widths)
    left = centres - normal * wide[:, :1]
    right = centres + normal * wide[:, 1:]
    source = np.stack([marks.torso.left, marks.torso.centre, marks.torso.right], 1)
    return Part(np.stack([left, (left + right) / 2, right], 1)[1:], source[1:])


def _held_wide(body: Body, centres: Points, normal: Points, own: Points, widths: Points) -> Points:
    """Half widths, left and right (n, 2): the garment's own, but at least the body's with 3 % for the cloth, and at
    most what may be changed. A skirt that is too wide keeps its shape: it flares less in every row."""
    free = np.stack([bodies.room(body, centres, sign * normal) for sign in (-1, 1)], 1)
    # The narrowest of the neighbouring rows: a hem must not copy every notch of the mask's outline.
    padded = np.pad(free, ((1, 1), (0, 0)), mode="edge")
    narrow = np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
    free = np.maximum(narrow, 0.3 * body.unit)
    below = (centres - body.neck) @ body.down > 1.1 * body.torso_length
    flare = np.maximum(own - widths, 1e-6)
    share = np.where(below[:, None], np.clip((free - widths) / flare, 0, 1), 1).min(0)
    own = np.where(below[:, None], np.minimum(own, widths + share * flare), own)
    return np.asarray(np.minimum(np.maximum(own, widths * 1.03), free), np.float64)


def _spine(body: Body) -> Points:
    """The line a torso and a skirt hang on: neck, pelvis, knees' and ankles' middle."""
    knees, ankles = body.knee.mean(0), body.ankle.mean(0)
    # Skirts hang down: legs that are raised or out of the frame do not pull them up.
    if (ankles - body.pelvis) @ body.down < body.torso_length:
        ankles = body.pelvis + body.down * 1.75 * body.torso_length
        knees = body.pelvis + body.down * 0.9 * body.torso_length
    return np.stack([body.neck, body.pelvis, knees, ankles])


def _along(line: Points, distances: Points) -> tuple[Points, Points]:
    """Points and directions at these distances along a polyline, continued beyond its ends."""
    steps = np.diff(line, axis=0)
    lengths = np.maximum(np.linalg.norm(steps, axis=1), 1e-6)
    starts = np.concatenate([[0.0], np.cumsum(lengths)])
    segment = np.clip(np.searchsorted(starts, distances, side="right") - 1, 0, len(steps) - 1)
    units = steps / lengths[:, None]
    points = line[segment] + (distances - starts[segment])[:, None] * units[segment]
    return points, units[segment]


def sleeve_part(body: Body, marks: GarmentLandmarks, fit: Fit, side: int) -> Part | None:
    """The sleeve of this side as a mesh along the arm, (n, m, 2)."""
    limb = marks.limbs[side]
    if limb is None:
        return None
    tip, pit = bodies.shoulder_tips(body)[side], bodies.armpits(body)[side]
    path = _arm_path(body, side)
    length = sleeve_length(body, marks, fit, side)
    first = (tip, pit) if side == 0 else (pit, tip)
    least = np.interp(np.linspace(0, 1, 5), [0, 0.5, 1], [bodies.UPPER_ARM, bodies.FOREARM, bodies.WRIST]) * body.unit
    most = 0.33 * body.unit
    return _limb_part(body, limb, _Course(path, length, first, least, most, fit.across, loose=2.0))


def sleeve_length(body: Body, marks: GarmentLandmarks, fit: Fit, side: int) -> float:
    """How far the sleeve of this side reaches along the arm, in pixels; 0 without one. A long one ends at the wrist."""
    limb = marks.limbs[side]
    if limb is None:
        return 0.0
    length = limb.length * fit.along
    if marks.kind is Kind.LONG_SLEEVES:
        full = _length(_arm_path(body, side))
        length = full * float(np.clip(length / full, 0.94, 1.03))
    return length


def _arm_path(body: Body, side: int) -> Points:
    """The line a sleeve follows, (3, 2): from the armhole's middle over the elbow to the wrist."""
    start = (bodies.shoulder_tips(body)[side] + bodies.armpits(body)[side]) / 2
    return np.stack([start, *body.arms[side][1:]])


def fit_lower(body: Body, marks: GarmentLandmarks, worn: bool, ease: float) -> Fit:
    """The scale of a skirt, shorts or trousers, from the hips."""
    hips = float(bodies.half_widths(body, body.pelvis[None]).sum())
    across = 1.06 * hips / marks.width
    along = across * (1.0 if worn else FLAT_HIPS)
    return Fit(along=along * ease, across=across)


def waist_height(marks: GarmentLandmarks) -> float:
    """How far above the hip joints the waistband sits, in torso lengths: low jeans 0.15, mid rise 0.23, high 0.34, just
    under where the agnostic mask begins."""
    rise = float(marks.torso.centre[-1, 1] - marks.torso.centre[0, 1])
    if marks.kind is Kind.SKIRT:
        return 0.3
    return float(np.clip(0.23 + 0.35 * (rise / marks.width - 0.6), 0.15, 0.34))


def yoke_part(body: Body, marks: GarmentLandmarks, fit: Fit) -> Part:
    """Left, middle and right of every row from the waistband to the crotch (a skirt's: to the hem), (n, 3, 2)."""
    start = body.torso_length * (1 - waist_height(marks))
    distances = start + (marks.torso.centre[:, 1] - marks.torso.centre[0, 1]) * fit.along
    has_legs = any(limb is not None for limb in marks.limbs)
    if has_legs:
        crotch = body.torso_length * (1 + bodies.CROTCH_DEPTH)
        distances = np.linspace(start, max(crotch, start + 0.2 * body.torso_length), len(distances))
    centres, directions = _along(_spine(body), distances)
    widths = bodies.half_widths(body, np.where(distances[:, None] < body.torso_length, centres, body.pelvis))
    own = marks.torso.half_width[:, None] * fit.across * np.ones((1, 2))
    normal = np.stack([directions[:, 1], -directions[:, 0]], 1)
    wide = _held_wide(body, centres, normal, own, widths)
    left, right = centres - normal * wide[:, :1], centres + normal * wide[:, 1:]
    target = np.stack([left, (left + right) / 2, right], 1)
    source = np.stack([marks.torso.left, marks.torso.centre, marks.torso.right], 1)
    return Part(target, source)


def shorts_part(body: Body, marks: GarmentLandmarks, fit: Fit) -> Part:
    """Shorts as one piece: the yoke, and both sides of each leg at its middle and its end, (n, 2). Legs that end above
    the knee hardly bend, and one smooth piece has no seam where they begin."""
    yoke = yoke_part(body, marks, fit)
    target, source = list(yoke.target.reshape(-1, 2)), list(yoke.source.reshape(-1, 2))
    for side in (0, 1):
        limb = marks.limbs[side]
        assert limb is not None
        thigh = body.knee[side] - body.hip[side]
        along = thigh / max(1e-6, float(np.linalg.norm(thigh)))
        normal = np.array([along[1], -along[0]])
        outer, inner = yoke.target[-1, 0 if side == 0 else 2], yoke.target[-1, 1]
        ends = (outer, inner) if side == 0 else (inner, outer)
        middle = (ends[0] + ends[1]) / 2
        for index in (len(limb.left) // 2, -1):
            down = (limb.centre[index, 1] - limb.centre[0, 1]) * fit.along
            half = max(float(limb.half_width[index]) * fit.across, bodies.THIGH * body.unit * 0.8)
            centre = middle + along * down + (limb.centre[index, 0] - limb.centre[0, 0]) * fit.across * normal * 0.5
            target += [centre - normal * half, centre + normal * half]
            source += [limb.left[index], limb.right[index]]
    return Part(np.array(target), np.array(source))


def leg_part(body: Body, marks: GarmentLandmarks, fit: Fit, yoke: Part, side: int) -> Part | None:
    """The leg of this side as a mesh along the shopper's leg; it begins at the yoke's last row."""
    limb = marks.limbs[side]
    if limb is None:
        return None
    edge, crotch = yoke.target[-1, 0 if side == 0 else 2], yoke.target[-1, 1]
    leg = body.legs[side]
    path = np.stack([(edge + crotch) / 2, leg[1], leg[2] + (leg[2] - leg[1]) * 0.06])
    length = limb.length * fit.along
    if marks.kind is Kind.TROUSERS and marks.length > FULL_LENGTH * marks.width:
        length = _length(path)
    first = (edge, crotch) if side == 0 else (crotch, edge)
    least = np.interp(np.linspace(0, 1, 5), [0, 0.5, 1], [bodies.THIGH, bodies.KNEE, bodies.ANKLE]) * body.unit
    half = float(np.linalg.norm(edge - crotch)) / 2
    across = half / max(1e-6, float(limb.half_width[0]))
    return _limb_part(body, limb, _Course(path, length, first, least, 2.0 * half, across, loose=1.15))


@dataclass(frozen=True)
class _Course:
    """How a sleeve or a leg of a garment runs along a limb of the body."""

    path: Points  # (n, 2) the limb's middle
    length: float  # how far the garment reaches along it
    first: tuple[Points, Points]  # left and right end of its first section, which the torso shares
    least: Points  # the limb's half widths along the whole path
    most: float  # the widest half width
    across: float  # picture pixels per product pixel across the limb
    loose: float  # how many of the limb's half widths the old clothes around it may be followed


def _limb_part(body: Body, limb: Ribbon, course: _Course) -> Part:
    """A mesh from the first section along the path to the garment's end, and a little beyond."""
    path, length, first = course.path, course.length, course.first
    full = _length(path)
    smooth = _rounded(path)
    count = max(8, round(26 * min(1.0, length / full)) + 2)
    # It begins a little before the seam and ends a little beyond the cuff: there the garment's own alpha ends it.
    share = np.linspace(-0.04, 1.08, count)
    centres, directions = _along(smooth, share * length)
    normal = np.stack([directions[:, 1], -directions[:, 0]], 1)
    normal = _smoothed(normal)
    at_source = np.linspace(0, 1, len(limb.left))
    left_source, right_source = (_resample(edge, at_source, share) for edge in (limb.left, limb.right))
    half_source = np.linalg.norm(right_source - left_source, axis=1) / 2
    body_half = np.interp(share * length / full, np.linspace(0, 1, len(course.least)), course.least)
    half = np.clip(half_source * course.across, body_half, max(course.most, float(body_half.max())))
    # Over the first third the sections turn from the seam's direction to that across the limb.
    turn = np.clip(1 - share * length / (SEAM_TURN * full), 0, 1)[:, None]
    seam = (first[1] - first[0]) / 2
    seam_half = max(1e-6, float(np.linalg.norm(seam)))
    section = (1 - turn) * normal + turn * seam / seam_half
    section /= np.maximum(np.linalg.norm(section, axis=1, keepdims=True), 1e-6)
    half = (1 - turn[:, 0]) * half + turn[:, 0] * seam_half
    # At the seam itself the section ends where the torso's does; soon after, it reaches over the limb's own edge.
    seam_share = turn[:, 0] ** 8
    loose = course.loose * body_half
    edges = [
        seam_share * half
        + (1 - seam_share) * np.maximum(half, np.minimum(bodies.reach(body, centres, sign * section), loose))
        for sign in (-1, 1)
    ]
    free = [np.maximum(bodies.room(body, centres, sign * section), body_half) for sign in (-1, 1)]
    lengths = [np.minimum(edge, limit)[:, None] for edge, limit in zip(edges, free, strict=True)]
    left, right = centres - section * lengths[0], centres + section * lengths[1]
    u = np.array([-1.4, -1.0, -0.5, 0.0, 0.5, 1.0, 1.4])
    return Part(_across(left, right, u), _across(left_source, right_source, u))


def _across(left: Points, right: Points, u: Points) -> Points:
    centre, half = (left + right) / 2, (right - left) / 2
    return np.asarray(centre[:, None] + u[None, :, None] * half[:, None], np.float64)


def _resample(edge: Points, at: Points, share: Points) -> Points:
    """Points at these shares of an edge, continued straight beyond its ends."""
    inside = np.stack([np.interp(share, at, edge[:, axis]) for axis in (0, 1)], 1)
    before = np.minimum(share, 0)[:, None] * (edge[1] - edge[0]) / (at[1] - at[0])
    beyond = np.maximum(share - 1, 0)[:, None] * (edge[-1] - edge[-2]) / (at[-1] - at[-2])
    return np.asarray(inside + before + beyond, np.float64)


def _rounded(path: Points) -> Points:
    """The polyline with its corners cut three times (Chaikin 1974): cloth bends, it does not break."""
    for _ in range(3):
        quarter, three = path[:-1] * 0.75 + path[1:] * 0.25, path[:-1] * 0.25 + path[1:] * 0.75
        middle = np.stack([quarter, three], 1).reshape(-1, 2)
        path = np.vstack([path[:1], middle[1:-1], path[-1:]])
    return path


def _smoothed(vectors: Points) -> Points:
    padded = np.pad(vectors, ((2, 2), (0, 0)), mode="edge")
    mean = np.stack([np.convolve(padded[:, axis], np.ones(5) / 5, mode="valid") for axis in (0, 1)], 1)
    return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-6), np.float64)


def _length(path: Points) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
