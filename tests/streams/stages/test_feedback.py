"""The feedback stage: what becomes a training example, what is refused, and what is waited for."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.envelope import Context, encode
from schemas.errors import InvalidEvent, RetryableError
from schemas.events import Consent, FeedbackGiven, FeedbackReason, Status, TrainingExample, TryOnResult
from streams.stages.feedback import FakeResults, Feedback

GOLDEN = Path(__file__).parents[3] / "contracts" / "golden"


def golden(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((GOLDEN / f"{name}.v1.json").read_text())
    return value


RESULT = TryOnResult.model_validate(golden("virton.tryon.result")["value"])
CONTEXT = Context.new("/shop-1/backend")


def feedback(**changes: Any) -> FeedbackGiven:
    return FeedbackGiven(**{"tryon": RESULT.tryon, "sample": 1, "accurate": False, **changes})


async def examples(event: FeedbackGiven, result: TryOnResult | None = RESULT) -> list[TrainingExample]:
    results = FakeResults({} if result is None else {result.tryon: result})
    made = await Feedback(results)(event, CONTEXT)
    assert all(isinstance(example, TrainingExample) for example in made)
    return [example for example in made if isinstance(example, TrainingExample)]


async def test_feedback_is_joined_with_its_result() -> None:
    """Every field of the golden training example comes from the golden feedback and the golden result."""
    given = FeedbackGiven.model_validate(golden("virton.feedback.given")["value"])
    [example] = await examples(given)
    expected = golden("virton.training.example")["value"]
    made = json.loads(encode(example, CONTEXT).value)
    assert example.given_at == CONTEXT.time
    assert made == {**expected, "given_at": made["given_at"]}


async def test_nothing_is_collected_without_consent_to_training() -> None:
    """Consent to processing alone makes no training example."""
    assert RESULT.request is not None
    request = RESULT.request.model_copy(update={"consent": Consent(processing=True, training=False)})
    assert await examples(feedback(), RESULT.model_copy(update={"request": request})) == []


async def test_feedback_that_overtakes_its_result_is_tried_again() -> None:
    """The read model may be behind the shop, which reads the result from Kafka itself."""
    with pytest.raises(RetryableError, match=str(RESULT.tryon)):
        await examples(feedback(), result=None)


@pytest.mark.parametrize("status", [Status.REJECTED, Status.CANCELLED])
async def test_feedback_on_a_try_on_without_a_picture_is_refused(status: Status) -> None:
    """There is nothing that could look right or not."""
    result = TryOnResult(tryon=RESULT.tryon, request=RESULT.request, status=status)
    with pytest.raises(InvalidEvent, match=f"ended {status}"):
        await examples(feedback(), result)


async def test_feedback_on_a_sample_that_was_not_made_is_refused() -> None:
    """The golden result has samples 0 and 1."""
    with pytest.raises(InvalidEvent, match="no sample 2, it has 2"):
        await examples(feedback(sample=2))


async def test_a_picture_that_looks_right_has_no_reasons() -> None:
    """Reasons left over in a form do not turn a good example into a contradiction."""
    [example] = await examples(feedback(accurate=True, reasons=("hands",)))
    assert example.reasons == ()


async def test_each_reason_counts_once() -> None:
    """A reason sent twice is one reason; the order stays."""
    [example] = await examples(feedback(reasons=("hands", "wrong_size", "hands")))
    assert example.reasons == (FeedbackReason.HANDS, FeedbackReason.WRONG_SIZE)
