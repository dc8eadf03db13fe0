"""The training dataset: Parquet files, one per chunk of a partition, each holding the offset at which it ends.

A chunk is created under a name made of its partition and the offset at which it *begins*; the offset at which the next
one begins, `next_offset`, stands in its own footer. So rows and offset are written by one create, or not at all, and
of several collectors that stand at the same offset one creates the chunk and the others are refused: the chunks of a
partition are a chain without gaps, branches or overlaps, whoever wrote them. No consumer group is involved.
"""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import VirtonError
from schemas.events import Garment, TrainingExample
from streams.files import Files

ROOT = "examples/"

_GARMENT = pa.struct(
    [
        ("id", pa.string()),
        ("category", pa.string()),
        ("front_key", pa.string()),
        ("front_sha256", pa.string()),
        ("back_key", pa.string()),
        ("back_sha256", pa.string()),
    ]
)
_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("event_id", pa.string()),  # the CloudEvents id
    ("tryon", pa.string()),
    ("sample", pa.int32()),
    ("shop", pa.string()),
    ("shopper", pa.string()),
    ("photo_key", pa.string()),
    ("photo_sha256", pa.string()),
    ("garments", pa.list_(_GARMENT)),
    ("picture_key", pa.string()),
    ("picture_sha256", pa.string()),
    ("accurate", pa.bool_()),
    ("reasons", pa.list_(pa.string())),
    ("bought", pa.bool_()),  # null: not known
    ("source", pa.string()),
    ("findings", pa.list_(pa.string())),  # codes
    ("expected_accuracy", pa.float64()),
    ("model", pa.string()),
    ("version", pa.string()),
    ("arm", pa.string()),
    ("seed", pa.int64()),
    ("given_at", pa.timestamp("us", tz="UTC")),
    ("partition", pa.int32()),
    ("offset", pa.int64()),
    ("event", pa.string()),  # the whole value, JSON, with what a newer version may have added
]
SCHEMA = pa.schema(_COLUMNS)
Row = dict[str, Any]


class DatasetDamaged(VirtonError):
    """A file of the dataset cannot be read."""


@dataclass(frozen=True)
class Chain:
    """The chunks of one partition. A topic that was deleted and made again has another id, and so other chains."""

    topic_id: str
    partition: int

    @property
    def folder(self) -> str:
        """Where the chunks are."""
        return f"{ROOT}{self.topic_id}/{self.partition:05d}/"

    def name(self, first_offset: int) -> str:
        """The name of the chunk that begins at an offset; 19 digits, so that names sort as offsets do."""
        return f"{self.folder}{first_offset:019d}.parquet"


@dataclass(frozen=True)
class Chunk:
    """Rows of one partition, from `first_offset` up to and without `next_offset`; `skipped` offsets have no row."""

    chain: Chain
    first_offset: int
    next_offset: int
    rows: Sequence[Row]
    skipped: Sequence[int] = ()


def row(event: TrainingExample, event_id: str, partition: int, offset: int, value: bytes) -> Row:
    """A training example as a row of SCHEMA; `value` is the event as it lies in the topic."""
    request, picture = event.request, event.picture.object
    return {
        "event_id": event_id,
        "tryon": str(event.tryon),
        "sample": event.sample,
        "shop": request.shop,
        "shopper": request.shopper,
        "photo_key": request.photo.key,
        "photo_sha256": request.photo.sha256,
        "garments": [_garment(garment) for garment in request.garments],
        "picture_key": picture.key,
        "picture_sha256": picture.sha256,
        "accurate": event.accurate,
        "reasons": [str(reason) for reason in event.reasons],
        "bought": event.bought,
        "source": event.source,
        "findings": [str(finding.code) for finding in event.findings],
        "expected_accuracy": event.expected_accuracy,
        "model": event.model,
        "version": event.version,
        "arm": event.arm,
        "seed": event.seed,
        "given_at": event.given_at.astimezone(UTC),
        "partition": partition,
        "offset": offset,
        "event": value.decode(),
    }


def _garment(garment: Garment) -> Row:
    return {
        "id": garment.id,
        "category": str(garment.category),
        "front_key": garment.front.key,
        "front_sha256": garment.front.sha256,
        "back_key": garment.back.key if garment.back else None,
        "back_sha256": garment.back.sha256 if garment.back else None,
    }


class Dataset:
    """The dataset in a folder or a bucket. Every call raises UnavailableError while that is away or full."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def append(self, chunk: Chunk) -> bool:
        """Creates the chunk; False, and nothing is changed, if another collector created one at this offset."""
        table = pa.Table.from_pylist(list(chunk.rows), schema=SCHEMA)
        facts = {"next_offset": str(chunk.next_offset), "skipped": json.dumps(list(chunk.skipped))}
        buffer = io.BytesIO()
        pq.write_table(table.replace_schema_metadata(facts), buffer, compression="zstd")
        return self._files.create(chunk.chain.name(chunk.first_offset), buffer.getvalue())

    def next_offset(self, chain: Chain) -> int:
        """The offset at which the chain goes on; 0 where it has not begun. Raises DatasetDamaged."""
        names = self._files.names(chain.folder)
        return self.chunk(names[-1]).next_offset if names else 0

    def chunks(self, chain: Chain | None = None) -> Iterator[Chunk]:
        """The chunks of a chain in order, or of every chain. Raises DatasetDamaged."""
        for name in self._files.names(ROOT if chain is None else chain.folder):
            yield self.chunk(name)

    def rows(self) -> Iterator[Row]:
        """Every row. An event that came twice, because its producer repeated it, is listed once, by its event id."""
        seen: set[str] = set()
        for chunk in self.chunks():
            for each in chunk.rows:
                if each["event_id"] not in seen:
                    seen.add(each["event_id"])
                    yield each

    def chunk(self, name: str) -> Chunk:
        """The chunk of this name. Raises DatasetDamaged."""
        data = self._files.read(name)
        try:
            table = pq.read_table(pa.BufferReader(data or b""))
            facts = table.schema.metadata
            topic_id, partition, first = name.removeprefix(ROOT).removesuffix(".parquet").split("/")
            return Chunk(
                chain=Chain(topic_id, int(partition)),
                first_offset=int(first),
                next_offset=int(facts[b"next_offset"]),
                rows=table.to_pylist(),
                skipped=json.loads(facts[b"skipped"]),
            )
        except (pa.ArrowException, KeyError, ValueError, TypeError) as error:
            raise DatasetDamaged(
                f"{name} cannot be read ({error}). If it is its folder's last, move it away: it is collected again."
            ) from error
