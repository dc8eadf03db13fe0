"""`virton topics` makes a real cluster's topics what the contract declares, and touches nothing the second time."""

import subprocess
import sys
import uuid
from dataclasses import replace

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient

from schemas.events import TryOnResult
from schemas.topics import TOPICS, Topic
from streams.local.kafka import LocalKafka, free_port
from streams.settings import Settings
from streams.topics import ensure_topics


@pytest.fixture
def declared() -> tuple[Topic, ...]:
    """Topics as declared, under names of this test's own."""
    suffix = uuid.uuid4().hex[:8]
    return tuple(replace(topic, name=f"{topic.name}-{suffix}") for topic in TOPICS)


@pytest.mark.kafka
def test_topics_become_what_is_declared(kafka: LocalKafka, declared: tuple[Topic, ...]) -> None:
    """Every topic gets its partitions and its whole configuration, and a repetition reports no change."""
    settings = Settings(kafka_bootstrap=kafka.bootstrap)

    first = ensure_topics(settings, declared)
    second = ensure_topics(settings, declared)

    assert all(report.changes for report in first)
    assert not any(report.changes for report in second)
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    names = [topic.name for topic in declared]
    partitions = {found["name"]: len(found["partitions"]) for found in admin.describe_topics(names)}
    configs = admin.describe_configs([ConfigResource("TOPIC", name) for name in names], config_filter="all")["topic"]
    admin.close()
    assert partitions == {topic.name: topic.partitions for topic in declared}
    for topic in declared:
        assert {name: configs[topic.name][name]["value"] for name in topic.config} == topic.config


@pytest.mark.kafka
def test_partitions_are_raised_and_configuration_corrected(kafka: LocalKafka) -> None:
    """A topic that someone made otherwise is corrected, except that partitions are never taken away."""
    settings = Settings(kafka_bootstrap=kafka.bootstrap)
    name = f"other-{uuid.uuid4().hex[:8]}"
    ensure_topics(settings, [Topic(name, TryOnResult, 3, {"retention.ms": "1000", "cleanup.policy": "delete"})])

    wanted = {"retention.ms": "2000", "cleanup.policy": "compact,delete"}
    raised = ensure_topics(settings, [Topic(name, TryOnResult, 5, wanted)])
    lowered = ensure_topics(settings, [Topic(name, TryOnResult, 2, wanted)])

    assert set(raised[0].changes) == {
        "partitions 3 -> 5",
        "retention.ms 1000 -> 2000",
        "cleanup.policy delete -> compact,delete",
    }
    assert lowered[0].changes == ()


_ENSURE = """
import sys
from streams.settings import Settings
from streams.topics import ensure_topics
ensure_topics(Settings(kafka_bootstrap=sys.argv[1]), patience_s=1)
"""


def test_a_cluster_that_is_away_is_told() -> None:
    """No broker: the error names the address, and says by its type that trying again may help.

    In a process of its own: kafka-python 3.0 forgets to close the sockets of refused connections.
    """
    bootstrap = f"127.0.0.1:{free_port()}"
    ended = subprocess.run([sys.executable, "-c", _ENSURE, bootstrap], capture_output=True, text=True, check=False)

    assert ended.returncode != 0
    assert f"UnavailableError: Kafka at {bootstrap}: " in ended.stderr
