"""The dataset: rows as documented, and chunks that are a chain whoever writes them."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from obstore.store import MemoryStore

from schemas.events import TrainingExample
from streams.dataset import SCHEMA, Chain, Chunk, Dataset, DatasetDamaged, Row, row
from streams.files import BucketFiles, LocalFiles

GOLDEN = Path(__file__).parents[3] / "contracts" / "golden" / "virton.training.example.v1.json"
CHAIN = Chain("topic-1", 3)


def example() -> tuple[TrainingExample, bytes, dict[str, Any]]:
    value = json.loads(GOLDEN.read_text("utf-8"))["value"]
    raw = json.dumps(value, ensure_ascii=False).encode()
    return TrainingExample.model_validate_json(raw), raw, value


def rows(first: int, last: int) -> list[Row]:
    event, raw, _ = example()
    return [row(event, f"event-{offset}", 3, offset, raw) for offset in range(first, last)]


def test_a_row_says_everything_the_event_says(tmp_path: Path) -> None:
    """Each column of the golden example, read back from Parquet, is the field it is named after."""
    event, raw, value = example()
    dataset = Dataset(LocalFiles(tmp_path))
    assert dataset.append(Chunk(CHAIN, 0, 8, [row(event, "event-7", 3, 7, raw)]))
    [read] = dataset.rows()
    request = value["request"]
    shirt, trousers = request["garments"]
    assert read == {
        "event_id": "event-7",
        "tryon": value["tryon"],
        "sample": 1,
        "shop": "shop-1",
        "shopper": "shopper-7f3a",
        "photo_key": request["photo"]["key"],
        "photo_sha256": request["photo"]["sha256"],
        "garments": [
            {
                "id": "shirt-4711",
                "category": "upper",
                "front_key": shirt["front"]["key"],
                "front_sha256": shirt["front"]["sha256"],
                "back_key": shirt["back"]["key"],
                "back_sha256": shirt["back"]["sha256"],
            },
            {
                "id": "trousers-0815",
                "category": "lower",
                "front_key": trousers["front"]["key"],
                "front_sha256": trousers["front"]["sha256"],
                "back_key": None,
                "back_sha256": None,
            },
        ],
        "picture_key": value["picture"]["object"]["key"],
        "picture_sha256": value["picture"]["object"]["sha256"],
        "accurate": False,
        "reasons": ["wrong_size", "lost_detail"],
        "bought": False,
        "source": "shopper",
        "findings": ["not_full_length", "category_mismatch"],
        "expected_accuracy": 0.72,
        "model": "warped",
        "version": "1",
        "arm": "champion",
        "seed": 4294967295,
        "given_at": event.given_at,
        "partition": 3,
        "offset": 7,
        "event": raw.decode(),
    }
    assert list(read) == SCHEMA.names


def test_the_least_example_is_a_row_too(tmp_path: Path) -> None:
    """What the contract leaves optional is null in the row."""
    _, _, value = example()
    optional = ("findings", "expected_accuracy", "model", "version", "arm", "seed", "bought", "reasons")
    least = {name: field for name, field in value.items() if name not in optional}
    raw = json.dumps(least).encode()
    dataset = Dataset(LocalFiles(tmp_path))
    dataset.append(Chunk(CHAIN, 0, 1, [row(TrainingExample.model_validate_json(raw), "event-0", 3, 0, raw)]))
    [read] = dataset.rows()
    assert {name: read[name] for name in optional} == {**dict.fromkeys(optional), "findings": [], "reasons": []}


@pytest.fixture(params=["folder", "bucket"])
def dataset(request: pytest.FixtureRequest, tmp_path: Path) -> Dataset:
    """A new dataset in a folder, and in a bucket."""
    return Dataset(LocalFiles(tmp_path) if request.param == "folder" else BucketFiles(MemoryStore()))


def test_the_offset_is_in_the_file_with_the_rows(dataset: Dataset) -> None:
    """The chain goes on where its last chunk says, counting what was skipped or never there."""
    assert dataset.next_offset(CHAIN) == 0
    assert dataset.append(Chunk(CHAIN, 0, 10, rows(0, 9), skipped=[9]))
    assert dataset.next_offset(CHAIN) == 10
    assert dataset.append(Chunk(CHAIN, 10, 13, [], skipped=[12]))
    assert dataset.next_offset(CHAIN) == 13
    assert [list(chunk.skipped) for chunk in dataset.chunks(CHAIN)] == [[9], [12]]


def test_a_late_write_is_refused(dataset: Dataset) -> None:
    """A collector that lost its turn, with more rows or fewer, changes nothing: the offsets stay without overlap."""
    assert dataset.append(Chunk(CHAIN, 0, 10, rows(0, 10)))
    assert not dataset.append(Chunk(CHAIN, 0, 12, rows(0, 12)))
    assert not dataset.append(Chunk(CHAIN, 0, 5, rows(0, 5)))
    assert dataset.append(Chunk(CHAIN, 10, 12, rows(10, 12)))
    assert [each["offset"] for each in dataset.rows()] == list(range(12))


def test_partitions_and_remade_topics_have_chains_of_their_own(dataset: Dataset) -> None:
    """Offset 0 of another partition, or of a topic that was deleted and made again, is another offset."""
    for chain in (CHAIN, Chain("topic-1", 4), Chain("topic-2", 3)):
        assert dataset.next_offset(chain) == 0
        assert dataset.append(Chunk(chain, 0, 2, rows(0, 2)))
    assert len(list(dataset.chunks())) == 3


def test_a_repeated_event_is_listed_once(dataset: Dataset) -> None:
    """A producer that repeats an event under its id, even into another partition, does not make a second example."""
    dataset.append(Chunk(CHAIN, 0, 3, rows(0, 3)))
    dataset.append(Chunk(Chain("topic-1", 4), 0, 2, rows(2, 4)))
    assert sorted(each["event_id"] for each in dataset.rows()) == ["event-0", "event-1", "event-2", "event-3"]


def test_names_sort_as_offsets_do(dataset: Dataset) -> None:
    """The last name is the last chunk, whatever the number of digits."""
    for first, last in ((0, 9), (9, 10), (10, 100), (100, 101)):
        dataset.append(Chunk(CHAIN, first, last, rows(first, first + 1)))
    assert [chunk.first_offset for chunk in dataset.chunks(CHAIN)] == [0, 9, 10, 100]
    assert dataset.next_offset(CHAIN) == 101


@pytest.mark.parametrize("damage", [b"", b"PAR1 and no more", None])
def test_a_damaged_chunk_is_named(tmp_path: Path, damage: bytes | None) -> None:
    """A torn file, or a Parquet file of somebody else, ends in an error that says which file and what to do."""
    dataset = Dataset(LocalFiles(tmp_path))
    dataset.append(Chunk(CHAIN, 0, 3, rows(0, 3)))
    path = tmp_path / CHAIN.name(0)
    if damage is None:
        pq.write_table(pa.table({"a": [1]}), path)
    else:
        path.write_bytes(damage)
    with pytest.raises(DatasetDamaged, match=r"0000000\.parquet cannot be read .* move it away"):
        dataset.next_offset(CHAIN)


def test_other_tools_read_the_files(tmp_path: Path) -> None:
    """The folder is plain Parquet with one schema: pyarrow reads it as one table, without this program."""
    dataset = Dataset(LocalFiles(tmp_path))
    dataset.append(Chunk(CHAIN, 0, 3, rows(0, 3)))
    dataset.append(Chunk(Chain("topic-1", 4), 0, 2, rows(0, 2)))
    table = pq.read_table(tmp_path)
    assert table.num_rows == 5
    assert table.schema.remove_metadata() == SCHEMA
