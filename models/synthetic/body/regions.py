"""Which vertices of the skin belong to which part of the body, by the bones they follow most."""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from models.synthetic.body.model import bone_index, skin_vertices, skin_weights

_RULES: dict[str, Callable[[str], bool]] = {
    "trunk": lambda bone: bone.startswith(("root", "pelvis", "spine", "clavicle", "shoulder")),
    "head": lambda bone: bone.startswith(("head", "neck03", "eye")),
    "hand": lambda bone: bone.startswith(("wrist", "finger", "metacarpal")),
    "forearm": lambda bone: bone.startswith("lowerarm"),
    "upperarm": lambda bone: bone.startswith("upperarm"),
    "thigh": lambda bone: bone.startswith("upperleg"),
    "shin": lambda bone: bone.startswith("lowerleg"),
    "foot": lambda bone: bone.startswith(("foot", "toe")),
    "leg": lambda bone: bone.startswith(("upperleg", "lowerleg", "foot", "toe")),
}


@cache
def main_bone() -> npt.NDArray[np.int32]:
    """The bone that each vertex of the base mesh follows most, (V,)."""
    return np.asarray(skin_weights().toarray().argmax(1), np.int32)


@cache
def region(name: str) -> npt.NDArray[np.int32]:
    """The vertices of the skin in a region: "trunk", "head", or "hand", "forearm", "upperarm", "thigh", "shin", "foot",
    "leg" with ".L" or ".R"."""
    kind, _, letter = name.partition(".")
    rule = _RULES[kind]
    bones = [number for bone, number in bone_index().items() if rule(bone) and (not letter or bone.endswith(letter))]
    skin = skin_vertices()
    return np.asarray(skin[np.isin(main_bone()[skin], bones)], np.int32)
