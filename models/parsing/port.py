"""The port of human parsing: what every pixel of a person is."""

from typing import Protocol

import numpy as np

from models.parsing.lip import Lip
from models.pose.port import Person
from models.tryon.port import Labels, Rgb


class HumanParser(Protocol):
    """Labels one person. `version` is part of the key under which its answers are kept: another model, another name.
    Not called from two threads at once."""

    version: str

    def parse(self, rgb: Rgb, person: Person) -> Labels:
        """LIP's class (`lip.Lip`) of every pixel of the photo `rgb` (H, W, 3): uint8 (H, W), 0 outside the person."""


class FakeHumanParser:
    """Calls everything that the person's mask covers upper clothes, and counts its calls."""

    version = "fake-1"

    def __init__(self) -> None:
        self.calls = 0

    def parse(self, rgb: Rgb, person: Person) -> Labels:
        """Upper clothes inside the mask, (H, W)."""
        self.calls += 1
        return np.where(person.mask >= 0.5, np.uint8(Lip.UPPER_CLOTHES), np.uint8(Lip.BACKGROUND))
