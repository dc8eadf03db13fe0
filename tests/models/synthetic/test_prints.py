"""Cloth: sizes in metres, prints that can be read, panels of their own, the same cloth from the same seed."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from models.parsing.lip import Lip
from models.synthetic.garments.garment import Garment, Seam
from models.synthetic.prints.cloth import KINDS, Cloth, sample_cloth
from models.synthetic.prints.palette import lightness, sample_palette, to_lch, to_srgb
from models.synthetic.surface import Layer

_EXTENTS = ((1.0, 0.75), (0.62, 1.1))


def _garment(extent: tuple[float, float] = (1.0, 0.75), seams: tuple[Seam, ...] = (), name: str = "tee") -> Garment:
    """Two rectangles of cloth, front and back."""
    front = np.array([[0.02, 0.02], [0.48, 0.02], [0.48, 0.98], [0.02, 0.98]])
    square = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    triangles = np.concatenate([square, square + 4])
    return Garment(
        name=name,
        category="upper",
        label=Lip.UPPER_CLOTHES,
        layer=Layer.UPPER,
        anchor=sparse.csr_array((8, 1)),
        ease=np.zeros(8),
        triangles=triangles,
        uv=np.concatenate([front, front + np.array([0.5, 0.0])]),
        uv_triangles=triangles,
        panels=np.array([0, 0, 1, 1], np.uint8),
        pins=np.zeros(8),
        extent=extent,
        seams=seams,
        marks={"chest": (0.25, 0.7), "back": (0.75, 0.7), "left_chest": (0.3, 0.76)},
    )


def _halves(cloth: Cloth) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    middle = cloth.texture.shape[1] // 2
    return cloth.texture[:, :middle].astype(float), cloth.texture[:, middle:].astype(float)


def _period(signal: npt.NDArray[np.float64], texel: float, near: float) -> float:
    """The period in metres, by a finely sampled Fourier transform around what is expected."""
    signal = (signal - signal.mean()) * np.hanning(len(signal))
    periods = np.linspace(0.8 * near, 1.25 * near, 400)
    at = np.arange(len(signal)) * texel
    power = np.abs(np.exp(-2j * np.pi * at[None] / periods[:, None]) @ signal)
    return float(periods[power.argmax()])


@pytest.mark.parametrize("kind", ["stripes", "vertical_stripes", "pinstripes", "gingham", "checks", "tartan", "dots"])
@pytest.mark.parametrize("seed", [1, 4])
def test_a_pattern_repeats_after_its_period_in_metres_on_garments_of_any_extent(kind: str, seed: int) -> None:
    """The same seed on two garments of different extent: both textures repeat after `period` metres, within 5 %."""
    for extent in _EXTENTS:
        cloth = sample_cloth(np.random.default_rng(seed), _garment(extent), kind)
        height, width = cloth.texture.shape[:2]
        texels = (extent[0] / (width / 2), extent[1] / height)
        assert texels[0] == pytest.approx(texels[1], rel=0.01), "texels are square"
        front, _ = _halves(cloth)
        for axis, period in enumerate(cloth.period):
            if period > 0:
                # Every other row of dots is shifted: their sums along an axis repeat twice as often.
                expected = period / 2 if kind == "dots" else period
                # The band's colour, not its grey: two colours may be equally light.
                colours = front.mean(axis).reshape(-1, 3)
                signal = colours @ np.linalg.svd(colours - colours.mean(0), full_matrices=False)[2][0]
                assert _period(signal, texels[axis], expected) == pytest.approx(expected, rel=0.05)


def test_words_are_printed_upright_and_unmirrored_in_the_middle_of_the_chest() -> None:
    """The print is where the mark is, and fits the word's mask better than the mask mirrored or upside down."""
    from models.synthetic.prints.lettering import Face, lettering
    from models.synthetic.prints.placed import stamp
    from models.synthetic.prints.sheet import Sheet

    mask = lettering("FLAG", Face(weight=6))
    sheet = Sheet(1.0, 0.75, 600)
    picture = sheet.blank((255, 255, 255))
    stamp(sheet, picture, mask, ((0.1, 0.2), (0.2, 0.05)), (0, 0, 0))
    ink = 255 - picture[..., 0]
    x, y, w, h = cv2.boundingRect(ink)
    assert (x + w / 2) / 600 - 0.5 == pytest.approx(0.1, abs=0.004)
    assert (y + h / 2) / 600 == pytest.approx(0.2, abs=0.004)
    printed = cv2.resize(ink[y : y + h, x : x + w], (200, 60)).astype(float)
    word = cv2.resize(mask, (200, 60)).astype(float)
    fits = [np.corrcoef(printed.ravel(), other.ravel())[0, 1] for other in (word, word[:, ::-1], word[::-1])]
    assert fits[0] > 0.95
    assert max(fits[1:]) < 0.7


def test_letters_of_the_font_are_upright() -> None:
    """An L has its bar at the lower right: the mask is neither mirrored nor upside down."""
    from models.synthetic.prints.lettering import Face, lettering

    mask = lettering("L", Face(weight=4)) > 127
    rows, columns = mask.shape
    assert mask[-rows // 6 :, columns // 2 :].mean() > 0.5
    assert mask[: rows // 2, columns // 2 :].mean() < 0.05
    assert mask[:, : columns // 4].mean() > 0.8


def test_a_chest_print_is_at_the_mark_and_the_back_is_plain_or_has_its_own() -> None:
    """Of texts on chests: each front differs from plain cloth around its mark, most backs are plain, some are not."""
    backs = []
    for seed in range(12):
        cloth = sample_cloth(np.random.default_rng(seed), _garment(), "text")
        assert cloth.has_text
        front, back = _halves(cloth)
        height, width = front.shape[:2]
        ink = np.abs(front - np.array(cloth.colour)).max(2) > 40
        rows, columns = np.nonzero(ink)
        assert len(rows) > 30
        assert np.median(columns) / width == pytest.approx(0.5, abs=0.06)
        assert np.median(rows) / height == pytest.approx(0.3, abs=0.12)
        backs.append((np.abs(back - np.array(cloth.colour)).max(2) > 40).any())
    assert 0 < sum(backs) < 9


def test_nothing_large_is_printed_across_a_zip() -> None:
    """With a zip in the middle, what is printed in front is small and beside it: nothing within 2 cm of the middle."""
    zip_ = (Seam("zip", ((0.25, 0.1), (0.25, 0.9))),)
    for seed in range(8):
        for kind in ("graphic", "text", "number", "logo"):
            cloth = sample_cloth(np.random.default_rng(seed), _garment(seams=zip_), kind, ground=(200, 30, 30))
            front, _ = _halves(cloth)
            printed = (np.abs(front - np.array(cloth.colour)).max(2) > 60).any(0)
            at = (np.flatnonzero(printed) + 0.5) / front.shape[1] - 0.5  # metres: the panel is 1 m wide
            assert not ((np.abs(at) > 0.008) & (np.abs(at) < 0.02)).any()
            assert (np.abs(at) >= 0.02).any()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_cloth_and_another_seed_another(kind: str) -> None:
    """Bytes of colour and relief agree for one seed; the next seed's texture differs."""
    first, again, other = (sample_cloth(np.random.default_rng(seed), _garment(), kind, 256) for seed in (3, 3, 4))
    assert first.texture.tobytes() == again.texture.tobytes()
    assert first.relief is not None
    assert again.relief is not None
    assert first.relief.tobytes() == again.relief.tobytes()
    assert first.texture.tobytes() != other.texture.tobytes()


def test_horizontal_stripes_meet_at_the_side_seams() -> None:
    """Front and back have the same bands at the same heights."""
    cloth = sample_cloth(np.random.default_rng(2), _garment(), "stripes", 512)
    front, back = _halves(cloth)
    assert np.abs(front.mean(1) - back.mean(1)).max() < 6


def test_ribs_buttons_and_hems_are_drawn_where_the_tailor_put_them() -> None:
    """A rib's area gets ridges in relief and colour, a button stands out of the cloth, a hem is a line; cloth without
    seams has none of them."""
    ring = ((0.2, 0.9), (0.3, 0.9), (0.3, 0.96), (0.2, 0.96), (0.2, 0.9))
    seams = (Seam("rib", ring), Seam("button", ((0.25, 0.5),)), Seam("hem", ((0.1, 0.1), (0.4, 0.1))))
    bare, sewn = (
        sample_cloth(np.random.default_rng(8), _garment(seams=s), "plain", ground=(180, 60, 60)) for s in ((), seams)
    )
    assert bare.relief is not None
    assert sewn.relief is not None
    changed = np.abs(sewn.texture.astype(float) - bare.texture).max(2)
    rise = sewn.relief - bare.relief
    height, width = rise.shape
    row, column = round(0.5 * height), round(0.25 * width)
    assert rise[row, column] == pytest.approx(0.0015, abs=1e-4)
    rib = rise[round(0.07 * height), round(0.21 * width) : round(0.29 * width)]
    assert rib.max() - rib.min() > 0.0004
    assert changed[round(0.9 * height), round(0.25 * width)] > 8
    assert changed[:, width // 2 :].max() < 1, "nothing on the back"
    assert changed[round(0.7 * height) : round(0.8 * height)].max() < 1, "nothing where no seam is"


def test_the_ground_takes_the_colour_asked_for() -> None:
    """A plain cloth's mean is the ground; its prints' palette keeps a contrast to it."""
    for ground in ((20, 40, 90), (240, 236, 228)):
        cloth = sample_cloth(np.random.default_rng(1), _garment(), "plain", 256, ground=ground)
        assert np.abs(cloth.texture.reshape(-1, 3).mean(0) - ground).max() < 6
        palette = sample_palette(np.random.default_rng(1), 3, contrast=0.3, ground=ground)
        assert all(abs(to_lch(accent)[0] - to_lch(ground)[0]) > 0.2 for accent in palette.accents)


def test_oklch_round_trips_and_orders_lightness() -> None:
    """Colours of the gamut come back within a step of a byte; white is lighter than mid grey than black."""
    for colour in ((255, 255, 255), (0, 0, 0), (200, 40, 60), (30, 90, 200), (120, 130, 20)):
        assert np.abs(np.subtract(to_srgb(to_lch(colour)), colour)).max() <= 1
    assert to_lch((255, 255, 255))[0] == pytest.approx(1.0, abs=1e-3)
    assert lightness((255, 255, 255)) > lightness((128, 128, 128)) > lightness((0, 0, 0))


def test_an_unknown_kind_is_refused() -> None:
    """The error names the kinds there are."""
    with pytest.raises(ValueError, match="denim"):
        sample_cloth(np.random.default_rng(0), _garment(), "chainmail")
