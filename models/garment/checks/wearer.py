"""Does a person wear what is shown? A hoodie on an invisible figure has a person's outline, but no skin."""

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.checks.pieces import Piece
from models.garment.cutout import NoGarment, cut_out
from models.garment.outline import Bool
from models.garment.skin import skin_likeness
from models.pose.landmarks import Joint
from models.pose.port import Person

Rgb = npt.NDArray[np.uint8]

_HEAD = (Joint.NOSE, Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT)
_LIMBS = (
    Joint.LEFT_WRIST, Joint.RIGHT_WRIST, Joint.LEFT_KNEE, Joint.RIGHT_KNEE, Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE,
)  # fmt: skip
# Of five points of a face one may lie in a beard or in hair; two hands or two legs are seen at once.
_LEAST_HEAD, _LEAST_LIMBS = 4, 2
# Skin and the cloth between hips and shoulders differ; a beige hoodie is one colour all over (twice what differs
# noticeably in Lab, 2.3, for light and shade).
_OTHER_COLOUR = 5.0
# Neck, arms or legs are a twentieth of what stands out at least; of beige cloth most looks like skin (`cutout`).
# Cream and ivory have a Cr of 135, the palest skin (235, 215, 200) 139.
_RED = 138
_LEAST_SKIN, _MOST_SKIN = 0.05, 0.7


def is_real(rgb: Rgb, person: Person) -> bool:
    """True if a person who was found shows skin where face, hands or legs are. `rgb` (H, W, 3) at any size."""
    skin = skin_likeness(rgb)
    height, width = skin.shape
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    marks = person.pose.landmarks

    def at(joint: Joint) -> tuple[int, int] | None:
        mark = marks[joint]
        if mark.visibility < 0.5 or not (0 <= mark.x < 1 and 0 <= mark.y < 1):
            return None
        return int(mark.y * height), int(mark.x * width)

    def bare(joints: tuple[Joint, ...]) -> int:
        seen = [place for joint in joints if (place := at(joint)) is not None]
        return sum(bool(skin[place]) and bool(np.linalg.norm(lab[place] - cloth) > _OTHER_COLOUR) for place in seen)

    torso = [marks[j] for j in (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP)]
    y = int(np.clip(np.mean([mark.y for mark in torso]), 0, 0.999) * height)
    x = int(np.clip(np.mean([mark.x for mark in torso]), 0, 0.999) * width)
    patch = lab[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3]
    cloth = np.median(patch.reshape(-1, 3), axis=0)
    return bare(_HEAD) >= _LEAST_HEAD or bare(_LIMBS) >= _LEAST_LIMBS


def worn_pieces(rgb: Rgb, mask: Bool) -> tuple[Piece, ...]:
    """The garment of who shows skin in a part of what stands out (H, W), as the try-on cuts it out; empty if none does.

    A wearer's skin reaches the picture's edge: whom the frame does not cut is found by the pose.
    """
    red = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)[..., 1] >= _RED
    skin = cv2.morphologyEx((skin_likeness(rgb) & red & mask).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3))) > 0
    rim = np.concatenate([skin[:2].ravel(), skin[-2:].ravel(), skin[:, :2].ravel(), skin[:, -2:].ravel()])
    if not (_LEAST_SKIN < skin.sum() / max(1, mask.sum()) < _MOST_SKIN and rim.any()):
        return ()
    try:
        cutout = cut_out(rgb)
    except NoGarment:
        return ()
    garment = cutout.alpha > 127
    frame = (slice(0, garment.shape[0]), slice(0, garment.shape[1]))
    return (Piece(garment, float(garment.mean()), frame),) if cutout.worn else ()
