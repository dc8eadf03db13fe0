"""The object store: a port of five calls, obstore behind it (a local folder, S3-compatible by URL), and its fake."""

from collections.abc import Awaitable
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import unquote, urlparse

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, S3Store

from schemas.errors import UnavailableError

_T = TypeVar("_T")


class ObjectStore(Protocol):
    """Bytes by key. Every call raises UnavailableError while the store is away or full."""

    async def get(self, key: str) -> bytes | None:
        """The object's bytes, None if there is none."""

    async def put(self, key: str, data: bytes) -> None:
        """Writes the object whole, or not at all."""

    async def create(self, key: str, data: bytes) -> bool:
        """Writes the object only if there is none yet; False if there was one, which is left as it is."""

    async def delete(self, key: str) -> None:
        """Deletes the object if there is one."""


class Obstore:
    """The port on obstore, which writes aside and renames."""

    def __init__(self, url: str) -> None:
        """`file:///folder` (made if absent), `s3://bucket/prefix`, or `memory:///`."""
        parsed = urlparse(url)
        if parsed.scheme == "file":
            folder = Path(unquote(parsed.path))
            folder.mkdir(parents=True, exist_ok=True)
            self._store: LocalStore | S3Store | MemoryStore = LocalStore(folder)
        elif parsed.scheme == "s3":
            self._store = S3Store.from_url(url)
        elif parsed.scheme == "memory":
            self._store = MemoryStore()
        else:
            raise ValueError(f"VIRTON_STORE_URL is {url!r}: use file:///folder or s3://bucket/prefix")

    async def get(self, key: str) -> bytes | None:
        try:
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())
        except (NotFoundError, FileNotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise UnavailableError(f"object store: cannot read {key}: {error}") from error

    async def put(self, key: str, data: bytes) -> None:
        await _available(key, obstore.put_async(self._store, key, data))

    async def create(self, key: str, data: bytes) -> bool:
        try:
            await _available(key, obstore.put_async(self._store, key, data, mode="create"))
        except AlreadyExistsError:
            return False
        return True

    async def delete(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise UnavailableError(f"object store: cannot delete {key}: {error}") from error

    @property
    def signs(self) -> bool:
        """True if there are URLs to which others may upload: with S3."""
        return isinstance(self._store, S3Store)

    async def upload_url(self, key: str, within: timedelta) -> str:
        """A URL to which the object may be PUT for so long, without further credentials. Only where the store `signs`.

        What is uploaded is not looked at: whoever reads the object compares its hash. Raises UnavailableError.
        """
        if not isinstance(self._store, S3Store):
            raise TypeError("only S3 signs URLs")
        try:
            return await obstore.sign_async(self._store, "PUT", key, within)
        except (BaseError, OSError) as error:
            raise UnavailableError(f"object store: cannot sign for {key}: {error}") from error


async def _available(key: str, written: Awaitable[_T]) -> _T:
    try:
        return await written
    except AlreadyExistsError:
        raise
    except (BaseError, OSError) as error:
        raise UnavailableError(f"object store: cannot write {key}: {error}") from error


class FakeStore:
    """In memory, for unit tests; `away = True` makes every call fail as an absent store does."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.away = False

    async def get(self, key: str) -> bytes | None:
        self._check()
        return self.objects.get(key)

    async def put(self, key: str, data: bytes) -> None:
        self._check()
        self.objects[key] = data

    async def create(self, key: str, data: bytes) -> bool:
        self._check()
        if key in self.objects:
            return False
        self.objects[key] = data
        return True

    async def delete(self, key: str) -> None:
        self._check()
        self.objects.pop(key, None)

    def _check(self) -> None:
        if self.away:
            raise UnavailableError("object store: away")
