"""To be written."""

from models.photo.checks.photo import CheckedPhoto
from schemas.findings import Finding


def blends_with_background(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None


def monochrome_clothes(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None
