"""MediaPipe's pose on real photos."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.pose.landmarks import Joint
from models.pose.mediapipe import MediaPipePose
from models.pose.port import FakePoseEstimator, Person, PoseEstimator
from models.pose.yaw import yaw
from models.weights.manifest import WeightsError

Rgb = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def estimator(weights: Path) -> Iterator[MediaPipePose]:
    with MediaPipePose(weights) as opened:
        yield opened


def photo(samples: Path, name: str) -> Rgb:
    (path,) = (samples / "person").glob(f"{name}_*")
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize("name", ["p01", "p12", "p13"])
def test_a_standing_person_stands(estimator: MediaPipePose, samples: Path, name: str) -> None:
    """One person, inside the frame, the joints in the order of a body from head to ankle, facing the camera."""
    (person,) = estimator.people(photo(samples, name))
    marks = person.pose.landmarks
    heights = [marks[j].y for j in (Joint.NOSE, Joint.LEFT_SHOULDER, Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE)]
    assert heights == sorted(heights)
    assert all(0 <= mark.x <= 1 and 0 <= mark.y <= 1 for mark in marks)
    assert marks[Joint.LEFT_SHOULDER].x > marks[Joint.RIGHT_SHOULDER].x
    assert abs(yaw(person.pose)) < 45


@pytest.mark.parametrize("name", ["p01", "p03", "p05", "p09", "p12", "p13"])
def test_the_mask_is_the_persons(estimator: MediaPipePose, samples: Path, name: str) -> None:
    """Of the photo's size, 0..1; it covers the landmarks inside the body and not the photo's upper corners."""
    rgb = photo(samples, name)
    (person,) = estimator.people(rgb)
    height, width = rgb.shape[:2]
    assert person.mask.shape == (height, width)
    assert person.mask.dtype == np.float32
    assert 0.0 <= person.mask.min() <= person.mask.max() <= 1.0
    for joint in (Joint.NOSE, Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER, Joint.LEFT_HIP, Joint.RIGHT_HIP):
        mark = person.pose.landmarks[joint]
        assert person.mask[int(mark.y * height), int(mark.x * width)] > 0.5, joint.name
    assert person.mask[:9, :9].max() < 0.5
    assert person.mask[:9, -9:].max() < 0.5


def test_two_people_side_by_side(estimator: MediaPipePose, samples: Path) -> None:
    """Both are found, and their masks are two."""
    first, second = estimator.people(photo(samples, "p10"))
    both = ((first.mask > 0.5) & (second.mask > 0.5)).sum()
    assert both < 0.3 * (second.mask > 0.5).sum()


def test_a_headless_figure_is_one_person(estimator: MediaPipePose, samples: Path) -> None:
    """The network sees it twice; one body is one person."""
    assert len(estimator.people(photo(samples, "p07"))) <= 1


def test_the_large_person_in_the_middle_is_the_main_one(estimator: MediaPipePose, samples: Path) -> None:
    """A whole person beside the same one at half the size: the large one comes first, wherever it stands."""
    large = photo(samples, "p12")
    small = cv2.resize(large, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    scene = np.full((1024, 768 + 384, 3), large[5, 5], np.uint8)
    scene[:, :768], scene[512:, 768:] = large, small
    for mirrored in (False, True):
        people = estimator.people(scene[:, ::-1] if mirrored else scene)
        assert len(people) == 2
        assert (people[0].pose.landmarks[Joint.NOSE].x < 0.5) is not mirrored


def test_a_photo_of_24_megapixels(estimator: MediaPipePose, samples: Path) -> None:
    """Landmarks are those of the small photo, and the mask has the large one's size."""
    small = photo(samples, "p12")
    large = np.asarray(cv2.resize(small, (4242, 5656), interpolation=cv2.INTER_CUBIC), np.uint8)
    (expected,), (person,) = estimator.people(small), estimator.people(large)
    assert person.mask.shape == (5656, 4242)
    for mark, other in zip(person.pose.landmarks, expected.pose.landmarks, strict=True):
        assert (mark.x, mark.y) == pytest.approx((other.x, other.y), abs=0.02)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (17, 13), (600, 400)])
def test_nobody_is_an_empty_list(estimator: MediaPipePose, shape: tuple[int, int]) -> None:
    """Pictures without a person, of any shape, have none."""
    rng = np.random.default_rng(0)
    assert estimator.people(rng.integers(0, 256, (*shape, 3), np.uint8)) == []


def test_a_garment_is_nobody(estimator: MediaPipePose, samples: Path) -> None:
    """A product photo without a wearer shows no person."""
    path = samples / "garment" / "g01_upper_hoodie_flat.jpg"
    assert estimator.people(np.asarray(Image.open(path).convert("RGB"))) == []


def test_threads_get_their_own_answers(estimator: MediaPipePose, samples: Path) -> None:
    """Eight threads ask about two photos: each answer is that of its photo."""
    photos = [photo(samples, "p12"), np.ascontiguousarray(photo(samples, "p12")[:, ::-1])]
    noses = [estimator.people(rgb)[0].pose.landmarks[Joint.NOSE].x for rgb in photos]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda i: estimator.people(photos[i % 2])[0].pose.landmarks[Joint.NOSE].x, range(16)))
    assert found == [noses[i % 2] for i in range(16)]


def test_missing_weights_say_so_before_any_photo(tmp_path: Path) -> None:
    """A worker without weights stops at its start, instead of failing every photo."""
    with pytest.raises(WeightsError, match="virton weights fetch"):
        MediaPipePose(tmp_path)


def test_it_starts_and_ends_without_a_word(weights: Path, samples: Path) -> None:
    """Nothing on stderr of a process that asks for one photo, also if it forgets to close; other lines go through."""
    program = (
        "import os, sys\nfrom pathlib import Path\nimport numpy as np\nfrom PIL import Image\n"
        "from models.pose.mediapipe import MediaPipePose\nfrom models.pose.quiet import native_noise_held_back\n"
        "pose = MediaPipePose(Path(sys.argv[1]))\n"
        "print(len(pose.people(np.asarray(Image.open(sys.argv[2]).convert('RGB')))))\n"
        "with native_noise_held_back():\n    os.write(2, b'W0000 1 noise\\nE0000 2 an error\\n')\n"
    )
    (path,) = (samples / "person").glob("p12_*")
    done = subprocess.run(
        [sys.executable, "-c", program, str(weights), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("1\n", "E0000 2 an error\n")


def test_the_fake_answers_what_it_was_given() -> None:
    """It stands in for the real one by type, and counts."""
    from tests.models.pose.test_yaw import turned

    person = Person(turned(0), np.ones((4, 4), np.float32))
    fake: PoseEstimator = FakePoseEstimator([person])
    assert fake.people(np.zeros((4, 4, 3), np.uint8)) == [person]
    assert isinstance(fake, FakePoseEstimator)
    assert fake.calls == 1
