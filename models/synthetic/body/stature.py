"""Bodies of a given height and mass: the phenotypes that have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numba
import numpy as np
import numpy.typing as npt

from models.synthetic.body.basis import basis
from models.synthetic.body.model import Body, body, shape_weights, skin_vertices
from models.synthetic.geometry import Points, Triangles

# Mean density of a body with air in its lungs, kg per cubic metre (Durnin and Womersley 1974: 1.00 to 1.08 without).
DENSITY = 1010.0
# anny's heights run from 1.22 to 2.45 m: its middle is what few people reach, its ends are nobody.
_TALLEST = 0.75
# anny's women are slight: at a weight of 0.5 theirs is a BMI of 20, and what lacks to people's 24 would all be fat. So
# their bones are made wider as well. Men's are, too, by less: 23 is what they have.
_FRAME = {"female": 1.055, "male": 1.015}
# Where no phenotype is as heavy or light, the body is made wider or narrower within these ends: to the eye the same.
_GIRTH = (0.92, 1.12)


@dataclass(frozen=True)
class Shape:
    """Phenotypes and what the body is stretched by, sideways and upwards."""

    phenotypes: tuple[tuple[str, float], ...]
    girth: float = 1.0
    stretch: float = 1.0


def build(shape: Shape) -> Body:
    """The body of a shape."""
    plain = body(dict(shape.phenotypes))
    scale = np.array([shape.girth, shape.girth, shape.stretch])
    return Body(plain.rest * scale, plain.heads * scale)


def height(rest: Points) -> float:
    """From sole to crown, metres, of a base mesh at rest (V, 3)."""
    z = rest[_ends(), 2]
    return float(z.max() - z.min())


def mass(rest: Points) -> float:
    """Kilograms of a base mesh (V, 3): its skin is closed, so its volume is a sum over tetrahedra to the origin."""
    return float(_volume(rest, basis().parts["body"][0])) * DENSITY


def solve(metres: float, kilograms: float, phenotypes: Mapping[str, float]) -> Shape:
    """The shape as tall and heavy as wanted; `phenotypes` say the rest. Muscle is given up where fat alone, or its
    absence, does not reach; then girth. The girth has an end: such a mass is missed."""
    found = dict(phenotypes) | {"weight": 0.5}
    _fit_height(found, metres)
    frame = _FRAME["female" if found.get("gender", 0.5) > 0.5 else "male"]
    rest = _fit_mass(found, metres, kilograms / frame**2)
    stretch = metres / height(rest)
    girth = float(np.clip(np.sqrt(kilograms / (mass(rest) * stretch)), *_GIRTH))
    return Shape(tuple(sorted(found.items())), girth, stretch)


def _fit_height(found: dict[str, float], metres: float) -> None:
    """Sets the phenotype `height`: heights are linear in it."""
    ends = []
    for value in (0.0, 1.0):
        found["height"] = value
        ends.append(_height_of(found))
    found["height"] = float(np.clip((metres - ends[0]) / (ends[1] - ends[0]), 0.0, _TALLEST))


def _fit_mass(found: dict[str, float], metres: float, kilograms: float) -> Points:
    """Sets the phenotypes `weight` and, if need be, `muscle`; returns the base mesh at rest (V, 3).

    The way from the lightest to the heaviest body: fat grows, and at both ends muscle is given up (without it bodies
    are lightest or fattest). Between two anchors of a phenotype the mesh is linear in it, so between two nodes of the
    way only a mean has to be measured.
    """
    muscle = found["muscle"]
    lower = (0.5, 0.0) if muscle > 0.5 else (0.0,)
    way = [(0.0, less) for less in reversed(lower)] + [(fat, muscle) for fat in (0.0, 0.5, 1.0)]
    way += [(1.0, less) for less in lower]
    meshes: dict[int, Points] = {}

    def weigh(node: int) -> float:
        if node not in meshes:
            meshes[node] = body(found | dict(zip(("weight", "muscle"), way[node], strict=True))).rest
        return _at_height(meshes[node], metres)

    high = way.index((0.5, muscle))
    while high + 1 < len(way) and weigh(high) < kilograms:
        high += 1
    while high > 1 and weigh(high - 1) > kilograms:
        high -= 1
    weigh(high), weigh(high - 1)
    share = _share(meshes[high - 1], meshes[high], metres, kilograms)
    for place, name in enumerate(("weight", "muscle")):
        found[name] = way[high - 1][place] + share * (way[high][place] - way[high - 1][place])
    return (1 - share) * meshes[high - 1] + share * meshes[high]


def _at_height(rest: Points, metres: float) -> float:
    """The mass of a mesh that is stretched to a height."""
    return mass(rest) * metres / height(rest)


def _share(light: Points, heavy: Points, metres: float, kilograms: float) -> float:
    """How much of `heavy` makes the mean as heavy as wanted (regula falsi); 0 or 1 where neither does."""
    a, b = _at_height(light, metres) - kilograms, _at_height(heavy, metres) - kilograms
    if a * b > 0:
        return 0.0 if abs(a) < abs(b) else 1.0
    low, high, share = 0.0, 1.0, 0.5
    for _ in range(3):
        share = (low * b - high * a) / (b - a)
        value = _at_height((1 - share) * light + share * heavy, metres) - kilograms
        if value > 0:
            high, b = share, value
        else:
            low, a = share, value
    return share


def _height_of(phenotypes: Mapping[str, float]) -> float:
    data = basis()
    weights = shape_weights(phenotypes)
    z = data.template[_ends(), 2] + weights @ _end_shapes()
    return float(z.max() - z.min())


@cache
def _ends() -> npt.NDArray[np.int32]:
    """Vertices of the skin among which the highest and the lowest are: of the soles and the crown."""
    skin = skin_vertices()
    z = basis().template[skin, 2]
    return np.asarray(skin[(z < z.min() + 0.04) | (z > z.max() - 0.04)], np.int32)


@cache
def _end_shapes() -> npt.NDArray[np.float64]:
    return np.asarray(basis().shapes[:, _ends(), 2], np.float64)


@numba.njit(cache=True)
def _volume(vertices: Points, triangles: Triangles) -> float:
    total = 0.0
    for t in range(triangles.shape[0]):
        a, b, c = vertices[triangles[t, 0]], vertices[triangles[t, 1]], vertices[triangles[t, 2]]
        total += a[0] * (b[1] * c[2] - b[2] * c[1])
        total += a[1] * (b[2] * c[0] - b[0] * c[2])
        total += a[2] * (b[0] * c[1] - b[1] * c[0])
    return total / 6.0
