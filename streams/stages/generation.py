"""Generation: the picture of the shopper wearing the garment, judged before it is shown. No Kafka here."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from models.photo.advice import most_important, notice
from models.tryon.assessment import verdict
from models.tryon.port import GarmentPhotos, OnStep, Sample, TryOnInput, TryOnModel
from schemas.events import Event, Garment, PhotoParsed, Picture, Reason, Status, TryOnResult
from schemas.objects import ObjectRef, tryon_prefix
from streams.batching import Batcher
from streams.observe import MODEL_CALLS, MODEL_DURATION
from streams.pictures import Pictures
from streams.tryons import Steps

log = structlog.get_logger(__name__)

# Seeds are 32 bits. The second try must differ from the first and be the same for every redelivery; any odd constant
# would do, this one is 2^32 over the golden ratio, which is far from its own multiples.
SECOND_SEED = 0x9E3779B1


@dataclass(frozen=True)
class Job:
    """An input and the steps of its try-on."""

    input: TryOnInput
    on_step: OnStep


class Generation:
    """PhotoParsed -> TryOnResult, completed or failed: never an unchanged picture as a success."""

    def __init__(self, pictures: Pictures, model: TryOnModel, most: int) -> None:
        """`most`: try-ons of different shoppers that share a batch."""
        self._pictures = pictures
        self._model = model
        self._batcher: Batcher[Job, list[Sample]] = Batcher(self._generate, most)

    async def __call__(self, event: PhotoParsed, steps: Steps) -> Sequence[Event]:
        began = time.monotonic()
        steps(0, 1)
        job = Job(await self._input(event), steps)
        samples = await self._batcher.submit(job)
        if _worst(samples) is not None:
            log.info("generation.second_try", reason=_worst(samples))
            job = replace(job, input=replace(job.input, seed=job.input.seed ^ SECOND_SEED))
            samples = await self._batcher.submit(job)
        reason = _worst(samples)
        pictures = () if reason else await self._written(event, samples)
        return [
            TryOnResult(
                tryon=event.tryon,
                request=event.request,
                status=Status.FAILED if reason else Status.COMPLETED,
                pictures=pictures,
                findings=event.findings,
                expected_accuracy=event.expected_accuracy,
                advice=notice(reason, event.request.locale) if reason else _most_important(event),
                reason=reason,
                model=self._model.name,
                version=self._model.version,
                arm="champion",
                seed=job.input.seed,
                analyser=event.analyser,
                timings={**event.timings, "generation": time.monotonic() - began},
            )
        ]

    async def _input(self, event: PhotoParsed) -> TryOnInput:
        options = event.request.options
        photo = await self._pictures.photo(event.request.photo, "photo")
        pairs = zip(event.request.garments, event.agnostic_masks, strict=True)
        return TryOnInput(
            person=photo.rgb,
            labels=await self._pictures.plane(event.parsing),
            iuv=await self._pictures.plane(event.iuv),
            pose=event.pose,
            yaw=event.yaw,
            garments=tuple([await self._garment(garment, mask) for garment, mask in pairs]),
            seed=event.tryon.int % 2**32 if options.seed is None else options.seed,
            samples=options.samples,
            quality=options.quality,
            steps=options.steps,
        )

    async def _garment(self, garment: Garment, agnostic_mask: ObjectRef) -> GarmentPhotos:
        front = await self._pictures.photo(garment.front, "garment")
        back = await self._pictures.photo(garment.back, "garment") if garment.back else None
        mask = await self._pictures.plane(agnostic_mask) > 127
        return GarmentPhotos(garment.category, front.rgb, back.rgb if back else None, mask)

    async def _generate(self, jobs: Sequence[Job]) -> list[list[Sample] | Exception]:
        MODEL_CALLS.labels("generation").inc()
        began = time.monotonic()
        try:
            inputs, steps = [job.input for job in jobs], [job.on_step for job in jobs]
            return await self._pictures.off_loop(partial(self._model.generate, inputs, steps))
        finally:
            MODEL_DURATION.labels("generation").observe(time.monotonic() - began)

    async def _written(self, event: PhotoParsed, samples: Sequence[Sample]) -> tuple[Picture, ...]:
        folder = tryon_prefix(event.request.shop, event.request.shopper, event.tryon)
        objects: list[ObjectRef] = [
            await self._pictures.write_once(f"{folder}{i}.png", sample.rgb) for i, sample in enumerate(samples)
        ]
        return tuple(
            Picture(sample=i, object=ref, assessment=sample.assessment)
            for i, (ref, sample) in enumerate(zip(objects, samples, strict=True))
        )


def _worst(samples: Sequence[Sample]) -> Reason | None:
    """Why the samples cannot be shown: the first verdict against one of them."""
    return next((reason for sample in samples if (reason := verdict(sample.assessment)) is not None), None)


def _most_important(event: PhotoParsed) -> str:
    first = most_important(event.findings)
    return first.advice if first is not None else ""
