"""The sky, and distant things before it."""

from functools import lru_cache

import numpy as np

from models.synthetic.scene.noise import noise, smoothstep
from models.synthetic.scene.textures.tile import finished, mixed, pick, rgb
from models.synthetic.surface import Texture

_KEPT, _TAG = 16, 0x5C1E


def sky(rng: np.random.Generator, *, clear: bool) -> Texture:
    """From the horizon (below) up: blue with clouds, or an even grey."""
    return _kept(clear, int(rng.integers(_KEPT)))


@lru_cache(maxsize=2 * _KEPT)
def _kept(clear: bool, number: int) -> Texture:
    rng = np.random.default_rng([_TAG, number, int(clear)])
    size = 256
    up = np.linspace(1, 0, size, dtype=np.float32)[:, None] + np.zeros((1, size), np.float32)
    clouds = smoothstep(-0.3, 1.8, noise(rng, size, 1.8, 2.5) - rng.uniform(-0.6, 0.8))
    if clear:
        blue = mixed(pick(rng, "c9dcec d8e4ec e8e6dc"), pick(rng, "5f93cf 7aa7d9 4f86c6"), up**0.7)
        return finished(mixed(blue, rgb("f7f8fa"), clouds * 0.85))
    grey = mixed(pick(rng, "e9ebec f0f0ee"), pick(rng, "c3c9cf d2d6d9 b4bbc2"), up)
    return finished(mixed(grey, rgb("f7f8fa"), clouds * 0.4))
