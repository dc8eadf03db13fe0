"""Pose by MediaPipe's PoseLandmarker (BlazePose, arXiv:2006.10204) and the person masks that come with it."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.pose.again import shown_again, well_exposed
from models.pose.everybody import MediaPipeEverybody
from models.pose.landmarks import Joint
from models.pose.port import Person, Rgb
from models.pose.task import MediaPipeTask, as_image
from models.pose.windows import reduced
from models.weights.manifest import POSE
from schemas.pose import Landmark, Pose

# The landmark network sees a person in 256 pixels, the detector the whole photo in 224: a person of a quarter of the
# photo's height, less than what the checks let pass of a large photo, still has 256 of these.
_LONG_SIDE = 1280
# Fewer than four people side by side leave nobody large enough to dress.
_MOST_PEOPLE = 4
# Measured on 20 variations (mirrored, scaled, padded) of each sample: at 0.3 a headless figure is found 20 times, at
# 0.4 18, at 0.5 10. No garment without a wearer and no noise is taken for a person, even at 0.2.
_LEAST_CONFIDENCE = 0.3
# A head with hair is at most half as wide as shoulders with arms, and a little more for what the mask smears.
_HEAD_OF_WIDEST = 0.6
# Two poses of one person share at least 0.93 of the smaller mask, those of two people who touch at most 0.40
# (measured on the same variations): halfway.
_SAME_PERSON = 0.65
# Where nobody is found at first: a person's pose mask and the selfie segmentation then agree to 0.72 or more of their
# union (11 photos: headless, blurred, dark, from the side), and to 0.17 or less where a horse's silhouette, a
# motorcycle or a rocket is taken for one: about halfway.
_CREDIBLE = 0.45
# With the second witness less confidence will do; below this there are garments.
_DOUBTFUL_CONFIDENCE = 0.2
# A smaller person would be rejected for the size: a figure of 0.2 of the height has 0.01 of the photo.
_LEAST_AREA = 0.01
# What fills the whole photo, a cat's head or a quilt, agrees with any pose.
_MOST_AREA = 0.9
# A figure that small in a photo with much more of people in it, by this factor, may be a hand or a pleat of a body too
# near to be found; a body has four times the area of its legs or of its trunk without arms.
_SMALL_AREA, _MUCH_MORE = 0.05, 4.0


class MediaPipePose(MediaPipeTask):
    """The `PoseEstimator` of the service. Thread-safe; the network is loaded by the first photo. To be closed."""

    version = "mediapipe-full-4"

    def __init__(self, weights: Path, everybody: MediaPipeEverybody | None = None) -> None:
        """`weights` is the folder of fetched weights; `everybody` the second witness, if there is one already.

        Raises:
            WeightsError: they are not there.
        """
        super().__init__(POSE.fetched(weights))
        self._everybody = everybody or MediaPipeEverybody(weights)

    def people(self, rgb: Rgb) -> list[Person]:
        """The people in the photo (H, W, 3), the main one first; masks are the network's, smooth and coarse."""
        height, width = rgb.shape[:2]
        small = reduced(rgb, _LONG_SIDE)
        found = _distinct(self._detect(small))
        if self._is_too_little(small, found):
            found = self._on_second_thoughts(small) or found
        if found:
            # The detector leaves out people beside a larger one, and those whom one hides in part.
            rest = _painted_over(small, np.max([person.mask for person in found], axis=0))
            found = _distinct([*found, *self._credible_others(small, found, self._detect(rest))])
        found.sort(key=lambda person: prominence(person.mask), reverse=True)
        return [Person(person.pose, _enlarged(person.mask, width, height)) for person in found]

    def close(self) -> None:
        """Frees the networks. Harmless when repeated."""
        self._everybody.close()
        super().close()

    def _credible_others(self, rgb: Rgb, found: list[Person], others: list[Person]) -> list[Person]:
        """Those of the `others` whom the selfie segmentation sees as well: what was painted over leaves ghosts."""
        if not others:
            return []
        everybody = self._everybody.mask(rgb) > 0.5
        taken = np.max([person.mask for person in found], axis=0) > 0.5
        own = [(person.mask > 0.5) & ~taken for person in others]
        return [
            other
            for other, mask in zip(others, own, strict=True)
            if (mask & everybody).sum() > _CREDIBLE * max(1, mask.sum())
        ]

    def _is_too_little(self, rgb: Rgb, found: list[Person]) -> bool:
        """True where nobody is found, or a small figure where the selfie segmentation sees much more."""
        share = max((float((person.mask > 0.5).mean()) for person in found), default=0.0)
        if share >= _SMALL_AREA:
            return False
        return not found or float((self._everybody.mask(rgb) > 0.5).mean()) > _MUCH_MORE * share

    def _on_second_thoughts(self, rgb: Rgb) -> list[Person]:
        """Those who are found when the photo is shown otherwise, and whom the selfie segmentation sees as well."""
        height, width = rgb.shape[:2]
        everybody = self._everybody.mask(rgb) > 0.5
        if everybody.mean() <= _LEAST_AREA:
            # Not before: a garment on white is as bright as a bleached photo.
            rgb = well_exposed(rgb)
            everybody = self._everybody.mask(rgb) > 0.5
        if not _LEAST_AREA < everybody.mean() < _MOST_AREA:
            return []
        for shown in shown_again(rgb, everybody):
            people = [shown.in_the_photo(person) for person in self._detect(shown.rgb, doubtful=True)]
            found = [Person(person.pose, _enlarged(person.mask, width, height)) for person in people]
            credible = [
                person
                for person in found
                if _union_share(person.mask > 0.5, everybody) >= _CREDIBLE and _has_its_head(person, everybody)
            ]
            if credible:
                return _distinct(credible)
        return []

    def _detect(self, rgb: Rgb, *, doubtful: bool = False) -> list[Person]:
        """Whom the network finds; `doubtful`: also those it is less sure of."""
        with self._task(self._loaded, _DOUBTFUL_CONFIDENCE if doubtful else _LEAST_CONFIDENCE) as landmarker:
            result = landmarker.detect(as_image(rgb))
            # The last of its warnings comes with the first person.
            self._has_spoken = self._has_spoken or bool(result.pose_landmarks)
            masks = [np.array(mask.numpy_view()[..., 0]) for mask in result.segmentation_masks or ()]
        return [
            Person(_pose(landmarks), np.clip(mask, 0.0, 1.0))
            for landmarks, mask in zip(result.pose_landmarks, masks, strict=True)
        ]

    def _loaded(self, confidence: float) -> Any:
        from mediapipe.tasks.python.core.base_options import BaseOptions
        from mediapipe.tasks.python.vision import PoseLandmarker, PoseLandmarkerOptions

        options = PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(self._bundle)),
            num_poses=_MOST_PEOPLE,
            min_pose_detection_confidence=confidence,
            output_segmentation_masks=True,
        )
        return PoseLandmarker.create_from_options(options)


def _has_its_head(person: Person, everybody: npt.NDArray[np.bool_]) -> bool:
    """False for a body that ends below the head though the photo (H, W) goes on: clothes that nobody wears. Where the
    nose is, a body is no wider than a head with hair, half of it with its arms; clothes are as wide as anywhere."""
    height = everybody.shape[0]
    if everybody[: max(2, height // 40)].any():
        return True
    nose = person.pose.landmarks[Joint.NOSE]
    row, widths = int(nose.y * height), everybody.sum(1)
    return 0 <= row < height and bool(0 < widths[row] <= _HEAD_OF_WIDEST * widths.max())


def _pose(landmarks: list[Any]) -> Pose:
    return Pose(
        landmarks=tuple(
            Landmark(x=mark.x, y=mark.y, z=mark.z, visibility=min(1.0, max(0.0, mark.visibility or 0.0)))
            for mark in landmarks
        )
    )


def _distinct(people: list[Person]) -> list[Person]:
    """Without those who are another one found twice; the one whose landmarks are seen better stays."""
    kept: list[Person] = []
    for person in sorted(people, key=_seen, reverse=True):
        if all(_overlap(person.mask, other.mask) < _SAME_PERSON for other in kept):
            kept.append(person)
    return kept


def _seen(person: Person) -> float:
    return float(np.mean([mark.visibility for mark in person.pose.landmarks]))


def _overlap(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """Shared pixels, as a share of the smaller mask."""
    a, b = one > 0.5, other > 0.5
    return float((a & b).sum() / max(1, min(a.sum(), b.sum())))


def _union_share(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Shared pixels, as a share of those of either."""
    return float((one & other).sum() / max(1, (one | other).sum()))


def _painted_over(rgb: Rgb, mask: npt.NDArray[np.float32]) -> Rgb:
    """The photo with the mask's pixels, and a margin, in the blurred colours of what is around them."""
    height, width = mask.shape
    # What is painted is smooth: an eighth of the size is enough.
    size = (max(1, width // 8), max(1, height // 8))
    hidden = cv2.dilate(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.ones((3, 3), np.uint8)) > 0.2
    seen = (~hidden).astype(np.float32)
    colours = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) * seen[..., None]
    reach = max(size) / 12
    weights = cv2.GaussianBlur(seen, (0, 0), reach)[..., None]
    around = cv2.GaussianBlur(colours, (0, 0), reach) / np.maximum(weights, 1e-3)
    paint = np.asarray(cv2.resize(np.clip(around, 0, 255).astype(np.uint8), (width, height)), np.uint8)
    whole = cv2.resize(hidden.astype(np.float32), (width, height)) > 0.3
    return np.where(whole[..., None], paint, rgb)


def prominence(mask: npt.NDArray[np.float32]) -> float:
    """The mask's area, where a pixel at the photo's left or right edge counts half of one in its middle."""
    _, width = mask.shape
    weight = 1.0 - np.abs(np.linspace(-0.5, 0.5, width, dtype=np.float32))
    return float((mask @ weight).sum())


def _enlarged(mask: npt.NDArray[np.float32], width: int, height: int) -> npt.NDArray[np.float32]:
    if mask.shape == (height, width):
        return mask
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
