"""Shares with their intervals."""

import pytest

from streams.accuracy import bounds, wilson


@pytest.mark.parametrize(
    ("successes", "n", "expected"), [(6, 20, (0.1455, 0.5190)), (12, 20, (0.3866, 0.7812)), (0, 10, (0.0, 0.2775))]
)
def test_wilson_is_the_published_interval(successes: int, n: int, expected: tuple[float, float]) -> None:
    """30 % and 60 % of 20 give 15-52 % and 39-78 %; none of 10 gives 0-28 %."""
    assert wilson(successes, n) == pytest.approx(expected, abs=5e-4)


def test_of_nothing_everything_is_possible() -> None:
    """Without a single answer the interval is all of 0..1."""
    assert wilson(0, 0) == (0.0, 1.0)


def test_bounds_assume_nothing_of_those_who_did_not_answer() -> None:
    """60 % at a response of 20 % can be anything from 12 % to 92 %; without answers, anything."""
    assert bounds(0.6, 0.2) == pytest.approx((0.12, 0.92))
    assert bounds(None, 0.0) == (0.0, 1.0)
