"""Cloth that is sat on: it stays between flesh and seat, and what hangs beside lies on the seat."""

import numpy as np
import numpy.typing as npt

from models.synthetic.body.anchors import seat
from models.synthetic.body.model import PosedBody
from models.synthetic.geometry import Points

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# A thigh sinks by less than that share of its length from hip to knee on any chair.
_LEVEL = 0.55
_DOWN = -0.5  # flesh that looks down by 60 degrees or more from level rests on the seat
_BESIDE = 0.05  # metres that a seat is wider than the hips, on each side
_LAP = 0.015  # metres between thigh and skirt
_FLARE = 0.4  # how much of a skirt's flare is left over a lap
LAP_HOLDS = 0.1  # as a pin: cloth on a lap does not slide off it
_SUNK = 0.08  # metres below the seat that cloth is still lifted onto it
_BEHIND = 0.20  # metres of seat behind the buttocks


def seated(figure: PosedBody) -> bool:
    """True if both thighs are about level."""
    for letter in "LR":
        thigh = figure.joint(f"lowerleg01.{letter}") - figure.joint(f"upperleg01.{letter}")
        if abs(thigh[2]) > _LEVEL * float(np.linalg.norm(thigh)):
            return False
    return True


def sat_on(figure: PosedBody, skin: Floats) -> Mask:
    """Which vertices are held between flesh and seat, (N,). `skin` (N, 7) are their planes on the skin."""
    place = seat(figure)
    towards = np.asarray(place.towards)
    ahead = (skin[:, :2] - np.asarray(place.centre)) @ towards
    on_it = (skin[:, 2] > place.height - 0.03) & (ahead > -_BEHIND) & (ahead < place.depth - 0.12)
    return np.asarray(on_it & (skin[:, 5] < _DOWN) & (skin[:, 2] < place.height + 0.12), bool)


def laid_down(targets: Points, skin: Floats) -> Mask:
    """Brings cloth that a thigh has carried up with it down onto the lap, in place: a skirt's flare turned by 90
    degrees would stand up there. `skin` (N, 7) are the vertices' planes on the skin. Which vertices that were, (N,)."""
    gap = np.einsum("nk,nk->n", targets - skin[:, :3], skin[:, 3:6])
    aloft = (skin[:, 5] > 0.0) & (gap > _LAP)
    lowered = (1.0 - _FLARE) * np.minimum(1.0, 2.0 * skin[:, 5]) * (gap - _LAP)
    targets[aloft] -= lowered[aloft, None] * skin[aloft, 3:6]
    return np.asarray(aloft & (skin[:, 5] > 0.5), bool)


def on_seat(figure: PosedBody, positions: Points) -> Floats:
    """Planes (N, 7) that keep vertices above the seat, where there is one below them."""
    place = seat(figure)
    towards = np.asarray(place.towards)
    offset = positions[:, :2] - np.asarray(place.centre)
    ahead, beside = offset @ towards, np.abs(offset @ [-towards[1], towards[0]])
    above = (ahead > -0.12 - _BEHIND) & (ahead < place.depth - 0.22) & (beside < place.width / 2 + _BESIDE)
    above &= positions[:, 2] > place.height - _SUNK
    planes = np.zeros((len(positions), 7))
    planes[:, 2] = place.height
    planes[:, 5] = 1.0
    planes[:, 6] = np.where(above, 0.002, -1e9)
    return planes
