"""Why a picture is refused: codes for programs, with the texts that shoppers are told."""

from collections.abc import Mapping
from enum import StrEnum

from schemas.errors import UnreadableImage


class Refusal(StrEnum):
    """Why the decoder refuses a file. What stands in braces in its text are the refusal's numbers."""

    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    OTHER_FORMAT = "other_format"
    TOO_MANY_PIXELS = "too_many_pixels"
    SIDE_TOO_LONG = "side_too_long"
    TOO_MUCH_MEMORY = "too_much_memory"
    TOO_COSTLY = "too_costly"
    DAMAGED = "damaged"
    UNDECODABLE = "undecodable"


# In English; for `str.format`.
TEXTS: Mapping[Refusal, str] = {
    Refusal.EMPTY: "The file is empty. Upload the picture again.",
    Refusal.NOT_A_PICTURE: "This is not a picture, or a damaged one. Upload a photo as JPEG, PNG, WebP or HEIC.",
    Refusal.OTHER_FORMAT: "This is a {format} file. Save it as JPEG, PNG or WebP and upload it again.",
    Refusal.TOO_MANY_PIXELS: (
        "The picture has {megapixels} megapixels; at most {most} are accepted. Save it smaller and upload it again."
    ),
    Refusal.SIDE_TOO_LONG: "The picture is {width} x {height} pixels; a side may have {most}. Crop it and try again.",
    Refusal.TOO_MUCH_MEMORY: ("The picture needs too much memory. Save it smaller, as JPEG, and upload it again."),
    Refusal.TOO_COSTLY: (
        "The picture takes too long to decode. Save it again as JPEG with another program, or take another one."
    ),
    Refusal.DAMAGED: "The picture is damaged or incomplete. Upload it again, or take another one.",
    Refusal.UNDECODABLE: (
        "The picture cannot be decoded. Save it again as JPEG with another program, or take another one."
    ),
}


def refused(refusal: Refusal, numbers: Mapping[str, int | str] | None = None) -> UnreadableImage:
    """The error that tells of a refusal, to be raised.

    Raises:
        KeyError: `numbers` lacks one that the text names.
    """
    numbers = numbers or {}
    return UnreadableImage(TEXTS[refusal].format_map(numbers), refusal=refusal, numbers=numbers)
