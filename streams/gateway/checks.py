"""Photo checks at once: what `virton check` says about a photo, without an event."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Literal

import numpy as np
import structlog
from pydantic import BaseModel, Field

from models.photo.decode import Photo
from models.pose.port import Person, PoseEstimator, Rgb
from schemas.errors import UnavailableError, UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

log = structlog.get_logger(__name__)

Checked = tuple[Sequence[Finding], float | None]  # findings, expected accuracy 0..1

# The photo's bytes and the garment's category. Blocks while the models run. Raises UnavailableError without weights.
PhotoCheck = Callable[[bytes, Category | None], Checked]


class CheckReport(BaseModel):
    """One photo's checks, as `virton check` prints them."""

    photo: str = Field(description="The file's name, as given.")
    verdict: Literal["accept", "warn", "reject"]
    findings: list[Finding]
    expected_accuracy: float | None = Field(description="0..1: how likely the picture will look right.")


def verdict(findings: Sequence[Finding]) -> Literal["accept", "warn", "reject"]:
    """The worst of the findings; what is only `info` does not count."""
    severities = {finding.severity for finding in findings}
    if Severity.REJECT in severities:
        return "reject"
    return "warn" if Severity.WARN in severities else "accept"


class PhotoChecks:
    """`PhotoCheck` with the pose estimator that is built at the first photo: a gateway that is not asked needs none."""

    def __init__(self, decode: Callable[[bytes], Photo], build: Callable[[], PoseEstimator]) -> None:
        self._decode = decode
        self._build = build
        self._estimator: PoseEstimator | None = None
        self._one_at_a_time = Lock()

    def warm(self) -> None:
        """Loads the models, so that the first photo need not wait; without weights that photo will say so."""
        try:
            self._people(np.zeros((64, 64, 3), np.uint8))
        except UnavailableError as error:
            log.warning("checks.not_warm", error=str(error))

    def __call__(self, data: bytes, category: Category | None) -> Checked:
        from models.photo.checks import check_photo, expected_accuracy

        try:
            photo = self._decode(data)
        except UnreadableImage as error:
            finding = Finding(code=FindingCode.UNREADABLE_IMAGE, severity=Severity.REJECT, advice=str(error))
            return [finding], expected_accuracy([finding])
        findings = check_photo(photo.rgb, self._people(photo.rgb), category or Category.DRESS)
        return findings, expected_accuracy(findings)

    def _people(self, rgb: Rgb) -> list[Person]:
        with self._one_at_a_time:
            if self._estimator is None:
                self._estimator = self._build()
            return self._estimator.people(rgb)
