"""How accurate shoppers find the pictures: counts from the read model, shares with their intervals."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from sqlalchemy import Integer, Select, cast, func, select

from schemas.events import Status
from streams.sql import feedback, findings, tryons

GroupBy = Literal["week", "model", "code"]

Z95 = 1.959964  # the normal distribution's 97.5 % quantile


@dataclass(frozen=True)
class Accuracy:
    """Of one group: try-ons completed, how many of them have a shopper's feedback, pictures judged, judged accurate."""

    group: str
    completed: int
    answered: int
    judged: int
    accurate: int


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share (Wilson 1927); 0..1 where nothing was counted.

    It stays within 0..1 and is honest at small n and at shares near 0 and 1, where the normal approximation is not.
    """
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = share + Z95**2 / (2 * n)
    spread = Z95 * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def bounds(accurate: float | None, response: float) -> tuple[float, float]:
    """What the share could be if all had answered, whatever the silent ones think: no assumption is made of them."""
    known = 0.0 if accurate is None else accurate * response
    return known, known + 1 - response


def counts(shop: str | None, by: GroupBy) -> Select[Any]:
    """The query behind `Accuracy`: shoppers' judgements of completed try-ons; automatic ones do not count.

    By `code`, a try-on with several findings counts in several groups, and one without in the group "none".
    """
    judged = (
        select(
            feedback.c.tryon,
            func.count().label("judged"),
            func.sum(cast(feedback.c.accurate, Integer)).label("accurate"),
        )
        .where(feedback.c.source == "shopper")
        .group_by(feedback.c.tryon)
        .subquery()
    )
    joined = tryons.outerjoin(judged, judged.c.tryon == tryons.c.id)
    if by == "code":
        joined = joined.outerjoin(findings, findings.c.tryon == tryons.c.id)
    group = func.coalesce({"week": tryons.c.week, "model": tryons.c.model, "code": findings.c.code}[by], "none")
    return (
        select(
            group.label("group"),
            func.count().label("completed"),
            func.count(judged.c.tryon).label("answered"),
            func.coalesce(func.sum(judged.c.judged), 0).label("judged"),
            func.coalesce(func.sum(judged.c.accurate), 0).label("accurate"),
        )
        .select_from(joined)
        .where(tryons.c.status == Status.COMPLETED, *([] if shop is None else [tryons.c.shop == shop]))
        .group_by(group)
        .order_by(group)
    )
