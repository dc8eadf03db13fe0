"""Poses that people strike for photos, with their variation."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from models.synthetic.body.poses import Arm, Leg, Pose, Side, Spot, Trunk
from schemas.findings import FindingCode

Rng = np.random.Generator
Regime = Literal["ideal", "real"]


def sample_pose(rng: Rng, regime: Regime = "real", kind: str | None = None, code: FindingCode | None = None) -> Pose:
    """A pose of a regime, of a `kind` of `KINDS`, or one for which a finding `code` holds.

    Raises:
        ValueError: the kind is unknown, or the code is not about poses.
    """
    if kind is None:
        shares = _FOR_CODE.get(code) if code is not None else _SHARES[regime]
        if shares is None:
            raise ValueError(f"no pose shows {code}; there are poses for {sorted(_FOR_CODE)}")
        total = sum(shares.values())
        kind = str(rng.choice(list(shares), p=[share / total for share in shares.values()]))
    maker = _MAKERS.get(kind)
    if maker is None:
        raise ValueError(f"unknown kind of pose {kind}; there are {KINDS}")
    pose = replace(maker(rng), kind=kind)
    return pose.mirrored() if rng.random() < 0.5 else pose


def _about(rng: Rng, mean: float, spread: float) -> float:
    """Normally distributed, cut at two spreads."""
    return float(mean + spread * np.clip(rng.standard_normal(), -2.0, 2.0))


def _trunk(rng: Rng, ease: float = 1.0) -> Trunk:
    """Nobody stands like a doll: small turns of chest and head."""
    return Trunk(
        lean=_about(rng, 1.0, 1.2 * ease),
        roll=_about(rng, 0.0, 1.0 * ease),
        twist=_about(rng, 0.0, 2.5 * ease),
        nod=_about(rng, 2.0, 3.0 * ease),
        turn=_about(rng, 0.0, 6.0 * ease),
        cock=_about(rng, 0.0, 3.0 * ease),
        shrug=_about(rng, 0.0, 1.0),
    )


def _hanging(rng: Rng, away: float = 0.17) -> Arm:
    """An arm that hangs, the elbow a little bent."""
    out = _about(rng, away, 0.05)
    return Arm(
        upper=(out, _about(rng, -0.05, 0.06), -1.0),
        fore=(out * 0.55 + _about(rng, 0.0, 0.04), _about(rng, 0.22, 0.09), -1.0),
        palm=(-1.0, _about(rng, -0.35, 0.2), 0.0),
        curl=_about(rng, 1.1, 0.3),
    )


def _legs(rng: Rng, width: float = 0.105) -> tuple[Leg, Leg]:
    """Both feet on the floor."""
    half = _about(rng, width, 0.02)
    step = _about(rng, 0.0, 0.025)
    return (
        Leg(out=half, forward=step, toe_out=_about(rng, 9.0, 4.0)),
        Leg(out=half, forward=-step, toe_out=_about(rng, 9.0, 4.0)),
    )


def _standing(rng: Rng) -> Pose:
    left, right = _legs(rng)
    return Pose("standing", left=_hanging(rng), right=_hanging(rng), left_leg=left, right_leg=right, trunk=_trunk(rng))


def _contrapposto(rng: Rng) -> Pose:
    """The weight on the right leg: its hip is higher, the chest leans back over it, the left knee is bent."""
    sway = _about(rng, 4.0, 1.2)
    trunk = replace(_trunk(rng), sway=sway, roll=-0.4 * sway, twist=_about(rng, 4.0, 3.0))
    return Pose(
        "contrapposto",
        left=_hanging(rng),
        right=_hanging(rng, 0.2),
        left_leg=Leg(
            out=_about(rng, 0.16, 0.025),
            forward=_about(rng, 0.09, 0.03),
            toe_out=_about(rng, 20.0, 5.0),
            knee=(0.3, 1.0, 0.0),
        ),
        right_leg=Leg(out=_about(rng, 0.045, 0.015), toe_out=_about(rng, 8.0, 3.0)),
        trunk=trunk,
    )


def _on_hip(rng: Rng) -> Arm:
    return Arm(
        spot=Spot("trunk", _about(rng, 0.24, 0.04), _about(rng, 78.0, 6.0), off=0.02),
        elbow=(1.0, _about(rng, -0.55, 0.15), -0.05),
        palm=(0.0, 0.0, 0.0),
        fingers=(-0.25, 0.85, _about(rng, -0.5, 0.15)),
        curl=_about(rng, 1.3, 0.3),
    )


def _hand_on_hip(rng: Rng) -> Pose:
    base = _contrapposto(rng) if rng.random() < 0.6 else _standing(rng)
    return replace(base, right=_on_hip(rng))


def _hands_on_hips(rng: Rng) -> Pose:
    return replace(_standing(rng), left=_on_hip(rng), right=_on_hip(rng))


def _hands_behind(rng: Rng) -> Pose:
    """Hands laid in each other behind the back."""
    base = _standing(rng) if rng.random() < 0.6 else _contrapposto(rng)
    high = _about(rng, 0.1, 0.04)
    inner = Arm(
        spot=Spot("trunk", high, 168.0, off=0.03),
        elbow=(0.8, -1.0, -0.1),
        palm=(0.0, -1.0, 0.0),
        fingers=(-0.7, -0.15, -0.7),
        curl=1.3,
    )
    outer = replace(inner, spot=Spot("trunk", high + 0.02, 172.0, off=0.07))
    return replace(base, left=inner, right=outer)


def _walking(rng: Rng) -> Pose:
    """The right leg in front, the left pushing off; arms swing against the legs."""
    stride = _about(rng, 0.22, 0.05)
    swing = 1.6 * stride
    left = Arm(
        upper=(0.17, 0.9 * swing, -1.0),
        fore=(0.0, 0.25 + 1.5 * swing, -1.0),
        curl=_about(rng, 1.3, 0.2),
        palm=(-1.0, -0.2, 0.0),
    )
    right = Arm(upper=(0.2, -1.1 * swing, -1.0), fore=(0.12, -0.6 * swing, -1.0), curl=_about(rng, 1.3, 0.2))
    return Pose(
        "walking",
        left=left,
        right=right,
        left_leg=Leg(out=0.055, forward=-stride, pitch=_about(rng, 28.0, 6.0), toe_out=6.0, knee=(0.02, 1.0, 0.0)),
        right_leg=Leg(out=0.055, forward=stride, pitch=0.0, toe_out=7.0, knee=(0.02, 1.0, 0.0)),
        trunk=replace(_trunk(rng, 0.6), twist=_about(rng, -6.0, 2.0), lean=_about(rng, 3.0, 1.0)),
        knees=7.0,
    )


def _crossed_arms(rng: Rng) -> Pose:
    """The right forearm over the left; the right hand on the left upper arm, the left one below the right arm."""
    base = _contrapposto(rng) if rng.random() < 0.5 else _standing(rng)
    under = Arm(
        spot=Spot("trunk", _about(rng, 0.58, 0.03), -62.0, off=0.03),
        elbow=(0.9, 0.1, -1.0),
        palm=(0.0, 0.0, 0.0),
        fingers=(-0.8, -0.5, 0.1),
        curl=0.8,
    )
    over = Arm(
        spot=Spot("arm", _about(rng, 0.74, 0.05), 42.0, off=0.02),
        elbow=(0.8, 0.5, -1.0),
        palm=(0.0, 0.0, 0.0),
        fingers=(-0.8, -0.5, 0.35),
        curl=0.9,
    )
    return replace(base, left=under, right=over, codes=frozenset({FindingCode.CROSSED_ARMS}))


def _low_clasp(rng: Rng) -> Pose:
    """Hands laid upon each other before the belly."""
    base = _contrapposto(rng) if rng.random() < 0.4 else _standing(rng)
    high = _about(rng, 0.02, 0.06)
    inner = Arm(
        spot=Spot("trunk", high, 4.0, off=0.03),
        elbow=(1.0, -0.55, -0.2),
        palm=(0.0, -1.0, 0.0),
        fingers=(-0.75, 0.1, -0.65),
        curl=1.2,
    )
    outer = replace(inner, spot=Spot("trunk", high + 0.01, 2.0, off=0.062), fingers=(-0.85, 0.05, -0.5), curl=1.5)
    return replace(base, left=inner, right=outer, codes=frozenset({FindingCode.HANDS_COVER_BODY}))


def _on_belly(rng: Rng) -> Pose:
    """One palm on the belly, or both."""
    base = _standing(rng)
    hand = Arm(
        spot=Spot("trunk", _about(rng, 0.36, 0.06), _about(rng, 6.0, 6.0), off=0.022),
        elbow=(1.0, -0.5, -0.3),
        palm=(0.0, 0.0, 0.0),
        fingers=(-1.0, 0.1, -0.1),
        curl=0.9,
    )
    if rng.random() < 0.6:
        low = Spot("trunk", 0.2, 8.0, off=0.022)
        both = replace(hand, spot=Spot("trunk", 0.42, 10.0, off=0.022)), replace(hand, spot=low)
        return replace(base, left=both[0], right=both[1], codes=frozenset({FindingCode.HANDS_COVER_BODY}))
    return replace(base, right=hand, codes=frozenset({FindingCode.HANDS_COVER_BODY}))


def _fingertips(rng: Rng) -> Pose:
    """Forearms level, the hands meeting before the belly, as one who talks."""
    base = _contrapposto(rng) if rng.random() < 0.5 else _standing(rng)
    high = _about(rng, 0.42, 0.06)
    left = Arm(
        spot=Spot("trunk", high, 18.0, off=_about(rng, 0.1, 0.02)),
        elbow=(1.0, -0.8, -0.5),
        palm=(-0.6, -0.8, 0.15),
        fingers=(-0.7, 0.55, 0.1),
        curl=1.5,
    )
    right = replace(left, spot=Spot("trunk", high + 0.02, 18.0, off=left.spot.off + 0.03 if left.spot else 0.12))
    return replace(base, left=left, right=right, codes=frozenset({FindingCode.HANDS_COVER_BODY}))


def _crossed_legs(rng: Rng) -> Pose:
    """One foot set before and past the other."""
    base = _standing(rng)
    return replace(
        base,
        left_leg=Leg(out=0.02, forward=-0.03, toe_out=6.0, knee=(0.0, 1.0, 0.0)),
        right_leg=Leg(
            out=_about(rng, -0.11, 0.015), forward=_about(rng, 0.16, 0.02), toe_out=4.0, knee=(0.1, 1.0, 0.0)
        ),
        trunk=replace(base.trunk, sway=-2.5, roll=1.0),
        codes=frozenset({FindingCode.CROSSED_LEGS}),
    )


def _on_thigh(rng: Rng) -> Arm:
    return Arm(
        spot=Spot("thigh", _about(rng, 0.62, 0.08), _about(rng, 8.0, 8.0), off=0.02),
        elbow=(1.0, -0.9, -0.3),
        palm=(0.0, 0.0, 0.0),
        fingers=(_about(rng, -0.25, 0.15), 1.0, 0.0),
        curl=_about(rng, 1.1, 0.2),
    )


def _seated(rng: Rng) -> Pose:
    apart = _about(rng, 0.13, 0.03)
    return Pose(
        "seated",
        frozenset({FindingCode.SEATED}),
        left=_on_thigh(rng),
        right=_on_thigh(rng),
        left_leg=Leg(out=apart, forward=_about(rng, 0.5, 0.03), toe_out=10.0, knee=(0.1, 1.0, 1.0)),
        right_leg=Leg(out=apart, forward=_about(rng, 0.5, 0.03), toe_out=10.0, knee=(0.1, 1.0, 1.0)),
        trunk=replace(_trunk(rng), lean=_about(rng, 2.0, 4.0), tilt=-6.0),
        seated=True,
    )


def _seated_crossed(rng: Rng) -> Pose:
    """The right knee over the left; the hands on it."""
    base = _seated(rng)
    over = Leg(thigh=(-0.44, 1.0, 0.34), shin=(-0.20, 0.32, -1.0), knee=(0.0, 1.0, 1.0))
    knee = Arm(
        spot=Spot("thigh", _about(rng, 0.6, 0.05), -4.0, off=0.02),
        elbow=(1.0, -0.9, -0.3),
        palm=(0.0, 0.0, 0.0),
        fingers=(-0.5, 1.0, -0.1),
        curl=1.2,
    )
    other = replace(knee, spot=Spot("other thigh", _about(rng, 0.82, 0.04), -4.0, off=0.02), fingers=(-0.9, 0.6, 0.0))
    return replace(
        base,
        codes=frozenset({FindingCode.SEATED, FindingCode.CROSSED_LEGS}),
        left_leg=replace(base.left_leg, out=0.06, forward=0.47, knee=(0.0, 1.0, 1.0)),
        right_leg=over,
        right=knee,
        left=other,
    )


def _raised_arm(rng: Rng) -> Pose:
    """Waving, or an arm stretched out to the side."""
    base = _standing(rng)
    if rng.random() < 0.5:
        arm = Arm(
            upper=(1.0, 0.15, _about(rng, 0.0, 0.15)),
            fore=(_about(rng, 0.25, 0.2), 0.25, 1.0),
            palm=(0.0, 1.0, 0.0),
            curl=0.6,
        )
    else:
        arm = Arm(
            upper=(1.0, 0.1, _about(rng, 0.1, 0.2)),
            fore=(1.0, 0.25, _about(rng, 0.25, 0.2)),
            palm=(0.0, 0.6, -1.0),
            curl=0.8,
        )
    return replace(base, right=arm)


def _hand_to_head(rng: Rng) -> Pose:
    """A hand in the hair."""
    base = _contrapposto(rng)
    arm = Arm(
        spot=Spot("head", _about(rng, 0.45, 0.1), _about(rng, 105.0, 10.0), off=0.03),
        elbow=(1.0, 0.25, 0.15),
        palm=(0.0, 0.0, 0.0),
        fingers=(-0.5, -0.9, 0.5),
        curl=1.1,
    )
    return replace(base, right=arm, trunk=replace(base.trunk, cock=-4.0))


def _selfie(rng: Rng) -> Pose:
    """A phone held before the mirror: beside the face, or lower."""
    base = _contrapposto(rng) if rng.random() < 0.6 else _standing(rng)
    side: Side = "right"
    arm = Arm(
        spot=Spot("shoulder", _about(rng, 0.46, 0.04), _about(rng, 0.02, 0.07), _about(rng, 0.10, 0.08)),
        elbow=(0.8, -0.1, -1.0),
        palm=(-0.75, -0.65, 0.1),
        fingers=(-0.35, 0.25, 1.0),
        curl=1.4,
    )
    trunk = replace(base.trunk, nod=_about(rng, 6.0, 3.0), turn=_about(rng, -10.0, 4.0))
    return replace(base, right=arm, trunk=trunk, phone=side)


_MAKERS: Mapping[str, Callable[[Rng], Pose]] = {
    "standing": _standing,
    "contrapposto": _contrapposto,
    "hand_on_hip": _hand_on_hip,
    "hands_on_hips": _hands_on_hips,
    "hands_behind": _hands_behind,
    "walking": _walking,
    "crossed_arms": _crossed_arms,
    "low_clasp": _low_clasp,
    "on_belly": _on_belly,
    "fingertips": _fingertips,
    "crossed_legs": _crossed_legs,
    "seated": _seated,
    "seated_crossed": _seated_crossed,
    "raised_arm": _raised_arm,
    "hand_to_head": _hand_to_head,
    "selfie": _selfie,
}
KINDS = tuple(_MAKERS)
_SHARES: Mapping[Regime, Mapping[str, float]] = {
    "ideal": {"standing": 6, "contrapposto": 3, "hand_on_hip": 1},
    "real": {
        "standing": 16,
        "contrapposto": 16,
        "hands_behind": 4,
        "walking": 14,
        "hand_on_hip": 10,
        "hands_on_hips": 4,
        "crossed_arms": 6,
        "low_clasp": 5,
        "on_belly": 2,
        "fingertips": 3,
        "crossed_legs": 4,
        "seated": 4,
        "seated_crossed": 3,
        "raised_arm": 4,
        "hand_to_head": 2,
        "selfie": 4,
    },
}
_FOR_CODE: Mapping[FindingCode, Mapping[str, float]] = {
    FindingCode.CROSSED_ARMS: {"crossed_arms": 1},
    FindingCode.CROSSED_LEGS: {"crossed_legs": 2, "seated_crossed": 1},
    FindingCode.HANDS_COVER_BODY: {"low_clasp": 3, "on_belly": 1, "fingertips": 2},
    FindingCode.SEATED: {"seated": 3, "seated_crossed": 1},
}
