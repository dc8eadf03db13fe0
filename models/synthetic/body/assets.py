"""Where the CC0 files of MakeHuman are."""

import os
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from models.synthetic.surface import Texture


def assets_folder() -> Path | None:
    """The folder `makehuman` inside the one that VIRTON_ASSETS names; None without it: a reduced set is used then."""
    value = os.environ.get("VIRTON_ASSETS")
    folder = Path(value) / "makehuman" if value else None
    return folder if folder is not None and folder.is_dir() else None


@cache
def picture(path: Path) -> Texture:
    """A texture, RGB or RGBA uint8, read once.

    Raises:
        FileNotFoundError: there is no readable picture.
    """
    read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if read is None:
        raise FileNotFoundError(path)
    code = cv2.COLOR_BGRA2RGBA if read.ndim == 3 and read.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(read, code), np.uint8)


@cache
def opaque(path: Path) -> Texture:
    """A texture without its opacity, RGB."""
    return np.ascontiguousarray(picture(path)[..., :3])
