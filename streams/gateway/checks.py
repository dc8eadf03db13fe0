"""Photo checks at once: what `virton check` says about a photo, without an event."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import cast, get_args

import numpy as np
import structlog
from fastapi import APIRouter, Request

from models.photo.advice import Subject
from models.photo.decode import Photo
from models.photo.reading import PhotoReader, Reading
from models.photo.report import CheckReport, check_report
from models.pose.port import Rgb
from schemas.errors import UnavailableError
from schemas.events import Category
from streams.analysis import counted
from streams.gateway.admission import CheckRoute
from streams.gateway.callers import Here, Who
from streams.gateway.problems import Code, FieldProblem, Problem
from streams.gateway.uploads import picture_form, read, received

log = structlog.get_logger(__name__)

router = APIRouter(prefix="/v1", route_class=CheckRoute)


@router.post(
    "/checks",
    tags=["checks"],
    openapi_extra=picture_form(
        category="upper, lower or dress: what is to be tried on.",
        locale="Of the advice, as en.",
        subject="photo, or garment: the picture is a shop's, of a garment of this category.",
    ),
)
async def check(request: Request, gateway: Here, _who: Who) -> CheckReport:
    """Checks a photo at once: what would be in the way of a good picture, and what to do."""
    most = gateway.settings.max_upload_bytes
    async with received(request, most) as came:
        category = _category(came.fields.get("category") or Category.DRESS)
        subject = _subject(came.fields.get("subject") or "photo")
        locale = came.fields.get("locale") or "en"
        picture = await read(came.file, came.field, most)
    return await asyncio.get_running_loop().run_in_executor(
        gateway.check_executor, gateway.check, picture.name, picture.data, category, locale, subject
    )


class PhotoChecks:
    """`PhotoCheck` with the reader that is built at the first photo: a gateway that is not asked needs none."""

    def __init__(self, decode: Callable[[bytes], Photo], build: Callable[[], PhotoReader]) -> None:
        self._decode = decode
        self._build = build
        self._reader: PhotoReader | None = None
        self._warm = False
        self._one_at_a_time = Lock()

    def warm(self) -> None:
        """Loads the models, so that the first photo need not wait; without weights that photo will say so.

        Costs nothing where they are loaded, or somebody is at it: every look at the page asks for it.
        """
        if self._warm or not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            self._look(np.zeros((64, 64, 3), np.uint8))
        except UnavailableError as error:
            log.warning("checks.not_warm", error=str(error))
        finally:
            self._one_at_a_time.release()

    def __call__(
        self, name: str, data: bytes, category: Category, locale: str, subject: Subject = "photo"
    ) -> CheckReport:
        return check_report(
            name, data, decode=self._decode, read=self._read, category=category, locale=locale, subject=subject
        )

    def _read(self, rgb: Rgb) -> Reading:
        with self._one_at_a_time:
            return self._look(rgb)

    def _look(self, rgb: Rgb) -> Reading:
        if self._reader is None:
            self._reader = self._build()
        reading = counted("pose", self._reader.read, rgb)
        self._warm = True
        return reading


def _category(named: str) -> Category:
    try:
        return Category(named)
    except ValueError:
        raise _unknown("category", Code.UNKNOWN_CATEGORY, [category.value for category in Category]) from None


def _subject(named: str) -> Subject:
    for subject in get_args(Subject):
        if named == subject:
            return cast(Subject, subject)
    raise _unknown("subject", Code.INVALID_REQUEST, list(get_args(Subject)))


def _unknown(field: str, code: Code, allowed: list[str]) -> Problem:
    message = f"use one of {', '.join(allowed)}"
    problems = [FieldProblem(field=field, message=message, allowed=allowed)]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, f"{field}: {message}.", errors=problems)
