"""A body: its shape at rest, its bones, and how it follows them (linear blend skinning)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.synthetic.body.basis import basis
from models.synthetic.geometry import Points

# anny's phenotypes, each with the positions of its variations. In the columns of `Basis.mask` the races come first,
# then these in order. https://github.com/naver/anny: age is newborn, baby, child, young, old.
_ANCHORS: Mapping[str, npt.NDArray[np.float64]] = {
    "gender": np.linspace(0.0, 1.0, 2),
    "age": np.linspace(-1 / 3, 1.0, 5),
    "muscle": np.linspace(0.0, 1.0, 3),
    "weight": np.linspace(0.0, 1.0, 3),
    "height": np.linspace(0.0, 1.0, 2),
    "proportions": np.linspace(0.0, 1.0, 2),
    "cupsize": np.linspace(0.0, 1.0, 3),
    "firmness": np.linspace(0.0, 1.0, 3),
}
_RACES = ("african", "asian", "caucasian")

Rotations = Mapping[str, npt.NDArray[np.float64]]  # bone -> (3, 3), in the axes of the world, relative to its parent


@dataclass(frozen=True, eq=False)
class Body:
    """A body at rest (A-pose): `rest` (V, 3) with the helper meshes, `heads` (B, 3), feet on z = 0."""

    rest: Points
    heads: Points

    def head(self, bone: str) -> npt.NDArray[np.float64]:
        """Where a bone begins (3,), at rest."""
        return np.asarray(self.heads[bone_index()[bone]], np.float64)


@dataclass(frozen=True, eq=False)
class PosedBody:
    """A body in a pose. `transforms` (B, 4, 4) take points at rest along with each bone; `vertices` (V, 3)."""

    body: Body
    transforms: npt.NDArray[np.float64]
    vertices: Points

    def carry(self, points: Points, weights: sparse.csr_array) -> Points:
        """`points` at rest (N, 3), which follow the bones by `weights` (N, B), in this pose."""
        flat = weights @ self.transforms.reshape(len(self.transforms), 16)
        blended = flat.reshape(-1, 4, 4)
        return np.asarray(np.einsum("nij,nj->ni", blended[:, :3, :3], points) + blended[:, :3, 3], np.float64)

    def joint(self, bone: str) -> npt.NDArray[np.float64]:
        """Where a bone begins (3,), in this pose."""
        index = bone_index()[bone]
        matrix = self.transforms[index]
        return np.asarray(matrix[:3, :3] @ self.body.heads[index] + matrix[:3, 3], np.float64)


@cache
def bone_index() -> dict[str, int]:
    """The number of each bone."""
    return {name: number for number, name in enumerate(basis().bones)}


@cache
def skin_vertices() -> npt.NDArray[np.int64]:
    """The vertices of the skin, helper meshes left out."""
    return np.asarray(np.unique(basis().parts["body"][0]), np.int64)


@cache
def skin_weights() -> sparse.csr_array:
    """How much each vertex of the base mesh follows each bone, (V, B); rows sum to 1."""
    data = basis()
    rows = np.repeat(np.arange(len(data.template)), data.bone_indices.shape[1])
    shape = (len(data.template), len(data.bones))
    return sparse.csr_array((data.bone_weights.ravel(), (rows, data.bone_indices.ravel())), shape=shape)


def body(phenotypes: Mapping[str, float]) -> Body:
    """The body of anny's `phenotypes`: gender (0 male, 1 female), age (1/3 a child, 2/3 young, 1 old), muscle, weight,
    height, proportions (0 ideal), cupsize, firmness, and shares of african, asian, caucasian; 0.5 where left out.

    Raises:
        ValueError: a phenotype is unknown.
    """
    data = basis()
    weights = shape_weights(phenotypes)
    flat = data.shapes.reshape(len(data.shapes), -1)
    rest = data.template + (weights.astype(np.float32) @ flat).reshape(-1, 3)
    heads = data.heads + np.tensordot(weights, data.head_shapes, 1)
    ground = np.array([0.0, 0.0, rest[skin_vertices(), 2].min()])
    return Body(rest - ground, heads - ground)


def posed(shape: Body, rotations: Rotations) -> PosedBody:
    """The body with its bones turned. Where it stands is not changed: see `grounded`."""
    data = basis()
    transforms = np.empty((len(data.bones), 4, 4))
    for index, name in enumerate(data.bones):
        local = np.eye(4)
        turn = rotations.get(name)
        if turn is not None:
            local[:3, :3] = turn
            local[:3, 3] = shape.heads[index] - turn @ shape.heads[index]
        parent = data.parents[index]
        transforms[index] = local if parent < 0 else transforms[parent] @ local
    return _carried(shape, transforms)


def grounded(figure: PosedBody, yaw: float = 0.0, sole: float = 0.0) -> PosedBody:
    """Turned about the vertical by `yaw` degrees (+90 turns the chest to a frontal camera's right), the lowest point of
    its skin on z = `sole` (how thick shoes are below the foot), the root above the origin."""
    angle = np.radians(yaw)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    root = figure.joint("root")
    shift = np.eye(4)
    shift[:3, 3] = -root[0], -root[1], sole - figure.vertices[skin_vertices(), 2].min()
    return _carried(figure.body, np.einsum("ij,bjk->bik", turn @ shift, figure.transforms))


def _carried(shape: Body, transforms: npt.NDArray[np.float64]) -> PosedBody:
    rough = PosedBody(shape, transforms, shape.rest)
    return PosedBody(shape, transforms, rough.carry(shape.rest, skin_weights()))


def shape_weights(phenotypes: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Weights (K,) of the shapes: a target's weight is the product of those of the variations it belongs to.

    Raises:
        ValueError: a phenotype is unknown.
    """
    known = {*_ANCHORS, *_RACES}
    unknown = set(phenotypes) - known
    if unknown:
        raise ValueError(f"unknown phenotypes {sorted(unknown)}; there are {sorted(known)}")
    variations = [_interpolated(phenotypes.get(name, 0.5), anchors) for name, anchors in _ANCHORS.items()]
    races = np.array([phenotypes.get(name, 0.5) for name in _RACES])
    values = np.concatenate([races / races.sum(), *variations])
    data = basis()
    products = np.where(data.mask > 0, values[None], 1.0).prod(1)
    return np.asarray(products @ data.projection, np.float64)


def _interpolated(value: float, anchors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Weights of the two anchors around `value`."""
    return np.array([np.interp(value, anchors, np.eye(len(anchors))[k]) for k in range(len(anchors))])
