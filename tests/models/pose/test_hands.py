"""MediaPipe's hands on real photos."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.photo.reading import HandFinder
from models.pose.hands import MediaPipeHands
from models.pose.windows import windows
from models.weights.manifest import WeightsError

Rgb = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def finder(weights: Path) -> Iterator[MediaPipeHands]:
    with MediaPipeHands(weights) as opened:
        yield opened


def photo(samples: Path, name: str) -> Rgb:
    (path,) = (samples / "person").glob(f"{name}_*")
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize("name", ["p01", "p03", "p09", "p12", "p13"])
def test_two_hands_on_their_sides(finder: HandFinder, samples: Path, name: str) -> None:
    """Who faces the camera has their right hand on the picture's left, each once, in shares of the photo."""
    hands = finder.hands(photo(samples, name))
    assert sorted(hand.left for hand in hands) == [False, True]
    right, left = sorted(hands, key=lambda hand: hand.left)
    assert right.points[:, 0].max() < left.points[:, 0].min()
    for hand in hands:
        assert hand.points.shape == (21, 2)
        assert hand.points.dtype == np.float32
        assert 0 <= hand.points.min() <= hand.points.max() <= 1
        assert 0.5 <= hand.confidence <= 1


def test_both_hands_of_crossed_arms(finder: HandFinder, samples: Path) -> None:
    """The person's right hand lies on the picture's right: sides are the hands' own, not where they are."""
    right, left = sorted(finder.hands(photo(samples, "p05")), key=lambda hand: hand.left)
    assert (right.left, left.left) == (False, True)
    assert left.points[:, 0].max() < 0.4
    assert right.points[:, 0].min() > 0.6


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (17, 13), (600, 400)])
def test_no_hands_is_an_empty_list(finder: HandFinder, shape: tuple[int, int]) -> None:
    """Pictures without a hand, of any shape, have none."""
    rng = np.random.default_rng(0)
    assert finder.hands(rng.integers(0, 256, (*shape, 3), np.uint8)) == []


def test_threads_get_their_own_answers(finder: HandFinder, samples: Path) -> None:
    """Four threads ask about two photos: each answer is that of its photo."""
    photos = [photo(samples, "p12"), photo(samples, "p03")]
    places = [finder.hands(rgb)[0].points for rgb in photos]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda i: finder.hands(photos[i % 2])[0].points, range(6)))
    assert all((points == places[i % 2]).all() for i, points in enumerate(found))


def test_missing_weights_say_so_before_any_photo(tmp_path: Path) -> None:
    """A worker without weights stops at its start, instead of failing every photo."""
    with pytest.raises(WeightsError, match="virton weights fetch"):
        MediaPipeHands(tmp_path)


def test_it_starts_and_ends_without_a_word(weights: Path, samples: Path) -> None:
    """Nothing on stderr of a process that asks all three networks and forgets to close them."""
    program = (
        "import sys\nfrom pathlib import Path\nimport numpy as np\nfrom PIL import Image\n"
        "from models.photo.reading import ComposedReader\nfrom models.pose.faces import MediaPipeFaces\n"
        "from models.pose.hands import MediaPipeHands\nfrom models.pose.mediapipe import MediaPipePose\n"
        "folder = Path(sys.argv[1])\n"
        "reader = ComposedReader(MediaPipePose(folder), MediaPipeHands(folder), MediaPipeFaces(folder))\n"
        "reading = reader.read(np.asarray(Image.open(sys.argv[2]).convert('RGB')))\n"
        "print(len(reading.people), len(reading.hands), len(reading.faces))\n"
    )
    (path,) = (samples / "person").glob("p12_*")
    done = subprocess.run(
        [sys.executable, "-c", program, str(weights), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("1 2 1\n", "")


@pytest.mark.parametrize(("height", "width"), [(900, 1200), (1200, 900), (100, 3000), (640, 640), (1, 1)])
def test_windows_cover_the_photo_and_overlap(height: int, width: int) -> None:
    """The first is the whole; every square of a seventh of the longer side lies whole within one of the others,
    as far as the photo is high."""
    first, *squares = windows(height, width, 0.6)
    assert first == (0, 0, height, width)
    size = max(height, width) // 7
    for top in range(0, max(1, height - size), max(1, size // 3)):
        for left in range(0, max(1, width - size), max(1, size // 3)):
            bottom, right = min(height, top + size), min(width, left + size)
            assert any(t <= top and le <= left and b >= bottom and r >= right for t, le, b, r in squares)
