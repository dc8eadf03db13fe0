"""What furniture is covered with, and what hangs on walls."""

import numpy as np

from models.synthetic.scene.noise import Field, noise, smoothstep, speckle
from models.synthetic.scene.textures.floors import WOODS
from models.synthetic.scene.textures.tile import Colour, Picture, finished, mixed, pick, plain, rgb
from models.synthetic.scene.textures.walls import PAINTS
from models.synthetic.surface import Texture

FABRICS = "8f9499 6f7f8c b9ac98 a67f6b 5f6b58 c8bfae 7b5a5e 3f4a57 d6d0c4 9a8f6a 54504c b4838d"


def solid(colour: Colour, worn: float = 0.02, rng: np.random.Generator | None = None) -> Texture:
    """One colour, a little uneven: paint, metal, plastic."""
    if rng is None:
        return finished(np.broadcast_to(colour, (4, 4, 3)))
    return finished(plain(colour, 1 + np.float32(worn) * noise(rng, 64, 1.3)))


def veneer(rng: np.random.Generator, colour: Colour | None = None) -> Texture:
    """Wood whose grain runs along x."""
    base = pick(rng, WOODS) if colour is None else colour
    rings = np.sin(5 * noise(rng, 256, 1.9, 10.0)).astype(np.float32)
    return finished(plain(base, 1 + 0.06 * noise(rng, 256, 1.0, 25.0) + 0.05 * rings))


def furniture(rng: np.random.Generator) -> Texture:
    """Veneer or lacquer."""
    if rng.random() < 0.6:
        return veneer(rng)
    return solid(pick(rng, "f0eee9 e4e1da 3a3c3e 5b6a70 8a9a8f c9bba4"), 0.01, rng)


def fabric(rng: np.random.Generator, colour: Colour | None = None) -> Texture:
    """Woven upholstery or curtain."""
    size = 256
    base = pick(rng, FABRICS) if colour is None else colour
    y, x = np.mgrid[:size, :size]
    weave = 0.03 * ((x + y) % 2) + 0.04 * speckle(rng, size) + 0.03 * noise(rng, size, 1.4)
    return finished(plain(base, np.asarray(0.98 + weave, np.float32)))


def art(rng: np.random.Generator) -> Texture:
    """A picture for a frame: an abstract composition, a landscape or a photograph's soft shapes, with a mat."""
    size = 160
    ground, y = pick(rng, "f2efe8 e9e2d2 d9dde0 2c3440"), np.linspace(0, 1, size, dtype=np.float32)[:, None]
    picture: Picture = np.broadcast_to(ground, (size, size, 3)).astype(np.float32)
    kind = int(rng.integers(3))
    for _ in range(int(rng.integers(2, 6))):
        colour = pick(rng, "c9623f 2f4b66 d8a93f 7f9a86 b57f86 1f2226 e7ddcc 6b4f8a 3f7f7a")
        if kind == 0:
            field = noise(rng, size, 2.1) - rng.uniform(0.2, 1.2)
        elif kind == 1:
            field = y - rng.uniform(0.35, 0.9) + 0.06 * noise(rng, size, 1.9)[:1]
            field = np.broadcast_to(field, (size, size)) * 8
        else:
            at = rng.uniform(0.2, 0.8, 2)
            grid = np.mgrid[:size, :size] / size
            field = (rng.uniform(0.08, 0.3) - np.hypot(grid[0] - at[0], grid[1] - at[1])) * 20
        picture = mixed(picture, colour, smoothstep(0.0, 0.15, np.asarray(field, np.float32)))
    mat = int(size * rng.choice([0.0, 0.1, 0.16]))
    if mat:
        picture[:mat], picture[-mat:], picture[:, :mat], picture[:, -mat:] = (rgb("f4f2ec"),) * 4
    return finished(picture * (1 + 0.02 * speckle(rng, size))[..., None])


def outside(rng: np.random.Generator) -> Texture:
    """The bright, blurred view through a window: sky, roofs or trees."""
    size = 96
    y = np.linspace(0, 1, size, dtype=np.float32)[:, None] + np.zeros((1, size), np.float32)
    sky = mixed(pick(rng, "f8fbff f4f7fb fff6e8"), rgb("ffffff"), 1 - y)
    ground = pick(rng, "b9c4a6 c6c2ba a8b89a d6d2cc")
    horizon = rng.uniform(0.4, 0.75) + 0.05 * noise(rng, size, 2.0)[:1]
    picture = mixed(
        sky, mixed(ground, rgb("f4f4f2"), smoothstep(-1, 2, noise(rng, size, 2.0))), np.asarray(y > horizon, np.float32)
    )
    return finished(picture)


def books(rng: np.random.Generator) -> Texture:
    """A palette of 16 spines (one per sixteenth of u), with titles as light bars."""
    size = 16
    image = np.zeros((64, size * 8, 3), np.float32)
    for number in range(size):
        spine = pick(rng, "7a2e2a 24405c d8cfbd 3d5a45 1f2022 b98a3a 8c8c88 ede8dd 5c3b55 a8563b 2f6b73")
        title = rgb("f1e9d6") if spine.mean() < 0.6 else rgb("2a2a2a")
        columns = slice(number * 8, number * 8 + 8)
        image[:, columns] = spine
        top = int(rng.integers(6, 20))
        image[top : top + int(rng.integers(10, 24)), number * 8 + 3 : number * 8 + 5] = title * 0.8 + spine * 0.2
    return finished(image)


def _foliage(rng: np.random.Generator, colour: Colour | None, size: int) -> tuple[Picture, Field]:
    """Leaves that tile: their colours, and how dense they are, mean 0, deviation about 1."""
    base = pick(rng, "46592e 526a38 3b5230 5c6a3a 666b3a 3f4f33") if colour is None else colour
    dense = noise(rng, size, 0.8) * 0.8 + noise(rng, size, 1.6) * 0.6
    # Leaves in front are light, those behind lie in the shadow of others.
    light = 1 + 0.3 * dense + 0.16 * noise(rng, size, 0.4) + 0.12 * noise(rng, size, 1.8)
    tint = 0.06 * noise(rng, size, 1.2)
    picture = plain(base, np.asarray(np.clip(light, 0.25, 1.8), np.float32))
    return picture * np.stack([1 + tint, np.ones_like(tint), 1 - tint], -1), np.asarray(dense, np.float32)


def leaves(rng: np.random.Generator, colour: Colour | None = None) -> Texture:
    """A bough's foliage with holes (opacity in the fourth channel), thinning out from its middle."""
    size = 256
    picture, dense = _foliage(rng, colour, size)
    y, x = np.mgrid[:size, :size] / size - 0.5
    radius = np.hypot(x, y) * (1 + 0.25 * np.sin(3 * np.arctan2(y, x) + rng.uniform(0, 6)))
    opaque = dense * 0.75 + 1.5 - 6.5 * np.maximum(radius - 0.1, 0) > 0
    return np.concatenate([finished(picture), np.uint8(255) * opaque[..., None].astype(np.uint8)], -1)


def hedge(rng: np.random.Generator) -> Texture:
    """A hedge's face; tiles."""
    picture, dense = _foliage(rng, None, 512)
    return finished(picture * (0.35 + 0.65 * smoothstep(-1.6, 0.2, dense))[..., None])


def painted(rng: np.random.Generator) -> Texture:
    """A thing painted like a wall."""
    return solid(pick(rng, PAINTS), 0.015, rng)


def glow(rng: np.random.Generator) -> Texture:
    """A lampshade that is lit from inside."""
    y = np.linspace(-1, 1, 32, dtype=np.float32)[:, None] + np.zeros((1, 8), np.float32)
    return finished(plain(pick(rng, "ffe2b0 ffd9a0 fff0d8"), 1 - 0.25 * y * y))
