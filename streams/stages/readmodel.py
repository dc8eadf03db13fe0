"""The read model's stage: what happens to a try-on is written to SQL, where it is read. No Kafka here."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from schemas.envelope import Context
from schemas.events import Event, FeedbackGiven, PhotoUploaded, TryOnProgress, TryOnResult
from schemas.topics import BY_EVENT
from streams.delivery import Handler
from streams.readmodel import ReadModel


class ReadModelStage:
    """Uploads, progress, results and feedback -> rows; no events come out.

    The topics in `LOOKED_AT` belong to other stages, validation and feedback.
    """

    LOOKED_AT: ClassVar[frozenset[str]] = frozenset({BY_EVENT[PhotoUploaded].name, BY_EVENT[FeedbackGiven].name})

    def __init__(self, rows: ReadModel) -> None:
        self._rows = rows

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What is done with the events of each topic."""
        return {
            BY_EVENT[PhotoUploaded].name: self.uploaded,
            BY_EVENT[TryOnProgress].name: self.progress,
            BY_EVENT[TryOnResult].name: self.result,
            BY_EVENT[FeedbackGiven].name: self.feedback,
        }

    async def uploaded(self, event: Event, context: Context) -> Sequence[Event]:
        """A shop that publishes its events itself has no accepted row: its try-ons are known from here on."""
        assert isinstance(event, PhotoUploaded)
        await self._rows.apply_upload(event.tryon, event.request)
        return ()

    async def progress(self, event: Event, context: Context) -> Sequence[Event]:
        assert isinstance(event, TryOnProgress)
        await self._rows.apply_progress(event)
        return ()

    async def result(self, event: Event, context: Context) -> Sequence[Event]:
        assert isinstance(event, TryOnResult)
        await self._rows.apply_result(event)
        return ()

    async def feedback(self, event: Event, context: Context) -> Sequence[Event]:
        assert isinstance(event, FeedbackGiven)
        await self._rows.apply_feedback(event, context.time)
        return ()
