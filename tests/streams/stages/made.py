"""A small world for the tests of the stages: pictures in a fake store, and a request about them."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import numpy as np
from PIL import Image, ImageDraw

from models.parsing.port import FakeHumanParser
from models.photo.decode import Photo
from models.photo.reading import FakePhotoReader, Reading
from models.pose.port import Person
from models.surface.port import FakeBodySurface
from schemas.envelope import Context
from schemas.errors import UnreadableImage
from schemas.events import Category, Consent, Event, Garment, Request, Stage
from schemas.objects import ObjectRef, garment_key, photo_key
from schemas.pose import Landmark, Pose
from streams.analysis import Analysis
from streams.pictures import Pictures
from streams.store import FakeStore
from streams.tryons import Steps

SIZE = (768, 1024)


def png(colour: tuple[int, int, int] = (90, 120, 60), size: tuple[int, int] = SIZE) -> bytes:
    """A PNG of one colour."""
    data = BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


def shirt(colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    """A PNG of a shirt with short sleeves, on white."""
    image = Image.new("RGB", (600, 700), "white")
    outline = [(240, 80), (360, 80), (470, 140), (560, 280), (480, 330), (440, 270), (440, 640), (160, 640), (160, 270)]
    ImageDraw.Draw(image).polygon([*outline, (120, 330), (40, 280), (130, 140)], fill=colour)
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def decode(data: bytes) -> Photo:
    """Decodes in this process, which is fine for pictures that the tests made."""
    try:
        image = Image.open(BytesIO(data)).convert("RGB")
    except OSError as error:
        raise UnreadableImage("This file is no picture. Please choose a JPEG, PNG or WebP.") from error
    return Photo(rgb=np.asarray(image), media_type="image/png")


def standing() -> Person:
    """A person whose landmarks run down the middle of the picture, from head to foot."""
    landmarks = tuple(Landmark(x=0.5 + 0.05 * (-1) ** i, y=0.1 + 0.8 * i / 32) for i in range(33))
    mask = np.zeros((SIZE[1], SIZE[0]), np.float32)
    mask[80:980, 250:520] = 1
    return Person(Pose(landmarks=landmarks), mask)


class Uncancelled:
    """Nothing is cancelled."""

    def contains(self, tryon: UUID) -> bool:
        return False


class Sink:
    """Keeps the progress events."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish_soon(self, event: Event, context: Context) -> None:
        self.events.append(event)


@dataclass
class World:
    """A store with pictures, and the models that look at them."""

    people: Sequence[Person] = field(default_factory=lambda: [standing()])

    def __post_init__(self) -> None:
        self.store = FakeStore()
        self.pictures = Pictures(self.store, decode, ThreadPoolExecutor(2))
        self.reader = FakePhotoReader(Reading(self.people))
        self.parser = FakeHumanParser()
        self.surface = FakeBodySurface()
        self.analysis = Analysis(self.pictures, self.reader, self.parser, self.surface)

    def photo(self, data: bytes | None = None) -> ObjectRef:
        """A stored photo."""
        data = png() if data is None else data
        return self.stored(photo_key("s", "p", hashlib.sha256(data).hexdigest(), "image/png"), data)

    def garment(self, data: bytes | None = None, category: Category = Category.UPPER) -> Garment:
        """A stored garment."""
        data = shirt() if data is None else data
        front = self.stored(garment_key("s", hashlib.sha256(data).hexdigest(), "image/png"), data)
        return Garment(id=f"g-{category}", category=category, front=front)

    def stored(self, key: str, data: bytes) -> ObjectRef:
        """Puts the bytes there and refers to them."""
        self.store.objects[key] = data
        return ObjectRef(
            key=key,
            sha256=hashlib.sha256(data).hexdigest(),
            media_type="image/png",
            width=SIZE[0],
            height=SIZE[1],
        )


def request(photo: ObjectRef, *garments: Garment, processing: bool = True, seed: int | None = None) -> Request:
    """A request of shop `s` for shopper `p`."""
    return Request(
        shop="s",
        shopper="p",
        photo=photo,
        garments=garments,
        options={"seed": seed},
        consent=Consent(processing=processing),
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )


def steps(stage: Stage, tryon: UUID | None = None) -> Steps:
    """Steps that nobody cancels and nobody reads."""
    return Steps(tryon or uuid4(), stage, Context.new("test"), Sink(), Uncancelled())
