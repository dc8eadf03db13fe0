"""Photo checks at once: what `virton check` says about a photo, without an event."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Self

import numpy as np
import structlog
from pydantic import BaseModel, Field

from models.photo.checks import Verdict, check_photo, expected_accuracy, unreadable_image, verdict
from models.photo.decode import Photo
from models.pose.port import Person, PoseEstimator, Rgb
from schemas.errors import UnavailableError, UnreadableImage
from schemas.events import Category
from schemas.findings import Finding

log = structlog.get_logger(__name__)

# The photo's bytes, the garment's category, the shopper's locale. Blocks while the models run. Raises UnavailableError
# without weights.
PhotoCheck = Callable[[bytes, Category | None, str], Sequence[Finding]]


class CheckReport(BaseModel):
    """One photo's checks, as `virton check` prints them."""

    photo: str = Field(description="The file's name, as given.")
    verdict: Verdict
    findings: list[Finding]
    expected_accuracy: float = Field(description="0..1: how likely the picture will look right.")

    @classmethod
    def of(cls, photo: str, findings: Sequence[Finding]) -> Self:
        """What was found in the photo of this name."""
        return cls(
            photo=photo,
            verdict=verdict(findings),
            findings=list(findings),
            expected_accuracy=expected_accuracy(findings),
        )


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

    def __call__(self, data: bytes, category: Category | None, locale: str) -> Sequence[Finding]:
        try:
            photo = self._decode(data)
        except UnreadableImage as error:
            return [unreadable_image(error)]
        return check_photo(photo.rgb, self._people(photo.rgb), category or Category.DRESS, locale)

    def _people(self, rgb: Rgb) -> list[Person]:
        with self._one_at_a_time:
            if self._estimator is None:
                self._estimator = self._build()
            return self._estimator.people(rgb)
