"""GET /v1/accuracy: how often shoppers find the pictures right, with n and intervals, as JSON or CSV."""

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, Field

from streams.accuracy import Accuracy, GroupBy, bounds, wilson
from streams.gateway.callers import Here, Who

router = APIRouter(prefix="/v1", tags=["accuracy"])


class Figure(BaseModel):
    """One group's figures. Shares are 0..1; `accuracy` is absent where nothing was judged."""

    group: str
    n: int = Field(description="Pictures that shoppers judged.")
    accurate: int = Field(description="Of these, those that look right.")
    accuracy: float | None
    low: float = Field(description="Lower end of the 95 % Wilson interval.")
    high: float = Field(description="Its upper end.")
    completed: int = Field(description="Completed try-ons.")
    response_rate: float = Field(description="Share of the completed try-ons with any feedback.")
    least: float = Field(description="The share if all who did not answer found it wrong.")
    most: float = Field(description="The share if all who did not answer found it right.")


class AccuracyReport(BaseModel):
    """Figures by group."""

    shop: str | None = Field(description="Absent: of all shops.")
    by: GroupBy
    figures: list[Figure]


@router.get("/accuracy", response_model=AccuracyReport, responses={200: {"content": {"text/csv": {}}}})
async def accuracy(
    gateway: Here,
    who: Who,
    shop: Annotated[str | None, Query()] = None,
    by: Annotated[GroupBy, Query()] = "week",
    accept: Annotated[str, Header()] = "",
) -> AccuracyReport | Response:
    """How often shoppers find the pictures right. `Accept: text/csv` answers CSV."""
    counted = who.resolve_shop(shop) if shop is not None or who.shop is not None else None
    figures = [_figure(group) for group in await gateway.rows.accuracy(counted, by)]
    if "text/csv" in accept:
        return Response(_csv(figures), media_type="text/csv; charset=utf-8")
    return AccuracyReport(shop=counted, by=by, figures=figures)


def _figure(group: Accuracy) -> Figure:
    share = group.accurate / group.judged if group.judged else None
    response = group.answered / group.completed
    low, high = wilson(group.accurate, group.judged)
    least, most = bounds(share, response)
    return Figure(
        group=group.group,
        n=group.judged,
        accurate=group.accurate,
        accuracy=share,
        low=low,
        high=high,
        completed=group.completed,
        response_rate=response,
        least=least,
        most=most,
    )


def _csv(figures: list[Figure]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Figure.model_fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(figure.model_dump() for figure in figures)
    return out.getvalue()
