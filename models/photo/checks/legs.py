"""To be written."""

from models.photo.checks.photo import CheckedPhoto
from schemas.findings import Finding


def crossed_legs(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None


def seated(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None
