"""The report on one photo, the same from `virton check` and from `POST /v1/checks`."""

from collections.abc import Callable, Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from models.photo.accuracy import Verdict, expected_accuracy, verdict
from models.photo.checks import check_photo, unreadable_image
from models.photo.decode import Photo
from models.photo.reading import Reading
from models.pose.port import Rgb
from schemas.errors import UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity


class ReportedFinding(BaseModel):
    """A finding as the report tells it: all of them are about the photo."""

    model_config = ConfigDict(from_attributes=True)

    code: FindingCode
    severity: Severity
    value: float | None
    threshold: float | None
    advice: str


class CheckReport(BaseModel):
    """What is in the way of a good picture, the worst first, and what to do."""

    photo: str = Field(description="The file's name, as given.")
    verdict: Verdict
    findings: list[ReportedFinding]
    expected_accuracy: float = Field(description="0..1: how likely the picture will look right.")

    @classmethod
    def of(cls, photo: str, findings: Sequence[Finding]) -> Self:
        """What was found in the photo of this name."""
        return cls(
            photo=photo,
            verdict=verdict(findings),
            findings=[ReportedFinding.model_validate(finding) for finding in findings],
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
) -> CheckReport:
    """Checks the photo in `data`. A dress, which asks for the whole body, is assumed where no category is named.

    What cannot be decoded is a finding, too. Raises what `decode` and `read` raise otherwise.
    """
    try:
        rgb = decode(data).rgb
    except UnreadableImage as error:
        return CheckReport.of(name, [unreadable_image(error)])
    return CheckReport.of(name, check_photo(rgb, read(rgb), category, locale))
