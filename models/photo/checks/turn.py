"""To be written."""

from models.photo.checks.photo import CheckedPhoto
from schemas.findings import Finding


def side_view(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None
