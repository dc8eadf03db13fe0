"""The networks that read photos, as the service uses them."""

from pathlib import Path

from models.photo.reading import ComposedReader
from models.pose.faces import MediaPipeFaces
from models.pose.hands import MediaPipeHands
from models.pose.mediapipe import MediaPipePose


def open_reader(weights: Path) -> ComposedReader:
    """MediaPipe's pose, hands and faces from a folder of fetched weights; loaded by the first photo. To be closed.

    Raises:
        WeightsError: weights are missing.
    """
    return ComposedReader(MediaPipePose(weights), MediaPipeHands(weights), MediaPipeFaces(weights))
