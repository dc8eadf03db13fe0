"""A folder of rendered tuples: Parquet shards and the manifest that says what they are.

Nothing in a shard or in the manifest depends on when, where or by how many workers it was rendered. A shard gets its
name only when it is whole, and the manifest names it only then: what a killed run leaves is a folder to go on with.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from models.synthetic.tuples.columns import SCHEMA, Row
from models.synthetic.tuples.plan import Plan, Split
from schemas.errors import PermanentError

MANIFEST = "manifest.json"
_FORMAT = 1
# Tuples read together. Eight at 512x384 are some 4 MB: a disk's full speed, and little to hold.
_ROW_GROUP = 8
# What decides the bytes beside our own code.
_PACKAGES = ("virton", "anny", "numpy", "scipy", "numba", "embreex", "mitsuba", "opencv-python-headless", "pyarrow")

# Facts of a tuple that name what must not be on both sides of the split.
SPLIT_FACTS = ("bodies", "garments", "cloths")
Sides = dict[Split, dict[str, list[str]]]  # side -> kind of thing -> ids


class FolderRefused(PermanentError):
    """The folder holds something else, or cannot be written."""


class ShardDamaged(PermanentError):
    """A shard is missing or is not what the manifest says."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shard(_Frozen):
    """A finished shard."""

    file: str
    first: int
    tuples: int
    sha256: str
    size: int
    findings: dict[str, int]  # tuples in which each code must hold


class Failure(_Frozen):
    """A tuple that is not in its shard."""

    index: int
    error: str


class Manifest(_Frozen):
    """What the folder holds."""

    format: int
    command: str
    parameters: dict[str, int | str]
    versions: dict[str, str]
    tuples: int = 0
    split: Sides = {}  # the ids of what is shown
    findings: dict[str, int] = {}
    shards: tuple[Shard, ...] = ()
    failures: tuple[Failure, ...] = ()

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """An empty one."""
        return cls(format=_FORMAT, command=plan.command, parameters=plan.parameters(), versions=_versions())

    def with_shard(self, shard: Shard, sides: Sides, failures: Sequence[Failure]) -> Self:
        """With one more shard, or another one in its place."""
        span = range(shard.first, shard.first + shard.tuples + len(failures))
        shards = sorted([*(s for s in self.shards if s.file != shard.file), shard], key=lambda s: s.first)
        lost = sorted([*(f for f in self.failures if f.index not in span), *failures], key=lambda f: f.index)
        return self.model_copy(
            update={
                "tuples": sum(s.tuples for s in shards),
                "split": _joined([self.split, sides]),
                "findings": _counted([s.findings for s in shards]),
                "shards": tuple(shards),
                "failures": tuple(lost),
            }
        )


@dataclass(frozen=True)
class Folder:
    """Where tuples are kept.

    Raises:
        FolderRefused: on every call, where the folder cannot be read or written.
    """

    path: Path

    def opened(self, fresh: Manifest) -> Manifest:
        """The manifest of this folder: `fresh`, or what a run of the same parameters has done so far.

        Raises:
            FolderRefused: other files are there, or tuples of other parameters or versions.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            there = sorted(p.name for p in self.path.iterdir() if not p.name.endswith(".partial"))
            if MANIFEST not in there:
                if there:
                    raise FolderRefused(f"{self.path} holds other files ({there[0]} ...): choose an empty folder")
                self._replace(MANIFEST, _json(fresh))
                return fresh
            before = read_manifest(self.path)
        except OSError as error:
            raise FolderRefused(f"{self.path} cannot be written: {error.strerror}") from error
        _refuse_others(self.path, before, fresh)
        return before

    def unfinished(self, manifest: Manifest, plan: Plan) -> list[tuple[int, range]]:
        """The number and tuples of each shard that is not there whole, as the manifest says it is."""
        done = {shard.first for shard in manifest.shards if self._is_whole(shard)}
        lost = {failure.index for failure in manifest.failures}
        shards = enumerate(plan.shards())
        return [(number, span) for number, span in shards if span.start not in done or not lost.isdisjoint(span)]

    def add(self, manifest: Manifest, number: int, first: int, rows: list[Row], failures: list[Failure]) -> Manifest:
        """Writes a shard and then the manifest that names it."""
        file = f"tuples-{number:05d}.parquet"
        data = _parquet(sorted(rows, key=lambda row: int(row["index"])))
        shard = Shard(
            file=file,
            first=first,
            tuples=len(rows),
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            findings=_counted([dict.fromkeys(row["must"], 1) for row in rows]),
        )
        after = manifest.with_shard(shard, _sides([json.loads(row["facts"]) for row in rows]), failures)
        try:
            self._replace(file, data)
            self._replace(MANIFEST, _json(after))
        except OSError as error:
            raise FolderRefused(f"{self.path} cannot be written: {error.strerror}") from error
        return after

    def _is_whole(self, shard: Shard) -> bool:
        path = self.path / shard.file
        return path.is_file() and path.stat().st_size == shard.size and sha256(path) == shard.sha256

    def _replace(self, name: str, data: bytes) -> None:
        partial = self.path / f"{name}.partial"
        partial.write_bytes(data)
        partial.replace(self.path / name)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder.

    Raises:
        FolderRefused: there is none, or it is none of ours.
    """
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise FolderRefused(f"{folder} holds no rendered tuples: there is no {MANIFEST}") from error
    except ValidationError as error:
        raise FolderRefused(f"{path} is no manifest of rendered tuples") from error


def sha256(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_others(path: Path, before: Manifest, fresh: Manifest) -> None:
    for name, kept, wanted in [
        *((key, before.parameters.get(key), value) for key, value in fresh.parameters.items()),
        ("format", before.format, fresh.format),
        *((f"version of {key}", before.versions.get(key), value) for key, value in fresh.versions.items()),
    ]:
        if kept != wanted:
            raise FolderRefused(
                f"{path} was begun with another {name} ({kept}, not {wanted}): choose another folder,"
                f" or go on with: {before.command}"
            )


def _parquet(rows: list[Row]) -> bytes:
    sink = pa.BufferOutputStream()
    # Cells are compressed already; statistics of pictures are of no use.
    with pq.ParquetWriter(sink, SCHEMA, compression="none", use_dictionary=False, write_statistics=False) as writer:
        for start in range(0, len(rows), _ROW_GROUP):
            part = [{name: row.get(name) for name in SCHEMA.names} for row in rows[start : start + _ROW_GROUP]]
            writer.write_table(pa.Table.from_pylist(part, SCHEMA))
    return sink.getvalue().to_pybytes()


def _json(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.model_dump(), indent=1, sort_keys=True) + "\n").encode()


def _sides(facts: Iterable[Mapping[str, Any]]) -> Sides:
    return _joined([{each["split"]: {kind: each[kind] for kind in SPLIT_FACTS}} for each in facts])


def _joined(several: Iterable[Sides]) -> Sides:
    ids: dict[Split, dict[str, set[str]]] = {}
    for sides in several:
        for name, kinds in sides.items():
            for kind, values in kinds.items():
                ids.setdefault(name, {}).setdefault(kind, set()).update(values)
    return {name: {kind: sorted(values) for kind, values in kinds.items()} for name, kinds in ids.items()}


def _counted(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return total


def _versions() -> dict[str, str]:
    """Of the packages that decide the bytes; "none" where one is not installed."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found
