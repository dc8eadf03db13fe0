"""What a texture is before it lies on something."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.scene.noise import Field
from models.synthetic.surface import Texture

Colour = npt.NDArray[np.float32]  # (3,), sRGB, 0..1
Picture = npt.NDArray[np.float32]  # (H, W, 3), sRGB, 0..1


@dataclass(frozen=True, eq=False)
class Tile:
    """A texture that repeats every `size` metres (across, up)."""

    texture: Texture
    size: tuple[float, float]


def rgb(code: str) -> Colour:
    """The colour of "rrggbb"."""
    return np.asarray(np.frombuffer(bytes.fromhex(code), np.uint8) / np.float32(255), np.float32)


def pick(rng: np.random.Generator, codes: str) -> Colour:
    """One of several colours, "rrggbb rrggbb ...", a little off: no two paints are quite the same."""
    names = codes.split()
    colour = rgb(names[int(rng.integers(len(names)))])
    varied = colour * rng.uniform(0.92, 1.06) + rng.normal(0, 0.012, 3)
    return np.asarray(np.clip(varied, 0.02, 0.98), np.float32)


def plain(colour: Colour, value: Field) -> Picture:
    """`colour` made lighter and darker by `value` (H, W), 1 leaves it as it is."""
    return np.asarray(colour * value[..., None], np.float32)


def mixed(one: Picture | Colour, other: Picture | Colour, share: Field) -> Picture:
    """From `one` to `other` by `share` (H, W), 0..1."""
    return np.asarray(one + (other - one) * share[..., None], np.float32)


def finished(picture: Picture) -> Texture:
    """As bytes."""
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)
