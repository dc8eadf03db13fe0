"""Photo studios: seamless paper, a cyclorama, a plain wall with a plain floor."""

import numpy as np

from models.synthetic.scene.backdrop import Backdrop, Lighting, LightKind, Place
from models.synthetic.scene.backdrops.room import unit
from models.synthetic.scene.noise import noise
from models.synthetic.scene.shapes import Mesh, joined, lattice, plate, swept
from models.synthetic.scene.textures import floors, things, walls
from models.synthetic.scene.textures.tile import Colour, finished, pick, plain
from models.synthetic.surface import Material, Surface

PAPERS = "f4f4f2 f4f4f2 ececea dddcda cfcecb b9b8b5 9a9a99 d9d3c8 c8cdd2 cfc3b8 b8c2bb 8f9aa3 d8c3ba 6f7276"
_HALF = 5.0


def studio(rng: np.random.Generator, colour: Colour | None = None) -> Backdrop:
    """A studio; `colour` of its background, sRGB 0..1."""
    kind = int(rng.choice(3, p=[0.6, 0.2, 0.2]))
    surfaces = _seamless(rng, colour) if kind < 2 else _corner(rng, colour)
    side = float(rng.choice([-1.0, 1.0]))
    key = unit(side * rng.uniform(0.3, 1.1), -1.0, rng.uniform(0.35, 1.0))
    light = Lighting(LightKind.SOFTBOX, key, rng.uniform(18, 35), rng.uniform(0.35, 0.6), 5400, 5600)
    return Backdrop("studio", Place.STUDIO, tuple(surfaces), light, depth=0.8)


def _seamless(rng: np.random.Generator, colour: Colour | None) -> list[Surface]:
    """Paper or a cove: floor and background in one, joined by a curve."""
    back, bend = rng.uniform(1.6, 3.2), rng.uniform(0.5, 1.1)
    angle = np.linspace(0, np.pi / 2, 17)
    y = np.r_[-6.0, np.linspace(-5.0, back - bend, 12), back - bend + bend * np.sin(angle[1:]), np.full(8, back)]
    z = np.r_[np.zeros(13), bend - bend * np.cos(angle[1:]), np.linspace(bend + 0.2, 4.0, 8)]
    x = np.linspace(-_HALF, _HALF, 17)
    points = np.stack(np.broadcast_arrays(x[None], y[:, None], z[:, None]), -1)
    length = np.r_[0.0, np.cumsum(np.hypot(np.diff(y), np.diff(z)))]
    uv = np.stack(np.broadcast_arrays(x[None] / 4.0, length[:, None] / 4.0), -1)
    base = pick(rng, PAPERS) if colour is None else colour
    paper = finished(plain(base, 1 + 0.006 * noise(rng, 256, 2.0) + 0.004 * noise(rng, 256, 0.5)))
    # The curve's normals are given: with the lattice's it would show its strips.
    slope = np.stack([np.zeros_like(y), -np.gradient(z, length), np.gradient(y, length)], 1)
    normals = np.repeat(slope / np.linalg.norm(slope, axis=1, keepdims=True), len(x), 0)
    return [lattice(points, uv).surface("paper", paper, tags=("backdrop", "floor"), normals=normals)]


def _corner(rng: np.random.Generator, colour: Colour | None) -> list[Surface]:
    """A painted wall with a skirting and a wooden, concrete or painted floor."""
    back, covering = rng.uniform(1.0, 2.4), walls.paint(rng, pick(rng, PAPERS) if colour is None else colour)
    floor = floors.boards(rng) if rng.random() < 0.6 else walls.concrete(rng)
    ground: Mesh = plate((-_HALF, -6, 0), (2 * _HALF, 0, 0), (0, back + 6, 0), floor.size, 0.6)
    sheet = plate((-_HALF, back, 0), (2 * _HALF, 0, 0), (0, 0, 4.0), covering.size, 0.6)
    surfaces = [
        sheet.surface("wall", covering.texture, tags=("backdrop",)),
        ground.surface("floor", floor.texture, Material.MATTE, tags=("backdrop", "floor")),
    ]
    if rng.random() < 0.6:
        profile = np.array([[0.0, 0.09], [0.012, 0.085], [0.014, 0.0]])
        moulding = joined([swept(profile, (-_HALF, back, 0), (2 * _HALF, 0, 0), (0, 0, 1))])
        surfaces.append(
            moulding.surface("skirting", things.solid(covering.texture[0, 0] / np.float32(255)), tags=("backdrop",))
        )
    return surfaces
