"""A car's side, painted: what stands behind people is out of focus, but its lines must be a car's."""

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.scene.textures.tile import Colour, Picture, finished, rgb
from models.synthetic.surface import Texture

# Metres; the front is at the left, x = 0 the middle between the axles, z = 0 the road.
LENGTH, HEIGHT = 4.4, 1.6
AXLE, WHEEL = 1.32, 0.315
_SCALE = 128  # pixels per metre

Outline = npt.NDArray[np.float64]  # (K, 2) of x and z

_HATCHBACK = (
    (-2.05, 0.3), (-2.12, 0.55), (-2.06, 0.72), (-1.85, 0.84), (-1.1, 0.97), (-0.5, 1.34), (-0.1, 1.45),
    (0.7, 1.46), (1.45, 1.36), (1.9, 1.05), (2.02, 0.9), (2.06, 0.55), (2.0, 0.3),
)  # fmt: skip
_SALOON = (
    (-2.12, 0.3), (-2.18, 0.52), (-2.12, 0.68), (-1.9, 0.79), (-1.05, 0.92), (-0.45, 1.3), (-0.05, 1.41),
    (0.55, 1.4), (1.25, 1.08), (1.7, 0.98), (2.12, 0.93), (2.18, 0.6), (2.1, 0.3),
)  # fmt: skip
_VAN = (
    (-2.1, 0.3), (-2.16, 0.6), (-2.1, 0.8), (-1.85, 1.0), (-1.3, 1.5), (-1.0, 1.58), (0.5, 1.6),
    (1.95, 1.58), (2.08, 1.4), (2.14, 0.9), (2.14, 0.6), (2.08, 0.3),
)  # fmt: skip
SHAPES = (_HATCHBACK, _HATCHBACK, _SALOON, _VAN)


def outline(shape: tuple[tuple[float, float], ...]) -> Outline:
    """A smooth line through the points, front sill over the roof to the rear sill (Catmull and Rom 1974)."""
    points = np.asarray(shape, np.float64)
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, 6, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])


def side(edge: Outline, paint: Colour) -> Texture:
    """The side within `edge`; u runs along x over `LENGTH`, v along z over `HEIGHT`."""
    height, width = round(HEIGHT * _SCALE), round(LENGTH * _SCALE)
    z = HEIGHT - (np.arange(height, dtype=np.float32) + 0.5) / _SCALE
    # Sheet metal mirrors the sky above its shoulder and the street below it.
    shine = 1 + 0.35 * np.exp(-(((z - 0.84) / 0.07) ** 2)) - 0.3 * np.clip((0.75 - z) / 0.45, 0, 1)
    image: Picture = np.ascontiguousarray(
        np.broadcast_to((paint * shine[:, None])[:, None], (height, width, 3)), np.float32
    )
    roof = edge[edge[:, 1] > 0.97]
    _windows(image, roof)
    _doors(image, paint)
    for x in (-AXLE, AXLE):
        _wheel(image, x)
    _fill(image, [(-2.2, 0.0), (2.2, 0.0), (2.2, 0.3), (-2.2, 0.3)], rgb("141415"))
    for x in (-AXLE, AXLE):
        _wheel(image, x)
    ends = edge[:, 0].min(), edge[:, 0].max()
    _fill(image, [(ends[0], 0.66), (ends[0] + 0.34, 0.7), (ends[0] + 0.3, 0.78), (ends[0], 0.76)], rgb("d9dee2"))
    _fill(image, [(ends[1], 0.72), (ends[1] - 0.24, 0.74), (ends[1] - 0.2, 0.88), (ends[1], 0.9)], rgb("8c1c1c"))
    return finished(np.asarray(cv2.GaussianBlur(image, (0, 0), 0.8), np.float32))


def _pixels(points: npt.ArrayLike) -> npt.NDArray[np.int32]:
    at = (np.asarray(points, np.float64) * [1, -1] + [LENGTH / 2, HEIGHT]) * _SCALE
    return np.asarray(np.round(at), np.int32)


def _fill(image: Picture, points: npt.ArrayLike, colour: Colour) -> None:
    cv2.fillPoly(image, [_pixels(points)], [float(value) for value in colour])


def _windows(image: Picture, roof: Outline) -> None:
    """Panes between the roof's line, drawn in by a rail, and the shoulder; pillars between them."""
    middle = roof.mean(0)
    shoulder = 0.96
    panes = middle + (roof - middle) * [0.9, 0.8]
    panes = np.concatenate([panes, [[panes[-1, 0], shoulder]], [[panes[0, 0], shoulder]]])
    panes[:, 1] = np.maximum(panes[:, 1], shoulder)
    _fill(image, panes, rgb("23292e"))
    # The sky in the upper half of the glass.
    upper = panes.copy()
    upper[:, 1] = np.maximum(upper[:, 1], 1.2)
    _fill(image, upper, rgb("4d5963"))
    for x in (0.0, 0.85):
        _fill(image, [(x - 0.035, shoulder), (x + 0.035, shoulder), (x + 0.02, 1.5), (x - 0.03, 1.5)], rgb("17191b"))


def _doors(image: Picture, paint: Colour) -> None:
    dark = tuple(float(value) for value in paint * 0.45)
    for x in (-0.95, 0.0, 0.85):
        cv2.line(
            image, tuple(_pixels((x, 0.92)).tolist()), tuple(_pixels((x - 0.02, 0.36)).tolist()), dark, 1, cv2.LINE_AA
        )
    for x in (-0.16, 0.7):
        _fill(image, [(x - 0.1, 0.85), (x + 0.06, 0.85), (x + 0.06, 0.825), (x - 0.1, 0.825)], paint * 0.6)


def _wheel(image: Picture, x: float) -> None:
    centre = tuple(_pixels((x, WHEEL)).tolist())
    for radius, colour in ((0.37, "0e0e0f"), (WHEEL, "1d1d1e"), (0.215, "2c2d2f"), (0.2, "9b9ea1")):
        cv2.circle(image, centre, round(radius * _SCALE), [float(value) for value in rgb(colour)], -1, cv2.LINE_AA)
    for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
        tip = (x + 0.19 * np.cos(angle + 0.32), WHEEL + 0.19 * np.sin(angle + 0.32))
        root = (x + 0.06 * np.cos(angle + 0.32), WHEEL + 0.06 * np.sin(angle + 0.32))
        ends = [tuple(_pixels(point).tolist()) for point in (root, tip)]
        cv2.line(image, ends[0], ends[1], [0.13, 0.13, 0.14], round(0.06 * _SCALE), cv2.LINE_AA)
