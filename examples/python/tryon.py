"""A shop's backend asks Virton for a try-on over Kafka and reads the answer from Kafka.

python tryon.py person.jpg garment.jpg --category upper --out result.png
"""

import argparse
import json
import mimetypes
import os
import ssl
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
    if answer.is_error:
        sys.exit(f"{picture} was refused: {answer.text}")
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


def kafka_options(bootstrap: str) -> dict[str, Any]:
    """Where the cluster is and who we are, from the same VIRTON_KAFKA_* variables as the service's."""
    told = os.environ.get
    protocol = told("VIRTON_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT")
    options: dict[str, Any] = {"bootstrap_servers": bootstrap.split(","), "security_protocol": protocol}
    if protocol.startswith("SASL"):
        options["sasl_mechanism"] = told("VIRTON_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
        options["sasl_plain_username"] = told("VIRTON_KAFKA_SASL_USERNAME", "")
        options["sasl_plain_password"] = told("VIRTON_KAFKA_SASL_PASSWORD", "")
    if protocol.endswith("SSL"):
        options["ssl_context"] = ssl.create_default_context(cafile=told("VIRTON_KAFKA_SSL_CAFILE"))
        if certificate := told("VIRTON_KAFKA_SSL_CERTFILE"):
            options["ssl_context"].load_cert_chain(certificate, told("VIRTON_KAFKA_SSL_KEYFILE"))
    return options


def results_from_now_on(kafka: dict[str, Any]) -> KafkaConsumer:
    """A consumer that stands at the end of every partition.

    A backend that runs for long reads all results in a consumer group instead, and drops repeats by try-on.
    """
    consumer = KafkaConsumer(**kafka, group_id=None, enable_auto_commit=False)
    for topic in (UPLOADS, RESULTS):
        if not consumer.partitions_for_topic(topic):
            sys.exit(f"no topic {topic} in this Kafka (virton topics makes it)")
    places = [TopicPartition(RESULTS, partition) for partition in consumer.partitions_for_topic(RESULTS)]
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
    parser.add_argument(
        "--api-key", default=os.environ.get("VIRTON_API_KEY"), help="the shop's, if keys are configured"
    )
    parser.add_argument("--kafka", default=os.environ.get("VIRTON_KAFKA_BOOTSTRAP", "127.0.0.1:9092"))
    parser.add_argument("--shop", default="example-shop", help="the API key's shop, if keys are configured")
    parser.add_argument("--shopper", default="shopper-1", help="a pseudonym, never a name")
    given = parser.parse_args()

    tryon, kafka = str(uuid.uuid4()), kafka_options(given.kafka)
    authorization = {"Authorization": f"Bearer {given.api_key}"} if given.api_key else {}
    with httpx.Client(base_url=given.server, headers=authorization, timeout=30) as http:
        consumer = results_from_now_on(kafka)
        photo = upload(http, given.person, shop=given.shop, shopper=given.shopper)
        front = upload(http, given.garment, shop=given.shop)
        # A shop has an id for each of its articles: up to 64 letters, digits, '.', '_' and '-'.
        garment = {"id": front["sha256"], "category": given.category, "front": front}
        event = upload_event(tryon, given.shop, given.shopper, photo, garment)
        with KafkaProducer(**kafka, acks="all", enable_idempotence=True) as producer:
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
