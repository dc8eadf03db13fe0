"""The garment's picture as the checks see it: what stands out of its ground, in pieces, and who wears it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.checks.panels import panels
from models.garment.checks.pieces import Piece, pieces
from models.garment.checks.wearer import is_real, worn_pieces
from models.photo.advice import advice
from models.pose.port import Person
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

# A strap (1 % of a garment) has 3 pixels, and all measures together take a few dozen milliseconds.
WORKING_SIDE = 384


@dataclass(frozen=True)
class CheckedGarment:
    """What a check may look at: the pixels (H, W, 3), what the shop says it is, and the people `found` in it."""

    rgb: npt.NDArray[np.uint8]
    category: Category
    found: Sequence[Person]
    locale: str = "en"

    @cached_property
    def small(self) -> npt.NDArray[np.uint8]:
        """The picture with at most `WORKING_SIDE` pixels a side."""
        height, width = self.rgb.shape[:2]
        scale = min(1.0, WORKING_SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        return np.asarray(cv2.resize(self.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Those found who show skin: a hoodie on an invisible figure has a body's outline, and is none."""
        return tuple(person for person in self.found if is_real(self.small, person))

    @cached_property
    def panels(self) -> tuple[tuple[slice, slice], ...]:
        """The pictures that this one is put together of, as rows and columns of `small`; mostly it is one."""
        return panels(self.small)

    @cached_property
    def standing_out(self) -> tuple[Piece, ...]:
        """What stands out of the ground, whatever it is, the largest piece first."""
        found = [piece for panel in self.panels for piece in pieces(self.small, panel)]
        return tuple(sorted(found, key=lambda piece: -piece.area))

    @cached_property
    def worn(self) -> tuple[Piece, ...]:
        """The garment of somebody whose pose is not known: skin tells that there is a wearer. Mostly empty."""
        if self.people or not self.standing_out:
            return ()
        return worn_pieces(self.small, self.standing_out[0].mask)

    @property
    def garments(self) -> tuple[Piece, ...]:
        """What is not a wearer of what stands out."""
        return self.worn or self.standing_out

    def finding(
        self, code: FindingCode, severity: Severity, value: float, threshold: float, variant: str = ""
    ) -> Finding:
        """A finding about the garment, with its advice in the shopper's locale."""
        text = advice(code, severity, self.locale, "garment", variant)
        value = round(float(value), 4)
        return Finding(code=code, severity=severity, value=value, threshold=threshold, advice=text, subject="garment")


Check = Callable[[CheckedGarment], Finding | None]
