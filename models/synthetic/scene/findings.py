"""The truth of finding codes for a rendered photo.

Every code is measured, on what was rendered or on the finished picture, and compared with two thresholds: beyond the
first it holds (`must`: a check that misses it is wrong), between the two it may be reported or not (`may`), before the
second a report is a false alarm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.photo.checks.size import GOOD_BODY_PIXELS, LEAST_BODY_PIXELS
from models.pose.landmarks import Joint
from models.synthetic.scene.colours import contrast_with_background, difference_of_clothes
from models.synthetic.scene.lens import Lens
from schemas.findings import FindingCode

Labels = npt.NDArray[np.uint8]  # (H, W), LIP
Mask = npt.NDArray[np.bool_]  # (H, W)
Picture = npt.NDArray[np.uint8]  # (H, W, 3)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of a photo. `keypoints` (33, 2 or more): x, y in pixels of the photo, beyond it where cut off;
    `labels` of the main person, `others` where other people are seen. `body_pixels` is the height that the whole
    standing body would have (`framing.body_pixels`), `exposure` how a white sheet at the person comes out, 1 as white
    (`exposure_at`); None: by the lens alone. `pose_codes` come with the pose."""

    picture: Picture
    labels: Labels
    keypoints: npt.NDArray[np.floating]
    yaw: float
    body_pixels: float
    lens: Lens = field(default_factory=Lens)
    pose_codes: frozenset[FindingCode] = frozenset()
    others: Mask | None = None
    exposure: float | None = None


@dataclass(frozen=True)
class Findings:
    """The codes that hold, those that may, and what was measured for each."""

    must: frozenset[FindingCode]
    may: frozenset[FindingCode]
    measured: dict[FindingCode, float]


@dataclass(frozen=True)
class _Scale:
    """Holds beyond `holds`, is possible beyond `possible`; which is the lower one says in which direction it grows."""

    holds: float
    possible: float

    def state(self, value: float) -> str:
        """ "must", "may" or "no"."""
        sign = 1.0 if self.holds > self.possible else -1.0
        if sign * value > sign * self.holds:
            return "must"
        return "may" if sign * value > sign * self.possible else "no"


# Stops below what shows a white sheet as white. A photo 2.5 stops under has skin of a middle tone (reflectance 0.35)
# at sRGB 60 of 255: its shading spans 20 levels, fewer than noise and JPEG leave apart. From 1.3 stops on people call
# a photo dark.
_DARK = _Scale(-2.5, -1.3)
# The share of the person whose light is clipped: skin seen is about a quarter of a dressed person, so that beyond a
# fifth whole surfaces have lost their folds. White clothes alone come near a twentieth where they are lit best.
_CLIPPED = _Scale(0.2, 0.05)
# The tone curve's shoulder: light 1.2 to 8 times white is all told apart by the levels from here to 255.
_WHITE = 245
# Dark clothes are not clipped where all around them is: from 1.3 stops over a check may well speak of it.
_BRIGHT = 1.3
# Below so many stops over it is pale clothes in the sun that are white, not the photo that is too bright: white cloth
# reflects 0.6 stops less than all light.
_PALE = 0.7
# The blur's standard deviation as a share of the body's height: 0.45 % is 8 mm on a body of 1.75 m, which swallows
# buttons (11 mm) and letters' strokes (10 mm); 0.2 % is 3.5 mm, a pixel at 512.
_BLUR = _Scale(0.0045, 0.002)
# The product's own check rejects bodies under the lower of its thresholds and warns of those under the upper one:
# with a tenth to spare, the former must be reported and the latter may be. Photos of 512 pixels are not all faulty.
_PIXELS = _Scale(0.9 * LEAST_BODY_PIXELS, 1.1 * GOOD_BODY_PIXELS)
# The body's turn: from 60 degrees on the front has less than half its width.
_TURN = _Scale(60.0, 35.0)
# From so much on the back is seen rather than the side. No code names it; a check may well report a side view.
_FROM_BEHIND = 125.0
# CIE 1976 colour difference across the clothes' outline: under 10 two surfaces are told apart by shading only
# (folds alone make 5 to 15); from 22 on they differ by name of colour or clearly in lightness.
_BLEND = _Scale(10.0, 22.0)
# The same between upper and lower garments, whose seam is all that parts them.
_MONOCHROME = _Scale(8.0, 20.0)
# Others' visible area as a share of the main person's: a twentieth is a figure a quarter as high.
_OTHERS = _Scale(0.06, 0.003)

_LIGHT = (FindingCode.TOO_DARK, FindingCode.OVEREXPOSED)
# What a pose lets one report besides what it is.
_COMPANIONS: dict[FindingCode, frozenset[FindingCode]] = {
    FindingCode.CROSSED_ARMS: frozenset({FindingCode.HANDS_COVER_BODY}),
    FindingCode.CROSSED_LEGS: frozenset({FindingCode.HANDS_COVER_BODY}),
    FindingCode.HANDS_COVER_BODY: frozenset({FindingCode.CROSSED_ARMS}),
    FindingCode.SEATED: frozenset(
        {FindingCode.CROSSED_LEGS, FindingCode.SIDE_VIEW, FindingCode.HANDS_COVER_BODY, FindingCode.NOT_FULL_LENGTH}
    ),
}
# What has to be in the frame for a pose to be seen.
_SHOWN_BY: dict[FindingCode, tuple[Joint, ...]] = {
    FindingCode.CROSSED_ARMS: (Joint.LEFT_WRIST, Joint.RIGHT_WRIST),
    FindingCode.HANDS_COVER_BODY: (Joint.LEFT_WRIST, Joint.RIGHT_WRIST),
    FindingCode.CROSSED_LEGS: (Joint.LEFT_KNEE, Joint.RIGHT_KNEE, Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE),
    FindingCode.SEATED: (Joint.LEFT_KNEE, Joint.RIGHT_KNEE, Joint.LEFT_HIP, Joint.RIGHT_HIP),
}
_BEFORE_THE_BODY = frozenset({FindingCode.CROSSED_ARMS, FindingCode.HANDS_COVER_BODY})

_HEAD = (Joint.NOSE, Joint.LEFT_EYE, Joint.RIGHT_EYE)
_ANKLES = (Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)
_TOES = (Joint.LEFT_FOOT, Joint.RIGHT_FOOT)
_TORSO = (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP)
# The head goes on above the eyes by 7 % of the body's height (Drillis and Contini 1966: eyes at 0.936), and the foot
# below the ankle by 3.9 %.
_ABOVE_THE_EYES, _BELOW_THE_ANKLES = 0.064, 0.039
# A camera at breast height sees toes lower in the picture than heels; a shoe goes on beyond the toes' joint by 3 cm.
_BELOW_THE_TOES = 0.018


# Where nobody is, nothing is said of clothes; light and focus may still be.
_OF_ANY_SCENE = frozenset(
    {
        FindingCode.LOW_RESOLUTION,
        FindingCode.TOO_DARK,
        FindingCode.OVEREXPOSED,
        FindingCode.BLURRY,
        FindingCode.NOT_FULL_LENGTH,
    }
)


def photo_findings(evidence: Evidence) -> Findings:
    """The codes that hold for a photo of a person."""
    person = evidence.labels > 0
    if not person.any() or _outside(evidence, _TORSO).all():
        return Findings(
            frozenset({FindingCode.NO_PERSON}), _OF_ANY_SCENE, {FindingCode.NO_PERSON: float(person.mean())}
        )
    states: dict[FindingCode, tuple[str, float]] = {}

    def measure(code: FindingCode, value: float, scale: _Scale) -> None:
        states[code] = scale.state(value), value

    measure(FindingCode.TOO_DARK, _stops(evidence), _DARK)
    measure(FindingCode.OVEREXPOSED, _clipped(evidence.picture, person), _CLIPPED)
    state, clipped = states[FindingCode.OVEREXPOSED]
    if (state == "no" and _stops(evidence) > _BRIGHT) or (state == "must" and _stops(evidence) < _PALE):
        states[FindingCode.OVEREXPOSED] = "may", clipped
    measure(FindingCode.BLURRY, _blur(evidence), _BLUR)
    measure(FindingCode.LOW_RESOLUTION, evidence.body_pixels * evidence.lens.scale, _PIXELS)
    measure(FindingCode.SIDE_VIEW, abs(evidence.yaw), _TURN)
    if abs(evidence.yaw) > _FROM_BEHIND:
        states[FindingCode.SIDE_VIEW] = "may", abs(evidence.yaw)
    states[FindingCode.NOT_FULL_LENGTH] = _full_length(evidence)
    if evidence.others is not None:
        measure(FindingCode.MULTIPLE_PEOPLE, float(evidence.others.sum() / person.sum()), _OTHERS)
    states |= _colours(evidence, failed=any(states[code][0] != "no" for code in _LIGHT))
    return _settled(states, _posed(evidence))


def exposure_at(light: npt.NDArray[np.floating], albedo: npt.NDArray[np.floating], person: Mask) -> float:
    """How a white sheet at the person comes out, 1 as white: the light on the sensor (H, W, 3), after the lens'
    exposure, over the surfaces' linear reflectance (H, W, 3), where the `person` is. The median: highlights and
    shadows of single folds do not count."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    seen, own = light[person] @ weights, albedo[person] @ weights
    bright = own > 0.02
    return float(np.median(seen[bright] / own[bright])) if bright.any() else 1.0


def _stops(evidence: Evidence) -> float:
    exposure = 2.0**evidence.lens.exposure if evidence.exposure is None else evidence.exposure
    return float(np.log2(max(exposure, 1e-4)))


def _clipped(picture: Picture, person: Mask) -> float:
    """The share of the person with at least two channels at white."""
    return float(((picture[person] >= _WHITE).sum(1) >= 2).mean())


def _blur(evidence: Evidence) -> float:
    """Relative to the body's height; an enlarged picture's pixels count as blur of half a stored pixel each way."""
    lens, height = evidence.lens, evidence.picture.shape[0]
    enlarged = 0.3 * (1 / lens.scale**2 - 1) ** 0.5 if lens.scale < 1 else 0.0
    return float(np.hypot(lens.blur * height, enlarged) / evidence.body_pixels)


def _outside(evidence: Evidence, joints: Iterable[Joint], margin: float = 0.0) -> npt.NDArray[np.bool_]:
    """Which joints are not in the frame made smaller by `margin` pixels."""
    points = evidence.keypoints[list(joints), :2]
    height, width = evidence.labels.shape
    limits = np.array([width, height]) - margin
    return np.asarray(((points < margin) | (points >= limits)).any(1), np.bool_)


def _full_length(evidence: Evidence) -> tuple[str, float]:
    """By the share of the body's height that is missing, going by eyes, ankles and toes, the frame's rows and what lies
    beyond those joints. Where only toes are cut off a check may say so."""
    height = evidence.labels.shape[0]
    rows = evidence.keypoints[:, 1]
    above = rows[list(_HEAD)].min() - _ABOVE_THE_EYES * evidence.body_pixels
    soles = rows[list(_ANKLES)].max() + _BELOW_THE_ANKLES * evidence.body_pixels
    below = max(soles, rows[list(_TOES)].max() + _BELOW_THE_TOES * evidence.body_pixels)
    missing = float(max(0.0, -above) + max(0.0, below - height)) / evidence.body_pixels
    if _outside(evidence, (*_HEAD, *_ANKLES)).any():
        return "must", missing
    # Hair and the tips of shoes reach farther than joints tell.
    near = max(-above, below - height) > -0.015 * evidence.body_pixels
    return ("may" if near else "no"), missing


def _colours(evidence: Evidence, *, failed: bool) -> dict[FindingCode, tuple[str, float]]:
    """Colours are compared as the picture shows them. Where light `failed`, or colour is missing, all looks alike: then
    nothing is asserted; nor of a top and a skirt of one colour, which nobody tells from a dress."""
    background = evidence.labels == 0 if evidence.others is None else (evidence.labels == 0) & ~evidence.others
    contrast = contrast_with_background(evidence.picture, evidence.labels, background)
    difference = difference_of_clothes(evidence.picture, evidence.labels)
    states = {}
    for code, value, scale in (
        (FindingCode.BLENDS_WITH_BACKGROUND, contrast, _BLEND),
        (FindingCode.MONOCHROME_CLOTHES, difference, _MONOCHROME),
    ):
        if value is not None:
            state = scale.state(value)
            skirt = code is FindingCode.MONOCHROME_CLOTHES and _wears_a_skirt(evidence.labels)
            doubtful = state == "must" and (failed or evidence.lens.monochrome or skirt)
            states[code] = ("may" if doubtful else state), value
    return states


def _wears_a_skirt(labels: Labels) -> bool:
    """True if the lower garment is a skirt rather than trousers."""
    return bool((labels == Lip.SKIRT).sum() > (labels == Lip.PANTS).sum())


def _posed(evidence: Evidence) -> tuple[frozenset[FindingCode], frozenset[FindingCode]]:
    """Codes of the pose that are seen, and those that may be reported with them."""
    must: set[FindingCode] = set()
    may: set[FindingCode] = set()
    for code in evidence.pose_codes:
        may |= _COMPANIONS.get(code, frozenset())
        hidden = _outside(evidence, _SHOWN_BY.get(code, ())).any()
        turned = code in _BEFORE_THE_BODY and abs(evidence.yaw) > _TURN.holds
        (may if hidden or turned else must).add(code)
    return frozenset(must), frozenset(may - must)


def _settled(
    states: dict[FindingCode, tuple[str, float]], posed: tuple[frozenset[FindingCode], frozenset[FindingCode]]
) -> Findings:
    must = {code for code, (state, _) in states.items() if state == "must"} | posed[0]
    may = ({code for code, (state, _) in states.items() if state == "may"} | posed[1]) - must
    return Findings(frozenset(must), frozenset(may), {code: value for code, (_, value) in states.items()})
