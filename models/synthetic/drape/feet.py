"""Shoes and socks: how far they stand off the skin, for cloth that falls over them."""

from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from models.synthetic.body.footwear import shoes
from models.synthetic.body.model import PosedBody, body, posed
from models.synthetic.body.people import Person
from models.synthetic.drape.mesh import skin_mesh
from models.synthetic.geometry import vertex_normals

Floats = npt.NDArray[np.float64]

_SHIN = 0.30  # metres: no sock here is so tall
_PROBES = np.linspace(0.0, 0.03, 11)  # metres off the skin where shoes are looked for
_BESIDE = 0.008  # metres: vertices of a shoe's mesh are about 1 cm apart


@lru_cache(maxsize=64)
def shod(person: Person) -> Floats:
    """How far what is on the feet stands off each vertex of the base mesh, along its normal, (V,), metres."""
    figure = _neutral()
    found = np.zeros(len(figure.vertices))
    worn = shoes(person, figure)
    if not worn:
        return found
    outside = np.concatenate([surface.vertices[np.unique(surface.triangles)] for surface in worn])
    used = np.unique(skin_mesh().triangles)
    normals = vertex_normals(figure.vertices, skin_mesh().triangles)
    low = used[figure.vertices[used, 2] < _SHIN]
    probes = figure.vertices[low, None] + _PROBES[:, None] * normals[low, None]
    far, index = cKDTree(outside).query(probes.reshape(-1, 3), distance_upper_bound=_BESIDE)
    hit = np.append(outside, np.zeros((1, 3)), 0)[index].reshape(probes.shape) - figure.vertices[low, None]
    along = np.einsum("vpk,vk->vp", hit, normals[low])
    found[low] = np.where(np.isfinite(far).reshape(along.shape), along, 0.0).max(1)
    return found


@cache
def _neutral() -> PosedBody:
    return posed(body({}), {})
