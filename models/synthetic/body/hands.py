"""Hands: how they lie in space and how their fingers are curled."""

from dataclasses import dataclass

import numpy as np

from models.synthetic.body.rig import Matrix, Rig, Vec, cross, frame, shortest, turn, twist_about, unit

# What a wrist can do, degrees: bend towards palm or back, and sideways (Kapandji, The Physiology of the Joints).
_BEND, _ASIDE = 65.0, 22.0
# A forearm turns the hand by about so much either way from the middle position (Kapandji).
_TURN = 85.0
# Relaxed: the knuckles, middle and end joints of the four fingers are bent by so many degrees; more towards the little
# finger, as the tendons' lengths have it.
_RELAXED = ((14.0, 22.0, 10.0), (18.0, 26.0, 12.0), (22.0, 30.0, 14.0), (25.0, 30.0, 14.0))


@dataclass(frozen=True)
class Palm:
    """A hand at rest: columns of `axes` are along the fingers, out of the palm, and their cross product."""

    axes: Matrix
    centre: Vec


def palm(rig: Rig, side: str) -> Palm:
    """The hand of side "L" or "R" at rest."""
    wrist = rig.rest(f"wrist.{side}")
    knuckles = [rig.rest(f"finger{number}-1.{side}") for number in range(2, 6)]
    along = np.mean(knuckles, 0) - wrist
    across = knuckles[0] - knuckles[3]
    out = cross(along, across) if side == "L" else cross(across, along)
    axes = frame(along, out)
    # The bones run inside the hand: the palm's skin lies about as far below as the knuckles are apart.
    return Palm(axes, wrist + 0.8 * along + 0.012 * axes[:, 1])


def turn_hand(rig: Rig, side: str, palm_to: Vec, fingers: Vec | None) -> None:
    """Turns the forearm about itself and bends the wrist so that the palm looks along `palm_to` and the fingers along
    `fingers` (None: as the forearm), as far as joints allow."""
    elbow, wrist = rig.joint(f"lowerarm01.{side}"), rig.joint(f"wrist.{side}")
    forearm = unit(wrist - elbow)
    rest = palm(rig, side).axes
    rig.set(f"lowerarm02.{side}", np.eye(3))
    carried = rig.rotation(f"lowerarm01.{side}")
    straight = shortest(carried @ rest[:, 0], forearm) @ carried  # the hand in line with the forearm
    wanted = frame(forearm if fingers is None else fingers, palm_to) @ rest.T
    twist = twist_about(wanted @ straight.T, forearm)
    twist = float(np.clip(twist, -np.radians(_TURN), np.radians(_TURN)))
    # Skin over the forearm turns with its end: the rig shares the turn between two bones.
    rig.aim(f"lowerarm02.{side}", turn(forearm, 0.6 * twist) @ carried)
    hand = turn(forearm, twist) @ straight
    rig.aim(f"wrist.{side}", _bend(hand, wanted, rest))


def _bend(hand: Matrix, wanted: Matrix, rest: Matrix) -> Matrix:
    """`hand` bent at the wrist towards `wanted`, within the joint's range."""
    along, out, across = (hand @ rest).T
    goal = wanted @ rest[:, 0]
    towards_palm = np.arctan2(float(goal @ out), float(goal @ along))
    aside = np.arctan2(float(goal @ across), float(np.hypot(goal @ along, goal @ out)))
    towards_palm = float(np.clip(towards_palm, -np.radians(_BEND), np.radians(_BEND)))
    aside = float(np.clip(aside, -np.radians(_ASIDE), np.radians(_ASIDE)))
    bent = turn(cross(along, out), towards_palm) @ hand
    out_now = bent @ rest[:, 1]
    return turn(out_now, -aside) @ bent


def curl_fingers(rig: Rig, side: str, amount: float, spread: float = 0.0) -> None:
    """Curls the fingers: `amount` 0 flat, 1 relaxed, about 2.5 a fist; `spread` in degrees between neighbours."""
    axes = palm(rig, side).axes
    for finger, bends in enumerate(_RELAXED, 2):
        names = [f"finger{finger}-{joint}.{side}" for joint in (1, 2, 3)]
        bones = [rig.rest(names[1]) - rig.rest(names[0]), rig.rest(names[2]) - rig.rest(names[1])]
        for joint, (name, bend) in enumerate(zip(names, bends, strict=True)):
            axis = unit(cross(unit(bones[min(joint, 1)]), axes[:, 1]))
            # At rest the fingers are already curled a little.
            rotation = turn(axis, np.radians(bend * (amount - 0.6)))
            if joint == 0 and spread:
                rotation = turn(axes[:, 1], np.radians(spread * (3.5 - finger)) * (1 if side == "L" else -1)) @ rotation
            rig.set(name, rotation)
    _curl_thumb(rig, side, amount, axes)


def _curl_thumb(rig: Rig, side: str, amount: float, axes: Matrix) -> None:
    first = rig.rest(f"finger1-2.{side}") - rig.rest(f"finger1-1.{side}")
    towards = rig.rest(f"finger3-1.{side}") - rig.rest(f"finger1-2.{side}")
    axis = unit(cross(unit(first), unit(towards + 0.02 * axes[:, 1])))
    for joint, bend in ((1, 10.0), (2, 8.0), (3, 10.0)):
        rig.set(f"finger1-{joint}.{side}", turn(axis, np.radians(bend * min(amount, 2.0))))
