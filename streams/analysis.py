"""What is known of a photo, kept beside it: pose, masks, labels, IUV. The next garment computes none of it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import ParamSpec, TypeVar

import numpy as np
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from models.parsing.port import HumanParser
from models.pose.port import Person, PoseEstimator
from models.surface.port import BodySurface, Iuv
from models.tryon.mask import VERSION as MASK_VERSION
from models.tryon.mask import agnostic_mask
from models.tryon.port import Labels, Rgb
from schemas.errors import PermanentError
from schemas.events import Category, Request
from schemas.objects import ObjectRef, analysis_prefix
from schemas.pose import Pose
from streams.observe import MODEL_CALLS, MODEL_DURATION
from streams.pictures import Pictures, Plane

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class FoundPeople(BaseModel):
    """`people.json`: the people of a photo, the main one first, and their masks (0..255)."""

    model_config = ConfigDict(frozen=True)

    poses: tuple[Pose, ...]
    masks: tuple[ObjectRef, ...]


class ParsedPhoto(BaseModel):
    """`parsed.json`: LIP labels, IUV, and the agnostic mask of each category."""

    model_config = ConfigDict(frozen=True)

    parsing: ObjectRef
    iuv: ObjectRef
    agnostic_masks: dict[Category, ObjectRef]


class Analysis:
    """Runs the analysing models on a photo, once; their answers are read from the store afterwards."""

    def __init__(self, pictures: Pictures, pose: PoseEstimator, parser: HumanParser, surface: BodySurface) -> None:
        self._pictures = pictures
        self._pose = pose
        self._parser = parser
        self._surface = surface
        # One at a time: the models ask for it, and of two garments on one photo the second then finds it analysed.
        self._turn = asyncio.Lock()
        self.version = f"{pose.version}_{parser.version}_{surface.version}_{MASK_VERSION}"

    async def people(self, request: Request, rgb: Rgb) -> list[Person]:
        """The people in the photo (H, W, 3), the main one first; an empty list if there are none."""
        folder = self._folder(request)
        async with self._turn:
            record = await self._pictures.store.get(folder + "people.json")
            kept = None if record is None else await self._kept(record)
            if kept is not None:
                return kept
            people = await self._pictures.off_loop(partial(counted, "pose", self._pose.people, rgb))
            masks = [
                await self._pictures.write(f"{folder}person-{i}.png", np.round(person.mask * 255).astype(np.uint8))
                for i, person in enumerate(people)
            ]
            found = FoundPeople(poses=tuple(person.pose for person in people), masks=tuple(masks))
            await self._pictures.store.put(folder + "people.json", found.model_dump_json().encode())
        return people

    async def _kept(self, record: bytes) -> list[Person] | None:
        """The people of the record, None if it cannot be read or lacks a mask (a loss of power can do that)."""
        try:
            found = FoundPeople.model_validate_json(record)
            masks = [await self._pictures.plane(ref) for ref in found.masks]
        except (ValidationError, PermanentError) as error:
            log.warning("analysis.unreadable", error=str(error))
            return None
        return [
            Person(pose, np.divide(mask, 255, dtype=np.float32)) for pose, mask in zip(found.poses, masks, strict=True)
        ]

    async def parsed(self, request: Request, rgb: Rgb, people: Sequence[Person]) -> ParsedPhoto:
        """References to the labels, IUV and agnostic masks of the main person, the first of `people`."""
        folder = self._folder(request)
        async with self._turn:
            record = await self._pictures.store.get(folder + "parsed.json")
            if record is not None:
                return ParsedPhoto.model_validate_json(record)
            labels, iuv, masks = await self._pictures.off_loop(partial(self._parse, rgb, people))
            parsed = ParsedPhoto(
                parsing=await self._pictures.write(folder + "parsing.png", labels),
                iuv=await self._pictures.write(folder + "iuv.png", iuv),
                agnostic_masks={
                    category: await self._pictures.write(f"{folder}agnostic-{category}.png", mask)
                    for category, mask in masks.items()
                },
            )
            await self._pictures.store.put(folder + "parsed.json", parsed.model_dump_json().encode())
        return parsed

    def _parse(self, rgb: Rgb, people: Sequence[Person]) -> tuple[Labels, Iuv, dict[Category, Plane]]:
        person, others = people[0], [other.pose for other in people[1:]]
        labels = counted("parsing", self._parser.parse, rgb, person)
        iuv = counted("surface", self._surface.iuv, rgb, person, labels)
        masks = {c: agnostic_mask(labels, person.pose, c, others).astype(np.uint8) * 255 for c in Category}
        return labels, iuv, masks

    def _folder(self, request: Request) -> str:
        return analysis_prefix(request.shop, request.shopper, request.photo.sha256, self.version)


def counted(model: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls the model, and counts and times the call."""
    MODEL_CALLS.labels(model).inc()
    began = time.monotonic()
    try:
        return call(*args, **kwargs)
    finally:
        MODEL_DURATION.labels(model).observe(time.monotonic() - began)
