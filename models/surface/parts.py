"""The 24 parts of DensePose, as DensePose-COCO numbers them (Gueler, Neverova and Kokkinos 2018)."""

from enum import IntEnum


class Part(IntEnum):
    """A part of the body's surface; 0 is none. Left and right are the person's own."""

    TORSO_BACK = 1
    TORSO_FRONT = 2
    RIGHT_HAND = 3
    LEFT_HAND = 4
    LEFT_FOOT = 5
    RIGHT_FOOT = 6
    RIGHT_THIGH_BACK = 7
    LEFT_THIGH_BACK = 8
    RIGHT_THIGH_FRONT = 9
    LEFT_THIGH_FRONT = 10
    RIGHT_SHIN_BACK = 11
    LEFT_SHIN_BACK = 12
    RIGHT_SHIN_FRONT = 13
    LEFT_SHIN_FRONT = 14
    LEFT_UPPER_ARM_INSIDE = 15
    RIGHT_UPPER_ARM_INSIDE = 16
    LEFT_UPPER_ARM_OUTSIDE = 17
    RIGHT_UPPER_ARM_OUTSIDE = 18
    LEFT_FOREARM_INSIDE = 19
    RIGHT_FOREARM_INSIDE = 20
    LEFT_FOREARM_OUTSIDE = 21
    RIGHT_FOREARM_OUTSIDE = 22
    RIGHT_HEAD = 23
    LEFT_HEAD = 24


def of_side(left: Part, right: int | bool) -> Part:
    """The part itself, or, if `right`, its counterpart on the right."""
    return Part[left.name.replace("LEFT", "RIGHT")] if right else left
