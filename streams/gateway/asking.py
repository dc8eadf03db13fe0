"""From the form of `POST /v1/tryons` to a `Request`: what is checked, and said, before anything is stored."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal, Self

from fastapi import File, Form, UploadFile

from schemas.events import Category, Consent, Garment, Options, Request
from schemas.objects import ObjectRef
from streams.gateway.context import Gateway
from streams.gateway.problems import Code, Problem
from streams.gateway.uploads import DESCRIPTION, Upload, cleaned, read, store_garment, store_photo


@dataclass(frozen=True)
class TryOnForm:
    """The fields of the form; `Depends` reads them, and FastAPI says what is wrong with one."""

    photo: Annotated[UploadFile, File(description=f"The shopper's photo: {DESCRIPTION}")]
    garment: Annotated[list[UploadFile], File(description="A product picture, or an upper and a lower garment's.")]
    category: Annotated[list[Category], Form(description="Of each garment, in the same order.")]
    garment_back: Annotated[Sequence[UploadFile], File(description="The garments' backs, in the same order.")] = ()
    shop: Annotated[str | None, Form(description="Only where no keys are configured; else it is the key's.")] = None
    shopper: Annotated[str | None, Form(description="A pseudonym; without one a new one is made.")] = None
    quality: Annotated[Literal["fast", "normal", "best"], Form()] = "normal"
    seed: Annotated[int | None, Form(ge=0, lt=2**32)] = None
    steps: Annotated[int | None, Form(ge=1, le=100)] = None
    samples: Annotated[int, Form(ge=1, le=4)] = 1
    locale: Annotated[str, Form(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="As en or de-CH.")] = "en"
    consent_training: Annotated[bool, Form(description="The shopper agreed that this trains the models.")] = False


@dataclass(frozen=True)
class Gist:
    """What tells two requests apart. Who asks, and until when, does not."""

    photo: str
    garments: tuple[tuple[Category, str, str | None], ...]
    options: Options
    consent: Consent
    locale: str

    @classmethod
    def of(cls, request: Request) -> Self:
        """A request's gist."""
        garments = tuple(
            (g.category, g.front.sha256, None if g.back is None else g.back.sha256) for g in request.garments
        )
        return cls(request.photo.sha256, garments, request.options, request.consent, request.locale)


@dataclass(frozen=True)
class Asked:
    """What a form asks for; the pictures are within their limit, and not yet decoded."""

    photo: Upload
    garments: Sequence[tuple[Category, Upload, Upload | None]]
    options: Options
    consent: Consent
    locale: str

    async def gist(self, gateway: Gateway) -> Gist:
        """What is asked for, without the pictures' bytes: known by what would be stored of them.

        Raises Problem where one does not decode.
        """

        async def sha256(upload: Upload) -> str:
            return (await cleaned(gateway, upload)).sha256

        garments = [
            (category, await sha256(front), None if back is None else await sha256(back))
            for category, front, back in self.garments
        ]
        return Gist(await sha256(self.photo), tuple(garments), self.options, self.consent, self.locale)

    async def stored(self, gateway: Gateway, shop: str, shopper: str) -> Request:
        """Decodes and stores the pictures. Raises Problem where one does not decode, UnavailableError."""
        photo, *garments = await asyncio.gather(
            store_photo(gateway, self.photo, shop, shopper),
            *(self._garment(gateway, shop, *garment) for garment in self.garments),
        )
        assert isinstance(photo, ObjectRef)
        return Request(
            shop=shop,
            shopper=shopper,
            photo=photo,
            garments=tuple(garment for garment in garments if isinstance(garment, Garment)),
            options=self.options,
            consent=self.consent,
            locale=self.locale,
            expires_at=datetime.now(UTC) + timedelta(seconds=gateway.settings.tryon_expires_s),
        )

    async def _garment(
        self, gateway: Gateway, shop: str, category: Category, front: Upload, back: Upload | None
    ) -> Garment:
        stored = await store_garment(gateway, front, shop)
        return Garment(
            id=stored.sha256,
            category=category,
            front=stored,
            back=None if back is None else await store_garment(gateway, back, shop),
        )


async def read_form(form: TryOnForm, most: int) -> Asked:
    """The form with its files read, each of at most `most` bytes. Raises Problem for what does not go together."""
    if len(form.category) != len(form.garment):
        raise _mismatch(
            f"There are {len(form.garment)} garments and {len(form.category)} categories: send one for each."
        )
    if len(form.garment) > 2 or (len(form.garment) == 2 and set(form.category) != {Category.UPPER, Category.LOWER}):
        raise _mismatch("Send one garment, or two of which one is `upper` and the other `lower`.")
    if len(form.garment_back) > len(form.garment):
        raise _mismatch("There are more backs than garments: send at most one `garment_back` for each `garment`.")
    fronts = [await read(file, "garment", most) for file in form.garment]
    backs = [await read(file, "garment_back", most) for file in form.garment_back]
    padded = [*backs, *[None] * (len(fronts) - len(backs))]
    return Asked(
        photo=await read(form.photo, "photo", most),
        garments=list(zip(form.category, fronts, padded, strict=True)),
        options=Options(quality=form.quality, seed=form.seed, steps=form.steps, samples=form.samples),
        # Sending the photo here asks for its processing; the page says so above its button.
        consent=Consent(processing=True, training=form.consent_training),
        locale=form.locale,
    )


def _mismatch(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.GARMENTS_MISMATCH, detail)
