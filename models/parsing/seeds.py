"""What the person's skin, hair and clothes look like in this photo, learnt where the body tells what is seen."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.parsing.colours import Palette, flat_density
from models.parsing.regions import Limb, Regions
from models.parsing.skeleton import Mark, Skeleton

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]

# A colour model needs so many pixels; fewer are noise.
LEAST_SAMPLES = 30
# Log densities are held in this range, so that one odd colour is worth no more than a distance of 0.4 units.
LOW, HIGH = -3.0, 4.0
# The share of skin-like pixels above which a face or a foot is bare.
_FACE_SKIN, _BARE = 0.3, 0.5


@dataclass(frozen=True)
class Appearance:
    """Log densities (h, w) of each kind's colours, held in LOW..HIGH; None for a kind that is not to be seen."""

    skin: Float
    hair: Float | None
    upper: Float
    lower: Float
    shoes: tuple[Float | None, Float | None]  # left, right; None for a bare foot
    face: bool  # whether a face is to be seen
    skin_known: bool  # whether the skin's colour was learnt from the person, not assumed
    upper_density: Float  # (bins,)
    lower_density: Float


def read_appearance(palette: Palette, person: Float, parts: Regions, body: Skeleton) -> Appearance:
    """Learns the colours; `person` (h, w) is the silhouette, 0..1."""
    inside = person > 0.7
    face = _face(palette, inside, parts, body)
    skin, known = _skin(palette, inside, parts, face)
    skin_map = _held(palette.look_up(skin))
    bare = skin_map > 1.0
    hair = _hair(palette, inside & ~bare if known else inside, parts, body, face)
    arms = np.minimum(*(limb.axis for limb in parts.arms))
    hands = np.minimum(*parts.hands)
    chest = inside & (parts.torso == 0) & (parts.trunk > 0.12) & (parts.trunk < 0.6) & (hands > 0.02)
    upper_seeds = _clothed(chest & (parts.face > 1.3), bare, known)
    # Sleeves are of the top as well, and a jacket shows at the arms more than at the chest.
    upper_seeds |= inside & (arms < 0.8) & _near_root(parts.arms, 0.25) & ~(bare & known)
    upper = palette.density(upper_seeds)
    thighs = np.minimum(*(limb.axis for limb in parts.legs)) < 0.9
    lower_seeds = inside & thighs & _near_root(parts.legs, 0.42) & (hands > 0.05) & (arms > 1.3)
    lower_seeds &= parts.trunk > 1.1
    lower = palette.density(_clothed(lower_seeds, bare, known))
    left, right = (_shoe(palette, inside & (foot == 0), bare, known) for foot in parts.feet)
    return Appearance(
        skin=skin_map,
        hair=None if hair is None else _held(palette.look_up(hair)),
        upper=_held(palette.look_up(upper)),
        lower=_held(palette.look_up(lower)),
        shoes=(left, right),
        face=face,
        skin_known=known,
        upper_density=upper,
        lower_density=lower,
    )


def _held(values: Float) -> Float:
    return np.clip(values, LOW, HIGH)


def _near_root(limbs: tuple[Limb, Limb], share: float) -> Bool:
    """Where the nearer limb is nearer to its root than `share` of its length."""
    left, right = limbs
    along = np.where(left.axis < right.axis, left.along, right.along)
    return np.asarray((along > 0.05) & (along < share), np.bool_)


def _clothed(seeds: Bool, bare: Bool, known: bool) -> Bool:
    """The seeds without skin, unless next to all of them have its colour: then the cloth has it."""
    if not known:
        return seeds
    clothed = seeds & ~bare
    return clothed if int(clothed.sum()) * 8 > int(seeds.sum()) else seeds


def _face(palette: Palette, inside: Bool, parts: Regions, body: Skeleton) -> bool:
    """Whether the face is to be seen: the person faces us, its place is in the picture, and has skin in it."""
    if body.away or body.visibility[Mark.NOSE] < 0.3:
        return False
    inner = inside & (parts.face < 0.75)
    count = int(inner.sum())
    return count >= LEAST_SAMPLES and float(palette.skin_like[inner].mean()) > _FACE_SKIN


def _skin(palette: Palette, inside: Bool, parts: Regions, face: bool) -> tuple[Float, bool]:
    """The skin's log density (bins,), and whether it was learnt."""
    hands = inside & (np.minimum(*parts.hands) < 0.01) & palette.skin_like
    if face:
        core = inside & (parts.face < 0.8)
        lab = palette.lab
        # Eyes, lips, beard and glasses are not skin: away from the median chroma or darker.
        middle, spread = np.median(lab[core], axis=0), 1.48 * np.median(np.abs(lab[core] - np.median(lab[core], 0)), 0)
        spread = np.maximum(spread, (12, 3, 3))
        typical = core & (np.abs(lab - middle) < 2 * spread).all(-1)
        if int(typical.sum()) >= LEAST_SAMPLES:
            return palette.shaded_density(typical | hands), True
    if int(hands.sum()) >= LEAST_SAMPLES:
        return palette.shaded_density(hands), True
    limbs = np.minimum(*(limb.axis for limb in parts.arms)) < 0.7
    some = inside & limbs & palette.skin_like
    return (palette.shaded_density(some), False) if int(some.sum()) >= LEAST_SAMPLES else (flat_density(), False)


def _hair(palette: Palette, somewhere: Bool, parts: Regions, body: Skeleton, face: bool) -> Float | None:
    """The hair's log density (bins,), None for a bald or covered head or one outside the picture."""
    if body.visibility[Mark.LEFT_EAR] < 0.3 and body.visibility[Mark.LEFT_EAR + 1] < 0.3:
        return None
    above = parts.below_chin < -0.5 * body.head.size / body.unit
    around = (parts.head < 0.02) & above & ((parts.face > 1.05) if face else True)
    seeds = somewhere & around
    needed = max(LEAST_SAMPLES, 0.06 * float(around.sum()))
    return palette.density(seeds) if int(seeds.sum()) >= needed else None


def _shoe(palette: Palette, foot: Bool, bare: Bool, known: bool) -> Float | None:
    if int(foot.sum()) < LEAST_SAMPLES:
        return None
    if known and float(bare[foot].mean()) > _BARE:
        return None
    return _held(palette.look_up(palette.density(foot & ~bare if known else foot)))
