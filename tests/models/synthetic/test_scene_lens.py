"""The lens: each fault grows with its parameter, and nothing else happens."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from models.synthetic.render.develop import tone_curve
from models.synthetic.scene.lens import Lens, blurry, exposed, ideal_lens, overexposed, real_lens, shoot, too_dark

Linear = npt.NDArray[np.float32]


def chart() -> Linear:
    """A test chart (96, 80, 3): stripes, patches and a gradient, 0.02 to 0.9."""
    light = np.full((96, 80, 3), 0.4, np.float32)
    light[10:40, ::2] = 0.1
    light[45:60, 5:40] = (0.7, 0.2, 0.1)
    light[45:60, 40:75] = (0.1, 0.3, 0.8)
    light[70:90] = np.linspace(0.02, 0.9, 80, dtype=np.float32)[None, :, None]
    return light


def photo(lens: Lens, seed: int = 0) -> npt.NDArray[np.float64]:
    return shoot(chart(), None, lens, np.random.default_rng(seed)).astype(np.float64)


def detail(picture: npt.NDArray[np.float64]) -> float:
    return float(np.abs(np.diff(picture[12:38], axis=1)).mean())


def test_a_perfect_lens_only_develops() -> None:
    """By default the photo is the light through the tone curve, to the rounding."""
    assert np.array_equal(photo(Lens()), np.floor(tone_curve(chart()) * 255 + 0.5))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("defocus", [0.0, 0.01, 0.02, 0.04]),
        ("motion", [(0.0, 0.0), (0.01, 0.0), (0.03, 0.01), (0.06, 0.02)]),
        ("scale", [1.0, 0.7, 0.45, 0.25]),
        ("haze", [0.0, 0.1, 0.3, 0.5]),
    ],
)
def test_detail_falls_as_the_fault_grows(name: str, values: list[object]) -> None:
    """Blur, shake, lost resolution and stray light each leave less of fine stripes, the more of them there is."""
    left = [detail(photo(replace(Lens(), **{name: value}))) for value in values]  # type: ignore[arg-type]
    assert all(one > other for one, other in pairwise(left)), left


def test_exposure_noise_vignette_sharpening_and_compression_grow_with_their_parameter() -> None:
    """More exposure is brighter, more noise strays farther, vignettes darken corners, sharpening makes edges steeper,
    a lower quality is farther from the picture."""
    brightness = [photo(Lens(exposure=stops)).mean() for stops in (-3, -1, 0, 1, 3)]
    assert brightness == sorted(brightness) and len({*brightness}) == 5
    clean = photo(Lens())
    noise = [float((photo(Lens(noise=amount)) - clean).std()) for amount in (0.0, 0.01, 0.03, 0.08)]
    assert noise == sorted(noise) and noise[0] == 0 and noise[-1] > 6
    corner = [photo(Lens(vignette=missing))[-1, -1].mean() for missing in (0.0, 0.2, 0.5)]
    assert corner == sorted(corner, reverse=True)
    assert detail(photo(Lens(sharpen=1.0))) > detail(photo(Lens(sharpen=0.3))) > detail(clean)
    loss = [float(np.abs(photo(Lens(jpeg=quality)) - clean).mean()) for quality in (95, 70, 40, 10)]
    assert loss == sorted(loss) and loss[-1] > 3 * loss[0]


def test_depth_of_field_spares_what_is_in_focus() -> None:
    """Stripes at the distance in focus stay; the same stripes far behind are blurred, the more the wider the lens."""
    light = np.full((96, 80, 3), 0.5, np.float32)
    light[:, ::4] = 0.05
    depth = np.full((96, 80), 3.0, np.float32)
    depth[:, 40:] = 30.0
    seen = [exposed(light, depth, Lens(aperture=a), np.random.default_rng(0), focus=3.0) for a in (0.0, 0.02, 0.06)]
    near = [float(np.ptp(picture[48, 4:32, 0])) for picture in seen]
    far = [float(picture[48, 52:76, 0].std()) for picture in seen]
    assert near == pytest.approx([0.45] * 3)
    assert far[0] > 2 * far[1] > 4 * far[2]


def test_monochrome_has_no_colour() -> None:
    """All channels are equal."""
    grey = photo(Lens(monochrome=True))
    assert np.ptp(grey, axis=2).max() == 0


def test_the_same_seed_takes_the_same_photo() -> None:
    """Every random lens gives the same bytes from the same seed, others from another one."""
    for make in (ideal_lens, real_lens):
        lens = make(np.random.default_rng(5))
        assert lens == make(np.random.default_rng(5))
        assert np.array_equal(photo(lens, 1), photo(lens, 1))
        assert not np.array_equal(photo(lens, 1), photo(lens, 2))


def test_faulty_lenses_are_what_they_are_called() -> None:
    """Dark photos are dark, overexposed ones white, blurry ones lose most of the stripes."""
    for seed in range(8):
        rng = np.random.default_rng(seed)
        lens = real_lens(rng)
        sound = photo(replace(lens, exposure=0.0))
        assert photo(too_dark(lens, rng)).mean() < 0.45 * sound.mean()
        assert photo(overexposed(lens, rng)).mean() > 1.35 * sound.mean()
        assert blurry(lens, rng).blur > 0.005 > 4 * lens.blur
