"""What an outline is like: how wide it is at every height, how many branches it has, whether its halves agree.

Everything is measured on one piece in its bounding box, its longer side reduced to `SIDE` pixels, and given in shares
of the piece's own height or greatest width: neither the picture's size nor the camera's distance matters.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.outline import Bool, crotch, extent, largest, middle, top_at

# A cuff or a strap (3 % of a garment) still has 6 pixels.
SIDE = 200
# A branch narrower than 2 % of the piece is a thread or a rim of shadow.
_THREAD = 4
_SAMPLES = 101
# Turning must make the halves agree by 3 % more: less is a fold or a hem that hangs.
_WORTH_TURNING = 0.03

Profile = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """An outline's measures.

    `widths` (101,) is the outer width at 0 %..100 % of the height, in greatest widths. `split` is the share of the
    lower half's rows that are two branches with the middle between them (legs), `sleeved` that of all rows with a
    branch at either side of the trunk. `gap` is how far the gap between legs reaches up, in heights, 0 without one.
    `hollow` is how much deeper the upper edge lies in its middle than at its sides (a neck), in widths. `symmetry` is
    the intersection over union with its mirror image, `solidity` the share of its convex hull, `ellipse` the
    intersection over union with the ellipse of equal moments, `thickness` twice the largest inscribed radius in sides
    of the square of equal area as its box. `loop` is how wide the outline is right below a handle: two thin arms around
    a gap in the middle of the upper half, 0 without one.
    """

    aspect: float
    widths: Profile
    trunk: Profile
    split: float
    sleeved: float
    single: float
    gap: float
    hollow: float
    symmetry: float
    solidity: float
    ellipse: float
    thickness: float
    loop: float

    def width(self, start: float, end: float | None = None) -> float:
        """The outer width at a share of the height, or the greatest between two."""
        first = round(start * (_SAMPLES - 1))
        last = first if end is None else round(end * (_SAMPLES - 1))
        return float(self.widths[first : last + 1].max())

    @property
    def length(self) -> float:
        """The height in trunk widths: the trunk's typical width under the arms, where no sleeve is part of it."""
        return 1 / max(1e-6, self.aspect * float(np.percentile(self.trunk[35:61], 40)))


def shape_of(piece: Bool) -> Shape:
    """The measures of one piece (H, W) of a mask."""
    mask = _normal(piece)
    left, right = extent(mask)
    widths = np.where(right > left, right - left + 1, 0)
    rows = np.nonzero(widths)[0]
    mid = middle(mask)
    split, sleeved, single, trunk = _branches(mask, mid, rows)
    gap = crotch(mask, mid)
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = max(contours, key=cv2.contourArea)
    height, width = rows.size, float(widths.max())
    at = np.linspace(rows[0], rows[-1], _SAMPLES)
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    return Shape(
        aspect=width / height,
        widths=np.interp(at, rows, widths[rows]) / width,
        trunk=np.interp(at, rows, trunk) / width,
        split=split,
        sleeved=sleeved,
        single=single,
        gap=0.0 if gap is None else float(rows[-1] - gap[1]) / height,
        hollow=_hollow(mask, left, right, rows) / width,
        symmetry=_symmetry(mask, mid),
        solidity=cv2.contourArea(contour) / max(1.0, cv2.contourArea(cv2.convexHull(contour))),
        ellipse=_like_ellipse(mask),
        loop=_loop(mask, mid, rows) / width,
        thickness=2 * float(depth.max()) / float(np.sqrt(width * height)),
    )


def _normal(piece: Bool) -> Bool:
    x, y, width, height = cv2.boundingRect(piece.astype(np.uint8))
    scale = SIDE / max(width, height)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(piece[y : y + height, x : x + width].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    mask = _upright(largest(np.pad(small > 0.5, 2)))
    # A print of the background's colour inside the outline is part of the garment.
    _, gaps, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small_gap = stats[:, cv2.CC_STAT_AREA] < 0.004 * mask.size
    return np.asarray(mask | small_gap[gaps], bool)


def _upright(mask: Bool) -> Bool:
    """Turned by what makes its halves agree most, up to 10 degrees; a garment that is uneven anyway stays as it is."""
    reach = max(mask.shape)
    square = np.zeros((reach, reach), np.uint8)
    top, left = (reach - mask.shape[0]) // 2, (reach - mask.shape[1]) // 2
    square[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    little = np.asarray(cv2.resize(square, (64, 64), interpolation=cv2.INTER_AREA), np.uint8)
    best, angle = _agreement(little) + _WORTH_TURNING, 0.0
    for degrees in (-10.0, -7.5, -5.0, -2.5, 2.5, 5.0, 7.5, 10.0):
        agreement = _agreement(_turned(little, degrees))
        if agreement > best:
            best, angle = agreement, degrees
    if angle == 0.0:
        return mask
    turned = _turned(np.asarray(np.pad(square, reach // 8), np.uint8), angle) > 0
    x, y, width, height = cv2.boundingRect(turned.astype(np.uint8))
    return np.pad(turned[y : y + height, x : x + width], 2)


def _turned(mask: npt.NDArray[np.uint8], degrees: float) -> npt.NDArray[np.uint8]:
    size = mask.shape[0]
    about = cv2.getRotationMatrix2D((size / 2, size / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(mask, about, (size, size), flags=cv2.INTER_NEAREST), np.uint8)


def _agreement(mask: npt.NDArray[np.uint8]) -> float:
    return _symmetry(mask > 0, middle(mask > 0)) if mask.any() else 0.0


def _branches(mask: Bool, mid: int, rows: npt.NDArray[np.intp]) -> tuple[float, float, float, Profile]:
    """Shares of rows with legs (of the lower half), with sleeves beside a trunk, of one run; and the trunk's width."""
    kinds, trunk = [], []
    for y in rows:
        edges = np.diff(np.concatenate([[0], mask[y].astype(np.int8), [0]]))
        starts, ends = np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]
        wide = ends - starts >= _THREAD
        starts, ends = starts[wide], ends[wide]
        covers = bool(((starts <= mid) & (mid < ends)).any())
        if starts.size == 2 and not covers and ends[0] <= mid + 2 and starts[1] >= mid - 2:
            # Cuffs that hang lower than the hem are far apart; legs begin side by side.
            filled = (ends - starts).sum() >= (ends[1] - starts[0]) / 2
            kinds.append("legs" if filled else "other")
        elif starts.size == 3 and covers:
            kinds.append("sleeves")
        else:
            kinds.append("one" if starts.size == 1 else "other")
        longest = ends - starts
        over = longest[(starts <= mid) & (mid < ends)]
        trunk.append(float(over[0]) if over.size else float(ends[-1] - starts[0]) if starts.size else 0.0)
    lower = kinds[len(kinds) // 2 :]
    return (
        lower.count("legs") / max(1, len(lower)),
        kinds.count("sleeves") / len(kinds),
        kinds.count("one") / len(kinds),
        np.array(trunk),
    )


def _hollow(mask: Bool, left: Profile, right: Profile, rows: npt.NDArray[np.intp]) -> float:
    """How much lower the upper edge is in the middle fifth than at its highest, in pixels, across what is a tenth of
    the height down: a neck between shoulders or straps."""
    y = int(rows[0] + 0.1 * rows.size)
    top = top_at(mask, np.linspace(left[y], right[y], 41)) - rows[0]
    outer = min(top[3:18].min(), top[23:38].min())
    return float(np.median(top[17:24]) - outer)


def _loop(mask: Bool, mid: int, rows: npt.NDArray[np.intp]) -> float:
    """The width under a handle in pixels, 0 without one: see `Shape`."""
    _, _, stats, centres = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    for index in range(1, len(stats)):
        x, y, width, height, _area = stats[index]
        outer = x == 0 or y == 0 or x + width == mask.shape[1] or y + height == mask.shape[0]
        if outer or abs(centres[index][0] - mid) > 0.1 * mask.shape[1] or height < 0.12 * rows.size:
            continue
        middle_row = mask[y + height // 2]
        thin = middle_row.sum() < 0.3 * (width + middle_row.sum())
        below = min(int(y + height + 0.03 * rows.size), mask.shape[0] - 1)
        if thin and y + height < rows[0] + 0.6 * rows.size:
            return float(mask[below].sum())
    return 0.0


def _symmetry(mask: Bool, mid: int) -> float:
    reach = max(mid, mask.shape[1] - 1 - mid)
    padded = np.zeros((mask.shape[0], 2 * reach + 1), bool)
    padded[:, reach - mid : reach - mid + mask.shape[1]] = mask
    mirrored = padded[:, ::-1]
    return float((padded & mirrored).sum() / (padded | mirrored).sum())


def _like_ellipse(mask: Bool) -> float:
    y, x = np.nonzero(mask)
    centre = np.array([x.mean(), y.mean()])
    values, axes = np.linalg.eigh(np.cov(np.stack([x, y])))
    yy, xx = np.mgrid[: mask.shape[0], : mask.shape[1]]
    along = (np.stack([xx, yy], 2) - centre) @ axes
    # A filled ellipse's variance along an axis is a quarter of the half axis squared.
    inside = (along**2 / (4 * np.maximum(values, 1e-6))).sum(2) <= 1
    return float((inside & mask).sum() / (inside | mask).sum())
