"""For backends that publish events themselves: pictures are uploaded here; and photo checks at once."""

import asyncio
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request

from schemas.events import Category
from schemas.objects import ObjectRef
from streams.gateway.callers import Parts, Who, named_shopper
from streams.gateway.checks import CheckReport
from streams.gateway.problems import Code, FieldProblem, Problem
from streams.gateway.uploads import read_single, store_garment, store_photo

router = APIRouter(prefix="/v1")


def _form(**fields: str) -> dict[str, Any]:
    """What OpenAPI says of a body with one picture, which FastAPI does not parse."""
    picture = {"type": "string", "contentMediaType": "application/octet-stream", "description": "JPEG, PNG or WebP."}
    properties = {"picture": picture} | {
        name: {"type": "string", "description": description} for name, description in fields.items()
    }
    schema = {"type": "object", "required": ["picture"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/objects",
    status_code=HTTPStatus.CREATED,
    tags=["objects"],
    openapi_extra=_form(
        shop="Only where no keys are configured; else it is the key's.",
        shopper="The pseudonym of the shopper whose photo it is; left out, it is a garment's picture.",
    ),
)
async def upload(request: Request, gateway: Parts, who: Who) -> ObjectRef:
    """Stores a picture and answers the reference that events carry. The same picture again is the same object.

    The bytes are kept as they were given, camera data included: the SHA-256 is that of your file.
    """
    picture, fields = await read_single(request, gateway.settings.max_upload_bytes)
    shop = who.resolve_shop(fields.get("shop") or None)
    shopper = named_shopper(fields.get("shopper") or None)
    if shopper is None:
        return await store_garment(gateway, picture, shop)
    return await store_photo(gateway, picture, shop, shopper)


@router.post(
    "/checks",
    tags=["checks"],
    openapi_extra=_form(category="upper, lower or dress: what is to be tried on.", locale="Of the advice, as en."),
)
async def check(request: Request, gateway: Parts, _who: Who) -> CheckReport:
    """Checks a photo at once: what would be in the way of a good picture, and what to do."""
    picture, fields = await read_single(request, gateway.settings.max_upload_bytes)
    category = _category(fields.get("category") or None)
    locale = fields.get("locale") or "en"
    checking = asyncio.get_running_loop().run_in_executor(
        gateway.executor, gateway.check, picture.data, category, locale
    )
    return CheckReport.of(picture.name, await checking)


def _category(named: str | None) -> Category | None:
    if named is None:
        return None
    try:
        return Category(named)
    except ValueError:
        allowed = [category.value for category in Category]
        message = f"use one of {', '.join(allowed)}"
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Code.UNKNOWN_CATEGORY,
            f"category: {message}.",
            errors=[FieldProblem(field="category", message=message, allowed=allowed)],
        ) from None
