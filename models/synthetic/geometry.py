"""What every part of the renderer does with triangles."""

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]  # (N, 3), metres
Triangles = npt.NDArray[np.int32]  # (T, 3), indices of vertices
Edges = npt.NDArray[np.int32]  # (E, 2), indices of vertices, the lower one first


def triangle_normals(vertices: Points, triangles: Triangles) -> Points:
    """Normals (T, 3) whose length is twice the triangle's area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    return np.asarray(np.cross(b - a, c - a), np.float64)


def vertex_normals(vertices: Points, triangles: Triangles) -> Points:
    """Unit normals (N, 3), weighted by area; zero where no triangle is."""
    faces = triangle_normals(vertices, triangles)
    total = np.stack(
        [
            sum(np.bincount(triangles[:, corner], faces[:, axis], len(vertices)) for corner in range(3))
            for axis in range(3)
        ],
        1,
    )
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12), np.float64)


def edges(triangles: Triangles) -> Edges:
    """Every edge once, (E, 2)."""
    ends = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    # One number an edge: sorting rows takes ten times as long.
    count = int(triangles.max(initial=-1)) + 1
    keys = np.unique(ends[:, 0].astype(np.int64) * count + ends[:, 1])
    return np.stack([keys // max(count, 1), keys % max(count, 1)], 1).astype(np.int32)


def rotation(axis: str, degrees: float) -> npt.NDArray[np.float64]:
    """The matrix (3, 3) that turns by so much about "x", "y" or "z", counter-clockwise seen from the axis' tip."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = c
    matrix[first, second], matrix[second, first] = -s, s
    return matrix
