"""Makes a cluster's topics what `schemas.topics` declares. Repeating it changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.errors import UnavailableError
from schemas.topics import TOPICS, Topic
from streams.kafka import client_options
from streams.settings import Settings


@dataclass(frozen=True)
class TopicReport:
    """What was done to one topic; `changes` is empty where it was as declared."""

    topic: str
    changes: tuple[str, ...]


# Three times as long as a broker beside us needs to answer again after SIGKILL (5 s, measured).
PATIENCE_S = 15.0


def ensure_topics(
    settings: Settings, topics: Sequence[Topic] = TOPICS, patience_s: float = PATIENCE_S
) -> list[TopicReport]:
    """Creates what is missing, and raises partitions and sets configuration that differ.

    A topic with more partitions than declared is left alone: partitions cannot be taken away, and more do no harm.

    Raises:
        UnavailableError: the cluster could not be reached for `patience_s` seconds, or refuses.
    """
    options = client_options(settings) | {"bootstrap_timeout_ms": int(1000 * patience_s)}
    try:
        admin = KafkaAdminClient(client_id="virton-topics", **options)
        try:
            existing = set(admin.list_topics())
            reports = [
                _create(admin, topic, settings.kafka_replication) for topic in topics if topic.name not in existing
            ]
            reports += _adjust(admin, [topic for topic in topics if topic.name in existing])
            admin.wait_for_topics([topic.name for topic in topics])
            return reports
        finally:
            admin.close()
    except KafkaError as error:
        raise UnavailableError(f"Kafka at {settings.kafka_bootstrap}: {error}") from error


def _create(admin: KafkaAdminClient, topic: Topic, replication: int) -> TopicReport:
    options = {"num_partitions": topic.partitions, "replication_factor": replication, "configs": topic.config}
    try:
        admin.create_topics({topic.name: options})
    except TopicAlreadyExistsError:  # another part was quicker
        return TopicReport(topic.name, ())
    return TopicReport(topic.name, (f"created with {topic.partitions} partitions",))


def _adjust(admin: KafkaAdminClient, topics: Sequence[Topic]) -> Iterable[TopicReport]:
    if not topics:
        return
    names = [topic.name for topic in topics]
    partitions = {found["name"]: len(found["partitions"]) for found in admin.describe_topics(names)}
    resources = [ConfigResource("TOPIC", name) for name in names]
    configs = admin.describe_configs(resources, config_filter="all")["topic"]
    for topic in topics:
        changes = []
        if (count := partitions[topic.name]) < topic.partitions:
            admin.create_partitions({topic.name: topic.partitions})
            changes.append(f"partitions {count} -> {topic.partitions}")
        now = {name: configs[topic.name][name]["value"] for name in topic.config}
        if different := {name: value for name, value in topic.config.items() if not _same(now[name], value)}:
            admin.alter_configs([ConfigResource("TOPIC", topic.name, different)])
            changes += [f"{name} {now[name]} -> {value}" for name, value in different.items()]
        yield TopicReport(topic.name, tuple(changes))


def _same(one: str, other: str) -> bool:
    """Lists, such as `compact,delete`, are told in the broker's own order."""
    return sorted(one.split(",")) == sorted(other.split(","))
