"""The scores of every class at every pixel, in log units: the nearness of its part of the body plus its colour."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from models.parsing.borders import Borders, trunk_position
from models.parsing.lip import TORSO_SKIN, Lip
from models.parsing.regions import Regions
from models.parsing.seeds import LOW, Appearance

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]

# A class loses this much for each unit of distance from its part of the body: 0.1 units, 4 cm, cost 1, an odds of 2.7.
_FALL = 10.0
# Hair stands off and hangs down more freely, boots reach up the leg.
_HAIR_FALL, _SHOE_FALL = 4.0, 6.0
# What hair loses on its way down the torso (to the hips: 1), and where it ends: below, dark things are belts and
# trousers.
_HANGING, _HAIR_END = 5.0, 0.85
# On the wrong side of a cuff or hem, and the way in which it is reached, as a share of a limb or a torso.
_WRONG_SIDE, _SOFT = 3.0, 0.06
# What is inside the face but has no skin's colour (lips, glasses, beard) is face nevertheless; pupils and brows, which
# have the hair's, are told by their place alone.
_INSIDE_FACE, _FEATURES = 3.0, 12.0
# Hands have rings, nails, shadows between fingers.
_INSIDE_HAND = 1.5
# Bare skin of the torso has to win over cloth, which is usual there; socks over shoes and legs. Where the cloth has
# skin's colour, only the neck is bare.
_UNUSUAL, _UNLIKELY = 1.0, 5.0
# A bare belly ends above the hip joints, where all lower clothes are; in torso lengths.
_BELLY_END = 1.0
# How far above the shoulder joint a bare arm begins, in shares of the arm.
_SHOULDER = 0.08
_NEVER = -30.0


class Kind(IntEnum):
    """What the scores tell; sides follow from the nearer limb."""

    HAIR = 0
    FACE = 1
    UPPER = 2
    LOWER = 3
    ARM = 4
    LEG = 5
    SHOE = 6
    SOCK = 7


def kind_shares(scores: Float) -> Float:
    """How likely each pixel is each kind if it is the person's, (8, h, w), from the scores; a pixel's add up to 1."""
    shares = np.exp(scores - scores.max(0))
    return np.asarray(shares / shares.sum(0), np.float32)


def score_kinds(parts: Regions, look: Appearance, borders: Borders) -> Float:
    """The score of each kind, (8, h, w)."""
    scores = np.full((len(Kind), *parts.torso.shape), _NEVER, np.float32)
    position = trunk_position(parts)
    past_waist = _step((position - borders.waist) / _SOFT)
    scores[Kind.HAIR] = _hair(parts, look)
    scores[Kind.FACE] = _face(parts, look)
    scores[Kind.UPPER] = look.upper - _FALL * _sleeved(parts, borders) - _WRONG_SIDE * past_waist
    scores[Kind.LOWER] = look.lower - _FALL * _trousered(parts, borders) - _WRONG_SIDE * (1 - past_waist)
    scores[Kind.ARM] = _arm(parts, look, borders)
    scores[Kind.LEG] = look.skin - _FALL * _bare_leg(parts, look, borders)
    scores[Kind.SHOE] = _shoe(parts, look)
    scores[Kind.SOCK] = -_UNUSUAL - _FALL * _stocking(parts, borders)
    return scores


def right_sides(parts: Regions) -> tuple[Bool, Bool]:
    """Where the right arm is nearer than the left, and the right leg, (h, w) each."""
    # A hand is as near as its arm's bones if it is within an eighth of a unit, a foot within a sixth.
    left_arm, right_arm = (np.minimum(arm.axis, hand * 8) for arm, hand in zip(parts.arms, parts.hands, strict=True))
    left_leg, right_leg = (np.minimum(leg.axis, foot * 6) for leg, foot in zip(parts.legs, parts.feet, strict=True))
    return left_arm > right_arm, left_leg > right_leg


def lip_labels(kinds: Kinds, right_arm: Bool, right_leg: Bool, borders: Borders) -> Kinds:
    """LIP's classes (h, w) of `kinds` (h, w): 0 for none, k + 1 for kind k."""
    table = np.zeros((len(Kind) + 1, 2), np.uint8)
    table[Kind.HAIR + 1] = Lip.HAIR
    table[Kind.FACE + 1] = TORSO_SKIN
    table[Kind.UPPER + 1] = Lip.DRESS if borders.dress else Lip.UPPER_CLOTHES
    table[Kind.LOWER + 1] = Lip.DRESS if borders.dress else Lip.SKIRT if borders.skirt else Lip.PANTS
    table[Kind.ARM + 1] = Lip.LEFT_ARM, Lip.RIGHT_ARM
    table[Kind.LEG + 1] = Lip.LEFT_LEG, Lip.RIGHT_LEG
    table[Kind.SHOE + 1] = Lip.LEFT_SHOE, Lip.RIGHT_SHOE
    table[Kind.SOCK + 1] = Lip.SOCKS
    right = np.where(kinds == Kind.ARM + 1, right_arm, right_leg).view(np.uint8)
    return np.asarray(table[kinds, right], np.uint8)


def _step(past: Float) -> Float:
    """0 well before, 1 well past a border."""
    return np.asarray(np.clip(past * 0.5 + 0.5, 0, 1), np.float32)


def _hair(parts: Regions, look: Appearance) -> Float:
    if look.hair is None:
        return np.full(parts.head.shape, _NEVER, np.float32)
    hanging = np.where(parts.trunk < _HAIR_END, np.maximum(parts.trunk, 0) * _HANGING, -_NEVER)
    return np.asarray(look.hair - _HAIR_FALL * np.maximum(parts.head, 0) - hanging, np.float32)


def _face(parts: Regions, look: Appearance) -> Float:
    """Face, neck and bare skin of the torso."""
    # A radius of the face is about 0.27 units.
    outside = np.maximum(parts.face - 1, 0) * np.float32(0.27)
    if look.hair is None:
        # A bald head is face as far as it goes.
        outside = np.minimum(outside, np.maximum(parts.head, 0))
    if look.face:
        within = look.skin - _FALL * outside
        within = np.where(parts.face < 0.8, np.maximum(within, 0) + _INSIDE_FACE, within)
        within = np.where(parts.features < 1, np.maximum(within, _FEATURES), within)
    else:
        within = look.skin - _FALL * outside - _UNUSUAL
    bare = np.where(parts.trunk < _BELLY_END, _UNLIKELY if look.skin_clothes else _UNUSUAL, -_NEVER)
    torso = look.skin - _FALL * parts.torso - bare
    neck = look.skin - _FALL * parts.neck
    return np.asarray(np.maximum(within, np.maximum(torso, neck)), np.float32)


def _sleeved(parts: Regions, borders: Borders) -> Float:
    """The distance from where the top is: torso and arms down to the cuffs."""
    found = parts.torso
    for arm, cuff in zip(parts.arms, borders.cuffs, strict=True):
        past = (_WRONG_SIDE / _FALL) * _step((arm.along - cuff) / _SOFT)
        found = np.asarray(np.minimum(found, arm.distance + past), np.float32)
    return found


def _trousered(parts: Regions, borders: Borders) -> Float:
    """The distance from where the lower clothes are: hips, legs down to the hems, and between the legs."""
    between = parts.between_legs + np.float32(0 if borders.skirt else _UNUSUAL / _FALL)
    found = np.minimum(parts.torso, between)
    for leg, hem in zip(parts.legs, borders.hems, strict=True):
        past = (_WRONG_SIDE / _FALL) * _step((leg.along - hem) / _SOFT)
        found = np.minimum(found, leg.distance + past)
    return np.asarray(found, np.float32)


def _arm(parts: Regions, look: Appearance, borders: Borders) -> Float:
    found = np.full(parts.torso.shape, _NEVER, np.float32)
    for arm, hand, cuff in zip(parts.arms, parts.hands, borders.cuffs, strict=True):
        begins = cuff if cuff > 0 else -_SHOULDER
        before = _WRONG_SIDE * _step((begins - arm.along) / _SOFT)
        found = np.maximum(found, look.skin - _FALL * arm.distance - before)
        found = np.maximum(found, look.skin - _FALL * hand + _INSIDE_HAND * (hand < 0.03))
    return found


def _bare_leg(parts: Regions, look: Appearance, borders: Borders) -> Float:
    """The distance from where skin of the legs is: below the hems, and the feet without shoes."""
    found = np.full(parts.torso.shape, -_NEVER, np.float32)
    for leg, foot, hem, shoe in zip(parts.legs, parts.feet, borders.hems, look.shoes, strict=True):
        before = (_WRONG_SIDE / _FALL) * _step((hem - leg.along) / _SOFT)
        found = np.minimum(found, leg.distance + before)
        if shoe is None:
            found = np.minimum(found, foot)
    return found


def _shoe(parts: Regions, look: Appearance) -> Float:
    found = np.full(parts.torso.shape, _NEVER, np.float32)
    for foot, colour in zip(parts.feet, look.shoes, strict=True):
        if colour is not None:
            found = np.maximum(found, colour - _SHOE_FALL * foot)
    return found


def _stocking(parts: Regions, borders: Borders) -> Float:
    """The distance from where socks are: the lower half of a shin below the hem."""
    found = np.full(parts.torso.shape, -_NEVER, np.float32)
    for leg, hem in zip(parts.legs, borders.hems, strict=True):
        above = -LOW * np.maximum(_step((hem - leg.along) / _SOFT), _step((0.75 - leg.along) / _SOFT))
        found = np.minimum(found, leg.distance + above / _FALL)
    return found
