"""MediaPipe bundles made of TFLite networks."""

import io
import zipfile

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
from mediapipe.tasks.metadata import schema_py_generated as tflite

from models.weights.bundle import bundle, with_normalization


def network(weights: bytes) -> bytes:
    """The smallest TFLite file with an input, an output and a buffer."""
    graph = tflite.SubGraphT()
    tensor = tflite.TensorT()
    tensor.shape, tensor.name, tensor.buffer = [1, 4, 4, 3], "input", 1
    graph.tensors, graph.inputs, graph.outputs = [tensor], [0], [0]
    buffer = tflite.BufferT()
    buffer.data = np.frombuffer(weights, np.uint8)
    model = tflite.ModelT()
    model.version, model.subgraphs, model.buffers = 3, [graph], [tflite.BufferT(), buffer]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_the_networks_normalisation_can_be_read_back() -> None:
    """Mean and std stand where MediaPipe looks for them: the first input's process units, under TFLITE_METADATA."""
    made = with_normalization(network(b"weights"), mean=127.5, std=64.0)
    model = tflite.Model.GetRootAs(made, 0)
    entries = {model.Metadata(i).Name(): model.Metadata(i).Buffer() for i in range(model.MetadataLength())}
    content = model.Buffers(entries[b"TFLITE_METADATA"]).DataAsNumpy().tobytes()
    assert content[4:8] == b"M001"
    tensor = metadata.ModelMetadata.GetRootAs(content, 0).SubgraphMetadata(0).InputTensorMetadata(0)
    unit = metadata.ProcessUnitT.InitFromObj(tensor.ProcessUnits(0))
    assert (list(unit.options.mean), list(unit.options.std)) == ([127.5], [64.0])


def test_weights_stay_what_they_were_and_lie_aligned() -> None:
    """A network's buffers keep their bytes, and each begins at a multiple of 16 within the bundle, where it is read."""
    weights = bytes(range(37))
    made = bundle({"a.tflite": with_normalization(network(weights), 0, 255), "bb.tflite": network(weights)})
    at = made.index(weights)
    assert at % 16 == 0
    assert zipfile.ZipFile(io.BytesIO(made)).testzip() is None


def test_the_same_networks_give_the_same_bytes() -> None:
    """The manifest can name the bundle's hash, for neither time nor machine is in it."""
    assert bundle({"a": network(b"w")}) == bundle({"a": network(b"w")})
    assert with_normalization(network(b"w"), 0, 1) == with_normalization(network(b"w"), 0, 1)
