"""Batches across partitions."""

import asyncio
from collections.abc import Sequence

import pytest

from streams.batching import Batcher


async def test_what_waits_together_shares_batches() -> None:
    """8 inputs at once with at most 4 a batch make 2 batches, and each submitter gets its own answer."""
    batches: list[list[int]] = []

    async def work(values: Sequence[int]) -> list[int | Exception]:
        batches.append(list(values))
        await asyncio.sleep(0)
        return [value * 10 for value in values]

    batcher: Batcher[int, int] = Batcher(work, most=4)
    answers = await asyncio.gather(*(batcher.submit(i) for i in range(8)))
    assert answers == [i * 10 for i in range(8)]
    assert [len(batch) for batch in batches] == [4, 4]


async def test_an_exception_in_one_place_reaches_its_submitter_alone() -> None:
    """A cancelled or broken input does not take the others of its batch with it."""

    async def work(values: Sequence[int]) -> list[int | Exception]:
        return [ValueError("odd") if value % 2 else value for value in values]

    batcher: Batcher[int, int] = Batcher(work, most=2)
    even, odd = await asyncio.gather(batcher.submit(2), batcher.submit(3), return_exceptions=True)
    assert even == 2
    assert isinstance(odd, ValueError)


async def test_a_failed_batch_fails_for_everyone_and_the_next_one_runs() -> None:
    """A model that dies as a whole is heard of by every submitter; the batcher goes on."""
    fail = True

    async def work(values: Sequence[int]) -> list[int | Exception]:
        if fail:
            raise MemoryError("out of memory")
        return list(values)

    batcher: Batcher[int, int] = Batcher(work, most=2)
    answers = await asyncio.gather(batcher.submit(1), batcher.submit(2), return_exceptions=True)
    assert [type(answer) for answer in answers] == [MemoryError, MemoryError]
    fail = False
    assert await batcher.submit(3) == 3


@pytest.mark.parametrize("answers", [[], [1], [1, 2, 3]])
async def test_a_wrong_number_of_answers_is_an_error_to_everyone(answers: list[int | Exception]) -> None:
    """A model that answers two inputs with one picture, or three: nobody gets another's, and nobody waits for ever."""

    async def work(values: Sequence[int]) -> list[int | Exception]:
        return answers

    batcher: Batcher[int, int] = Batcher(work, most=2)
    async with asyncio.timeout(5):
        told = await asyncio.gather(batcher.submit(1), batcher.submit(2), return_exceptions=True)
    assert [type(answer) for answer in told] == [ValueError, ValueError]


async def test_a_cancelled_caller_leaves_the_queue() -> None:
    """An input whose submitter was cancelled while waiting is not worked on."""
    seen: list[int] = []
    release = asyncio.Event()

    async def work(values: Sequence[int]) -> list[int | Exception]:
        seen.extend(values)
        await release.wait()
        return list(values)

    batcher: Batcher[int, int] = Batcher(work, most=1)
    first = asyncio.create_task(batcher.submit(1))
    second = asyncio.create_task(batcher.submit(2))
    await asyncio.sleep(0.01)
    second.cancel()
    release.set()
    assert await first == 1
    with pytest.raises(asyncio.CancelledError):
        await second
    assert await batcher.submit(3) == 3
    assert seen == [1, 3]
