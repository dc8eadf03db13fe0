"""A body strikes a pose: goals become rotations of its bones."""

from dataclasses import replace

import numpy as np

from models.synthetic.body.hands import curl_fingers, palm, turn_hand
from models.synthetic.body.model import Body, PosedBody, grounded, posed
from models.synthetic.body.poses import Arm, Leg, Pose, Vector
from models.synthetic.body.rig import Matrix, Rig, Vec, cross, frame, shortest, turn, twist_about, two_bones, unit
from models.synthetic.body.spots import palm_spot
from models.synthetic.body.touch import Contact, contact
from models.synthetic.geometry import rotation

# Between the skin of hand or forearm and the skin of the body, metres: a layer of cloth, and a sleeve as well.
_HAND_GAP, _FOREARM_GAP = 0.006, 0.018
# How deep the flesh of thighs yields where legs touch, and where they are pressed together, metres.
_TOUCHING, _PRESSED = 0.006, 0.018
# How far feet are set apart to uncross thighs, in lengths of the leg.
_APART = 0.26
# How far ankles stay past each other all the same.
_CROSSED = 0.04
# How often a limb is moved off what it would lie inside. Each time most of what lacks is gained.
_TRIES = 7


def strike(shape: Body, pose: Pose, yaw: float = 0.0, sole: float = 0.0) -> PosedBody:
    """The body in the pose, its lowest point `sole` metres above z = 0 (shoes), turned by `yaw` degrees."""
    return grounded(posed(shape, solved(shape, pose).turns), yaw, sole)


def solved(shape: Body, pose: Pose) -> Rig:
    """The rig of `shape` in `pose`."""
    rig = Rig(shape)
    if pose.turns:
        rig.turns.update(pose.turns)
        return rig
    bend_trunk(rig, pose)
    part_legs(rig, pose)
    arms = [("L", pose.left), ("R", pose.right)]
    # A hand on the other arm goes where that arm is.
    arms.sort(key=lambda entry: entry[1].spot is not None and entry[1].spot.frame == "arm")
    around = ["trunk+thigh.L+thigh.R"]
    for letter, arm in arms:
        on_head = ["head"] if arm.spot is not None and arm.spot.frame == "head" else []
        free_arm(rig, letter, arm, tuple(around + on_head))
        around.append(f"upperarm.{letter}+forearm.{letter}+hand.{letter}")
    return rig


def bend_trunk(rig: Rig, pose: Pose) -> None:
    """Pelvis, spine, neck and shoulders."""
    trunk = pose.trunk
    rig.set("root", rotation("y", -trunk.sway) @ rotation("x", trunk.tilt))
    # Most of the bending happens in the lower back, most of the twisting above it.
    for bone, bend, wring in (
        ("spine05", 0.15, 0.05),
        ("spine04", 0.25, 0.15),
        ("spine03", 0.25, 0.25),
        ("spine02", 0.2, 0.3),
        ("spine01", 0.15, 0.25),
    ):
        lean, roll = bend * (trunk.lean - trunk.tilt), bend * (trunk.roll - trunk.sway)
        rig.set(bone, rotation("z", -wring * trunk.twist) @ rotation("y", -roll) @ rotation("x", lean))
    for bone, share in (("neck01", 0.2), ("neck02", 0.2), ("neck03", 0.2), ("head", 0.4)):
        # Eyes stay level: the neck takes back most of what the trunk bends.
        nod, cock = trunk.nod - 0.6 * trunk.lean, trunk.cock - 0.7 * trunk.roll
        turned = rotation("z", -share * trunk.turn)
        rig.set(bone, turned @ rotation("y", -share * cock) @ rotation("x", share * nod))


def place_legs(rig: Rig, pose: Pose) -> None:
    """Legs and feet; the pelvis is as high above the floor as the legs let it be."""
    legs = {"L": pose.left_leg, "R": pose.right_leg}
    height = pelvis_height(rig, pose)
    for letter, leg in legs.items():
        if leg.thigh is not None:
            _direct_leg(rig, letter, leg)
        else:
            _place_foot(rig, letter, leg, height)


def pelvis_height(rig: Rig, pose: Pose) -> float:
    """Of the root above the floor, metres."""
    root = rig.joint("root")
    if pose.seated:
        shin = max(_lengths(rig, letter)[1] + rig.rest(f"foot.{letter}")[2] for letter in "LR")
        return float(shin) + 0.01
    heights = []
    bend = float(np.cos(np.radians(pose.knees / 2)))
    for letter, leg in (("L", pose.left_leg), ("R", pose.right_leg)):
        if leg.thigh is not None:
            continue
        hip = rig.joint(f"upperleg01.{letter}") - root
        ankle = _ankle(rig, letter, leg)
        flat = ankle[:2] - hip[:2]
        reach = sum(_lengths(rig, letter)) * bend
        drop = np.sqrt(max(reach**2 - float(flat @ flat), 0.01))
        heights.append(float(drop - hip[2] + ankle[2]))
    return min(heights)


def _lengths(rig: Rig, letter: str) -> tuple[float, float]:
    hip, knee, ankle = (rig.rest(f"{bone}.{letter}") for bone in ("upperleg01", "lowerleg01", "foot"))
    return _length(knee - hip), _length(ankle - knee)


def _ankle(rig: Rig, letter: str, leg: Leg) -> Vec:
    """Where the ankle goes, from the point on the floor below the root."""
    length = sum(_lengths(rig, letter))
    mirror = 1.0 if letter == "L" else -1.0
    # A foot that stands on its ball: the ankle goes up and forwards about it.
    pitch = np.radians(leg.pitch)
    ball = rig.rest(f"toe2-1.{letter}") - rig.rest(f"foot.{letter}")
    reach = float(np.hypot(ball[0], ball[1]))
    rise = np.array([0.0, -reach * (1 - np.cos(pitch)), reach * np.sin(pitch)])
    ground = rig.rest(f"foot.{letter}")[2]
    flat = np.array([mirror * leg.out * length, -leg.forward * length, ground + leg.lift * length])
    return np.asarray(flat + rise, np.float64)


def _place_foot(rig: Rig, letter: str, leg: Leg, height: float) -> None:
    mirror = 1.0 if letter == "L" else -1.0
    root = rig.joint("root")
    target = _ankle(rig, letter, leg) + root - np.array([0.0, 0.0, height])
    hip = rig.joint(f"upperleg01.{letter}")
    thigh, shin = two_bones(hip, target, _lengths(rig, letter), _world(leg.knee, mirror))
    _turn_leg(rig, letter, thigh, shin, _world(leg.knee, mirror))
    _level_foot(rig, letter, mirror * leg.toe_out, leg.pitch)


def _direct_leg(rig: Rig, letter: str, leg: Leg) -> None:
    assert leg.thigh is not None
    mirror = 1.0 if letter == "L" else -1.0
    thigh, shin = unit(_world(leg.thigh, mirror)), unit(_world(leg.shin, mirror))
    _turn_leg(rig, letter, thigh, shin, _world(leg.knee, mirror))
    # A foot that hangs points down a little.
    hanging = rig.rotation(f"lowerleg01.{letter}")
    rig.aim(f"foot.{letter}", turn(hanging @ np.array([1.0, 0.0, 0.0]), np.radians(12.0 + leg.pitch)) @ hanging)


def _turn_leg(rig: Rig, letter: str, thigh: Vec, shin: Vec, pole: Vec) -> None:
    """The knee is a hinge whose axis at rest is the world's x."""
    hip, knee, ankle = (rig.rest(f"{bone}.{letter}") for bone in ("upperleg01", "lowerleg01", "foot"))
    bent = cross(thigh, shin)
    hinge = cross(pole, unit(thigh + shin)) if float(bent @ bent) < 1e-3 else bent
    axis = np.array([1.0, 0.0, 0.0])
    rig.aim(f"upperleg01.{letter}", frame(thigh, hinge) @ frame(knee - hip, axis).T)
    rig.aim(f"lowerleg01.{letter}", frame(shin, hinge) @ frame(ankle - knee, axis).T)


def _level_foot(rig: Rig, letter: str, toe_out: float, pitch: float) -> None:
    """A sole that lies on the floor, whatever the shin does; at rest it lies on it, its toes a little outwards."""
    ankle, toe = rig.rest(f"foot.{letter}"), rig.rest(f"toe2-1.{letter}")
    outwards = float(np.degrees(np.arctan2(toe[0] - ankle[0], -(toe[1] - ankle[1]))))
    rig.aim(f"foot.{letter}", rotation("z", toe_out - outwards) @ rotation("x", pitch))
    if pitch > 0:
        for toe_bone in range(1, 6):
            rig.set(f"toe{toe_bone}-1.{letter}", rotation("x", -pitch))


def part_legs(rig: Rig, pose: Pose) -> None:
    """The legs, moved apart until they only touch."""
    left, right = pose.left_leg, pose.right_leg
    for _ in range(_TRIES):
        place_legs(rig, replace(pose, left_leg=left, right_leg=right))
        found = contact(rig.body, rig.transforms(), "leg.R", ("leg.L",))
        crossed = min(left.out, right.out) < 0 or left.thigh is not None or right.thigh is not None
        lack = -(_PRESSED if crossed else _TOUCHING) - found.gap
        if lack <= 0:
            return
        left, right = _parted(rig, left, right, lack, found)


def _parted(rig: Rig, left: Leg, right: Leg, lack: float, found: Contact) -> tuple[Leg, Leg]:
    length = sum(_lengths(rig, "R"))
    for letter, upper in (("L", left), ("R", right)):
        if upper.thigh is not None:
            # Shins part forwards, thighs upwards.
            step = min(2.2 * lack + 0.01, 0.1)
            if found.point[2] < rig.joint(f"lowerleg01.{letter}")[2] - 0.06:
                ahead = min(step, max(0.55 - upper.shin[1], 0.0))
                lifted = replace(upper, shin=_moved(upper.shin, np.array([0.0, ahead, 0.0])))
            else:
                lifted = replace(upper, thigh=_moved(upper.thigh, np.array([0.0, 0.0, step])))
            return (lifted, right) if letter == "L" else (left, lifted)
    if right.out < 0 or left.out < 0:
        ahead = 1.0 if right.forward >= left.forward else -1.0
        step = min(1.5 * lack, 0.04) / length
        # Further than so much it would be a stride.
        part = min(step, max(-_CROSSED - left.out - right.out, 0.0) / 2)
        step = min(step, max(_APART - abs(right.forward - left.forward), 0.0) / 2)
        left = replace(left, forward=left.forward - ahead * step, out=left.out + part)
        return left, replace(right, forward=right.forward + ahead * step, out=right.out + part)
    # Contact high up the thighs opens slowly as the feet part: the hips are the hinge.
    lever = max((rig.joint("upperleg01.R")[2] - found.point[2]) / length, 0.2)
    step = min((lack + 0.003) / lever / length, 0.06)
    return replace(left, out=left.out + step / 2), replace(right, out=right.out + step / 2)


def free_arm(rig: Rig, letter: str, arm: Arm, around: tuple[str, ...]) -> None:
    """The arm, moved until hand and forearm are off the rest of the body by as much as clothes need."""
    for _ in range(_TRIES):
        move_arm(rig, letter, arm)
        transforms = rig.transforms()
        hand = contact(rig.body, transforms, f"hand.{letter}", around)
        fore = contact(rig.body, transforms, f"forearm.{letter}", around)
        lacks = (_HAND_GAP - hand.gap, _FOREARM_GAP - fore.gap)
        if max(lacks) <= 0:
            return
        arm = _freed(rig, letter, arm, lacks, (hand, fore))


def _freed(rig: Rig, letter: str, arm: Arm, lacks: tuple[float, float], contacts: tuple[Contact, Contact]) -> Arm:
    """The arm, moved away from where hand or forearm lack distance."""
    mirror = 1.0 if letter == "L" else -1.0
    chest = rig.rotation("spine01")
    worst = int(lacks[1] > lacks[0])
    away = chest.T @ contacts[worst].normal
    push = np.array([mirror * away[0], -away[1], away[2]])
    if arm.spot is None:
        reach = float(np.linalg.norm(contacts[worst].point - rig.joint(f"upperarm01.{letter}")))
        step = (lacks[worst] + 0.004) / max(reach, 0.2)
        # Outwards or forwards; upwards would shorten nothing.
        push[2] = 0.0
        push[0] = max(push[0], 0.3)
        shift = 1.1 * step * push
        return replace(arm, upper=_moved(arm.upper, shift), fore=_moved(arm.fore, shift))
    moved = _moved(arm.spot.shift, push * (max(lacks[0], 0.4 * lacks[1]) + 0.002))
    elbow = arm.elbow if lacks[1] <= 0 else _moved(arm.elbow, push * min(10 * lacks[1], 0.6))
    return replace(arm, spot=replace(arm.spot, shift=moved), elbow=elbow)


def _moved(vector: Vector, shift: Vec) -> Vector:
    return vector[0] + float(shift[0]), vector[1] + float(shift[1]), vector[2] + float(shift[2])


def move_arm(rig: Rig, letter: str, arm: Arm) -> None:
    """One arm, its shoulder following."""
    mirror = 1.0 if letter == "L" else -1.0
    chest = rig.rotation("spine01")
    palm_to = chest @ _world(arm.palm, mirror)
    fingers = None if arm.fingers is None else chest @ _world(arm.fingers, mirror)
    curl_fingers(rig, letter, arm.curl)
    if arm.spot is None:
        upper, fore = unit(chest @ _world(arm.upper, mirror)), unit(chest @ _world(arm.fore, mirror))
        _follow(rig, letter, upper, chest)
        _turn_arm(rig, letter, upper, fore)
        turn_hand(rig, letter, palm_to, fingers)
        return
    # Where the wrist has to be depends on how the hand lies, and that on what the forearm allows.
    where, normal = palm_spot(rig, letter, arm.spot)
    if arm.palm == (0.0, 0.0, 0.0):
        palm_to = -normal
        # Fingers lie along what the palm lies on.
        fingers = None if fingers is None else fingers - normal * float(fingers @ normal)
    rest = palm(rig, letter)
    reach = rest.axes.T @ (rest.centre - rig.rest(f"wrist.{letter}"))
    hand = frame(fingers if fingers is not None else unit(where - rig.joint(f"upperarm01.{letter}")), palm_to)
    for _ in range(3):
        wrist = where - hand @ reach
        shoulder = rig.joint(f"upperarm01.{letter}")
        upper, fore = two_bones(shoulder, wrist, arm_lengths(rig, letter), chest @ _world(arm.elbow, mirror))
        _follow(rig, letter, upper, chest)
        shoulder = rig.joint(f"upperarm01.{letter}")
        upper, fore = two_bones(shoulder, wrist, arm_lengths(rig, letter), chest @ _world(arm.elbow, mirror))
        _turn_arm(rig, letter, upper, fore)
        turn_hand(rig, letter, palm_to, fingers)
        hand = rig.rotation(f"wrist.{letter}") @ rest.axes


def arm_lengths(rig: Rig, letter: str) -> tuple[float, float]:
    """Of the upper arm and the forearm, metres."""
    shoulder, elbow, wrist = (rig.rest(f"{bone}.{letter}") for bone in ("upperarm01", "lowerarm01", "wrist"))
    return _length(elbow - shoulder), _length(wrist - elbow)


def _follow(rig: Rig, letter: str, upper: Vec, chest: Matrix) -> None:
    """The shoulder girdle follows the arm: of the way up past 30 degrees about a third is its (scapulohumeral rhythm,
    Inman 1944), and it comes forwards with an arm that reaches across."""
    mirror = 1.0 if letter == "L" else -1.0
    across, back, up = chest.T @ upper
    raised = float(np.degrees(np.arcsin(np.clip(up, -1, 1)))) + 90.0  # 0 hangs, 90 level
    # At rest the arm is 40 degrees from hanging: a hanging arm lets the shoulder sink.
    lift = 0.33 * max(raised - 60.0, 0.0) - 0.12 * max(40.0 - raised, 0.0)
    forward = 22.0 * max(-back, 0.0) * max(0.5 - mirror * across, 0.0) - 14.0 * max(back, 0.0)
    rig.set(
        f"clavicle.{letter}",
        rotation("z", -mirror * forward) @ rotation("y", -mirror * 0.6 * lift),
    )
    rig.set(f"shoulder01.{letter}", rotation("y", -mirror * 0.4 * lift))


def _turn_arm(rig: Rig, letter: str, upper: Vec, fore: Vec) -> None:
    """The elbow is a hinge: how far the upper arm is turned about itself follows from where the forearm goes."""
    shoulder, elbow, wrist = (rig.rest(f"{bone}.{letter}") for bone in ("upperarm01", "lowerarm01", "wrist"))
    rest_hinge = cross(unit(elbow - shoulder), unit(wrist - elbow))
    above = rig.above(f"upperarm01.{letter}")
    bent = cross(upper, fore)
    swing = shortest(above @ (elbow - shoulder), upper) @ above
    if float(bent @ bent) < 0.01:
        # Almost straight: where the hinge is follows from the shoulder's smallest turn.
        bent = bent + 0.3 * (swing @ rest_hinge)
    wanted = frame(upper, bent) @ frame(elbow - shoulder, rest_hinge).T
    twist = twist_about(wanted @ swing.T, upper)
    rig.aim(f"upperarm01.{letter}", turn(upper, 0.5 * twist) @ swing)
    rig.aim(f"upperarm02.{letter}", wanted)
    rig.aim(f"lowerarm01.{letter}", frame(fore, bent) @ frame(wrist - elbow, rest_hinge).T)


def _world(vector: Vector, mirror: float) -> Vec:
    """From outwards, forwards, upwards to the world's axes."""
    out, forward, up = vector
    return np.array([mirror * out, -forward, up])


def _length(vector: Vec) -> float:
    return float(np.sqrt(vector @ vector))
