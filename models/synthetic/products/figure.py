"""The figure that holds clothes up for the camera and is not seen itself."""

from functools import cache
from weakref import WeakKeyDictionary

import numpy as np

from models.synthetic.body.model import PosedBody, body
from models.synthetic.body.poses import Arm, Leg, Pose
from models.synthetic.body.strike import strike
from models.synthetic.drape.dress import VOLUME, Quality, dress
from models.synthetic.garments.garment import Garment, Worn

# Arms hang a little off the body, so that sleeves are seen whole; hands stay clear of what reaches to them.
_CLOSE = Arm(upper=(0.36, -0.02, -1.0), fore=(0.30, 0.08, -1.0))
_AWAY = Arm(upper=(0.75, -0.02, -1.0), fore=(0.80, 0.0, -1.0))
_RAISED = Arm(upper=(1.0, 0.0, -0.25), fore=(1.0, 0.0, -0.2))
_LEG = Leg(out=0.085, toe_out=6.0)
_REACHING = ("coat", "cardigan", "blazer", "jacket", "shirt", "dress")
_WOMENS = ("blouse", "crop_top", "skirt", "dress", "culottes", "wide_trousers")

_hung: "WeakKeyDictionary[Garment, Worn]" = WeakKeyDictionary()


def hung(garment: Garment, quality: Quality = VOLUME) -> Worn:
    """The garment on the figure, facing a frontal camera; draped once for each garment."""
    if garment not in _hung:
        _hung[garment] = dress(_figure_for(garment), [garment], quality)[0]
    return _hung[garment]


def _figure_for(garment: Garment) -> PosedBody:
    womens = any(word in garment.name for word in _WOMENS)
    if garment.category == "lower":
        return _figure(womens, _RAISED)
    return _figure(womens, _AWAY if any(word in garment.name for word in _REACHING) else _CLOSE)


@cache
def _figure(womens: bool, arm: Arm) -> PosedBody:
    """A slim dressmaker's figure, so that clothes fall freely."""
    shape = {"gender": 0.95, "cupsize": 0.4} if womens else {"gender": 0.1}
    pose = Pose("mannequin", left=arm, right=arm, left_leg=_LEG, right_leg=_LEG)
    return strike(body({"age": 2 / 3, "weight": 0.42, "muscle": 0.5, "height": 0.5, **shape}), pose)


def turned(worn: Worn) -> Worn:
    """The same with its back to the camera."""
    return Worn(worn.garment, worn.vertices * np.array([-1.0, -1.0, 1.0]))
