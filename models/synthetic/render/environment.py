"""Light by direction on small lat-long maps: how it is laid out, what it gives a surface, what a mirror shows of it."""

from functools import cache

import numpy as np
import numpy.typing as npt

from models.synthetic.render.light import ENVIRONMENT_COLUMNS, ENVIRONMENT_ROWS, Colour, Radiance, Vector

Directions = npt.NDArray[np.float64]  # (..., 3), unit

# Roughnesses (GGX alpha) at which reflections of the environment are kept.
GLOSS = (0.08, 0.2, 0.35, 0.6)


@cache
def directions() -> Directions:
    """The direction of each cell, (rows, columns, 3)."""
    polar = (np.arange(ENVIRONMENT_ROWS) + 0.5) / ENVIRONMENT_ROWS * np.pi
    azimuth = (np.arange(ENVIRONMENT_COLUMNS) + 0.5) / ENVIRONMENT_COLUMNS * 2 * np.pi
    theta, phi = np.meshgrid(polar, azimuth, indexing="ij")
    return np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], -1)


@cache
def solid_angles() -> npt.NDArray[np.float64]:
    """The solid angle of each cell, (rows, 1); over all cells they sum to 4 pi."""
    edges = np.cos(np.linspace(0, np.pi, ENVIRONMENT_ROWS + 1))
    return ((edges[:-1] - edges[1:]) * 2 * np.pi / ENVIRONMENT_COLUMNS)[:, None]


def uniform(colour: Colour) -> Radiance:
    """The same from everywhere."""
    return np.broadcast_to(np.asarray(colour, np.float32), (ENVIRONMENT_ROWS, ENVIRONMENT_COLUMNS, 3)).copy()


def glow(towards: Vector, colour: Colour, width: float) -> Radiance:
    """A soft bright patch; `width` is the angle in degrees at which it has fallen to 1/e."""
    cosine = directions() @ (np.asarray(towards) / np.linalg.norm(towards))
    sharpness = 1 / (1 - np.cos(np.radians(width)))
    return np.asarray(np.exp(sharpness * (cosine - 1))[..., None] * np.asarray(colour), np.float32)


def gradient(zenith: Colour, horizon: Colour, nadir: Colour, power: float = 1.0) -> Radiance:
    """From the horizon to the zenith by the sine of the elevation to the `power`; below it blends into the nadir
    within a few degrees, as the ground does."""
    height = directions()[..., 2:]
    up = np.clip(height, 0, 1) ** power
    down = np.clip(-height / 0.15, 0, 1)
    sky = np.asarray(horizon) * (1 - up) + np.asarray(zenith) * up
    return np.asarray(
        np.where(height >= 0, sky, np.asarray(horizon) * (1 - down) + np.asarray(nadir) * down), np.float32
    )


@cache
def _cosine_kernel() -> npt.NDArray[np.float64]:
    """Irradiance of a cell's direction from each cell, (cells, cells). Rows are scaled so that a uniform environment
    gives exactly pi: the map is coarse and the sum would be off by a percent."""
    flat = directions().reshape(-1, 3)
    kernel = np.clip(flat @ flat.T, 0, None) * np.broadcast_to(
        solid_angles(), (ENVIRONMENT_ROWS, ENVIRONMENT_COLUMNS)
    ).reshape(1, -1)
    return np.asarray(kernel * (np.pi / kernel.sum(1, keepdims=True)))


@cache
def _gloss_kernel(alpha: float) -> npt.NDArray[np.float64]:
    """Weights of each cell in the reflection towards each cell, rows sum to 1: GGX about the mirrored direction seen
    along the normal (Karis 2013, Real Shading in Unreal Engine 4)."""
    flat = directions().reshape(-1, 3)
    half = np.sqrt(np.clip((1 + flat @ flat.T) / 2, 0, 1))  # cosine between the normal and the half vector
    density = alpha**2 / (half**2 * (alpha**2 - 1) + 1) ** 2
    kernel = (
        density
        * np.clip(flat @ flat.T, 0, None)
        * np.broadcast_to(solid_angles(), (ENVIRONMENT_ROWS, ENVIRONMENT_COLUMNS)).reshape(1, -1)
    )
    return np.asarray(kernel / kernel.sum(1, keepdims=True))


def irradiance(environment: Radiance) -> Radiance:
    """What an open surface gets whose normal looks to each cell, (rows, columns, 3)."""
    return np.asarray((_cosine_kernel() @ environment.reshape(-1, 3)).reshape(environment.shape), np.float32)


def reflections(environment: Radiance) -> npt.NDArray[np.float32]:
    """What a glossy surface shows of the environment in each direction, (len(GLOSS), rows, columns, 3)."""
    flat = environment.reshape(-1, 3)
    maps = [(_gloss_kernel(alpha) @ flat).reshape(environment.shape) for alpha in GLOSS]
    return np.asarray(np.stack(maps), np.float32)


def looked_up(chart: Radiance, towards: Directions) -> npt.NDArray[np.float64]:
    """The chart's value in each direction (N, 3), bilinear: (N, 3)."""
    rows, columns = chart.shape[:2]
    y = np.arccos(np.clip(towards[:, 2], -1, 1)) / np.pi * rows - 0.5
    x = np.arctan2(towards[:, 1], towards[:, 0]) / (2 * np.pi) * columns - 0.5
    y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
    fy, fx = (y - y0)[:, None], (x - x0)[:, None]
    top, bottom = np.clip(y0, 0, rows - 1), np.clip(y0 + 1, 0, rows - 1)
    left, right = x0 % columns, (x0 + 1) % columns
    upper = chart[top, left] * (1 - fx) + chart[top, right] * fx
    lower = chart[bottom, left] * (1 - fx) + chart[bottom, right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float64)
