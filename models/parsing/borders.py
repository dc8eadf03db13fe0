"""Where clothes end along the body: cuffs, hems, the waist. Each is the one place that best parts two colours."""

from dataclasses import dataclass

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
_WAIST, _WAIST_SPREAD, _WAIST_SAY = 0.92, 0.25, 0.5
# Sleeves and trouser legs that end at the joint or cover all of the limb, where colours do not tell.
_WHOLE_SAY = 0.3
# Skin-coloured tops are jackets and coats, with long sleeves.
_JACKET_SAY = 3.0
# Just above its hem, for this share of the leg, a skirt fills nearly all of the middle between the legs; shorts part there.
_SKIRT_BAND, _SKIRT_FILL = 0.12, 0.85
# Two clothes whose colours overlap so far are one: the same cloth in two lights has 0.8, blue and black jeans 0.4.
_ONE_CLOTH = 0.7


@dataclass(frozen=True)
class Borders:
    """Where clothes end: sleeves along each arm, the top along the trunk, trouser legs along each leg; what kind the lower
    clothes are."""

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
    """How far down the body pixels are, (h, w): 0 at the shoulders, 1 at the hips, 1.9 at the knees, however they are bent."""
    left, right = parts.legs
    nearer = left.axis < right.axis
    along, axis = np.where(nearer, left.along, right.along), np.minimum(left.axis, right.axis)
    # A thigh is 0.9 torsos long.
    on_leg = (axis < 1) & (along > 0) & (parts.torso > 0)
    return np.asarray(np.where(on_leg, np.maximum(parts.trunk, 1 + 1.8 * along), parts.trunk), np.float32)


def change_point(along: Float, evidence: Float, stops: Float, prior: Float) -> float:
    """The stop before which `evidence` (log odds) is negative and after which it is positive, as well as possible.

    `along` and `evidence` are (n,); `stops` (m + 1,) rise and part `along` into m stretches; `prior` (m + 1,) is added to
    each stop's score.
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
    stops = np.linspace(0.4, 1.6, 31, dtype=np.float32)
    prior = -_WAIST_SAY * ((stops - _WAIST) / _WAIST_SPREAD) ** 2
    evidence = look.lower - look.upper
    # Bare skin between a short top and trousers belongs to neither.
    core &= look.skin < np.maximum(look.lower, look.upper) + 1
    return change_point(trunk_position(parts)[core], evidence[core], stops, prior)


def _is_skirt(inside: Bool, parts: Regions, hem: float, look: Appearance) -> bool:
    left, right = parts.legs
    along = np.where(left.axis < right.axis, left.along, right.along)
    above_hem = (along > max(hem - _SKIRT_BAND, 0.1)) & (along < hem)
    middle = (parts.between_legs == 0) & (np.abs(left.axis - right.axis) < 0.3) & above_hem
    if int(middle.sum()) < LEAST_SAMPLES:
        return False
    filled = inside & (look.lower > look.skin)
    return float(filled[middle].mean()) > _SKIRT_FILL
