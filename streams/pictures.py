"""Pictures in the object store: fetched, checked against their reference, decoded and written, off the event loop."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from models.photo.decode import Photo
from models.photo.encode import decode_png, encode_png
from schemas.errors import InvalidObject
from schemas.objects import ObjectRef
from streams.store import ObjectStore

T = TypeVar("T")
Plane = npt.NDArray[np.uint8]  # (H, W) or (H, W, 3)


class Pictures:
    """Reads and writes pictures of the object store."""

    def __init__(self, store: ObjectStore, decode: Callable[[bytes], Photo], executor: Executor) -> None:
        """`decode` and PNG work run on `executor`, as everything does that would hold up the event loop."""
        self.store = store
        self._decode = decode
        self._executor = executor

    async def off_loop(self, work: Callable[[], T]) -> T:
        """Runs `work` on the executor."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def photo(self, ref: ObjectRef, what: str) -> Photo:
        """The decoded picture of a reference that came from outside.

        Raises:
            InvalidObject: it is missing, or its bytes are not those that the reference names.
            UnreadableImage: it cannot be decoded.
        """
        data = await self.store.get(ref.key)
        if data is None:
            raise InvalidObject(f"The {what} is not in the store. Upload it before asking for a try-on.")
        if hashlib.sha256(data).hexdigest() != ref.sha256:
            raise InvalidObject(f"The {what}'s SHA-256 is not that of the stored object. Upload it again.")
        return await self.off_loop(partial(self._decode, data))

    async def plane(self, ref: ObjectRef) -> Plane:
        """The pixels of a PNG that a stage wrote: labels, IUV or a mask."""
        data = await self.store.get(ref.key)
        if data is None:
            raise InvalidObject(f"{ref.key} is gone: the shopper was erased, or the analysis removed, meanwhile.")
        return await self.off_loop(partial(decode_png, data))

    async def write(self, key: str, pixels: Plane) -> ObjectRef:
        """Writes a PNG over whatever is there: for what any worker would compute alike."""
        data = await self.off_loop(partial(encode_png, pixels))
        await self.store.put(key, data)
        return _reference(key, data, pixels)

    async def write_once(self, key: str, pixels: Plane) -> ObjectRef:
        """Writes a PNG unless there is one already, and refers to the one that stands: two workers on one try-on (a
        rebalance during generation) then agree on every picture that a result can name."""
        data = await self.off_loop(partial(encode_png, pixels))
        if not await self.store.create(key, data):
            data = await self.store.get(key) or data
        return _reference(key, data, pixels)


def _reference(key: str, data: bytes, pixels: Plane) -> ObjectRef:
    height, width = pixels.shape[:2]
    digest = hashlib.sha256(data).hexdigest()
    return ObjectRef(key=key, sha256=digest, media_type="image/png", width=width, height=height)
