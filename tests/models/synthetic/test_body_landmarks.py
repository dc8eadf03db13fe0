"""Landmarks, labels and charts are fixed to the skin and mirror each other."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from models.parsing.lip import TORSO_SKIN, Lip
from models.pose.landmarks import Joint
from models.surface.parts import Part
from models.synthetic.body.basis import basis
from models.synthetic.body.charts import charts
from models.synthetic.body.keypoints import landmarks
from models.synthetic.body.labels import skin_labels, skin_layers
from models.synthetic.body.model import body, posed
from models.synthetic.surface import Layer


def test_landmarks_mirror_each_other() -> None:
    """On a body at rest every left landmark is the mirror image of its right one, and lies on the left."""
    found = landmarks(posed(body({"gender": 1.0}), {}))
    assert found.shape == (33, 3)
    for joint in Joint:
        if "LEFT" not in joint.name:
            continue
        right = Joint[joint.name.replace("LEFT", "RIGHT")]
        assert found[joint, 0] > 0.005
        assert found[joint] == pytest.approx(found[right] * [-1, 1, 1], abs=0.002)
    assert abs(found[Joint.NOSE, 0]) < 0.002


def test_landmarks_lie_where_their_names_say() -> None:
    """Corners of the eyes on either side of the eye, mouth below nose, knuckles past the wrist, heel behind."""
    found = landmarks(posed(body({}), {}))
    x, y, z = found.T
    assert x[Joint.LEFT_EYE_INNER] < x[Joint.LEFT_EYE] < x[Joint.LEFT_EYE_OUTER] < x[Joint.LEFT_EAR]
    assert z[Joint.MOUTH_LEFT] < z[Joint.NOSE] < z[Joint.LEFT_EYE]
    assert z[Joint.LEFT_HIP] > z[Joint.LEFT_KNEE] > z[Joint.LEFT_ANKLE] > z[Joint.LEFT_HEEL]
    assert y[Joint.LEFT_FOOT] < y[Joint.LEFT_ANKLE] < y[Joint.LEFT_HEEL]
    wrist, index, pinky = found[Joint.LEFT_WRIST], found[Joint.LEFT_INDEX], found[Joint.LEFT_PINKY]
    assert 0.05 < np.linalg.norm(index - wrist) < 0.13
    assert 0.03 < np.linalg.norm(index - pinky) < 0.1


def test_every_triangle_has_a_label_and_sides_are_the_persons_own() -> None:
    """Skin is face (torso as well), arms or legs; what is on the left has a left label."""
    labels, layers = skin_labels(), skin_layers()
    middle = basis().template[basis().parts["body"][0]].mean(1)
    sided = {Lip.LEFT_ARM: 1, Lip.LEFT_LEG: 1, Lip.RIGHT_ARM: -1, Lip.RIGHT_LEG: -1}
    assert set(np.unique(labels)) == {TORSO_SKIN, *sided}
    for label, sign in sided.items():
        assert (sign * middle[labels == label, 0] > 0.0).all()
    assert (labels == Lip.LEFT_ARM).sum() == (labels == Lip.RIGHT_ARM).sum()
    assert set(np.unique(layers)) == {Layer.SKIN, Layer.OVER}
    assert (layers[middle[:, 2] < middle[:, 2].min() + 0.5] == Layer.SKIN).all()


def test_charts_cover_the_skin() -> None:
    """Every triangle has a part, every part has triangles, and u, v use the range 0 to 1 in each."""
    found = charts()
    assert set(np.unique(found.part)) == set(range(1, 25))
    assert found.uv.min() >= 0 and found.uv.max() <= 1
    for part in Part:
        uv = found.uv[found.part == part].reshape(-1, 2)
        assert (np.ptp(uv, axis=0) > 0.7).all(), part
    # Only at the poles (crown, crotch, tips of toes and fingers) does a triangle span much of the way around.
    assert (np.ptp(found.uv[..., 1], axis=1) > 0.5).mean() < 0.004


def test_charts_mirror_each_other() -> None:
    """In a mirror left and right parts change places, u stays and v becomes 1 - v."""
    found = charts()
    middle = basis().template[basis().parts["body"][0]].mean(1)
    away, twin = (np.asarray(found) for found in cKDTree(middle).query(middle * [-1, 1, 1]))
    pairs = np.flatnonzero((away < 1e-4) & (np.abs(middle[:, 0]) > 0.005))
    assert len(pairs) > 20000
    names = {part: part.name for part in Part}
    swapped = {
        part: Part[name.replace("LEFT", "X").replace("RIGHT", "LEFT").replace("X", "RIGHT")]
        for part, name in names.items()
    }
    table = np.array([0, *(swapped[part] for part in Part)])
    same = table[found.part[pairs]] == found.part[twin[pairs]]
    assert same.mean() > 0.995
    ours, theirs = found.uv[pairs[same]].mean(1), found.uv[twin[pairs[same]]].mean(1)
    assert np.abs(ours[:, 0] - theirs[:, 0]).max() < 0.01
    assert np.quantile(np.abs(ours[:, 1] + theirs[:, 1] - 1), 0.995) < 0.02


def test_v_grows_towards_the_persons_left_in_front() -> None:
    """On the front of the torso v follows x, from 0 on the right to 1 on the left; u runs down."""
    found = charts()
    chest = found.part == Part.TORSO_FRONT
    corners = basis().template[basis().parts["body"][0]][chest]
    uv = found.uv[chest]
    assert np.corrcoef(corners[..., 0].ravel(), uv[..., 1].ravel())[0, 1] > 0.9
    assert np.corrcoef(corners[..., 2].ravel(), uv[..., 0].ravel())[0, 1] < -0.99
