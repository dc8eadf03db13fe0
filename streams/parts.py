"""The composition root of the workers: builds every stage from the settings, and nothing else does."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np

from models.photo.decode import Decoder
from models.photo.reading import PhotoReader
from schemas.events import FeedbackGiven, PhotoParsed, PhotoUploaded, PhotoValidated, Stage
from schemas.topics import BY_EVENT
from streams.analysis import Analysis
from streams.cancellations import Cancellations
from streams.delivery import Handler, StageSpec
from streams.failures import failed_internal
from streams.pictures import Pictures
from streams.publisher import KafkaPublisher, Publisher
from streams.settings import Settings
from streams.store import Obstore
from streams.tryons import Lifecycle, ResultLedger

STAGES = (*Stage, "feedback", "readmodel")

# One model call at a time fills the cores (OpenCV and TFLite use all of them); the second thread decodes and
# encodes meanwhile.
MODEL_THREADS = 2


@dataclass(frozen=True)
class Opened:
    """The stages of one worker, and the publisher they share."""

    stages: Sequence[StageSpec]
    publisher: Publisher


@asynccontextmanager
async def open_stages(names: Sequence[str], settings: Settings) -> AsyncIterator[Opened]:
    """Builds the named stages, and closes what they hold afterwards. Raises ValueError for an unknown name."""
    unknown = sorted(set(names) - set(STAGES))
    if unknown:
        raise ValueError(f"no such stage: {', '.join(unknown)}; there are {', '.join(STAGES)}")
    async with AsyncExitStack() as stack:
        publisher = KafkaPublisher(settings)
        stack.push_async_callback(publisher.stop)
        stages: list[StageSpec] = []
        if pictures := [Stage(name) for name in names if name in {*Stage}]:
            tryons = await _TryOns.open(settings, publisher, stack)
            stages += [await tryons.stage(name) for name in pictures]
        if others := [name for name in names if name not in {*Stage}]:
            stages += await _sql_stages(others, settings, stack)
        yield Opened(stages, publisher)


async def _sql_stages(names: Sequence[str], settings: Settings, stack: AsyncExitStack) -> list[StageSpec]:
    """The stages on the read model. SQLAlchemy takes half a second to import, which the picture stages need not pay."""
    from streams.readmodel import ReadModel
    from streams.stages.feedback import Feedback
    from streams.stages.readmodel import ReadModelStage

    rows = await ReadModel.open(settings.sql_url)
    stack.push_async_callback(rows.close)
    stages = [
        StageSpec("feedback", {BY_EVENT[FeedbackGiven].name: Feedback(rows)}),
        StageSpec("readmodel", ReadModelStage(rows).handlers, passes_over=ReadModelStage.LOOKED_AT),
    ]
    return [stage for stage in stages if stage.name in names]


@dataclass(frozen=True)
class _TryOns:
    """What the three stages of a try-on share within a worker. Models are imported by the stage that uses them."""

    settings: Settings
    pictures: Pictures
    ledger: ResultLedger
    lifecycle: Lifecycle
    stack: AsyncExitStack

    @classmethod
    async def open(cls, settings: Settings, publisher: Publisher, stack: AsyncExitStack) -> Self:
        store = Obstore(settings.objects_url)
        ledger = ResultLedger(store)
        executor = ThreadPoolExecutor(MODEL_THREADS, thread_name_prefix="models")
        stack.callback(partial(executor.shutdown, wait=False, cancel_futures=True))
        decoder = stack.enter_context(Decoder())
        cancellations = Cancellations(settings)
        await cancellations.start()
        stack.push_async_callback(cancellations.stop)
        lifecycle = Lifecycle(ledger, cancellations, publisher)
        return cls(settings, Pictures(store, decoder.decode, executor), ledger, lifecycle, stack)

    async def stage(self, name: Stage) -> StageSpec:
        """The stage, with the failed result that a dead letter of it owes the shopper."""
        topic, handler = await _TRYON_STAGES[name](self)
        return StageSpec(name, {topic: handler}, partial(failed_internal, self.ledger))

    def analysis(self, reader: PhotoReader) -> Analysis:
        """The analysing models; the parser and the surface are arithmetic and hold nothing."""
        from models.parsing.landmarks import LandmarkParser
        from models.surface.landmarks import LandmarkSurface

        return Analysis(self.pictures, reader, LandmarkParser(), LandmarkSurface())

    def reader(self) -> PhotoReader:
        """MediaPipe; its networks are loaded by the first photo."""
        from models.photo.networks import open_reader

        return self.stack.enter_context(open_reader(self.settings.weights_folder))


async def _validation(tryons: _TryOns) -> tuple[str, Handler]:
    from streams.stages.validation import Validation

    reader = tryons.reader()
    # Ready means warm: the first shopper of a worker must not wait for its network to be loaded.
    await tryons.pictures.off_loop(partial(reader.read, np.zeros((256, 192, 3), np.uint8)))
    work = Validation(tryons.pictures, tryons.analysis(reader))
    return BY_EVENT[PhotoUploaded].name, tryons.lifecycle.guard(Stage.VALIDATION, PhotoUploaded, work)


async def _parsing(tryons: _TryOns) -> tuple[str, Handler]:
    from streams.stages.parsing import Parsing

    # Validation has kept what pose found: here the network is loaded only if that was erased in between.
    work = Parsing(tryons.pictures, tryons.analysis(tryons.reader()))
    return BY_EVENT[PhotoValidated].name, tryons.lifecycle.guard(Stage.PARSING, PhotoValidated, work)


async def _generation(tryons: _TryOns) -> tuple[str, Handler]:
    from models.tryon.warped import WarpedTryOn
    from streams.stages.generation import Generation

    # The warp gains nothing from a batch on a CPU: a batch of one shows each shopper their picture sooner.
    work = Generation(tryons.pictures, WarpedTryOn(), most=1)
    return BY_EVENT[PhotoParsed].name, tryons.lifecycle.guard(Stage.GENERATION, PhotoParsed, work)


_TRYON_STAGES: Mapping[Stage, Callable[[_TryOns], Awaitable[tuple[str, Handler]]]] = {
    Stage.VALIDATION: _validation,
    Stage.PARSING: _parsing,
    Stage.GENERATION: _generation,
}
