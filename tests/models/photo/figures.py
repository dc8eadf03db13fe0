"""Drawn people: a figure by Drillis and Contini's proportions, its landmarks and its mask, in a photo."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from models.photo.checks.photo import CheckedPhoto
from models.photo.reading import ComposedReader, Face, Hand, Reading
from models.pose.everybody import MediaPipeEverybody
from models.pose.faces import MediaPipeFaces
from models.pose.landmarks import Joint
from models.pose.mediapipe import MediaPipePose
from models.pose.port import Person, Rgb
from schemas.events import Category
from schemas.pose import Landmark, Pose

# Height above the ground and distance from the middle, in parts of the body's height.
PLACES = {
    "NOSE": (0.92, 0.0),
    "EYE": (0.936, 0.02),
    "EAR": (0.93, 0.04),
    "MOUTH": (0.90, 0.015),
    "SHOULDER": (0.818, 0.13),
    "ELBOW": (0.63, 0.16),
    "WRIST": (0.485, 0.17),
    "HIP": (0.53, 0.07),
    "KNEE": (0.285, 0.07),
    "ANKLE": (0.039, 0.07),
    "HEEL": (0.03, 0.07),
    "FOOT": (0.027, 0.08),
}


def person(x: float, feet: float, body: float, size: tuple[int, int]) -> Person:
    """Stands at the column `x`, soles in the row `feet`, `body` pixels high; `size` is (height, width)."""
    height, width = size
    marks = []
    for joint in Joint:
        key = next((key for key in PLACES if key in joint.name), "WRIST")
        up, out = PLACES[key]
        side = 1 if "LEFT" in joint.name else -1
        marks.append(Landmark(x=(x + side * out * body) / width, y=(feet - up * body) / height, visibility=1.0))
    mask = np.zeros(size, np.uint8)

    def box(bottom: float, top: float, left: float, right: float) -> None:
        rows = slice(max(0, round(feet - top * body)), max(0, round(feet - bottom * body)))
        mask[rows, max(0, round(x + left * body)) : max(0, round(x + right * body))] = 1

    centre = round(x), round(feet - 0.93 * body)
    cv2.ellipse(mask, centre, (round(0.055 * body), round(0.07 * body)), 0, 0, 360, 1, -1)
    box(0.8, 0.88, -0.03, 0.03)
    box(0.48, 0.83, -0.17, 0.17)
    box(0.0, 0.5, -0.1, -0.03)
    box(0.0, 0.5, 0.03, 0.1)
    return Person(Pose(landmarks=tuple(marks)), mask.astype(np.float32))


def face(of: Person, confidence: float = 0.9) -> Face:
    """The face of a drawn person."""
    height, width = of.mask.shape
    nose, ankle = of.pose.landmarks[Joint.NOSE], of.pose.landmarks[Joint.LEFT_ANKLE]
    body = (ankle.y - nose.y) * height / 0.881
    side = 0.08 * body
    return Face(nose.x - side / 2 / width, nose.y - side / 2 / height, side / width, side / height, confidence)


def photo(
    *people: Person,
    faces: tuple[Face, ...] = (),
    everybody: npt.NDArray[np.float32] | None = None,
    category: Category = Category.DRESS,
    rgb: npt.NDArray[np.uint8] | None = None,
) -> CheckedPhoto:
    """The photo of drawn people, on noise; `everybody` is, if not given, what their masks have together."""
    size = people[0].mask.shape
    if rgb is None:
        rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    seen = np.maximum.reduce([one.mask for one in people]) if everybody is None else everybody
    return CheckedPhoto(rgb, Reading(people, (), faces, seen), category)


def quick_reader(weights: Path) -> ComposedReader:
    """The service's reader without its slowest part: nobody's hands are looked for."""

    class NoHands:
        version = "none"

        def hands(self, rgb: Rgb) -> list[Hand]:
            return []

    return ComposedReader(MediaPipePose(weights), NoHands(), MediaPipeFaces(weights), MediaPipeEverybody(weights))
