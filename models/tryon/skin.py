"""Painted skin where old clothes are gone: legs, arms, neck and chest of the shopper's own colour, round, with knees
and collarbones, in the photo's light and grain."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.skin import skin_likeness
from models.parsing.lip import Lip
from models.tryon.body import Body, Bool, Labels, Points

Rgb = npt.NDArray[np.uint8]
Float = npt.NDArray[np.float32]
Profile = tuple[tuple[float, ...], tuple[float, ...]]

# Where no skin of the shopper is seen: the middle of the Monk skin tone scale (tone 5), the least wrong for all.
UNKNOWN_SKIN = (215.0, 189.0, 150.0)
# Half widths in shoulder widths (37 cm) at positions along a limb: 0 at its root, 1 at its middle joint, 2 at its end.
# Thigh 19 cm across, knee 12, calf 13, ankle 7; upper arm 11, elbow 8, forearm 8, wrist 6.
LEG = ((0.0, 0.5, 0.85, 1.0, 1.15, 1.4, 1.7, 1.95, 2.2), (0.26, 0.235, 0.18, 0.165, 0.16, 0.177, 0.13, 0.095, 0.1))
ARM = ((0.0, 0.5, 1.0, 1.3, 2.0, 2.2), (0.145, 0.13, 0.112, 0.112, 0.08, 0.08))
# A limb is round: seen at the angle of its surface it is lit by Lambert's law, of which soft light leaves so much.
ROUNDNESS = 0.55
# Shading of the knee: its cap is lighter than the rest, the hollow under it darker and a little redder.
KNEE_CAP, KNEE_HOLLOW, SHIN = 0.035, 0.07, 0.03
# Shading of the chest: towards its sides, and the two edges of a collarbone; the shadow under the chin.
CHEST_SIDES, COLLARBONE, CHIN_SHADOW = 0.12, 0.05, 0.16
# Mottling of skin: the standard deviation of its lightness over 0.05 shoulder widths (2 cm).
MOTTLING = 0.005
# So far along a limb painted skin keeps the width of the skin that is seen.
WIDTH_GOES_ON = 0.5


@dataclass(frozen=True)
class Round:
    """A limb in the picture, all (h, w): `inside` it and `near` it, `along` it (0 root, 1 middle joint, 2 end) and
    `aside`, -1..1 from its left to its right edge."""

    inside: Bool
    near: Bool
    along: Float
    aside: Float


def limb(shape: tuple[int, ...], joints: Points, profile: Profile, unit: float) -> Round:
    """A bare limb between its `joints` (3, 2) with this profile of half widths in `unit` pixels."""
    margin = 1.6 * max(profile[1]) * unit + 2
    low = np.maximum(np.floor(joints.min(0) - margin).astype(int), 0)
    high = np.minimum(np.ceil(joints.max(0) + margin).astype(int), (shape[1], shape[0]))
    inside, close = np.zeros(shape[:2], bool), np.zeros(shape[:2], bool)
    along, aside = np.zeros(shape[:2], np.float32), np.zeros(shape[:2], np.float32)
    if (high <= low).any():
        return Round(inside, close, along, aside)
    box = slice(low[1], high[1]), slice(low[0], high[0])
    y, x = np.mgrid[box].astype(np.float32)
    nearest = np.full(x.shape, np.inf, np.float32)
    for index in (0, 1):
        way = joints[index + 1] - joints[index]
        length = max(1.0, float(np.linalg.norm(way)))
        # Python's floats keep float32 arrays float32.
        dx, dy = (float(part) for part in way / length)
        left, top = x - float(joints[index][0]), y - float(joints[index][1])
        share = (left * dx + top * dy) / length
        held = np.clip(share, 0, 1 if index == 0 else 1.2)
        distance = np.hypot(left - held * length * dx, top - held * length * dy)
        closer = distance < nearest
        nearest = np.minimum(nearest, distance)
        along[box] = np.where(closer, held + index, along[box])
        # Down a limb that hangs, the viewer's right is on its left.
        side = np.sign(left * dy - top * dx)
        aside[box] = np.where(closer, side * distance, aside[box])
    half = np.interp(along[box], profile[0], np.array(profile[1]) * unit).astype(np.float32)
    aside[box] /= half
    inside[box] = np.abs(aside[box]) <= 1
    close[box] = np.abs(aside[box]) <= 1.6
    return Round(inside, close, along, aside)


def bare_limbs(body: Body, labels: Labels) -> tuple[list[Round], list[Round]]:
    """Both bare arms and both bare legs, as left and right; next to legs that `labels` (h, w) show they are as wide."""
    shape = body.silhouette.shape
    arms = [limb(shape, joints, ARM, body.unit) for joints in body.arms]
    shown = np.isin(labels, (int(Lip.LEFT_LEG), int(Lip.RIGHT_LEG)))
    return arms, [_joined(limb(shape, joints, LEG, body.unit), shown) for joints in body.legs]


def _joined(part: Round, shown: Bool) -> Round:
    """The limb moved and widened to what is `shown` (h, w) of it: the skin next to where it is hidden, at the knee."""
    near = shown & part.near & (part.along > 0.2)
    along = part.along[near]
    if along.size < 50:
        return part
    first = float(np.percentile(along, 2))
    # A twentieth of a leg's half below the old hem, whose shadow and slant blur the edge.
    strip = part.aside[near][(along > first + 0.08) & (along < first + 0.2)]
    if strip.size < 20:
        return part
    left, right = (float(value) for value in np.percentile(strip, (3, 97)))
    # Landmarks err by a third of a leg; more is the other leg.
    centre = float(np.clip((left + right) / 2, -0.4, 0.4))
    half = float(np.clip((right - left) / 2 * 1.05, 0.7, 1.25))
    weight = np.exp(-np.abs(part.along - first) / WIDTH_GOES_ON)
    aside = (part.aside - centre * weight) / (1 + (half - 1) * weight)
    return Round(part.near & (np.abs(aside) <= 1), part.near, part.along, np.asarray(aside, np.float32))


def paint(rgb: Rgb, labels: Labels, body: Body, limbs: tuple[list[Round], list[Round]], shade: Float) -> Float:
    """Bare skin (h, w, 3) of the person in `rgb` (h, w, 3) with these `limbs`; `shade` (h, w) is the light that
    their clothes are in."""
    side = _side_light(shade, body)
    total = _chest(body)
    for part in limbs[0]:
        total[part.inside] = _cylinder(part.aside[part.inside], side)
    hollow = np.zeros_like(total)
    for part, knee in zip(limbs[1], body.knee, strict=True):
        along, aside = part.along[part.inside], part.aside[part.inside]
        relief, red = _knee(along, aside, body, inwards=1.0 if knee[0] < body.knee.mean(0)[0] else -1.0)
        total[part.inside] = _cylinder(aside, side) + relief
        hollow[part.inside] = red
    total = np.asarray(cv2.GaussianBlur(total, (0, 0), max(0.8, 0.01 * body.unit)), np.float32)
    # Cloth shades more than skin, which lies smooth: a quarter of its light is taken.
    total *= shade**0.25
    total += _mottling(total.shape, body.unit)
    colour = skin_colour(rgb, labels, 0.06 * body.unit * body.unit)
    # Skin darkens towards red: blue falls faster than red (the same skin in shade, measured on the sample photos).
    painted = colour * total[..., None] ** np.array([0.8, 1.0, 1.1], np.float32)
    painted[..., 1:] *= (1 - 0.03 * hollow)[..., None]
    return np.asarray(np.clip(painted, 0, 255), np.float32)


def _cylinder(aside: Float, side: float) -> Float:
    """Shading of a round limb by how far aside the pixels are: 1 or a little more at its lightest."""
    aside = np.clip(aside, -1, 1)
    towards = np.sqrt(1 - aside * aside)
    lit = aside * side + towards * float(np.sqrt(1 - side * side))
    # The colour is the lighter half's of skin that is seen: the middle of a limb is just over it.
    return np.asarray(1.04 - ROUNDNESS * (1 - np.clip(lit, 0, 1)) ** 1.3, np.float32)


def _knee(along: Float, across: Float, body: Body, inwards: float) -> tuple[Float, Float]:
    """Relief of a leg at pixels (n,), added to its shading: kneecap, the hollows around it, the shin; and the hollow
    alone. `inwards` is 1 if the other leg is on the viewer's right, else -1."""
    height = float(np.linalg.norm(body.ankle[0] - body.knee[0]) + np.linalg.norm(body.ankle[1] - body.knee[1])) / 2
    # In shoulder widths below the joint; the shin's and the thigh's positions differ little in scale.
    down = (along - 1) * np.float32(height / body.unit)

    def spot(centre: tuple[float, float], size: tuple[float, float]) -> Float:
        aside, below = (across - centre[0]) / size[0], (down - centre[1]) / size[1]
        return np.asarray(np.exp(-(aside**2) - below**2), np.float32)

    hollow = spot((0.0, 0.1), (0.5, 0.045)) + 0.6 * (spot((-0.6, -0.03), (0.2, 0.1)) + spot((0.6, -0.03), (0.2, 0.1)))
    cap = spot((0.0, -0.04), (0.38, 0.09))
    shin = np.exp(-(((across - 0.15 * inwards) / 0.22) ** 2)) * np.clip((down - 0.15) / 0.15, 0, 1)
    return np.asarray(KNEE_CAP * cap - KNEE_HOLLOW * hollow + SHIN * shin, np.float32), np.minimum(hollow, 1)


def _chest(body: Body) -> Float:
    """Shading (h, w) of neck, chest and belly, 1 elsewhere."""
    shading = np.ones(body.silhouette.shape, np.float32)
    reach = max(body.torso_length, body.unit)
    low = np.maximum(np.floor(body.neck - np.array([reach, 0.6 * body.unit])).astype(int), 0)
    high = np.ceil(body.neck + np.array([reach, 1.2 * reach])).astype(int)
    box = slice(low[1], max(low[1], high[1])), slice(low[0], max(low[0], high[0]))
    part = shading[box]
    y, x = np.indices(part.shape, dtype=np.float32)
    (ax, ay), (dx, dy) = ((float(value) for value in axis) for axis in (body.across, body.down))
    left = (x + float(low[0] - body.neck[0])) / body.unit
    top = (y + float(low[1] - body.neck[1])) / body.unit
    across, down = left * ax + top * ay, left * dx + top * dy
    part -= CHEST_SIDES * np.clip(across / (0.5 * body.frontal), -1, 1) ** 2
    # From the notch between them collarbones rise to the shoulders: light on their upper edge, shadow under it.
    reach_out = np.abs(across) / body.frontal
    below = down - (0.02 - 0.14 * np.clip(reach_out - 0.06, 0, 0.4))
    weight = np.clip((reach_out - 0.05) / 0.05, 0, 1) * np.clip((0.44 - reach_out) / 0.12, 0, 1)
    ridge = np.exp(-((below / 0.022) ** 2)) - 1.2 * np.exp(-(((below - 0.04) / 0.03) ** 2))
    chin = np.exp(-((np.maximum(down + 0.3, 0) / 0.16) ** 2)) * (reach_out < 0.5)
    part += COLLARBONE * weight * ridge - CHIN_SHADOW * chin
    return shading


def _side_light(shade: Float, body: Body) -> float:
    """Where light comes from, -0.5 (left) to 0.5 (right), by the shade on both sides of the old clothes."""
    middle = round(float(body.pelvis[0]))
    right, left = body.silhouette.copy(), body.silhouette.copy()
    right[:, : max(0, middle)] = False
    left[:, max(0, middle) :] = False
    if not right.any() or not left.any():
        return 0.0
    difference = float(np.log(shade[right]).mean() - np.log(shade[left]).mean())
    # Light from 30 degrees aside makes one half of a cylinder about a quarter lighter than the other.
    return float(np.clip(2 * difference, -0.5, 0.5))


def _mottling(shape: tuple[int, ...], unit: float) -> Float:
    """Skin's unevenness (h, w) around 0, the same every time."""
    step = max(1, round(0.05 * unit))
    coarse = np.random.default_rng(5).normal(0, MOTTLING, (-(-shape[0] // step), -(-shape[1] // step)))
    large = cv2.resize(coarse.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.float32)


def grain(rgb: Rgb, seen: Bool) -> float:
    """The standard deviation of the photo's noise and finest texture on skin that is `seen` (h, w), at most 3."""
    if seen.sum() < 100:
        return 1.0
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = (luma - cv2.GaussianBlur(luma, (0, 0), 1.5))[seen]
    # By the median, so that edges inside (veins, rings) do not count; 1.48 of it is a normal distribution's deviation.
    return float(min(3.0, 1.48 * np.median(np.abs(fine))))


def skin_colour(rgb: Rgb, labels: Labels, least: float) -> Float:
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
