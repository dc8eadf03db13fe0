"""Turning bones to where they are wanted: kinematics of the rig, forwards and inverse."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.synthetic.body.basis import basis
from models.synthetic.body.model import Body, bone_index

Matrix = npt.NDArray[np.float64]  # (3, 3) or (4, 4)
Vec = npt.NDArray[np.float64]  # (3,)


def unit(vector: Sequence[float] | Vec) -> Vec:
    """The direction of a vector that is not zero."""
    array = np.asarray(vector, np.float64)
    return np.asarray(array / max(float(np.sqrt(array @ array)), 1e-12), np.float64)


def cross(a: Vec, b: Vec) -> Vec:
    """The cross product; numpy's is slow for single vectors."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def turn(axis: Vec, radians: float) -> Matrix:
    """The rotation about a unit `axis` (Rodrigues)."""
    x, y, z = axis
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.asarray(np.eye(3) + np.sin(radians) * skew + (1 - np.cos(radians)) * skew @ skew, np.float64)


def frame(first: Vec, second: Vec) -> Matrix:
    """Columns: `first`, `second` made perpendicular to it, and their cross product."""
    x = unit(first)
    y = unit(second - x * float(second @ x))
    return np.stack([x, y, cross(x, y)], 1)


def shortest(start: Vec, end: Vec) -> Matrix:
    """The smallest rotation that takes direction `start` to `end`."""
    a, b = unit(start), unit(end)
    axis = cross(a, b)
    sine, cosine = float(np.sqrt(axis @ axis)), float(a @ b)
    if sine < 1e-9:
        return np.eye(3)
    return turn(axis / sine, float(np.arctan2(sine, cosine)))


def twist_about(rotation: Matrix, axis: Vec) -> float:
    """How far (radians) a rotation turns about `axis` (swing-twist decomposition)."""
    swung = rotation @ axis
    rest = shortest(swung, axis) @ rotation
    side = unit(cross(axis, np.array([0.0, 0.0, 1.0]) if abs(axis[2]) < 0.9 else np.array([1.0, 0.0, 0.0])))
    turned = rest @ side
    return float(np.arctan2(cross(side, turned) @ axis, side @ turned))


class Rig:
    """The bones of one body while it is being posed. Rotations are in the axes of the world at rest."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.turns: dict[str, Matrix] = {}
        self._bones = basis().bones
        self._parents = basis().parents
        self._index = bone_index()
        self._known: dict[int, tuple[Matrix, Vec]] = {}

    def rest(self, bone: str) -> Vec:
        """Where a bone begins at rest."""
        return np.asarray(self.body.heads[self._index[bone]], np.float64)

    def set(self, bone: str, rotation: Matrix) -> None:
        """Turns a bone relative to its parent."""
        self.turns[bone] = rotation
        self._known.clear()

    def aim(self, bone: str, rotation: Matrix) -> None:
        """Turns a bone so that its rotation in the world is `rotation`."""
        parent = self._parents[self._index[bone]]
        above = self._transform(parent)[0] if parent >= 0 else np.eye(3)
        self.set(bone, above.T @ rotation)

    def rotation(self, bone: str) -> Matrix:
        """How a bone is turned in the world."""
        return self._transform(self._index[bone])[0]

    def above(self, bone: str) -> Matrix:
        """How its parent is turned in the world."""
        return self._transform(self._parents[self._index[bone]])[0]

    def joint(self, bone: str) -> Vec:
        """Where a bone begins."""
        return self.carry(bone, self.rest(bone))

    def carry(self, bone: str, point: Vec) -> Vec:
        """Where a point at rest goes with a bone."""
        rotation, shift = self._transform(self._index[bone])
        return np.asarray(rotation @ point + shift, np.float64)

    def transforms(self) -> Matrix:
        """Of all bones, (B, 4, 4)."""
        matrices = np.zeros((len(self._bones), 4, 4))
        for index in range(len(self._bones)):
            matrices[index, :3, :3], matrices[index, :3, 3] = self._transform(index)
        matrices[:, 3, 3] = 1
        return matrices

    def _transform(self, index: int) -> tuple[Matrix, Vec]:
        known = self._known.get(index)
        if known is not None:
            return known
        parent = self._parents[index]
        above, shift = self._transform(parent) if parent >= 0 else (np.eye(3), np.zeros(3))
        local = self.turns.get(self._bones[index])
        if local is not None:
            head = self.body.heads[index]
            shift = above @ (head - local @ head) + shift
            above = above @ local
        self._known[index] = above, shift
        return above, shift


def two_bones(root: Vec, end: Vec, lengths: tuple[float, float], pole: Vec) -> tuple[Vec, Vec]:
    """Directions of the two bones of a limb from `root` to `end`, its joint towards `pole` (law of cosines). An end out
    of reach is aimed at with a limb that is almost straight."""
    upper, lower = lengths
    way = end - root
    distance = float(np.clip(np.sqrt(way @ way), abs(upper - lower) * 1.02 + 1e-6, (upper + lower) * 0.9995))
    along = unit(way)
    aside = unit(pole - along * float(pole @ along))
    cosine = float(np.clip((upper**2 + distance**2 - lower**2) / (2 * upper * distance), -1, 1))
    first = along * cosine + aside * np.sqrt(1 - cosine**2)
    return first, unit(along * distance - first * upper)
