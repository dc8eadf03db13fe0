"""PNG of Virton's own pictures."""

import io

import numpy as np
import pytest
from PIL import Image

from models.photo.encode import decode_png, encode_png
from schemas.errors import UnreadableImage


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1), (1, 1, 3)])
def test_pixels_survive(shape: tuple[int, ...]) -> None:
    """One channel or three, every value comes back, also from a view that is not contiguous."""
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert np.array_equal(decode_png(encode_png(pixels)), pixels)
    assert np.array_equal(decode_png(encode_png(pixels[::-1])), pixels[::-1])


def test_it_is_a_png_without_metadata() -> None:
    """Other programs open it, and nothing besides the pixels is in it."""
    with Image.open(io.BytesIO(encode_png(np.zeros((4, 4, 3), np.uint8)))) as image:
        assert (image.format, image.mode, image.info) == ("PNG", "RGB", {})


@pytest.mark.parametrize("data", [b"", b"text", encode_png(np.zeros((9, 9), np.uint8))[:-30]])
def test_what_is_no_png_of_ours_is_refused(data: bytes) -> None:
    """A damaged object of the store is an error that names it, not an exception of the decoder's choosing."""
    with pytest.raises(UnreadableImage, match="not a PNG that Virton writes"):
        decode_png(data)


def test_other_modes_are_refused() -> None:
    """A palette or alpha would come back as other numbers than were written."""
    out = io.BytesIO()
    Image.new("RGBA", (2, 2)).save(out, "PNG")
    with pytest.raises(UnreadableImage, match="mode RGBA"):
        decode_png(out.getvalue())
