"""The plate: the person's photo without the clothes that are replaced. What they hid is painted: skin of the shopper's
own colour on limbs, neck and chest, the other clothes' continuation on the torso, and the background elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.skin import skin_likeness
from models.parsing.lip import Lip
from models.tryon import regions
from models.tryon.body import Body, Bool, Labels
from schemas.events import Category

Rgb = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

# Where no skin of the shopper is seen: the middle of the Monk skin tone scale (tone 5), the least wrong for all.
UNKNOWN_SKIN = (215.0, 189.0, 150.0)
# Skin away from the light: limbs are round, their edges are darker by up to a fifth (Lambert's law at 40 degrees).
ROUNDNESS = 0.22


@dataclass(frozen=True)
class Plate:
    """`rgb` (h, w, 3) without the old clothes; `bare_arms` (h, w) is where arms were painted in their place."""

    rgb: Rgb
    removed: Bool
    bare_arms: Bool


def make_plate(rgb: Rgb, labels: Labels, body: Body, mask: Bool, categories: Sequence[Category]) -> Plate:
    """The plate of a working picture `rgb` (h, w, 3) for garments of these categories; only `mask` is changed."""
    old = regions.replaced(labels, mask, categories)
    # The old clothes' anti-aliased rim (2 pixels) is theirs too, but not on skin that is to stay.
    kept = np.isin(labels, [int(label) for label in regions.SKIN])
    removed = (cv2.dilate(old.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & mask & ~(kept & ~old)
    if not removed.any():
        return Plate(rgb.copy(), removed, removed)
    arms, legs = regions.bare_limbs(body)
    torso = regions.bare_torso(body)
    result = rgb.astype(np.float32)
    away = removed & ~(arms | legs | torso)
    if away.any():
        result[away] = diffuse(rgb, (labels == Lip.BACKGROUND) & ~removed & ~_near(old))[away]
    under = removed & (torso | legs) & ~arms
    others = _other_clothes(labels, categories) & ~removed
    skin_wanted = removed & (arms | legs | torso)
    if others.any() and Category.DRESS not in categories:
        beside = under & _within(others, body)
        if beside.any():
            result[beside] = diffuse(rgb, others)[beside]
        skin_wanted &= ~beside
    if skin_wanted.any():
        painted = _skin(rgb, labels, arms | legs | torso, arms, legs)
        soft = cv2.GaussianBlur(skin_wanted.astype(np.float32), (0, 0), 1.0)[..., None] * removed[..., None]
        result = result * (1 - soft) + painted * soft
    return Plate(np.clip(result, 0, 255).astype(np.uint8), removed, removed & arms)


def _near(mask: Bool) -> Bool:
    return cv2.dilate(mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0


def _other_clothes(labels: Labels, categories: Sequence[Category]) -> Bool:
    """Clothes that stay, and go on under what is replaced: trousers under a top, a top over trousers."""
    tops = (Lip.UPPER_CLOTHES, Lip.COAT)
    bottoms = (Lip.PANTS, Lip.SKIRT)
    stay = [*(() if Category.UPPER in categories else tops), *(() if Category.LOWER in categories else bottoms)]
    return np.isin(labels, [int(label) for label in stay])


def _within(clothes: Bool, body: Body) -> Bool:
    """How far clothes that stay go on: trousers up to the waist (a quarter of the torso over the hips), tops down to
    the hips' widest place."""
    y, x = np.indices(clothes.shape)
    along = (x - body.neck[0]) * body.down[0] + (y - body.neck[1]) * body.down[1]
    share = along / body.torso_length
    return (share > 0.7) & (share < 1.25)


def _skin(rgb: Rgb, labels: Labels, area: Bool, arms: Bool, legs: Bool) -> Float:
    """Skin (h, w, 3) over the area: its colour spread from skin that is seen nearby, shaded as something round."""
    known = np.isin(labels, [int(label) for label in regions.SKIN]) & skin_likeness(rgb)
    known = cv2.erode(known.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    colour = np.array(UNKNOWN_SKIN, np.float32)
    if known.sum() >= 30:
        colour = np.median(rgb[known], axis=0).astype(np.float32)
    shade = np.ones(labels.shape, np.float32)
    for part in (arms, legs):
        if part.any():
            shade = np.where(part, np.minimum(shade, _rounded(part)), shade)
    shade = cv2.GaussianBlur(shade, (0, 0), 2.0)
    # Skin darkens towards red: blue falls faster than red (the same skin in shade, measured on the sample photos).
    return np.asarray(colour * shade[..., None] ** np.array([0.8, 1.0, 1.1], np.float32), np.float32)


def _rounded(part: Bool) -> Float:
    """Shading 0..1 of a limb by its distance to the limb's edge."""
    distance = cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, 3)
    # The local half width: the greatest distance nearby.
    widest = max(2.0, float(distance.max()))
    share = np.clip(distance / (0.6 * widest), 0, 1)
    return np.asarray(1 - ROUNDNESS * (1 - share) ** 2, np.float32)


def diffuse(rgb: Rgb, known: Bool) -> Float:
    """The picture (h, w, 3) with everything else filled smoothly from the known pixels: the pull-push method of
    Gortler et al. 1996 (The Lumigraph), a pyramid of weighted means."""
    weight = known.astype(np.float32)
    levels = [(rgb.astype(np.float32) * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 2:
        colour, mass = levels[-1]
        levels.append((cv2.pyrDown(colour), cv2.pyrDown(mass)))
    filled: Float | None = None
    for colour, mass in reversed(levels):
        own = colour / np.maximum(mass, 1e-6)[..., None]
        if filled is None:
            filled = np.asarray(own, np.float32)
            continue
        size = (mass.shape[1], mass.shape[0])
        above = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR)
        # A level speaks for itself as far as it has known pixels.
        share = np.clip(mass * 2, 0, 1)[..., None]
        filled = np.asarray(own * share + above * (1 - share), np.float32)
    assert filled is not None
    return filled
