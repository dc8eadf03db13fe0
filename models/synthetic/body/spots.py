"""Where on a body a palm can be put: points of the skin, found by direction."""

from functools import cache

import numpy as np
import numpy.typing as npt

from models.synthetic.body.model import bone_index, skin_weights
from models.synthetic.body.poses import Spot
from models.synthetic.body.regions import region
from models.synthetic.body.rig import Rig, Vec, cross, unit


def palm_spot(rig: Rig, letter: str, spot: Spot) -> tuple[Vec, Vec]:
    """The point (3,) for the palm of side `letter` and the direction (3,) away from what it touches."""
    point, away = _spot(rig, letter, spot)
    if any(spot.shift):
        out, forward, up = spot.shift
        mirror = 1.0 if letter == "L" else -1.0
        point = point + rig.rotation("spine01") @ np.array([mirror * out, -forward, up])
    return point, away


def _spot(rig: Rig, letter: str, spot: Spot) -> tuple[Vec, Vec]:
    mirror = 1.0 if letter == "L" else -1.0
    other = "R" if letter == "L" else "L"
    if spot.frame == "shoulder":
        chest = rig.rotation("spine01")
        arm = rig.rest(f"wrist.{letter}") - rig.rest(f"upperarm01.{letter}")
        length = 1.05 * float(np.linalg.norm(arm))
        away = np.array([mirror * spot.b, -spot.a, spot.c]) * length
        return rig.joint(f"upperarm01.{letter}") + chest @ away, chest @ unit(away)
    if spot.frame == "trunk":
        return _trunk(rig, spot, mirror)
    if spot.frame in {"thigh", "other thigh"}:
        owner = letter if spot.frame == "thigh" else other
        bones = (f"upperleg01.{owner}", f"lowerleg01.{owner}")
        return _limb(rig, bones, spot, np.array([0.0, 0.0, 1.0]), mirror)
    if spot.frame == "arm":
        bones = (
            (f"upperarm01.{other}", f"lowerarm01.{other}") if spot.a <= 1 else (f"lowerarm01.{other}", f"wrist.{other}")
        )
        along = spot if spot.a <= 1 else Spot("arm", spot.a - 1, spot.b, spot.c, spot.off)
        return _limb(rig, bones, along, np.array([0.0, -1.0, 0.0]), -mirror)
    return _head(rig, spot, mirror)


def _trunk(rig: Rig, spot: Spot, mirror: float) -> tuple[Vec, Vec]:
    """Cast on the trunk at rest, carried along with the nearest bone of the spine."""
    rest = rig.body.rest
    hips = (rig.rest("upperleg01.L") + rig.rest("upperleg01.R")) / 2
    shoulders = (rig.rest("upperarm01.L") + rig.rest("upperarm01.R")) / 2
    axis = hips + spot.a * (shoulders - hips)
    angle = np.radians(spot.b)
    out = np.array([mirror * np.sin(angle), -np.cos(angle), 0.0])
    points = rest[region("trunk")] - axis
    near = np.abs(points[:, 2]) < 0.04
    radius = _furthest(points[near, :2], out[:2], 0.03)
    point = axis + out * (radius + spot.off)
    bone = min(("root", "spine04", "spine03", "spine02", "spine01"), key=lambda name: abs(rig.rest(name)[2] - axis[2]))
    return rig.carry(bone, point), rig.rotation(bone) @ out


def _furthest(points: npt.NDArray[np.float64], out: npt.NDArray[np.float64], half_width: float) -> float:
    """How far skin reaches in direction `out` (2,) from the axis, in a strip of so much to either side."""
    along = points @ out
    beside = np.abs(points @ np.array([-out[1], out[0]])) < half_width
    return float(along[beside & (along > 0)].max(initial=0.08))


def _limb(rig: Rig, bones: tuple[str, str], spot: Spot, zero: Vec, mirror: float) -> tuple[Vec, Vec]:
    """A point around a limb in its pose: its skin is carried by its bone."""
    start, end = rig.joint(bones[0]), rig.joint(bones[1])
    along = unit(end - start)
    front = unit(zero - along * float(zero @ along))
    aside = cross(along, front)
    outwards = np.array([mirror, 0.0, 0.0])
    if float(aside @ outwards) < 0:
        aside = -aside
    angle = np.radians(spot.b)
    out = front * np.cos(angle) + aside * np.sin(angle)
    axis = start + spot.a * (end - start)
    back = rig.rotation(bones[0]).T
    axis_rest = rig.rest(bones[0]) + back @ (axis - start)
    away = rig.body.rest[_bone_region(bones[0])] - axis_rest
    out_rest, along_rest = back @ out, back @ along
    near = np.abs(away @ along_rest) < 0.03
    spread = away[near] - np.outer(away[near] @ along_rest, along_rest)
    ahead = spread @ out_rest
    beside = np.linalg.norm(spread - np.outer(ahead, out_rest), axis=1) < 0.025
    radius = float(ahead[beside].max(initial=0.03))
    return axis + out * (radius + spot.off), out


def _head(rig: Rig, spot: Spot, mirror: float) -> tuple[Vec, Vec]:
    """A point around the head, as if it were a ball around its middle."""
    rest = rig.body.rest[region("head")]
    low, high = rest.min(0), rest.max(0)
    centre = np.array([0.0, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2])
    angle = np.radians(spot.b)
    half = (high - low) / 2
    flat = float(np.sqrt(max(1 - spot.a**2, 0.0)))
    ball = np.array([mirror * np.sin(angle) * flat, -np.cos(angle) * flat, spot.a])
    point = centre + ball * half + unit(ball) * spot.off
    return rig.carry("head", point), rig.rotation("head") @ unit(ball)


@cache
def _bone_region(bone: str) -> npt.NDArray[np.int32]:
    """Vertices that follow a bone or its second half."""
    names = [bone, bone.replace("01", "02")]
    weights = sum(skin_weights()[:, [bone_index()[name]]].toarray().ravel() for name in names if name in bone_index())
    return np.asarray(np.flatnonzero(np.asarray(weights) > 0.5), np.int32)
