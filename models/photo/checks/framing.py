"""Is the person in the frame from head to feet?"""

import numpy as np

from models.photo.checks.figures import Figures, Mask
from models.photo.checks.people import no_person
from models.photo.checks.photo import CheckedPhoto
from models.pose.landmarks import Joint
from models.pose.runs import longest_run
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

# 5 cm of 1.75 m: toes, or the hair above the forehead. A shop assistant asks for less no second photo, and landmarks
# are not surer (they scatter by 0.015).
LEAST_MISSING = 0.03

# Eyes are at 0.936 of the body's height (Drillis and Contini 1966), hair goes 0.02 beyond the skull.
_ABOVE_THE_EYES = 0.064 + 0.02
# The lowest landmark of a foot, its toe or heel, lies inside the shoe: of people seen whole (26 photos) the mask goes
# on for 0.027 below.
_BELOW_THE_FEET = 0.027
# Who is cut off has at least a foot's width or a strand of hair at the frame's edge: 5 cm.
_AT_THE_EDGE = 0.03
# Hair is at most this wide; where more is at the upper edge it is shoulders (0.26), and the head is out of the frame.
_WIDER_THAN_HAIR, _HEAD = 0.2, 0.13
# Where landmarks put head or feet this far inside while the body goes on to the edge, wider than an arm there, what
# they took for head or feet is something else.
_FAR_INSIDE, _WIDER_THAN_AN_ARM = 0.1, 0.06
_FOOT = 0.039

_EYES = (Joint.LEFT_EYE, Joint.RIGHT_EYE)
_FEET = (
    Joint.LEFT_ANKLE,
    Joint.RIGHT_ANKLE,
    Joint.LEFT_HEEL,
    Joint.RIGHT_HEEL,
    Joint.LEFT_FOOT,
    Joint.RIGHT_FOOT,
)


def not_full_length(photo: CheckedPhoto) -> Finding | None:
    """Reports a person who is cut off by the frame above or below; only tells it where an upper garment is tried on.

    Value: the share of the body's height that is missing. What a table, a dress or another person hides is in the
    frame, and not missing. Plain borders around a picture are not part of it.
    """
    if no_person(photo) is not None or photo.main is None:
        return None
    figures = photo.once(Figures)
    above, below = _missing_above(figures), _missing_below(figures)
    missing = min(1.0, above + below)
    if missing <= LEAST_MISSING:
        return None
    severity = Severity.INFO if photo.category is Category.UPPER else Severity.WARN
    # Nothing is said of both at once: legs are most of what is tried on.
    variant = "feet" if below > LEAST_MISSING else "head"
    return photo.finding(FindingCode.NOT_FULL_LENGTH, severity, missing, LEAST_MISSING, variant)


def _missing_above(figures: Figures) -> float:
    """The share of the body's height that is above the frame."""
    top = figures.frame[0]
    across = _across(_main_with_patches(figures)[top : top + 2]) / figures.body
    if across < _AT_THE_EDGE:
        return 0.0
    eyes = float(figures.points[list(_EYES), 1].min())
    missing = (top - eyes) / figures.body + _ABOVE_THE_EYES
    # Landmarks of a head that is not there lie on the shoulders or the legs, as if the person were small.
    misled = missing < -_FAR_INSIDE and across > _WIDER_THAN_AN_ARM
    if (misled or across > _WIDER_THAN_HAIR) and not _shows_face(figures):
        missing = max(missing, _HEAD)
    return max(0.0, missing)


def _missing_below(figures: Figures) -> float:
    """The share of the body's height that is below the frame."""
    bottom = figures.frame[2]
    across = _across(figures.people[0][bottom - 2 : bottom]) / figures.body
    if across < _AT_THE_EDGE:
        return 0.0
    feet = float(figures.points[list(_FEET), 1].max())
    missing = (feet - bottom) / figures.body + _BELOW_THE_FEET
    if missing < -_FAR_INSIDE and across > _WIDER_THAN_AN_ARM:
        return _FOOT
    return max(0.0, missing)


def _main_with_patches(figures: Figures) -> Mask:
    """The main person's mask with the parts of everybody's that it has to do with, for the pose's is often without the
    shoulders of somebody headless. Not where there are others: theirs would be in it."""
    main = figures.people[0]
    if len(figures.people) > 1:
        return main
    own = [patch for patch in figures.patches if (patch & main).any()]
    return np.asarray(np.logical_or.reduce([main, *own]), np.bool_)


def _shows_face(figures: Figures) -> bool:
    """True if the main person's face is in the frame, as far as it goes."""
    height, width = figures.everybody.shape
    nose = figures.points[Joint.NOSE]
    for face in figures.photo.reading.faces:
        left, top = face.x * width, face.y * height
        right, bottom = left + face.width * width, top + face.height * height
        if left <= nose[0] <= right and top <= nose[1] <= bottom:
            return bool(top > figures.frame[0])
    return False


def _across(rows: Mask) -> int:
    """The most columns that follow each other with a pixel in some row: arms raised over the edge are not a head."""
    begin, end = longest_run(np.asarray(rows.any(0), np.bool_))
    return end - begin
