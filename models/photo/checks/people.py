"""Who is in the photo, and who of them is to be dressed?"""

from models.photo.checks.photo import CheckedPhoto, is_seen
from models.pose.landmarks import Joint
from models.pose.port import Person
from schemas.findings import Finding, FindingCode, Severity

# A portrait that ends at the chest shows two shoulders, one of legs two hips: with fewer there is nothing to dress.
# Of 200 icons and textures the network took eight for people, body-like as they are; two of them fall short of this.
LEAST_TORSO_JOINTS = 2

_TORSO = (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP)


def no_person(photo: CheckedPhoto) -> Finding | None:
    """Rejects a photo whose main person shows too little of a torso, or that has none.

    Value: shoulders and hips that are seen, 0..4.
    """
    seen = _torso_joints(photo.main) if photo.main is not None else 0
    if seen >= LEAST_TORSO_JOINTS:
        return None
    return photo.finding(FindingCode.NO_PERSON, Severity.REJECT, seen, LEAST_TORSO_JOINTS)


def _torso_joints(person: Person) -> int:
    return sum(is_seen(person, joint) for joint in _TORSO)


def multiple_people(photo: CheckedPhoto) -> Finding | None:
    """To be written."""
    return None
