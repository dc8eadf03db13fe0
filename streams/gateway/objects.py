"""For backends that publish events themselves: pictures are uploaded here."""

from http import HTTPStatus

from fastapi import APIRouter, Request

from streams.gateway.admission import UploadRoute
from streams.gateway.callers import Here, Who, named_shopper
from streams.gateway.presigned import Announced, StoredObject, presign
from streams.gateway.uploads import picture_form, read, received, store_garment, store_photo

router = APIRouter(prefix="/v1", route_class=UploadRoute)


_BODY = picture_form(
    shop="Only where no keys are configured; else it is the key's.",
    shopper="The pseudonym of the shopper whose photo it is; left out, it is a garment's picture.",
)
_BODY["requestBody"]["content"]["application/json"] = {"schema": Announced.model_json_schema()}


@router.post(
    "/objects",
    status_code=HTTPStatus.CREATED,
    response_model_exclude_none=True,
    tags=["objects"],
    openapi_extra=_BODY,
)
async def upload(request: Request, gateway: Here, who: Who) -> StoredObject:
    """Stores a picture and answers the reference that events carry. The same picture again is the same object.

    What is stored is made anew of the picture's pixels, upright and in sRGB, without what a camera or a program adds
    (EXIF with its place and time, XMP, comments, thumbnails): `sha256`, `media_type`, `width` and `height` are those of
    what is stored, not of your file. HEIC and AVIF become JPEG. With an S3 store, JSON that announces the picture is
    answered with an `upload`: PUT the file there, past this service, which then stays as it is. Take out yourself
    what a shopper's photo says about where it was taken.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        return await presign(request, gateway, who)
    most = gateway.settings.max_upload_bytes
    async with received(request, most) as came:
        shop = who.resolve_shop(came.fields.get("shop") or None)
        shopper = named_shopper(came.fields.get("shopper") or None)
        async with gateway.limits.memory:
            picture = await read(came.file, came.field, most)
            if shopper is None:
                stored = await store_garment(gateway, picture, shop)
            else:
                stored = await store_photo(gateway, picture, shop, shopper)
    return StoredObject(**stored.model_dump())
