"""What the gateway is made of; built by `streams.gateway.server`, and from fakes by its tests."""

from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta

from models.photo.advice import Subject
from models.photo.decode import Cleaned
from models.photo.report import CheckReport
from schemas.events import Category
from streams.gateway.health import Readiness
from streams.gateway.hub import Hub
from streams.gateway.intake import Intake
from streams.gateway.limits import Limits
from streams.publisher import Publisher
from streams.readmodel import ReadModel
from streams.settings import Settings
from streams.store import ObjectStore

# The file's name, its bytes, the garment's category, the locale, whether it is a photo or a garment. Blocks while the
# models run. Raises UnavailableError without weights.
PhotoCheck = Callable[[str, bytes, Category, str, Subject], CheckReport]


# A URL to which an object of this key may be PUT for so long. Raises UnavailableError.
UploadUrl = Callable[[str, timedelta], Awaitable[str]]


@dataclass(frozen=True)
class Gateway:
    """What the routes work with. `clean` blocks and runs on `executor`; `check` and `warm`, which loads what `check`
    needs, run on `check_executor`, so that uploads do not wait for them. `upload_url` is None where the store has none.
    """

    settings: Settings
    rows: ReadModel
    store: ObjectStore
    publisher: Publisher
    clean: Callable[[bytes], Cleaned]
    check: PhotoCheck
    warm: Callable[[], None]
    executor: Executor
    check_executor: Executor
    limits: Limits
    intake: Intake
    hub: Hub
    readiness: Readiness
    upload_url: UploadUrl | None = None
