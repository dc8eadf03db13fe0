"""The report on one photo, the same from `virton check` and from `POST /v1/checks`."""

from collections.abc import Callable, Sequence
from typing import Self

from pydantic import BaseModel, Field

from models.garment.checks import check_garment
from models.photo.accuracy import Verdict, expected_accuracy, verdict
from models.photo.advice import Subject, hint
from models.photo.checks import check_photo, unreadable_image
from models.photo.decode import Photo
from models.photo.reading import Reading
from models.pose.port import Rgb
from schemas.errors import UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity


class ReportedFinding(BaseModel):
    """A finding as the report tells it: all of them are about the one picture."""

    code: FindingCode
    severity: Severity
    value: float | None
    threshold: float | None
    advice: str
    hint: str = Field(description="The same in a few words, for a camera that runs; empty for garments.")

    @classmethod
    def of(cls, finding: Finding, locale: str) -> Self:
        """A finding of a picture, in the language of its advice."""
        told = hint(finding.code, finding.severity, locale) if finding.subject == "photo" else ""
        return cls(**finding.model_dump(exclude={"subject"}), hint=told)


class CheckReport(BaseModel):
    """What is in the way of a good picture, the worst first, and what to do."""

    photo: str = Field(description="The file's name, as given.")
    verdict: Verdict
    findings: list[ReportedFinding]
    expected_accuracy: float = Field(description="0..1: how likely the picture will look right.")

    @classmethod
    def of(cls, photo: str, findings: Sequence[Finding], locale: str = "en") -> Self:
        """What was found in the photo of this name."""
        return cls(
            photo=photo,
            verdict=verdict(findings),
            findings=[ReportedFinding.of(finding, locale) for finding in findings],
            expected_accuracy=expected_accuracy(findings),
        )


def check_report(  # noqa: PLR0913 - a photo, how it is looked at, and for what
    name: str,
    data: bytes,
    *,
    decode: Callable[[bytes], Photo],
    read: Callable[[Rgb], Reading],
    category: Category = Category.DRESS,
    locale: str = "en",
    subject: Subject = "photo",
) -> CheckReport:
    """Checks the picture in `data`: a photo of a person, or of a garment that is sold as of this category.

    A dress, which asks for the whole body, is assumed where no category is named.

    What cannot be decoded is a finding, too. Raises what `decode` and `read` raise otherwise.
    """
    try:
        rgb = decode(data).rgb
    except UnreadableImage as error:
        return CheckReport.of(name, [unreadable_image(error, subject, locale)], locale)
    reading = read(rgb)
    if subject == "garment":
        found = check_garment(rgb, category, reading.people, locale)
    else:
        found = check_photo(rgb, reading, category, locale)
    return CheckReport.of(name, found, locale)
