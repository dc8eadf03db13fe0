"""The figure that holds clothes up for the camera and is not seen itself."""

from functools import cache
from weakref import WeakKeyDictionary

import numpy as np

from models.synthetic.body.model import PosedBody, body
from models.synthetic.body.poses import Arm, Leg, Pose
from models.synthetic.body.strike import strike
from models.synthetic.drape.dress import VOLUME, Quality, dress
from models.synthetic.garments.garment import Garment, Worn

# Arms hang a little off the body, so that sleeves are seen whole; feet are close, as trousers are shown.
_ARM = Arm(upper=(0.36, -0.02, -1.0), fore=(0.26, 0.10, -1.0))
_LEG = Leg(out=0.085, toe_out=6.0)
_POSE = Pose("mannequin", left=_ARM, right=_ARM, left_leg=_LEG, right_leg=_LEG)
_WOMENS = ("blouse", "crop_top", "skirt", "dress", "culottes", "wide_trousers")

_hung: "WeakKeyDictionary[Garment, Worn]" = WeakKeyDictionary()


def hung(garment: Garment, quality: Quality = VOLUME) -> Worn:
    """The garment on the figure, facing a frontal camera; draped once for each garment."""
    if garment not in _hung:
        womens = any(word in garment.name for word in _WOMENS)
        _hung[garment] = dress(_figure(womens), [garment], quality)[0]
    return _hung[garment]


@cache
def _figure(womens: bool) -> PosedBody:
    """A slim dressmaker's figure, so that clothes fall freely."""
    shape = {"gender": 0.95, "cupsize": 0.4} if womens else {"gender": 0.1}
    return strike(body({"age": 2 / 3, "weight": 0.42, "muscle": 0.5, "height": 0.5, **shape}), _POSE)


def turned(worn: Worn) -> Worn:
    """The same with its back to the camera."""
    return Worn(worn.garment, worn.vertices * np.array([-1.0, -1.0, 1.0]))
