"""Files that are created once: by one of many, whole or not at all."""

import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from schemas.errors import UnavailableError
from streams.files import BucketFiles, Files, LocalFiles, open_files

Opened = Callable[[], Files]


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """The port on a folder, and on obstore, which is S3's too."""
    return LocalFiles(tmp_path) if request.param == "folder" else BucketFiles(MemoryStore())


def test_a_name_is_taken_once(files: Files) -> None:
    """The second create is refused and leaves the first file as it is."""
    assert files.create("a/1", b"first")
    assert not files.create("a/1", b"second")
    assert files.read("a/1") == b"first"
    assert files.read("a/2") is None


def test_names_are_those_below_the_folder_in_order(files: Files) -> None:
    """Names of another folder, even of one whose name begins alike, are not listed."""
    for name in ("a/2", "a/1", "ab/3", "b/a/4"):
        files.create(name, b"")
    assert files.names("a/") == ["a/1", "a/2"]
    assert files.names("none/") == []


def test_of_many_at_once_one_creates(files: Files) -> None:
    """Sixteen threads want the same name: one gets it, and its bytes are what is read."""
    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(lambda i: files.create("a/1", b"%d" % i), range(16)))
    assert won.count(True) == 1
    assert files.read("a/1") == b"%d" % won.index(True)


def test_nothing_is_left_of_a_refused_file(tmp_path: Path) -> None:
    """What was written aside is removed, whether the name was free or not."""
    files = LocalFiles(tmp_path)
    files.create("a/1", b"first")
    files.create("a/1", b"second")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["1"]


def test_a_full_disk_leaves_the_name_free(tmp_path: Path) -> None:
    """With RLIMIT_FSIZE in the way the create fails as unavailable; with room again it succeeds."""
    files = LocalFiles(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(UnavailableError, match="a/1"):
            files.create("a/1", b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files.read("a/1") is None
    assert files.names("a/") == []
    assert files.create("a/1", b"x" * 2000)


def test_what_a_killed_writer_left_is_removed_when_it_is_old(tmp_path: Path) -> None:
    """A file aside of an hour ago has no writer any more; one of now may have."""
    old, new = tmp_path / "a" / ".old.tmp", tmp_path / "a" / ".new.tmp"
    for path in (old, new):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    files = LocalFiles(tmp_path)
    assert files.names("a/") == []
    assert not old.exists()
    assert new.exists()


def test_a_file_is_synced_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut cannot leave a name without its bytes: fsync comes before the link, and the folder's after it."""
    calls: list[str] = []
    sync, link = os.fsync, Path.hardlink_to

    def synced(descriptor: int) -> None:
        calls.append("sync")
        sync(descriptor)

    def linked(self: Path, target: Path) -> None:
        calls.append("link")
        link(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "hardlink_to", linked)
    (tmp_path / "a").mkdir()
    LocalFiles(tmp_path).create("a/1", b"x")
    assert calls == ["sync", "link", "sync"]


def test_a_place_that_is_no_folder_is_unavailable(tmp_path: Path) -> None:
    """A file where the folder should be stops the writer with a reason, not with a success."""
    (tmp_path / "a").write_text("")
    with pytest.raises(UnavailableError, match="a/1"):
        open_files(tmp_path).create("a/1", b"x")
