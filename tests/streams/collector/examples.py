"""Training examples for the collector's tests, and what the dataset made of them."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq
from kafka import KafkaProducer

from schemas.contracts import versioned
from schemas.envelope import Context, Message, encode
from schemas.events import TrainingExample
from streams.dataset import ROOT
from streams.files import LocalFiles

GOLDEN = Path(__file__).parents[3] / "contracts" / "golden" / f"{versioned(TrainingExample)}.json"
EXAMPLE = TrainingExample.model_validate(json.loads(GOLDEN.read_text("utf-8"))["value"])


def messages(count: int) -> list[Message]:
    """So many different training examples, encoded."""
    return [
        encode(EXAMPLE.model_copy(update={"tryon": uuid4()}), Context.new("/virton/feedback")) for _ in range(count)
    ]


def event_id(message: Message) -> str:
    return dict(message.headers)["ce_id"].decode()


def send(producer: KafkaProducer, topic: str, sent: Iterable[Message], partitions: int = 4) -> list[str]:
    """Sends the messages, spread over the partitions, and waits for the broker's answers. Returns their event ids."""
    answers = [
        (
            event_id(message),
            producer.send(topic, value=message.value, headers=message.headers, partition=i % partitions),
        )
        for i, message in enumerate(sent)
    ]
    for _, answer in answers:
        answer.get(timeout=30)
    return [identity for identity, _ in answers]


def collected(folder: Path) -> list[str]:
    """The event id of every row in every file: a repeated one is listed as often as it is there."""
    names = LocalFiles(folder).names(ROOT)
    tables = [pq.read_table(folder / name, columns=["event_id"]) for name in names]
    return [identity for table in tables for identity in table["event_id"].to_pylist() if identity]


def lost_and_duplicated(acknowledged: Iterable[str], folder: Path) -> tuple[int, int]:
    """How many acknowledged events have no row, and how many rows are one too many."""
    rows = Counter(collected(folder))
    return len(set(acknowledged) - rows.keys()), sum(rows.values()) - len(rows)
