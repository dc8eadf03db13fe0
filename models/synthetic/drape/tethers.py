"""How far cloth can hang from where it is held: geodesic distances to the pins."""

from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from models.synthetic.body.basis import basis
from models.synthetic.body.model import Body
from models.synthetic.drape.mesh import Indices, cloth_mesh
from models.synthetic.garments.garment import Garment
from models.synthetic.geometry import Points

_HELD = 0.99  # a pin that holds at least so firmly holds a tether
# A little more than the way along the edges, or tethers would shorten straight hems instead of the cloth carrying them.
_SLACK = 1.01


@dataclass(frozen=True, eq=False)
class Tethers:
    """`anchors` (N,): the held vertex that is nearest over the cloth, -1 for none; `previous` (N,): the next vertex on
    the way there; `order` (N,): vertices, those nearer to their anchors first."""

    anchors: Indices
    previous: Indices
    order: Indices

    def reach(self, rest: Points) -> npt.NDArray[np.float64]:
        """The distance (N,) along the cloth, whose unstrained shape is `rest` (N, 3)."""
        return np.asarray(_summed(rest, self.previous, self.order), np.float64) * _SLACK


@lru_cache(maxsize=128)
def tethers(garment: Garment) -> Tethers:
    """A garment's, found once on a middle-sized body: which pin is nearest hardly depends on it."""
    data = basis()
    count = garment.cloth_count
    rest = garment.rest(Body(data.template, data.heads))[:count]
    edges = cloth_mesh(garment).edges
    held = np.flatnonzero(garment.pins[:count] >= _HELD)
    if not len(held):
        nothing = np.full(count, -1, np.int32)
        return Tethers(nothing, nothing, np.arange(count, dtype=np.int32))
    lengths = np.linalg.norm(rest[edges[:, 0]] - rest[edges[:, 1]], axis=1) + 1e-9
    graph = sparse.csr_array((lengths, (edges[:, 0], edges[:, 1])), shape=(count, count))
    far, previous, sources = dijkstra(graph, directed=False, indices=held, return_predecessors=True, min_only=True)
    return Tethers(
        np.where(np.isfinite(far), sources, -1).astype(np.int32),
        np.where(previous < 0, -1, previous).astype(np.int32),
        np.argsort(far, kind="stable").astype(np.int32),
    )


@numba.njit(cache=True)
def _summed(rest, previous, order):  # type: ignore[no-untyped-def]
    far = np.zeros(rest.shape[0])
    for i in order:
        p = previous[i]
        if p >= 0:
            d = rest[i] - rest[p]
            far[i] = far[p] + np.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
    return far
