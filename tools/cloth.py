"""Cloth for `draw_garments.py`: outlines of arcs, a height field with folds, light on it, and layers on white.

Coordinates are pixels of a 768 x 1024 picture, x to the right, y down; everything is drawn at `SCALE` times that
size and reduced at the end. Fields are float32 (H, W), colours RGB 0..1.
"""

from collections.abc import Callable, Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, SCALE = 768, 1024, 2
MIDDLE = WIDTH / 2

Field = NDArray[np.float32]
Colour = tuple[float, float, float]
# An outline's corner: x, y, and how far the edge to the next corner bulges to its left, as a share of its length.
Corner = tuple[float, float, float]

# The light stands above the table, from the upper left, as in a product photographer's light tent.
LIGHT = np.array([-0.34, -0.46, 0.82], np.float32)
Y, X = (axis.astype(np.float32) / SCALE for axis in np.mgrid[0 : HEIGHT * SCALE, 0 : WIDTH * SCALE])


def rgb(code: str) -> Colour:
    """The colour of `rrggbb`."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def darker(colour: Colour, share: float) -> Colour:
    """The colour, this much of it."""
    red, green, blue = colour
    return red * share, green * share, blue * share


def arcs(corners: Sequence[Corner], closed: bool = True) -> Field:
    """Points (N, 2) along the corners, each edge a parabola of its bulge."""
    points = []
    following = [*corners[1:], corners[0]] if closed else list(corners[1:])
    for (x0, y0, bulge), (x1, y1, _) in zip(corners, following, strict=False):
        t = np.linspace(0, 1, 24, endpoint=False)[:, None]
        along = np.array([x1 - x0, y1 - y0])
        left = np.array([along[1], -along[0]])
        points.append(np.array([x0, y0]) + t * along + 4 * t * (1 - t) * bulge * left)
    return np.asarray(np.concatenate(points), np.float32)


def mirrored(corners: Sequence[Corner]) -> list[Corner]:
    """A whole outline from its left half, given from the middle at the top down to the middle at the bottom."""
    back = [(2 * MIDDLE - x, y, b) for (x, y, _), (_, _, b) in zip(corners[:0:-1], corners[-2::-1], strict=True)]
    return [*corners[:-1], *back]


def flipped(corners: Sequence[Corner]) -> list[Corner]:
    """The same part on the other side of the middle."""
    return [(2 * MIDDLE - x, y, -bulge) for x, y, bulge in corners]


def filled(corners: Sequence[Corner]) -> Field:
    """The outline's mask, 0..1, with soft edges."""
    mask = np.zeros_like(X)
    fixed = np.round(arcs(corners) * SCALE * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 1.0, cv2.LINE_AA, shift=4)
    return np.asarray(mask, np.float32)


def stroke(corners: Sequence[Corner], width: float, dash: tuple[float, float] | None = None) -> Field:
    """A line along the corners, 0..1; `dash` is (drawn, left out) in pixels."""
    drawn = np.zeros_like(X)
    points = arcs(corners, closed=False)
    points = np.vstack([points, [corners[-1][:2]]])
    if dash is None:
        pieces = [points]
    else:
        length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        starts = np.arange(0, length[-1] - dash[0], sum(dash))
        ends = [np.linspace(start, start + dash[0], 3) for start in starts]
        pieces = [np.stack([np.interp(at, length, points[:, axis]) for axis in (0, 1)], axis=1) for at in ends]
    for piece in pieces:
        fixed = np.round(piece * SCALE * 16).astype(np.int32)
        cv2.polylines(drawn, [fixed], False, 1.0, max(1, round(width * SCALE)), cv2.LINE_AA, shift=4)
    return np.asarray(drawn, np.float32)


def blurred(field: Field, sigma: float) -> Field:
    """The field after a Gaussian of `sigma` pixels."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma * SCALE), np.float32)


def noise(seed: int, along: float, across: float, degrees: float = 0.0) -> Field:
    """Smooth noise of unit variance, drawn out to `along` by `across` pixels; 0 degrees runs along x."""
    reach = int(np.hypot(WIDTH, HEIGHT)) // 2 * 2
    raw = np.random.default_rng(seed).standard_normal((reach, reach)).astype(np.float32)
    raw = np.asarray(cv2.GaussianBlur(raw, (0, 0), sigmaX=along, sigmaY=across), np.float32)
    turn = cv2.getRotationMatrix2D((reach / 2, reach / 2), -degrees, 1.0)
    raw = np.asarray(cv2.warpAffine(raw, turn, (reach, reach), borderMode=cv2.BORDER_REFLECT), np.float32)
    top, left = (reach - HEIGHT) // 2, (reach - WIDTH) // 2
    cut = cv2.resize(raw[top : top + HEIGHT, left : left + WIDTH], X.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(cut / cut.std(), np.float32)


def grain(seed: int, sigma: float = 0.6) -> Field:
    """The fabric's own fine noise, unit variance."""
    raw = np.random.default_rng(seed).standard_normal(X.shape).astype(np.float32)
    raw = blurred(raw, sigma)
    return np.asarray(raw / raw.std(), np.float32)


def radiating(x: float, y: float, reach: float, seed: int, count: float) -> Field:
    """Folds that start at a point where cloth is held, such as an armpit, and die away after `reach` pixels."""
    distance = np.hypot(X - x, Y - y)
    angle = np.arctan2(Y - y, X - x)
    # Whole numbers of waves around the point, so that there is no step where the angle turns over.
    waves = sum(np.sin(angle * round(count * k) + phase + distance / 90) / k for k, phase in _waves(seed))
    return np.asarray(waves * np.exp(-distance / reach) * np.clip(distance / 30, 0, 1), np.float32)


def hanging(top: float, bottom: float, spread: Callable[[Field], Field], count: float, seed: int) -> Field:
    """Folds of a skirt: they hang from `top`, where its half width is `spread(y)`, and deepen towards `bottom`."""
    down = np.clip((Y - top) / (bottom - top), 0, 1)
    across = (X - MIDDLE) / spread(Y)
    waves = sum(np.sin(across * count * k + phase) / k for k, phase in _waves(seed))
    return np.asarray(waves * down**0.8, np.float32)


def _waves(seed: int) -> list[tuple[float, float]]:
    """Three frequencies that do not repeat together, and their phases."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, 3)
    return list(zip((1.0, 1.65, 2.5), phases.tolist(), strict=True))


class Table:
    """A white table, seen from above, on which parts of a garment are laid one over the other."""

    def __init__(self) -> None:
        self.picture = np.ones((*X.shape, 3), np.float32)
        self.covered = np.zeros_like(X)

    def lay(  # noqa: PLR0913 - what cloth is like
        self,
        mask: Field,
        colour: Colour | Field,
        folds: Field | float = 0.0,
        *,
        roundness: float = 16.0,
        depth: float = 7.0,
        texture: Field | float = 0.0,
        casts: float = 0.28,
    ) -> None:
        """Lays cloth of this colour (or picture) on what is there.

        Args:
            mask: where it lies, 0..1.
            folds: height of its folds in pixels.
            roundness, depth: over how many pixels its edge curves down, and how far.
            texture: added to the light, so 0.02 is a faint grain.
            casts: darkness of the shadow it throws on what lies below.
        """
        below = np.roll(blurred(mask, 3.5), (3 * SCALE, 2 * SCALE), (0, 1)) * self.covered * (1 - mask)
        self.picture *= (1 - casts * below)[..., None]
        inside = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / SCALE
        # Smoothed, since the distance has a ridge on every corner's bisector and cloth has none.
        edge = blurred(np.asarray(depth * (1 - np.exp(-inside / roundness)), np.float32), 0.22 * roundness)
        light = lit(np.asarray(edge + folds, np.float32)) + texture
        painted = np.clip(np.asarray(colour, np.float32) * light[..., None], 0, 1)
        self.picture += (painted - self.picture) * mask[..., None]
        self.covered = np.maximum(self.covered, mask)

    def darken(self, line: Field, amount: float) -> None:
        """Seams and gaps: multiplies what lies there."""
        self.picture *= (1 - amount * line * self.covered)[..., None]

    def seam(self, corners: Sequence[Corner], amount: float = 0.34, width: float = 1.2) -> None:
        """A sewn line: a groove, and the cloth puckered softly beside it."""
        line = stroke(corners, width)
        self.darken(line, amount)
        glow = np.roll(blurred(line, 1.6), (2 * SCALE, 2 * SCALE), (0, 1)) - blurred(line, 4)
        self.picture *= (1 + 0.22 * glow * self.covered)[..., None]

    def stitches(self, lines: Iterable[Sequence[Corner]], colour: Colour, dash: tuple[float, float] = (4, 2.4)) -> None:
        """Visible top stitching."""
        for corners in lines:
            thread = stroke(corners, 1.0, dash)
            self.darken(np.roll(thread, SCALE, 0), 0.35)
            self.picture += (np.asarray(colour, np.float32) - self.picture) * (thread * self.covered)[..., None]

    def photographed(self) -> NDArray[np.uint8]:
        """The picture (1024, 768, 3) in RGB, with the garment's shadow on the table."""
        near = np.roll(blurred(self.covered, 5), (5 * SCALE, 2 * SCALE), (0, 1))
        far = np.roll(blurred(self.covered, 20), (14 * SCALE, 5 * SCALE), (0, 1))
        table = 1 - (1 - self.covered) * np.clip(0.17 * near + 0.13 * far, 0, 1)
        whole = self.picture * self.covered[..., None] + (1 - self.covered)[..., None]
        whole = whole * table[..., None]
        fitted = cv2.warpAffine(
            whole, self._framing(), X.shape[::-1], borderMode=cv2.BORDER_CONSTANT, borderValue=(1, 1, 1)
        )
        small = cv2.resize(fitted, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        return np.round(np.clip(small, 0, 1) * 255).astype(np.uint8)

    def _framing(self) -> NDArray[np.float64]:
        """The affine transform (2, 3) that puts the garment into the middle, as large as leaves it some air."""
        left, top, width, height = cv2.boundingRect((self.covered > 0.5).astype(np.uint8))
        scale = min(0.86 * X.shape[1] / width, 0.86 * X.shape[0] / height, 1.2)
        shift_x = X.shape[1] / 2 - scale * (left + width / 2)
        shift_y = X.shape[0] / 2 - scale * (top + height / 2)
        return np.array([[scale, 0, shift_x], [0, scale, shift_y]])


def lit(height: Field) -> Field:
    """How bright cloth of this height (pixels) is: 1 where it lies flat, with its hollows darker."""
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3) / 8 * SCALE
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3) / 8 * SCALE
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    shade = (-slope_x * LIGHT[0] - slope_y * LIGHT[1] + LIGHT[2]) / length / LIGHT[2]
    hollow = np.clip((blurred(height, 12) - height) / 14, -0.06, 0.2)
    return np.asarray(0.25 + 0.75 * shade - hollow, np.float32)
