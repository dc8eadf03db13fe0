"""How likely a good picture is, given what was found.

The chance is that of a sound photo times a factor for each finding: p = sound x product of factors. All factors are
below 1, so every finding lowers the chance, whatever else was found: none ever raises it, and two leave less than
either alone. There is no floor, which would end that. `refit.py` fits the factors to feedback.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.findings import Finding, FindingCode, Severity

Verdict = Literal["accept", "warn", "reject"]

# A factor this near to 1 cannot be told from 1 by any feedback, and still lowers what is stated with six digits.
MOST = 0.99
# As small as makes sense: fewer than one picture in twenty means that no useful one comes out.
LEAST = 0.05

Chance = Annotated[float, Field(ge=LEAST, le=MOST)]


class Factor(BaseModel):
    """What a warning of `code` leaves of the chance, and why that much."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: FindingCode
    factor: Chance
    reason: str = ""


class AccuracyTable(BaseModel):
    """A sound photo's chance of a good picture, and what findings leave of it. Immutable; all in 0.05..0.99."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sound: Chance = Field(description="The chance of a photo in which nothing was found.")
    told: Chance = Field(default=MOST, description="The factor of any finding of severity info.")
    rejected: Chance = Field(default=LEAST, description="The factor of any finding of severity reject.")
    warned: tuple[Factor, ...] = Field(description="The factors of findings of severity warn, one for each code.")

    @model_validator(mode="after")
    def _complete_and_graver_is_lower(self) -> Self:
        codes = [row.code for row in self.warned]
        if len(set(codes)) < len(codes):
            raise ValueError("a code has two factors")
        if missing := [code.value for code in FindingCode if code not in codes]:
            raise ValueError(f"no factor for {', '.join(missing)}")
        if any(not self.rejected <= row.factor <= self.told for row in self.warned):
            raise ValueError("a warning must lower the chance no less than info does, and no more than a rejection")
        return self

    @cached_property
    def factors(self) -> Mapping[FindingCode, float]:
        """The warnings' factors by code."""
        return {row.code: row.factor for row in self.warned}

    def factor(self, finding: Finding) -> float:
        """What this finding leaves of the chance."""
        if finding.severity is Severity.REJECT:
            return self.rejected
        return self.told if finding.severity is Severity.INFO else self.factors[finding.code]

    @classmethod
    def load(cls, path: Path) -> Self:
        """The table in a JSON file.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no table, or one that some finding would raise.
        """
        return cls.model_validate_json(path.read_bytes())

    def save(self, path: Path) -> None:
        """Writes the table as JSON, which `load` reads."""
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _row(code: FindingCode, factor: float, reason: str) -> Factor:
    return Factor(code=code, factor=factor, reason=reason)


# Before there is any feedback. The factors are guesses of an order, in steps that one can argue about: 0.8 where detail
# is lost but the shape is there, 0.7 where something covers the garment's place, 0.6 where the body must be guessed.
FIRST = AccuracyTable(
    # Hands, hair and prints go wrong in about one picture in ten even where nothing is in the way.
    sound=0.9,
    warned=(
        _row(FindingCode.LOW_RESOLUTION, 0.8, "Body and garment are found; prints, hands and faces have few pixels."),
        _row(FindingCode.BLURRY, 0.8, "The shape is found; edges and fabric stay soft beside a sharp garment."),
        _row(FindingCode.TOO_DARK, 0.8, "The shape is found; colours and folds drown in noise."),
        _row(FindingCode.OVEREXPOSED, 0.8, "The shape is found; what is burnt out has no shading to give the garment."),
        _row(FindingCode.NO_PERSON, LEAST, "There is nobody to dress; it only ever rejects."),
        _row(FindingCode.MULTIPLE_PEOPLE, 0.7, "Others may stand before the person, or lend an arm to them."),
        _row(FindingCode.NOT_FULL_LENGTH, 0.75, "The hem and the length of what is not shown must be guessed."),
        _row(FindingCode.BLENDS_WITH_BACKGROUND, 0.75, "The outline is uncertain: too much or too little is redrawn."),
        _row(FindingCode.MONOCHROME_CLOTHES, 0.85, "Only the line between top and bottom is uncertain."),
        _row(FindingCode.CROSSED_ARMS, 0.65, "Both arms lie over the garment and must be kept, fingers included."),
        _row(FindingCode.CROSSED_LEGS, 0.8, "One leg hides a part of the other, below the hips only."),
        _row(FindingCode.HANDS_COVER_BODY, 0.7, "A hand lies over the garment and must be kept, fingers included."),
        _row(
            FindingCode.SIDE_VIEW, 0.6, "Half of the body is unseen, and the garment was photographed from the front."
        ),
        _row(FindingCode.SEATED, 0.6, "The garment folds at hips and knees, which no product photo shows."),
        _row(FindingCode.UNREADABLE_IMAGE, LEAST, "There is no picture to work on; it only ever rejects."),
        _row(FindingCode.NO_GARMENT, LEAST, "There is nothing to put on; it only ever rejects."),
        _row(FindingCode.GARMENT_CROPPED, 0.7, "What is cut off of the garment must be guessed."),
        _row(FindingCode.SEVERAL_GARMENTS, 0.6, "The wrong garment may be put on, or a mixture."),
        _row(FindingCode.CATEGORY_MISMATCH, 0.6, "The garment is put on the wrong part of the body."),
    ),
)


def published(table: AccuracyTable = FIRST) -> list[tuple[str, float, str]]:
    """The table for readers: (name, chance or factor, reason), the sound photo first, then by code, then severities."""
    return [
        ("sound photo", table.sound, "What nothing was found in; the findings' factors are multiplied with it."),
        *((row.code.value, row.factor, row.reason) for row in table.warned),
        ("any, severity info", table.told, "Only told: nearly nothing is lost for this garment."),
        ("any, severity reject", table.rejected, "No useful picture can come out; none is made."),
    ]


def verdict(findings: Sequence[Finding]) -> Verdict:
    """The worst of the findings; what is only told (`info`) does not count."""
    severities = {finding.severity for finding in findings}
    if Severity.REJECT in severities:
        return "reject"
    return "warn" if Severity.WARN in severities else "accept"


def expected_accuracy(findings: Sequence[Finding], table: AccuracyTable = FIRST) -> float:
    """How likely the picture will look right, 0..1, to six digits: every finding lowers it."""
    chance = table.sound * math.prod(sorted(table.factor(finding) for finding in findings))
    return float(f"{chance:.6g}")
