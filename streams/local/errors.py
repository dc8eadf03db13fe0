"""What keeps a local run from starting or going on; the text is one sentence that says what to do."""

from schemas.errors import VirtonError


class LocalRunError(VirtonError):
    """The local run cannot start or go on; shown to the user as it is."""
