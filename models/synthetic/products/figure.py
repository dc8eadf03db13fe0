"""The figure that holds clothes up for the camera and is not seen itself."""

from functools import cache
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.synthetic.body.model import PosedBody, body, bone_index, grounded, posed
from models.synthetic.body.poses import Arm, Leg, Pose
from models.synthetic.body.strike import solved
from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.geometry import Points, edges
from models.synthetic.products.photo import View

# Arms hang a little off the body, so that sleeves are seen whole; hands stay clear of what reaches to them.
_CLOSE = Arm(upper=(0.36, -0.02, -1.0), fore=(0.30, 0.08, -1.0))
_AWAY = Arm(upper=(0.52, -0.02, -1.0), fore=(0.55, 0.02, -1.0))
_RAISED = Arm(upper=(1.0, 0.0, -0.25), fore=(1.0, 0.0, -0.2))
_LEG = Leg(out=0.095, toe_out=6.0)
_REACHING = ("coat", "cardigan", "blazer", "jacket", "shirt", "dress")
_WOMENS = ("blouse", "crop_top", "skirt", "dress", "culottes", "wide_trousers")
_ARM_BONES = ("upperarm", "lowerarm", "wrist", "metacarpal", "finger")
_LEG_BONES = ("upperleg", "lowerleg", "foot", "toe")
_SHAPES: dict[bool, dict[str, float]] = {True: {"gender": 0.95, "cupsize": 0.4}, False: {"gender": 0.1}}

_BAND = 0.03  # metres: about two edges of cloth

_RINGS = 4  # edges, some 6 cm
_PARTED = 0.025  # metres: as deep as cloth falls between the thighs

_distances: "WeakKeyDictionary[Garment, dict[int, npt.NDArray[np.float64]]]" = WeakKeyDictionary()
_hung: "WeakKeyDictionary[Garment, Worn]" = WeakKeyDictionary()


def hung(garment: Garment) -> Worn:
    """The garment on the figure, facing a frontal camera; made once for each garment.

    It keeps the shape it was cut to, as clothes do that are steamed and pinned for the photo: no body pulls at it.
    """
    if garment not in _hung:
        figure = _figure_for(garment, garment.label is Lip.PANTS)
        vertices = garment.carried(figure)
        if garment.label in (Lip.SKIRT, Lip.DRESS):
            vertices = _straightened(garment, vertices, float(figure.joint("upperleg01.L")[2]))
        _hung[garment] = Worn(garment, vertices)
    return _hung[garment]


def _straightened(garment: Garment, vertices: Points, hip: float) -> Points:
    """The skirt (N, 3) with its sides falling straight from the hip, at the height `hip`, to the hem: over legs that
    stand apart it is narrower at the knees than a stylist lets it hang."""
    arms = [number for name, number in bone_index().items() if name.startswith(_ARM_BONES)]
    skirt = (vertices[:, 2] < hip) & (np.asarray(garment.weights[:, arms].sum(1)).ravel() < 0.5)
    if not skirt.any() or hip - vertices[skirt, 2].min() < 2 * _BAND:
        return vertices
    hem = float(vertices[skirt, 2].min())
    levels = np.linspace(hem, hip, max(round((hip - hem) / _BAND), 2) + 1)
    at = np.clip(np.searchsorted(levels, vertices[skirt, 2], side="right") - 1, 0, len(levels) - 2)
    widths = np.zeros(len(levels) - 1)
    np.maximum.at(widths, at, np.abs(vertices[skirt, 0]))
    middles = (levels[:-1] + levels[1:]) / 2
    straight = np.interp(middles, middles[[0, -1]], widths[[0, -1]])
    wider = np.maximum(straight / np.maximum(widths, 1e-6), 1.0)
    falling = vertices.copy()
    falling[skirt, 0] *= np.interp(vertices[skirt, 2], middles, wider)
    return falling


def spread(garment: Garment) -> Points:
    """The garment as `hung`, (N, 3), but trousers with their legs apart, as they are laid on a table."""
    return garment.carried(_figure_for(garment, False)) if garment.label is Lip.PANTS else hung(garment).vertices


def _figure_for(garment: Garment, walks: bool) -> PosedBody:
    womens = any(word in garment.name for word in _WOMENS)
    if garment.category == "lower":
        return _figure(womens, _RAISED, walks)
    return _figure(womens, _AWAY if any(word in garment.name for word in _REACHING) else _CLOSE, False)


@cache
def _figure(womens: bool, arm: Arm, walks: bool) -> PosedBody:
    """A slim dressmaker's figure, so that clothes fall freely. Where it does not show its legs (`walks`), they stay as
    on the body that clothes are cut on: skirts and hems span them without a fold."""
    shape = body({"age": 2 / 3, "weight": 0.42, "muscle": 0.5, "height": 0.5, **_SHAPES[womens]})
    turns = solved(shape, Pose("mannequin", left=arm, right=arm, left_leg=_LEG, right_leg=_LEG)).turns
    if not walks:
        turns = {bone: turn for bone, turn in turns.items() if not bone.startswith(_LEG_BONES)}
    return grounded(posed(shape, turns), 0.0, 0.0)


def parted(worn: Worn, view: View) -> Worn:
    """The same with the far panel a little farther from the camera (+y): between the legs both panels may lie within
    one another, and the far one must not be seen through the near one. It follows over some centimetres beside the
    seams."""
    garment = worn.garment
    depth = _rings(garment, 0 if view == "front" else 1) / _RINGS
    return Worn(garment, worn.vertices + np.array([0.0, _PARTED, 0.0]) * depth[:, None])


def _rings(garment: Garment, near: int) -> npt.NDArray[np.float64]:
    """How many edges each vertex (N,) is from the panel `near`, at most `_RINGS`; plies go with their cloth."""
    known = _distances.setdefault(garment, {})
    if near not in known:
        ends = edges(garment.cloth_triangles)
        rings = np.full(garment.cloth_count, float(_RINGS))
        corners = garment.triangles[garment.panels == near]
        rings[corners[corners < garment.cloth_count]] = 0
        for _ in range(_RINGS):
            np.minimum.at(rings, ends[:, 0], rings[ends[:, 1]] + 1)
            np.minimum.at(rings, ends[:, 1], rings[ends[:, 0]] + 1)
        known[near] = rings if garment.twins is None else rings[garment.twins]
    return known[near]


def turned(worn: Worn) -> Worn:
    """The same with its back to the camera."""
    return Worn(worn.garment, worn.vertices * np.array([-1.0, -1.0, 1.0]))
