"""How a scene's triangles look: the flat arrays that rays and the shading's inner loop read beside the soup."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.synthetic.render import materials, texture
from models.synthetic.render.gbuffer import Soup
from models.synthetic.surface import Material, Surface

BACKDROP, EMITTER, CLOSED, HAIRY = 1, 2, 4, 8  # bits of `flags`
# Whites of eyes are painted at about 0.7; over skin of 0.35 they should come out at 1.3 times that.
_EYE = 1.3 / 0.7
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Assembly:
    """The looks of S surfaces with T triangles in all."""

    soup: Soup
    vertices: Floats  # (N, 3)
    uv: Floats  # (U, 2)
    owners: Integers  # (T,) the number of the surface
    finish: Integers  # (S,) row of materials.table()
    flags: Integers  # (S,) BACKDROP, EMITTER, CLOSED, HAIRY
    atlas: texture.Atlas
    reliefs: texture.Reliefs

    @cached_property
    def faces(self) -> Floats:
        """Unit normals of the triangles (T, 3); zero for degenerate ones."""
        cross = self._crosses
        return np.asarray(cross / np.maximum(np.linalg.norm(cross, axis=1, keepdims=True), 1e-20), np.float32)

    @cached_property
    def _crosses(self) -> Floats:
        a, b, c = (self.vertices[self.soup.triangles[:, corner]] for corner in range(3))
        return np.asarray(np.cross(b - a, c - a), np.float32)

    @cached_property
    def dims(self) -> Floats:
        """What share of its texture's light each surface throws back (S,): 1, less for eyeballs.

        They lie in the shade of lids and lashes that are finer than the rays see. Painted whites are as bright for
        every skin; in photos they never glow in a dark face."""
        found = np.ones(len(self.finish), np.float32)
        for number, surface in enumerate(self.soup.surfaces):
            if surface.material is Material.EYE:
                found[number] = np.clip(_EYE * self._skin(surface.person), 0.6, 1.0)
        return found

    def _skin(self, person: int) -> float:
        """How bright a person's skin is, 0..1."""
        levels = [
            float(self.tints[self.soup.firsts[number] : self.soup.firsts[number + 1], 1].mean())
            for number, surface in enumerate(self.soup.surfaces)
            if surface.material is Material.SKIN and surface.person == person and len(surface.triangles)
        ]
        return levels[0] if levels else 1.0

    @cached_property
    def strands(self) -> Floats:
        """The direction in which v grows at each vertex of hair (N, 3), unit; zero elsewhere. Triangles' own directions
        would show every triangle in the highlights."""
        hairy = np.flatnonzero(self.flags[self.owners] & HAIRY)
        found = np.zeros_like(self.vertices)
        a, b, c = (self.vertices[self.soup.triangles[hairy, corner]] for corner in range(3))
        p, q, r = (self.uv[self.soup.uv_triangles[hairy, corner]] for corner in range(3))
        first, second = q - p, r - p
        sign = np.where(first[:, :1] * second[:, 1:] - first[:, 1:] * second[:, :1] >= 0, 1, -1)
        along = sign * (first[:, :1] * (c - a) - second[:, :1] * (b - a))
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
        for corner in range(3):
            np.add.at(found, self.soup.triangles[hairy, corner], along)
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12), np.float32)

    @cached_property
    def density(self) -> Floats:
        """Texels per metre on each triangle (T,)."""
        area = np.linalg.norm(self._crosses, axis=1)
        p, q, r = (self.uv[self.soup.uv_triangles[:, corner]] for corner in range(3))
        flat = np.abs((q - p)[:, 0] * (r - p)[:, 1] - (q - p)[:, 1] * (r - p)[:, 0])
        texels = self.atlas.sizes[self.owners, 0].prod(1)
        return np.asarray(np.sqrt(flat * texels / np.maximum(area, 1e-12)), np.float32)

    @cached_property
    def tints(self) -> Floats:
        """Mean light each triangle throws back, and its opacity (T, 4)."""
        middle = self.uv[self.soup.uv_triangles].mean(1)
        span = np.ptp(self.uv[self.soup.uv_triangles], axis=1).max(1)
        result = np.empty((len(self.owners), 4), np.float32)
        for number, surface in enumerate(self.soup.surfaces):
            part = slice(int(self.soup.firsts[number]), int(self.soup.firsts[number + 1]))
            # The level at which a triangle is about one texel.
            wide = float(np.median(span[part])) * self.atlas.sizes[number, 0].max() if part.stop > part.start else 1.0
            level = int(np.clip(np.log2(max(wide, 1.0)), 0, texture.LEVELS - 1))
            height, width = self.atlas.sizes[number, level]
            start = self.atlas.offsets[number, level]
            image = self.atlas.texels[start : start + height * width * 4].reshape(height, width, 4)
            x = (np.mod(middle[part, 0], 1) * width).astype(int) % width
            y = ((1 - np.mod(middle[part, 1], 1)) * height).astype(int) % height
            found = image[y, x]
            result[part, :3] = texture.LINEAR[found[:, :3]]
            result[part, 3] = found[:, 3] / 255 if surface.cut_out else 1.0
        return result


def assembled(soup: Soup) -> Assembly:
    """The looks of the soup's surfaces."""
    return Assembly(
        soup=soup,
        vertices=soup.vertices.astype(np.float32),
        uv=soup.uv.astype(np.float32),
        owners=soup.owners.astype(np.int32),
        finish=np.array([materials.ORDER.index(surface.material) for surface in soup.surfaces], np.int32),
        flags=np.array([_flags(surface) for surface in soup.surfaces], np.int32),
        atlas=texture.atlas([surface.texture for surface in soup.surfaces]),
        reliefs=texture.reliefs([surface.relief for surface in soup.surfaces]),
    )


def _flags(surface: Surface) -> int:
    closed = surface.material is Material.SKIN
    lies = BACKDROP * ("backdrop" in surface.tags) | EMITTER * ("emitter" in surface.tags)
    return lies | CLOSED * closed | HAIRY * (surface.material is Material.HAIR)
