"""What the API answers about try-ons."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from schemas.events import Assessment, Category, Reason, Stage
from schemas.findings import Finding
from streams.readmodel import TryOn, TryOnStatus

API = "/v1/tryons"


class Links(BaseModel):
    """Where to go on; paths on this server."""

    self: str
    events: str
    feedback: str


class Accepted(BaseModel):
    """A try-on that is under way."""

    id: UUID
    status: TryOnStatus
    links: Links


class Cancelling(BaseModel):
    """A try-on that is being stopped; its status turns to cancelled unless it ends before."""

    id: UUID
    status: Literal["cancelling"] = "cancelling"


class PictureView(BaseModel):
    """One picture of a completed try-on."""

    sample: int
    url: str
    assessment: Assessment
    width: int
    height: int


class TryOnView(BaseModel):
    """Where a try-on stands and, once it ended, how."""

    id: UUID
    status: TryOnStatus
    stage: Stage | None = None
    step: int | None = None
    of: int | None = None
    expected_accuracy: float | None = None
    findings: list[Finding] = []
    pictures: list[PictureView] = []
    reason: Reason | None = None
    advice: str = Field(default="", description="The one thing to do, in the shopper's language.")
    model: str | None = None
    version: str | None = None
    arm: str | None = None
    seed: int | None = None
    analyser: str | None = None
    timings: dict[str, float] = {}
    photo: str | None = Field(default=None, description="The photo's URL.")
    categories: list[Category] = []
    created_at: datetime


class TryOnList(BaseModel):
    """A page of a shopper's completed try-ons, the newest first; `next` is the URL of the page after it."""

    tryons: list[TryOnView]
    next: str | None = None


class ProgressView(BaseModel):
    """Step `step` of `of` in this stage has been done; step 0 means that the stage has begun."""

    stage: Stage
    step: int
    of: int


def accepted(row: TryOn) -> Accepted:
    """The answer to a new try-on."""
    own = f"{API}/{row.id}"
    return Accepted(
        id=row.id, status=row.status, links=Links(self=own, events=f"{own}/events", feedback=f"{own}/feedback")
    )


def view(row: TryOn) -> TryOnView:
    """The try-on as the API tells it."""
    result = row.result
    known = {
        "id": row.id,
        "status": row.status,
        "stage": row.stage,
        "step": row.step if row.stage else None,
        "of": row.of,
        "created_at": row.created_at,
        "photo": None if row.request is None else f"{API}/{row.id}/photo",
        "categories": [] if row.request is None else [garment.category for garment in row.request.garments],
    }
    if result is None:
        return TryOnView.model_validate(known)
    pictures = [
        PictureView(
            sample=picture.sample,
            url=f"{API}/{row.id}/pictures/{picture.sample}",
            assessment=picture.assessment,
            width=picture.object.width,
            height=picture.object.height,
        )
        for picture in result.pictures
    ]
    return TryOnView.model_validate(
        known
        | {
            "expected_accuracy": result.expected_accuracy,
            "findings": result.findings,
            "pictures": pictures,
            "reason": result.reason,
            "advice": result.advice,
            "model": result.model,
            "version": result.version,
            "arm": result.arm,
            "seed": result.seed,
            "analyser": result.analyser,
            "timings": result.timings,
        }
    )
