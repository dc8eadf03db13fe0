"""To be written."""

from models.photo.checks.photo import CheckedPhoto
from schemas.findings import Finding


def crossed_arms(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None


def hands_cover_body(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None
