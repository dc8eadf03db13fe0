"""Faust's assignment of partitions, refused where it would leave a topic out."""

from aiokafka.cluster import ClusterMetadata
from faust.assignor.partition_assignor import CopartitionedGroups, MemberSubscriptionMapping, PartitionAssignor


class TopicsNotSeen(Exception):
    """The leader of the group does not know how many partitions a topic has."""


class CompleteAssignor(PartitionAssignor):
    """Ends the leader instead of giving a topic to nobody.

    A leader that has just lost its broker may know none of its topics. Faust then assigns nothing, every member is
    content with that, and the group stands still until something else makes it join again (seen in the chaos run: no
    event for over a minute after a restart of Kafka). A leader that ends is restarted, and looks again.
    """

    @classmethod
    def _get_copartitioned_groups(
        cls, topics: set[str], cluster: ClusterMetadata, subscriptions: MemberSubscriptionMapping
    ) -> CopartitionedGroups:
        unseen = sorted(topic for topic in topics if not cluster.partitions_for_topic(topic))
        if unseen:
            raise TopicsNotSeen(f"no partitions are known of {', '.join(unseen)}")
        return super()._get_copartitioned_groups(topics, cluster, subscriptions)
