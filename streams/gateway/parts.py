"""What the gateway is made of; built by `streams.commands.gateway`, and from fakes by its tests."""

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from models.photo.decode import Photo
from streams.gateway.checks import PhotoCheck
from streams.gateway.hub import Hub
from streams.gateway.intake import Intake
from streams.publisher import Publisher
from streams.readmodel import ReadModel
from streams.settings import Settings
from streams.store import ObjectStore

# Returns if what it asks is there; raises UnavailableError otherwise.
Readiness = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Gateway:
    """The parts. What blocks (`decode`, `check`, `warm`, which loads what `check` needs) runs on `executor`.

    `readiness` names what /readyz asks.
    """

    settings: Settings
    rows: ReadModel
    store: ObjectStore
    publisher: Publisher
    decode: Callable[[bytes], Photo]
    check: PhotoCheck
    warm: Callable[[], None]
    executor: Executor
    intake: Intake
    hub: Hub
    readiness: Mapping[str, Readiness]
