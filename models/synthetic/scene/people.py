"""Where other people stand. They are seen in the picture and in the mask of others, never in labels, parts or
keypoints: those are the main person's, who is number 1."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.synthetic.geometry import rotation
from models.synthetic.surface import Surface

FIRST_OTHER = 2


@dataclass(frozen=True)
class Stand:
    """Where somebody stands (metres) and how far they are turned (degrees; 0 faces a frontal camera)."""

    x: float
    y: float
    yaw: float


def placed_person(surfaces: Sequence[Surface], stand: Stand, number: int) -> list[Surface]:
    """A figure made at the origin, facing the camera, put where `stand` says as person `number` (2 and up)."""
    turn, offset = rotation("z", stand.yaw).T, np.array([stand.x, stand.y, 0.0])
    return [
        replace(
            surface,
            vertices=surface.vertices @ turn + offset,
            normals=None if surface.normals is None else surface.normals @ turn,
            person=number,
        )
        for surface in surfaces
    ]


def beside(rng: np.random.Generator, side: float) -> Stand:
    """A companion who poses, too, at the picture's left (`side` -1) or right (1): close, as people are who want to be
    in one upright picture, and half a step back, so that shoulders overlap in the picture only."""
    x, y = float(rng.uniform(0.4, 0.62)), float(rng.uniform(0.28, 0.5))
    return Stand(side * x, y, side * float(rng.normal(-8, 12)))


def passing(rng: np.random.Generator, depth: float, side: float) -> Stand:
    """Somebody behind, turned anyhow, at most at y = `depth`."""
    y = float(rng.uniform(min(0.9, depth), max(depth, 0.95)))
    return Stand(side * float(rng.uniform(0.5, 0.9 + 0.25 * y)), y, float(rng.uniform(-180, 180)))


def bystanders(rng: np.random.Generator, count: int, depth: float = 0.8) -> list[Stand]:
    """Places for `count` others: the first beside the main person in two of three photos, the rest behind; where there
    is no room behind (`depth` of the backdrop), beside.

    At most two have room beside, so that with little depth fewer may come back.
    """
    side = float(rng.choice([-1.0, 1.0]))
    places: list[Stand] = []
    left = [side, -side]
    for number in range(count):
        behind = depth >= 0.9 and (number > 0 or rng.random() < 1 / 3)
        if behind:
            places.append(passing(rng, depth, side * (-1.0) ** number))
        elif left:
            places.append(beside(rng, left.pop(0)))
    return places
