"""Does the person face the camera?"""

import numpy as np

from models.photo.checks.body import Body, main_body
from models.photo.checks.light import overexposed, too_dark
from models.photo.checks.photo import CheckedPhoto
from models.photo.reading import Face
from models.pose.landmarks import Joint
from schemas.findings import Finding, FindingCode, Severity

# Halfway between 35 degrees, up to which a body is nearly as wide as from the front (0.82), and 60, from where on it
# has less than half its width: from here on a garment's front is more guessed than seen.
MOST_TURN = 50.0
# The network turns people too far rather than too little (20 degrees are read as 40): whom it holds for less turned
# than this has narrow shoulders, no side view.
_LEAST_YAW = 60.0
# From 90 on more of the back is seen than of the front; the network errs by 15 there.
_FROM_BEHIND = 105.0


def side_view(photo: CheckedPhoto) -> Finding | None:
    """Warns of a person seen from the side or from behind. Value: degrees away from facing the camera, 0..180."""
    body = photo.once(main_body)
    if body is None or not _head_and_shoulders_in_frame(body) or not body.trunk_is_read:
        return None
    if abs(body.yaw) > _FROM_BEHIND and not _shows_face(photo, body) and not _light_hides_faces(photo):
        return photo.finding(FindingCode.SIDE_VIEW, Severity.WARN, abs(body.yaw), MOST_TURN)
    if is_turned(body):
        turn = body.turn if abs(body.yaw) <= 90 else 180 - body.turn
        return photo.finding(FindingCode.SIDE_VIEW, Severity.WARN, turn, MOST_TURN)
    return None


def is_turned(body: Body) -> bool:
    """True of a body seen from the side, by its width and by the network's depth."""
    return body.turn > MOST_TURN and _LEAST_YAW < abs(body.yaw) < 180 - _LEAST_YAW


def facing_body(photo: CheckedPhoto) -> Body | None:
    """The main person's body, if its front is seen: from the side every hanging arm is before the trunk and one leg
    before the other, from behind none is."""
    body = photo.once(main_body)
    if body is None or not body.trunk_is_read or is_turned(body) or abs(body.yaw) > 90:
        return None
    return body


def _light_hides_faces(photo: CheckedPhoto) -> bool:
    """True where a face may be there and not be seen: the network, too, then takes fronts for backs."""
    return overexposed(photo) is not None or too_dark(photo) is not None


def _head_and_shoulders_in_frame(body: Body) -> bool:
    """Without a head the network does not know which way a trunk looks."""
    return all(body.in_frame(joint) for joint in (Joint.NOSE, Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER))


def _shows_face(photo: CheckedPhoto, body: Body) -> bool:
    """A sure face looks towards the camera: whoever shows it is not seen from behind."""
    return any(face.is_sure and _is_of(face, photo, body) for face in photo.reading.faces)


def _is_of(face: Face, photo: CheckedPhoto, body: Body) -> bool:
    """True if the face is where the body's head is: above the shoulders, by less than a torso."""
    height, width = photo.rgb.shape[:2]
    centre = np.array([(face.x + face.width / 2) * width, (face.y + face.height / 2) * height])
    along, across = body.framed(centre)
    return bool(1.0 < along < 2.0 and abs(across) < 0.5)
