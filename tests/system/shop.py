"""A shop's backend in a test: uploads objects, publishes events, and reads every result that there is."""

import mimetypes
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.envelope import Context, decode, encode
from schemas.events import Category, Consent, Event, Garment, PhotoUploaded, Request, TryOnResult
from schemas.objects import ObjectRef
from schemas.topics import BY_EVENT
from tests.system.service import Service

# A try-on takes 1 to 3 s on an idle machine; tests run several at once on two cores.
RESULT_WITHIN_S = 90.0


class Shop:
    """One shop, named anew in each test so that tests do not see each other's shoppers. A context manager."""

    def __init__(self, service: Service) -> None:
        self.name = f"shop-{uuid4().hex[:8]}"
        self.service = service
        self.http = httpx.Client(base_url=service.url, timeout=60.0)
        self._producer = KafkaProducer(bootstrap_servers=service.bootstrap, acks="all")
        self._readers: dict[type[Event], _Reader] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for reader in self._readers.values():
            reader.close()
        self._producer.close()
        self.http.close()

    def upload(self, picture: Path, shopper: str | None = None) -> ObjectRef:
        """Stores a garment's picture, or with a shopper a photo; the answer is what events carry."""
        owner = {"shop": self.name} | ({"shopper": shopper} if shopper else {})
        kind = mimetypes.guess_type(picture.name)[0] or "application/octet-stream"
        answer = self.http.post(
            "/v1/objects", data=owner, files={"picture": (picture.name, picture.read_bytes(), kind)}
        )
        assert answer.status_code == 201, answer.text
        return ObjectRef.model_validate(answer.json())

    def request(self, photo: ObjectRef, garment: ObjectRef, shopper: str, **changes: Any) -> Request:
        """A request as this shop would make it, except for `changes`."""
        fields = {
            "shop": self.name,
            "shopper": shopper,
            "photo": photo,
            "garments": (Garment(id="garment-1", category=Category.UPPER, front=garment),),
            "consent": Consent(processing=True, training=True),
            "expires_at": datetime.now(UTC) + timedelta(minutes=10),
        }
        return Request.model_validate(fields | changes)

    def publish(self, event: Event, headers: dict[str, str] | None = None) -> None:
        """Publishes an event and waits for the broker's answer."""
        message = encode(event, Context.new("/tests/shop"))
        sent = [(name, value) for name, value in message.headers if name not in (headers or {})]
        sent += [(name, value.encode()) for name, value in (headers or {}).items()]
        self._producer.send(message.topic, key=message.key, value=message.value, headers=sent).get(timeout=30)

    def ask(self, request: Request, tryon: UUID | None = None) -> UUID:
        """Publishes an upload event; answers the try-on's id."""
        event = PhotoUploaded(tryon=tryon or uuid4(), request=request)
        self.publish(event)
        return event.tryon

    def result(self, tryon: UUID, within_s: float = RESULT_WITHIN_S) -> TryOnResult:
        """The try-on's result, as soon as Kafka has it."""
        event = self.event(TryOnResult, tryon, within_s)
        assert isinstance(event, TryOnResult)
        return event

    def results(self) -> dict[UUID, list[TryOnResult]]:
        """Every result so far that Kafka has, by try-on, repeats included."""
        found = self._reader(TryOnResult).all()
        return {tryon: [e for e in events if isinstance(e, TryOnResult)] for tryon, events in found.items()}

    def event(self, kind: type[Event], tryon: UUID, within_s: float = RESULT_WITHIN_S) -> Event:
        """The first event of this class about the try-on, as soon as Kafka has it."""
        deadline = time.monotonic() + within_s
        while True:
            if events := self._reader(kind).all().get(tryon):
                return events[0]
            assert time.monotonic() < deadline, f"no {kind.__name__} of {tryon} within {within_s:.0f} s"

    def _reader(self, kind: type[Event]) -> "_Reader":
        if kind not in self._readers:
            self._readers[kind] = _Reader(self.service.bootstrap, kind)
        return self._readers[kind]


class _Reader:
    """Reads a topic of try-on events from its beginning, in no group."""

    def __init__(self, bootstrap: str, kind: type[Event]) -> None:
        self._topic = BY_EVENT[kind]
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
        self._places = [TopicPartition(self._topic.name, number) for number in range(self._topic.partitions)]
        self._consumer.assign(self._places)
        self._seen: dict[UUID, list[Event]] = defaultdict(list)

    def all(self) -> dict[UUID, list[Event]]:
        """What there is at this moment."""
        ends = self._consumer.end_offsets(self._places)
        while any(self._consumer.position(place) < ends[place] for place in self._places):
            for records in self._consumer.poll(timeout_ms=200).values():
                for record in records:
                    event, _ = decode(self._topic, record.value, record.headers)
                    self._seen[event.tryon].append(event)  # type: ignore[attr-defined]
        return self._seen

    def close(self) -> None:
        self._consumer.close()
