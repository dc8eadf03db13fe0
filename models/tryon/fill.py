"""The plate: the person's photo without the clothes that are replaced. What they hid is painted: skin of the shopper's
own colour on limbs, neck and chest, the other clothes' continuation on the torso, and the background elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.tryon import regions
from models.tryon.body import Body, Bool, Labels
from models.tryon.shade import blurred
from models.tryon.skin import bare_limbs, grain, paint
from schemas.events import Category

Rgb = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

# Skin's look goes on beyond its border for about a third of a shoulder width: the length of a shadow on a limb.
SKIN_GOES_ON = 0.3
# A background is filled from both sides rather than from above and below: horizons and floors are level. By so much
# is the distance sideways shorter. Light on skin is smooth: a smaller picture holds all of it.
SQUEEZE, SMOOTH = (4, 1), (3, 3)
# A wall is plain if its lightness varies by less than this (of 255) within 0.05 shoulder widths, on most of it.
PLAIN_WALL = 3.0


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
    beside, wall = _beside(rgb, labels, old, body.unit)
    beside *= mask
    removed |= beside > 0
    limbs = bare_limbs(body, labels)
    inside = regions.smoothed(body.silhouette)
    arms, legs = (np.logical_or(pair[0].inside, pair[1].inside) & inside for pair in limbs)
    torso = regions.bare_torso(body)
    result = rgb.astype(np.float32)
    away = removed & ~(arms | legs | torso)
    if wall.any():
        # Under the soft edge of skin lies the background too, not the old cloth.
        result += (diffuse(rgb, wall, SQUEEZE) - result) * np.maximum(removed & (beside == 0), beside)[..., None]
    skin_wanted = removed & (arms | legs | torso)
    others = _other_clothes(labels, body, categories) & ~removed
    hidden = skin_wanted & ~arms & _reach_of_others(labels, body, categories)
    if others.any() and hidden.any():
        result[hidden] = diffuse(rgb, others)[hidden]
        skin_wanted &= ~hidden
    if skin_wanted.any():
        joined = _joined_skin(labels, skin_wanted, (legs, arms & ~torso, torso), 0.12 * body.unit) * mask
        seen = skin & ~_grown(removed, 3) & (joined < 0.05)
        painted = _skin(rgb, seen, paint(rgb, labels, body, limbs, shade), body.unit)
        painted += np.random.default_rng(3).normal(0, grain(rgb, seen), (*labels.shape, 1))
        soft = cv2.GaussianBlur(skin_wanted.astype(np.float32), (0, 0), 1.2) * removed
        soft = np.maximum(soft, joined)[..., None]
        result = result * (1 - soft) + painted * soft
        removed = removed | (joined > 0)
    return Plate(np.clip(result, 0, 255).astype(np.uint8), removed, away, skin_wanted & arms)


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


def _skin(rgb: Rgb, seen: Bool, painted: Float, unit: float) -> Float:
    """Skin (h, w, 3) as it is `painted`; next to skin that is `seen` (h, w) it goes on as that looks."""
    if not seen.any():
        return painted
    distance = cv2.distanceTransform((~seen).astype(np.uint8), cv2.DIST_L2, 5)
    near = np.exp(-distance / (SKIN_GOES_ON * unit))[..., None]
    return np.asarray(painted + diffuse(rgb - painted, seen, SMOOTH) * near, np.float32)


def _joined_skin(labels: Labels, removed: Bool, parts: tuple[Bool, Bool, Bool], width: float) -> Float:
    """How far (h, w) 0..1 skin that is seen is painted over, so that the shadow of an old hem goes with it: from 1 at
    what was `removed` to 0 at this distance. `parts` are where legs, arms and torso belong."""
    share = np.zeros(labels.shape, np.float32)
    for area, names in zip(parts, regions.SKIN_PARTS, strict=True):
        # A thread beside a sleeveless top is no hem.
        hem = cv2.morphologyEx((removed & area).astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
        if hem.any():
            distance = cv2.distanceTransform(1 - hem, cv2.DIST_L2, 5)
            seen = np.isin(labels, [int(label) for label in names])
            share = np.maximum(share, np.clip(1.5 - 1.5 * distance / width, 0, 1) * seen)
    return np.asarray(share, np.float32)


def _beside(rgb: Rgb, labels: Labels, old: Bool, unit: float) -> tuple[Float, Bool]:
    """How far (h, w) 0..1 background beside the `old` clothes is replaced with them, and background to fill it from.

    Labels miss a rim of clothes that have the wall's colour, and clothes cast shadows: before a plain wall all within
    0.1 shoulder widths (4 cm) is replaced, and less and less up to 0.18, which nobody sees; elsewhere only the rim is.
    """
    wall = labels == Lip.BACKGROUND
    if not wall.any():
        return np.zeros(old.shape, np.float32), wall
    distance = cv2.distanceTransform((~old).astype(np.uint8), cv2.DIST_L2, 5) / unit
    around = wall & (distance > 0.12) & (distance < 0.6)
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rough = np.abs(luma - blurred(luma, 0.05 * unit))[around]
    if rough.size > 100 and float(np.percentile(rough, 80)) < PLAIN_WALL:
        share = np.where(wall, np.clip((0.18 - distance) / 0.08, 0, 1), 0)
        return np.asarray(share, np.float32), wall & (distance > 0.13)
    return np.zeros(old.shape, np.float32), wall & (distance > 0.06)


def diffuse(rgb: Rgb | Float, known: Bool, squeeze: tuple[int, int] = (1, 1)) -> Float:
    """The picture (h, w, 3) with everything else filled smoothly from the known pixels: the pull-push method of
    Gortler et al. 1996 (The Lumigraph), a pyramid of weighted means, relaxed on every level towards a membrane.
    `squeeze` is by how much the picture is made smaller for it: aside more than down, and what lies aside is nearer."""
    weight = known.astype(np.float32)
    colour, full = rgb.astype(np.float32) * weight[..., None], (rgb.shape[1], rgb.shape[0])
    if squeeze != (1, 1):
        narrow = (max(1, full[0] // squeeze[0]), max(1, full[1] // squeeze[1]))
        weight = np.asarray(cv2.resize(weight, narrow, interpolation=cv2.INTER_AREA), np.float32)
        colour = np.asarray(cv2.resize(colour, narrow, interpolation=cv2.INTER_AREA), np.float32)
    filled = _filled(colour, weight)
    return (
        filled
        if squeeze == (1, 1)
        else np.asarray(cv2.resize(filled, full, interpolation=cv2.INTER_LINEAR), np.float32)
    )


def _filled(colour: Float, weight: Float) -> Float:
    """Colours (h, w, 3), given times their weight (h, w), wherever there is none."""
    levels = [(colour, weight)]
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
