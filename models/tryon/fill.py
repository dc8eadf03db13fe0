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
# Skin's look goes on beyond its border for about a third of a shoulder width: the length of a shadow on a limb.
SKIN_GOES_ON = 0.3


@dataclass(frozen=True)
class Plate:
    """`rgb` (h, w, 3) without the old clothes, which were at `removed` (h, w): `background` and `bare_arms` are where
    those were painted in their place."""

    rgb: Rgb
    removed: Bool
    background: Bool
    bare_arms: Bool


def make_plate(  # noqa: PLR0913, PLR0917 a person's picture, all of it
    rgb: Rgb, labels: Labels, body: Body, old: Bool, mask: Bool, shade: Float, categories: Sequence[Category]
) -> Plate:
    """The plate of a working picture `rgb` (h, w, 3) without the clothes `old` (h, w), for garments of these
    categories; only `mask` is changed. `shade` (h, w) is the light that the old clothes were in."""
    # The old clothes' soft rim is theirs too, and so is what the labels missed of them: 0.02 shoulder widths (7 mm). On
    # skin, which labels follow by its colour, the rim is 2 pixels.
    skin = np.isin(labels, [int(label) for label in regions.SKIN])
    removed = (_grown(old, 0.02 * body.unit) & ~skin | _grown(old, 2)) & mask
    if not removed.any():
        return Plate(rgb.copy(), removed, removed, removed)
    arms, legs = regions.bare_limbs(body)
    torso = regions.bare_torso(body)
    result = rgb.astype(np.float32)
    away = removed & ~(arms | legs | torso)
    if away.any():
        result[away] = diffuse(rgb, (labels == Lip.BACKGROUND) & ~removed & ~_grown(old, 0.06 * body.unit))[away]
    skin_wanted = removed & (arms | legs | torso)
    others = _other_clothes(labels, body, categories) & ~removed
    beside = skin_wanted & ~arms & _reach_of_others(labels, body, categories)
    if others.any() and beside.any():
        result[beside] = diffuse(rgb, others)[beside]
        skin_wanted &= ~beside
    if skin_wanted.any():
        painted = _skin(rgb, skin & ~_grown(removed, 3), labels, arms | legs, shade, body.unit)
        soft = cv2.GaussianBlur(skin_wanted.astype(np.float32), (0, 0), 1.2)[..., None] * removed[..., None]
        result = result * (1 - soft) + painted * soft
    return Plate(np.clip(result, 0, 255).astype(np.uint8), removed, away, removed & arms)


def _grown(mask: Bool, radius: float) -> Bool:
    """The mask grown by a radius in pixels, at least 2."""
    # By distance, whose time does not grow with the radius as a dilation's does.
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray(distance <= max(2.0, radius), bool) if mask.any() else mask


def _other_clothes(labels: Labels, body: Body, categories: Sequence[Category]) -> Bool:
    """Clothes (h, w) that stay, and go on under what is replaced: trousers under a top, a top over trousers."""
    upper, lower = regions.worn(labels, body)
    stays = np.zeros(labels.shape, bool)
    if Category.UPPER not in categories and Category.DRESS not in categories:
        stays |= upper
    if Category.LOWER not in categories and Category.DRESS not in categories:
        stays |= lower
    return stays


def _reach_of_others(labels: Labels, body: Body, categories: Sequence[Category]) -> Bool:
    """Where clothes that stay go on (h, w): trousers from the waistband down, a top down to the hips."""
    along = regions.along_torso(labels.shape, body)
    return np.asarray(along > regions.WAIST - 0.1 if Category.UPPER in categories else along < 1, bool)


def _skin(  # noqa: PLR0913, PLR0917 what skin's look depends on
    rgb: Rgb, seen: Bool, labels: Labels, limbs: Bool, shade: Float, unit: float
) -> Float:
    """Skin (h, w, 3) of the shopper's own colour; limbs are shaded as something round, and all in the photo's light.
    Next to skin that is `seen` (h, w) it goes on as that looks."""
    # Old cloth shades more than skin, which lies smooth: half of its light is taken.
    total = np.sqrt(shade) * cv2.GaussianBlur(_rounded(limbs), (0, 0), 1.5)
    colour = _skin_colour(rgb, labels, 0.06 * unit * unit)
    # Skin darkens towards red: blue falls faster than red (the same skin in shade, measured on the sample photos).
    painted = np.clip(colour * total[..., None] ** np.array([0.8, 1.0, 1.1], np.float32), 0, 255)
    if seen.any():
        distance = cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, 5)
        near = np.exp(-distance / (SKIN_GOES_ON * unit))[..., None]
        painted = painted * (1 - near) + diffuse(rgb, seen) * near
    return np.asarray(painted, np.float32)


def _skin_colour(rgb: Rgb, labels: Labels, least: float) -> Float:
    """The shopper's skin (3,): of the legs if they are seen, else of the arms, else of the (often made up) face.

    Its lighter half counts: the rim of a limb and shadows of clothes darken the rest.
    """
    for group in ((Lip.LEFT_LEG, Lip.RIGHT_LEG), (Lip.LEFT_ARM, Lip.RIGHT_ARM), (Lip.FACE,)):
        known = np.isin(labels, [int(label) for label in group]) & skin_likeness(rgb)
        known = cv2.erode(known.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        pixels = rgb[known].astype(np.float32)
        # Less is an ankle in a shoe's shadow, a gap between sleeve and glove, or a mistaken label.
        if len(pixels) >= least:
            lightness = pixels.mean(1)
            return np.asarray(np.median(pixels[lightness >= np.median(lightness)], axis=0), np.float32)
    return np.array(UNKNOWN_SKIN, np.float32)


def _rounded(limbs: Bool) -> Float:
    """Shading 0..1 of limbs by the distance to their edge, relative to the half width there; 1 outside."""
    if not limbs.any():
        return np.ones(limbs.shape, np.float32)
    distance = cv2.distanceTransform(limbs.astype(np.uint8), cv2.DIST_L2, 3)
    # The greatest distance within one limb's width is the half width there.
    reach = max(3, int(distance.max())) | 1
    half = cv2.dilate(distance, np.ones((reach, reach), np.uint8))
    share = np.clip(distance / np.maximum(half, 1), 0, 1)
    return np.where(limbs, 1 - ROUNDNESS * (1 - share) ** 1.5, 1).astype(np.float32)


def diffuse(rgb: Rgb, known: Bool) -> Float:
    """The picture (h, w, 3) with everything else filled smoothly from the known pixels: the pull-push method of
    Gortler et al. 1996 (The Lumigraph), a pyramid of weighted means, relaxed on every level towards a membrane."""
    weight = known.astype(np.float32)
    levels = [(rgb.astype(np.float32) * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 2:
        colour, mass = levels[-1]
        levels.append((np.asarray(cv2.pyrDown(colour), np.float32), np.asarray(cv2.pyrDown(mass), np.float32)))
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
        fixed = own * share
        filled = np.asarray(fixed + above * (1 - share), np.float32)
        # On large levels a few steps suffice, what they start from is nearly right.
        for _ in range(2 if mass.size > 100_000 else 12):
            filled = np.asarray(fixed + cv2.blur(filled, (3, 3)) * (1 - share), np.float32)
    assert filled is not None
    return filled
