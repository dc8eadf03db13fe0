"""Is there enough light on the person, and not too much?

Light is judged on the person: a dark wall, a bright sky or a white studio says nothing of how clothes are lit. Where
nobody is found, perhaps because of the light, it is judged on the whole picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.photo.checks.photo import CheckedPhoto
from models.pose.landmarks import Joint
from schemas.findings import Finding, FindingCode, Severity

# White cloth reflects 80 % of the light, so at 2.5 stops under it comes out at 0.8 / 2^2.5 = 0.14 (sRGB 104 of 255):
# a mid-tone skin (0.35) is at sRGB 60 then, and its shading spans 20 levels, fewer than noise and JPEG leave apart.
LEAST_LIGHT = 0.14
# How light a white cloth would be is told by the brightest on the person, whatever it is, and by the brightest around:
# nearly every scene has something white or shining in it. The person counts more, for the scene may be lit otherwise.
# It is the strongest channel that is compared: a pink or a green shirt, and skin of any tone, then differ from white by
# less than in luminance. Fiftieths and hundredths, as a few pixels may be a lamp or a flaw.
_OF_PERSON, _BRIGHTEST, _BRIGHTEST_AROUND = 0.6, 98.0, 99.0
# A scene beyond this is lit well enough; a window or a lamp behind the person does not light her. So a person is dark
# before any background when her brightest is under (0.14 / 0.3^0.4)^(1 / 0.6) = 0.084: a mid-tone skin 2 stops under,
# but no more than the darkest skins in dark clothes have in good light.
_WELL_LIT = 0.3

# What is lost to white counts by what else tells that it is not just white cloth. Alone: half of the person, which a
# white dress near the limit does not reach, for its shadowed half stays below.
MOST_CLIPPED = 0.5
# With bright shadows: on almost everybody a twentieth (hair, shoes, folds) reflects under 4 %, which is at 0.25 only
# from 2.6 stops over; the palest people in white reach 0.2 at half a stop over. Then 0.15 is the greater part of a
# shirt or a skirt, whose folds are gone.
MOST_CLIPPED_IN_BRIGHT_SHADOWS = 0.15
_BRIGHT = 0.25
# Beside a face that is lost, or where most of what is around is lost and shadows are lifted by a stop (0.08), which
# neither a bright sky nor a white studio does: then it is the light, and a shoulder, a cheek and a sleeve are enough.
# The lightest skin reflects 0.6, so a face is above 0.7 only where light is too strong; the tip of a nose may shine, a
# tenth of a face does not.
MOST_CLIPPED_IN_TOO_MUCH_LIGHT = 0.03
_FACE_TOO_BRIGHT, _FACE_CLIPPED = 0.7, 0.1
_LIFTED, _CLIPPED_AROUND = 0.08, 0.4
_SHADOW = 5.0

# At this level and above, two channels tell nothing apart: a camera's curve ends there, and JPEG adds a few levels.
_WHITE = 245

# Measures of a surface need no more pixels; averaging them takes noise and JPEG's blocks away.
_LONG_SIDE = 320
# Fewer pixels of a person or a face than these are no measure.
_LEAST_PIXELS = 30
_LEAST_FACE_PIXELS = 6
# Pixels at the mask's border mix with the background: a window behind the person would light it.
_BORDER = np.ones((5, 5), np.uint8)


def too_dark(photo: CheckedPhoto) -> Finding | None:
    """Warns of a person in the dark. Value: how bright a white cloth on the person would about be, linear, 0..1."""
    light = photo.once(_light)
    value = light.brightest**_OF_PERSON * min(light.around, _WELL_LIT) ** (1 - _OF_PERSON)
    if value >= LEAST_LIGHT:
        return None
    return photo.finding(FindingCode.TOO_DARK, Severity.WARN, value, LEAST_LIGHT)


def overexposed(photo: CheckedPhoto) -> Finding | None:
    """Warns of a person washed out. Value: the share of the person that is lost to white, 0..1; the threshold follows
    from what face and shadows tell about the light."""
    light = photo.once(_light)
    if not light.of_a_person:
        # A product on white is no dazzling scene: its shadows are dark.
        most = MOST_CLIPPED if light.shadow > _LIFTED else 1.0
    elif light.face_lost or (light.shadow > _LIFTED and light.clipped_around > _CLIPPED_AROUND):
        most = MOST_CLIPPED_IN_TOO_MUCH_LIGHT
    else:
        most = MOST_CLIPPED_IN_BRIGHT_SHADOWS if light.shadow > _BRIGHT else MOST_CLIPPED
    if light.clipped <= most:
        return None
    return photo.finding(FindingCode.OVEREXPOSED, Severity.WARN, light.clipped, most)


@dataclass(frozen=True)
class _Light:
    """On the person, or in the whole picture where there is nobody: what the brightest fiftieth reaches in its
    strongest channel (linear, 0..1) and the brightest hundredth of the whole picture, which luminance the darkest
    twentieth does not exceed, the share lost to white, that of the whole picture, and whether the face is lost."""

    of_a_person: bool
    brightest: float
    around: float
    shadow: float
    clipped: float
    clipped_around: float
    face_lost: bool


def _light(photo: CheckedPhoto) -> _Light:
    height, width = photo.rgb.shape[:2]
    scale = min(1.0, _LONG_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(photo.rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    linear = _LINEAR[small]
    luminance, strongest = linear @ _LUMINANCE, linear.max(2)
    white = (small >= _WHITE).sum(2) >= 2
    person = _person(photo, size)
    where = np.ones(luminance.shape, np.bool_) if person is None else person
    face_lost = False
    if person is not None:
        face = _face(photo, scale, luminance.shape) & person
        if face.sum() >= _LEAST_FACE_PIXELS:
            face_lost = bool(np.median(luminance[face]) > _FACE_TOO_BRIGHT or white[face].mean() > _FACE_CLIPPED)
    return _Light(
        of_a_person=person is not None,
        brightest=float(np.percentile(strongest[where], _BRIGHTEST)),
        around=float(np.percentile(strongest, _BRIGHTEST_AROUND)),
        shadow=float(np.percentile(luminance[where], _SHADOW)),
        clipped=float(white[where].mean()),
        clipped_around=float(white.mean()),
        face_lost=face_lost,
    )


def _person(photo: CheckedPhoto, size: tuple[int, int]) -> npt.NDArray[np.bool_] | None:
    """The main person without the border, in a picture of this width and height; None where there is hardly one."""
    if photo.main is None:
        return None
    mask = cv2.resize(photo.main.mask, size, interpolation=cv2.INTER_AREA) > 0.5
    inside = cv2.erode(mask.astype(np.uint8), _BORDER).astype(np.bool_)
    return inside if inside.sum() >= _LEAST_PIXELS else None


def _face(photo: CheckedPhoto, scale: float, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """A disc around nose, eyes and mouth that reaches from the brows to the lips."""
    points = photo.points * scale
    eyes = points[[Joint.LEFT_EYE, Joint.RIGHT_EYE]]
    mouth = points[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT]]
    middle = np.concatenate([points[[Joint.NOSE]], eyes, mouth]).mean(0)
    reach = max(np.linalg.norm(eyes[0] - eyes[1]), np.linalg.norm(eyes.mean(0) - mouth.mean(0)))
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return np.asarray((columns - middle[0]) ** 2 + (rows - middle[1]) ** 2 < (0.9 * reach) ** 2, np.bool_)


def _linear() -> npt.NDArray[np.float32]:
    """Light 0..1 of each sRGB level (IEC 61966-2-1)."""
    level = np.arange(256) / 255
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR = _linear()
# Rec. 709, whose primaries sRGB shares.
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
