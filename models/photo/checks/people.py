"""Who is in the photo, and who of them is to be dressed?"""

import numpy as np

from models.photo.checks.figures import Figures, Mask
from models.photo.checks.photo import CheckedPhoto, is_seen
from models.photo.reading import Face
from models.pose.landmarks import Joint
from models.pose.mediapipe import prominence
from models.pose.port import Person
from schemas.findings import Finding, FindingCode, Severity

# A portrait that ends at the chest shows two shoulders, one of legs two hips: with fewer there is nothing to dress.
# Of 200 icons and textures the network took eight for people, body-like as they are; two of them fall short of this.
LEAST_TORSO_JOINTS = 2

# A second person's part of the main one's area. The same person a quarter as high has 0.06 of it; who is smaller is
# far away, and no try-on confuses them.
LEAST_SHARE = 0.06
# Where the second person is as prominent as this part of the main one, nobody can tell whom to dress: of two friends
# side by side one has up to a quarter less in the picture by being thinner, shorter or a step behind.
NO_MAIN_PERSON = 0.75

# A patch of people where no pose is found is a person if it is as high as a head with a torso (0.47 of a body; here of
# one half as far again from the camera) and upright: bags, chairs and cars are flatter.
_PATCH_HEIGHT, _PATCH_UPRIGHT = 0.3, 1.2
# A face's box has two thirds of a head's height of 0.13, its area 0.0075 of the squared height of the body, which
# itself fills about a fifth of that square: a body is 25 times its face.
_BODY_OF_FACE = 25.0
# Nose to crown are 0.09 of a body's height, the box of its own face begins at most as far from its nose.
_HEAD_REACH = 0.09

_TORSO = (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.RIGHT_HIP, Joint.LEFT_HIP)


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
    """Warns of a second person, and rejects where it is not clear who is meant. The advice says whom we take.

    Value: the area of the largest other person as a share of the main one's. People are told by their poses, by faces
    that are no pose's, and by patches of everybody's mask away from the main person. A reflection in a mirror is a
    second person where the first is seen, too; a face printed on the main person's clothes is none.
    """
    if no_person(photo) is not None or photo.main is None:
        return None
    figures = photo.once(Figures)
    main = figures.people[0]
    own = max(1.0, float(main.sum()))
    others = [
        float((mask & ~main).sum()) / own
        for person, mask in zip(photo.people[1:], figures.people[1:], strict=True)
        if _torso_joints(person) >= LEAST_TORSO_JOINTS
    ]
    patches = [float(patch.sum()) / own for patch in figures.patches if _is_person(patch, figures)]
    faces = [_body_of(face, figures) / own for face in _other_faces(figures)]
    share = max([*others, *patches, *faces], default=0.0)
    if share < LEAST_SHARE:
        return None
    severity = Severity.WARN if _has_main_person(figures) else Severity.REJECT
    return photo.finding(FindingCode.MULTIPLE_PEOPLE, severity, share, LEAST_SHARE, _place(figures))


def _has_main_person(figures: Figures) -> bool:
    """True unless another one is about as prominent, by the figure or, where figures run into each other, the face."""
    first, *rest = (prominence(mask.astype(np.float32)) for mask in figures.people)
    faces = figures.photo.reading.faces
    own = max((_prominence(face) for face in faces if _is_the_mains(face, figures)), default=1.0)
    theirs = [_prominence(face) for face in _other_faces(figures)]
    return all(other < NO_MAIN_PERSON * first for other in rest) and all(
        other < NO_MAIN_PERSON * own for other in theirs
    )


def _prominence(face: Face) -> float:
    """As of a figure: the area, half of it at the photo's left or right edge."""
    return face.width * face.height * (1.0 - abs(face.x + face.width / 2 - 0.5))


def _is_the_mains(face: Face, figures: Figures) -> bool:
    """True for a face in whose box, or a head away from it, the main person's nose is."""
    height, width = figures.everybody.shape
    x, y = (face.x + face.width / 2) * width, (face.y + face.height / 2) * height
    side = max(face.width * width, face.height * height)
    nose = figures.points[Joint.NOSE]
    return bool(np.hypot(x - nose[0], y - nose[1]) < max(side, _HEAD_REACH * figures.body))


def _place(figures: Figures) -> str:
    """Where the main person stands, as seen in the picture."""
    _, width = figures.people[0].shape
    middle = float(figures.points[list(_TORSO), 0].mean()) / width
    if middle < 1 / 3:
        return "left"
    return "right" if middle > 2 / 3 else "middle"


def _is_person(patch: Mask, figures: Figures) -> bool:
    """True for a patch of everybody's mask that is upright, high enough, and no part of the main person."""
    rows, columns = np.flatnonzero(patch.any(1)), np.flatnonzero(patch.any(0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    apart = (patch & figures.people[0]).sum() < 0.05 * patch.sum()
    return bool(apart and height > _PATCH_HEIGHT * figures.body and height > _PATCH_UPRIGHT * width)


def _other_faces(figures: Figures) -> list[Face]:
    """The faces of others. A main person whose own is not found may have landmarks gone astray: then it may be any."""
    faces = figures.photo.reading.faces
    if not any(_is_the_mains(face, figures) for face in faces):
        return []
    return [face for face in faces if _is_somebody_else(face, figures)]


def _is_somebody_else(face: Face, figures: Figures) -> bool:
    """True for a sure face that is on a person, and neither the main one's nor printed on their clothes."""
    if not face.is_sure or _is_the_mains(face, figures):
        return False
    height, width = figures.everybody.shape
    x, y = (face.x + face.width / 2) * width, (face.y + face.height / 2) * height
    side = max(face.width * width, face.height * height)
    row, column = min(height - 1, max(0, int(y))), min(width - 1, max(0, int(x)))
    # A print on the clothes, or a knee or a hand that looks like a face.
    shoulders = figures.points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER], 1]
    printed = figures.people[0][row, column] and y > shoulders.min()
    # A poster's face has no person below it that the segmentation would see.
    below = min(height - 1, int(y + side))
    return not printed and bool(figures.everybody[row, column] and figures.everybody[below, column])


def _body_of(face: Face, figures: Figures) -> float:
    """The area, at most the photo's, that goes with a face."""
    height, width = figures.everybody.shape
    return float(min(1.0, _BODY_OF_FACE * face.width * face.height) * height * width)
