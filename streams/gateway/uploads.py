"""Pictures that come over HTTP: read within their limit, really decoded, and stored as they were given."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as StarletteUpload

from models.photo.decode import Photo
from schemas.errors import UnreadableImage
from schemas.objects import ObjectRef, garment_key, photo_key
from streams.gateway.parts import Gateway
from streams.gateway.problems import Code, Problem, unreadable

PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class Upload:
    """A file as it came; `field` is the form's field, for what is said about it."""

    field: str
    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Of the bytes, in hex."""
        return hashlib.sha256(self.data).hexdigest()


async def read(file: UploadFile | StarletteUpload, field: str, most: int) -> Upload:
    """The file's bytes. Raises Problem above `most` bytes."""
    if (file.size or 0) > most:
        raise _too_large(field, most)
    return Upload(field, file.filename or field, await file.read())


async def read_single(request: Request, most: int) -> tuple[Upload, Mapping[str, str]]:
    """The one picture of a request, and its other fields: a form's file under any name, or the body itself.

    Raises Problem where there is no picture, or more than one.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in PICTURE_TYPES:
        data = await request.body()
        if len(data) > most:
            raise _too_large("picture", most)
        return Upload("picture", "picture", data), request.query_params
    if kind != "multipart/form-data":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            Code.UNSUPPORTED_MEDIA_TYPE,
            f"Send a form (multipart/form-data) with a file, or the picture itself as {', '.join(PICTURE_TYPES)}.",
        )
    async with request.form(max_files=1, max_fields=10) as form:
        name, file = _only_file(form)
        fields = {**request.query_params, **{key: str(value) for key, value in form.items() if key != name}}
        return await read(file, name, most), fields


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
    photo = await decoded(gateway, upload)
    return await _stored(gateway, upload, photo, photo_key(shop, shopper, upload.sha256, photo.media_type))


async def store_garment(gateway: Gateway, upload: Upload, shop: str) -> ObjectRef:
    """Stores a picture of a shop's garment. Raises Problem for one that does not decode, UnavailableError."""
    photo = await decoded(gateway, upload)
    return await _stored(gateway, upload, photo, garment_key(shop, upload.sha256, photo.media_type))


async def decoded(gateway: Gateway, upload: Upload) -> Photo:
    """The picture, decoded by a child process. Raises Problem where it is none, saying what to do."""
    try:
        return await asyncio.get_running_loop().run_in_executor(gateway.executor, gateway.decode, upload.data)
    except UnreadableImage as error:
        raise unreadable(str(error), upload.field) from error


async def _stored(gateway: Gateway, upload: Upload, photo: Photo, key: str) -> ObjectRef:
    # As it was given, camera data included (issue 5 takes it out): the hash that a shop computes is that of its file.
    await gateway.store.create(key, upload.data)
    height, width = photo.rgb.shape[:2]
    return ObjectRef(key=key, sha256=upload.sha256, media_type=photo.media_type, width=width, height=height)


def _too_large(field: str, most: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Code.TOO_LARGE,
        f"{field}: the file is larger than {most / 1e6:.0f} MB. Save it as JPEG, or make it smaller.",
    )
