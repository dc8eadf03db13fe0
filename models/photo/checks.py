"""Photo checks: one function per finding, each with the value measured and a threshold with its derivation.

A check that has nothing to say answers None. `CHECKS` is the registry: a new check is a function added to it. What
cannot be decoded reaches no check: `unreadable_image` makes its finding of the decoder's error.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.photo.advice import advice
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.errors import UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

Verdict = Literal["accept", "warn", "reject"]


@dataclass(frozen=True)
class CheckedPhoto:
    """What a check may look at: the pixels (H, W, 3), the people, the main one first, and what is to be tried on."""

    rgb: npt.NDArray[np.uint8]
    people: Sequence[Person]
    category: Category
    locale: str = "en"

    def finding(self, code: FindingCode, severity: Severity, value: float, threshold: float) -> Finding:
        """A finding with its advice in the photo's locale."""
        text = advice(code, severity, self.locale)
        return Finding(code=code, severity=severity, value=value, threshold=threshold, advice=text)


Check = Callable[[CheckedPhoto], Finding | None]

# A portrait that ends at the chest shows two shoulders, one of legs two hips: with fewer there is nothing to dress.
# Of 200 icons and textures the network took eight for people, body-like as they are; two of them fall short of this.
LEAST_TORSO_JOINTS = 2
# A joint is seen where network and mask hold it for likelier than not.
_SEEN = 0.5

# The landmark network looks at a square of 256 pixels that is 1.25 times as high as the person: of people under 205
# pixels it gets only interpolated ones, and their fingers have under 2.
LEAST_BODY_PIXELS = 205
# A print of 10 cm, the text of a T-shirt, has 30 pixels on a body of 1.7 m and 512 pixels, which is what it takes to
# read a short word; published try-on also begins at 512x384. A finger has 5 pixels there.
GOOD_BODY_PIXELS = 512

# Parts of a body's height (Drillis and Contini 1966): shoulders at 0.818, hips at 0.530, ankles at 0.039.
_TORSO_PART, _LEG_PART = 0.818 - 0.530, 0.530 - 0.039

_TORSO = (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP)

# What a sound photo promises before any feedback is known, and what each warning leaves of it. The factors are guesses
# of an order (a garment on a body that is hidden fails more often than one on a body that is small); feedback will fit
# them. All lie in (0, 1), so that no finding ever raises the product.
_SOUND = 0.9
_WARNED = 0.85
_WARNED_BY_CODE = {
    FindingCode.LOW_RESOLUTION: 0.8,
    FindingCode.CROSSED_ARMS: 0.7,
    FindingCode.HANDS_COVER_BODY: 0.75,
    FindingCode.SEATED: 0.6,
    FindingCode.SIDE_VIEW: 0.6,
    FindingCode.MULTIPLE_PEOPLE: 0.75,
}


def check_photo(
    rgb: npt.NDArray[np.uint8], people: Sequence[Person], category: Category, locale: str = "en"
) -> list[Finding]:
    """Everything found in a decoded photo (H, W, 3) with its people, the main one first, the worst finding first."""
    photo = CheckedPhoto(rgb, people, category, locale)
    found = [finding for check in CHECKS if (finding := check(photo)) is not None]
    severities = list(Severity)
    return sorted(found, key=lambda finding: -severities.index(finding.severity))


def verdict(findings: Sequence[Finding]) -> Verdict:
    """The worst of the findings; what is only told (`info`) does not count."""
    severities = {finding.severity for finding in findings}
    if Severity.REJECT in severities:
        return "reject"
    return "warn" if Severity.WARN in severities else "accept"


def expected_accuracy(findings: Sequence[Finding]) -> float:
    """How likely the picture will look right, 0..1: 0.9 for a sound photo, times a factor for each warning, 0 for what
    is rejected. A finding never raises it."""
    if verdict(findings) == "reject":
        return 0.0
    warned = {finding.code for finding in findings if finding.severity is Severity.WARN}
    return round(_SOUND * math.prod(_WARNED_BY_CODE.get(code, _WARNED) for code in warned), 4)


def unreadable_image(error: UnreadableImage, subject: Literal["photo", "garment"] = "photo") -> Finding:
    """Rejects what the decoder refused; its text says what to do. Nothing is measured."""
    code, severity = FindingCode.UNREADABLE_IMAGE, Severity.REJECT
    return Finding(code=code, severity=severity, advice=str(error), subject=subject)


def no_person(photo: CheckedPhoto) -> Finding | None:
    """Rejects a photo whose main person shows too little of a torso, or that has none.

    Value: shoulders and hips that are seen, 0..4.
    """
    seen = _torso_joints(photo.people[0]) if photo.people else 0
    if seen >= LEAST_TORSO_JOINTS:
        return None
    return photo.finding(FindingCode.NO_PERSON, Severity.REJECT, seen, LEAST_TORSO_JOINTS)


def low_resolution(photo: CheckedPhoto) -> Finding | None:
    """Rejects or warns of a person who is too small. Value: the height in pixels that the whole body would have.

    Where nobody is found it is the photo's longer side, which no body exceeds: a thumbnail is told from a landscape.
    """
    body = _body_pixels(photo.people[0]) if photo.people else float(max(photo.rgb.shape[:2]))
    if body < LEAST_BODY_PIXELS:
        return photo.finding(FindingCode.LOW_RESOLUTION, Severity.REJECT, round(body, 1), LEAST_BODY_PIXELS)
    if photo.people and body < GOOD_BODY_PIXELS:
        return photo.finding(FindingCode.LOW_RESOLUTION, Severity.WARN, round(body, 1), GOOD_BODY_PIXELS)
    return None


CHECKS: tuple[Check, ...] = (no_person, low_resolution)


def _torso_joints(person: Person) -> int:
    height, width = person.mask.shape
    seen = 0
    for joint in _TORSO:
        mark = person.pose.landmarks[joint]
        inside = 0.0 <= mark.x < 1.0 and 0.0 <= mark.y < 1.0
        if inside and mark.visibility >= _SEEN and person.mask[int(mark.y * height), int(mark.x * width)] >= _SEEN:
            seen += 1
    return seen


def _body_pixels(person: Person) -> float:
    """By torso and by legs, whichever is longer: bending and perspective only shorten. Works for seated people and
    those cut off, too."""
    height, width = person.mask.shape
    marks = person.pose.landmarks
    points = np.array([(mark.x * width, mark.y * height) for mark in marks])

    def length(*chain: Joint) -> float:
        return float(np.linalg.norm(np.diff(points[list(chain)], axis=0), axis=1).sum())

    sides = (
        (Joint.LEFT_SHOULDER, Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
        (Joint.RIGHT_SHOULDER, Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
    )
    torso = sum(length(shoulder, hip) for shoulder, hip, _, _ in sides) / 2
    leg = sum(length(hip, knee, ankle) for _, hip, knee, ankle in sides) / 2
    return max(torso / _TORSO_PART, leg / _LEG_PART)
