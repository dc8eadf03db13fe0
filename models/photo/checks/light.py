"""To be written."""

from models.photo.checks.photo import CheckedPhoto
from schemas.findings import Finding


def too_dark(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None


def overexposed(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None
