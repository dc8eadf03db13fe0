"""Poses: solved for each body, natural, without limbs inside each other."""

import numpy as np
import pytest

from models.pose.landmarks import Joint
from models.synthetic.body.anchors import grip, head, phone, seat
from models.synthetic.body.keypoints import landmarks
from models.synthetic.body.model import PosedBody
from models.synthetic.body.people import Person, sample_person
from models.synthetic.body.poses import Arm, Pose, Spot
from models.synthetic.body.regions import region
from models.synthetic.body.rig import Rig, turn, twist_about, two_bones
from models.synthetic.body.stances import KINDS, sample_pose
from models.synthetic.body.strike import move_arm, solved, strike
from models.synthetic.body.touch import depth
from schemas.findings import FindingCode

# Two people of each sex, from light to heavy.
_SEEDS = (2, 9, 16, 37)
_REST = "trunk+thigh.L+thigh.R+head"


def _people() -> list[Person]:
    return [sample_person(np.random.default_rng(seed)) for seed in _SEEDS]


@pytest.mark.parametrize("kind", KINDS)
def test_limbs_do_not_lie_inside_the_body(kind: str) -> None:
    """Hands and forearms stay outside trunk, head, thighs and the other arm, legs outside each other, within what
    flesh yields: 25 mm, 45 mm where forearms lie upon each other, 60 mm where thighs are pressed upon each other."""
    allowed = 0.045 if kind == "crossed_arms" else 0.025
    pressed = {"crossed_legs": 0.06, "seated_crossed": 0.06}.get(kind, 0.02)
    for number, person in enumerate(_people()):
        shape = person.body()
        transforms = solved(shape, sample_pose(np.random.default_rng(number), kind=kind)).transforms()
        for own, other in (("L", "R"), ("R", "L")):
            around = (f"{_REST}+upperarm.{other}+forearm.{other}+hand.{other}",)
            for part in ("hand", "forearm"):
                assert depth(shape, transforms, f"{part}.{own}", around) < allowed, (part, own, person.bmi)
        assert depth(shape, transforms, "leg.R", ("leg.L",)) < pressed


@pytest.mark.parametrize("kind", ["standing", "contrapposto", "hand_on_hip", "crossed_arms", "low_clasp"])
def test_feet_stand_flat_on_the_floor(kind: str) -> None:
    """Heel and ball of both feet are on the floor, on every body."""
    for number, person in enumerate(_people()):
        figure = strike(person.body(), sample_pose(np.random.default_rng(number), kind=kind))
        for letter in "LR":
            foot = figure.vertices[region(f"foot.{letter}")]
            ankle = figure.joint(f"foot.{letter}")
            behind = foot[:, 1] > ankle[1]
            assert foot[behind, 2].min() < 0.008
            assert foot[~behind, 2].min() < 0.008


def test_the_same_pose_has_no_seed_of_its_own() -> None:
    """Poses are drawn from the generator alone: the same seed gives the same vertices."""
    shape = _people()[0].body()
    first, again = (strike(shape, sample_pose(np.random.default_rng(3), "real")).vertices for _ in range(2))
    assert (first == again).all()


def test_a_mirrored_pose_is_the_mirror_image() -> None:
    """Left and right exchanged gives the reflected landmarks."""
    shape = _people()[1].body()
    pose = sample_pose(np.random.default_rng(8), kind="hand_on_hip")
    one, other = landmarks(strike(shape, pose)), landmarks(strike(shape, pose.mirrored()))
    assert one[Joint.LEFT_WRIST] == pytest.approx(other[Joint.RIGHT_WRIST] * [-1, 1, 1], abs=0.012)
    assert one[Joint.LEFT_ANKLE] == pytest.approx(other[Joint.RIGHT_ANKLE] * [-1, 1, 1], abs=0.012)


def _shown(code: FindingCode, seed: int) -> tuple[Pose, PosedBody]:
    pose = sample_pose(np.random.default_rng(seed), code=code)
    return pose, strike(_people()[seed % 4].body(), pose)


@pytest.mark.parametrize("seed", range(6))
def test_finding_codes_hold(seed: int) -> None:
    """What a pose says of itself is seen: wrists past the middle, ankles or knees past each other, hands before the
    body, hips as low as knees."""
    pose, figure = _shown(FindingCode.CROSSED_ARMS, seed)
    points = landmarks(figure)
    assert points[Joint.LEFT_WRIST, 0] < 0.02 and points[Joint.RIGHT_WRIST, 0] > -0.02
    pose, figure = _shown(FindingCode.CROSSED_LEGS, seed)
    points = landmarks(figure)
    assert FindingCode.CROSSED_LEGS in pose.codes
    assert points[Joint.LEFT_ANKLE, 0] < points[Joint.RIGHT_ANKLE, 0] + 0.02
    pose, figure = _shown(FindingCode.HANDS_COVER_BODY, seed)
    points = landmarks(figure)
    inside = np.abs(points[[Joint.LEFT_INDEX, Joint.RIGHT_INDEX], 0]) < abs(points[Joint.LEFT_SHOULDER, 0]) + 0.04
    assert inside.any()
    pose, figure = _shown(FindingCode.SEATED, seed)
    points = landmarks(figure)
    assert pose.seated
    assert abs(points[Joint.LEFT_HIP, 2] - points[Joint.LEFT_KNEE, 2]) < 0.25


def test_a_seat_is_below_the_seated() -> None:
    """The seat's surface is level with the lowest flesh, deep enough for the thighs, and turns with the person."""
    shape = _people()[0].body()
    pose = sample_pose(np.random.default_rng(1), kind="seated")
    for yaw in (0.0, 50.0):
        found = seat(strike(shape, pose, yaw))
        assert 0.3 < found.height < 0.6
        assert 0.3 < found.depth < 0.6
        assert found.yaw == pytest.approx(yaw, abs=6.0)


def test_what_is_held_is_in_front_of_the_palm() -> None:
    """A phone's screen looks at the eyes, its middle is within a hand's length of the palm, upright; frames are
    rotations."""
    shape = _people()[2].body()
    pose = sample_pose(np.random.default_rng(2), kind="selfie")
    figure = strike(shape, pose)
    assert pose.phone is not None
    held, hand, eyes = phone(figure, pose.phone), grip(figure, pose.phone), head(figure)
    for matrix in (held, hand, eyes):
        assert matrix[:3, :3] @ matrix[:3, :3].T == pytest.approx(np.eye(3), abs=1e-9)
        assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1.0)
    towards = eyes[:3, 3] - held[:3, 3]
    assert held[:3, 2] @ towards / np.linalg.norm(towards) > 0.7
    assert held[2, 1] > 0.7
    assert np.linalg.norm(held[:3, 3] - hand[:3, 3]) < 0.1


def test_unknown_kinds_and_codes_are_refused() -> None:
    """A misspelt kind, or a code that no pose shows, says what there is."""
    with pytest.raises(ValueError, match="crossed_arms"):
        sample_pose(np.random.default_rng(0), kind="handstand")
    with pytest.raises(ValueError, match="no pose shows"):
        sample_pose(np.random.default_rng(0), code=FindingCode.BLURRY)


def test_two_bones_reach_their_end() -> None:
    """The law of cosines: both bones have their lengths and meet the end; the joint is on the pole's side."""
    first, second = two_bones(np.zeros(3), np.array([0.3, 0.1, -0.2]), (0.3, 0.25), np.array([0.0, 1.0, 0.0]))
    assert 0.3 * first + 0.25 * second == pytest.approx([0.3, 0.1, -0.2])
    assert np.linalg.norm(first) == pytest.approx(1.0)
    assert first[1] > 0.1


def test_twist_is_what_remains_about_the_axis() -> None:
    """A swing across the axis adds no twist."""
    axis = np.array([0.0, 0.0, 1.0])
    swing = turn(np.array([1.0, 0.0, 0.0]), 0.7)
    assert twist_about(turn(axis, 0.4), axis) == pytest.approx(0.4)
    assert twist_about(swing @ turn(axis, 0.4), axis) == pytest.approx(0.4)


def test_depth_finds_a_hand_inside_the_trunk() -> None:
    """The measure itself: a palm put 4 and 8 cm below the skin of the belly is found so deep, one at rest is free."""
    shape = _people()[0].body()
    rig = Rig(shape)
    assert depth(shape, rig.transforms(), "hand.L", ("trunk+thigh.L+thigh.R",)) == 0.0
    found = []
    for off in (0.12, -0.04, -0.08):
        move_arm(rig, "L", Arm(spot=Spot("trunk", 0.5, 0.0, off=off), palm=(0.0, 0.0, 0.0), fingers=(-1.0, 0.0, 0.0)))
        found.append(depth(shape, rig.transforms(), "hand.L", ("trunk+thigh.L+thigh.R",)))
    # Fingers reach deeper than the palm, on whose place the spot is.
    assert found[0] == 0.0 and found[1] > 0.03 and found[2] > found[1]
