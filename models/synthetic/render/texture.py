"""Textures of a whole scene in one buffer with their mip levels, and the filtered lookup."""

# ruff: noqa: PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.render.compiled import compiled, inlined
from models.synthetic.render.develop import to_linear
from models.synthetic.surface import Texture

LEVELS = 11
LINEAR = to_linear(np.arange(256) / 255).astype(np.float32)  # light of each sRGB byte

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Atlas:
    """All textures' levels one after the other. `offsets` (S, LEVELS) where a level begins, `sizes` (S, LEVELS, 2) its
    height and width; levels beyond the smallest repeat it. Channels lie interleaved."""

    texels: npt.NDArray[np.uint8]  # flat, 4 channels: sRGB and opacity
    offsets: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Reliefs:
    """Heights in metres, as an atlas. A surface without relief has size 0."""

    heights: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]


# Levels by the identity of the texture. A skin or a cloth is drawn in many pictures of a tuple, building its levels
# takes 5 ms; an entry goes when its texture does.
_LEVELS: dict[int, tuple["weakref.ref[npt.NDArray[np.generic]]", list[npt.NDArray[np.generic]]]] = {}


def atlas(textures: Sequence[Texture]) -> Atlas:
    """The textures (H, W, 3 or 4) with their levels."""
    levels = [_cached(texture, colour=True) for texture in textures]
    offsets, sizes = _layout(levels, 4)
    return Atlas(np.concatenate([level.ravel() for each in levels for level in each]).astype(np.uint8), offsets, sizes)


def reliefs(heights: Sequence[npt.NDArray[np.float32] | None]) -> Reliefs:
    """The heights (H, W) with their levels."""
    empty = [np.zeros((0, 0), np.float32)]
    levels = [empty if height is None else _cached(height, colour=False) for height in heights]
    offsets, sizes = _layout(levels, 1)
    flat = [np.zeros(1, np.float32), *(level.ravel() for each in levels for level in each)]
    return Reliefs(np.concatenate(flat).astype(np.float32), offsets + 1, sizes)


def _cached(image: npt.NDArray[np.generic], colour: bool) -> list[npt.NDArray[np.generic]]:
    key = id(image)
    found = _LEVELS.get(key)
    if found is not None and found[0]() is image:
        return found[1]
    levels = _levels(_opaque(image) if colour else image)
    if found is None:
        weakref.finalize(image, _LEVELS.pop, key, None).atexit = False
    _LEVELS[key] = weakref.ref(image), levels
    return levels


def _opaque(texture: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    if texture.shape[2] == 4:
        return texture
    return np.concatenate([texture, np.full((*texture.shape[:2], 1), 255, np.uint8)], 2)


def _levels(image: npt.NDArray[np.generic]) -> list[npt.NDArray[np.generic]]:
    """Each level half the last one's size."""
    if image.ndim == 3 and int(np.asarray(image[..., 3]).min()) < 255:
        return _soft_levels(np.asarray(image, np.float32))
    levels = [np.ascontiguousarray(image)]
    while len(levels) < LEVELS and max(levels[-1].shape[:2]) > 1:
        levels.append(_half(levels[-1]))
    return levels


def _soft_levels(image: npt.NDArray[np.float32]) -> list[npt.NDArray[np.generic]]:
    """Of a texture with holes (H, W, 4): colours count by their opacity, holes take the colour around them, or strands
    of hair get a halo of whatever colour the empty texels have."""
    current = np.concatenate([image[..., :3] * (image[..., 3:] / 255), image[..., 3:]], 2)
    soft = [current]
    while len(soft) < LEVELS and max(current.shape[:2]) > 1:
        current = np.asarray(_half(current), np.float32)
        soft.append(current)
    levels: list[npt.NDArray[np.generic]] = []
    around: npt.NDArray[np.float32] | None = None
    for level in reversed(soft):
        opacity = level[..., 3:]
        colours = level[..., :3] * (255 / np.maximum(opacity, 1))
        if around is not None:
            filled = cv2.resize(around, (level.shape[1], level.shape[0]), interpolation=cv2.INTER_LINEAR)
            share = np.clip(opacity / 96, 0, 1)  # from about a third on a texel's own colour is trusted
            colours = colours * share + filled * (1 - share)
        around = np.asarray(colours, np.float32)
        levels.append(np.clip(np.concatenate([colours, opacity], 2) + 0.5, 0, 255).astype(np.uint8))
    return levels[::-1]


def _half(image: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    size = max(image.shape[1] // 2, 1), max(image.shape[0] // 2, 1)
    return np.asarray(cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA))


def _layout(
    levels: Sequence[Sequence[npt.NDArray[np.generic]]], channels: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    offsets = np.zeros((len(levels), LEVELS), np.int64)
    sizes = np.zeros((len(levels), LEVELS, 2), np.int64)
    start = 0
    for surface, each in enumerate(levels):
        for level, image in enumerate(each):
            offsets[surface, level], sizes[surface, level] = start, image.shape[:2]
            start += image.shape[0] * image.shape[1] * channels
        offsets[surface, len(each) :] = offsets[surface, len(each) - 1]
        sizes[surface, len(each) :] = sizes[surface, len(each) - 1]
    return offsets, sizes


@inlined
def _bilinear(texels, offset, height, width, u, v, linear, out, weight):  # type: ignore[no-untyped-def]
    """Adds the colour's light at (u, v) of one level to `out`, times `weight`. The texture repeats; v = 0 is the
    bottom."""
    x = (u - np.floor(u)) * np.float32(width) - np.float32(0.5)
    y = (np.float32(1) - (v - np.floor(v))) * np.float32(height) - np.float32(0.5)
    x0, y0 = int(np.floor(x)), int(np.floor(y))
    fx, fy = x - np.float32(x0), y - np.float32(y0)
    # Branches: a division for the remainder would cost as much as the rest.
    left, right = (x0 if x0 >= 0 else width - 1), (x0 + 1 if x0 + 1 < width else 0)
    top, bottom = (y0 if y0 >= 0 else height - 1), (y0 + 1 if y0 + 1 < height else 0)
    a, b = offset + 4 * (top * width + left), offset + 4 * (top * width + right)
    c, d = offset + 4 * (bottom * width + left), offset + 4 * (bottom * width + right)
    for channel in range(3):
        upper, lower = linear[texels[a + channel]], linear[texels[c + channel]]
        upper += (linear[texels[b + channel]] - upper) * fx
        lower += (linear[texels[d + channel]] - lower) * fx
        out[channel] += weight * (upper + (lower - upper) * fy)


@compiled
def colour(texels, offsets, sizes, surface, u, v, level, linear, out):  # type: ignore[no-untyped-def]
    """Trilinear: the light (3,) that the texture of `surface` throws back at (u, v), averaged over 2^level texels."""
    level = min(max(level, 0.0), LEVELS - 1.001)
    low = int(level)
    part = np.float32(level - low)
    out[0] = out[1] = out[2] = 0.0
    for step, weight in ((0, np.float32(1) - part), (1, part)):
        if weight > 0.02:
            number = low + step
            height, width = sizes[surface, number, 0], sizes[surface, number, 1]
            _bilinear(texels, offsets[surface, number], height, width, u, v, linear, out, weight)


@compiled
def slope(heights, offsets, sizes, surface, u, v, level):  # type: ignore[no-untyped-def]
    """How the relief rises per texel of its finest level, along u and along v (2)."""
    number = int(min(max(level + 0.5, 0.0), LEVELS - 1.0))
    height, width = sizes[surface, number, 0], sizes[surface, number, 1]
    if height < 2 or width < 2:
        return np.float32(0), np.float32(0)
    offset = offsets[surface, number]
    x = int((u - np.floor(u)) * width) % width
    y = int((1.0 - (v - np.floor(v))) * height) % height
    right, left = heights[offset + y * width + (x + 1) % width], heights[offset + y * width + (x - 1) % width]
    up, down = heights[offset + (y - 1) % height * width + x], heights[offset + (y + 1) % height * width + x]
    scale = np.float32(0.5) * width / sizes[surface, 0, 1]
    return (right - left) * scale, (up - down) * scale
