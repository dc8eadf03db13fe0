"""Reads rendered tuples, with their truth decoded."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow.parquet as pq

from models.synthetic.tuples.columns import SCHEMA, Row, decoded
from models.synthetic.tuples.plan import Split
from models.synthetic.tuples.shards import ShardDamaged, read_manifest, sha256


def read_shards(
    folder: Path,
    *,
    columns: Collection[str] | None = None,
    split: Split | None = None,
    files: Collection[str] | None = None,
    check: bool = False,
) -> Iterator[Row]:
    """The tuples of a folder in order, as {column: value}; maps are arrays (`columns.COLUMNS`).

    Args:
        folder: what `virton people render` wrote.
        columns: those to read and decode; all where left out. "index", "height", "width" and "facts" always come.
        split: only tuples of this side.
        files: only these shards: how several readers share a folder.
        check: compare each shard's hash with the manifest's first.

    Raises:
        ValueError: a column is unknown.
        FolderRefused: the folder holds no tuples.
        ShardDamaged: a shard is missing, or is not what the manifest says.
    """
    unknown = set(columns or ()) - set(SCHEMA.names)
    if unknown:
        raise ValueError(f"unknown columns {sorted(unknown)}; there are {SCHEMA.names}")
    wanted = None if columns is None else sorted({"index", "height", "width", "facts", *columns})
    for shard in read_manifest(folder).shards:
        if files is not None and shard.file not in files:
            continue
        path = folder / shard.file
        if not path.is_file() or (check and sha256(path) != shard.sha256):
            raise ShardDamaged(f"{path} is missing or damaged: run the manifest's command again")
        with pq.ParquetFile(path) as parquet:
            for batch in parquet.iter_batches(batch_size=8, columns=wanted, use_threads=False):
                for row in batch.to_pylist():
                    if split is None or f'"split": "{split}"' in row["facts"]:
                        yield decoded(row)
