"""Where things touch a person: what is sat on, what is held, what is worn on the head."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.body.hands import palm
from models.synthetic.body.model import PosedBody, bone_index
from models.synthetic.body.poses import Side
from models.synthetic.body.regions import region
from models.synthetic.body.rig import Rig, frame, unit

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Seat:
    """A level surface to sit on: `height` metres, `centre` (x, y) below the buttocks, `towards` (x, y) where the knees
    are (unit), `depth` metres from behind the buttocks to the hollows of the knees, `width` of the hips."""

    height: float
    centre: tuple[float, float]
    towards: tuple[float, float]
    depth: float
    width: float

    @property
    def yaw(self) -> float:
        """Degrees, as `grounded` turns: 0 faces a frontal camera."""
        return float(np.degrees(np.arctan2(self.towards[0], -self.towards[1])))


def seat(figure: PosedBody, cloth: float = 0.004) -> Seat:
    """What the seated `figure` sits on, so much `cloth` (metres) below its skin."""
    hips = (figure.joint("upperleg01.L") + figure.joint("upperleg01.R")) / 2
    towards = figure.transforms[bone_index()["root"], :2, 1] * -1.0
    towards = towards / np.linalg.norm(towards)
    side = np.array([-towards[1], towards[0]])
    low = np.concatenate([region("trunk"), region("thigh.L"), region("thigh.R")])
    points = figure.vertices[low]
    ahead, beside = (points[:, :2] - hips[:2]) @ towards, (points[:, :2] - hips[:2]) @ side
    below = points[:, 2] < hips[2] + 0.02
    buttocks = below & (ahead < 0.12)
    # Flesh gives way: the lowest centimetre sinks in.
    height = float(points[buttocks, 2].min()) + 0.01 - cloth
    knees = min(float((figure.joint(f"lowerleg01.{letter}")[:2] - hips[:2]) @ towards) for letter in "LR")
    back = float(ahead[buttocks].min())
    width = float(np.ptp(beside[below & (ahead < 0.2)]))
    x, y = hips[:2] + towards * (back + 0.12)
    return Seat(height, (float(x), float(y)), (float(towards[0]), float(towards[1])), knees - 0.07 - back, width)


def grip(figure: PosedBody, side: Side) -> Matrix:
    """The palm's frame (4, 4): columns x towards the thumb, y out of the palm, z along the fingers, origin a centimetre
    off the middle of the palm."""
    letter = side[0].upper()
    hand = palm(Rig(figure.body), letter)
    along, out, third = hand.axes.T
    thumb = third if side == "left" else -third
    axes = np.stack([thumb, out, along], 1)
    matrix = figure.transforms[bone_index()[f"wrist.{letter}"]]
    placed = np.eye(4)
    placed[:3, :3] = matrix[:3, :3] @ axes
    placed[:3, 3] = matrix[:3, :3] @ (hand.centre + 0.022 * out) + matrix[:3, 3]
    return placed


def phone(figure: PosedBody, side: Side) -> Matrix:
    """Where a phone is held (4, 4): origin its middle, x across its screen, y up its long side, z out of the screen,
    which looks at the face, almost upright and level with the body as before a mirror; its back lies in the
    fingers of the hand."""
    held = grip(figure, side)
    eyes = (figure.joint("eye.L") + figure.joint("eye.R")) / 2
    # Fingers lie across the back, the thumb along the edge: the long side is as upright as the screen lets it be.
    backwards = figure.transforms[bone_index()["root"], :3, 1]
    screen = unit(unit(eyes - held[:3, 3]) * [1.0, 1.0, 0.35] + 0.8 * backwards)
    axes = frame(screen, np.array([0.0, 0.0, 1.0]))
    placed = np.eye(4)
    placed[:3, :3] = np.stack([np.cross(axes[:, 1], axes[:, 0]), axes[:, 1], axes[:, 0]], 1)
    placed[:3, 3] = held[:3, 3] + 0.03 * held[:3, 2] + 0.045 * placed[:3, 1]
    return placed


def head(figure: PosedBody) -> Matrix:
    """The head's frame (4, 4): origin between the eyes, axes the world's when it looks straight at a frontal camera."""
    matrix = np.array(figure.transforms[bone_index()["head"]])
    matrix[:3, 3] = (figure.joint("eye.L") + figure.joint("eye.R")) / 2
    return matrix
