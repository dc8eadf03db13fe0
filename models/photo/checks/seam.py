"""Can the upper garment be told from the lower one, and are they two at all?"""

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.classes import Kind
from models.parsing.skeleton import Skeleton, skeleton
from models.photo.checks.clothes import BURNT, Clothes
from models.pose.landmarks import Joint
from models.pose.port import Rgb
from schemas.pose import Pose

Float = npt.NDArray[np.float32]

# A garment of which less is seen, in square units (37 cm each way), is a hem that peeps out.
_LEAST_AREA = 0.15
# Colours are compared by their quartiles: a pattern differs from a plain cloth by its spread, and what covers less than
# a quarter, such as a print, a shadow or the shirt under a jacket, does not count.
_QUARTILES = (0.25, 0.5, 0.75)
# Where more of the clothes than this is burnt out, they look alike for that.
_MOST_BURNT = 0.25
# What is shorter (hip to ankle: 1) is rather the end of a top over trousers that were taken for bare legs, for they
# have the colour of skin.
_LEAST_LEG = 0.3

# Legs part below the crotch, at so much of their length, and are looked at in stretches of this length down to the hem,
# which is known to a twentieth of the leg.
_CROTCH, _STRETCH, _HEM = 0.15, 0.05, 0.05
# A stretch counts where so much of the leg is clothed, and has pixels enough for a median.
_CLOTHED, _LEAST_PIXELS = 0.8, 6
# What is between trouser legs, background or shade, is this much (CIELAB) farther from the cloth's middle colour than
# four fifths of the cloth are. The folds of a plain skirt reach 8.
_PARTED, _MOST_CLOTH = 10.0, 0.8
# Thighs may touch and a leg may cross the other: of the stretches so many part. Of shorts that fit, it is only the last
# one that does, but there the network's mask does, too.
_PARTED_SHARE = 0.5
# Trousers to the ankles: both hems are below this. Shins in them have the thighs' colour to within a fold (8 at most;
# less is asked for here, as dark skin under a dark dress is 7 away), and are half as wide together as the hips; a long
# skirt is about as wide as they.
_TO_THE_ANKLES, _SAME_CLOTH, _MOST_WIDTH = 0.95, 6.0, 0.65
_THIGHS, _SHINS, _CORE = (0.15, 0.35), (0.6, 0.85), 0.7
# Colours of a plain cloth are 4 to 10 (CIELAB) from their median in the mean, for folds and shade; those of a pattern
# of two well parted colours farther: it has lines and colours, even the skin's, anywhere.
_MOST_PLAIN = 11.0
# Bare skin between a short top and what is on the legs: slices of the torso of this height (torso lengths: 1.5 cm) that
# are skin for more than half.
_SLICE, _BARE = 0.03, 0.55

# The strip along the torso that is searched for a seam: from and to (shoulders to hips: 1), half its width in units
# (what the arms beside the body leave), rows and columns. A row is 4 mm.
_STRIP, _HALF_WIDTH, _SIZE = (0.35, 1.65), 0.36, (192, 48)
# A top ends over a skirt from the hips (0.9) down to the thighs; a dress's own seam is at the waist, higher up.
_HIPS = (0.87, 1.45)
# The seam crosses six of eight columns, bent by up to four rows either way; it is a change by 3.5 (CIELAB; one of 2.3
# is just noticeable) and four times as strong as what is elsewhere in the strip: a pattern has lines everywhere.
_COLUMNS, _CROSSED, _BENT, _CHANGE, _STRONGER = 8, 6, 4, 3.5, 4.0


def clothes_difference(clothes: Clothes) -> float | None:
    """How far apart (CIELAB) the colours of the upper and the lower garment are, the mean over their quartiles; None
    unless both are seen."""
    enough = _LEAST_AREA * clothes.unit**2
    if max(clothes.borders.hems) < _LEAST_LEG or min(clothes.upper.sum(), clothes.lower.sum()) < enough:
        return None
    if float((clothes.lab[clothes.upper | clothes.lower][:, 0] > BURNT).mean()) > _MOST_BURNT:
        return None
    upper, lower = (np.quantile(clothes.lab[where], _QUARTILES, axis=0) for where in (clothes.upper, clothes.lower))
    return float(np.linalg.norm(upper - lower, axis=1).mean())


def legs_part(clothes: Clothes) -> bool:
    """Whether the clothes on the legs part, as those of trousers and shorts do and those of skirts and dresses do
    not."""
    left, right = clothes.parts.legs
    along, axis = np.where(left.axis < right.axis, left.along, right.along), np.minimum(left.axis, right.axis)
    middle = (clothes.parts.between_legs == 0) & (np.abs(left.axis - right.axis) < 0.35)
    stretches = []
    parted_mask = False
    for start in np.arange(_CROTCH, min(clothes.borders.hems) - _STRETCH - _HEM + 1e-6, _STRETCH):
        here = (along >= start) & (along < start + _STRETCH)
        leg, between = clothes.inside & (axis < 0.5) & here, middle & here
        cloth = leg & clothes.lower
        if between.any() and leg.sum() >= _LEAST_PIXELS and cloth.sum() >= _CLOTHED * leg.sum():
            parted_mask = float(np.median(clothes.person[between])) < 0.5
            stretches.append(parted_mask or _is_parted(clothes.lab[cloth], clothes.lab[between]))
    return parted_mask or (len(stretches) > 1 and sum(stretches) >= _PARTED_SHARE * len(stretches))


def legs_are_narrow(clothes: Clothes) -> bool:
    """Whether the clothes reach the ankles and are too narrow there for a skirt: trousers, even if a leg hides what is
    between them, as on people who walk."""
    if min(clothes.borders.hems) < _TO_THE_ANKLES:
        return False
    left, right = clothes.parts.legs
    along, axis = np.where(left.axis < right.axis, left.along, right.along), np.minimum(left.axis, right.axis)
    legs = clothes.inside & (axis < _CORE)
    thighs, shins = (clothes.lab[legs & (along > start) & (along < end)] for start, end in (_THIGHS, _SHINS))
    if min(len(thighs), len(shins)) < _LEAST_PIXELS:
        return False
    # Bare legs of nearly the cloth's colour.
    if float(np.linalg.norm(np.median(thighs, axis=0) - np.median(shins, axis=0))) > _SAME_CLOTH:
        return False
    return _width_of_shins(clothes) < _MOST_WIDTH * _width_of_hips(clothes)


def _width_of_shins(clothes: Clothes) -> float:
    points = clothes.body.points
    knees = max(points[Joint.LEFT_KNEE][1], points[Joint.RIGHT_KNEE][1])
    ankles = max(points[Joint.LEFT_ANKLE][1], points[Joint.RIGHT_ANKLE][1])
    return _width(clothes, knees + 0.45 * (ankles - knees), knees + 0.75 * (ankles - knees))


def _width_of_hips(clothes: Clothes) -> float:
    points = clothes.body.points
    hips = float(points[Joint.LEFT_HIP][1] + points[Joint.RIGHT_HIP][1]) / 2
    return _width(clothes, hips - 2, hips + 4)


def _width(clothes: Clothes, top: float, bottom: float) -> float:
    """How many pixels of a row are the person's without arms and hands, the median of these rows; 0 without rows."""
    parts = clothes.parts
    body = clothes.inside & (np.minimum(*(arm.axis for arm in parts.arms)) > 1.1) & (np.minimum(*parts.hands) > 0.02)
    first, last = sorted((int(top), int(bottom)))
    rows = body[max(first, 0) : max(last, 0) + 1].sum(1)
    return float(np.median(rows)) if rows.size else 0.0


def is_plain(clothes: Clothes) -> bool:
    """Whether the clothes have no pattern in which a seam or bare skin would be lost."""
    spreads = []
    for where in (clothes.upper, clothes.lower):
        colours = clothes.lab[where]
        spreads.append(float(np.linalg.norm(colours - np.median(colours, axis=0), axis=1).mean()))
    return sum(spreads) / 2 < _MOST_PLAIN


def _is_parted(cloth: Float, between: Float) -> bool:
    """Whether colours (n, 3) between the legs are not the cloth's (m, 3)."""
    middle = np.median(cloth, axis=0)
    usual = np.quantile(np.linalg.norm(cloth - middle, axis=1), _MOST_CLOTH)
    return bool(np.median(np.linalg.norm(between - middle, axis=1)) > usual + _PARTED)


def belly_shows(clothes: Clothes) -> bool:
    """Whether there is skin between the upper and the lower garment."""
    trunk, torso = clothes.parts.trunk, clothes.inside & (clothes.parts.torso == 0)
    for start in np.arange(0.5, 1.0, _SLICE / 2):
        kinds = clothes.kinds[torso & (trunk >= start) & (trunk < start + _SLICE)]
        if kinds.size >= _LEAST_PIXELS and float((kinds == Kind.FACE).mean()) >= _BARE:
            return True
    return False


def seam_at_hips(rgb: Rgb, pose: Pose, clothes: Clothes) -> bool:
    """Whether a line crosses the clothes where a top ends, in the photo (H, W, 3)."""
    lab = cv2.cvtColor(_torso_strip(rgb, pose).astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), sigmaX=3, sigmaY=1.2)
    above, here, below = lab[:-8], lab[4:-4], lab[8:]
    # The hem's step, and the thin shadow under it.
    step = np.linalg.norm(lab[6:-2] - lab[2:-6], axis=2)
    change = np.maximum(step, np.linalg.norm(2 * here - above - below, axis=2))
    # Arms before the body cross it, too.
    change[_other_than_clothes(clothes)[4:-4]] = 0
    columns = change.reshape(len(change), _COLUMNS, -1).mean(2).astype(np.float32)
    columns = np.asarray(cv2.dilate(columns, np.ones((2 * _BENT + 1, 1), np.uint8)))
    line = np.sort(columns, axis=1)[:, _COLUMNS - _CROSSED]
    place = np.linspace(*_STRIP, _SIZE[0])[4:-4]
    strongest = int(line.argmax())
    told = line[strongest] >= max(_CHANGE, _STRONGER * float(np.median(line)))
    return bool(told) and _HIPS[0] <= place[strongest] <= _HIPS[1]


def _torso_strip(rgb: Rgb, pose: Pose) -> Rgb:
    """The middle of the torso, straightened: from chest to thighs, `_SIZE`."""
    height, width = rgb.shape[:2]
    body = skeleton(pose, width, height)
    x, y = _grid(body)
    left, right = (int(np.clip(edge, 0, width - 1)) for edge in (x.min(), x.max() + 1))
    top, bottom = (int(np.clip(edge, 0, height - 1)) for edge in (y.min(), y.max() + 1))
    # Pixels that are no smaller than the strip's: none are skipped.
    scale = min(1.0, _SIZE[0] / max(float(np.hypot(x[-1, 0] - x[0, 0], y[-1, 0] - y[0, 0])), 1.0))
    area = rgb[top : bottom + 1, left : right + 1]
    small = cv2.resize(area, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else area
    return _taken(small, (x - left) * scale, (y - top) * scale, cv2.INTER_LINEAR)


def _other_than_clothes(clothes: Clothes) -> npt.NDArray[np.bool_]:
    """What of the strip is skin, hair or an arm in its sleeve, `_SIZE`."""
    worn = clothes.inside & ((clothes.kinds == Kind.UPPER) | (clothes.kinds == Kind.LOWER))
    arms = np.minimum(*(arm.axis for arm in clothes.parts.arms)) < 1
    # With the edge between them.
    other = cv2.dilate((~worn | arms).astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray(_taken(other, *_grid(clothes.body), cv2.INTER_NEAREST) > 0, np.bool_)


def _grid(body: Skeleton) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Where the strip's pixels are, x and y, `_SIZE` each."""
    across = np.array([body.down[1], -body.down[0]])
    along = np.linspace(*_STRIP, _SIZE[0])[:, None] * float(np.linalg.norm(body.hips - body.shoulders))
    aside = np.linspace(-_HALF_WIDTH, _HALF_WIDTH, _SIZE[1])[None] * body.unit
    x, y = (body.shoulders[axis] + body.down[axis] * along + across[axis] * aside for axis in (0, 1))
    return x, y


def _taken(
    picture: npt.ArrayLike, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], way: int
) -> npt.NDArray[np.uint8]:
    """The `picture` at these places."""
    found = cv2.remap(
        np.asarray(picture, np.uint8), x.astype(np.float32), y.astype(np.float32), way, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.uint8)
