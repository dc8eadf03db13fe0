"""Cheap pictures against colours known beforehand."""

import numpy as np
import pytest

from models.synthetic.camera import Camera
from models.synthetic.render.cheap import FLAT, CheapLight, sample_cheap_light, shade, srgb
from models.synthetic.render.gbuffer import fine, smooth
from models.synthetic.render.raster import rasterise
from models.synthetic.surface import Texture
from tests.models.synthetic.drawing import ball, surface_of, wall

FRONT = Camera((0.0, -3.0, 0.0), (0.0, 0.0, 0.0), 30, 96, 128)


def _of_itself(size: int) -> Texture:
    """A texture whose red is u and whose green is v."""
    texels = np.round((np.arange(size) + 0.5) / size * 255).astype(np.uint8)
    red, green = np.meshgrid(texels, texels[::-1])
    return np.ascontiguousarray(np.stack([red, green, np.zeros_like(red)], -1))


def test_a_texture_of_its_own_uv_reads_back_as_uv() -> None:
    """In flat light the picture's red and green are the buffer's uv, of a texture larger and of one smaller than the
    picture: but for the ball's rim, seen at a slant of more than 70 degrees, where texels are averaged."""
    for size in (16, 1024):
        buffer = rasterise([ball((0.0, 0.0, 0.0), 0.6, 32, texture=_of_itself(size))], fine(FRONT))
        picture = srgb(shade(buffer, FLAT, (0.0, 0.0, 255.0)))
        exact = buffer.centres()
        # At the ends of u and v the texture repeats, within half a texel.
        facing = -np.einsum("hwc,hwc->hw", exact.normals, exact.positions - FRONT.eye) / exact.depth
        whole = (facing > 0.35) & (np.abs(exact.uv - 0.5) < 0.5 - 1 / size - 0.02).all(2)
        assert whole.sum() > 3000
        error = np.abs(picture[..., :2] / 255 - exact.uv)[whole]
        assert error.max() < 0.02


def test_prints_far_away_are_their_mean() -> None:
    """A wall of fine checks, a hundred times finer than the pixels, is even and as light as half of its texels."""
    texture = np.zeros((512, 512, 3), np.uint8)
    texture[np.indices((512, 512)).sum(0) % 2 == 0] = 255
    far = wall(0.0, 4.0, texture=texture)
    tiled = surface_of(far.vertices, far.triangles, uv=far.uv * 50, texture=texture)
    picture = srgb(shade(rasterise([tiled], fine(FRONT)), FLAT))
    # Halving is done in bytes, as graphics cards do without sRGB textures.
    assert picture.std() < 1
    assert picture.mean() == pytest.approx(127.5, abs=2)


def test_borders_mix_by_how_much_is_covered() -> None:
    """White before black in flat light: the picture is the coverage, which has steps between 0 and 1 at the border."""
    buffer = rasterise([ball((0.0, 0.0, 0.0), 0.5)], fine(FRONT))
    picture = shade(buffer, FLAT, (0.0, 0.0, 0.0))[..., 0]
    share = smooth((buffer.surface == 0).astype(np.float32))
    np.testing.assert_allclose(picture, share, atol=1e-5)
    assert ((share > 0.1) & (share < 0.9)).sum() > 100


def test_light_falls_by_the_cosine() -> None:
    """A white ball lit from the right alone: each pixel is the cosine to the lamp; its left half is black."""
    lamp = CheapLight(towards=(1.0, 0.0, 0.0), key=(1.0, 1.0, 1.0), sky=(0.0, 0.0, 0.0), ground=(0.0, 0.0, 0.0))
    buffer = rasterise([ball((0.0, 0.0, 0.0), 0.6, 48)], fine(FRONT))
    picture = shade(buffer, lamp, (0.0, 0.0, 0.0))[..., 0]
    exact = buffer.centres()
    whole = smooth((buffer.surface == 0).astype(np.float32)) == 1
    np.testing.assert_allclose(picture[whole], np.maximum(exact.positions[..., 0] / 0.6, 0)[whole], atol=0.03)


def test_the_same_seed_is_the_same_light() -> None:
    """Lights differ from draw to draw, not from run to run."""
    first, second = (sample_cheap_light(np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert first != sample_cheap_light(np.random.default_rng(6))
