"""Why a picture is refused: codes for programs, told in English by `models.photo.texts`."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from models.photo.advice import refusal as text_of
from schemas.errors import UnreadableImage


class Refusal(StrEnum):
    """Why the decoder refuses a file; in brackets the numbers that its text states."""

    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    OTHER_FORMAT = "other_format"  # (format)
    TOO_MANY_PIXELS = "too_many_pixels"  # (megapixels, most)
    SIDE_TOO_LONG = "side_too_long"  # (width, height, most)
    TOO_MUCH_MEMORY = "too_much_memory"
    TOO_COSTLY = "too_costly"  # more processor time than a picture of its size may take
    DAMAGED = "damaged"
    UNDECODABLE = "undecodable"  # it ended its decoder


def refused(refusal: Refusal, numbers: Mapping[str, int | str] = MappingProxyType({})) -> UnreadableImage:
    """The error that tells of a refusal, to be raised.

    Raises:
        KeyError: `numbers` lacks one that the text states.
    """
    return UnreadableImage(text_of(refusal, numbers), refusal=refusal, numbers=numbers)
