"""A small storm in every run of the tests; `make storm` is the large one."""

from pathlib import Path

import pytest

from tests.system.service import Service
from tests.system.storm import Plan, Storm

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def test_a_small_storm_loses_nothing(own_service: Service, samples: Path) -> None:
    """Workers killed and stopped with events in flight, and Kafka restarted: every upload has one result, completed,
    and the API tells the same."""
    own_service.start()
    figures = Storm(own_service, Plan(uploads=16, kills=3, terms=2, kafka_restarts=1), samples).run()
    own_service.stop()

    assert figures.clean, figures
    assert (figures.kills, figures.terms, figures.kafka_restarts) == (3, 2, 1)
    assert len(figures.in_flight) == 5
    assert all(count > 0 for _, count in figures.in_flight)
