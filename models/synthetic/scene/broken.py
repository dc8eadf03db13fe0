"""Files that no decoder can read: what `unreadable_image` is about."""

from enum import StrEnum

import numpy as np


class Damage(StrEnum):
    """What happened to a file."""

    TRUNCATED = "truncated"  # an upload that broke off within the header
    GARBLED = "garbled"  # right signature, noise behind it
    OTHER = "other"  # a text named .jpg
    EMPTY = "empty"


def broken(data: bytes, damage: Damage, rng: np.random.Generator) -> bytes:
    """What is left of the image file `data`."""
    if damage is Damage.TRUNCATED:
        return data[: int(rng.integers(8, 40))]
    if damage is Damage.GARBLED:
        return data[:4] + rng.bytes(int(rng.integers(400, 4000)))
    return b"" if damage is Damage.EMPTY else b"<html><body>404 Not Found</body></html>\n"
