"""Any event that can be made reads back as it was, through bytes and headers."""

import base64
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import events as e
from schemas.envelope import Context, decode, encode, new_traceparent
from schemas.findings import Finding, FindingCode, Severity
from schemas.objects import EXTENSIONS, FILE, SEGMENT, ObjectRef
from schemas.pose import Landmark, Pose
from schemas.topics import BY_EVENT, TOPICS

identifiers = st.from_regex(SEGMENT, fullmatch=True)
sha256 = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
keys = st.builds("{}/{}/{}".format, identifiers, identifiers, st.from_regex(FILE, fullmatch=True))
shares = st.floats(0, 1)
numbers = st.floats(allow_nan=False, allow_infinity=False)
moments = st.datetimes(timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))))
blobs = st.binary(max_size=40).map(base64.b64encode)
sizes = st.integers(1, 65_535)
seeds = st.integers(0, 2**32 - 1)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def several(strategy: st.SearchStrategy[Any], least: int = 0, most: int = 2) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


refs = st.builds(
    ObjectRef, key=keys, sha256=sha256, media_type=st.sampled_from(list(EXTENSIONS)), width=sizes, height=sizes
)
findings = several(
    st.builds(
        Finding,
        code=st.sampled_from(FindingCode),
        severity=st.sampled_from(Severity),
        value=maybe(numbers),
        threshold=maybe(numbers),
        advice=st.text(max_size=20),
        subject=st.sampled_from(["photo", "garment"]),
    )
)


def garments(category: st.SearchStrategy[e.Category]) -> st.SearchStrategy[e.Garment]:
    return st.builds(e.Garment, id=identifiers, category=category, front=refs, back=maybe(refs))


requests = st.builds(
    e.Request,
    shop=identifiers,
    shopper=identifiers,
    photo=refs,
    garments=st.tuples(garments(st.sampled_from(e.Category)))
    | st.tuples(garments(st.just(e.Category.UPPER)), garments(st.just(e.Category.LOWER))),
    options=st.builds(
        e.Options,
        quality=st.sampled_from(["fast", "normal", "best"]),
        seed=maybe(seeds),
        steps=maybe(st.integers(1, 100)),
        samples=st.integers(1, 4),
    ),
    consent=st.builds(e.Consent, processing=st.booleans(), training=st.booleans()),
    locale=st.sampled_from(["en", "de-DE", "zh-TW"]),
    expires_at=moments,
)
landmarks = st.builds(Landmark, x=numbers, y=numbers, z=numbers, visibility=shares)
poses = st.builds(Pose, landmarks=landmarks.map(lambda one: (one,) * 33))
timings = st.dictionaries(st.text(max_size=8), numbers, max_size=3)
pictures = st.builds(
    e.Picture,
    sample=st.integers(0, 3),
    object=refs,
    assessment=st.builds(e.Assessment, changed=shares, preserved=shares, fidelity=shares),
)
judged = {
    "findings": findings,
    "expected_accuracy": maybe(shares),
}
made_by = {
    "model": maybe(st.text(max_size=8)),
    "version": maybe(st.text(max_size=8)),
    "arm": st.sampled_from([None, "champion", "challenger"]),
    "seed": maybe(seeds),
}
said = {
    "sample": st.integers(0, 3),
    "accurate": st.booleans(),
    "reasons": several(st.sampled_from(e.FeedbackReason)),
    "bought": maybe(st.booleans()),
    "source": st.sampled_from(["shopper", "automatic"]),
}
seen = {"request": requests, "pose": poses, "yaw": st.floats(-180, 180), "timings": timings, **judged}
ended = {
    "tryon": st.uuids(),
    "request": maybe(requests),
    "advice": st.text(max_size=20),
    "analyser": maybe(st.text(max_size=8)),
    "timings": timings,
    **judged,
    **made_by,
}

EVENTS: dict[type[e.Event], st.SearchStrategy[e.Event]] = {
    e.PhotoUploaded: st.builds(e.PhotoUploaded, tryon=st.uuids(), request=requests),
    e.PhotoValidated: st.builds(e.PhotoValidated, tryon=st.uuids(), **seen),
    e.PhotoParsed: st.builds(
        e.PhotoParsed,
        tryon=st.uuids(),
        parsing=refs,
        iuv=refs,
        agnostic_masks=several(refs, least=1),
        analyser=st.text(max_size=8),
        **seen,
    ),
    e.TryOnProgress: st.builds(
        e.TryOnProgress,
        tryon=st.uuids(),
        stage=st.sampled_from(e.Stage),
        step=st.integers(0, 100),
        of=st.integers(1, 100),
    ),
    e.TryOnResult: st.builds(
        e.TryOnResult, status=st.just(e.Status.COMPLETED), pictures=several(pictures, least=1), **ended
    )
    | st.builds(
        e.TryOnResult,
        status=st.sampled_from([e.Status.FAILED, e.Status.REJECTED, e.Status.CANCELLED]),
        reason=st.sampled_from(e.Reason),
        **ended,
    ),
    e.TryOnCancelled: st.builds(e.TryOnCancelled, tryon=st.uuids()),
    e.FeedbackGiven: st.builds(e.FeedbackGiven, tryon=st.uuids(), **said),
    e.TrainingExample: st.builds(
        e.TrainingExample,
        tryon=st.uuids(),
        request=requests,
        picture=pictures,
        given_at=moments,
        **said,
        **judged,
        **made_by,
    ),
    e.ShopperErased: st.builds(e.ShopperErased, shop=identifiers, shopper=identifiers),
    e.ModelReleased: st.builds(
        e.ModelReleased,
        shop=identifiers | st.just("*"),
        model=identifiers,
        version=identifiers,
        uri=st.text(max_size=20),
        sha256=sha256,
        alias=st.sampled_from(["champion", "challenger"]),
        share=shares,
        salt=st.text(max_size=8),
        licence=st.text(max_size=8),
    ),
    e.DeadLetter: st.builds(
        e.DeadLetter,
        topic=st.text(max_size=8),
        partition=st.integers(0, 2**31),
        offset=st.integers(0, 2**63 - 1),
        original_key=maybe(blobs),
        headers=several(st.builds(e.Header, name=st.text(max_size=8), value=blobs)),
        value=maybe(blobs),
        error=st.text(max_size=8),
        text=st.text(max_size=8),
        tries=st.integers(1, 5),
        stage=st.text(max_size=8),
        failed_at=moments,
    ),
}
contexts = st.builds(
    Context,
    id=st.text(min_size=1, max_size=40),
    source=st.text(min_size=1, max_size=20),
    time=moments,
    traceparent=st.builds(new_traceparent),
)


def test_every_event_has_a_strategy() -> None:
    """A new event cannot stay untested."""
    assert EVENTS.keys() == {topic.event for topic in TOPICS}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_reads_back_as_it_was(event: type[e.Event]) -> None:
    """decode(encode(x)) == x for the event, its context, its key and its topic."""

    @given(EVENTS[event], contexts)
    def check(made: e.Event, context: Context) -> None:
        message = encode(made, context)
        assert message.topic == BY_EVENT[event].name
        assert message.key == made.key().encode()
        assert decode(BY_EVENT[event], message.value, message.headers) == (made, context)

    check()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_no_event_holds_what_json_cannot_say(number: float) -> None:
    """NaN would be written as null and not be read again: it is refused where it is made."""
    for make in (
        lambda: Landmark(x=number, y=0),
        lambda: Finding(code=FindingCode.BLURRY, severity=Severity.WARN, value=number),
        lambda: e.TryOnResult(tryon="6f1c1f0e-5d0f-4c57-9a55-0d6f3a4b7c21", status="cancelled", timings={"a": number}),
    ):
        with pytest.raises(ValidationError, match="finite"):
            make()


@pytest.mark.parametrize(
    "categories", [("upper", "upper"), ("dress", "upper"), ("lower", "lower"), ("upper", "lower", "upper"), ()]
)
@given(data=st.data())
def test_garments_that_cannot_be_worn_together_are_refused(categories: tuple[str, ...], data: st.DataObject) -> None:
    """One garment, or one upper and one lower: everything else breaks the contract."""
    request = data.draw(requests).model_dump()
    request["garments"] = [{**request["garments"][0], "category": category} for category in categories]
    with pytest.raises(ValidationError, match="garments"):
        e.Request.model_validate(request)


@given(pictures)
def test_a_result_is_never_a_false_success(picture: e.Picture) -> None:
    """Completed without a picture, a picture without completed, and failed without a reason cannot be made."""
    tryon = "6f1c1f0e-5d0f-4c57-9a55-0d6f3a4b7c21"
    for contradiction in (
        {"status": "completed"},
        {"status": "rejected", "pictures": (picture,)},
        {"status": "failed"},
    ):
        with pytest.raises(ValidationError):
            e.TryOnResult.model_validate({"tryon": tryon, **contradiction})
