"""Pictures that come over HTTP: read within their limit, really decoded, and stored without what cameras add."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from fastapi import Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload
from starlette.formparsers import MultiPartParser

from models.photo.decode import Cleaned
from schemas.errors import UnreadableImage
from schemas.objects import MediaType, ObjectRef, garment_key, photo_key
from streams.gateway.context import Gateway
from streams.gateway.problems import Code, Problem, unreadable

PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif")
DESCRIPTION = "JPEG, PNG, WebP, HEIC or AVIF, at most 24 megapixels."


@dataclass(frozen=True)
class Upload:
    """A file as it came; `field` is the form's field, for what is said about it."""

    field: str
    name: str
    data: bytes


@dataclass(frozen=True)
class Received:
    """A file that has come and is not yet read; the form's other fields, and the query's."""

    field: str
    file: StarletteUpload
    fields: Mapping[str, str]


async def read(file: UploadFile | StarletteUpload, field: str, most: int) -> Upload:
    """The file's bytes. Raises Problem above `most` bytes."""
    if (file.size or 0) > most:
        raise _too_large(field, most)
    return Upload(field, file.filename or field, await file.read())


def picture_form(**fields: str) -> dict[str, Any]:
    """What OpenAPI says of a body with one picture, which FastAPI does not parse."""
    picture = {"type": "string", "contentMediaType": "application/octet-stream", "description": DESCRIPTION}
    properties = {"picture": picture} | {
        name: {"type": "string", "description": description} for name, description in fields.items()
    }
    schema = {"type": "object", "required": ["picture"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@asynccontextmanager
async def received(request: Request, most: int) -> AsyncIterator[Received]:
    """The one picture of a request: a form's file under any name, or the body itself; on disk, if it is large.

    Raises Problem where there is no picture, or more than one.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in PICTURE_TYPES:
        # As Starlette keeps the files of forms.
        with SpooledTemporaryFile(MultiPartParser.spool_max_size) as spooled:
            file = StarletteUpload(cast(BinaryIO, spooled), size=0, filename="picture")
            await _spool(request, file, most)
            yield Received("picture", file, request.query_params)
    elif kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=10) as form:
            name, file = _only_file(form)
            fields = {key: str(value) for key, value in form.items() if key != name}
            yield Received(name, file, {**request.query_params, **fields})
    else:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            Code.UNSUPPORTED_MEDIA_TYPE,
            f"Send a form (multipart/form-data) with a file, or the picture itself as {', '.join(PICTURE_TYPES)}.",
        )


async def _spool(request: Request, file: StarletteUpload, most: int) -> None:
    async for chunk in request.stream():
        await file.write(chunk)
        if (file.size or 0) > most:
            raise _too_large("picture", most)
    await file.seek(0)


def _only_file(form: FormData) -> tuple[str, StarletteUpload]:
    for name, value in form.items():
        if isinstance(value, StarletteUpload):
            return name, value
    raise Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Code.MISSING_FIELD,
        "There is no picture in the form. Add one as the file `picture`.",
    )


async def store_photo(gateway: Gateway, upload: Upload, shop: str, shopper: str) -> ObjectRef:
    """Stores a shopper's photo. Raises Problem for one that does not decode, UnavailableError."""
    return await _stored(gateway, upload, partial(photo_key, shop, shopper))


async def store_garment(gateway: Gateway, upload: Upload, shop: str) -> ObjectRef:
    """Stores a picture of a shop's garment. Raises Problem for one that does not decode, UnavailableError."""
    return await _stored(gateway, upload, partial(garment_key, shop))


async def _stored(gateway: Gateway, upload: Upload, key_of: Callable[[str, MediaType], str]) -> ObjectRef:
    made = await cleaned(gateway, upload)
    sha256 = made.sha256
    key = key_of(sha256, made.media_type)
    # Written even if it is there: the key is its content's, so that sending it again mends an object that was damaged.
    await gateway.store.put(key, made.data)
    return ObjectRef(key=key, sha256=sha256, media_type=made.media_type, width=made.width, height=made.height)


async def cleaned(gateway: Gateway, upload: Upload) -> Cleaned:
    """What is stored of a picture. The same file is the same object, whoever sends it.

    Raises Problem where it is no picture, saying what to do.
    """
    try:
        return await asyncio.get_running_loop().run_in_executor(gateway.executor, gateway.clean, upload.data)
    except UnreadableImage as error:
        raise unreadable(str(error), upload.field) from error


def _too_large(field: str, most: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Code.TOO_LARGE,
        f"{field}: the file is larger than {most / 1e6:.0f} MB. Save it as JPEG, or make it smaller.",
    )
