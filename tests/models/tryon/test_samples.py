"""Real photos and garments, with the pose and the parsing that the service uses."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.parsing.landmarks import LandmarkParser
from models.pose.mediapipe import MediaPipePose
from models.pose.yaw import yaw
from models.tryon.assessment import verdict
from models.tryon.mask import agnostic_mask
from models.tryon.port import GarmentPhotos, Rgb, TryOnInput
from models.tryon.warped import WarpedTryOn
from schemas.events import Category


@pytest.fixture(scope="module")
def estimator(weights: Path) -> Iterator[MediaPipePose]:
    """MediaPipe's pose, closed at the end."""
    with MediaPipePose(weights) as opened:
        yield opened


def ignore(step: int, of: int) -> None:
    """An on_step that lets everything go on."""


def picture(folder: Path, name: str) -> tuple[Rgb, str]:
    """A sample and its file's name."""
    (path,) = folder.glob(f"{name}_*")
    return np.array(Image.open(path).convert("RGB")), path.name


def request(samples: Path, estimator: MediaPipePose, person: str, names: tuple[str, ...]) -> TryOnInput:
    """The request of a sample person for sample garments."""
    rgb, _ = picture(samples / "person", person)
    found = estimator.people(rgb)[0]
    labels = LandmarkParser().parse(rgb, found)
    garments = []
    for name in names:
        front, file = picture(samples / "garment", name)
        category = Category(file.split("_")[1])
        garments.append(GarmentPhotos(category, front, None, agnostic_mask(labels, found.pose, category)))
    iuv = np.zeros(rgb.shape, np.uint8)
    return TryOnInput(rgb, labels, iuv, found.pose, yaw(found.pose), tuple(garments), 7, 1, "normal", None)


@pytest.mark.parametrize("garment", ["g01", "g02", "g04", "g07", "g08", "g11", "g13", "g16"])
@pytest.mark.parametrize("person", ["p01", "p12", "p13"])
def test_standing_people_wear_every_garment(samples: Path, estimator: MediaPipePose, person: str, garment: str) -> None:
    """The picture has the photo's size, its own pixels outside the mask, a good part of the mask changed, and the
    garment's colours."""
    item = request(samples, estimator, person, (garment,))
    (result,) = WarpedTryOn().generate([item], [ignore])
    assert not isinstance(result, Exception)
    outside = ~item.garments[0].agnostic_mask
    assert np.array_equal(result[0].rgb[outside], item.person[outside])
    assert result[0].assessment.changed > 0.25
    assert result[0].assessment.fidelity > 0.4
    assert verdict(result[0].assessment) is None


@pytest.mark.parametrize("garments", [("g04",), ("g11",), ("g16",), ("g02", "g08")])
@pytest.mark.parametrize("person", ["p03", "p05", "p07", "p09", "p10"])
def test_difficult_photos_are_answered(
    samples: Path, estimator: MediaPipePose, person: str, garments: tuple[str, ...]
) -> None:
    """Crossed arms, a headless figure, someone seated, two people: no exception, nothing outside the masks changed."""
    item = request(samples, estimator, person, garments)
    (result,) = WarpedTryOn().generate([item], [ignore])
    assert not isinstance(result, Exception)
    outside = ~np.logical_or.reduce([garment.agnostic_mask for garment in item.garments])
    assert np.array_equal(result[0].rgb[outside], item.person[outside])
