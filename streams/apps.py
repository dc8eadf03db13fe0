"""Faust around a stage: one app, one consumer group, and no more than reading events and committing positions.

What Faust would ack by itself (after an exception, in a shutdown, past a gap) is switched off: its topics have acks
disabled, and the positions that are committed are those of `streams.lanes`.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import faust
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.types import TP

from schemas.topics import BY_NAME, Topic
from streams.assignor import CompleteAssignor
from streams.delivery import Delivery, StageSpec
from streams.kafka import tls_context
from streams.lanes import Lane
from streams.letters import RawMessage
from streams.publisher import Publisher
from streams.settings import Settings

log = structlog.get_logger(__name__)

# How much work may be repeated after a SIGKILL: what was delivered since the last commit. A commit costs one request.
COMMIT_EVERY_S = 1.0
# A dead worker's partitions move on after this; below 10 s a worker that only had no CPU for a while would lose them.
# Three heartbeats fit into it, as Kafka recommends.
SESSION_TIMEOUT_S = 10.0
HEARTBEAT_S = 3.0
# How long a rebalance may wait for a member: ours come within SETTLE_ON_REBALANCE_S, a dead one's session ends first.
REBALANCE_TIMEOUT_S = 30.0
# In a rebalance the whole group stands still, so events in flight get this long to be finished and committed. What
# takes longer goes on meanwhile, and is done again elsewhere only if its partition moves.
SETTLE_ON_REBALANCE_S = 3.0
# Faust stops reading a partition at 0.8 of its buffer and goes on at 0.4. The last poll must fit above 0.8, or the task
# that feeds all partitions waits for this one: 0.2 * 500 = 100. Smaller polls cost time: 600 us an event at 8 a poll,
# 500 us at 100 (measured).
BUFFER = 500
POLL = 100
# A client that reads nothing for that long leaves its group, and with Faust never comes back: it waits to read before
# it joins, and Faust reads only what it was assigned. While a store is away nothing is read for as long as that takes;
# that a worker hangs is told by /livez. 11 days, which fit the client's 32 bits of milliseconds.
MAX_POLL_INTERVAL_S = 1e6
# A rebalance is over after a dead member's session and the others' return, 40 s at most. A worker that has been outside
# its group for three times as long, with the broker there, will not get in: it starts anew.
OUTSIDE_S = 120.0


class StageApp:
    """A running stage. Build, start and stop it on one event loop."""

    def __init__(
        self, stage: StageSpec, settings: Settings, publisher: Publisher, *, topics: Mapping[str, Topic] = BY_NAME
    ) -> None:
        self.name = stage.name
        self.delivery = Delivery(stage, publisher, topics=topics)
        self.joined = False
        self._stage = stage
        self._lanes: dict[TP, Lane] = {}
        self._committing = asyncio.Lock()
        self._draining = False
        self._outside_s = 0.0
        self._app = _faust_app(stage, settings)
        revoked: Any = self._app.on_partitions_revoked  # typed by the library for another signature than it calls
        revoked.connect(self._on_revoked)
        assigned: Any = self._app.on_partitions_assigned
        assigned.connect(self._on_assigned)
        # acks=False: Faust keeps no account of acks, so that none of its own can count.
        topic = self._app.topic(*stage.handlers, key_serializer="raw", value_serializer="raw", acks=False)
        self._app.agent(topic, name=stage.name, concurrency=1, isolated_partitions=True)(self._partition)

    async def run(self) -> None:
        """Joins the group and works until cancelled. Raises whatever makes it impossible to go on."""
        await self._app.start()
        while True:
            await asyncio.sleep(COMMIT_EVERY_S)
            await self.commit()
            self._check()

    async def drain(self, within_s: float) -> None:
        """Takes no new events, gives those in flight a bounded time, and commits. What is left stays unacked."""
        self._draining = True
        self.delivery.drain()
        for lane in self._lanes.values():
            lane.pause()
        await self._settled(within_s)
        await asyncio.wait({asyncio.ensure_future(self.commit())}, timeout=COMMIT_EVERY_S)

    async def stop(self, within_s: float) -> bool:
        """Leaves the group and closes the connections; False if that did not succeed in time."""
        for lane in self._lanes.values():
            lane.stop()
        stopping = asyncio.ensure_future(self._app.stop())
        await asyncio.wait({stopping}, timeout=within_s)
        return stopping.done()

    def unready(self) -> str | None:
        """Why the stage cannot take an event now, None if it can."""
        warm, reason = self._stage.ready()
        if not warm:
            return reason
        if not self.joined:
            return "has not joined its consumer group"
        if self.delivery.away is not None:
            return self.delivery.away
        return "the broker is away" if self._broker_is_away else None

    async def commit(self) -> None:
        """Commits the positions that have moved. Waits while the broker is away; a refused commit is tried later."""
        async with self._committing:
            assigned = self._app.consumer.assignment()
            moved = {tp: lane.uncommitted for tp, lane in self._lanes.items() if tp in assigned}
            positions = {tp: position for tp, position in moved.items() if position is not None}
            if not positions:
                return
            offsets = {TopicPartition(tp.topic, tp.partition): position for tp, position in positions.items()}
            try:
                # In the thread that owns the client. Faust's own commit crashes the worker where this one tries again.
                await self._thread.call_thread(self._thread._consumer.commit, offsets)
            except KafkaError as error:
                log.info("stage.commit_refused", stage=self.name, error=repr(error))
                return
            for tp, position in positions.items():
                if tp in self._lanes:
                    self._lanes[tp].committed(position)

    @property
    def _broker_is_away(self) -> bool:
        """True while the client looks for the broker that coordinates its group."""
        return self._thread._consumer._coordinator.coordinator_id is None

    @property
    def _thread(self) -> Any:
        """The thread in which Faust keeps its aiokafka consumer."""
        consumer: Any = self._app.consumer
        return consumer._thread

    async def _partition(self, stream: Any) -> None:
        """The agent: one instance per partition."""
        events = stream.noack()
        async for _ in events:
            message = events.current_event.message
            if self._draining:
                await asyncio.Event().wait()  # until the app stops; the event stays where it is
            lane = self._lanes.setdefault(message.tp, Lane(self.delivery.process))
            try:
                await lane.take(RawMessage.of(message))
            except BaseException:
                lane.stop()  # the event is out of the buffer and not in the lane: nothing may pass it
                raise

    async def _on_revoked(self, _app: Any, revoked: set[TP], **_: Any) -> None:
        self.joined = False
        for lane in self._lanes.values():
            lane.pause()
        if revoked:
            await self._settled(SETTLE_ON_REBALANCE_S)
            await asyncio.wait({asyncio.ensure_future(self.commit())}, timeout=COMMIT_EVERY_S)
        for lane in self._lanes.values():
            lane.released()

    async def _on_assigned(self, _app: Any, assigned: set[TP], **_: Any) -> None:
        for tp in self._lanes.keys() - assigned:
            self._lanes.pop(tp).stop()
        if not self._draining:
            for lane in self._lanes.values():
                lane.resume()
        self.joined = True

    async def _settled(self, within_s: float) -> None:
        waiting = [asyncio.ensure_future(lane.settled()) for lane in self._lanes.values()]
        if waiting:
            _, pending = await asyncio.wait(waiting, timeout=within_s)
            for task in pending:
                task.cancel()

    def _check(self) -> None:
        for tp, lane in self._lanes.items():
            if lane.stopped and not self._draining:
                # Only a restart makes the partition's events be read again from where they were delivered.
                raise RuntimeError(f"{tp.topic}/{tp.partition} cannot go on") from lane.error
        self._outside_s = 0.0 if self.joined or self._broker_is_away else self._outside_s + COMMIT_EVERY_S
        if self._outside_s > OUTSIDE_S:
            raise RuntimeError(f"{self.name} does not get into its consumer group")
        if self._app.crashed:
            raise RuntimeError("Faust crashed") from self._app.crash_reason


def _faust_app(stage: StageSpec, settings: Settings) -> faust.App:
    folder = settings.data.absolute() / "faust" / stage.name  # Faust makes it, and keeps nothing there: no tables
    folder.parent.mkdir(parents=True, exist_ok=True)
    return faust.App(
        f"virton-{stage.name}",
        broker=[f"kafka://{server}" for server in settings.kafka_bootstrap.split(",")],
        broker_credentials=_credentials(settings),
        datadir=folder,
        store="memory://",
        web_enabled=False,  # it would bind 0.0.0.0:6066; our probes have their own port
        topic_disable_leader=True,
        topic_allow_declare=False,  # topics are made by `virton topics`, with their partitions and configuration
        PartitionAssignor=CompleteAssignor,
        processing_guarantee="at_least_once",
        stream_wait_empty=False,  # it waits without end for what cannot be delivered; the lanes wait, with a bound
        stream_buffer_maxsize=BUFFER,
        broker_max_poll_records=POLL,
        broker_max_poll_interval=MAX_POLL_INTERVAL_S,
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_rebalance_timeout=REBALANCE_TIMEOUT_S,
    )


def _credentials(settings: Settings) -> Any:
    context = tls_context(settings)
    if settings.kafka_security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            mechanism=settings.kafka_sasl_mechanism,
            username=settings.kafka_sasl_username,
            password=settings.kafka_sasl_password.get_secret_value(),
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)
