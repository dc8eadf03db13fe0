"""What is known of a photo, kept beside it: pose, masks, labels, IUV. The next garment computes none of it."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from models.garment.checks import check_garment
from models.parsing.port import HumanParser
from models.photo.reading import Face, Hand, PhotoReader, Reading
from models.pose.port import Person
from models.surface.port import BodySurface, Iuv
from models.tryon.mask import VERSION as MASK_VERSION
from models.tryon.mask import agnostic_mask
from models.tryon.port import Labels, Rgb
from schemas.errors import PermanentError
from schemas.events import Category, Request
from schemas.findings import Finding
from schemas.objects import ObjectRef, analysis_prefix
from schemas.pose import Pose
from streams.observe import MODEL_CALLS, MODEL_DURATION
from streams.pictures import Pictures, Plane

log = structlog.get_logger(__name__)

# Findings are a few hundred bytes each: a large shop's season stays.
_MOST_GARMENTS = 10_000

P = ParamSpec("P")
T = TypeVar("T")


class KeptHand(BaseModel):
    """A `Hand` in plain numbers."""

    model_config = ConfigDict(frozen=True)

    points: tuple[tuple[float, float], ...]
    left: bool
    confidence: float


class KeptReading(BaseModel):
    """`reading.json`: the people of a photo, the main one first, their masks (0..255), hands and faces."""

    model_config = ConfigDict(frozen=True)

    poses: tuple[Pose, ...]
    masks: tuple[ObjectRef, ...]
    hands: tuple[KeptHand, ...]
    faces: tuple[Face, ...]
    everybody: ObjectRef | None

    @classmethod
    def of(cls, reading: Reading, masks: Sequence[ObjectRef], everybody: ObjectRef | None) -> "KeptReading":
        """The record of a reading whose masks, everybody's too, are stored."""
        hands = (
            KeptHand(
                points=tuple((float(x), float(y)) for x, y in hand.points), left=hand.left, confidence=hand.confidence
            )
            for hand in reading.hands
        )
        poses = tuple(person.pose for person in reading.people)
        return cls(poses=poses, masks=tuple(masks), hands=tuple(hands), faces=tuple(reading.faces), everybody=everybody)

    def reading(self, masks: Sequence[Plane], everybody: Plane | None) -> Reading:
        """The reading, given what is in the stored masks."""
        people = (Person(pose, _shares(mask)) for pose, mask in zip(self.poses, masks, strict=True))
        hands = (Hand(np.array(hand.points, np.float32), hand.left, hand.confidence) for hand in self.hands)
        return Reading(tuple(people), tuple(hands), self.faces, None if everybody is None else _shares(everybody))


class ParsedPhoto(BaseModel):
    """`parsed.json`: LIP labels, IUV, and the agnostic mask of each category."""

    model_config = ConfigDict(frozen=True)

    parsing: ObjectRef
    iuv: ObjectRef
    agnostic_masks: dict[Category, ObjectRef]


class Analysis:
    """Runs the analysing models on a photo, once; their answers are read from the store afterwards."""

    def __init__(self, pictures: Pictures, reader: PhotoReader, parser: HumanParser, surface: BodySurface) -> None:
        self._pictures = pictures
        self._reader = reader
        self._parser = parser
        self._surface = surface
        # One at a time: the models ask for it, and of two garments on one photo the second then finds it analysed.
        self._turn = asyncio.Lock()
        self._garments: OrderedDict[tuple[str, Category, str], list[Finding]] = OrderedDict()
        self.version = f"{reader.version}_{parser.version}_{surface.version}_{MASK_VERSION}"

    async def reading(self, request: Request, rgb: Rgb) -> Reading:
        """What is seen in the photo (H, W, 3)."""
        folder = self._folder(request)
        async with self._turn:
            record = await self._pictures.store.get(folder + "reading.json")
            kept = None if record is None else await self._kept(record)
            if kept is not None:
                return kept
            reading = await self._pictures.off_loop(partial(counted, "pose", self._reader.read, rgb))
            masks = [
                await self._pictures.write(f"{folder}person-{i}.png", _bytes(person.mask))
                for i, person in enumerate(reading.people)
            ]
            everybody = None
            if reading.everybody is not None:
                everybody = await self._pictures.write(f"{folder}everybody.png", _bytes(reading.everybody))
            await self._pictures.store.put(
                folder + "reading.json", KeptReading.of(reading, masks, everybody).model_dump_json().encode()
            )
        return reading

    async def _kept(self, record: bytes) -> Reading | None:
        """The reading of the record, None if it cannot be read or lacks a mask (a loss of power can do that)."""
        try:
            kept = KeptReading.model_validate_json(record)
            masks = [await self._pictures.plane(ref) for ref in kept.masks]
            return kept.reading(masks, None if kept.everybody is None else await self._pictures.plane(kept.everybody))
        except (ValidationError, PermanentError) as error:
            log.warning("analysis.unreadable", error=str(error))
            return None

    async def garment(self, ref: ObjectRef, rgb: Rgb, category: Category, locale: str) -> list[Finding]:
        """What is found in the picture (H, W, 3) of a shop's garment. A popular garment is looked at once a worker."""
        key = ref.sha256, category, locale
        async with self._turn:
            if key not in self._garments:
                self._garments[key] = await self._pictures.off_loop(
                    partial(self._checked_garment, rgb, category, locale)
                )
            self._garments.move_to_end(key)
            while len(self._garments) > _MOST_GARMENTS:
                self._garments.popitem(last=False)
            return self._garments[key]

    def _checked_garment(self, rgb: Rgb, category: Category, locale: str) -> list[Finding]:
        return check_garment(rgb, category, counted("garment", self._reader.people, rgb), locale)

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
        # The names of seven models are longer than a part of a key may be.
        version = hashlib.sha256(self.version.encode()).hexdigest()[:16]
        return analysis_prefix(request.shop, request.shopper, request.photo.sha256, version)


def _shares(mask: Plane) -> npt.NDArray[np.float32]:
    return np.divide(mask, 255, dtype=np.float32)


def _bytes(shares: npt.NDArray[np.float32]) -> Plane:
    return np.round(shares * 255).astype(np.uint8)


def counted(model: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Calls the model, and counts and times the call."""
    MODEL_CALLS.labels(model).inc()
    began = time.monotonic()
    try:
        return call(*args, **kwargs)
    finally:
        MODEL_DURATION.labels(model).observe(time.monotonic() - began)
