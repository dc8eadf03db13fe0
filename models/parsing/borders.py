"""Where clothes end along the body: cuffs, hems, the waist. Each is the one place that best parts two colours."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.colours import overlap
from models.parsing.regions import Limb, Regions
from models.parsing.seeds import LEAST_SAMPLES, Appearance

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]

# Evidence of one stretch of the body counts as much as this at most, so that a watch or a fold does not decide.
_STRONGEST = 2.0
# Inside this share of a limb's half width the background and other parts hardly show.
_CORE = 0.7
# Tops end on the hip more often than elsewhere: the middle and the spread in torso lengths, and what it counts.
_WAIST, _WAIST_SPREAD, _WAIST_SAY = 0.95, 0.3, 0.5
# The strongest line across the body counts so much: what shows the hem of a white shirt over white trousers.
_LINE_SAY = 2.0
# Sleeves and trouser legs that end at the joint or cover all of the limb, where colours do not tell.
_WHOLE_SAY = 0.3
# Skin-coloured tops are jackets and coats, with long sleeves.
_JACKET_SAY = 3.0
# Just above its hem (which is known to a 24th of the leg), for this share of the leg, a skirt fills nearly all of the
# middle between the legs; shorts part there.
_SKIRT_BAND, _SKIRT_FILL = 0.12, 0.85
# Folds between the legs change a skirt's lightness by less than this (of 255): 6 of L*; a wall behind shorts by 19.
_SAME_LIGHT = 20.0
# Two clothes whose colours overlap so far are one: the same cloth in two lights has 0.8, blue and black jeans 0.4.
_ONE_CLOTH = 0.7


@dataclass(frozen=True)
class Borders:
    """Where clothes end: sleeves along each arm, the top along the trunk, trouser legs along each leg; what kind the
    lower clothes are."""

    cuffs: tuple[float, float]
    waist: float
    hems: tuple[float, float]
    skirt: bool
    dress: bool


def find_borders(person: Float, parts: Regions, look: Appearance) -> Borders:
    """The borders, from the silhouette (h, w), the regions and what the clothes look like."""
    inside = person > 0.5
    say = _JACKET_SAY if look.skin_clothes else _WHOLE_SAY
    left_cuff, right_cuff = (_limb_end(limb, inside, look.skin - look.upper, say) for limb in parts.arms)
    left_hem, right_hem = (_limb_end(limb, inside, look.skin - look.lower, _WHOLE_SAY) for limb in parts.legs)
    waist = _waist(inside, parts, look)
    skirt = _is_skirt(inside, parts, max(left_hem, right_hem), look)
    dress = skirt and overlap(look.upper_density, look.lower_density) > _ONE_CLOTH
    return Borders((left_cuff, right_cuff), waist, (left_hem, right_hem), skirt, dress)


def trunk_position(parts: Regions) -> Float:
    """How far down the body pixels are, (h, w): 0 at the shoulders, 1 at the hips, 1.9 at the knees, however they are
    bent."""
    left, right = parts.legs
    nearer = left.axis < right.axis
    along, axis = np.where(nearer, left.along, right.along), np.minimum(left.axis, right.axis)
    # A thigh is 0.9 torsos long.
    on_leg = (axis < 1) & (along > 0) & (parts.torso > 0)
    return np.asarray(np.where(on_leg, np.maximum(parts.trunk, 1 + 1.8 * along), parts.trunk), np.float32)


def change_point(along: Float, evidence: Float, stops: Float, prior: Float) -> float:
    """The stop before which `evidence` (log odds) is negative and after which it is positive, as well as possible.

    `along` and `evidence` are (n,); `stops` (m + 1,) rise and part `along` into m stretches; `prior` (m + 1,) is added
    to each stop's score.
    """
    count = len(stops) - 1
    stretch = np.digitize(along, stops) - 1
    counted = (stretch >= 0) & (stretch < count)
    pixels = np.bincount(stretch[counted], minlength=count)
    total = np.bincount(stretch[counted], evidence[counted], count)
    # A stretch that is hardly seen says little.
    mean = np.clip(total / np.maximum(pixels, 0.15 * max(int(pixels.max(initial=0)), 1)), -_STRONGEST, _STRONGEST)
    before = np.concatenate([[0.0], np.cumsum(mean)])
    return float(stops[int(np.argmax(before[-1] - 2 * before + prior))])


def _limb_end(limb: Limb, inside: Bool, evidence: Float, whole: float) -> float:
    core = inside & (limb.axis < _CORE) & (limb.along > 0)
    stops = np.linspace(0, 1, 25, dtype=np.float32)
    prior = np.zeros(25, np.float32)
    prior[0], prior[-1] = _WHOLE_SAY, whole
    return change_point(limb.along[core], evidence[core], stops, prior)


def _waist(inside: Bool, parts: Regions, look: Appearance) -> float:
    bare_arms = np.minimum(*(limb.axis for limb in parts.arms)) > 1.2
    core = inside & bare_arms & (np.minimum(*parts.hands) > 0.02)
    core &= (parts.torso < 0.05) | (np.minimum(*(limb.axis for limb in parts.legs)) < _CORE)
    position = trunk_position(parts)
    stops = np.linspace(0.4, 1.6, 41, dtype=np.float32)
    prior = -_WAIST_SAY * ((stops - _WAIST) / _WAIST_SPREAD) ** 2 + _LINE_SAY * _lines(look, position, core, stops)
    # Clothes of one colour: which of them has a pixel's colour more often is chance.
    told = 1 - overlap(look.upper_density, look.lower_density)
    # Bare skin between a short top and trousers belongs to neither.
    core &= look.skin < np.maximum(look.lower, look.upper) + 1
    return change_point(position[core], told * (look.lower - look.upper)[core], stops, prior)


def _lines(look: Appearance, position: Float, core: Bool, stops: Float) -> Float:
    """How strong a line crosses the body at each stop (m + 1,), 0..1."""
    (down_x, down_y), (step_x, step_y) = _gradient(position), _gradient(look.lightness)
    length = np.maximum(np.hypot(down_x, down_y), 1e-6)
    steps = ((step_x * down_x + step_y * down_y) / length)[core]
    # The stretch around each stop; a line is light above dark or dark above light all along.
    width = stops[1] - stops[0]
    stretch = np.floor((position[core] - stops[0]) / width + 0.5).astype(np.intp)
    held = (stretch >= 0) & (stretch < len(stops))
    pixels = np.bincount(stretch[held], minlength=len(stops))
    strength = np.abs(np.bincount(stretch[held], steps[held], len(stops))) / np.maximum(pixels, 1)
    strength[pixels < 0.3 * pixels.max(initial=0)] = 0
    return np.asarray(strength / max(float(strength.max(initial=0)), 1e-6), np.float32)


def _gradient(values: Float) -> tuple[Float, Float]:
    """The differences of a pixel's neighbours to the right and left, below and above."""
    x, y = (cv2.Sobel(values, cv2.CV_32F, 1 - axis, axis, ksize=1) for axis in (0, 1))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _is_skirt(inside: Bool, parts: Regions, hem: float, look: Appearance) -> bool:
    left, right = parts.legs
    along = np.where(left.axis < right.axis, left.along, right.along)
    above_hem = (along > max(hem - _SKIRT_BAND, 0.1)) & (along < hem - 0.05)
    middle = (parts.between_legs == 0) & (np.abs(left.axis - right.axis) < 0.3) & above_hem
    if int(middle.sum()) < LEAST_SAMPLES:
        return False
    legs = inside & (np.minimum(left.axis, right.axis) < _CORE) & above_hem
    filled = inside & (look.lower > look.skin)
    if float(filled[middle].mean()) <= _SKIRT_FILL or not legs.any():
        return False
    # A coarse mask fills narrow gaps as well; what is seen through them is lighter or darker than the cloth.
    gap = float(np.median(look.lightness[middle]) - np.median(look.lightness[legs]))
    return abs(gap) < _SAME_LIGHT
