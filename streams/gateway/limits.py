"""How much the gateway takes on at once. Beyond it, a request is told to come back before its body is read."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from streams.gateway.problems import Code, Problem, retry_after

# Files in the largest request, `POST /v1/tryons`: a photo, two garments, two backs.
MOST_FILES = 5
# Requests whose pictures are in memory hold up to this much together: with two children that decode (up to 0.9 GB
# each, for 24 megapixels with transparency, turned) and four networks (0.5 GB) a gateway stays within 3 GB.
UPLOADS_BYTES = 800_000_000
# Bodies that are being received wait on disk, but for the first megabyte of each file: 64 requests of five files keep
# 320 MB in memory and 6.4 GB on disk. A phone needs 12 s for its 3 MB, so 64 are five uploads a second.
RECEIVING = 64
# One photo is checked at a time, in about half a second on two cores: the last of these waits three seconds.
CHECKING = 6
BUSY_RETRY_S = 3


class Places:
    """So many at once, and nobody waits."""

    def __init__(self, most: int) -> None:
        self._free = most

    @contextmanager
    def one(self) -> Iterator[None]:
        """Holds a place. Raises Problem (503) where none is free."""
        if self._free <= 0:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                Code.BUSY,
                "Many people are sending pictures right now. Try again in a few seconds.",
                headers=retry_after(BUSY_RETRY_S),
            )
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


@dataclass(frozen=True)
class Limits:
    """Places for bodies that are received, for photos that are checked, and for requests with pictures in memory."""

    receiving: Places
    checking: Places
    memory: asyncio.Semaphore

    @classmethod
    def of(cls, max_upload_bytes: int) -> Self:
        """The limits where a picture may have so many bytes."""
        held = max(1, UPLOADS_BYTES // (MOST_FILES * max_upload_bytes))
        return cls(Places(RECEIVING), Places(CHECKING), asyncio.Semaphore(held))
