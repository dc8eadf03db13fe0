"""The photo as the checks see it: what it shows, and measures that several of them need, each taken once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from models.photo.advice import advice
from models.photo.checks.clothes import Clothes, find_clothes
from models.photo.reading import Reading
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

T = TypeVar("T")

# A joint is seen where network and mask hold it for likelier than not.
SEEN = 0.5

# Parts of a body's height (Drillis and Contini 1966): shoulders at 0.818, hips at 0.530, ankles at 0.039.
TORSO_PART, LEG_PART = 0.818 - 0.530, 0.530 - 0.039


@dataclass(frozen=True)
class CheckedPhoto:
    """What a check may look at: the pixels (H, W, 3), what networks see in them, and what is to be tried on."""

    rgb: npt.NDArray[np.uint8]
    reading: Reading
    category: Category
    locale: str = "en"
    _measured: dict[Callable[["CheckedPhoto"], Any], Any] = field(default_factory=dict, repr=False)

    def once(self, measure: Callable[["CheckedPhoto"], T]) -> T:
        """What `measure` says of this photo, asked once however many checks need it."""
        if measure not in self._measured:
            self._measured[measure] = measure(self)
        return cast(T, self._measured[measure])

    @property
    def people(self) -> Sequence[Person]:
        """The main one first."""
        return self.reading.people

    @property
    def main(self) -> Person | None:
        """The person who is to be dressed."""
        return self.people[0] if self.people else None

    @cached_property
    def points(self) -> npt.NDArray[np.float64]:
        """The main person's landmarks in pixels, (33, 2); (0, 2) where there is nobody."""
        if self.main is None:
            return np.zeros((0, 2))
        height, width = self.rgb.shape[:2]
        return np.array([(mark.x * width, mark.y * height) for mark in self.main.pose.landmarks])

    @cached_property
    def body_pixels(self) -> float:
        """The height in pixels that the main person's whole body would have, standing and facing; 0 for nobody."""
        return body_pixels(self.points) if self.main is not None else 0.0

    @cached_property
    def clothes(self) -> Clothes | None:
        """Where the main person's clothes are, coarsely; None where there is nobody."""
        return find_clothes(self.rgb, self.people) if self.people else None

    def finding(
        self, code: FindingCode, severity: Severity, value: float, threshold: float, variant: str = ""
    ) -> Finding:
        """A finding with its advice in the photo's locale; `variant` is the case, where the code knows several."""
        text = advice(code, severity, self.locale, variant=variant)
        return Finding(code=code, severity=severity, value=round(value, 4), threshold=threshold, advice=text)


Check = Callable[[CheckedPhoto], Finding | None]


def body_pixels(points: npt.NDArray[np.float64]) -> float:
    """By torso and by legs, whichever is longer: bending and perspective only shorten. Works for seated people and
    those cut off, too. `points` are the 33 landmarks in pixels."""

    def length(*chain: Joint) -> float:
        return float(np.linalg.norm(np.diff(points[list(chain)], axis=0), axis=1).sum())

    sides = (
        (Joint.LEFT_SHOULDER, Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE),
        (Joint.RIGHT_SHOULDER, Joint.RIGHT_HIP, Joint.RIGHT_KNEE, Joint.RIGHT_ANKLE),
    )
    torso = sum(length(shoulder, hip) for shoulder, hip, _, _ in sides) / 2
    leg = sum(length(hip, knee, ankle) for _, hip, knee, ankle in sides) / 2
    return max(torso / TORSO_PART, leg / LEG_PART)


def is_seen(person: Person, joint: Joint) -> bool:
    """True if the joint is in the frame, on the person's mask, and held for visible."""
    height, width = person.mask.shape
    mark = person.pose.landmarks[joint]
    inside = 0.0 <= mark.x < 1.0 and 0.0 <= mark.y < 1.0
    return inside and mark.visibility >= SEEN and bool(person.mask[int(mark.y * height), int(mark.x * width)] >= SEEN)
