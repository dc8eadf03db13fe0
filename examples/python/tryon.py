"""A shop's backend asks Virton for a try-on over Kafka and reads the answer from Kafka.

python tryon.py person.jpg garment.jpg --category upper --out result.png
"""

import argparse
import json
import mimetypes
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

UPLOADS, RESULTS = "virton.photo.uploaded", "virton.tryon.result"


def upload(http: httpx.Client, picture: Path, **owner: str) -> dict[str, Any]:
    """Stores a picture; the answer is the reference that events carry instead of it."""
    media_type = mimetypes.guess_type(picture.name)[0] or "application/octet-stream"
    answer = http.post("/v1/objects", data=owner, files={"picture": (picture.name, picture.read_bytes(), media_type)})
    answer.raise_for_status()
    reference: dict[str, Any] = answer.json()
    return reference


def upload_event(tryon: str, shop: str, shopper: str, photo: dict[str, Any], garment: dict[str, Any]) -> dict[str, Any]:
    """The event `virton.photo.uploaded` (contracts/schemas/virton.photo.uploaded.v1.json)."""
    return {
        "tryon": tryon,
        "request": {
            "shop": shop,
            "shopper": shopper,
            "photo": photo,
            "garments": [garment],
            "options": {"quality": "normal", "samples": 1},
            "consent": {"processing": True, "training": False},
            "locale": "en",
            "expires_at": (datetime.now(UTC) + timedelta(minutes=10)).isoformat(),
        },
    }


def cloud_event_headers(event_type: str, event_id: str) -> list[tuple[str, bytes]]:
    """CloudEvents in binary mode: the attributes are Kafka headers. A repeat of the event carries the same id."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_source": "/example-shop/backend",
        "ce_type": event_type,
        "ce_time": datetime.now(UTC).isoformat(),
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in attributes.items()]


def results_from_now_on(bootstrap: str) -> KafkaConsumer:
    """A consumer that stands at the end of every partition.

    A backend that runs for long reads all results in a consumer group instead, and drops repeats by try-on.
    """
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    places = [TopicPartition(RESULTS, partition) for partition in consumer.partitions_for_topic(RESULTS) or ()]
    consumer.assign(places)
    for place, end in consumer.end_offsets(places).items():
        consumer.seek(place, end)
    return consumer


def wait_for_result(consumer: KafkaConsumer, tryon: str, within_s: float) -> dict[str, Any]:
    """The result of one try-on. Its key is the try-on's id."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                if record.key == tryon.encode() and record.value is not None:
                    result: dict[str, Any] = json.loads(record.value)
                    return result
    raise TimeoutError(f"no result of {tryon} within {within_s:.0f} s")


def download(http: httpx.Client, tryon: str, sample: int, within_s: float = 10.0) -> bytes:
    """A picture. The gateway learns of the result from Kafka, as we do, and may be a moment behind us."""
    deadline = time.monotonic() + within_s
    while True:
        answer = http.get(f"/v1/tryons/{tryon}/pictures/{sample}")
        if answer.status_code != httpx.codes.NOT_FOUND or time.monotonic() > deadline:
            answer.raise_for_status()
            return answer.content
        time.sleep(0.2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("person", type=Path)
    parser.add_argument("garment", type=Path)
    parser.add_argument("--category", choices=["upper", "lower", "dress"], default="upper")
    parser.add_argument("--out", type=Path, default=Path("result.png"))
    parser.add_argument("--server", default="http://127.0.0.1:8080")
    parser.add_argument("--kafka", default="127.0.0.1:9092")
    parser.add_argument("--shop", default="example-shop")
    parser.add_argument("--shopper", default="shopper-1", help="a pseudonym, never a name")
    given = parser.parse_args()

    tryon = str(uuid.uuid4())
    with httpx.Client(base_url=given.server, timeout=30) as http:
        photo = upload(http, given.person, shop=given.shop, shopper=given.shopper)
        front = upload(http, given.garment, shop=given.shop)
        garment = {"id": given.garment.stem, "category": given.category, "front": front}

        consumer = results_from_now_on(given.kafka)
        event = upload_event(tryon, given.shop, given.shopper, photo, garment)
        with KafkaProducer(bootstrap_servers=given.kafka, acks="all", enable_idempotence=True) as producer:
            headers = cloud_event_headers(f"{UPLOADS}.v1", event_id=tryon)
            sent = producer.send(UPLOADS, key=given.shopper.encode(), value=json.dumps(event).encode(), headers=headers)
            sent.get(timeout=30)  # raises if Kafka did not take it

        result = wait_for_result(consumer, tryon, within_s=300)
        consumer.close()
        print(json.dumps(result, indent=2))
        if result["status"] != "completed":
            print(f"{result['status']}: {result.get('advice', '')}", file=sys.stderr)
            return 1
        given.out.write_bytes(download(http, tryon, result["pictures"][0]["sample"]))
    print(f"the picture is in {given.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
