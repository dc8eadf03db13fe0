"""Painters that render nothing: what shards, workers and the command's run are tested with."""

import os
from collections.abc import Iterator

import numpy as np

from models.synthetic.tuples.columns import row_of
from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.record import NOWHERE, PRODUCTS, Product, Sight, Tuple
from models.synthetic.tuples.workers import Painted, Painter, failed
from schemas.findings import FindingCode


def noise_tuple(plan: Plan, index: int) -> Tuple:
    """A tuple of random maps and smooth pictures."""
    rng = plan.rng("noise", index)
    size = (plan.height, plan.width)

    def noise(dtype: type[np.uint8 | np.uint16 | np.int8], *channels: int) -> np.ndarray[tuple[int, ...], np.dtype]:
        limits = np.iinfo(dtype)
        return rng.integers(limits.min, limits.max, (*size, *channels), dtype, endpoint=True)

    def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        across = np.linspace(0, 255, plan.width)[None, :, None]
        return np.broadcast_to(across * rng.random(3), (*size, 3)).astype(np.uint8)

    def sight() -> Sight:
        return Sight(
            picture(),
            noise(np.uint8),
            noise(np.uint8),
            rng.uniform(0, 9, size).astype(np.float16),
            noise(np.int8, 3),
            noise(np.uint8),
            noise(np.uint16, 2),
        )

    def flow() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        inside = rng.random((*size, 1)) < 0.5
        return np.where(inside, rng.uniform(0, 500, (*size, 2)), NOWHERE).astype(np.float32)

    return Tuple(
        index=index,
        facts={"split": "train", "bodies": [f"b{index}"], "garments": ["tee/1"], "cloths": []},
        a=sight(),
        b=sight(),
        iuv=noise(np.uint8, 3),
        keypoints=rng.uniform(0, 99, (33, 3)).astype(np.float32),
        agnostic=noise(np.uint8),
        products={name: Product(picture(), noise(np.uint8)) for name in PRODUCTS[: 2 + index % 4]},
        flow_front=flow(),
        flow_back=flow(),
        yaw=12.5,
        must=frozenset({FindingCode.SEATED}),
        may=frozenset(),
    )


class Noise:
    """Paints noise; tuple 3 raises if `trouble` says so, or ends the process, or all of them do."""

    def __init__(self, plan: Plan, trouble: str = "") -> None:
        self._plan, self._trouble = plan, trouble

    def __call__(self, group: range) -> Iterator[Painted]:
        for index in group:
            if (self._trouble == "dies" and index == 3) or self._trouble == "all die":
                os._exit(9)
            if self._trouble == "raises" and index == 3:
                yield failed(index, _hole())
            else:
                yield Painted(index, row_of(noise_tuple(self._plan, index)), seconds={"noise": 0.5})


def _hole() -> ValueError:
    try:
        return ValueError(f"a hole in the hem: {1 // 0}")
    except ZeroDivisionError as error:
        return ValueError("a hole in the hem").with_traceback(error.__traceback__)


def noise(plan: Plan) -> Painter:
    """Nothing goes wrong."""
    return Noise(plan)


def raising(plan: Plan) -> Painter:
    """Tuple 3 raises."""
    return Noise(plan, "raises")


def dying(plan: Plan) -> Painter:
    """Tuple 3 ends the process that paints it."""
    return Noise(plan, "dies")


def hopeless(plan: Plan) -> Painter:
    """Every tuple does."""
    return Noise(plan, "all die")
