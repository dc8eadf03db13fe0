"""Feedback: what a shopper says about a picture becomes a training example, if they agreed to it. No Kafka here."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

import structlog

from schemas.envelope import Context
from schemas.errors import InvalidEvent, RetryableError
from schemas.events import Event, FeedbackGiven, FeedbackReason, Picture, Status, TrainingExample, TryOnResult

log = structlog.get_logger(__name__)


class Results(Protocol):
    """Where the results of try-ons are found; the read model is one."""

    async def result(self, tryon: UUID) -> TryOnResult | None:
        """The try-on's result, None if none is known (yet)."""


class FakeResults:
    """Results in memory, for unit tests."""

    def __init__(self, results: Mapping[UUID, TryOnResult]) -> None:
        self._results = results

    async def result(self, tryon: UUID) -> TryOnResult | None:
        return self._results.get(tryon)


class Feedback:
    """FeedbackGiven -> TrainingExample, or nothing where the shopper did not agree to training."""

    def __init__(self, results: Results) -> None:
        self._results = results

    async def __call__(self, event: Event, context: Context) -> Sequence[Event]:
        """Joins the feedback with its result.

        Raises:
            RetryableError: the try-on's result is not known; it may be on its way to the read model.
            InvalidEvent: the feedback is about a picture that the try-on does not have.
        """
        assert isinstance(event, FeedbackGiven)
        result = await self._results.result(event.tryon)
        if result is None:
            raise RetryableError(f"no result of try-on {event.tryon} is known: feedback follows the result")
        picture = _picture(event, result)
        request = result.request
        if request is None or not request.consent.training:
            log.info("feedback.not_collected", reason="no consent to training")
            return []
        return [
            TrainingExample(
                tryon=event.tryon,
                request=request,
                sample=event.sample,
                accurate=event.accurate,
                reasons=_reasons(event),
                bought=event.bought,
                source=event.source,
                picture=picture,
                findings=result.findings,
                expected_accuracy=result.expected_accuracy,
                model=result.model,
                version=result.version,
                arm=result.arm,
                seed=result.seed,
                given_at=context.time,
            )
        ]


def _picture(event: FeedbackGiven, result: TryOnResult) -> Picture:
    if result.status is not Status.COMPLETED:
        raise InvalidEvent(f"try-on {event.tryon} ended {result.status}: it has no picture to give feedback on")
    for picture in result.pictures:
        if picture.sample == event.sample:
            return picture
    raise InvalidEvent(f"try-on {event.tryon} has no sample {event.sample}, it has {len(result.pictures)}")


def _reasons(event: FeedbackGiven) -> tuple[FeedbackReason, ...]:
    """Reasons say what does not look right: each once, and none where everything does."""
    return () if event.accurate else tuple(dict.fromkeys(event.reasons))
