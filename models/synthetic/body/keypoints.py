"""BlazePose's 33 landmarks of a posed body."""

from functools import cache

import numpy as np
from scipy import sparse

from models.pose.landmarks import Joint
from models.synthetic.body.basis import basis
from models.synthetic.body.model import PosedBody
from models.synthetic.geometry import Points

# anny's regressors of COCO's joints.
_REGRESSED = {
    Joint.NOSE: "nose",
    Joint.LEFT_EYE: "left_eye",
    Joint.LEFT_EAR: "left_ear",
    Joint.LEFT_SHOULDER: "left_shoulder",
    Joint.LEFT_ELBOW: "left_elbow",
    Joint.LEFT_WRIST: "left_wrist",
    Joint.LEFT_HIP: "left_hip",
    Joint.LEFT_KNEE: "left_knee",
    Joint.LEFT_ANKLE: "left_ankle",
    Joint.LEFT_HEEL: "left_heel",
    Joint.LEFT_FOOT: "left_big_toe",
}
# Vertices of the base mesh: corners of the lids and of the lips, left and right.
_VERTICES = {
    Joint.LEFT_EYE_INNER: (13364, 6768),
    Joint.LEFT_EYE_OUTER: (6802, 18),
    Joint.MOUTH_LEFT: (7167, 407),
}
# Knuckles: the little and the index finger's first joint, the thumb's second.
# https://ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker
_BONES = {Joint.LEFT_PINKY: "finger5-1", Joint.LEFT_INDEX: "finger2-1", Joint.LEFT_THUMB: "finger1-2"}
_RIGHT = {
    Joint.LEFT_EYE_INNER: Joint.RIGHT_EYE_INNER,
    Joint.LEFT_EYE_OUTER: Joint.RIGHT_EYE_OUTER,
    Joint.MOUTH_LEFT: Joint.MOUTH_RIGHT,
}


def landmarks(figure: PosedBody) -> Points:
    """Where the landmarks are, (33, 3) metres, in the order of `Joint`."""
    found = np.asarray(_regressor() @ figure.vertices, np.float64)
    for joint, bone in _BONES.items():
        found[joint] = figure.joint(f"{bone}.L")
        found[joint + 1] = figure.joint(f"{bone}.R")
    return found


@cache
def _regressor() -> sparse.csr_array:
    """Weights (33, V); the rows of joints that follow bones are empty."""
    data = basis()
    weights = sparse.lil_array((len(Joint), len(data.template)))
    for joint, name in _REGRESSED.items():
        sides = (
            ((joint, name),) if joint is Joint.NOSE else ((joint, name), (_other(joint), name.replace("left", "right")))
        )
        for number, regressor in sides:
            row = data.keypoints[regressor]
            for vertex in np.flatnonzero(row):
                weights[number, vertex] = row[vertex]
    for joint, (left, right) in _VERTICES.items():
        weights[joint, left] = 1.0
        weights[_other(joint), right] = 1.0
    return sparse.csr_array(weights)


def _other(joint: Joint) -> Joint:
    """The right counterpart of a left joint."""
    return _RIGHT.get(joint) or Joint[joint.name.replace("LEFT", "RIGHT")]
