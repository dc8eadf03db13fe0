"""A pose in pixels: joints, the body's unit of length, the head's place and size.

Left and right are the person's own. Points are float64 (x, y). Lengths of the body are told in its unit, the width
between the shoulder joints as it would be seen from the front: 0.215 of the height (Drillis and Contini 1966), about 37
cm.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.pose.landmarks import Joint
from models.pose.yaw import yaw
from schemas.pose import Pose

Points = npt.NDArray[np.float64]
Float = npt.NDArray[np.float32]


# Shoulder to hip in units: 1.44 to 1.6 on frontal photos. A torso is never seen longer than it is, so it bounds the
# unit from below when the shoulders are seen from the side.
TORSO = 1.5
# Eyes to mouth in units (7 cm of 37), and the share of the width between the ears (15.5 cm).
EYES_TO_MOUTH, EYES_TO_MOUTH_OF_EARS = 0.19, 0.45
# The eyes halve the head's height, the mouth stands at 0.62 of the way from them to the chin (facial thirds).
CHIN_BELOW_EYES = 1.62
# Landmarks are clipped to this many picture sizes beyond the frame, so that wild ones cannot overflow.
_BEYOND = 3.0
# Turned by more degrees than that, at most an ear and the edge of a cheek are seen of the face.
_AWAY = 110.0
# Under this size, in pixels, a body has no parts that could be told apart.
_LEAST_UNIT = 4.0


@dataclass(frozen=True)
class Head:
    """The head's frame: `eyes` their middle, `down` towards the chin and `across` (unit vectors), `size` the length
    from eyes to mouth as seen from the front, `centre` and `half_width` of the face as it is seen."""

    eyes: Points
    down: Points
    size: float
    centre: Points
    half_width: float

    @property
    def across(self) -> Points:
        """The unit vector to the viewer's right when upright."""
        return np.array([self.down[1], -self.down[0]])

    @property
    def chin(self) -> Points:
        """The face's lowest point."""
        return np.asarray(self.centre + self.down * (CHIN_BELOW_EYES * self.size), np.float64)

    def face_distance(self, x: Float, y: Float) -> Float:
        """How far pixels are from the face's middle: 1 on the ellipse from hairline to chin."""
        # The hairline is one third of the face above the brows: 1.0 sizes above the eyes.
        return self._ellipse(x, y, -1.0, CHIN_BELOW_EYES, 1.0)

    def features_distance(self, x: Float, y: Float) -> Float:
        """How far pixels are from the middle of eyes, nose and mouth: 1 on the ellipse from the brows to the chin."""
        return self._ellipse(x, y, -0.55, 1.7, 0.9)

    def _ellipse(self, x: Float, y: Float, top: float, bottom: float, width: float) -> Float:
        """The distance in radii from an ellipse; `top` and `bottom` in sizes below the eyes, `width` in half widths."""
        middle = self.centre + self.down * (self.size * (top + bottom) / 2)
        along = ((x - middle[0]) * self.down[0] + (y - middle[1]) * self.down[1]) / (self.size * (bottom - top) / 2)
        side = ((x - middle[0]) * self.across[0] + (y - middle[1]) * self.across[1]) / (self.half_width * width)
        return np.asarray(np.hypot(along, side), np.float32)

    def below_chin(self, x: Float, y: Float) -> Float:
        """How far pixels are below the chin's rounded outline, in sizes; negative above."""
        side = ((x - self.centre[0]) * self.across[0] + (y - self.centre[1]) * self.across[1]) / self.half_width
        along = ((x - self.centre[0]) * self.down[0] + (y - self.centre[1]) * self.down[1]) / self.size
        # The jaw rises from the chin to the ears (0.6 sizes below the eyes) as an ellipse.
        jaw = 0.6 + (CHIN_BELOW_EYES - 0.6) * np.sqrt(np.clip(1 - side**2, 0, 1))
        return np.asarray(along - jaw, np.float32)


@dataclass(frozen=True)
class Skeleton:
    """The 33 landmarks in pixels, (33, 2), their visibility (33,), and what follows from them."""

    points: Points
    visibility: Points
    unit: float
    away: bool  # seen from behind
    head: Head

    def side(self, joint: Joint, *, right: bool) -> Points:
        """A landmark of the left or the right side; `joint` is the left one."""
        return np.asarray(self.points[joint + right], np.float64)

    @property
    def head_on_shoulders(self) -> bool:
        """False where the head is none: unseen, or, as invented for headless figures, beside the torso."""
        rise = float((self.shoulders - self.head.centre) @ self.down) / self.unit
        # Eyes are 0.7 units above the shoulders; a head bent forwards still shows a third of it.
        return rise > 0.2 and float(self.visibility[[Joint.NOSE, Joint.LEFT_EAR, Joint.RIGHT_EAR]].max()) > 0.3

    @property
    def shoulders(self) -> Points:
        """The middle between the shoulder joints."""
        return _middle(self.points, Joint.LEFT_SHOULDER)

    @property
    def hips(self) -> Points:
        """The middle between the hip joints."""
        return _middle(self.points, Joint.LEFT_HIP)

    @property
    def down(self) -> Points:
        """The unit vector along the torso, from the shoulders to the hips."""
        return _direction(self.hips - self.shoulders, np.array([0.0, 1.0]))


def skeleton(pose: Pose, width: int, height: int) -> Skeleton:
    """The skeleton of a pose in a picture of `width` x `height` pixels."""
    marks = np.array([[mark.x, mark.y, mark.visibility] for mark in pose.landmarks])
    marks[:, :2] = np.clip(marks[:, :2], -_BEYOND, 1 + _BEYOND) * (width, height)
    points = marks[:, :2]
    seen = float(np.linalg.norm(points[Joint.LEFT_SHOULDER] - points[Joint.LEFT_SHOULDER + 1]))
    torso = float(np.linalg.norm(_middle(points, Joint.LEFT_SHOULDER) - _middle(points, Joint.LEFT_HIP)))
    # The shares are a little less than the body's, for torsos that are longer than most.
    unit = max(seen, 0.9 * torso / TORSO, _LEAST_UNIT)
    return Skeleton(points, marks[:, 2], unit, abs(yaw(pose)) > _AWAY, _head(points, unit))


def _head(points: Points, unit: float) -> Head:
    eyes, mouth = _middle(points, Joint.LEFT_EYE, 3), _middle(points, Joint.MOUTH_LEFT)
    down = _direction(mouth - eyes, _direction(_middle(points, Joint.LEFT_HIP) - eyes, np.array([0.0, 1.0])))
    ears = float(np.linalg.norm(points[Joint.LEFT_EAR] - points[Joint.RIGHT_EAR]))
    # Nodding shortens the way from eyes to mouth, turning the way between the ears.
    size = max(float(np.linalg.norm(mouth - eyes)), EYES_TO_MOUTH_OF_EARS * ears)
    # Hardly any head is half as large or twice as large as the body lets expect.
    size = float(np.clip(size, 0.5 * EYES_TO_MOUTH * unit, 2.0 * EYES_TO_MOUTH * unit))
    across = np.array([down[1], -down[0]])
    # Eyes, ears, nose: the face reaches from the ear that is turned to us to the nose or the other ear.
    reach = (points[[0, 2, 5, 7, 8]] - eyes) @ across
    low, high = float(reach.min()), float(reach.max())
    # The landmarks of the ears are in front of them, a seventh of the way inside the face's outline.
    half_width = float(np.clip(1.15 * (high - low) / 2, 0.8 * size, 1.3 * size))
    return Head(eyes, down, size, eyes + across * float(np.clip((low + high) / 2, -size, size)), half_width)


def _middle(points: Points, left: int, step: int = 1) -> Points:
    """The middle of a landmark and its counterpart."""
    return np.asarray((points[left] + points[left + step]) / 2, np.float64)


def _direction(vector: Points, otherwise: Points) -> Points:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-6 else otherwise
