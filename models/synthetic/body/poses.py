"""What a pose asks of a body. The same pose fits every body: goals are in shares of it, `strike` solves them."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from schemas.findings import FindingCode

Vector = tuple[float, float, float]  # of an arm or a leg: outwards (to its own side), forwards, upwards, in body axes
Side = Literal["left", "right"]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spot:
    """Where a palm goes. What the numbers mean depends on `frame`:

    "trunk": on the trunk's skin: `a` height (0 hip joints, 1 shoulders), `b` degrees around (0 front, 90 the arm's own
    side, negative past the middle).
    "thigh": on its own thigh: `a` along (0 hip, 1 knee), `b` degrees around it (0 on top, 90 outwards); "other thigh".
    "arm": on the other arm: `a` along (0 shoulder, 1 elbow, 2 wrist), `b` degrees around it (0 in front, 90 outside).
    "shoulder": free in the air: `a` forwards, `b` outwards, `c` upwards from its own shoulder, in lengths of the arm.
    "head": on the head: `a` height (-1 chin, 1 crown), `b` degrees around (0 front, 90 own side).
    """

    frame: Literal["trunk", "thigh", "other thigh", "arm", "shoulder", "head"]
    a: float
    b: float
    c: float = 0.0
    off: float = 0.0  # metres between skin and palm, clothes included
    shift: Vector = (0.0, 0.0, 0.0)  # metres, added to where that is, in the chest's axes


@dataclass(frozen=True)
class Arm:
    """Either free, by the directions of its bones, or with its palm on a spot."""

    upper: Vector = (0.16, 0.0, -1.0)
    fore: Vector = (0.10, 0.2, -1.0)
    spot: Spot | None = None
    elbow: Vector = (0.5, -1.0, -0.2)  # where the elbow points, if there is a spot
    palm: Vector = (-1.0, -0.35, 0.0)  # where the palm looks; zero: at the skin below it
    fingers: Vector | None = None  # None: along the forearm
    curl: float = 1.0  # 0 flat, 1 relaxed, 2.5 a fist


@dataclass(frozen=True)
class Leg:
    """Either a foot on the floor (or lifted), or, if `thigh` is given, by the directions of its bones."""

    out: float = 0.10  # of the ankle, from the body's middle, in lengths of the leg
    forward: float = 0.0
    lift: float = 0.0
    toe_out: float = 10.0  # degrees
    pitch: float = 0.0  # degrees, heel up
    thigh: Vector | None = None
    shin: Vector = (0.0, 0.0, -1.0)
    knee: Vector = (0.12, 1.0, 0.0)  # where the knee points


@dataclass(frozen=True)
class Trunk:
    """Degrees: `lean` forwards, `roll` to the left, `twist` of the chest to the left; `tilt` and `sway` of the pelvis
    forwards and to the left."""

    lean: float = 0.0
    roll: float = 0.0
    twist: float = 0.0
    tilt: float = 0.0
    sway: float = 0.0
    nod: float = 0.0  # of the head, down
    turn: float = 0.0  # of the head, to the left
    cock: float = 0.0  # of the head, to the left shoulder
    shrug: float = 0.0  # of the shoulders


@dataclass(frozen=True)
class Pose:
    """What is asked of a body. `codes` are the findings that hold because of it; `phone` the hand that holds one,
    `seated` whether something must be sat on. `turns` are fixed rotations instead of everything else (motion files)."""

    kind: str
    codes: frozenset[FindingCode] = frozenset()
    left: Arm = Arm()
    right: Arm = Arm()
    left_leg: Leg = Leg()
    right_leg: Leg = Leg()
    trunk: Trunk = Trunk()
    knees: float = 4.0  # degrees that the straighter knee is bent
    seated: bool = False
    phone: Side | None = None
    turns: dict[str, Matrix] = field(default_factory=dict, compare=False)

    def mirrored(self) -> "Pose":
        """The same with left and right exchanged."""
        trunk = self.trunk
        other: dict[Side, Side] = {"left": "right", "right": "left"}
        return replace(
            self,
            left=self.right,
            right=self.left,
            left_leg=self.right_leg,
            right_leg=self.left_leg,
            trunk=replace(
                trunk, roll=-trunk.roll, twist=-trunk.twist, sway=-trunk.sway, turn=-trunk.turn, cock=-trunk.cock
            ),
            phone=other[self.phone] if self.phone else None,
        )
