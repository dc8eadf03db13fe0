"""MediaPipe's faces on real photos."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.photo.reading import FaceFinder
from models.pose.faces import MediaPipeFaces
from models.weights.manifest import WeightsError

Rgb = npt.NDArray[np.uint8]
SURE = 0.75


@pytest.fixture(scope="module")
def finder(weights: Path) -> Iterator[MediaPipeFaces]:
    with MediaPipeFaces(weights) as opened:
        yield opened


def photo(samples: Path, name: str) -> Rgb:
    (path,) = (samples / "person").glob(f"{name}_*")
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize("name", ["p01", "p03", "p05", "p09", "p12", "p13"])
def test_one_sure_face_at_the_top(finder: FaceFinder, samples: Path, name: str) -> None:
    """Exactly one, in shares of the photo, in its upper half and wholly inside."""
    faces = finder.faces(photo(samples, name))
    (face,) = [face for face in faces if face.confidence >= SURE]
    assert 0 < face.x < face.x + face.width < 1
    assert 0 < face.y < face.y + face.height < 0.5
    assert [face.width * face.height for face in faces] == sorted((f.width * f.height for f in faces), reverse=True)


def test_two_people_have_two_faces(finder: FaceFinder, samples: Path) -> None:
    """A person and the same one at half the size: both faces, the larger first, each where it is."""
    large = photo(samples, "p12")
    small = cv2.resize(large, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    scene = np.full((1024, 768 + 384, 3), large[5, 5], np.uint8)
    scene[:, :768], scene[512:, 768:] = large, small
    first, second = [face for face in finder.faces(scene) if face.confidence >= SURE]
    assert first.x + first.width < 768 / 1152 < second.x
    assert second.width == pytest.approx(first.width / 2, rel=0.25)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (17, 13), (600, 400)])
def test_no_face_is_an_empty_list(finder: FaceFinder, shape: tuple[int, int]) -> None:
    """Pictures without a face, of any shape, have none."""
    rng = np.random.default_rng(0)
    assert finder.faces(rng.integers(0, 256, (*shape, 3), np.uint8)) == []


def test_a_headless_figure_has_no_sure_face(finder: FaceFinder, samples: Path) -> None:
    """Legs and cloth are not taken for one."""
    assert [face for face in finder.faces(photo(samples, "p07")) if face.confidence >= SURE] == []


def test_threads_get_their_own_answers(finder: FaceFinder, samples: Path) -> None:
    """Four threads ask about two photos: each answer is that of its photo."""
    photos = [photo(samples, "p12"), np.ascontiguousarray(photo(samples, "p12")[:, ::-1])]
    expected = [finder.faces(rgb) for rgb in photos]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda i: finder.faces(photos[i % 2]), range(8))) == expected * 4


def test_missing_weights_say_so_before_any_photo(tmp_path: Path) -> None:
    """A worker without weights stops at its start, instead of failing every photo."""
    with pytest.raises(WeightsError, match="virton weights fetch"):
        MediaPipeFaces(tmp_path)
