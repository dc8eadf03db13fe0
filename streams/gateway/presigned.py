"""Pictures that go straight to S3: the gateway names the object and signs its upload, and does not see the bytes.

So nobody takes out what a camera wrote into them; a shop that uploads this way does it itself.
"""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from schemas.objects import MAX_PIXELS, MediaType, ObjectRef, Sha256, garment_key, photo_key
from streams.gateway.callers import Caller, named_shopper
from streams.gateway.context import Gateway
from streams.gateway.problems import Code, FieldProblem, Problem

# 20 MB take 80 s on a phone's uplink of 2 Mbit/s; S3 looks at the time when the upload begins, so that this is also
# the time for repeats.
SIGNED_FOR = timedelta(minutes=5)
# Seven short fields.
MOST_JSON_BYTES = 4096


class Announced(BaseModel):
    """A picture that the caller will upload."""

    shop: str | None = Field(default=None, description="Only where no keys are configured; else it is the key's.")
    shopper: str | None = Field(default=None, description="Whose photo it is; left out, it is a garment's picture.")
    sha256: Sha256
    media_type: MediaType
    width: int = Field(ge=1, le=65_535, description="Of the picture when upright, as its EXIF orientation says.")
    height: int = Field(ge=1, le=65_535)
    size: int = Field(ge=1, description="The file's bytes.")


class PresignedUpload(BaseModel):
    """How to upload it: the file as body, with these headers and no others of ours."""

    method: Literal["PUT"] = "PUT"
    url: str
    headers: dict[str, str]
    expires_at: AwareDatetime


class StoredObject(ObjectRef):
    """The reference that events carry; with `upload`, its bytes are still to be sent there."""

    upload: PresignedUpload | None = None


async def presign(request: Request, gateway: Gateway, who: Caller) -> StoredObject:
    """The reference and the upload of what the request announces. Raises Problem, UnavailableError.

    Nobody has seen the picture: a worker that reads it compares its hash, and takes no other.
    """
    if gateway.upload_url is None:
        detail = "This Virton has no S3 store to upload to. Send the picture itself, as a form or as the body."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.BYTES_NEEDED, detail)
    asked = await _announced(request)
    _check_size(asked, gateway.settings.max_upload_bytes)
    shop, shopper = who.resolve_shop(asked.shop), named_shopper(asked.shopper)
    if shopper is None:
        key = garment_key(shop, asked.sha256, asked.media_type)
    else:
        key = photo_key(shop, shopper, asked.sha256, asked.media_type)
    expires_at = datetime.now(UTC) + SIGNED_FOR
    upload = PresignedUpload(
        url=await gateway.upload_url(key, SIGNED_FOR), headers={"Content-Type": asked.media_type}, expires_at=expires_at
    )
    return StoredObject(key=key, upload=upload, **asked.model_dump(include={"sha256", "media_type", "width", "height"}))


async def _announced(request: Request) -> Announced:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_JSON_BYTES:
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.TOO_LARGE, "This JSON has some hundred bytes.")
    try:
        return Announced.model_validate_json(bytes(body))
    except ValidationError as error:
        problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors(include_url=False)]
        raise RequestValidationError(problems) from error


def _check_size(asked: Announced, most_bytes: int) -> None:
    if asked.size > most_bytes:
        detail = f"size: the file is larger than {most_bytes / 1e6:.0f} MB. Save it as JPEG, or make it smaller."
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.TOO_LARGE, detail)
    if asked.width * asked.height > MAX_PIXELS:
        detail = f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels. Make it smaller."
        errors = [FieldProblem(field=field, message=detail) for field in ("width", "height")]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.UNREADABLE_IMAGE, detail, errors=errors)
