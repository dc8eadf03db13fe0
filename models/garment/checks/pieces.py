"""The pieces that stand out of a picture's ground."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.checks.edges import enclosed
from models.garment.checks.panels import Panel
from models.garment.checks.shape import Shape, shape_of
from models.garment.cutout import SMALLEST, standing_out
from models.garment.outline import Bool, largest

# A label, a button or a hanger's hook that lies apart is under a hundredth of a garment's area.
_SPECK = 0.01
# A garment between whose arms or legs edges leave no way in has two thirds of what they enclose; a torn one half.
_BY_COLOUR = 0.6
# Trousers with legs astride fill 0.65 of their hull; with one arm folded, a shirt is even in two thirds of its own.
_RIM, _HALF = 0.55, 0.65
# Print is legible from a quarter of the range on; white cloth before white differs by a twentieth.
_INK = 64
# Two pieces are one torn by a print where the hull of one covers a tenth of the other.
_INTERLOCKED = 0.1


@dataclass(frozen=True, eq=False)
class Piece:
    """One piece: `mask` (H, W) in the reduced picture; `area` is its share of the panel it lies in; `frame` that
    panel; `letters` how many separate dark or light marks of ink it has."""

    mask: Bool
    area: float
    frame: Panel
    letters: int = 0

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width, height."""
        x, y, width, height = cv2.boundingRect(self.mask.astype(np.uint8))
        return x, y, width, height

    @cached_property
    def shape(self) -> Shape:
        """Its outline's measures."""
        return shape_of(self.mask)


def pieces(rgb: npt.NDArray[np.uint8], panel: Panel) -> list[Piece]:
    """What stands out in this panel of a picture (H, W, 3), without specks, in no order."""
    part = np.ascontiguousarray(rgb[panel])
    by_colour = standing_out(part)
    _, letters = cv2.connectedComponents(_ink(part).astype(np.uint8))
    found = []
    for mask in _separate(_stands_out(part, by_colour)):
        whole = np.zeros(rgb.shape[:2], bool)
        whole[panel] = mask
        # Between letters there is paper; a print covers cloth.
        paper = by_colour[mask].mean() < _BY_COLOUR
        ink = int(np.count_nonzero(np.unique(letters[mask]))) if paper else 0
        found.append(Piece(whole, float(mask.mean()), panel, ink))
    return found


def _ink(rgb: npt.NDArray[np.uint8]) -> Bool:
    """What differs from the rim's usual lightness as letters do from paper."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.int16)
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return np.asarray(np.abs(grey - np.median(rim)) > _INK, bool)


def _stands_out(rgb: npt.NDArray[np.uint8], by_colour: Bool) -> Bool:
    """By colour; where that leaves a torn part of what edges enclose, as of a white shirt before white, by edges."""
    plain, faint = enclosed(rgb)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((plain | faint).astype(np.uint8))
    mask = by_colour.copy()
    for index, area in enumerate(stats[:, cv2.CC_STAT_AREA]):
        if index and area > SMALLEST * mask.size:
            inside = labels == index
            mask |= _whole(by_colour & inside, plain & inside, inside)
    return mask


def _whole(by_colour: Bool, plain: Bool, faint: Bool) -> Bool:
    """Of what is seen of one thing in three ways, each seeing more than the one before, the first that is whole."""
    if _torn(plain) and not _torn(faint):
        plain = faint
    if by_colour.sum() < _BY_COLOUR * plain.sum() or _torn(by_colour):
        return plain
    return by_colour


def _torn(mask: Bool) -> bool:
    """True if the largest piece is a speck, a rim or a half: no garment fills so little of its hull or is so uneven."""
    if mask.mean() < SMALLEST:
        return True
    shape = shape_of(largest(mask))
    return shape.solidity < _RIM or shape.symmetry < _HALF


def _separate(mask: Bool) -> list[Bool]:
    """Connected pieces, thin bridges between them cut and torn ones put together."""
    reach = max(3, min(mask.shape) // 100) | 1
    clean = cv2.morphologyEx(np.pad(mask, reach, mode="edge").astype(np.uint8), cv2.MORPH_OPEN, np.ones((reach, reach)))
    clean = np.ascontiguousarray(clean[reach:-reach, reach:-reach])
    count, labels, stats, _ = cv2.connectedComponentsWithStats(clean)
    if count < 2:
        return []
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = [index for index in range(1, count) if areas[index] > _SPECK * areas[1:].max()][:40]
    kept.sort(key=lambda index: -areas[index])
    groups: list[tuple[Bool, npt.NDArray[np.uint8]]] = []
    for index in kept:
        piece = np.asarray(labels == index, bool)
        home = next((n for n, (_, hull) in enumerate(groups) if (hull[piece] > 0).mean() > _INTERLOCKED), None)
        if home is None:
            groups.append((piece, _hull(piece)))
        else:
            joined = groups[home][0] | piece
            groups[home] = (joined, _hull(joined))
    return [piece for piece, _ in groups]


def _hull(piece: Bool) -> npt.NDArray[np.uint8]:
    points = cv2.findNonZero(piece.astype(np.uint8))
    filled = np.zeros(piece.shape, np.uint8)
    cv2.fillConvexPoly(filled, cv2.convexHull(points), 1)
    return filled
