"""A person that the tests draw, whose landmarks and labels are exact: standing, in a grey shirt and dark trousers."""

from dataclasses import dataclass

import cv2
import numpy as np

from models.parsing.lip import Lip
from models.tryon.mask import agnostic_mask
from models.tryon.port import GarmentPhotos, Labels, Mask, Rgb, TryOnInput
from schemas.events import Category
from schemas.pose import Landmark, Pose
from tests.models.garment.drawn import product

Joints = dict[int, tuple[float, float]]

SIZE = (512, 384)  # height, width
SKIN = (205, 160, 138)
WALL = (176, 182, 186)

# BlazePose's landmarks in pixels; the person faces the camera: their right is on the left. The shoulders are 80 wide.
JOINTS: Joints = {
    0: (192, 62), 11: (232, 120), 12: (152, 120), 13: (248, 182), 14: (136, 182), 15: (256, 240), 16: (128, 240),
    17: (262, 262), 18: (122, 262), 19: (258, 264), 20: (126, 264), 21: (252, 258), 22: (132, 258), 23: (215, 240),
    24: (169, 240), 25: (217, 340), 26: (167, 340), 27: (218, 440), 28: (166, 440), 29: (218, 452), 30: (166, 452),
    31: (224, 464), 32: (160, 464),
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """The photo (H, W, 3), its labels (H, W) and its pose."""

    photo: Rgb
    labels: Labels
    pose: Pose

    def mask(self, category: Category) -> Mask:
        """The agnostic mask for a garment of this category."""
        return agnostic_mask(self.labels, self.pose, category)


def figure(scale: float = 1.0, *, sleeves: bool = False, elbows: Joints | None = None) -> Figure:
    """The figure, `scale` times its usual size; with long sleeves if asked for; `elbows` moves joints."""
    joints = {**JOINTS, **(elbows or {})}
    labels = np.zeros(SIZE, np.uint8)
    _limb(labels, joints, (24, 26, 28), 17, Lip.PANTS)
    _limb(labels, joints, (23, 25, 27), 17, Lip.PANTS)
    shirt = [(150, 108), (178, 100), (206, 100), (234, 108), (228, 250), (156, 250)]
    cv2.fillPoly(labels, [np.array(shirt, np.int32)], int(Lip.UPPER_CLOTHES))
    cv2.rectangle(labels, (152, 238), (232, 268), int(Lip.PANTS), -1)
    for side, arm in ((Lip.RIGHT_ARM, (12, 14, 16, 20)), (Lip.LEFT_ARM, (11, 13, 15, 19))):
        _limb(labels, joints, arm, 10, side)
        if sleeves:
            _limb(labels, joints, arm[:3], 11, Lip.UPPER_CLOTHES)
    cv2.rectangle(labels, (180, 84), (204, 106), int(Lip.FACE), -1)
    cv2.ellipse(labels, (192, 62), (22, 30), 0, 0, 360, int(Lip.FACE), -1)
    cv2.ellipse(labels, (192, 46), (24, 18), 0, 180, 360, int(Lip.HAIR), -1)
    for side, x in ((Lip.RIGHT_SHOE, 163), (Lip.LEFT_SHOE, 221)):
        cv2.ellipse(labels, (x, 456), (14, 12), 0, 0, 360, int(side), -1)
    return _photographed(labels, joints, scale)


def _limb(labels: Labels, joints: Joints, names: tuple[int, ...], width: int, label: Lip) -> None:
    line = np.round([joints[name] for name in names]).astype(np.int32)
    cv2.polylines(labels, [line], False, int(label), 2 * width)


def _photographed(labels: Labels, joints: Joints, scale: float) -> Figure:
    colours = {
        Lip.HAIR: (40, 30, 26), Lip.FACE: SKIN, Lip.LEFT_ARM: SKIN, Lip.RIGHT_ARM: SKIN,
        Lip.UPPER_CLOTHES: (120, 124, 130), Lip.PANTS: (38, 42, 58),
        Lip.LEFT_SHOE: (70, 50, 40), Lip.RIGHT_SHOE: (70, 50, 40),
    }  # fmt: skip
    photo = np.empty((*labels.shape, 3), np.float32)
    photo[:] = WALL
    for label, colour in colours.items():
        photo[labels == label] = colour
    photo *= np.linspace(1.05, 0.9, labels.shape[1], dtype=np.float32)[None, :, None]  # light from the left
    photo += np.random.default_rng(1).normal(0, 2, photo.shape)
    size = (round(SIZE[1] * scale), round(SIZE[0] * scale))
    shown = cv2.resize(np.clip(photo, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    marks = [joints.get(index, joints[0]) for index in range(33)]
    pose = Pose(landmarks=tuple(Landmark(x=x / SIZE[1], y=y / SIZE[0]) for x, y in marks))
    large = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST_EXACT)
    return Figure(np.asarray(shown, np.uint8), np.asarray(large, np.uint8), pose)


def garment(
    person: Figure,
    outline: str,
    category: Category,
    colour: tuple[int, int, int] = (150, 30, 40),
    back: Rgb | None = None,
) -> GarmentPhotos:
    """A drawn garment with its agnostic mask on this person."""
    return GarmentPhotos(category, product(outline, colour).photo, back, person.mask(category))


def tryon(person: Figure, *garments: GarmentPhotos, seed: int = 1, samples: int = 1, yaw: float = 0.0) -> TryOnInput:
    """A request of this person for these garments."""
    iuv = np.zeros((*person.labels.shape, 3), np.uint8)
    return TryOnInput(person.photo, person.labels, iuv, person.pose, yaw, garments, seed, samples, "normal", None)
