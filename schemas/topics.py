"""Every topic, declared once: event, partitions and configuration. They are created before any worker starts."""

from dataclasses import dataclass, field

from schemas import events

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

# A stage scales to as many workers as its topic has partitions, and a topic's partitions can be raised but never
# lowered; 8 lets a shop grow to 8 workers per stage and costs one machine nothing that could be measured.
STAGE_PARTITIONS = 8


@dataclass(frozen=True)
class Topic:
    """A Kafka topic: its name, the one event class it carries, partitions, and configuration other than the default."""

    name: str
    event: type[events.Event]
    partitions: int
    config: dict[str, str] = field(default_factory=dict)


def _deleted_after(milliseconds: int) -> dict[str, str]:
    return {"cleanup.policy": "delete", "retention.ms": str(milliseconds)}


WEEK = _deleted_after(7 * DAY_MS)
# Progress and cancellations matter while a try-on runs (it expires within an hour), and a day helps to look into it.
DAY = _deleted_after(DAY_MS)
QUARTER = _deleted_after(90 * DAY_MS)
COMPACTED = {"cleanup.policy": "compact"}
# Results are compacted, so that an erasure's tombstone removes them, and end after the longest dispute of a quarter.
COMPACTED_QUARTER = {"cleanup.policy": "compact,delete", "retention.ms": str(90 * DAY_MS)}

TOPICS: tuple[Topic, ...] = (
    Topic("virton.photo.uploaded", events.PhotoUploaded, STAGE_PARTITIONS, WEEK),
    Topic("virton.photo.validated", events.PhotoValidated, STAGE_PARTITIONS, WEEK),
    Topic("virton.photo.parsed", events.PhotoParsed, STAGE_PARTITIONS, WEEK),
    Topic("virton.tryon.progress", events.TryOnProgress, STAGE_PARTITIONS, DAY),
    Topic("virton.tryon.result", events.TryOnResult, STAGE_PARTITIONS, COMPACTED_QUARTER),
    Topic("virton.tryon.cancelled", events.TryOnCancelled, 1, DAY),
    Topic("virton.feedback.given", events.FeedbackGiven, STAGE_PARTITIONS, QUARTER),
    Topic("virton.training.example", events.TrainingExample, STAGE_PARTITIONS, QUARTER),
    Topic("virton.shopper.erased", events.ShopperErased, 1, QUARTER),
    Topic("virton.model.released", events.ModelReleased, 1, COMPACTED),
    Topic("virton.dead-letter", events.DeadLetter, 1, QUARTER),
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
BY_EVENT: dict[type[events.Event], Topic] = {topic.event: topic for topic in TOPICS}


def topic_of(event: events.Event) -> Topic:
    """The topic that carries this event."""
    return BY_EVENT[type(event)]
