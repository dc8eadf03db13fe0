"""What is only drawn on a top's front: zip, buttons, a hoodie's cords and pouch."""

import numpy as np

from models.synthetic.garments.sheet import Sheet
from models.synthetic.garments.tailor import Line, SeamKind

_POUCH = ((0.0, 0.265), (0.085, 0.265), (0.1, 0.245), (0.15, 0.13), (0.155, 0.11), (0.155, 0.056))  # x, z above the hem


def drawn(sheet: Sheet, zipped: bool, hooded: bool) -> tuple[tuple[SeamKind, Line], ...]:
    """Lines of (x, z): a zip down the middle of the front; a hoodie's cords and its pouch."""
    found: list[tuple[SeamKind, Line]] = []
    if not zipped and not hooded:
        return ()
    low, high = _middle(sheet)
    if zipped:
        found.append(("zip", tuple((0.0, float(z)) for z in np.linspace(high, low, 40))))
    if not hooded:
        return tuple(found)
    cord = high - 0.05 - 0.02 * np.arange(9)
    for side in (-1.0, 1.0):
        found.append(("cord", tuple((side * (0.032 + 0.004 * k), float(z)) for k, z in enumerate(cord))))
        # Beside a zip there are two pouches.
        start = (0.02 if zipped else 0.0, _POUCH[0][1])
        outline = np.array([start, *_POUCH[1:]]) * [side, 1.0] + [0.0, low]
        found.append(("pocket", tuple((float(x), float(z)) for x, z in outline)))
    return tuple(found)


def buttons(sheet: Sheet, front: str) -> tuple[tuple[float, float], ...]:
    """Where a polo's or a shirt's buttons are, (x, z)."""
    if front == "polo":
        return ((0.0, 1.49), (0.0, 1.45), (0.0, 1.41))
    if front != "buttoned":
        return ()
    low, high = _middle(sheet)
    return tuple((0.0, float(z)) for z in np.arange(high - 0.03, low + 0.05, -0.09))


def _middle(sheet: Sheet) -> tuple[float, float]:
    """Between which heights the front's middle has cloth."""
    middle = (np.abs(sheet.position[:, 0]) < 0.02) & (sheet.fields["side"] < 0)
    return float(sheet.position[middle, 2].min()), float(sheet.position[middle, 2].max())
