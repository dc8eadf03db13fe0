"""The front neckline: what a product photo shows above it is the garment's inner back, which a neck covers."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.outline import Bool, Points, top_at

# Shapes of a neckline, as the depth at u = -1..1 between the neck's sides: V, round, and square.
POWERS = (1.0, 2.0, 4.0)
# A curve counts as seen when the picture's gradient along it is this many times that of the cloth around it.
SEEN = 1.6
# Depth of a crew neck below the neck's sides, in widths of the neck: used where no curve is seen.
USUAL_DEPTH = 0.42
# What stands higher above the shoulders than this share of their width is a hood.
HOOD = 0.3


@dataclass(frozen=True)
class Neckline:
    """`curve` (n, 2) goes from the left side of the neck over the front's lowest point to the right side.

    `open` is True where the outline itself is the front neckline, so that no inner back is seen.
    """

    curve: Points
    open: bool

    def moved(self, move: Callable[[Points], Points]) -> "Neckline":
        """The neckline with `move` applied to its points."""
        return Neckline(move(self.curve), self.open)


def find_neckline(rgb: npt.NDArray[np.uint8], mask: Bool, shoulders: Points) -> Neckline:
    """The neckline of an upper garment or a dress: `rgb` and `mask` of one size, `shoulders` (2, 2) in their pixels."""
    left, right = _neck_sides(mask, shoulders)
    hood = _hood(mask, shoulders, left, right)
    if hood > 0:
        left, right = _hood_sides(mask, shoulders)
    width = float(right[0] - left[0])
    middle = (left + right) / 2
    top = float(top_at(mask, np.array([middle[0]]))[0])
    u = np.linspace(-1, 1, 33)
    base = left + (u[:, None] + 1) / 2 * (right - left)
    if top - middle[1] > 0.2 * width:
        return Neckline(np.stack([base[:, 0], top_at(mask, base[:, 0])], 1), open=True)
    strength = _edges(rgb)
    best, best_score = USUAL_DEPTH * width + hood, SEEN
    best_power = 2.0
    ordinary = _ordinary(strength, mask, base, width)
    for power in POWERS:
        for depth in np.linspace(0.15 * width + 0.8 * hood, 1.1 * width + hood, 39):
            y = base[:, 1] + depth * (1 - np.abs(u) ** power)
            score = _along(strength, base[:, 0], y) / ordinary
            if score > best_score * (1.0 if depth < best or best_score == SEEN else 1.15):
                best, best_score, best_power = float(depth), score, power
    curve = np.stack([base[:, 0], base[:, 1] + best * (1 - np.abs(u) ** best_power)], 1)
    if hood > 0:
        curve = _from_height(curve, float(shoulders[:, 1].mean()) - 0.08 * float(shoulders[1, 0] - shoulders[0, 0]))
    return Neckline(curve, open=False)


def _hood(mask: Bool, shoulders: Points, left: Points, right: Points) -> float:
    """How far a hood stands above the shoulders, in pixels; 0 without one. What is seen in its opening down to the
    front's lowest point is its inside, which lies behind the head."""
    span = float(shoulders[1, 0] - shoulders[0, 0])
    height = float(shoulders[:, 1].mean() - top_at(mask, np.array([shoulders[:, 0].mean()]))[0])
    # A collar stands a tenth of the shoulders' width above them, a hood a third. If its opening is read at its sides,
    # below its top, it is known already.
    sides = float(shoulders[:, 1].mean() - max(left[1], right[1]))
    return height if height > HOOD * span and sides > 0.7 * height else 0.0


def _hood_sides(mask: Bool, shoulders: Points) -> tuple[Points, Points]:
    """The sides of a hood's opening, as far apart as a neck is wide."""
    centre, span = float(shoulders[:, 0].mean()), float(shoulders[1, 0] - shoulders[0, 0])
    top = float(top_at(mask, np.array([centre]))[0])
    return np.array([centre - 0.23 * span, top]), np.array([centre + 0.23 * span, top])


def _from_height(curve: Points, height: float) -> Points:
    """The part of a curve (n, 2) that is below this row, with as many points: a hood's sides lie around the neck."""
    below = np.nonzero(curve[:, 1] >= height)[0]
    if below.size < 3:
        return curve
    at = np.linspace(below[0], below[-1], len(curve))
    index = np.arange(len(curve))
    return np.stack([np.interp(at, index, curve[:, axis]) for axis in (0, 1)], 1)


def _neck_sides(mask: Bool, shoulders: Points) -> tuple[Points, Points]:
    """Where the shoulders' slope ends at the collar: the outline's point farthest above the line from a shoulder to the
    middle of the neck. A neck is 0.3 to 0.55 of the shoulders wide, and so is a collar."""
    centre = float(shoulders[:, 0].mean())
    span = float(shoulders[1, 0] - shoulders[0, 0])
    sides = []
    for sign, shoulder in ((-1, shoulders[0]), (1, shoulders[1])):
        x = centre + sign * np.linspace(0.15, 0.33, 19) * span
        y = top_at(mask, x)
        middle_y = float(top_at(mask, np.array([centre]))[0])
        line = np.interp(np.abs(x - centre), [0, span / 2], [middle_y, shoulder[1]])
        best = int((line - y).argmax())
        sides.append((float(x[best]), float(y[best])))
    return np.array(sides[0]), np.array(sides[1])


def _edges(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The vertical gradient's strength over all of Lab: a neckline's front is mostly level."""
    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 1.5).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(np.linalg.norm(cv2.Sobel(lab, cv2.CV_32F, 0, 1), axis=2), np.float32)


def _along(strength: npt.NDArray[np.float32], x: Points, y: Points) -> float:
    """The mean strength along a curve, each point capped so that one button cannot carry it."""
    inner = slice(3, -3)
    xs = np.clip(np.round(x[inner]), 0, strength.shape[1] - 1).astype(int)
    ys = np.clip(np.round(y[inner]), 0, strength.shape[0] - 1).astype(int)
    values = strength[ys, xs]
    return float(np.minimum(values, 3 * np.median(values) + 1e-6).mean())


def _ordinary(strength: npt.NDArray[np.float32], mask: Bool, base: Points, width: float) -> float:
    """The mean strength of the cloth in and under the neck."""
    x0, x1 = int(base[0, 0]), int(base[-1, 0]) + 1
    y0 = int(base[:, 1].min())
    window = slice(y0, y0 + int(1.3 * width)), slice(x0, x1)
    inside = mask[window]
    return float(strength[window][inside].mean()) + 1e-3 if inside.any() else 1.0
