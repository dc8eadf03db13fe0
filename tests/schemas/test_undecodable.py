"""Whatever lies in a topic: bytes and headers that are no event are told as such, in a text of a bounded length."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas import events as e
from schemas.envelope import Context, decode, encode, new_traceparent
from schemas.errors import InvalidEvent, PermanentError, UnknownVersion
from schemas.topics import BY_EVENT

anything = st.binary(max_size=60) | st.text(max_size=60).map(str.encode)
header_names = st.sampled_from(["ce_type", "CE_ID", "ce_source", "ce_time", "traceparent", "content-type"]) | st.text()
major_versions = st.text("0123456789٣", min_size=1, max_size=30) | st.just("9" * 5000)
types = major_versions.map(lambda major: f"virton.photo.uploaded.v{major}".encode())


@settings(max_examples=500)
@given(
    value=st.none() | anything,
    headers=st.none() | st.lists(st.tuples(header_names, anything) | st.tuples(st.just("ce_type"), types), max_size=6),
)
@example(value=b"{}", headers=[("ce_type", b"virton.photo.uploaded.v" + b"9" * 5000)])
@example(value=b"[" * 100_000, headers=[])
def test_what_cannot_be_decoded_is_a_permanent_error(
    value: bytes | None, headers: list[tuple[str, bytes]] | None
) -> None:
    """Whatever bytes lie in a topic, decoding them gives an event or a PermanentError, of a text that can be kept: any
    other error would stop whoever reads it, and be raised again by everybody who starts there."""
    try:
        decode(BY_EVENT[e.PhotoUploaded], value, headers)
    except PermanentError as error:
        assert len(str(error)) < 2000


@pytest.mark.parametrize("major", ["2", "0", "999999999"])
def test_another_major_version_is_not_known(major: str) -> None:
    """It is told apart from nonsense: a newer program may read it later."""
    with pytest.raises(UnknownVersion):
        decode(BY_EVENT[e.PhotoUploaded], b"{}", [("ce_type", f"virton.photo.uploaded.v{major}".encode())])


@pytest.mark.parametrize("major", ["9" * 5000, "1\n", "١", "", "1" + "x" * 400_000])
def test_a_version_that_is_no_number_is_no_event(major: str) -> None:
    """Not of this contract, whatever Python's `int` makes of it."""
    with pytest.raises(InvalidEvent) as error:
        decode(BY_EVENT[e.PhotoUploaded], b"{}", [("ce_type", f"virton.photo.uploaded.v{major}".encode())])
    assert len(str(error.value)) < 2000


def test_a_trace_that_is_none_is_replaced() -> None:
    """A line's end behind it would travel on into every header made of it."""
    good = new_traceparent()
    message = encode(e.TryOnCancelled(tryon="6f1c1f0e-5d0f-4c57-9a55-0d6f3a4b7c21"), Context.new("test"))
    for trace, kept in ((good, True), (good + "\n", False)):
        _, context = decode(BY_EVENT[e.TryOnCancelled], message.value, [("traceparent", trace.encode())])
        assert (context.traceparent == trace) == kept
