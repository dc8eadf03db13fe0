"""The benchmark measures what it says, on few events: its figures are for `make bench`, on a quiet machine."""

import numpy as np
import pytest

from bench import hops
from bench.hops import Measured, measure_hops
from bench.loops import GUARANTEES
from streams.local.kafka import LocalKafka

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("name", GUARANTEES)
async def test_every_contender_makes_an_output_of_each_event(
    name: str, kafka: LocalKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A round ends only when every event of the backlog and of the paced ones has its output; latencies are theirs."""
    monkeypatch.setattr(hops, "BACKLOG", 100)
    monkeypatch.setattr(hops, "PACED", 20)
    measured = (await measure_hops(kafka.bootstrap, rounds=1, names=[name]))[name]
    assert len(measured.rates_hz) == 1
    assert measured.rates_hz[0] > 0
    assert len(measured.added_s) == 20
    # One reader sees both topics, in whichever order their answers come: a single figure may be a little below 0.
    assert 0 < np.median(measured.added_s) <= max(measured.added_s) < hops.WITHIN_S


def test_figures_are_medians_and_percentiles() -> None:
    """The rate is the rounds' median; latencies are in milliseconds."""
    measured = Measured(rates_hz=[100.0, 900.0, 300.0], added_s=[0.001 * i for i in range(1, 102)])
    assert measured.summary() == {
        "events_per_s": 300.0,
        "events_per_s_of_each_round": [100.0, 900.0, 300.0],
        "added_latency_p50_ms": 51.0,
        "added_latency_p99_ms": 100.0,
        "n_latency": 101,
    }
