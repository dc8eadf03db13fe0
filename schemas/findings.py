"""Finding codes of photos and garments, and what a finding says."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class FindingCode(StrEnum):
    """What a photo check or a garment check can find."""

    LOW_RESOLUTION = "low_resolution"
    BLURRY = "blurry"
    TOO_DARK = "too_dark"
    OVEREXPOSED = "overexposed"
    NO_PERSON = "no_person"
    MULTIPLE_PEOPLE = "multiple_people"
    NOT_FULL_LENGTH = "not_full_length"
    BLENDS_WITH_BACKGROUND = "blends_with_background"
    MONOCHROME_CLOTHES = "monochrome_clothes"
    CROSSED_ARMS = "crossed_arms"
    CROSSED_LEGS = "crossed_legs"
    HANDS_COVER_BODY = "hands_cover_body"
    SIDE_VIEW = "side_view"
    SEATED = "seated"
    UNREADABLE_IMAGE = "unreadable_image"
    NO_GARMENT = "no_garment"
    GARMENT_CROPPED = "garment_cropped"
    SEVERAL_GARMENTS = "several_garments"
    CATEGORY_MISMATCH = "category_mismatch"


class Severity(StrEnum):
    """`info` is only told, `warn` lowers the expected accuracy, `reject` means that no useful picture can come out."""

    INFO = "info"
    WARN = "warn"
    REJECT = "reject"


class Finding(BaseModel):
    """One thing that a check found, measured, with advice in the shopper's language.

    `value` and `threshold` share the unit that the code's check documents; both are None where nothing is measured.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    code: FindingCode
    severity: Severity
    value: float | None = None
    threshold: float | None = None
    advice: str = ""
    subject: Literal["photo", "garment"] = Field(
        default="photo", description="Which upload the finding is about; `unreadable_image` can be about either."
    )
