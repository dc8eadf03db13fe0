"""What the person's skin, hair and clothes look like in this photo, learnt where the body tells what is seen."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.colours import Palette, flat_density
from models.parsing.regions import Limb, Regions
from models.parsing.skeleton import Skeleton

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]

# A colour model needs so many pixels; fewer are noise.
LEAST_SAMPLES = 30
# Log densities are held in this range: one odd colour is worth no more than a distance of 0.3 units, and a colour that
# is found in a hundredth of the samples (of one in 16384 by chance, 5) counts less than that of a plain cloth (9).
LOW, HIGH = -3.0, 9.0
# A pixel has a colour if the colour is this much commoner (e-fold) than all colours alike.
_HAS_COLOUR = 1.0
# The share of skin-like pixels above which a face is to be seen, and that of the face's colours for a foot to be bare.
_FACE_SKIN, _BARE = 0.3, 0.5
# What a light pixel without any skin's chrominance, such as white cloth beside a hand, loses as skin: more than the
# place of a hand can give.
_NO_SKIN = 5.0
# So many units of the silhouette's edge teach nothing.
_EDGE = 0.03
# The share of the rows of one side of the torso that are skin-like if a skin-coloured jacket or top covers it.
_COVERED = 0.7


@dataclass(frozen=True)
class Appearance:
    """Log densities (h, w) of each kind's colours, held in LOW..HIGH; None for a kind that is not to be seen."""

    skin: Float
    hair: Float | None
    upper: Float
    lower: Float
    shoes: tuple[Float | None, Float | None]  # left, right; None for a bare foot
    face: bool  # whether a face is to be seen
    skin_clothes: bool  # whether the top has the colour of skin
    lightness: Float  # (h, w), 0..255
    upper_density: Float  # (bins,)
    lower_density: Float

    @property
    def likeness(self) -> Float:
        """The log density (h, w) of each pixel's colour as that of whatever it fits best."""
        kinds = [self.skin, self.hair, self.upper, self.lower, *self.shoes]
        return np.asarray(np.max(np.stack([kind for kind in kinds if kind is not None]), axis=0), np.float32)


@dataclass(frozen=True)
class _Skin:
    """Log densities (bins,): `shaded` in whatever light, `here` in the light of the face. Not `known`: assumed."""

    shaded: Float
    here: Float
    known: bool


def read_appearance(palette: Palette, person: Float, parts: Regions, body: Skeleton) -> Appearance:
    """Learns the colours; `person` (h, w) is the silhouette, 0..1."""
    inside = _well_inside(person, body.unit)
    face = _sees_face(palette, inside, parts, body)
    skin = _skin(palette, inside, parts, face)
    bare = (palette.look_up(skin.shaded) > _HAS_COLOUR) & skin.known
    strictly_bare = (palette.look_up(skin.here) > _HAS_COLOUR) & skin.known
    hair = _hair(palette, inside & ~strictly_bare, parts, body, face)
    skin_clothes = _skin_clothes(inside, bare, parts)
    # Clothes that have the colour of skin are told from it by its colour in the light that falls on the face.
    skin_density = skin.here if skin_clothes else skin.shaded
    upper = palette.density(_upper_seeds(inside, parts, np.zeros_like(bare) if skin_clothes else bare))
    lower = palette.density(_lower_seeds(inside, parts, bare))
    left, right = (_shoe(palette, inside & (foot == 0), strictly_bare) for foot in parts.feet)
    return Appearance(
        skin=_held(palette.look_up(skin_density)) - _NO_SKIN * (palette.no_skin & skin.known),
        hair=None if hair is None else _held(palette.look_up(hair)),
        upper=_held(palette.look_up(upper)),
        lower=_held(palette.look_up(lower)),
        shoes=(left, right),
        face=face,
        skin_clothes=skin_clothes,
        lightness=palette.lab[..., 0],
        upper_density=upper,
        lower_density=lower,
    )


def _well_inside(person: Float, unit: float) -> Bool:
    """Without the edge of the silhouette, where the mask is coarse and pixels are mixed with the background."""
    size = 2 * max(1, round(_EDGE * unit)) + 1
    return np.asarray(cv2.erode((person > 0.7).astype(np.uint8), np.ones((size, size), np.uint8)), np.bool_)


def _held(values: Float) -> Float:
    return np.clip(values, LOW, HIGH)


def _sees_face(palette: Palette, inside: Bool, parts: Regions, body: Skeleton) -> bool:
    """Whether the face is to be seen: the person faces us, its place is in the picture, and has skin in it."""
    if body.away or not body.head_on_shoulders:
        return False
    inner = inside & (parts.face < 0.75)
    return int(inner.sum()) >= LEAST_SAMPLES and float(palette.skin_like[inner].mean()) > _FACE_SKIN


def _skin(palette: Palette, inside: Bool, parts: Regions, face: bool) -> _Skin:
    hands = inside & (np.minimum(*parts.hands) < 0.01) & palette.skin_like
    if face:
        here = _typical(palette, inside & (parts.face < 0.8))
        # Hands are lit differently; of what is around them only what has the face's colour is skin.
        colour = palette.look_up(palette.shaded_density(here)) > _HAS_COLOUR
        samples = here | _typical(palette, hands & colour)
    else:
        here = samples = _typical(palette, hands)
    if int(here.sum()) >= LEAST_SAMPLES:
        return _Skin(palette.shaded_density(samples), palette.density(here), known=True)
    arms = inside & (np.minimum(*(limb.axis for limb in parts.arms)) < 0.7) & palette.skin_like
    if int(arms.sum()) >= LEAST_SAMPLES:
        return _Skin(palette.shaded_density(arms), palette.density(arms), known=False)
    return _Skin(flat_density(), flat_density(), known=False)


def _typical(palette: Palette, area: Bool) -> Bool:
    """The pixels of an area near its median colour: eyes, lips, beard, cuffs and shadows are not skin's colour."""
    if not area.any():
        return area
    lab = palette.lab[area]
    middle = np.median(lab, axis=0)
    # 1.48 median absolute deviations are one standard deviation; skin of one colour has at least these (8 bit Lab).
    spread = np.maximum(1.48 * np.median(np.abs(lab - middle), axis=0), (12, 3, 3))
    found = np.zeros_like(area)
    found[area] = (np.abs(lab - middle) < 2 * spread).all(-1)
    return found


def _hair(palette: Palette, somewhere: Bool, parts: Regions, body: Skeleton, face: bool) -> Float | None:
    """The hair's log density (bins,), None for a bald or covered head or one outside the picture."""
    if not body.head_on_shoulders:
        return None
    above = parts.below_chin < -0.5 * body.head.size / body.unit
    around = (parts.head < 0.02) & above
    if face:
        around &= parts.face > 1.05
    seeds = somewhere & around
    needed = max(LEAST_SAMPLES, 0.06 * float(around.sum()))
    return palette.density(seeds) if int(seeds.sum()) >= needed else None


def _skin_clothes(inside: Bool, bare: Bool, parts: Regions) -> bool:
    """Whether one side of the torso has skin's colour from the chest to the hips: nobody is photographed so bare."""
    arms, hands = np.minimum(*(limb.axis for limb in parts.arms)), np.minimum(*parts.hands)
    torso = inside & (parts.torso == 0) & (arms > 1.1) & (hands > 0.02)
    rows = np.floor((parts.trunk - 0.3) * 20)
    left = parts.arms[0].axis < parts.arms[1].axis
    for half in (torso & left, torso & ~left):
        counted = half & (rows >= 0) & (rows < 13)
        row = rows[counted].astype(np.intp)
        pixels, skin = np.bincount(row, minlength=13), np.bincount(row, bare[counted], 13)
        seen = pixels > 5
        if seen.sum() >= 6 and float((skin[seen] > 0.5 * pixels[seen]).mean()) > _COVERED:
            return True
    return False


def _upper_seeds(inside: Bool, parts: Regions, bare: Bool) -> Bool:
    arms, hands = np.minimum(*(limb.axis for limb in parts.arms)), np.minimum(*parts.hands)
    chest = inside & (parts.torso == 0) & (parts.trunk > 0.12) & (parts.trunk < 0.6) & (hands > 0.02)
    chest &= parts.neck > 0
    # A jacket shows at the arms more than at the chest.
    sleeves = inside & (arms < 0.8) & _near_root(parts.arms, 0.25) & ~bare
    return _clothed(chest & (parts.face > 1.3), bare) | sleeves


def _lower_seeds(inside: Bool, parts: Regions, bare: Bool) -> Bool:
    thighs = inside & (np.minimum(*(limb.axis for limb in parts.legs)) < 0.9) & _near_root(parts.legs, 0.42)
    free = (np.minimum(*parts.hands) > 0.05) & (np.minimum(*(limb.axis for limb in parts.arms)) > 1.3)
    return _clothed(thighs & free & (parts.trunk > 0.9), bare)


def _near_root(limbs: tuple[Limb, Limb], share: float) -> Bool:
    """Where the nearer limb is nearer to its root than `share` of its length."""
    left, right = limbs
    along = np.where(left.axis < right.axis, left.along, right.along)
    return np.asarray((along > 0.05) & (along < share), np.bool_)


def _clothed(seeds: Bool, bare: Bool) -> Bool:
    """The seeds without skin, unless next to all of them have its colour: then the cloth has it."""
    clothed = seeds & ~bare
    return clothed if int(clothed.sum()) * 8 > int(seeds.sum()) else seeds


def _shoe(palette: Palette, foot: Bool, bare: Bool) -> Float | None:
    """The colours (h, w) of a shoe, None if the foot is bare or not to be seen."""
    if int(foot.sum()) < LEAST_SAMPLES or float(bare[foot].mean()) > _BARE:
        return None
    return _held(palette.look_up(palette.density(foot & ~bare)))
