"""Things that shops sell and nobody wears: a mug, a box, a ball, a vase. For photos in which there is no garment."""

import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.synthetic.prints.palette import sample_palette
from models.synthetic.surface import Layer, Material, Surface, labelled

_AROUND = 64  # a turned thing's sides


def thing(rng: np.random.Generator) -> Surface:
    """A thing of some 10 to 30 cm, standing at the origin."""
    kind = str(rng.choice(["mug", "box", "ball", "vase"]))
    if kind == "box":
        return _box(rng)
    profiles = {
        "mug": [(0.0, 0.0), (0.037, 0.0), (0.040, 0.004), (0.041, 0.05), (0.041, 0.095), (0.038, 0.095), (0.037, 0.01)],
        "vase": [
            (0.0, 0.0),
            (0.05, 0.0),
            (0.075, 0.06),
            (0.08, 0.11),
            (0.05, 0.19),
            (0.03, 0.23),
            (0.042, 0.26),
            (0.038, 0.26),
        ],
        "ball": [(0.11 * np.sin(t), 0.11 - 0.11 * np.cos(t)) for t in np.linspace(0, np.pi, 24)],
    }
    return _turned(kind, np.array(profiles[kind], float), rng)


def _turned(kind: str, profile: npt.NDArray[np.float64], rng: np.random.Generator) -> Surface:
    """A profile (radius, height) turned about the vertical."""
    angle = np.linspace(0, 2 * np.pi, _AROUND, endpoint=False)
    rings = [np.stack([r * np.cos(angle), r * np.sin(angle), np.full(_AROUND, z)], 1) for r, z in profile]
    vertices = np.concatenate(rings)
    triangles = []
    for ring in range(len(profile) - 1):
        a = ring * _AROUND + np.arange(_AROUND)
        b = ring * _AROUND + (np.arange(_AROUND) + 1) % _AROUND
        triangles += [np.stack([a, b, b + _AROUND], 1), np.stack([a, b + _AROUND, a + _AROUND], 1)]
    return _surface(kind, vertices, np.concatenate(triangles).astype(np.int32), Material.GLOSSY, rng)


def _box(rng: np.random.Generator) -> Surface:
    """A shoe box, a corner to the front."""
    wide, deep, high = rng.uniform(0.28, 0.34), rng.uniform(0.18, 0.22), rng.uniform(0.10, 0.13)
    turn = rng.uniform(0.3, 0.9)
    corners = np.array([(x, y) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]) * (wide / 2, deep / 2)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    floor = corners @ matrix.T
    # Every face has corners of its own, so that edges are sharp.
    quads = [
        [(*floor[k], 0.0), (*floor[(k + 1) % 4], 0.0), (*floor[(k + 1) % 4], high), (*floor[k], high)] for k in range(4)
    ]
    quads.append([(*point, high) for point in floor])
    vertices = np.array(quads, float).reshape(-1, 3)
    first = 4 * np.arange(len(quads), dtype=np.int32)[:, None]
    triangles = np.concatenate([first + np.array([0, 1, 2]), first + np.array([0, 2, 3])]).astype(np.int32)
    return _surface("box", vertices, triangles, Material.MATTE, rng)


def _surface(
    name: str,
    vertices: npt.NDArray[np.float64],
    triangles: npt.NDArray[np.int32],
    material: Material,
    rng: np.random.Generator,
) -> Surface:
    labels, layers = labelled(len(triangles), Lip.BACKGROUND, Layer.BACKDROP)
    texture = np.full((8, 8, 3), sample_palette(rng, 0, neutral=0.4).ground, np.uint8)
    uv = np.full((len(vertices), 2), 0.5)
    return Surface(name, vertices, triangles, uv, triangles, texture, labels, layers, material)
