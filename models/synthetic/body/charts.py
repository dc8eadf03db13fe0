"""DensePose's parts of the skin, each with coordinates u and v: fixed to the base mesh, so they follow every body.

Parts have DensePose's numbers. u runs along a part from its root (the torso's are the shoulders, the head's the crown,
the foot's the heel) to its end, v around it; where a front is seen, v grows towards the person's left, as in
`models.surface`. In a mirror left and right parts are exchanged, u stays and v becomes 1 - v. DensePose's own charts
were unfolded by optimisation and are distributed without a licence for this use: these are of the same kind, not the
same numbers.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from models.surface.parts import Part, of_side
from models.synthetic.body.basis import basis
from models.synthetic.body.labels import share_of
from models.synthetic.geometry import Points

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SkinCharts:
    """`part` (T,) uint8, 1 to 24, and `uv` (T, 3, 2): u, v in 0..1 at each corner of each triangle of the skin."""

    part: npt.NDArray[np.uint8]
    uv: npt.NDArray[np.float32]

    def at(
        self, triangles: npt.NDArray[np.int32], barycentric: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
        """Part (N,) and u, v (N, 2) of points on `triangles` (N,) with `barycentric` (N, 3) coordinates."""
        uv = np.einsum("nc,nck->nk", barycentric, self.uv[triangles])
        return self.part[triangles], np.asarray(uv, np.float32)


@cache
def charts() -> SkinCharts:
    """The charts of the triangles of `basis().parts["body"]`."""
    part = np.zeros(len(basis().parts["body"][0]), np.uint8)
    uv = np.zeros((len(part), 3, 2), np.float32)
    builder = _Builder(part, uv)
    builder.trunk()
    builder.head()
    for right in (False, True):
        builder.limbs(right)
    return SkinCharts(part, uv)


class _Builder:
    """Fills the charts from the base mesh in its A-pose."""

    def __init__(self, part: npt.NDArray[np.uint8], uv: npt.NDArray[np.float32]) -> None:
        self._part, self._uv = part, uv
        data = basis()
        self._corners = data.template[data.parts["body"][0]]  # (T, 3, 3)
        self._middle = self._corners.mean(1)
        self._heads = dict(zip(data.bones, data.heads, strict=True))

    def trunk(self) -> None:
        """Torso, front and back."""
        where = share_of(("root", "pelvis", "spine", "clavicle", "shoulder"), "") > 0.3
        axis = np.array([0.0, 0.0, -1.0])
        angle = self._around_trunk(self._corners)
        front = np.abs(self._around_trunk(self._middle)) < np.pi / 2
        u = self._along(where, axis)
        self._put(where & front, Part.TORSO_FRONT, u, 0.5 + angle / np.pi)
        behind = np.arctan2(np.sin(np.pi - angle), np.cos(np.pi - angle))
        self._put(where & ~front, Part.TORSO_BACK, u, 0.5 + behind / np.pi)

    def _around_trunk(self, points: Points) -> npt.NDArray[np.float64]:
        """Angle about the trunk's middle line, 0 in front, positive towards the left, as on an ellipse."""
        low, high = self._heads["upperleg01.L"], self._heads["neck01"]
        height = np.clip((points[..., 2] - low[2]) / (high[2] - low[2]), 0, 1)
        middle = low[1] + height * (high[1] - low[1])
        return np.asarray(np.arctan2(points[..., 0] * 0.75, -(points[..., 1] - middle)), np.float64)

    def head(self) -> None:
        """Head and neck, the halves on either side of the nose."""
        where = share_of(("head", "neck", "eye"), "") > 0.5
        centre = self._heads["head"][1] + 0.02
        angle = np.arctan2(self._corners[..., 0], -(self._corners[..., 1] - centre))
        u = self._along(where, np.array([0.0, 0.0, -1.0]))
        left = self._middle[:, 0] > 0
        # A corner on the middle line behind belongs to whichever half the triangle is in.
        turned = np.abs(angle) / np.pi
        self._put(where & left, Part.LEFT_HEAD, u, turned)
        self._put(where & ~left, Part.RIGHT_HEAD, u, 1 - turned)

    def limbs(self, right: bool) -> None:
        """Arm and leg of one side."""
        letter = "R" if right else "L"
        joint = {name.removesuffix(f".{letter}"): head for name, head in self._heads.items() if name.endswith(letter)}
        hand = share_of(("wrist", "finger", "metacarpal"), letter) > 0.5
        fore, upper = share_of(("lowerarm",), letter), share_of(("upperarm",), letter)
        arm = (fore + upper + share_of(("wrist", "finger", "metacarpal"), letter) > 0.5) & ~hand
        # Where the halves of an arm meet: the plane through its axis and the front.
        for where, halves, ends in (
            (
                arm & (upper >= fore),
                (Part.LEFT_UPPER_ARM_OUTSIDE, Part.LEFT_UPPER_ARM_INSIDE),
                ("upperarm01", "lowerarm01"),
            ),
            (arm & (upper < fore), (Part.LEFT_FOREARM_OUTSIDE, Part.LEFT_FOREARM_INSIDE), ("lowerarm01", "wrist")),
        ):
            self._tube(where, halves, (joint[ends[0]], joint[ends[1]]), right, quarter=True)
        foot = share_of(("foot", "toe"), letter) > 0.5
        shin, thigh = share_of(("lowerleg",), letter), share_of(("upperleg",), letter)
        leg = (shin + thigh + share_of(("foot", "toe"), letter) > 0.5) & ~foot
        for where, halves, ends in (
            (leg & (thigh >= shin), (Part.LEFT_THIGH_FRONT, Part.LEFT_THIGH_BACK), ("upperleg01", "lowerleg01")),
            (leg & (thigh < shin), (Part.LEFT_SHIN_FRONT, Part.LEFT_SHIN_BACK), ("lowerleg01", "foot")),
        ):
            self._tube(where, halves, (joint[ends[0]], joint[ends[1]]), right, quarter=False)
        knuckle = (joint["finger3-1"] + joint["finger4-1"]) / 2
        self._whole(
            hand, of_side(Part.LEFT_HAND, right), (joint["wrist"], knuckle), joint["finger2-1"] - joint["finger5-1"]
        )
        toes = (joint["toe2-1"] + joint["toe3-1"]) / 2
        flat = np.array([joint["foot"][0], joint["foot"][1], toes[2]])
        self._whole(foot, of_side(Part.LEFT_FOOT, right), (flat, toes), np.array([0.0, 0.0, 1.0]))

    def _tube(
        self, where: Mask, halves: tuple[Part, Part], ends: tuple[Points, Points], right: bool, *, quarter: bool
    ) -> None:
        """A limb cut in two along its axis: into outside and inside, or into front and back."""
        axis = _unit(ends[1] - ends[0])
        angle = _around(self._corners - ends[0], axis, np.array([0.0, -1.0, 0.0]))
        middle = _around(self._middle - ends[0], axis, np.array([0.0, -1.0, 0.0]))
        u = self._along(where, axis)
        if quarter:
            # Half a turn from the front to the back over the outside, and back to the front over the inside.
            outside = (middle > 0) != right
            for half, part in ((outside, halves[0]), (~outside, halves[1])):
                start = 0.0 if (part is halves[0]) != right else -np.pi
                self._put(where & half, of_side(part, right), u, _near(angle - start, middle - start) / np.pi)
            return
        front = np.abs(middle) < np.pi / 2
        self._put(where & front, of_side(halves[0], right), u, 0.5 + angle / np.pi)
        behind = np.arctan2(np.sin(np.pi - angle), np.cos(np.pi - angle))
        self._put(where & ~front, of_side(halves[1], right), u, 0.5 + behind / np.pi)

    def _whole(self, where: Mask, part: Part, ends: tuple[Points, Points], zero: Points) -> None:
        """A hand or a foot: one chart, cut open opposite to `zero`, where v is a half."""
        axis = _unit(ends[1] - ends[0])
        angle = _around(self._corners - ends[0], axis, zero)
        middle = _around(self._middle - ends[0], axis, zero)
        self._put(where, part, self._along(where, axis), 0.5 + _near(angle, middle) / (2 * np.pi))

    def _along(self, where: Mask, axis: Points) -> npt.NDArray[np.float64]:
        """From 0 to 1 along `axis` over the triangles `where`, (T, 3)."""
        position = self._corners @ axis
        low, high = position[where].min(), position[where].max()
        return np.asarray((position - low) / (high - low), np.float64)

    def _put(self, where: Mask, part: Part, u: npt.NDArray[np.float64], v: npt.NDArray[np.float64]) -> None:
        free = where & (self._part == 0)
        self._part[free] = part
        self._uv[free, :, 0] = np.clip(u[free], 0, 1)
        self._uv[free, :, 1] = np.clip(v[free], 0, 1)


def _unit(vector: Points) -> Points:
    return np.asarray(vector / np.linalg.norm(vector), np.float64)


def _around(points: Points, axis: Points, zero: Points) -> npt.NDArray[np.float64]:
    """Angles of points about an axis that points down or away from the body: 0 at `zero`, positive towards the
    person's left where `zero` is the front."""
    front = _unit(zero - axis * float(zero @ axis))
    left = np.cross(front, axis)
    left = left * np.sign(left[0]) if abs(left[0]) > 0.3 else left
    return np.asarray(np.arctan2(points @ left, points @ front), np.float64)


def _near(angle: npt.NDArray[np.float64], middle: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Corners' angles (T, 3), wrapped so that they are near that of the triangle's middle (T,)."""
    away = angle - middle[:, None]
    wrapped = np.arctan2(np.sin(away), np.cos(away))
    base = np.arctan2(np.sin(middle), np.cos(middle))
    return np.asarray(base[:, None] + wrapped, np.float64)
