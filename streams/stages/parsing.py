"""Parsing: labels, IUV and agnostic masks of the main person. No Kafka here."""

import time
from collections.abc import Sequence

from schemas.errors import RetryableError
from schemas.events import Event, PhotoParsed, PhotoValidated
from streams.analysis import Analysis
from streams.pictures import Pictures
from streams.tryons import Steps


class Parsing:
    """PhotoValidated -> PhotoParsed."""

    def __init__(self, pictures: Pictures, analysis: Analysis) -> None:
        self._pictures = pictures
        self._analysis = analysis

    async def __call__(self, event: PhotoValidated, steps: Steps) -> Sequence[Event]:
        began = time.monotonic()
        request = event.request
        steps(0, 2)
        photo = await self._pictures.photo(request.photo, "photo")
        people = (await self._analysis.reading(request, photo.rgb)).people
        if not people:
            raise RetryableError("validation found a person in this photo and parsing finds none")
        steps(1, 2)
        parsed = await self._analysis.parsed(request, photo.rgb, people)
        steps(2, 2)
        return [
            PhotoParsed(
                tryon=event.tryon,
                request=request,
                findings=event.findings,
                expected_accuracy=event.expected_accuracy,
                pose=event.pose,
                yaw=event.yaw,
                parsing=parsed.parsing,
                iuv=parsed.iuv,
                agnostic_masks=tuple(parsed.agnostic_masks[garment.category] for garment in request.garments),
                analyser=self._analysis.version,
                timings={**event.timings, "parsing": time.monotonic() - began},
            )
        ]
