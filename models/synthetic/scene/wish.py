"""What a photo shall be like: what the recipe asks of pose, camera, clothes, backdrop and lens."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from models.synthetic.scene import lens as lenses
from models.synthetic.scene.backdrop import Place
from models.synthetic.scene.broken import Damage
from models.synthetic.scene.framing import Cut
from models.synthetic.scene.lens import Lens
from schemas.findings import FindingCode

Regime = Literal["ideal", "real"]

# Codes that come with the pose; a pose is looked for that has just those asked for.
POSE_CODES = frozenset(
    {
        FindingCode.CROSSED_ARMS,
        FindingCode.CROSSED_LEGS,
        FindingCode.HANDS_COVER_BODY,
        FindingCode.SEATED,
    }
)
GARMENT_CODES = frozenset(
    {
        FindingCode.NO_GARMENT,
        FindingCode.GARMENT_CROPPED,
        FindingCode.SEVERAL_GARMENTS,
        FindingCode.CATEGORY_MISMATCH,
    }
)


@dataclass(frozen=True)
class Wish:
    """A photo to be made. Whether it came true, `findings.photo_findings` tells: clothes and light have their say.

    `pose_codes` are those that the pose shall have, exactly; `clothes`: "as background" asks for a backdrop of the
    clothes' colour (`sample_backdrop(colour=...)`), "one colour" for upper and lower garment of the same plain cloth.
    `others` people are in the frame besides; without `person` nobody is. `damage` is done to the file in the end.
    """

    regime: Regime = "real"
    place: Place = Place.ROOM
    person: bool = True
    pose_codes: frozenset[FindingCode] = frozenset()
    yaw: float = 0.0
    cut: Cut = Cut.FULL
    mirror: bool = False
    others: int = 0
    clothes: Literal["any", "as background", "one colour"] = "any"
    lens: Lens = field(default_factory=Lens)
    damage: Damage | None = None


def wish_ideal(rng: np.random.Generator) -> Wish:
    """A photo on which no code holds."""
    yaw = float(np.clip(rng.normal(0, 5), -12, 12))
    return Wish("ideal", Place.STUDIO, yaw=yaw, lens=lenses.ideal_lens(rng))


def wish_plain(rng: np.random.Generator) -> Wish:
    """A photo from a phone that has none of the faults."""
    place = Place.ROOM if rng.random() < 0.55 else Place.STREET
    return Wish("real", place, yaw=float(np.clip(rng.normal(0, 12), -28, 28)), lens=lenses.real_lens(rng))


def wish_for(code: FindingCode, rng: np.random.Generator) -> Wish:
    """A photo on which `code` holds, and as far as can be no other.

    Raises:
        ValueError: `code` is about pictures of garments.
    """
    if code in GARMENT_CODES:
        raise ValueError(f"{code} is about a picture of a garment, not of a person")
    wish = wish_plain(rng)
    if code in POSE_CODES:
        wish = replace(wish, pose_codes=frozenset({code}))
    light = {
        FindingCode.TOO_DARK: lenses.too_dark,
        FindingCode.OVEREXPOSED: lenses.overexposed,
        FindingCode.BLURRY: lenses.blurry,
    }
    if code in light:
        return replace(wish, lens=light[code](wish.lens, rng))
    if code is FindingCode.NOT_FULL_LENGTH:
        cuts = (Cut.FEET, Cut.KNEES, Cut.KNEES, Cut.HIPS, Cut.HEADLESS, Cut.NEAR)
        return replace(wish, cut=cuts[int(rng.integers(len(cuts)))])
    if code is FindingCode.SIDE_VIEW:
        return replace(wish, yaw=float(rng.choice([-1, 1]) * rng.uniform(65, 115)))
    if code is FindingCode.LOW_RESOLUTION:
        return replace(wish, cut=Cut.SMALL, lens=replace(wish.lens, scale=float(rng.uniform(0.45, 0.65))))
    return _of_scene(code, wish, rng)


def _of_scene(code: FindingCode, wish: Wish, rng: np.random.Generator) -> Wish:
    if code is FindingCode.NO_PERSON:
        return replace(wish, person=False)
    if code is FindingCode.MULTIPLE_PEOPLE:
        return replace(wish, others=int(rng.integers(1, 4)))
    if code is FindingCode.BLENDS_WITH_BACKGROUND:
        return replace(wish, clothes="as background")
    if code is FindingCode.MONOCHROME_CLOTHES:
        return replace(wish, clothes="one colour")
    if code is FindingCode.UNREADABLE_IMAGE:
        return replace(wish, damage=list(Damage)[int(rng.integers(len(Damage)))])
    return wish


# How often a fault is met in shoppers' photos: a guess that keeps each frequent enough to learn from. Two faults at
# once come by themselves.
_FAULTS: dict[FindingCode, float] = {
    FindingCode.NOT_FULL_LENGTH: 0.14,
    FindingCode.TOO_DARK: 0.05,
    FindingCode.OVEREXPOSED: 0.04,
    FindingCode.BLURRY: 0.05,
    FindingCode.LOW_RESOLUTION: 0.05,
    FindingCode.SIDE_VIEW: 0.08,
    FindingCode.MULTIPLE_PEOPLE: 0.06,
    FindingCode.BLENDS_WITH_BACKGROUND: 0.05,
    FindingCode.MONOCHROME_CLOTHES: 0.05,
    FindingCode.CROSSED_ARMS: 0.06,
    FindingCode.CROSSED_LEGS: 0.05,
    FindingCode.HANDS_COVER_BODY: 0.05,
    FindingCode.SEATED: 0.08,
}
_FROM_BEHIND = 0.04
_MIRROR = 0.08


def wish_real(rng: np.random.Generator) -> Wish:
    """Any photo that a shopper might take: four in five have a fault, one in twelve is a selfie in a mirror."""
    draw = rng.random()
    if draw < _MIRROR:
        return replace(wish_plain(rng), place=Place.ROOM, mirror=True)
    if draw < _MIRROR + _FROM_BEHIND:
        return replace(wish_plain(rng), yaw=float(rng.choice([-1, 1]) * rng.uniform(130, 180)))
    codes = list(_FAULTS)
    shares = np.array([*_FAULTS.values()])
    number = int(rng.choice(len(codes) + 1, p=[*shares, 1 - shares.sum()]))
    return wish_plain(rng) if number == len(codes) else wish_for(codes[number], rng)
