"""MediaPipe `.task` bundles: TFLite networks that say how their input is normalised, in a stored zip.

MediaPipe's own metadata writer imports a module that its wheels lack, so this writes the same tables with the schemas
that the wheels do carry (TFLITE_METADATA, https://ai.google.dev/edge/litert/models/metadata).
"""

import io
import struct
import zipfile
from typing import Any

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as tflite

# XNNPACK reads weights in place; a buffer that is not aligned so would be copied, with a warning for each.
_ALIGNMENT = 16


def with_normalization(network: bytes, mean: float, std: float) -> bytes:
    """The network with the metadata that its one input's pixels are normalised as (x - mean) / std."""
    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAs(network, 0))
    outputs = len(model.subgraphs[0].outputs)
    model.buffers = [_AlignedBuffer(buffer) for buffer in model.buffers]
    table = tflite.MetadataT()
    table.name = "TFLITE_METADATA"
    table.buffer = len(model.buffers)
    content = tflite.BufferT()
    content.data = np.frombuffer(_metadata(mean, std, outputs), np.uint8)
    model.buffers.append(_AlignedBuffer(content))
    model.metadata = [*(model.metadata or []), table]
    return _finish(model, b"TFL3")


def bundle(networks: dict[str, bytes]) -> bytes:
    """A stored zip of the networks by name; the same input gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in networks.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            begin = out.tell() + zipfile.sizeFileHeader + len(name)  # type: ignore[attr-defined]
            entry.extra = _padding(begin)
            archive.writestr(entry, data)
    return out.getvalue()


def _padding(begin: int) -> bytes:
    """An extra field (Android's zipalign) after which what would begin at `begin` is aligned."""
    size = -(begin + 4) % _ALIGNMENT
    return struct.pack("<HH", 0xD935, size) + bytes(size)


def _metadata(mean: float, std: float, outputs: int) -> bytes:
    options = metadata.NormalizationOptionsT()
    options.mean, options.std = [mean], [std]
    unit = metadata.ProcessUnitT()
    unit.optionsType, unit.options = metadata.ProcessUnitOptions.NormalizationOptions, options
    pixels = metadata.TensorMetadataT()
    pixels.processUnits = [unit]
    graph = metadata.SubGraphMetadataT()
    graph.inputTensorMetadata = [pixels]
    graph.outputTensorMetadata = [metadata.TensorMetadataT() for _ in range(outputs)]
    model = metadata.ModelMetadataT()
    model.subgraphMetadata = [graph]
    return _finish(model, b"M001")


def _finish(table: Any, identifier: bytes) -> bytes:
    builder = flatbuffers.Builder(0)
    builder.Finish(table.Pack(builder), identifier)
    return bytes(builder.Output())


class _AlignedBuffer:
    """A `BufferT` that packs its data aligned, as flatc does for this field and the Python generator does not."""

    def __init__(self, buffer: Any) -> None:
        self._buffer = buffer

    def Pack(self, builder: Any) -> Any:  # noqa: N802 - the name that flatbuffers calls
        data = None
        if self._buffer.data is not None:
            raw = np.asarray(self._buffer.data, np.uint8).tobytes()
            builder.StartVector(1, len(raw), _ALIGNMENT)
            builder.head -= len(raw)
            builder.Bytes[builder.head : builder.head + len(raw)] = raw
            data = builder.EndVector()
        tflite.BufferStart(builder)
        if data is not None:
            tflite.BufferAddData(builder, data)
        tflite.BufferAddOffset(builder, self._buffer.offset)
        tflite.BufferAddSize(builder, self._buffer.size)
        return tflite.BufferEnd(builder)
