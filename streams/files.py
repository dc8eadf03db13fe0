"""Files that are created once, whole, and never changed: a port of three calls, for a local folder or a bucket.

A local folder is written with fsync, which obstore's local store leaves out: a file that a power cut leaves empty under
its final name could not be told from one that was never filled.
"""

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import MemoryStore, S3Store

from schemas.errors import UnavailableError

# A writer needs seconds for a file. What is this old was left by one that was killed.
LEFT_OVER_S = 3600.0


class Files(Protocol):
    """Bytes by name, such as `a/b.parquet`. Every call raises UnavailableError while the place is away or full."""

    def names(self, prefix: str) -> list[str]:
        """The names below a folder (`prefix` ends with `/`), sorted."""

    def read(self, name: str) -> bytes | None:
        """The file's bytes, None if there is none."""

    def create(self, name: str, data: bytes) -> bool:
        """Writes the file whole and durably if there is none of this name yet; False if there is one, left as it is."""


def open_files(place: str | Path) -> Files:
    """The files of `s3://bucket/prefix`, or of a local folder."""
    if str(place).startswith("s3://"):
        return BucketFiles(S3Store.from_url(str(place)))
    return LocalFiles(Path(place))


class LocalFiles:
    """The port on a local folder: written aside, synced, then linked to the final name, which only one can do."""

    def __init__(self, folder: Path) -> None:
        """Removes what killed writers left in the folder."""
        self._folder = folder
        before = time.time() - LEFT_OVER_S
        for left in folder.rglob(".*.tmp"):
            with suppress(FileNotFoundError):  # another one tidies up too
                if left.stat().st_mtime < before:
                    left.unlink()

    def names(self, prefix: str) -> list[str]:
        try:
            found = [path for path in (self._folder / prefix).rglob("*") if path.is_file()]
        except OSError as error:
            raise UnavailableError(f"{self._folder}: {error}") from error
        return sorted(path.relative_to(self._folder).as_posix() for path in found if not path.name.startswith("."))

    def read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UnavailableError(f"cannot read {name}: {error}") from error

    def create(self, name: str, data: bytes) -> bool:
        path = self._folder / name
        try:
            self._make_folder(path.parent)
            return self._create(path, path.parent / f".{uuid.uuid4().hex}.tmp", data)
        except OSError as error:
            raise UnavailableError(f"cannot write {name}: {error}") from error

    def _create(self, path: Path, aside: Path, data: bytes) -> bool:
        try:
            with aside.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            try:
                path.hardlink_to(aside)  # which, unlike a rename, fails where the name is taken
            except FileExistsError:
                return False
        finally:
            aside.unlink(missing_ok=True)
        _sync_folder(path.parent)
        return True

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            for made in (folder, *folder.parents):
                _sync_folder(made.parent)
                if made == self._folder:
                    break


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class BucketFiles:
    """The port on an S3-compatible bucket (create-only by `If-None-Match`), or on memory in tests."""

    def __init__(self, store: S3Store | MemoryStore) -> None:
        self._store = store

    def names(self, prefix: str) -> list[str]:
        try:
            found = [entry["path"] for page in obstore.list(self._store, prefix.rstrip("/")) for entry in page]
        except BaseError as error:
            raise UnavailableError(f"dataset: cannot list {prefix}: {error}") from error
        return sorted(found)

    def read(self, name: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except (NotFoundError, FileNotFoundError):
            return None
        except BaseError as error:
            raise UnavailableError(f"dataset: cannot read {name}: {error}") from error

    def create(self, name: str, data: bytes) -> bool:
        try:
            obstore.put(self._store, name, data, mode="create")
        except AlreadyExistsError:
            # Perhaps our own: a put whose answer was lost is repeated by the client. Either way the name is taken.
            return False
        except BaseError as error:
            raise UnavailableError(f"dataset: cannot write {name}: {error}") from error
        return True
