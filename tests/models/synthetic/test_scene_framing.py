"""Cameras: what they show is what was asked for."""

import numpy as np
import pytest

from models.pose.landmarks import Joint
from models.synthetic.camera import Camera
from models.synthetic.geometry import Points
from models.synthetic.scene.framing import Cut, Subject, body_pixels, ideal, mirror_selfie, real

SIZE = (512, 384)


def subject(height: float = 1.72) -> Subject:
    """A figure of tubes that stands at the origin, its arms hanging; joints by Drillis and Contini's proportions."""
    joints = np.zeros((33, 3))
    for names, x, z, y in (
        (("NOSE", "LEFT_EYE", "RIGHT_EYE", "MOUTH_LEFT", "MOUTH_RIGHT"), 0.02, 0.93, -0.06),
        (("LEFT_EYE_INNER", "RIGHT_EYE_INNER", "LEFT_EYE_OUTER", "RIGHT_EYE_OUTER"), 0.02, 0.936, -0.05),
        (("LEFT_EAR", "RIGHT_EAR"), 0.045, 0.93, 0.0),
        (("LEFT_SHOULDER", "RIGHT_SHOULDER"), 0.11, 0.818, 0.0),
        (("LEFT_ELBOW", "RIGHT_ELBOW"), 0.14, 0.63, 0.0),
        (("LEFT_WRIST", "RIGHT_WRIST"), 0.15, 0.485, 0.0),
        (("LEFT_PINKY", "RIGHT_PINKY", "LEFT_INDEX", "RIGHT_INDEX", "LEFT_THUMB", "RIGHT_THUMB"), 0.15, 0.4, 0.0),
        (("LEFT_HIP", "RIGHT_HIP"), 0.05, 0.53, 0.0),
        (("LEFT_KNEE", "RIGHT_KNEE"), 0.05, 0.285, 0.0),
        (("LEFT_ANKLE", "RIGHT_ANKLE"), 0.05, 0.039, 0.0),
        (("LEFT_HEEL", "RIGHT_HEEL"), 0.05, 0.01, 0.04),
        (("LEFT_FOOT", "RIGHT_FOOT"), 0.06, 0.01, -0.12),
    ):
        for name in names:
            side = 1.0 if "LEFT" in name else -1.0 if "RIGHT" in name else 0.0
            joints[Joint[name]] = side * x * height, y, z * height
    around = np.array([[0.05, 0, 0], [-0.05, 0, 0], [0, 0.05, 0], [0, -0.05, 0], [0, 0, 0.02]])
    crown = np.array([[0.0, 0.0, height], [0.05, -0.1, 0.0], [-0.05, -0.1, 0.0]])
    return Subject(np.concatenate([(joints[:, None] + around).reshape(-1, 3), crown]).clip([-9, -9, 0]), joints)


def rows(camera: Camera, points: Points) -> Points:
    return camera.project(points)[:, 1] / camera.height


def test_an_ideal_photo_shows_the_whole_figure_with_room_around_it() -> None:
    """6 to 12 % are left above and below, the figure is in the middle; the camera 1.0 to 1.5 m high, 3 to 4.2 m off."""
    figure = subject()
    for seed in range(20):
        camera = ideal(figure, SIZE, np.random.default_rng(seed))
        seen = rows(camera, figure.points)
        assert 0.055 < seen.min() < 0.125 and 0.875 < seen.max() < 0.945
        columns = camera.project(figure.points)[:, 0]
        assert abs((columns.min() + columns.max()) / 2 - SIZE[1] / 2) < 4
        assert 1.0 <= camera.eye[2] <= 1.5 and 3.0 <= -camera.eye[1] <= 4.2


def test_a_phone_shows_the_whole_figure_where_nothing_is_cut() -> None:
    """All of it lies in the frame, however the phone is held; a small figure has at most 0.52 of the height."""
    figure = subject()
    for seed in range(30):
        for cut in (Cut.FULL, Cut.SMALL):
            camera = real(figure, SIZE, np.random.default_rng(seed), cut)
            seen = camera.project(figure.points)
            assert (seen[:, :2] >= 0).all() and (seen[:, :2] <= [SIZE[1], SIZE[0]]).all(), (seed, cut)
            span = np.ptp(rows(camera, figure.points))
            assert span < 0.56 if cut is Cut.SMALL else span > 0.6


@pytest.mark.parametrize(
    ("cut", "missing", "shown"),
    [
        (Cut.FEET, Joint.LEFT_HEEL, Joint.LEFT_KNEE),
        (Cut.KNEES, Joint.LEFT_ANKLE, Joint.LEFT_HIP),
        (Cut.HIPS, Joint.LEFT_KNEE, Joint.LEFT_SHOULDER),
        (Cut.HEADLESS, Joint.NOSE, Joint.LEFT_ANKLE),
        (Cut.NEAR, Joint.NOSE, Joint.LEFT_HIP),
    ],
)
def test_a_cut_leaves_out_what_it_is_named_for(cut: Cut, missing: Joint, shown: Joint) -> None:
    """Above or below the frame there is what the cut says, and the rest of the body is within."""
    figure = subject()
    for seed in range(20):
        camera = real(figure, SIZE, np.random.default_rng(seed), cut)
        out, within = rows(camera, figure.joints[[missing, shown]])
        assert (out < 0 or out > 1) and 0 < within < 1, (seed, out, within)


def test_a_mirror_shows_the_phone_at_twice_its_distance() -> None:
    """The eye is the phone's image: as far behind the mirror as the phone is before it."""
    figure = subject()
    phone = np.array([-0.2, -0.35, 1.35])
    camera, distance = mirror_selfie(figure, phone, SIZE, np.random.default_rng(3))
    assert camera.eye == pytest.approx((-0.2, -2 * distance + 0.35, 1.35))
    assert 0.2 < rows(camera, figure.joints[[Joint.LEFT_HIP]])[0] < 0.8


def test_body_pixels_is_the_height_of_a_standing_body() -> None:
    """For a figure that stands upright before a level camera it is the span of its picture."""
    figure = subject(1.72)
    camera = Camera((0.0, -8.0, 0.9), (0.0, 0.0, 0.9), 20.0, 384, 512)
    assert body_pixels(camera, figure, 1.72) == pytest.approx(np.ptp(camera.project(figure.points)[:, 1]), rel=0.02)
