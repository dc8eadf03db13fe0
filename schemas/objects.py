"""References to stored pictures, and the storage keys: an object's owner can be read off its key."""

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.errors import InvalidObject

# A path segment and a Kafka key: letters first, so that neither "." nor ".." nor a hidden file can be made.
SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
# A file may be named by a SHA-256 (64 characters) and its extension, which is longer than an identifier.
FILE = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"
Identifier = Annotated[str, StringConstraints(pattern=rf"^{SEGMENT}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ObjectKey = Annotated[str, StringConstraints(pattern=rf"^{SEGMENT}(/{SEGMENT}){{0,8}}/{FILE}$", max_length=512)]
MediaType = Literal["image/jpeg", "image/png", "image/webp"]

# Above this many pixels a photo is refused before it is decoded: 24 megapixels is what phones upload at most by
# default, and its float32 planes (3 x 96 MB) still fit a worker's memory several times.
MAX_PIXELS = 24_000_000

EXTENSIONS: dict[MediaType, str] = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class ObjectRef(BaseModel):
    """A stored picture: its key, the SHA-256 of its bytes, and its size in pixels after EXIF transposition."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: ObjectKey
    sha256: Sha256
    media_type: MediaType
    width: int = Field(ge=1, le=65_535)
    height: int = Field(ge=1, le=65_535)


def photo_key(shop: str, shopper: str, sha256: str, media_type: MediaType) -> str:
    """Where a shopper's photo is kept. This and the following raise InvalidObject for what is no identifier."""
    return f"{shopper_prefix(shop, shopper)}photos/{_segment(sha256)}.{EXTENSIONS[media_type]}"


def garment_key(shop: str, sha256: str, media_type: MediaType) -> str:
    """Where a garment's product picture is kept."""
    return f"shops/{_segment(shop)}/garments/{_segment(sha256)}.{EXTENSIONS[media_type]}"


def analysis_prefix(shop: str, shopper: str, photo_sha256: str, version: str) -> str:
    """Folder of a photo's pose, parsing and IUV, reused for the shopper's next garment."""
    return f"{shopper_prefix(shop, shopper)}analysis/{_segment(photo_sha256)}/{_segment(version)}/"


def tryon_prefix(shop: str, shopper: str, tryon: UUID) -> str:
    """Folder of a try-on's `result.json` and its pictures `0.png`, `1.png`, ..."""
    return f"{shopper_prefix(shop, shopper)}tryons/{tryon}/"


def shopper_prefix(shop: str, shopper: str) -> str:
    """Everything below it is one shopper's: erasing the prefix erases the shopper."""
    return f"shops/{_segment(shop)}/shoppers/{_segment(shopper)}/"


def is_photo_of(key: str, shop: str, shopper: str) -> bool:
    """True if `key` is a photo of this shop's shopper."""
    return re.fullmatch(re.escape(f"{shopper_prefix(shop, shopper)}photos/") + FILE, key) is not None


def is_garment_of(key: str, shop: str) -> bool:
    """True if `key` is a garment picture of this shop."""
    return re.fullmatch(re.escape(f"shops/{_segment(shop)}/garments/") + FILE, key) is not None


def _segment(text: str) -> str:
    if re.fullmatch(SEGMENT, text) is None:
        raise InvalidObject(f"{text[:80]!r} cannot be part of a storage key: 64 letters, digits, '.', '_', '-' at most")
    return text
