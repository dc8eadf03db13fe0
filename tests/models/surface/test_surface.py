"""Body surface from landmarks, on drawn people."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.pose.port import Person
from models.surface.landmarks import LandmarkSurface
from models.surface.parts import Part, of_side
from models.surface.port import BodySurface, FakeBodySurface, Iuv
from schemas.pose import Landmark, Pose
from tests.models.parsing.figure import ARMS, BEFORE_THE_CHEST, LEGS, Clothes, Figure, along, figure


def surface(drawn: Figure) -> Iuv:
    return LandmarkSurface().iuv(drawn.photo, drawn.person, drawn.labels)


def part(found: Iuv, point: tuple[float, float]) -> Part:
    return Part(int(found[round(point[1]), round(point[0]), 0]))


@pytest.mark.parametrize("sleeves", [0.0, 1.0])
def test_parts_have_their_places(sleeves: float) -> None:
    """Head, torso, and both sides of arms, hands, legs and feet, bare or clothed."""
    drawn = figure(Clothes(sleeves=sleeves))
    found = surface(drawn)
    assert part(found, (200, 220)) == Part.TORSO_FRONT
    assert part(found, (190, 75)) == Part.RIGHT_HEAD
    assert part(found, (210, 75)) == Part.LEFT_HEAD
    for right, (arm, leg) in enumerate(zip(reversed(ARMS.values()), reversed(LEGS.values()), strict=True)):
        upper = {of_side(each, right) for each in (Part.LEFT_UPPER_ARM_INSIDE, Part.LEFT_UPPER_ARM_OUTSIDE)}
        fore = {of_side(each, right) for each in (Part.LEFT_FOREARM_INSIDE, Part.LEFT_FOREARM_OUTSIDE)}
        assert part(found, along(drawn.joints, arm, 0.35)) in upper
        assert part(found, along(drawn.joints, arm, 0.75)) in fore
        assert part(found, along(drawn.joints, leg, 0.3)) == of_side(Part.LEFT_THIGH_FRONT, right)
        assert part(found, along(drawn.joints, leg, 0.7)) == of_side(Part.LEFT_SHIN_FRONT, right)
        index, toe = (drawn.joints[Joint(joint + right)] for joint in (Joint.LEFT_INDEX, Joint.LEFT_FOOT))
        assert part(found, index) == of_side(Part.LEFT_HAND, right)
        assert part(found, toe) == of_side(Part.LEFT_FOOT, right)


def test_the_inside_of_an_arm_looks_at_the_body() -> None:
    """Of a hanging arm the half beside the torso is the inside."""
    drawn = figure()
    found = surface(drawn)
    x, y = along(drawn.joints, ARMS[Lip.LEFT_ARM], 0.75)
    assert part(found, (x - 6, y)) == Part.LEFT_FOREARM_INSIDE
    assert part(found, (x + 6, y)) == Part.LEFT_FOREARM_OUTSIDE


def test_a_forearm_before_the_chest_is_an_arm() -> None:
    """Bare or in a sleeve: what lies before the torso is not the torso."""
    for sleeves in (0.0, 1.0):
        drawn = figure(Clothes(sleeves=sleeves), BEFORE_THE_CHEST)
        found = part(surface(drawn), along(drawn.joints, ARMS[Lip.LEFT_ARM], 0.8))
        assert found in {Part.LEFT_FOREARM_INSIDE, Part.LEFT_FOREARM_OUTSIDE}


def test_from_behind_backs_are_seen() -> None:
    """Back, backs of thighs and shins; the person's left is on the picture's left."""
    drawn = figure(away=True)
    found = surface(drawn)
    assert part(found, (200, 220)) == Part.TORSO_BACK
    assert part(found, (170, 350)) == Part.LEFT_THIGH_BACK
    assert part(found, (232, 480)) == Part.RIGHT_SHIN_BACK
    assert part(found, (190, 60)) == Part.LEFT_HEAD


def test_u_goes_along_and_v_around() -> None:
    """Down a shin u rises from 0 to 255; across it v rises towards the person's left, and the bone is its middle."""
    drawn = figure()
    found = surface(drawn)
    points = [along(drawn.joints, LEGS[Lip.LEFT_LEG], share) for share in (0.55, 0.7, 0.85, 0.98)]
    u = [int(found[round(y), round(x), 1]) for x, y in points]
    assert u == sorted(u)
    assert u[0] < 50
    assert u[-1] > 220
    x, y = points[1]
    v = found[round(y), round(x) - 12 : round(x) + 13, 2].astype(int)
    assert (np.diff(v) >= 0).all()
    assert v[12] == pytest.approx(128, abs=12)
    behind = surface(figure(away=True))[480, 222:244, 2].astype(int)
    assert (np.diff(behind) <= 0).all()
    assert behind[0] > behind[-1]


@pytest.mark.parametrize("model", [LandmarkSurface(), FakeBodySurface()], ids=["landmarks", "fake"])
def test_the_person_has_a_surface_and_nothing_else(model: BodySurface) -> None:
    """Every labelled pixel has a part of DensePose, every other is 0, at a photo larger than the working picture."""
    drawn = figure(scale=2.0)
    found = model.iuv(drawn.photo, drawn.person, drawn.labels)
    assert found.shape == drawn.photo.shape
    assert found.dtype == np.uint8
    assert ((found[..., 0] > 0) == (drawn.labels > 0)).all()
    assert found[..., 0].max() <= 24
    assert not found[drawn.labels == 0].any()


@settings(max_examples=40, deadline=None)
@given(
    places=arrays(np.float32, (33, 3), elements=st.floats(-3, 4, width=32), fill=st.floats(0, 1, width=32)),
    seed=st.integers(0, 99),
    height=st.integers(1, 60),
    width=st.integers(1, 60),
)
def test_no_landmarks_harm(places: npt.NDArray[np.float32], seed: int, height: int, width: int) -> None:
    """Wherever landmarks are: parts where there are labels, and nowhere else."""
    labels = np.random.default_rng(seed).integers(0, 20, (height, width), dtype=np.uint8)
    pose = Pose(landmarks=tuple(Landmark(x=float(x), y=float(y), z=float(z)) for x, y, z in places))
    person = Person(pose, np.ones((height, width), np.float32))
    found = LandmarkSurface().iuv(np.zeros((height, width, 3), np.uint8), person, labels)
    assert ((found[..., 0] > 0) == (labels > 0)).all()
