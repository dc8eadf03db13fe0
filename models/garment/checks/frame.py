"""Is the garment whole in the picture?"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from models.garment.checks.picture import CheckedGarment
from models.garment.checks.pieces import Piece
from models.garment.skin import skin_likeness
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

# A sleeve is a tenth of a garment's length wide: where the frame cuts off the least of it, that much lies on the frame.
LONGEST_CONTACT = 0.08
# A tight crop only grazes a rounded outline, which runs away from the frame flatly at both ends. A cut meets an edge of
# the garment at an angle: over 3 % of depth at least one end moves by less than twice that (27 degrees).
_INSIDE, _FLAT = 0.03, 2.0
# What of the frame's lower edge belongs to the person must be skin for the most part, or cloth goes on beyond it.
_BARE = 0.5


def garment_cropped(picture: CheckedGarment) -> Finding | None:
    """Warns of a garment that goes on beyond the picture's edge.

    Value: the longest stretch of the edge that cuts it, in the garment's longer side; of a worn garment the number of
    its ends that lie outside, with the threshold 1.
    """
    if picture.people:
        outside = _ends_outside(picture, picture.people[0])
        return picture.finding(FindingCode.GARMENT_CROPPED, Severity.WARN, outside, 1) if outside else None
    if not picture.garments:
        return None
    contact = max(cuts(picture.garments[0]))
    if contact < LONGEST_CONTACT:
        return None
    return picture.finding(FindingCode.GARMENT_CROPPED, Severity.WARN, contact, LONGEST_CONTACT)


def cuts(piece: Piece) -> tuple[float, float, float, float]:
    """The longest stretch that cuts the piece at the frame's upper, lower, left and right edge, in its longer side."""
    mask = piece.mask[piece.frame]
    longer = max(piece.box[2:])
    depth = max(2, round(_INSIDE * longer))
    top, bottom = _cut(mask[0], mask[depth], depth), _cut(mask[-1], mask[-1 - depth], depth)
    left, right = _cut(mask[:, 0], mask[:, depth], depth), _cut(mask[:, -1], mask[:, -1 - depth], depth)
    return top / longer, bottom / longer, left / longer, right / longer


def _cut(edge: npt.NDArray[np.bool_], inside: npt.NDArray[np.bool_], depth: int) -> int:
    """The longest run on the frame's edge of which one end goes on inwards, in pixels."""
    longest = 0
    for start, end in _runs(edge):
        behind = [run for run in _runs(inside) if run[0] < end and run[1] > start]
        if behind and min(abs(start - behind[0][0]), abs(behind[-1][1] - end)) <= _FLAT * depth:
            longest = max(longest, end - start)
    return longest


def _runs(line: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where True begins and ends."""
    changes = np.diff(np.concatenate([[0], line.astype(np.int8), [0]]))
    starts, ends = np.nonzero(changes == 1)[0], np.nonzero(changes == -1)[0]
    return zip(starts.tolist(), ends.tolist(), strict=True)


def _ends_outside(picture: CheckedGarment, person: Person) -> int:
    """How many ends of the garment asked for lie outside: shoulders or waist above, the hem below."""
    marks = person.pose.landmarks

    def outside(left: Joint, right: Joint) -> bool:
        return not all(0 <= marks[joint].y <= 1 and -0.02 <= marks[joint].x <= 1.02 for joint in (left, right))

    top = (Joint.LEFT_HIP, Joint.RIGHT_HIP) if picture.category is Category.LOWER else (
        Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)  # fmt: skip
    hips = outside(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    if picture.category is Category.UPPER:
        return int(outside(*top)) + int(hips)
    ankles = outside(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)
    return int(outside(*top)) + int(hips or (ankles and not _bare_below(picture, person)))


def _bare_below(picture: CheckedGarment, person: Person) -> bool:
    """True if the frame's lower edge cuts bare legs: the hem is above it."""
    height, width = picture.small.shape[:2]
    rows, columns = person.mask.shape
    line = person.mask[-max(1, rows // 100), np.linspace(0, columns - 1, width).astype(int)] >= 0.5
    skin = skin_likeness(picture.small)[-max(1, height // 100)]
    return bool(line.any()) and float(skin[line].mean()) >= _BARE
