"""Light and folds of the person's photo on the new garment.

Only the old clothes tell how light falls on cloth here, and only inside their own area; their print and borders must
not come along. So their lightness is taken relative to the typical one of each of their colours, its broad part is the
light, and its fine part the folds, which are used where the old cloth is plain.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.tryon.body import Body, Bool, Labels

Rgb = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]

# Broad light: details above 0.12 shoulder widths; folds: from 0.015 to 0.06.
LIGHT_SCALE, FOLD_LOW, FOLD_HIGH = 0.12, 0.015, 0.06
# Logarithms of the strongest light and of the typical fold: more is another cloth, a shadow's border, a seam.
MOST_LIGHT, TYPICAL_FOLD = 0.22, 0.08
# Some of what varies slowly is the old cloth's own colour (washed denim): so much of it is taken for light.
LIGHT_STRENGTH = 0.6
# Clothes of one person have about this many colours in large areas; two that are alike share one cluster.
CLOTHS = 4
# Of the features below: 6 in a or b, or 34 (of 255) in lightness, is the shade of one cloth.
SAME_CLOTH = 12.0
# Old cloth whose fine lightness varies more than this (standard deviation of the logarithm) has a print.
PLAIN = 0.10
# A product photo's white cloth.
STUDIO_WHITE = 240.0
HEAD = (int(Lip.HAIR), int(Lip.FACE), int(Lip.HAT))
# The garment's side turns away from the camera: its rim is darker by this, over this many shoulder widths.
RIM_DEPTH, RIM_WIDTH = 0.16, 0.06


@dataclass(frozen=True)
class Light:
    """What a garment's colours (0..255) are multiplied with: `shade` (h, w), `tone` (3,) and the photo's `black`."""

    shade: Float
    tone: Float
    black: float


def read_light(rgb: Rgb, labels: Labels, old: Bool, body: Body) -> Light:
    """The light on the clothes `old` (h, w) of a working picture (h, w, 3) with its labels (h, w)."""
    tone, black = _tone(rgb, labels)
    unit = body.unit
    # A hem over trousers is a border, even between clothes of one colour.
    reach = max(5, round(0.04 * unit)) | 1
    kernel = np.ones((reach, reach), np.uint8)
    inside = old & (cv2.erode(labels, kernel) == cv2.dilate(labels, kernel))
    shade = np.zeros(old.shape, np.float32)
    # A torso's front is about 1.5 square shoulder widths: a tenth of it is too little to read light from.
    if inside.sum() > 0.15 * unit * unit:
        relative, plain = _relative_lightness(rgb, inside, unit)
        weight = plain.astype(np.float32)
        light = _smooth(relative, weight, LIGHT_SCALE * unit)
        # Beyond the old clothes it fades: there is nothing to know it from.
        near = np.clip(blurred(weight, LIGHT_SCALE * unit) * 2, 0, 1)
        shade += np.clip(LIGHT_STRENGTH * light, -MOST_LIGHT, MOST_LIGHT) * near
        if plain.any():
            shade += _folds(relative, plain, unit)
    return Light(np.exp(shade).astype(np.float32), tone, black)


def _relative_lightness(rgb: Rgb, inside: Bool, unit: float) -> tuple[Float, Bool]:
    """The logarithm of the lightness over the median of the cloth's own colour, 0 elsewhere, and where it is to be
    trusted: inside cloth of one colour, away from its border to another, so that neither a white shirt under a dark
    jacket nor a belt prints through."""
    lab = cv2.cvtColor(cv2.medianBlur(rgb, 5), cv2.COLOR_RGB2LAB)
    luma = np.log(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) + 8)
    nearest = _cloths(lab[inside].astype(np.float32))
    relative, plain = np.zeros(inside.shape, np.float32), np.zeros(inside.shape, bool)
    for index in np.unique(nearest):
        cloth = np.zeros(inside.shape, np.uint8)
        cloth[inside] = nearest == index  # a print's threads and letters are no cloth of their own
        # A border is 0.03 shoulder widths of doubt.
        reach = max(3, round(0.03 * unit)) | 1
        closed = cv2.morphologyEx(cloth, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        core = np.asarray(cv2.erode(closed, np.ones((reach, reach), np.uint8)) > 0, bool)
        if core.sum() > 0.02 * unit * unit:
            plain |= core
            relative[core] = luma[core] - np.median(luma[core])
    return np.clip(relative, -0.6, 0.6), plain


def _cloths(lab: Float) -> npt.NDArray[np.intp]:
    """Which cloth each pixel (n, 3) in 8-bit Lab belongs to, (n,), by colour."""
    # Hue tells cloths apart; lightness is what is sought, and only its large steps are another cloth.
    features = np.ascontiguousarray(lab * np.array([0.35, 2.0, 2.0], np.float32))
    sample = features[:: max(1, len(features) // 4000)]
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    count = min(CLOTHS, len(sample))
    _, _, centres = cv2.kmeans(sample, count, np.empty(0, np.int32), criteria, 1, cv2.KMEANS_PP_CENTERS)
    # Clusters that are near each other are one cloth in light and shade.
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2) > SAME_CLOTH
    merged = np.arange(count)
    for one in range(count):
        for other in range(one):
            if not apart[one, other]:
                merged[merged == merged[one]] = merged[other]
    return np.asarray(merged[np.linalg.norm(features[:, None] - centres[None], axis=2).argmin(1)], np.intp)


def _smooth(values: Float, weight: Float, sigma: float) -> Float:
    """The weighted Gaussian mean of `values` where `weight` is; it goes on outside from the nearest."""
    total = blurred(values * weight, sigma)
    return np.asarray(total / np.maximum(blurred(weight, sigma), 1e-3), np.float32)


def blurred(plane: Float, sigma: float) -> Float:
    """A Gaussian mean (h, w); a wide one is taken from a smaller picture, in no more time than a narrow one."""
    sigma = max(1.0, sigma)
    # At a sigma of 3 and more a reduced picture holds all that is left of the plane.
    step = max(1, int(sigma / 3))
    if step == 1:
        return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
    size = (plane.shape[1], plane.shape[0])
    small = cv2.resize(plane, (-(-size[0] // step), -(-size[1] // step)), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), sigma / step)
    return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _folds(relative: Float, inside: Bool, unit: float) -> Float:
    weight = inside.astype(np.float32)
    fine = _smooth(relative, weight, FOLD_LOW * unit) - _smooth(relative, weight, FOLD_HIGH * unit)
    spread = float(fine[inside].std())
    strength = float(np.clip(1.5 - spread / PLAIN, 0, 1))
    # At the old cloth's borders nothing is taken, within 0.05 shoulder widths it rises to all.
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    rise = np.clip(distance / (0.05 * unit) - 0.3, 0, 1)
    # What is much stronger than a fold is a seam or a hem, and fades out.
    return np.asarray(fine * np.exp(-((fine / TYPICAL_FOLD) ** 2)) * strength * rise, np.float32)


def _tone(rgb: Rgb, labels: Labels) -> tuple[Float, float]:
    """The photo's tint and brightness, and its darkest tone, by which a product photo from a studio must be adapted.

    The person tells them, since haze, flare and lamps behind them are not where they stand. The tint is the mean of
    what is bright and nearly neutral, two thirds of it and at most 8 %: coloured clothes are no light. The brightness
    is that of the lightest percent, at most 10 % less than a studio's white. The black is the 1st percentile of
    lightness, less what any photo has.
    """
    small, person = np.ascontiguousarray(rgb[::4, ::4]), labels[::4, ::4] > 0
    if not person.any():
        person = np.ones_like(person)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32) - 128
    # Within 20 of grey in Lab is what daylight and lamps make of white (a black body of 4,500 to 8,000 K); L over 60 %.
    neutral = (np.hypot(lab[..., 1], lab[..., 2]) < 20) & (lab[..., 0] > 25)
    # Less than 2 % is a cup or a shoe.
    if (neutral & person).sum() > 0.02 * person.sum():
        neutral &= person
    tint = np.ones(3, np.float32)
    if neutral.mean() > 0.005:
        colour = small[neutral].astype(np.float32).mean(0)
        tint = np.clip((colour / colour.mean()) ** 0.67, 0.92, 1.08)
    lightness = small[person].mean(1)
    white = float(np.clip(np.percentile(lightness, 99) / STUDIO_WHITE, 0.9, 1))
    # Where no hair, eyes or shoes are in the frame nothing may be dark; then the surroundings tell.
    dark = lightness if np.isin(labels[::4, ::4], HEAD).any() else small.reshape(-1, 3).mean(1)
    black = float(np.clip(np.percentile(dark, 1) - 12, 0, 20))
    return np.asarray(tint * white, np.float32), black


def rim_shade(alpha: Float, unit: float) -> Float:
    """Shading (h, w) 0..1 of a part by the distance to its own edge: cloth is round and turns away there."""
    distance = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    share = np.clip(distance / max(1.0, RIM_WIDTH * unit), 0, 1)
    return np.asarray(1 - RIM_DEPTH * (1 - share) ** 2, np.float32)


def contact_shadow(alpha: Float, unit: float) -> Float:
    """How much darker (0..1) what lies under a part is next to its edge: cloth keeps the light off."""
    sigma = max(0.8, 0.022 * unit)
    shift = 0.015 * unit
    moved = cv2.warpAffine(alpha, np.array([[1, 0, 0], [0, 1, shift]]), (alpha.shape[1], alpha.shape[0]))
    return np.asarray(1 - 0.3 * blurred(np.asarray(moved, np.float32), sigma), np.float32)


def lit(colour: Rgb, shade: Float, light: Light) -> Float:
    """A garment's colours (h, w, 3) in the photo's light; `shade` (h, w) is the light's with the part's own."""
    toned = colour.astype(np.float32) * light.tone
    toned = light.black + toned * (1 - light.black / 255)
    return np.asarray(np.clip(toned * shade[..., None], 0, 255), np.float32)
