"""Skin textures of any tone."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.body.assets import assets_folder, opaque, picture
from models.synthetic.body.basis import basis
from models.synthetic.body.hands import palm
from models.synthetic.body.labels import share_of
from models.synthetic.body.model import Body
from models.synthetic.body.rig import Rig
from models.synthetic.body.underwear import dressed
from models.synthetic.geometry import vertex_normals
from models.synthetic.surface import Texture

Colour = npt.NDArray[np.float64]  # (3,)

# Colours that change slowly over a texture are found on one with so many times fewer texels a side.
_COARSER = 8

# Lightness of the ten swatches of the Monk Skin Tone scale (Monk 2022, https://skintone.google), CIE L*: of #f6ede4,
# #f3e7db, #f7ead0, #eadaba, #d7bd96, #a07e56, #825c43, #604134, #3a312a, #292420.
MONK_LIGHTNESS = (94.1, 92.1, 92.9, 87.5, 77.8, 55.1, 42.4, 30.6, 21.0, 14.6)
# Swatches are colours on a screen. As albedo the lightest would reflect more light than skin does: measured skin lies
# between L* 75 and 22 (Xiao et al., Characterising the variations in ethnic skin colours, Skin Research and Technology
# 2017). The scale's steps are kept, its ends moved there; a* and b* are what skin of such a lightness has.
_PALE_PALMS = 5.0  # the tone from which palms are seen to be lighter
_ALBEDO_ENDS = (23.0, 74.0)
_A_STAR = ((20.0, 32.0, 45.0, 58.0, 66.0, 76.0), (7.0, 10.5, 12.5, 12.0, 11.5, 9.0))
_B_STAR = ((20.0, 32.0, 45.0, 58.0, 66.0, 76.0), (7.5, 13.0, 18.5, 19.5, 17.5, 14.5))


def target(tone: float) -> Colour:
    """The albedo of a tone (1 light .. 10 dark), sRGB (3,) in 0..255."""
    swatch = float(np.interp(tone, np.arange(1, 11), np.sort(MONK_LIGHTNESS)[::-1]))
    low, high = _ALBEDO_ENDS
    light = low + (swatch - min(MONK_LIGHTNESS)) / (max(MONK_LIGHTNESS) - min(MONK_LIGHTNESS)) * (high - low)
    lab = np.array([[[light, np.interp(light, *_A_STAR), np.interp(light, *_B_STAR)]]], np.float32)
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)[0, 0] * 255.0, np.float64)


@lru_cache(maxsize=24)
def skin_texture(name: str, tone: float, underwear: str, *, band: bool) -> Texture:
    """The skin `name` in a tone, RGB, with underwear of a colour (see `underwear.dressed`)."""
    return dressed(bare_texture(name, tone), underwear, band=band)


def bare_texture(name: str, tone: float) -> Texture:
    """The skin `name` in a tone, RGB; without the assets one that is drawn."""
    folder = assets_folder()
    path = None if folder is None else next(iter(sorted((folder / "skins" / name).glob("*_diffuse*.png"))), None)
    if path is None:
        return _drawn(tone)
    toned = _toned(_evened(path), _mean(path), target(tone))
    if name.find("african") < 0 and tone > _PALE_PALMS:
        # Painted on light skin, palms and soles have no contrast; on dark skin they have less melanin than the rest.
        lighter = _toned(_evened(path), _mean(path), target(_PALE_PALMS + 0.3 * (tone - _PALE_PALMS)))
        share = _palms(toned.shape[0])[..., None]
        toned = np.asarray(np.round(toned + share * (lighter.astype(np.float32) - toned)), np.uint8)
    return toned


def _toned(texture: Texture, mean: Colour, wanted: Colour) -> Texture:
    """A texture with its mean moved to `wanted` by a gain per channel in linear light, that is a shift of log
    reflectance: a change of the melanin over all (Tsumura et al. 1999), which leaves lips, brows and freckles what
    they are relative to the skin."""
    gain = _linear(wanted) / np.maximum(_linear(mean), 1e-4)
    levels = _linear(np.arange(256.0))
    # Highlights painted into light skins must not become blotches on it: soften what is brighter than the mean.
    table = np.empty((256, 1, 3), np.uint8)
    for channel in range(3):
        table[:, 0, channel] = np.round(_gamma(_shoulder(levels * gain[channel])))
    return np.asarray(cv2.LUT(texture, table), np.uint8)


def _shoulder(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Albedos above 0.7 are pressed together below 0.9: skin reflects no more."""
    over = np.maximum(linear - 0.7, 0.0)
    return np.asarray(np.minimum(linear, 0.7) + 0.2 * (1 - np.exp(-over / 0.2)), np.float64)


def _linear(srgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """IEC 61966-2-1, from 0..255 to 0..1."""
    value = np.asarray(srgb) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _gamma(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    value = np.clip(linear, 0.0, 1.0)
    return np.asarray(255.0 * np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055))


@lru_cache(maxsize=12)
def _evened(path: Path) -> Texture:
    """A skin texture whose slow changes of colour along trunk and limbs are taken back by two thirds: painted legs are
    so red that dark tones make them look burnt."""
    texture = opaque(path)
    size = texture.shape[0]
    linear = np.log(np.maximum(_linear(np.arange(256.0)), 1e-3)).astype(np.float32)[texture]
    mask = skin_mask(size).astype(np.float32)
    # What is slow needs few texels.
    few = (size // _COARSER, size // _COARSER)
    small = cv2.resize(cv2.merge([*cv2.split(linear * mask[..., None]), mask]), few, interpolation=cv2.INTER_AREA)
    wide = cv2.GaussianBlur(small, (0, 0), size / 28 / _COARSER)
    slow = wide[..., :3] / (wide[..., 3:] + 1e-4)
    share = 0.66 * cv2.GaussianBlur(small[..., 3], (0, 0), size / 120 / _COARSER)[..., None]
    mean = np.log(_linear(_mean(path))).astype(np.float32)
    gain = np.exp(cv2.resize(share * (mean - slow), (size, size), interpolation=cv2.INTER_LINEAR))
    return np.asarray(np.round(_gamma(np.exp(linear) * gain)), np.uint8)


@lru_cache(maxsize=16)
def _mean(path: Path) -> Colour:
    """The median colour of the skin of trunk, arms and legs in a texture."""
    texels = opaque(path)[skin_mask(picture(path).shape[0])]
    return np.asarray(np.median(texels, axis=0), np.float64)


@lru_cache(maxsize=4)
def skin_mask(size: int) -> npt.NDArray[np.bool_]:
    """Where a texture of `size` x `size` shows bare skin without hair, lips or nails: the trunk and the limbs."""
    smooth = share_of(("spine", "clavicle", "shoulder", "upperarm", "lowerarm", "upperleg", "lowerleg"), "") > 0.95
    corners = basis().uv[basis().parts["body"][1][smooth]]
    mask = np.zeros((size, size), np.uint8)
    pixels = np.round(np.stack([corners[..., 0], 1 - corners[..., 1]], -1) * size).astype(np.int32)
    cv2.fillPoly(mask, list(pixels), 1)
    return np.asarray(mask > 0)


@lru_cache(maxsize=2)
def _palms(size: int) -> npt.NDArray[np.float32]:
    """How much of a texture's texels are palm or sole, 0..1, soft at the edge."""
    data = basis()
    triangles, uv_triangles = data.parts["body"]
    normals = vertex_normals(data.template, triangles)[triangles].mean(1)
    mask = np.zeros((size, size), np.float32)
    rig = Rig(Body(data.template, data.heads))
    for letter in "LR":
        palm_side = normals @ palm(rig, letter).axes[:, 1] > 0.35
        hand = share_of(("wrist", "finger", "metacarpal"), letter) > 0.9
        sole = (share_of(("foot", "toe"), letter) > 0.9) & (normals[:, 2] < -0.4)
        corners = data.uv[uv_triangles[(hand & palm_side) | sole]]
        pixels = np.round(np.stack([corners[..., 0], 1 - corners[..., 1]], -1) * size).astype(np.int32)
        cv2.fillPoly(mask, list(pixels), 1.0)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), size / 300), np.float32)


def _drawn(tone: float, size: int = 512) -> Texture:
    """Skin without features: the tone with slow and fine variation in redness and lightness."""
    rng = np.random.default_rng(7)
    slow = cv2.resize(rng.standard_normal((16, 16)), (size, size), interpolation=cv2.INTER_CUBIC)
    fine = cv2.GaussianBlur(rng.standard_normal((size, size)), (0, 0), 1.2)
    light = 1.0 + 0.025 * slow + 0.04 * fine
    red = np.stack([1.0 + 0.012 * slow, 1.0 - 0.008 * slow, 1.0 - 0.008 * slow], -1)
    linear = _linear(target(tone)) * light[..., None] * red
    return np.asarray(np.round(_gamma(linear)), np.uint8)
