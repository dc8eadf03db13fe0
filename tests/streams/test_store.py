"""The object store's port, on a real folder and on its fake alike."""

import asyncio
from pathlib import Path

import pytest

from schemas.errors import UnavailableError
from streams.store import FakeStore, ObjectStore, Obstore


@pytest.fixture(params=["folder", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """The fake must behave as the real one, or unit tests prove nothing."""
    return Obstore(tmp_path.as_uri()) if request.param == "folder" else FakeStore()


async def test_what_was_put_is_read_back(store: ObjectStore) -> None:
    """An object's bytes come back as they were; a second put replaces them whole."""
    await store.put("shops/s/a.png", b"one")
    await store.put("shops/s/a.png", b"two")
    assert await store.get("shops/s/a.png") == b"two"


async def test_an_absent_object_is_none(store: ObjectStore) -> None:
    """No object is an answer, not an error."""
    assert await store.get("shops/s/absent.png") is None


async def test_only_the_first_create_wins(store: ObjectStore) -> None:
    """Of twenty concurrent creates of one key exactly one succeeds, and its bytes are the ones that stand."""
    won = await asyncio.gather(*(store.create("shops/s/result.json", str(i).encode()) for i in range(20)))
    assert sum(won) == 1
    assert await store.get("shops/s/result.json") == str(won.index(True)).encode()


async def test_deleting_is_idempotent(store: ObjectStore) -> None:
    """Deleting what is gone already is no error: a redelivery may do it again."""
    await store.put("a", b"x")
    await store.delete("a")
    await store.delete("a")
    assert await store.get("a") is None


async def test_a_folder_that_cannot_be_written_is_an_absent_store(tmp_path: Path) -> None:
    """Where the store's folder has become a file, writing says UnavailableError: the event waits, and is not lost."""
    folder = tmp_path / "objects"
    store = Obstore(folder.as_uri())
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(UnavailableError, match=r"cannot write shops/s/a\.png"):
        await store.put("shops/s/a.png", b"x")


def test_an_unknown_scheme_says_what_to_use() -> None:
    """A mistyped VIRTON_STORE_URL is refused when the part starts, with the forms that work."""
    with pytest.raises(ValueError, match="use file:///folder or s3://bucket/prefix"):
        Obstore("ftp://host/folder")
