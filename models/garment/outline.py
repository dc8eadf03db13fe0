"""Reading a garment's outline row by row. Masks (H, W) hold one garment, upright, with a rim of background.

Points are float64 (x, y) in pixels; left and right are the viewer's.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Bool = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]

# A sleeve's sections turn from the armhole to straight across within this share of its length: the sleeve's cap.
SEAM_TURN = 0.35


@dataclass(frozen=True)
class Ribbon:
    """A strip of cloth from `left[0]`-`right[0]` to `left[-1]`-`right[-1]`; both (n, 2)."""

    left: Points
    right: Points

    @property
    def centre(self) -> Points:
        """The line in its middle, (n, 2)."""
        return (self.left + self.right) / 2

    @property
    def half_width(self) -> Points:
        """Half its width at every point of its centre, (n,)."""
        return np.asarray(np.linalg.norm(self.right - self.left, axis=1) / 2, np.float64)

    @property
    def length(self) -> float:
        """The length of its centre."""
        return float(np.linalg.norm(np.diff(self.centre, axis=0), axis=1).sum())

    def moved(self, move: Callable[[Points], Points]) -> "Ribbon":
        """The ribbon with `move` applied to its points."""
        return Ribbon(move(self.left), move(self.right))


def largest(mask: Bool) -> Bool:
    """The largest connected piece."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    return np.asarray(pieces == 1 + stats[1:, cv2.CC_STAT_AREA].argmax(), bool)


def extent(mask: Bool) -> tuple[Points, Points]:
    """The first and the last column of every row, (H,) each; 0 and 0 where a row is empty."""
    filled = mask.any(1)
    left = np.where(filled, mask.argmax(1), 0).astype(np.float64)
    right = np.where(filled, mask.shape[1] - 1 - mask[:, ::-1].argmax(1), 0).astype(np.float64)
    return left, right


def middle(mask: Bool) -> int:
    """The column that halves the garment: the median of the rows' middles."""
    left, right = extent(mask)
    rows = np.nonzero(right > left)[0]
    return int(np.median((left + right)[rows] / 2))


def run_at(mask: Bool, column: int) -> tuple[Points, Points]:
    """Both ends of every row's run through `column`, or of the run next to it; 0 and 0 in empty rows.

    Above the first row that covers the column, beside a neckline, the whole row counts: its straps belong together.
    """
    height, width = mask.shape
    left, right = extent(mask)
    for y in range(int(mask[:, column].argmax()), height):
        row = mask[y]
        if not row.any():
            continue
        start = column if row[column] else int(np.abs(np.nonzero(row)[0] - column).argmin())
        if not row[column]:
            start = int(np.nonzero(row)[0][start])
        gaps = np.nonzero(~row)[0]
        before, after = gaps[gaps < start], gaps[gaps > start]
        left[y] = before[-1] + 1 if before.size else 0
        right[y] = after[0] - 1 if after.size else width - 1
    return left, right


def top_at(mask: Bool, columns: Points) -> Points:
    """The garment's first row in each of these columns."""
    index = np.clip(np.round(columns), 0, mask.shape[1] - 1).astype(int)
    return np.asarray(mask[:, index].argmax(0), np.float64)


def hem_corners(mask: Bool, column: int) -> Points:
    """The left and right end of a top's hem, (2, 2): where the lower outline, followed from the middle outwards, jumps
    up into the gap beside a sleeve or down to a cuff; the garment's outermost columns where it has neither."""
    height, width = mask.shape
    lowest = np.where(mask.any(0), height - 1 - mask[::-1].argmax(0), -1)
    # A shirt's rounded hem climbs by less than this from one column to the third next.
    jump = 0.04 * height
    corners = []
    for sign in (-1, 1):
        x = column
        while 0 < x + 3 * sign < width - 1 and abs(int(lowest[x + 3 * sign]) - int(lowest[x])) < jump:
            x += sign
        filled = np.nonzero(lowest >= 0)[0]
        x = int(np.clip(x + sign, filled[0], filled[-1]))
        corners.append((float(x), float(lowest[x - 2 * sign])))
    return np.array(corners, np.float64)


def armpits(mask: Bool, run: tuple[Points, Points], column: int, torso_width: float, hem: Points | None) -> Points:
    """Where sleeve and torso part, (2, 2): left, right.

    `run` holds the ends of the torso's run, `hem` its corners where they are known. A sleeve that lies against the
    torso hides its armpit: then it is put straight above the hem's corner, at the usual depth of an armhole.
    """
    left, right = run
    found = []
    rows = np.nonzero(right > left)[0]
    top, bottom = int(rows[0]), int(rows[-1])
    for side, edge in ((0, left), (1, right)):
        # A row belongs to the torso alone where its run ends near the torso's own width.
        narrow = np.abs(edge - column) < 0.62 * torso_width
        y = float(_first_below_sleeve(narrow, edge, column, (top, bottom)))
        x = float(np.median(edge[int(y) : int(y) + 4]))
        expected = x if hem is None else float(hem[side, 0])
        shoulder = shoulder_at(mask, expected, torso_width, side)[1]
        # An armhole is about 0.45 of the chest's flat width deep (dressmaking: chest / 4 + 4 cm, flat width chest / 2).
        usual = shoulder + 0.45 * torso_width
        if y > shoulder + 0.9 * torso_width:
            x, y = expected, usual
        # A gap that begins as a narrow wedge is seen too late: no armhole is deeper than 0.65.
        y = min(y, shoulder + 0.65 * torso_width)
        found.append((x, min(y, bottom - 2.0)))
    return np.array(found, np.float64)


def shoulder_at(mask: Bool, armpit_x: float, width: float, side: int) -> Points:
    """The upper end of the armhole's seam, (2,): 6 % of the torso's width inside the armpit, on the upper outline.

    Where a hood or a high collar stands there, the outline falls like a cliff just outside: the cliff's foot counts.
    """
    inwards = 1 if side == 0 else -1
    x = armpit_x + 0.06 * width * inwards
    y, outside = (float(v) for v in top_at(mask, np.array([x, x - 0.06 * width * inwards])))
    if outside - y > 0.12 * width:
        y = outside - 0.03 * width
    return np.array([x, y])


def _first_below_sleeve(narrow: Bool, edge: Points, column: int, rows: tuple[int, int]) -> int:
    """The first row under the sleeve: after the wide rows that begin in the upper third. Without any there is no
    sleeve, and the armhole ends where the upper half is widest (a skirt that flares further down is no sleeve)."""
    top, bottom = rows
    height = bottom - top
    wide = np.nonzero(~narrow[top : top + int(0.95 * height)])[0]
    if not wide.size or wide[0] > height / 3:
        reach = np.abs(edge - column)[top + height // 12 : top + int(0.45 * height)]
        return int(top + height // 12 + np.nonzero(reach >= 0.97 * reach.max())[0][0])
    for row in wide:
        below = narrow[top + row + 1 : top + row + 4]
        if below.size == 3 and below.all():
            return int(top + row + 1)
    return int(min(bottom, top + wide[-1] + 1))


def strap_tops(mask: Bool, arms: Points) -> Points:
    """The outer upper corners of a sleeveless garment, (2, 2): the outermost point of the upper outline that is about
    as high as the highest of its half. Without straps they are right above the armpits."""
    width = arms[1, 0] - arms[0, 0]
    middle = arms[:, 0].mean()
    corners = []
    for side in (0, 1):
        x = np.linspace(arms[side, 0], middle, 60)
        y = top_at(mask, x)
        high = np.nonzero(y < y.min() + 0.1 * width)[0]
        corners.append((float(x[high[0]]), float(y[high[0]])))
    return np.array(corners)


def ribbon(levels: Points, left: Points, right: Points) -> Ribbon:
    """The ribbon between two edges given per row, at these rows."""
    rows = np.arange(left.size)
    return Ribbon(
        np.stack([np.interp(levels, rows, left), levels], 1), np.stack([np.interp(levels, rows, right), levels], 1)
    )


def torso_ribbon(left: Points, right: Points, arms: Points, hem: Points | None, bottom: int) -> Ribbon:
    """The torso from the armpits to the hem, 12 rows. Where a sleeve is part of the run, the edge goes straight from
    the armpit to the hem's corner, or on as it was where the corner is not known."""
    width = arms[1, 0] - arms[0, 0]
    start = int(arms[:, 1].max())
    end = bottom if hem is None else int(hem[:, 1].mean())
    edges = []
    for side, edge in ((0, left.copy()), (1, right.copy())):
        outwards = -1 if side == 0 else 1
        edge[: int(arms[side, 1]) + 1] = arms[side, 0]
        for y in range(int(arms[side, 1]) + 1, bottom + 1):
            corner = edge[y - 1] if hem is None else np.interp(y, [arms[side, 1], end], [arms[side, 0], hem[side, 0]])
            if (edge[y] - corner) * outwards > 0.1 * width:
                edge[y] = corner
        edges.append(edge)
    end = _hem(edges[0], edges[1], start, max(end, start + 3))
    return ribbon(np.linspace(start, end, 12), _smooth(edges[0], start, end), _smooth(edges[1], start, end))


def _hem(left: Points, right: Points, start: int, bottom: int) -> int:
    """The hem's row: the last whose width is still most of the width above it (corners of a hem are round)."""
    widths = (right - left)[start : bottom + 1]
    typical = np.median(widths[-max(4, widths.size // 5) :])
    whole = np.nonzero(widths > 0.8 * typical)[0]
    return int(start + whole[-1]) if whole.size else bottom


def _smooth(edge: Points, start: int, end: int) -> Points:
    smooth = edge.copy()
    size = max(3, (end - start) // 20) | 1
    padded = np.pad(edge[start : end + 1], size // 2, mode="edge")
    smooth[start : end + 1] = np.convolve(padded, np.ones(size) / size, mode="valid")
    return smooth


def sleeve(mask: Bool, torso: Ribbon, shoulder: Points, armpit: Points, side: int) -> Ribbon | None:
    """The sleeve as a ribbon from the armhole to the cuff (its left edge is the outer one of a left sleeve).

    Its sections turn from the armhole's direction to that across the sleeve over the first third, as on an arm.
    """
    region = sleeve_region(mask, torso, shoulder, armpit, side)
    y, x = np.nonzero(region)
    if x.size < 30:
        return None
    pixels = np.stack([x, y], 1).astype(np.float64)
    start = (shoulder + armpit) / 2
    axis = pixels.mean(0) - start
    axis /= max(1e-6, float(np.linalg.norm(axis)))
    across = np.array([axis[1], -axis[0]])  # to the viewer's right of a hanging sleeve
    seam = (armpit - shoulder) if side == 0 else (shoulder - armpit)
    seam_half = max(1.0, float(np.linalg.norm(seam)) / 2)
    end = float(np.percentile((pixels - start) @ axis, 98))
    share = np.linspace(0, 1, 14)
    centres = _sleeve_middle(pixels - start, axis, across, end, share) + start
    turn = np.clip(1 - share / SEAM_TURN, 0, 1)[:, None]
    section = (1 - turn) * across + turn * seam / (2 * seam_half)
    section /= np.maximum(np.linalg.norm(section, axis=1, keepdims=True), 1e-6)
    left, right = (_until_outside(region, centres, sign * section) for sign in (-1, 1))
    # The armhole itself is where the region ends, one section is the seam.
    left[0] = right[0] = seam_half
    return Ribbon(centres - section * left[:, None], centres + section * right[:, None])


def _sleeve_middle(pixels: Points, axis: Points, across: Points, end: float, share: Points) -> Points:
    """The middle of a sleeve at shares of its length, relative to the armhole's middle: it may be curved."""
    along, aside = pixels @ axis, pixels @ across
    middle = []
    for level in share * end:
        near = np.abs(along - level) < max(2.0, end / 20)
        middle.append((aside[near].min() + aside[near].max()) / 2 if near.any() else 0.0)
    # At the armhole the slices are cut off slantwise: the line begins at its middle and joins over the seam's turn.
    weight = np.clip(share / SEAM_TURN, 0, 1)
    return np.asarray(share[:, None] * end * axis + (weight * np.array(middle))[:, None] * across, np.float64)


def _until_outside(region: Bool, points: Points, directions: Points) -> Points:
    """How far the region reaches from points (n, 2) into directions (n, 2): (n,) pixels, at least 1."""
    steps = np.arange(0.0, max(region.shape))
    rays = np.round(points[:, None] + steps[None, :, None] * directions[:, None]).astype(int)
    x, y = np.clip(rays[..., 0], 0, region.shape[1] - 1), np.clip(rays[..., 1], 0, region.shape[0] - 1)
    # Up to two pixels of gap at the start: the middle of a curved sleeve's section may just lie outside.
    outside = ~region[y, x]
    outside[:, :3] = False
    return np.asarray(np.maximum(1.0, outside.argmax(1)), np.float64)


def sleeve_region(mask: Bool, torso: Ribbon, shoulder: Points, armpit: Points, side: int) -> Bool:
    """The sleeve's pixels: outside the line from the shoulder to the armpit, and outside the torso's edge below it."""
    edge = torso.left if side == 0 else torso.right
    line = np.vstack([[shoulder[0], -1.0], shoulder, armpit, edge[1:], [edge[-1, 0], mask.shape[0] + 1.0]])
    bound = np.interp(np.arange(mask.shape[0]), line[:, 1], line[:, 0])[:, None]
    columns = np.arange(mask.shape[1])[None]
    outside = columns < bound - 1 if side == 0 else columns > bound + 1
    return largest(np.asarray(mask & outside, bool))


def crotch(mask: Bool, column: int) -> Points | None:
    """The top of the gap between the legs, (2,), or None: the highest background that hangs together with the gap at
    the bottom, near the middle column."""
    height, width = mask.shape
    rows = np.nonzero(mask.any(1))[0]
    left, right = extent(mask)
    columns = np.arange(width)[None]
    inside = (columns > left[:, None]) & (columns < right[:, None])
    _, pieces, stats, centres = cv2.connectedComponentsWithStats((inside & ~mask).astype(np.uint8), connectivity=8)
    best: Points | None = None
    for index in range(1, len(stats)):
        y, tall = stats[index, cv2.CC_STAT_TOP], stats[index, cv2.CC_STAT_HEIGHT]
        central = abs(centres[index, 0] - column) < 0.2 * (right - left).max()
        if central and tall > 0.05 * height and y > rows[0] + 0.15 * rows.size and (best is None or y < best[1]):
            best = np.array([float(np.nonzero(pieces[y] == index)[0].mean()), float(y)])
    return best


def legs(mask: Bool, top: Points, bottom: int) -> tuple[Ribbon, Ribbon]:
    """Both legs as ribbons from the crotch's row to their ends; a slanted hem ends one where its width begins to go."""
    left, right = extent(mask)
    rows = np.arange(int(top[1]), bottom + 1)
    first, last = np.zeros(rows.size), np.zeros(rows.size)
    x = float(top[0])
    for index, y in enumerate(rows):
        start, stop = int(left[y]), int(right[y])
        gap = np.nonzero(~mask[y, start : stop + 1])[0] + start
        near = gap[np.abs(gap - x) < 0.25 * max(1, stop - start)]
        first[index], last[index] = (near.min(), near.max()) if near.size else (x, x)
        x = (first[index] + last[index]) / 2
    return _leg(left[rows], first, rows), _leg(last, right[rows], rows)


def _leg(left: Points, right: Points, rows: npt.NDArray[np.int_]) -> Ribbon:
    width = right - left
    # What the upper part's taper lets expect: a slanted hem falls short of it at once.
    upper = slice(0, max(2, int(0.6 * width.size)))
    index = np.arange(width.size)
    expected = np.polyval(np.polyfit(index[upper], width[upper], 1), index)
    whole = np.nonzero(width > 0.8 * expected)[0]
    end = max(int(whole[-1]) if whole.size else 0, min(3, width.size - 1))
    levels = np.linspace(0, end, 10)
    inner = ribbon(levels, left, right)
    down = np.array([0.0, float(rows[0])])
    return Ribbon(inner.left + down, inner.right + down)
