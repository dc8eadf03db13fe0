"""Batches across partitions: each partition's task submits its own event and awaits its own answer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Input = TypeVar("Input")
Output = TypeVar("Output")


@dataclass(eq=False)
class _Waiting(Generic[Input, Output]):
    value: Input
    answer: "asyncio.Future[Output]"


class Batcher(Generic[Input, Output]):
    """Runs `work` on up to `most` inputs at a time, one batch after another; what waits meanwhile is the next batch."""

    def __init__(self, work: Callable[[Sequence[Input]], Awaitable[Sequence[Output | Exception]]], most: int) -> None:
        """`work` answers each input in order; an exception in an input's place is raised to its submitter alone."""
        self._work = work
        self._most = most
        self._waiting: list[_Waiting[Input, Output]] = []
        self._runner: asyncio.Task[None] | None = None

    async def submit(self, value: Input) -> Output:
        """The answer for one input. Cancelling the caller takes an input that still waits out of the queue."""
        waiting = _Waiting[Input, Output](value, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="batcher")
        return await waiting.answer

    async def _run(self) -> None:
        while self._waiting:
            # One turn of the loop, so that events which arrived together share the batch.
            await asyncio.sleep(0)
            wanted = [waiting for waiting in self._waiting if not waiting.answer.done()]
            batch, self._waiting = wanted[: self._most], wanted[self._most :]
            if batch:
                await self._answer(batch)

    async def _answer(self, batch: list[_Waiting[Input, Output]]) -> None:
        answers: Sequence[Output | Exception]
        try:
            answers = await self._work([waiting.value for waiting in batch])
        except Exception as error:  # noqa: BLE001 - whatever it is, every submitter of the batch must hear of it
            answers = [error] * len(batch)
        if len(answers) != len(batch):
            wrong = ValueError(f"{len(answers)} answers to {len(batch)} inputs: nobody knows whose they are")
            answers = [wrong] * len(batch)
        for waiting, answer in zip(batch, answers, strict=True):
            if waiting.answer.done():
                continue
            if isinstance(answer, Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)
