"""A tuple as a row of a Parquet file, and back.

Pictures are JPEG. Truth is lossless: differences along the rows, bytes of equal significance together, then zstd,
which is a tenth of PNG's time at about its size. What a column holds stands in the schema's metadata.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from models.synthetic.tuples.record import NOWHERE, PRODUCTS, Product, Sight, Tuple

Row = dict[str, Any]
Array = npt.NDArray[Any]

# Chroma is not thinned out, so that prints stay sharp; at 95 blocks are not to be seen.
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
_ZSTD = pa.Codec("zstd", compression_level=1)
# Steps of a flow within a pixel: 1/16 of one is less than a tenth of what interpolation blurs.
FLOW_STEPS = 16


@dataclass(frozen=True)
class Column:
    """A picture or a map. `dtype` and `channels` are of the decoded array (H, W) or (H, W, channels)."""

    coding: str  # "jpeg", "packed", "flow"
    dtype: str
    channels: int = 0

    def encoded(self, array: Array) -> bytes:
        """The array as a cell."""
        if self.coding == "jpeg":
            done, data = cv2.imencode(".jpg", cv2.cvtColor(array, cv2.COLOR_RGB2BGR), _JPEG)
            assert done
            return data.tobytes()
        if self.coding == "flow":
            steps = np.rint(array * FLOW_STEPS) + 1
            return _packed(np.where(array == NOWHERE, 0, steps).astype(np.uint16))
        return _packed(array)

    def decoded(self, cell: bytes, height: int, width: int) -> Array:
        """The cell as an array."""
        if self.coding == "jpeg":
            picture = cv2.imdecode(np.frombuffer(cell, np.uint8), cv2.IMREAD_COLOR)
            assert picture is not None
            return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        shape = (height, width, self.channels) if self.channels else (height, width)
        if self.coding == "flow":
            steps = _unpacked(cell, np.dtype(np.uint16), shape).astype(np.float32)
            return np.where(steps == 0, np.float32(NOWHERE), (steps - 1) / FLOW_STEPS)
        return _unpacked(cell, np.dtype(self.dtype), shape)


_PICTURE = Column("jpeg", "uint8", 3)
_BYTES = Column("packed", "uint8")
_SIGHT = {
    "picture": _PICTURE,
    "labels": _BYTES,
    "alpha": _BYTES,
    "depth": Column("packed", "float16"),
    "normals": Column("packed", "int8", 3),
    "garment": _BYTES,
    "garment_uv": Column("packed", "uint16", 2),
}
_PRODUCT = {"picture": _PICTURE, "alpha": _BYTES}

# Every picture and map by its column's name.
COLUMNS: Mapping[str, Column] = {
    **{f"{side}.{name}": column for side in ("a", "b") for name, column in _SIGHT.items()},
    "iuv": Column("packed", "uint8", 3),
    "agnostic": _BYTES,
    **{f"{product}.{name}": column for product in PRODUCTS for name, column in _PRODUCT.items()},
    "flow_front": Column("flow", "float32", 2),
    "flow_back": Column("flow", "float32", 2),
}

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("index", pa.int64(), nullable=False),
    pa.field("facts", pa.string(), nullable=False, metadata={"coding": "json"}),
    pa.field("height", pa.int32(), nullable=False),
    pa.field("width", pa.int32(), nullable=False),
    pa.field("yaw", pa.float32(), nullable=False),
    pa.field("must", pa.list_(pa.string()), nullable=False),
    pa.field("may", pa.list_(pa.string()), nullable=False),
    pa.field("keypoints", pa.list_(pa.float32()), nullable=False, metadata={"shape": "33 x (x, y, seen)"}),
    *(
        pa.field(name, pa.large_binary(), metadata={key: str(value) for key, value in vars(column).items()})
        for name, column in COLUMNS.items()
    ),
]
SCHEMA = pa.schema(_FIELDS)


def row_of(tuple_: Tuple) -> Row:
    """The tuple's row."""
    height, width = tuple_.a.labels.shape
    return {
        "index": tuple_.index,
        "facts": json.dumps(tuple_.facts, sort_keys=True),
        "height": height,
        "width": width,
        "yaw": tuple_.yaw,
        "must": sorted(tuple_.must),
        "may": sorted(tuple_.may),
        "keypoints": tuple_.keypoints.ravel().tolist(),
        **{name: COLUMNS[name].encoded(array) for name, array in _arrays(tuple_)},
    }


def decoded(row: Mapping[str, Any]) -> Row:
    """The row with its maps as arrays, its keypoints (33, 3), its facts as JSON values; columns not read stay out."""
    values = dict(row)
    for name, cell in row.items():
        if name in COLUMNS and cell is not None:
            values[name] = COLUMNS[name].decoded(cell, row["height"], row["width"])
    if "keypoints" in row:
        values["keypoints"] = np.array(row["keypoints"], np.float32).reshape(-1, 3)
    if "facts" in row:
        values["facts"] = json.loads(row["facts"])
    return values


def tuple_of(row: Mapping[str, Any]) -> Tuple:
    """The tuple of a whole row, as `decoded` gives it."""
    sights = {side: Sight(**{name: row[f"{side}.{name}"] for name in _SIGHT}) for side in ("a", "b")}
    products = {
        name: Product(row[f"{name}.picture"], row[f"{name}.alpha"])
        for name in PRODUCTS
        if row[f"{name}.picture"] is not None
    }
    values: Row = {**row, **sights, "products": products, "must": frozenset(row["must"]), "may": frozenset(row["may"])}
    return Tuple(**{field.name: values[field.name] for field in fields(Tuple)})


def _arrays(tuple_: Tuple) -> Iterator[tuple[str, Array]]:
    for side in ("a", "b"):
        for name in _SIGHT:
            yield f"{side}.{name}", getattr(getattr(tuple_, side), name)
    for product, photo in tuple_.products.items():
        for name in _PRODUCT:
            yield f"{product}.{name}", getattr(photo, name)
    for name in ("iuv", "agnostic", "flow_front", "flow_back"):
        yield name, getattr(tuple_, name)


def _packed(array: Array) -> bytes:
    """Differences along the rows, channel by channel, low bytes before high bytes, compressed."""
    word = np.dtype(f"<u{array.dtype.itemsize}")
    words = np.ascontiguousarray(array).view(word)
    planes = words[None] if words.ndim == 2 else np.moveaxis(words, 2, 0)
    steps = np.empty(planes.shape, word)
    steps[..., 0] = planes[..., 0]
    np.subtract(planes[..., 1:], planes[..., :-1], out=steps[..., 1:])
    split = steps.reshape(-1, 1).view(np.uint8).T
    return _ZSTD.compress(split.tobytes(), asbytes=True)


def _unpacked(cell: bytes, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    word = np.dtype(f"<u{dtype.itemsize}")
    count = int(np.prod(shape))
    split = np.frombuffer(_ZSTD.decompress(cell, count * word.itemsize, asbytes=True), np.uint8)
    steps = np.ascontiguousarray(split.reshape(word.itemsize, count).T).view(word)
    height, width, *channels = shape
    planes = np.add.accumulate(steps.reshape(-1, height, width), axis=2, dtype=word)
    array = planes[0] if not channels else np.ascontiguousarray(np.moveaxis(planes, 0, 2))
    return array.view(dtype)
