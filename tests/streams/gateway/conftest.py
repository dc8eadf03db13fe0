"""A gateway on fakes: SQLite in a temporary folder, a store and a publisher in memory, pictures decoded in process."""

import io
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from models.photo.advice import Subject
from models.photo.decode import Cleaned, Photo
from models.photo.report import CheckReport
from schemas.errors import UnavailableError, UnreadableImage
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity
from streams.gateway.app import create_app
from streams.gateway.context import Gateway
from streams.gateway.health import Readiness
from streams.gateway.hub import Hub
from streams.gateway.intake import Intake
from streams.gateway.limits import Limits
from streams.publisher import FakePublisher
from streams.readmodel import ReadModel
from streams.settings import Settings
from streams.store import FakeStore

MOST_BYTES = 100_000


def picture(width: int = 30, height: int = 40, colour: int = 128, kind: str = "PNG") -> bytes:
    """A picture's file."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (colour, 90, 60)).save(out, kind)
    return out.getvalue()


def decode(data: bytes) -> Photo:
    """As the real decoder, without its child process and its limits."""
    try:
        image = Image.open(io.BytesIO(data))
        rgb = np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise UnreadableImage("This is no picture. Send a JPEG, PNG or WebP.") from error
    return Photo(rgb, f"image/{(image.format or '').lower()}")  # type: ignore[arg-type]


def clean(data: bytes) -> Cleaned:
    """As the real decoder: the same for the same data, and other than the data."""
    photo = decode(data)
    out = io.BytesIO()
    Image.fromarray(photo.rgb).save(out, "PNG", compress_level=1)
    return Cleaned(out.getvalue(), "image/png", photo.rgb.shape[1], photo.rgb.shape[0])


def check(name: str, data: bytes, category: Category, locale: str, subject: Subject = "photo") -> CheckReport:
    """Finds every photo blurry."""
    decode(data)
    advice = f"Hold still ({subject}, {category}, {locale})."
    blurry = Finding(code=FindingCode.BLURRY, severity=Severity.WARN, value=1.0, threshold=2.0, advice=advice)
    return CheckReport.of(name, [blurry])


@dataclass
class Api:
    """A gateway under test: its client, and what is behind it."""

    client: httpx.AsyncClient
    gateway: Gateway
    store: FakeStore
    publisher: FakePublisher
    rows: ReadModel
    warmed: threading.Event

    async def ask(self, key: str | None = None, **form: Any) -> httpx.Response:
        """POST /v1/tryons with a photo and a garment; `form` overrides fields and adds some."""
        files = form.pop("files", [("photo", ("p.png", picture())), ("garment", ("g.png", picture(colour=7)))])
        headers = form.pop("headers", {}) | ({} if key is None else {"Idempotency-Key": key})
        return await self.client.post("/v1/tryons", files=files, data={"category": "upper"} | form, headers=headers)


MakeApi = Callable[..., Api]


@pytest.fixture
async def make_api(tmp_path: Path) -> AsyncIterator[MakeApi]:
    """Makes an Api with these settings; several share the database, as gateways do."""
    executor = ThreadPoolExecutor(2)
    opened: list[Any] = []
    rows = await ReadModel.open(f"sqlite+aiosqlite:///{tmp_path / 'virton.sqlite'}")
    store, publisher, warmed = FakeStore(), FakePublisher(), threading.Event()

    def make(*, keep_ready_s: float = 0.0, **settings: Any) -> Api:
        configured = Settings(max_upload_bytes=MOST_BYTES, **settings)

        async def store_answers() -> None:
            await store.get("readyz")

        async def broker_answers() -> None:
            if publisher.away:
                raise UnavailableError("away")

        gateway = Gateway(
            settings=configured,
            rows=rows,
            store=store,
            publisher=publisher,
            clean=clean,
            check=check,
            warm=warmed.set,
            executor=executor,
            check_executor=executor,
            limits=Limits.of(MOST_BYTES),
            intake=Intake(
                rows, publisher, max_queue=configured.max_queue, expires=timedelta(seconds=configured.tryon_expires_s)
            ),
            hub=Hub(rows, poll_s=0.01, heartbeat_s=0.2),
            readiness=Readiness(
                {"broker": broker_answers, "store": store_answers, "database": rows.ping}, keep_s=keep_ready_s
            ),
        )
        transport = httpx.ASGITransport(create_app(gateway))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost:8080")
        opened.append(client)
        return Api(client, gateway, store, publisher, rows, warmed)

    yield make
    for client in opened:
        await client.aclose()
    await rows.close()
    executor.shutdown()


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """A gateway without keys."""
    return make_api()
