"""The events: small, past-tense, immutable records, one class per topic. Pictures are never in events.

A class changes by optional additions only; unknown fields are ignored.
"""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field, model_validator

from schemas.findings import Finding
from schemas.objects import Identifier, ObjectRef, Sha256
from schemas.pose import Pose

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Timings = Annotated[dict[str, float], Field(description="Seconds spent, by stage or step.")]


class Record(BaseModel):
    """An immutable part of an event. JSON has no NaN and no infinity, so no event has."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Category(StrEnum):
    """What part of the body a garment covers; also the allow-list of what can be tried on."""

    UPPER = "upper"
    LOWER = "lower"
    DRESS = "dress"


class Garment(Record):
    """A garment to try on: its product picture, and optionally its back."""

    id: Identifier
    category: Category
    front: ObjectRef
    back: ObjectRef | None = None


class Options(Record):
    """How a try-on is to be made. Without a seed one is derived from the try-on's id: a redelivery repeats it."""

    quality: Literal["fast", "normal", "best"] = "normal"
    seed: Seed | None = None
    steps: int | None = Field(default=None, ge=1, le=100)
    samples: int = Field(default=1, ge=1, le=4)


class Consent(Record):
    """What the shopper agreed to, by purpose."""

    processing: bool
    training: bool = False


class Request(Record):
    """What was asked for. Made once, carried unchanged by every event of a try-on, so that no stage needs a join."""

    shop: Identifier
    shopper: Identifier = Field(description="A pseudonym, never a name or an address.")
    photo: ObjectRef
    garments: tuple[Garment, ...] = Field(min_length=1, max_length=2)
    options: Options = Options()
    consent: Consent
    locale: str = Field(default="en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    expires_at: AwareDatetime

    @model_validator(mode="after")
    def _garments_fit_together(self) -> Self:
        categories = sorted(garment.category for garment in self.garments)
        if len(categories) == 2 and categories != [Category.LOWER, Category.UPPER]:
            raise ValueError("two garments must be one upper and one lower garment")
        return self


class Event(Record, ABC):
    """An event of one topic. `type` and `major` make its CloudEvents type, `virton.photo.uploaded.v1`."""

    type: ClassVar[str]
    major: ClassVar[int] = 1

    @abstractmethod
    def key(self) -> str:
        """The Kafka key."""


class TryOnEvent(Event):
    """An event about one try-on, keyed by it."""

    tryon: UUID

    def key(self) -> str:
        return str(self.tryon)


class PhotoUploaded(TryOnEvent):
    """A shop's backend or the gateway asks for a try-on. `tryon` is the idempotency key."""

    type: ClassVar[str] = "virton.photo.uploaded"
    request: Request

    def key(self) -> str:
        return self.request.shopper


class PhotoValidated(TryOnEvent):
    """The photo will do: what the checks found, and the main person's pose."""

    type: ClassVar[str] = "virton.photo.validated"
    request: Request
    findings: tuple[Finding, ...] = ()
    expected_accuracy: Share | None = None
    pose: Pose
    yaw: float = Field(default=0.0, ge=-180.0, le=180.0, description="Degrees; 0 faces the camera.")
    timings: Timings = {}

    def key(self) -> str:
        return self.request.shopper


class PhotoParsed(TryOnEvent):
    """Human parsing (LIP labels), IUV and one agnostic mask per garment are stored."""

    type: ClassVar[str] = "virton.photo.parsed"
    request: Request
    findings: tuple[Finding, ...] = ()
    expected_accuracy: Share | None = None
    pose: Pose
    yaw: float = Field(default=0.0, ge=-180.0, le=180.0)
    parsing: ObjectRef
    iuv: ObjectRef
    agnostic_masks: tuple[ObjectRef, ...] = Field(min_length=1, max_length=2, description="In the garments' order.")
    analyser: str = Field(description="Name and version of what made them, such as `landmarks-1`.")
    timings: Timings = {}


class Stage(StrEnum):
    """Where a try-on is on its way."""

    VALIDATION = "validation"
    PARSING = "parsing"
    GENERATION = "generation"


class TryOnProgress(TryOnEvent):
    """Step `step` of `of` in a stage has been done; step 0 means that the stage has begun."""

    type: ClassVar[str] = "virton.tryon.progress"
    stage: Stage
    step: int = Field(ge=0)
    of: int = Field(ge=1)


class Status(StrEnum):
    """How a try-on ended."""

    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a try-on failed, or was rejected for something that is no finding."""

    UNCHANGED = "unchanged"
    BROKEN = "broken"
    UNSAFE = "unsafe"
    EXPIRED = "expired"
    INTERNAL = "internal"
    INVALID_OBJECT = "invalid_object"
    NO_CONSENT = "no_consent"


class Assessment(Record):
    """The self-assessment of one picture, all 0..1."""

    changed: Share = Field(description="Share of the agnostic mask that differs visibly from the photo.")
    preserved: Share = Field(description="Share of the pixels outside the mask that are the photo's own.")
    fidelity: Share = Field(description="How well colours on the body agree with the garment's.")


class Picture(Record):
    """One generated picture."""

    sample: int = Field(ge=0, le=3)
    object: ObjectRef
    assessment: Assessment


class TryOnResult(TryOnEvent):
    """How a try-on ended: the first terminal state wins, there is one per id."""

    type: ClassVar[str] = "virton.tryon.result"
    request: Request | None = Field(
        default=None, description="Absent only where the upload event itself could not be read."
    )
    status: Status
    pictures: tuple[Picture, ...] = ()
    findings: tuple[Finding, ...] = ()
    expected_accuracy: Share | None = None
    advice: str = Field(default="", description="The one thing to do, in the shopper's language.")
    reason: Reason | None = None
    model: str | None = None
    version: str | None = None
    arm: Literal["champion", "challenger"] | None = None
    seed: Seed | None = None
    analyser: str | None = None
    timings: Timings = {}

    @model_validator(mode="after")
    def _status_is_consistent(self) -> Self:
        if (self.status is Status.COMPLETED) != bool(self.pictures):
            raise ValueError("a completed result has pictures, and no other has")
        if self.status is Status.FAILED and self.reason is None:
            raise ValueError("a failed result says its reason")
        return self


class TryOnCancelled(TryOnEvent):
    """The shopper no longer wants it. What has not begun is dropped; what runs stops at its next step."""

    type: ClassVar[str] = "virton.tryon.cancelled"


class FeedbackReason(StrEnum):
    """What does not look right."""

    WRONG_SIZE = "wrong_size"
    WRONG_COLOUR = "wrong_colour"
    WRONG_SHAPE = "wrong_shape"
    LOST_DETAIL = "lost_detail"
    BODY_CHANGED = "body_changed"
    FACE_CHANGED = "face_changed"
    HANDS = "hands"
    BACKGROUND = "background"
    OTHER = "other"


class FeedbackGiven(TryOnEvent):
    """A shopper (or an automatic check) says whether a picture looks right."""

    type: ClassVar[str] = "virton.feedback.given"
    sample: int = Field(default=0, ge=0, le=3)
    accurate: bool
    reasons: tuple[FeedbackReason, ...] = ()
    bought: bool | None = None
    source: Literal["shopper", "automatic"] = "shopper"


class TrainingExample(TryOnEvent):
    """Feedback joined with its result, of a shopper who consented to training. Refers to pictures, copies none."""

    type: ClassVar[str] = "virton.training.example"
    request: Request
    sample: int = Field(ge=0, le=3)
    accurate: bool
    reasons: tuple[FeedbackReason, ...] = ()
    bought: bool | None = None
    source: Literal["shopper", "automatic"] = "shopper"
    picture: Picture
    findings: tuple[Finding, ...] = ()
    expected_accuracy: Share | None = None
    model: str | None = None
    version: str | None = None
    arm: Literal["champion", "challenger"] | None = None
    seed: Seed | None = None
    given_at: AwareDatetime

    def key(self) -> str:
        return self.request.shopper


class ShopperErased(Event):
    """Every part erases what it holds of this shopper."""

    type: ClassVar[str] = "virton.shopper.erased"
    shop: Identifier
    shopper: Identifier

    def key(self) -> str:
        return self.shopper


class ModelReleased(Event):
    """A model version serves a share of a shop's try-ons (`*`: of every shop's)."""

    type: ClassVar[str] = "virton.model.released"
    shop: str = Field(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,63})$")
    model: Identifier
    version: Identifier
    uri: str
    sha256: Sha256
    alias: Literal["champion", "challenger"]
    share: Share = 1.0
    salt: str = ""
    licence: str

    def key(self) -> str:
        return f"{self.shop}/{self.model}/{self.alias}"


class Header(Record):
    """One Kafka header of a dead letter's original."""

    name: str
    value: Base64Bytes


class DeadLetter(Event):
    """An event that could not be handled: all that is needed to understand it and to try it again."""

    type: ClassVar[str] = "virton.dead-letter"
    topic: str
    partition: int
    offset: int
    original_key: Base64Bytes | None = None
    headers: tuple[Header, ...] = ()
    value: Base64Bytes | None = None
    error: str = Field(description="The error's class.")
    text: str
    tries: int = Field(ge=1)
    stage: str
    failed_at: AwareDatetime

    def key(self) -> str:
        return (self.original_key or b"").decode(errors="replace")
