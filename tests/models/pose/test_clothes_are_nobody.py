"""Clothes that nobody wears are nobody, whatever ways the photo is shown to the network."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.pose.mediapipe import MediaPipePose

NOT_WORN = ("g01", "g02", "g04", "g08", "g11", "g13", "g16")


@pytest.mark.parametrize("garment", NOT_WORN)
def test_a_product_photo_is_nobody(garment: str, samples: Path, weights: Path) -> None:
    """The segmentation takes some of them for people, and a drawn head makes one of a blouse: a head is asked for."""
    [path] = (samples / "garment").glob(f"{garment}_*")
    with MediaPipePose(weights) as estimator:
        assert estimator.people(np.asarray(Image.open(path).convert("RGB"))) == []
