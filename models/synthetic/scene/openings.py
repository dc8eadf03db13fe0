"""Doors, windows and what hangs before them; like furniture, they stand before a wall at y = 0 and face -y."""

import numpy as np

from models.synthetic.scene.furniture import Piece
from models.synthetic.scene.shapes import Mesh, box, joined, lattice, plate
from models.synthetic.scene.textures import things
from models.synthetic.scene.textures.tile import pick
from models.synthetic.surface import Material, Surface


def door(rng: np.random.Generator) -> Piece:
    """A leaf in its frame, with panels and a handle."""
    width, height, frame = 0.86, 2.03, 0.08
    x = width / 2
    edge = [
        box((-x - frame, -0.03, 0), (-x, 0, height + frame)),
        box((x, -0.03, 0), (x + frame, 0, height + frame)),
        box((-x, -0.03, height), (x, 0, height + frame)),
    ]
    leaf = [box((-x, -0.012, 0.008), (x, 0, height))]
    panels = [(0.2, 0.9), (1.1, 1.85)] if rng.random() < 0.6 else [(0.25, 1.85)]
    for low, high in panels if rng.random() < 0.7 else []:
        for left, right in ((-x + 0.12, -0.04), (0.04, x - 0.12)):
            leaf.append(box((left, -0.02, low), (right, 0, high)))
            leaf.append(box((left + 0.03, -0.026, low + 0.03), (right - 0.03, 0, high - 0.03)))
    side = float(rng.choice([-1, 1])) * (x - 0.07)
    handle = joined(
        [
            box((side - 0.02, -0.03, 0.95), (side + 0.02, -0.012, 1.15)),
            box((side - 0.1, -0.07, 1.04), (side + 0.01, -0.05, 1.06)),
        ]
    )
    wood = rng.random() < 0.35
    cover = things.veneer(rng) if wood else things.solid(pick(rng, "f3f1ec e9e6df d8d5cd 5d6a70 8d9a86"), 0.012, rng)
    surfaces = (
        joined([*edge, *leaf]).surface("door", cover),
        handle.surface("handle", things.solid(pick(rng, "b9b9b7 2a2a2a c9a860")), Material.GLOSSY),
    )
    return Piece(width + 2 * frame, 0.07, surfaces)


def window(rng: np.random.Generator, *, curtains: bool | None = None) -> Piece:
    """Panes with the day behind them, a sill, curtains at its sides or before it."""
    width, low, high = rng.uniform(0.9, 1.8), rng.uniform(0.75, 0.95), rng.uniform(2.0, 2.25)
    x, bar, panes = width / 2, 0.05, int(rng.integers(1, 4))
    frame = [
        box((-x - bar, -0.04, low - bar), (x + bar, 0, low)),
        box((-x - bar, -0.04, high), (x + bar, 0, high + bar)),
    ]
    frame += [box((at - bar / 2, -0.04, low), (at + bar / 2, 0, high)) for at in np.linspace(-x, x, panes + 1)]
    if rng.random() < 0.5:
        frame.append(box((-x, -0.035, (low * 0.35 + high * 0.65)), (x, 0, (low * 0.35 + high * 0.65) + 0.035)))
    frame.append(box((-x - 0.1, -0.07, low - bar - 0.03), (x + 0.1, 0, low - bar)))
    glass = plate((-x, -0.008, low), (width, 0, 0), (0, 0, high - low))
    surfaces: list[Surface] = [
        joined(frame).surface("window frame", things.solid(pick(rng, "f4f3ef f4f3ef 3a3a3a 8a6642"))),
        glass.surface("window", things.outside(rng), tags=("backdrop", "emitter")),
    ]
    if curtains or (curtains is None and rng.random() < 0.7):
        surfaces += _curtains(rng, x)
        width += 0.6
    return Piece(width + 0.2, 0.2, tuple(surfaces))


def _curtains(rng: np.random.Generator, x: float) -> list[Surface]:
    cloth, top = things.fabric(rng, pick(rng, "f1eee6 e4ddd0 b9ac98 8f9499 5f6b58 a67f6b 3f4a57 c9b9b4")), 2.35
    bottom = float(rng.choice([0.04, 0.6]))
    wide = rng.uniform(0.3, 0.5)
    sides = [hanging(rng, at, at + wide, bottom, top) for at in (-x - 0.25, x + 0.25 - wide)]
    rod = box((-x - 0.4, -0.13, top), (x + 0.4, -0.11, top + 0.02))
    return [
        joined(sides).surface("curtain", cloth, Material.CLOTH),
        rod.surface("rod", things.solid(pick(rng, "2a2a2a b9b9b7 8a6642")), Material.GLOSSY),
    ]


def hanging(rng: np.random.Generator, left: float, right: float, low: float, high: float) -> Mesh:
    """Cloth gathered in folds that widen downwards."""
    columns, folds = 60, max(3, int((right - left) / 0.09))
    t, s = np.meshgrid(np.linspace(0, 1, 8), np.linspace(0, 1, columns), indexing="ij")
    phase = 2 * np.pi * folds * (s + 0.01 * np.sin(9 * s + rng.uniform(0, 6))) + rng.uniform(0, 6)
    depth = (0.02 + 0.02 * (1 - t)) * np.sin(phase) * (1 + 0.3 * np.sin(5 * s + rng.uniform(0, 6)))
    points = np.stack([left + (right - left) * s, -0.12 + depth, low + (high - low) * t], -1)
    return lattice(points, np.stack([s * (right - left) * 3, t * (high - low) * 1.5], -1))
