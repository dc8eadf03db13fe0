"""Where the camera stands: as a photographer would have it, and as phones are really held."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from models.pose.landmarks import Joint
from models.synthetic.camera import Camera
from models.synthetic.geometry import Points

Size = tuple[int, int]  # height, width in pixels


class Cut(StrEnum):
    """How much of a person a photo shows."""

    FULL = "full"
    FEET = "feet"  # the feet are missing
    KNEES = "knees"  # ends about the knees
    HIPS = "hips"  # ends about the hips: a half-length portrait
    HEADLESS = "headless"  # the head is missing
    SMALL = "small"  # whole, but far away
    NEAR = "near"  # larger than the frame at both ends


@dataclass(frozen=True, eq=False)
class Subject:
    """A person to be framed: `points` (N, 3) of body, hair and clothes, `joints` (33, 3), metres."""

    points: Points
    joints: Points

    @property
    def crown(self) -> float:
        """The height of the highest point of the head."""
        head = self.joints[Joint.NOSE]
        near = np.linalg.norm(self.points[:, :2] - head[:2], axis=1) < 0.2
        return float(self.points[near, 2].max() if near.any() else head[2] + 0.15)

    def mean(self, *joints: Joint) -> Points:
        """The middle of some joints, (3,)."""
        return np.asarray(self.joints[list(joints)].mean(0), np.float64)


@dataclass(frozen=True)
class _Aim:
    """What a camera must show: two points and the rows they shall lie in (0 the upper edge, 1 the lower one), the
    column of their middle, and whence: azimuth (degrees to the picture's right), height of the eye in metres."""

    upper: Points
    lower: Points
    rows: tuple[float, float]
    column: float = 0.5
    azimuth: float = 0.0
    height: float = 1.3
    roll: float = 0.0


# A camera is kept so far from a person, and no farther than rooms are deep.
_NEAREST, _FARTHEST = 0.9, 5.4
# People who are seated or cut off are photographed from lower: about this much (metres) is seen of one who stands.
_STANDING = 1.7


def ideal(subject: Subject, size: Size, rng: np.random.Generator) -> Camera:
    """A photographer's: the whole figure upright with 6 to 12 % of the height left above and below, the camera 1.0 to
    1.5 m high and 3 to 4.2 m away."""
    height, width = size
    top, bottom = (float(rng.uniform(0.06, 0.12)) for _ in range(2))
    distance = float(rng.uniform(3.0, 4.2))
    upper, lower = _ends(subject)
    camera_height = float(rng.uniform(1.0, 1.5))
    camera = Camera((0.0, -distance, camera_height), (0.0, 0.0, float(upper[2] + lower[2]) / 2), 35.0, width, height)
    wanted = 1 - top - bottom
    for _ in range(6):
        seen = camera.project(subject.points)
        low, high = seen[:, :2].min(0), seen[:, :2].max(0)
        # Wide poses need a wider view: at least 4 % of the width is left at each side.
        share = max((high[1] - low[1]) / height / wanted, (high[0] - low[0]) / width / 0.92)
        middle = (low + high) / 2 - np.array([width / 2, height / 2 + (top - bottom) / 2 * height])
        camera = _shifted(camera, middle, camera.fov * share)
    return camera


def real(
    subject: Subject, size: Size, rng: np.random.Generator, cut: Cut = Cut.FULL, least_pixels: float | None = None
) -> Camera:
    """A phone's: wide, tilted, from above or below, off the centre; showing what `cut` says. `least_pixels`: the body
    is at least so high, where the frame allows it."""
    upper, lower, rows = _window(subject, cut, rng)
    if least_pixels is not None:
        rows = _enlarged(rows, (least_pixels + 2) / size[0])
    fov = float(rng.uniform(50, 68)) if cut is not Cut.SMALL else float(rng.uniform(40, 60))
    # Who is photographed from near is seen with a narrower view, not from closer than arm's length.
    seen = float(np.linalg.norm(upper - lower)) / (rows[1] - rows[0])
    fov = min(fov, float(2 * np.degrees(np.arctan(seen / 2 / (1.1 * _NEAREST)))))
    aim = _Aim(
        upper,
        lower,
        rows,
        column=float(np.clip(rng.normal(0.5, 0.06), 0.36, 0.64)),
        azimuth=float(rng.normal(0, 6)),
        height=_eye(rng) * min(1.0, float(upper[2] - lower[2]) / _STANDING),
        roll=float(np.clip(rng.normal(0, 2.0), -6, 6)),
    )
    camera = _aimed(aim, fov, size)
    if cut not in (Cut.FULL, Cut.SMALL):
        return camera
    for _ in range(3):
        camera = _stepped_back(camera, subject.points)
    return camera


def _eye(rng: np.random.Generator) -> float:
    """How high a phone is held by somebody who photographs a standing person, metres."""
    low, high = ((1.2, 1.65), (0.6, 1.1), (1.65, 2.0))[int(rng.choice(3, p=[0.65, 0.2, 0.15]))]
    return float(rng.uniform(low, high))


def mirror_selfie(subject: Subject, phone: Points, size: Size, rng: np.random.Generator) -> tuple[Camera, float]:
    """The camera of a phone at `phone` (3,) that photographs its owner in a mirror, and how far the mirror is from the
    origin: the eye is where the mirror shows it. The picture is yet to be mirrored (`scene.mirror`)."""
    height, width = size
    distance = float(rng.uniform(0.9, 1.35))
    upper, lower = _ends(subject)
    eye = (float(phone[0]), -2 * distance - float(phone[1]), float(phone[2]))
    aside, fov = float(rng.normal(0, 0.05)), float(rng.uniform(52, 64))
    camera = Camera(eye, (aside, 0.0, float(upper[2] + lower[2]) / 2), fov, width, height)
    # The head is in the picture, the feet if they fit: nobody looks at their shoes alone.
    top = float(rng.uniform(0.04, 0.12)) * height
    for _ in range(3):
        ends = camera.project(np.stack([upper, lower]))[:, 1]
        fits = ends[1] - ends[0] < 0.92 * height
        off = (ends[0] + ends[1] - height) / 2 if fits else ends[0] - top
        camera = _shifted(camera, np.array([0.0, off]), fov)
    return Camera(camera.eye, camera.target, fov, width, height, float(rng.normal(0, 1.5))), distance


def body_pixels(camera: Camera, subject: Subject, stature: float) -> float:
    """The height in pixels of a standing body of `stature` metres where the person's hips are."""
    hips = subject.mean(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    depth = float(camera.project(hips[None])[0, 2])
    return camera.focal * stature / depth


def _ends(subject: Subject) -> tuple[Points, Points]:
    """The highest point (raised hands too) and the lowest, above and below the hips."""
    hips = subject.mean(Joint.LEFT_HIP, Joint.RIGHT_HIP)
    upper = np.array([hips[0], hips[1], subject.points[:, 2].max()])
    return upper, np.array([hips[0], hips[1], subject.points[:, 2].min()])


def _window(subject: Subject, cut: Cut, rng: np.random.Generator) -> tuple[Points, Points, tuple[float, float]]:
    """Two points of the body and the rows that they shall lie in."""
    upper, lower = _ends(subject)
    top = float(rng.uniform(0.03, 0.12))
    shoulders = subject.mean(Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)
    knees = subject.mean(Joint.LEFT_KNEE, Joint.RIGHT_KNEE)
    share, at = float(rng.uniform(0.3, 0.5)), float(rng.uniform(0.15, 0.4))
    windows = {
        Cut.FULL: (upper, lower, (top, rng.uniform(0.88, 0.96))),
        Cut.FEET: (upper, subject.mean(Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE), (top, rng.uniform(1.04, 1.1))),
        Cut.KNEES: (upper, knees, (top, rng.uniform(0.93, 1.02))),
        Cut.HIPS: (upper, subject.mean(Joint.LEFT_HIP, Joint.RIGHT_HIP), (top, rng.uniform(0.85, 0.97))),
        Cut.HEADLESS: (shoulders, lower, (rng.uniform(-0.03, 0.02), rng.uniform(0.9, 0.97))),
        Cut.NEAR: (shoulders, knees, (rng.uniform(-0.02, 0.05), rng.uniform(0.95, 1.05))),
        Cut.SMALL: (upper, lower, (at, at + share)),
    }
    return windows[cut]


def _enlarged(rows: tuple[float, float], share: float) -> tuple[float, float]:
    """`rows` grown about their middle to at least `share`, but within the frame."""
    grow = max(0.0, min(share, 0.95) - (rows[1] - rows[0])) / 2
    return max(rows[0] - grow, min(rows[0], 0.02)), min(rows[1] + grow, max(rows[1], 0.98))


def _aimed(aim: _Aim, fov: float, size: Size) -> Camera:
    """The camera whose picture has `aim`'s points in its rows; found by going nearer or farther and by turning."""
    height, width = size
    around = np.radians(aim.azimuth)
    away = np.array([np.sin(around), -np.cos(around)])
    middle = (aim.upper + aim.lower) / 2
    # From steeply above or below, coming nearer shortens a body instead of enlarging it.
    nearest = max(_NEAREST, 1.2 * abs(aim.height - float(middle[2])))
    distance, target = 2.2, middle.copy()
    wanted = np.array([aim.column * width, (aim.rows[0] + aim.rows[1]) / 2 * height])
    for step in range(16):
        eye = np.array([*(middle[:2] + away * distance), aim.height])
        camera = Camera(_triple(eye), _triple(target), fov, width, height)
        ends = camera.project(np.stack([aim.upper, aim.lower]))
        off = ends[:, :2].mean(0) - wanted
        span = float((ends[1, 1] - ends[0, 1]) / height / (aim.rows[1] - aim.rows[0]))
        if step < 10:
            distance = float(np.clip(distance * np.clip(span, 0.5, 2.0), nearest, _FARTHEST))
        else:
            # Where the place sets limits to the distance, the lens zooms.
            fov = float(np.clip(fov * span, 20, 80))
        target = target + (off[0] * camera.axes[0] + off[1] * camera.axes[1]) * distance / camera.focal
    return Camera(camera.eye, _triple(target), fov, width, height, aim.roll)


def _stepped_back(camera: Camera, points: Points) -> Camera:
    """Turned, and drawn back or zoomed out, until all of the person is within the frame by 1 % of its height: what is
    nearer than the hips, feet and raised hands, reaches farther than rows tell."""
    seen = camera.project(points)[:, :2]
    low, high = seen.min(0), seen.max(0)
    room, frame = 0.01 * camera.height, np.array([camera.width, camera.height])
    off = np.minimum(low - room, 0) + np.maximum(high - (frame - room), 0)
    grown = float(max(1.0, ((high - low) / (frame - 2 * room)).max()))
    fov = float(2 * np.degrees(np.arctan(np.tan(np.radians(camera.fov) / 2) * grown)))
    # Of a figure too large for the frame the middle is centred, else it is moved no farther than needed.
    centred = (low + high) / 2 - frame / 2
    return _shifted(camera, np.where(high - low > frame - 2 * room, centred, off), fov)


def _shifted(camera: Camera, off: npt.NDArray[np.float64], fov: float) -> Camera:
    """Turned so that what is `off` pixels (x, y) from where it shall be comes there; with another field of view."""
    depth = float(np.linalg.norm(np.subtract(camera.target, camera.eye)))
    target = np.asarray(camera.target) + (off[0] * camera.axes[0] + off[1] * camera.axes[1]) * depth / camera.focal
    return Camera(camera.eye, _triple(target), fov, camera.width, camera.height, camera.roll)


def _triple(point: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])
