"""What the dead letter of a try-on owes its shopper."""

import json

from schemas.errors import InvalidEvent
from schemas.events import Reason, Status, TryOnResult
from streams.failures import failed_internal
from streams.letters import RawMessage
from streams.store import FakeStore
from streams.tryons import ResultLedger
from tests.streams.test_tryons import uploaded


def message(value: bytes) -> RawMessage:
    return RawMessage("virton.photo.uploaded", 0, 7, None, value)


async def test_a_whole_event_yields_a_recorded_failure_without_internals() -> None:
    """The shopper reads what to do and a number to quote; the exception's text stays in the dead letter."""
    ledger, event = ResultLedger(FakeStore()), uploaded()
    [result] = await failed_internal(ledger, message(b""), event, RuntimeError("CUDA error 700"))
    assert isinstance(result, TryOnResult)
    assert (result.status, result.reason) == (Status.FAILED, Reason.INTERNAL)
    assert str(event.tryon) in result.advice
    assert "CUDA" not in result.advice
    assert await ledger.find(event.request, event.tryon) == result


async def test_a_broken_contract_tells_the_backend_what_is_wrong() -> None:
    """An upload of a category that does not exist still ends in a result of its id, which names the field."""
    ledger, event = ResultLedger(FakeStore()), uploaded()
    value = json.loads(event.model_dump_json())
    value["request"]["garments"][0]["category"] = "hat"
    error = InvalidEvent("request.garments.0.category: Input should be 'upper', 'lower' or 'dress'")
    [result] = await failed_internal(ledger, message(json.dumps(value).encode()), None, error)
    assert isinstance(result, TryOnResult)
    assert (result.tryon, result.request, result.status) == (event.tryon, None, Status.FAILED)
    assert "garments.0.category" in result.advice
    assert await ledger.find(event.request, event.tryon) == result


async def test_the_advice_stays_readable() -> None:
    """An error that quotes 400 KB of what it could not read is cut: the result must fit into a message."""
    value = uploaded().model_dump_json().encode()
    [result] = await failed_internal(ResultLedger(FakeStore()), message(value), None, InvalidEvent("x" * 400_000))
    assert isinstance(result, TryOnResult)
    assert len(result.advice) < 3000


async def test_noise_yields_no_result() -> None:
    """Bytes that name no try-on can only go to the dead letters."""
    assert await failed_internal(ResultLedger(FakeStore()), message(b"\xff\x00"), None, InvalidEvent("no JSON")) == []
