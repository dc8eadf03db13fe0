"""Mappings from a picture's pixels to a product photo's: meshes drawn triangle by triangle, and thin-plate splines.

A mapping is (h, w, 2) float32, the product photo's (x, y) at every pixel of the working picture, NaN where it has none.
"""

import cv2
import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Mapping = npt.NDArray[np.float32]

# A thin-plate spline is evaluated on every 8th pixel: its bends are as long as its points are apart (30 and more).
GRID = 8


def draw_mesh(target: Points, source: Points, size: tuple[int, int]) -> Mapping:
    """The mapping of a mesh: `target` (n, m, 2) in the working picture, `source` (n, m, 2) in the product photo.

    Rows are sections along a limb, columns go across it. Where a bent limb folds over itself, the middle columns win
    over the outer ones, and later sections over earlier ones. `size` is the working picture's (height, width).
    """
    mapping = np.full((*size, 2), np.nan, np.float32)
    columns = target.shape[1] - 1
    outer_first = sorted(range(columns), key=lambda column: -abs(column - (columns - 1) / 2))
    for column in outer_first:
        for row in range(target.shape[0] - 1):
            corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
            for a, b, c in ((0, 1, 2), (0, 2, 3)):
                index = [corners[a], corners[b], corners[c]]
                _draw_triangle(mapping, np.array([target[i] for i in index]), np.array([source[i] for i in index]))
    return mapping


def _draw_triangle(mapping: Mapping, target: Points, source: Points) -> None:
    """Writes the affine mapping of one triangle, (3, 2) each, with a hair of overlap so that no pixel falls between."""
    height, width = mapping.shape[:2]
    x0, y0 = np.maximum(np.floor(target.min(0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(target.max(0)).astype(int), (width - 1, height - 1))
    (ax, ay), (bx, by), (cx, cy) = target
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    if x1 < x0 or y1 < y0 or abs(area) < 1e-9:
        return
    x, y = np.arange(x0, x1 + 1)[None], np.arange(y0, y1 + 1)[:, None]
    beta = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
    gamma = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
    alpha = 1 - beta - gamma
    inside = (alpha >= -1e-3) & (beta >= -1e-3) & (gamma >= -1e-3)
    window = mapping[y0 : y1 + 1, x0 : x1 + 1]
    window[inside] = (alpha[..., None] * source[0] + beta[..., None] * source[1] + gamma[..., None] * source[2])[inside]


def thin_plate(target: Points, source: Points, size: tuple[int, int], stiffness: float = 1e-3) -> Mapping:
    """The thin-plate spline (Bookstein 1989) that takes `target` (n, 2) to `source` (n, 2), at every pixel.

    `stiffness` relaxes the points (in units of the points' own scale), so that two that disagree do not fold the cloth.
    """
    scale = float(np.abs(target - target.mean(0)).max()) or 1.0
    centre = target.mean(0)
    points = (target - centre) / scale
    count = len(points)
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(points, points) + stiffness * np.eye(count)
    system[:count, count:] = np.hstack([np.ones((count, 1)), points])
    system[count:, :count] = system[:count, count:].T
    weights = np.linalg.lstsq(system, np.vstack([source, np.zeros((3, 2))]), rcond=None)[0]
    height, width = size
    # The grid's nodes lie on the centres of GRID x GRID blocks, which is where cv2.resize expects them.
    rows, columns = -(-height // GRID), -(-width // GRID)
    y, x = (np.mgrid[:rows, :columns] + 0.5) * GRID - 0.5
    nodes = (np.stack([x.ravel(), y.ravel()], 1) - centre) / scale
    values = np.hstack([_kernel(nodes, points), np.ones((len(nodes), 1)), nodes]) @ weights
    grid = values.reshape(rows, columns, 2).astype(np.float32)
    # Linear: OpenCV's cubic kernel (A = -0.75) does not reproduce even a linear function.
    large = cv2.resize(grid, (columns * GRID, rows * GRID), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large[:height, :width], np.float32)


def _kernel(a: Points, b: Points) -> Points:
    squared = ((a[:, None] - b[None]) ** 2).sum(2)
    return np.asarray(0.5 * squared * np.log(np.maximum(squared, 1e-12)), np.float64)
