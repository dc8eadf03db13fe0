"""The networks that read photos, as the service uses them."""

from pathlib import Path

from models.photo.reading import ComposedReader
from models.pose.everybody import MediaPipeEverybody
from models.pose.faces import MediaPipeFaces
from models.pose.hands import MediaPipeHands
from models.pose.mediapipe import MediaPipePose


def open_reader(weights: Path) -> ComposedReader:
    """MediaPipe's pose, hands, faces and selfie segmentation from a folder of fetched weights. To be closed.

    Raises:
        WeightsError: weights are missing.
    """
    everybody = MediaPipeEverybody(weights)
    return ComposedReader(
        MediaPipePose(weights, everybody), MediaPipeHands(weights), MediaPipeFaces(weights), everybody
    )
