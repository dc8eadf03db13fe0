"""The small version of `make chaos`."""

from pathlib import Path

import pytest

from tests.chaos.run import Account, Plan, run


@pytest.mark.kafka
@pytest.mark.timeout(280)
def test_nothing_is_lost_or_torn(tmp_path: Path) -> None:
    """1,000 events, 4 kills with an event in flight, one restart of Kafka: every event has one result."""
    account = run(tmp_path, Plan(events=1000, kills=4, restarts=1))
    assert str(account) == (
        f"lost 0 of 1000 acknowledged, 0 ids with two different results, {account.redelivered} redelivered, 4 kills"
    )
    assert account.passed, account.wrong


@pytest.mark.parametrize(
    "bad", [{"lost": 1}, {"torn": 1}, {"redelivered": 0}, {"letters": 1}, {"wrong": ["3 kills instead of 4"]}]
)
def test_the_account_is_strict(bad: dict[str, object]) -> None:
    """A run with anything lost, torn or dead, or in which nothing was redelivered (then nothing was tried), fails."""
    good: dict[str, object] = {"acknowledged": 10, "redelivered": 1, "kills": 4}
    assert Account(**good).passed  # type: ignore[arg-type]
    assert not Account(**{**good, **bad}).passed  # type: ignore[arg-type]
