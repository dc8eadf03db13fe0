"""The manifest: every weight with its source, SHA-256 and licence, and how its file is made."""

from dataclasses import dataclass
from pathlib import Path

from schemas.errors import PermanentError


class WeightsError(PermanentError):
    """Weights are missing, cannot be fetched, or may not be used; the text says what to do."""


@dataclass(frozen=True)
class Network:
    """One TFLite network of a bundle.

    `member` is its path in the wheel, `sha256` that of its bytes there. Pixels 0..255 reach it as (x - mean) / std.
    """

    member: str
    sha256: str
    mean: float
    std: float


@dataclass(frozen=True)
class Weight:
    """A weight: a MediaPipe `.task` bundle made of networks that the wheel `source` (a PyPI requirement) carries."""

    name: str
    source: str
    networks: dict[str, Network]  # by their name in the bundle
    sha256: str  # of the finished file, which is the same on every machine
    licence: str
    commercial: bool  # may a shop use it commercially

    @property
    def file(self) -> str:
        """The file's name in the weights folder."""
        return f"{self.name}.task"

    def path_in(self, folder: Path) -> Path:
        """Where the file is, or will be, in a weights folder."""
        return folder / self.file

    def fetched(self, folder: Path) -> Path:
        """The file in a weights folder.

        Raises:
            WeightsError: it has not been fetched.
        """
        path = self.path_in(folder)
        if not path.is_file():
            raise WeightsError(f"The weights {path} are missing. Fetch them with: virton weights fetch")
        return path


# The last release of MediaPipe that carries networks; those after it want a bundle to be given.
_WHEEL = "mediapipe==0.10.21"

POSE = Weight(
    name="pose",
    source=_WHEEL,
    networks={
        "pose_detector.tflite": Network(
            "mediapipe/modules/pose_detection/pose_detection.tflite",
            "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
            mean=127.5,
            std=127.5,
        ),
        "pose_landmarks_detector.tflite": Network(
            "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
            "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
            mean=0.0,
            std=255.0,
        ),
    },
    sha256="425321c6ece3b826e3e3536e991af4e65d6f2292f9ad52a45a2f6e0f601fb9cc",
    licence="Apache-2.0",
    commercial=True,
)

HANDS = Weight(
    name="hands",
    source=_WHEEL,
    networks={
        "hand_detector.tflite": Network(
            "mediapipe/modules/palm_detection/palm_detection_full.tflite",
            "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
            mean=0.0,
            std=255.0,
        ),
        "hand_landmarks_detector.tflite": Network(
            "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
            "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
            mean=0.0,
            std=255.0,
        ),
    },
    sha256="be6e6ecb6846e7f9c7631a6cf6faa9dc4579b375a87b001138e5e3600987b2b1",
    licence="Apache-2.0",
    commercial=True,
)

FACE_NETWORK = "face_detector.tflite"

FACES = Weight(
    name="faces",
    source=_WHEEL,
    networks={
        FACE_NETWORK: Network(
            "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
            "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
            mean=127.5,
            std=127.5,
        ),
    },
    sha256="f995464a82bf4d06e241e8ee59637e77a6e7d582e42b94fff4500a86853e9c41",
    licence="Apache-2.0",
    commercial=True,
)

SELFIE_NETWORK = "selfie_segmenter.tflite"

SELFIE = Weight(
    name="selfie",
    source=_WHEEL,
    networks={
        SELFIE_NETWORK: Network(
            "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
            "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
            mean=0.0,
            std=255.0,
        ),
    },
    sha256="bd79137bbcfb52782b4aba319f505e27b582b399c3dbf7305c871c0f5225d0c5",
    licence="Apache-2.0",
    commercial=True,
)

MANIFEST: tuple[Weight, ...] = (POSE, HANDS, FACES, SELFIE)
