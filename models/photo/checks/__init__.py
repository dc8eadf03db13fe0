"""Photo checks: one function per finding, each with the value measured and a threshold with its derivation.

A check that has nothing to say answers None. `CHECKS` is the registry: a new check is a function added to it. What
cannot be decoded reaches no check: `unreadable_image` makes its finding of the decoder's error.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.photo.advice import Subject, unreadable
from models.photo.checks.arms import crossed_arms, hands_cover_body
from models.photo.checks.colours import blends_with_background, monochrome_clothes
from models.photo.checks.focus import blurry
from models.photo.checks.framing import not_full_length
from models.photo.checks.legs import crossed_legs, seated
from models.photo.checks.light import overexposed, too_dark
from models.photo.checks.people import multiple_people, no_person
from models.photo.checks.photo import Check, CheckedPhoto
from models.photo.checks.size import low_resolution
from models.photo.checks.turn import side_view
from models.photo.reading import Reading
from schemas.errors import UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

# In the order of what most needs to be said: of findings of one severity the first is the shopper's to mend first.
CHECKS: tuple[Check, ...] = (
    no_person,
    low_resolution,
    multiple_people,
    too_dark,
    overexposed,
    blurry,
    side_view,
    seated,
    not_full_length,
    crossed_arms,
    hands_cover_body,
    crossed_legs,
    blends_with_background,
    monochrome_clothes,
)


def check_photo(rgb: npt.NDArray[np.uint8], reading: Reading, category: Category, locale: str = "en") -> list[Finding]:
    """Everything found in a decoded photo (H, W, 3) with what is seen in it, the worst finding first."""
    photo = CheckedPhoto(rgb, reading, category, locale)
    found = [finding for check in CHECKS if (finding := check(photo)) is not None]
    return worst_first(found)


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """By severity; of equally grave ones the order stays."""
    severities = list(Severity)
    return sorted(findings, key=lambda finding: -severities.index(finding.severity))


def unreadable_image(error: UnreadableImage, subject: Subject = "photo", locale: str = "en") -> Finding:
    """Rejects what the decoder refused; its reason says what to do. Nothing is measured."""
    code, severity = FindingCode.UNREADABLE_IMAGE, Severity.REJECT
    return Finding(code=code, severity=severity, advice=unreadable(error, locale, subject), subject=subject)
