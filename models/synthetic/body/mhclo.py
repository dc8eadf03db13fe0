"""MakeHuman's fitted meshes (.mhclo): clothes, hair, eyes and brows whose vertices hang on three of the base mesh.

Format: http://www.makehumancommunity.org/wiki/Documentation:MHCLO_file_format. A vertex lies at the weighted mean of
three vertices plus an offset, which grows with the body: x_scale, y_scale and z_scale name two vertices each and their
distance on the body that the mesh was made for.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.synthetic.body.basis import basis
from models.synthetic.body.model import PosedBody, skin_weights
from models.synthetic.geometry import Points, Triangles

# MakeHuman: decimetres, y up, z towards the camera. Here: metres, z up, y away from it.
_TO_METRES = 0.1


@dataclass(frozen=True, eq=False)
class Fitted:
    """A mesh that fits any body: N vertices, T triangles."""

    corners: npt.NDArray[np.int32]  # (N, 3), vertices of the base mesh
    shares: npt.NDArray[np.float64]  # (N, 3), rows sum to about 1
    offsets: npt.NDArray[np.float64]  # (N, 3), decimetres in MakeHuman's axes on the body it was made for
    scales: tuple[tuple[int, int, float] | None, ...]  # for x, y, z in MakeHuman's axes
    triangles: Triangles
    uv: npt.NDArray[np.float64]  # (U, 2)
    uv_triangles: Triangles
    covered: npt.NDArray[np.bool_]  # (V,), vertices of the base mesh that it hides

    @cached_property
    def anchor(self) -> sparse.csr_array:
        """The means as a matrix (N, V)."""
        rows = np.repeat(np.arange(len(self.corners)), 3)
        shape = (len(self.corners), len(basis().template))
        return sparse.csr_array((self.shares.ravel(), (rows, self.corners.ravel())), shape=shape)

    @cached_property
    def weights(self) -> sparse.csr_array:
        """How much each vertex follows each bone, (N, B); rows sum to 1."""
        raw = self.anchor @ skin_weights()
        return sparse.csr_array(sparse.diags_array(1 / np.maximum(np.asarray(raw.sum(1)), 1e-6)) @ raw)

    def vertices(self, rest: Points) -> Points:
        """Its vertices (N, 3) on a body at rest, whose base mesh is `rest` (V, 3)."""
        scale = np.ones(3)
        for axis, entry in enumerate(self.scales):
            if entry is not None:
                ours = (0, 2, 1)[axis]
                scale[axis] = abs(rest[entry[0], ours] - rest[entry[1], ours]) / (entry[2] * _TO_METRES)
        x, y, z = (self.offsets * scale * _TO_METRES).T
        return np.asarray(self.anchor @ rest + np.stack([x, -z, y], 1), np.float64)

    def carried(self, figure: PosedBody) -> Points:
        """Its vertices (N, 3) on a body in its pose."""
        return figure.carry(self.vertices(figure.body.rest), self.weights)


@cache
def read_mhclo(path: Path) -> Fitted:
    """The mesh that a .mhclo file and the .obj file beside it describe, read once.

    Raises:
        OSError: a file is missing.
        ValueError: it names no .obj file, or the two disagree on the number of vertices.
    """
    scales: list[tuple[int, int, float] | None] = [None, None, None]
    vertices: list[list[float]] = []
    covered = np.zeros(len(basis().template), np.bool_)
    model, section = "", ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "obj_file":
            model = words[1]
        elif words[0] in {"x_scale", "y_scale", "z_scale"}:
            scales["xyz".index(words[0][0])] = int(words[1]), int(words[2]), float(words[3])
        elif words[0] in {"verts", "delete_verts"}:
            section = words[0]
        elif section == "verts" and words[0].isdigit():
            vertices.append(_vertex(words))
        elif section == "delete_verts" and words[0].isdigit():
            _cover(covered, words)
    if not model:
        raise ValueError(f"{path} names no obj_file")
    table = np.array(vertices)
    count, uv, triangles, uv_triangles = _wavefront(path.parent / model)
    if count != len(table):
        raise ValueError(f"{path} has {len(table)} vertices, its obj file {count}")
    corners = np.asarray(table[:, :3], np.int32)
    return Fitted(corners, table[:, 3:6], table[:, 6:], tuple(scales), triangles, uv, uv_triangles, covered)


def _vertex(words: list[str]) -> list[float]:
    """Three vertices, three shares, three offsets; a line with one number means that very vertex."""
    if len(words) == 1:
        return [float(words[0])] * 3 + [1.0, 0.0, 0.0] + [0.0] * 3
    return [float(word) for word in words[:9]] + [0.0] * (9 - len(words))


def _cover(covered: npt.NDArray[np.bool_], words: list[str]) -> None:
    """Numbers and ranges: "1 2 5 - 9"."""
    last, ranged = 0, False
    for word in words:
        if word == "-":
            ranged = True
            continue
        number = int(word)
        covered[last if ranged else number : number + 1] = True
        last, ranged = number, False


def _wavefront(path: Path) -> tuple[int, npt.NDArray[np.float64], Triangles, Triangles]:
    uv: list[list[float]] = []
    fans: list[list[list[int]]] = []
    count = 0
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            count += 1
        elif kind == "vt":
            uv.append([float(value) for value in rest[:2]])
        elif kind == "f":
            corners = [[int(index) - 1 for index in corner.split("/")[:2]] for corner in rest]
            fans.extend([corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1))
    both = np.array(fans, np.int32)
    return count, np.array(uv), np.ascontiguousarray(both[..., 0]), np.ascontiguousarray(both[..., 1])
