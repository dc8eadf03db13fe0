"""LIP's class of bare skin, and what it lies over, for every triangle of the body."""

from functools import cache

import numpy as np
import numpy.typing as npt

from models.parsing.lip import TORSO_SKIN, Lip
from models.synthetic.body.basis import basis
from models.synthetic.body.model import bone_index, skin_weights
from models.synthetic.surface import Layer

_ARM = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
_LEG = ("upperleg", "lowerleg", "foot", "toe")


@cache
def triangle_bones() -> npt.NDArray[np.float64]:
    """How much each triangle of the skin follows each bone, (T, B)."""
    triangles = basis().parts["body"][0]
    weights = skin_weights().toarray()
    return np.asarray(sum(weights[triangles[:, corner]] for corner in range(3)) / 3, np.float64)


@cache
def skin_labels() -> npt.NDArray[np.uint8]:
    """LIP's class of each triangle of the skin, (T,): arms from the shoulder, legs from the hip, the rest
    `TORSO_SKIN`."""
    labels = np.full(len(triangle_bones()), TORSO_SKIN, np.uint8)
    for bones, left, right in ((_ARM, Lip.LEFT_ARM, Lip.RIGHT_ARM), (_LEG, Lip.LEFT_LEG, Lip.RIGHT_LEG)):
        for letter, label in (("L", left), ("R", right)):
            labels[share_of(bones, letter) > 0.5] = label
    return labels


@cache
def skin_layers() -> npt.NDArray[np.uint8]:
    """What each triangle of the skin lies over, (T,): hands and head over clothes."""
    layers = np.full(len(triangle_bones()), Layer.SKIN, np.uint8)
    layers[share_of(("wrist", "finger", "metacarpal", "head", "eye"), "") > 0.5] = Layer.OVER
    return layers


def share_of(prefixes: tuple[str, ...], letter: str) -> npt.NDArray[np.float64]:
    """How much each triangle follows the bones whose names begin with one of `prefixes`, of side `letter`, (T,)."""
    names = [name for name in bone_index() if name.startswith(prefixes) and name.endswith(letter)]
    return np.asarray(triangle_bones()[:, [bone_index()[name] for name in names]].sum(1), np.float64)
