"""A photo of a mirror: the picture and its truth with right and left exchanged.

A phone before a mirror stores what the mirror shows. Whoever looks at the picture sees a person whose left is, in
truth, the right; text on clothes is reversed. All that Virton sees is the picture, so the truth names sides as seen:
what a viewer of the picture takes for the person's left hand is the left hand. Mirroring therefore exchanges left and
right in labels, parts and keypoints, and turns the yaw's sign. Doing it twice changes nothing.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.surface.parts import Part

Array = TypeVar("Array", bound=npt.NDArray[np.generic])


def _other_side(name: str) -> str:
    if "LEFT" in name:
        return name.replace("LEFT", "RIGHT")
    return name.replace("RIGHT", "LEFT")


_LABELS = np.arange(256, dtype=np.uint8)
for _label in Lip:
    _LABELS[_label] = Lip[_other_side(_label.name)]
_PARTS = np.arange(256, dtype=np.uint8)
for _part in Part:
    _PARTS[_part] = Part[_other_side(_part.name)]
_JOINTS = np.array([Joint[_other_side(joint.name)] for joint in Joint])


def mirrored_picture(picture: Array) -> Array:
    """Any picture or map (H, W, ...) whose values know no sides: colours, depth, alpha, garment UV, a flow's target in
    the product photo, masks."""
    return np.ascontiguousarray(picture[:, ::-1])  # type: ignore[return-value]


def mirrored_labels(labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """LIP labels (H, W)."""
    return _LABELS[labels[:, ::-1]]


def mirrored_iuv(iuv: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """DensePose (H, W, 3): part, u, v times 255. u runs along a bone, v around it and towards the person's left, so it
    is v that turns round."""
    turned = iuv[:, ::-1].copy()
    turned[..., 0] = _PARTS[turned[..., 0]]
    turned[..., 2] = np.where(turned[..., 0] > 0, 255 - turned[..., 2], turned[..., 2])
    return turned


def mirrored_normals(normals: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Normals (H, W, 3) in the camera's axes: right, down, away."""
    return np.ascontiguousarray(normals[:, ::-1] * np.array([-1, 1, 1], np.int8))


def mirrored_keypoints(keypoints: npt.NDArray[np.float32], width: int) -> npt.NDArray[np.float32]:
    """Keypoints (33, 2 or more) whose first column is x in pixels of a picture `width` wide."""
    turned = np.array(keypoints[_JOINTS], np.float32)
    turned[:, 0] = width - turned[:, 0]
    return turned


def mirrored_yaw(yaw: float) -> float:
    """Degrees: who had the chest to the picture's right has it to the left."""
    return -yaw
