"""The read model's stage: what happens to a try-on is written to SQL, where it is read. No Kafka here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from schemas.envelope import Context
from schemas.events import Event, FeedbackGiven, PhotoUploaded, TryOnProgress, TryOnResult
from streams.readmodel import ReadModel

Handler = Callable[[Event, Context], Awaitable[Sequence[Event]]]


class ReadModelStage:
    """Uploads, progress, results and feedback -> rows; no events come out."""

    def __init__(self, rows: ReadModel) -> None:
        self._rows = rows

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What is done with the events of each topic."""
        return {
            "virton.photo.uploaded": self.uploaded,
            "virton.tryon.progress": self.progress,
            "virton.tryon.result": self.result,
            "virton.feedback.given": self.feedback,
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
