"""Renders the tuples of a group one after the other, and counts where the time goes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from models.synthetic.tuples.columns import row_of
from models.synthetic.tuples.compose import Studio
from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.recipe import group_of, recipe
from models.synthetic.tuples.workers import Painted, Painter, failed


class Stages:
    """CPU seconds by stage."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Counts what is done inside for `stage`; stages may not lie in one another."""
        started = time.process_time()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + time.process_time() - started

    def taken(self) -> dict[str, float]:
        """What was counted since the last call."""
        seconds, self._seconds = self._seconds, {}
        return seconds


def make_painter(plan: Plan) -> Painter:
    """What renders `plan`; for `workers.painted`."""
    stages = Stages()

    def paint(group: range) -> Iterator[Painted]:
        studio = Studio(plan, group_of(plan, plan.group(group.start)), stages)
        for index in group:
            try:
                tuple_ = studio.render(recipe(plan, index))
                with stages("encode"):
                    row = row_of(tuple_)
            except Exception as error:  # noqa: BLE001 - whatever went wrong with one tuple must not lose the others
                yield failed(index, error)
            else:
                yield Painted(index, row, seconds=stages.taken())

    return paint
