"""A contact sheet of rendered tuples, to be looked at: what a network will be taught is seen here first."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from models.parsing.lip import Lip
from models.synthetic.tuples.columns import Row
from models.synthetic.tuples.reader import read_shards
from models.synthetic.tuples.record import NOWHERE, Rgb
from models.synthetic.tuples.shards import FolderRefused, read_manifest

_GAP = 2
_CAPTION = 12
_GREY = 127

# What is drawn of a tuple, from left to right.
_PICTURES = ("a.picture", "front.picture", "back.picture", "flat.picture", "ghost.picture", "worn.picture", "b.picture")
_NEEDED = (
    *_PICTURES,
    "a.labels",
    "b.labels",
    "iuv",
    "keypoints",
    "agnostic",
    "b.normals",
    "flow_front",
    "flow_back",
    "must",
)


def write_sheet(folder: Path, path: Path, *, count: int, height: int, indices: Sequence[int] = ()) -> list[int]:
    """Draws tuples of `folder` below each other into the PNG `path`: those of `indices`, else `count` of them spread
    evenly. Returns their indices.

    Raises:
        FolderRefused: the folder holds no tuples, or none of these.
        ShardDamaged: a shard is missing.
    """
    wanted = set(indices) or _spread(read_manifest(folder).tuples, count)
    rows, shown = [], []
    for row in read_shards(folder, columns=_NEEDED):
        if row["index"] in wanted:
            rows.append(strip(row, height))
            shown.append(int(row["index"]))
    if not rows:
        raise FolderRefused(f"{folder} holds none of the tuples {sorted(wanted)[:5]}")
    width = max(strip.shape[1] for strip in rows)
    padded = [np.pad(strip, ((0, 0), (0, width - strip.shape[1]), (0, 0))) for strip in rows]
    Image.fromarray(np.concatenate(padded)).save(path, format="PNG")
    return shown


def strip(row: Row, height: int) -> Rgb:
    """One tuple: a row of pictures `height` pixels high under a caption."""
    pictures = [row[name] for name in _PICTURES if row.get(name) is not None]
    pictures += [
        lip_colours(row["a.labels"]),
        lip_colours(row["b.labels"]),
        _iuv_colours(row["iuv"]),
        _with_keypoints(row["a.picture"], row["keypoints"]),
        _masked(row["a.picture"], row["agnostic"]),
        warped(row),
        (row["b.normals"].astype(np.int16) + 127).astype(np.uint8),
    ]
    small = [_fitted(picture, height) for picture in pictures]
    body = np.concatenate([np.pad(picture, ((0, 0), (0, _GAP), (0, 0))) for picture in small], 1)
    caption = Image.new("RGB", (body.shape[1], _CAPTION), (0, 0, 0))
    ImageDraw.Draw(caption).text((2, 0), _text(row), fill=(255, 255, 255))
    return np.concatenate([np.asarray(caption), body])


def warped(row: Mapping[str, Any]) -> Rgb:
    """The product photos carried to the body by the true flow, on grey; the front where both show a place."""
    height, width = row["flow_front"].shape[:2]
    picture = np.full((height, width, 3), _GREY, np.uint8)
    for view in ("back", "front"):
        flow = row[f"flow_{view}"].astype(np.float32)
        # Pixel centres are at .5 in the truth and at 0 in OpenCV.
        found = cv2.remap(row[f"{view}.picture"], flow[..., 0] - 0.5, flow[..., 1] - 0.5, cv2.INTER_LINEAR)
        there = flow[..., 0] != NOWHERE
        picture[there] = found[there]
    return picture


def lip_colours(labels: npt.NDArray[np.uint8]) -> Rgb:
    """Labels as colours."""
    return _PALETTE[labels]


# The colours in which LIP and SCHP show their classes, in the order of `Lip`.
_LIP = """
    000000 800000 ff0000 005500 aa0033 ff5500 000055 0077dd 555500 005555
    553300 345680 008000 0000ff 33aadd 00ffff 55ffaa aaff55 ffff00 ffaa00
"""
_PALETTE = np.zeros((256, 3), np.uint8)
_PALETTE[: len(Lip)] = [list(bytes.fromhex(colour)) for colour in _LIP.split()]


def _iuv_colours(iuv: npt.NDArray[np.uint8]) -> Rgb:
    return np.where(iuv[..., :1] > 0, iuv * np.array([10, 1, 1], np.uint8), 0).astype(np.uint8)


def _masked(picture: Rgb, agnostic: npt.NDArray[np.uint8]) -> Rgb:
    return np.where(agnostic[..., None] > 0, np.uint8(_GREY), picture)


def _with_keypoints(picture: Rgb, keypoints: npt.NDArray[np.float32]) -> Rgb:
    drawn = picture // 2
    radius = max(1, picture.shape[0] // 150)
    for x, y, seen in keypoints:
        colour = (0, 255, 0) if seen else (255, 60, 60)
        cv2.circle(drawn, (int(np.clip(x, -9, 9999)), int(np.clip(y, -9, 9999))), radius, colour, -1)
    return drawn


def _fitted(picture: Rgb, height: int) -> Rgb:
    width = max(1, round(picture.shape[1] * height / picture.shape[0]))
    shrinks = height < picture.shape[0]
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else 1), np.uint8)


def _text(row: Row) -> str:
    facts = row["facts"]
    parts = [f"{row['index']}", *(str(facts[key]) for key in ("title",) if key in facts)]
    codes = ["must: " + ", ".join(row["must"])] if row.get("must") else []
    return "  ".join(parts + codes)


def _spread(total: int, count: int) -> set[int]:
    """So many indices from 0 to `total`, evenly."""
    return {int(index) for index in np.linspace(0, max(total - 1, 0), min(count, max(total, 1)))}
