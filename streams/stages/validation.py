"""Validation: may this photo be used, is there a person in it, and will it do? No Kafka here."""

import time
from collections.abc import Sequence

from models.photo.accuracy import expected_accuracy, verdict
from models.photo.advice import Subject, notice
from models.photo.checks import check_photo, unreadable_image, worst_first
from models.photo.decode import Photo
from models.pose.yaw import yaw
from schemas.errors import InvalidObject, UnreadableImage
from schemas.events import Category, Event, PhotoUploaded, PhotoValidated, Reason, Request, Status, TryOnResult
from schemas.findings import Finding, Severity
from schemas.objects import ObjectRef, is_garment_of, is_photo_of
from streams.analysis import Analysis
from streams.pictures import Pictures
from streams.tryons import Steps


class Validation:
    """PhotoUploaded -> PhotoValidated, or a rejection that says what to do."""

    def __init__(self, pictures: Pictures, analysis: Analysis) -> None:
        self._pictures = pictures
        self._analysis = analysis

    async def __call__(self, event: PhotoUploaded, steps: Steps) -> Sequence[Event]:
        began = time.monotonic()
        request = event.request
        steps(0, 3)
        if not request.consent.processing:
            return [_rejected(event, reason=Reason.NO_CONSENT, advice=notice("no_consent", request.locale))]
        try:
            photo = await self._photo(request)
            garments = await self._garments(request)
        except InvalidObject as error:
            return [_rejected(event, reason=Reason.INVALID_OBJECT, advice=str(error))]
        except _Unreadable as error:
            return [_rejected(event, findings=[error.finding])]
        steps(1, 3)
        reading = await self._analysis.reading(request, photo.rgb)
        steps(2, 3)
        findings = worst_first([*check_photo(photo.rgb, reading, _widest(request), request.locale), *garments])
        if verdict(findings) == "reject":
            return [_rejected(event, findings=findings)]
        steps(3, 3)
        return [
            PhotoValidated(
                tryon=event.tryon,
                request=request,
                findings=tuple(findings),
                expected_accuracy=expected_accuracy(findings),
                pose=reading.people[0].pose,
                yaw=yaw(reading.people[0].pose),
                timings={"validation": time.monotonic() - began},
            )
        ]

    async def _photo(self, request: Request) -> Photo:
        if not is_photo_of(request.photo.key, request.shop, request.shopper):
            raise InvalidObject("The photo is not one of this shop's shopper. Upload it for this shop and shopper.")
        return await self._readable(request.photo, "photo", request.locale)

    async def _garments(self, request: Request) -> list[Finding]:
        """What is found in the pictures of the garments' fronts; backs only have to be readable."""
        found: list[Finding] = []
        for garment in request.garments:
            for ref in filter(None, (garment.front, garment.back)):
                if not is_garment_of(ref.key, request.shop):
                    raise InvalidObject(f"Garment {garment.id} is not one of this shop's. Upload it for this shop.")
                picture = await self._readable(ref, "garment", request.locale)
                if ref is garment.front:
                    found += await self._analysis.garment(ref, picture.rgb, garment.category, request.locale)
        return found

    async def _readable(self, ref: ObjectRef, subject: Subject, locale: str) -> Photo:
        try:
            return await self._pictures.photo(ref, subject)
        except UnreadableImage as error:
            raise _Unreadable(error, subject, locale) from error


class _Unreadable(Exception):
    """A picture that cannot be decoded, as a finding."""

    def __init__(self, error: UnreadableImage, subject: Subject, locale: str) -> None:
        super().__init__(str(error))
        self.finding = unreadable_image(error, subject, locale)


def _widest(request: Request) -> Category:
    """The category whose checks cover the whole request: two garments ask for as much of the body as a dress."""
    return request.garments[0].category if len(request.garments) == 1 else Category.DRESS


def _rejected(
    event: PhotoUploaded, *, findings: Sequence[Finding] = (), reason: Reason | None = None, advice: str = ""
) -> TryOnResult:
    rejecting = [finding for finding in findings if finding.severity is Severity.REJECT]
    return TryOnResult(
        tryon=event.tryon,
        request=event.request,
        status=Status.REJECTED,
        findings=tuple(findings),
        expected_accuracy=expected_accuracy(findings) if findings else None,
        reason=reason,
        advice=advice or (rejecting[0].advice if rejecting else ""),
    )
