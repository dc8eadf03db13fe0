"""Can the clothes be told from what is around them, and from each other?"""

import numpy as np

from models.photo.checks.clothes import Clothes
from models.photo.checks.outline import Outline, find_outline
from models.photo.checks.photo import CheckedPhoto, is_seen
from models.photo.checks.seam import (
    belly_shows,
    clothes_difference,
    is_plain,
    legs_are_narrow,
    legs_part,
    seam_at_hips,
)
from models.pose.landmarks import Joint
from models.pose.port import Rgb
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity
from schemas.pose import Pose

# CIELAB (CIE 1976). Folds and shade change a plain cloth's colour by 5 to 15 from place to place: surfaces no farther
# apart are told by their shading only. Compared are means over 3 cm, which vary less: a little above the middle.
LEAST_CONTRAST = 12.0
# Where so much of the outline blends, a whole garment does: of a shirt and trousers' outline the shirt has 35 to 40 %,
# a part of which is lost where hands and hair are before it.
BLENDING_SHARE = 0.3
# CIELAB between the quartiles of both garments' colours. One cloth, hanging above and stretched below, lit from above,
# differs from itself by up to 8 (its lightness by a fifth); clothes of two colours' names by 20 and more. Black and
# navy, which the eye parts in good light, are 12 apart.
LEAST_DIFFERENCE = 11.0

_SEEN_FOR_BOTH = (
    Joint.LEFT_SHOULDER,
    Joint.RIGHT_SHOULDER,
    Joint.LEFT_HIP,
    Joint.RIGHT_HIP,
    Joint.LEFT_KNEE,
    Joint.RIGHT_KNEE,
)


def blends_with_background(photo: CheckedPhoto) -> Finding | None:
    """Warns of clothes that hardly differ from what is behind them; only tells if it is not those to be replaced.

    Value: the colour difference (CIELAB) across the clothes' outline that seven tenths of it exceed.
    """
    clothes = photo.clothes
    outline = find_outline(clothes) if clothes is not None else None
    if outline is None:
        return None
    value = float(np.quantile(outline.contrast, BLENDING_SHARE))
    if value >= LEAST_CONTRAST:
        return None
    severity = Severity.WARN if _concerns(outline, photo.category) else Severity.INFO
    return photo.finding(FindingCode.BLENDS_WITH_BACKGROUND, severity, value, LEAST_CONTRAST)


def _concerns(outline: Outline, category: Category) -> bool:
    """Whether it is the garment to be replaced that blends."""
    if category is Category.DRESS:
        return True
    own = outline.of(upper=category is Category.UPPER)
    return len(own.contrast) > 0 and own.share_below(LEAST_CONTRAST) >= BLENDING_SHARE


def monochrome_clothes(photo: CheckedPhoto) -> Finding | None:
    """Warns of an upper and a lower garment of one colour, whose seam cannot be told. A dress replaces both: then it is
    only told. One garment, a dress, is none of these.

    Value: the difference (CIELAB) between the colours of both.
    """
    clothes, main = photo.clothes, photo.main
    # Where there is no head on the shoulders, their landmarks are guessed, too.
    if clothes is None or main is None or not clothes.body.head_on_shoulders:
        return None
    if not all(is_seen(main, joint) for joint in _SEEN_FOR_BOTH):
        return None
    value = clothes_difference(clothes)
    if value is None or value >= LEAST_DIFFERENCE:
        return None
    if not _are_two(photo.rgb, main.pose, clothes):
        return None
    severity = Severity.INFO if photo.category is Category.DRESS else Severity.WARN
    return photo.finding(FindingCode.MONOCHROME_CLOTHES, severity, value, LEAST_DIFFERENCE)


def _are_two(rgb: Rgb, pose: Pose, clothes: Clothes) -> bool:
    """Whether these are two garments rather than a dress."""
    # In a photo without colours bare legs cannot be told from trousers.
    if not clothes.colourless and (legs_part(clothes) or legs_are_narrow(clothes)):
        return True
    return is_plain(clothes) and (belly_shows(clothes) or seam_at_hips(rgb, pose, clothes))
