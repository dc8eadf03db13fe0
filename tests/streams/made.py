"""Requests, results and events that the tests of the read model and of the gateway are about."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.events import (
    Assessment,
    Consent,
    Garment,
    Picture,
    Reason,
    Request,
    Stage,
    Status,
    TryOnProgress,
    TryOnResult,
)
from schemas.findings import Finding, FindingCode, Severity
from schemas.objects import ObjectRef, garment_key, photo_key, tryon_prefix

SHA = "a" * 64


def request(shop: str = "shop-1", shopper: str = "shopper-1", **changes: Any) -> Request:
    fields: dict[str, Any] = {
        "shop": shop,
        "shopper": shopper,
        "photo": ObjectRef(
            key=photo_key(shop, shopper, SHA, "image/png"), sha256=SHA, media_type="image/png", width=30, height=40
        ),
        "garments": (
            Garment(
                id="g-1",
                category="upper",
                front=ObjectRef(
                    key=garment_key(shop, SHA, "image/png"), sha256=SHA, media_type="image/png", width=30, height=40
                ),
            ),
        ),
        "consent": Consent(processing=True),
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }
    return Request(**fields | changes)


def progress(tryon: UUID, stage: Stage, step: int, of: int = 3) -> TryOnProgress:
    return TryOnProgress(tryon=tryon, stage=stage, step=step, of=of)


def completed(tryon: UUID, asked: Request, *, codes: tuple[FindingCode, ...] = (), **changes: Any) -> TryOnResult:
    picture = ObjectRef(
        key=f"{tryon_prefix(asked.shop, asked.shopper, tryon)}0.png",
        sha256=SHA,
        media_type="image/png",
        width=30,
        height=40,
    )
    fields: dict[str, Any] = {
        "tryon": tryon,
        "request": asked,
        "status": Status.COMPLETED,
        "pictures": (Picture(sample=0, object=picture, assessment=Assessment(changed=1, preserved=1, fidelity=0.5)),),
        "findings": tuple(Finding(code=code, severity=Severity.WARN, advice="Do it.") for code in codes),
        "model": "warped",
        "version": "1",
        "seed": 7,
    }
    return TryOnResult(**fields | changes)


def failed(tryon: UUID, asked: Request | None, reason: Reason = Reason.INTERNAL) -> TryOnResult:
    return TryOnResult(tryon=tryon, request=asked, status=Status.FAILED, reason=reason)
