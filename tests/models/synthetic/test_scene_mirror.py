"""Photos of mirrors: picture and truth turn round together."""

import numpy as np

from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.surface.parts import Part
from models.synthetic.scene.mirror import (
    mirrored_iuv,
    mirrored_keypoints,
    mirrored_labels,
    mirrored_normals,
    mirrored_picture,
    mirrored_yaw,
)


def test_mirroring_twice_changes_nothing() -> None:
    """Every kind of truth comes back to the byte."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 20, (12, 9), dtype=np.uint8)
    iuv = rng.integers(0, 256, (12, 9, 3), dtype=np.uint8)
    iuv[..., 0] %= 25
    iuv[iuv[..., 0] == 0] = 0
    normals = rng.integers(-127, 128, (12, 9, 3), dtype=np.int8)
    keypoints = rng.integers(0, 9, (33, 3)).astype(np.float32)
    assert np.array_equal(mirrored_picture(mirrored_picture(iuv)), iuv)
    assert np.array_equal(mirrored_labels(mirrored_labels(labels)), labels)
    assert np.array_equal(mirrored_iuv(mirrored_iuv(iuv)), iuv)
    assert np.array_equal(mirrored_normals(mirrored_normals(normals)), normals)
    assert np.array_equal(mirrored_keypoints(mirrored_keypoints(keypoints, 9), 9), keypoints)
    assert mirrored_yaw(mirrored_yaw(37.0)) == 37.0


def test_sides_are_named_as_the_picture_shows_them() -> None:
    """A frontal person's left arm, at the picture's right, comes to the left and is called the right arm, in labels,
    parts and keypoints alike; what has no side keeps its name."""
    labels = np.zeros((1, 10), np.uint8)
    labels[0, 8], labels[0, 5] = Lip.LEFT_ARM, Lip.UPPER_CLOTHES
    turned = mirrored_labels(labels)
    assert turned[0, 1] == Lip.RIGHT_ARM and turned[0, 4] == Lip.UPPER_CLOTHES
    iuv = np.zeros((1, 10, 3), np.uint8)
    iuv[0, 8], iuv[0, 5] = (Part.LEFT_HAND, 40, 200), (Part.TORSO_FRONT, 10, 255)
    other = mirrored_iuv(iuv)
    assert other[0, 1].tolist() == [Part.RIGHT_HAND, 40, 55] and other[0, 4].tolist() == [Part.TORSO_FRONT, 10, 0]
    keypoints = np.zeros((33, 3), np.float32)
    keypoints[Joint.LEFT_WRIST] = 8.5, 3.0, 1.0
    assert mirrored_keypoints(keypoints, 10)[Joint.RIGHT_WRIST].tolist() == [1.5, 3.0, 1.0]
    assert mirrored_keypoints(keypoints, 10)[Joint.NOSE, 0] == 10
