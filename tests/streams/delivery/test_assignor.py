"""A group whose leader does not know its topics must not be content with nothing."""

import pytest
from faust.assignor.partition_assignor import PartitionAssignor

from streams.assignor import CompleteAssignor, TopicsNotSeen


class Cluster:
    """Metadata that know the partitions of some topics."""

    def __init__(self, **topics: int) -> None:
        self._topics = topics

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self._topics[topic])) if topic in self._topics else None


def test_a_topic_that_is_not_seen_is_given_to_nobody_by_faust() -> None:
    """The trap: after a restart of Kafka the leader may know no topic, and everybody is assigned nothing."""
    assert not PartitionAssignor._get_copartitioned_groups({"chaos"}, Cluster(), {"a": ["chaos"]})


def test_ours_ends_the_leader_instead() -> None:
    """The worker that leads is restarted and looks again, instead of a group that stands still for good."""
    with pytest.raises(TopicsNotSeen, match="chaos"):
        CompleteAssignor._get_copartitioned_groups({"chaos"}, Cluster(), {"a": ["chaos"]})


def test_what_is_seen_is_assigned_as_faust_does() -> None:
    """With all topics known nothing is different."""
    cluster, members = Cluster(chaos=8), {"a": ["chaos"], "b": ["chaos"]}
    ours = CompleteAssignor._get_copartitioned_groups({"chaos"}, cluster, members)
    faust = PartitionAssignor._get_copartitioned_groups({"chaos"}, cluster, members)
    assert {count: list(groups) for count, groups in ours.items()} == {8: [{"chaos"}]}
    assert ours.keys() == faust.keys()
