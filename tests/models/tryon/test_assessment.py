"""The self-assessment, and the verdict that no false success passes."""

import numpy as np
import numpy.typing as npt
import pytest

from models.tryon.assessment import LEAST_FIDELITY, assess, colour_agreement, verdict
from schemas.events import Assessment, Reason

Rgb = npt.NDArray[np.uint8]


def noise(colour: tuple[int, int, int], count: int = 4000, spread: float = 12) -> Rgb:
    """Colours around one, (count, 3)."""
    values = np.random.default_rng(sum(colour)).normal(colour, spread, (count, 3))
    return np.clip(values, 0, 255).astype(np.uint8)


@pytest.fixture
def photo() -> Rgb:
    """A photo of noise."""
    return np.random.default_rng(0).integers(0, 256, (700, 90, 3)).astype(np.uint8)


@pytest.fixture
def mask(photo: Rgb) -> npt.NDArray[np.bool_]:
    """A mask of a ninth of it, across the bands that it is compared in."""
    area = np.zeros(photo.shape[:2], bool)
    area[400:600, 20:55] = True
    return area


def test_a_photo_handed_back_is_unchanged(photo: Rgb, mask: npt.NDArray[np.bool_]) -> None:
    """Nothing differs: the verdict is `unchanged`, though all is preserved and the colours agree."""
    colours = noise((120, 40, 40))
    result = assess(photo, photo.copy(), mask, colours, colours)
    assert result.changed == 0
    assert result.preserved == 1
    assert verdict(result) is Reason.UNCHANGED


def test_what_differs_is_counted(photo: Rgb, mask: npt.NDArray[np.bool_]) -> None:
    """Half of the mask painted over is a changed share of half; differences too small to be seen do not count."""
    picture = photo.copy()
    picture[400:500, 20:55] = (255 - photo[400:500, 20:55]) // 2 * 2
    picture[500:600, 20:55] ^= 1
    result = assess(photo, picture, mask, noise((9, 9, 9)), noise((9, 9, 9)))
    assert result.changed == pytest.approx(0.5, abs=0.02)
    assert verdict(result) is None


def test_one_pixel_outside_the_mask_is_broken(photo: Rgb, mask: npt.NDArray[np.bool_]) -> None:
    """Preserved is exact: a single changed pixel outside the mask breaks the picture."""
    picture = photo.copy()
    picture[mask] = 255 - picture[mask]
    picture[10, 10] ^= 1
    result = assess(photo, picture, mask, noise((9, 9, 9)), noise((9, 9, 9)))
    assert result.preserved == 1 - 1 / (~mask).sum()
    assert verdict(result) is Reason.BROKEN


def test_another_garments_colours_are_broken(photo: Rgb, mask: npt.NDArray[np.bool_]) -> None:
    """A picture whose cloth has other colours than the garment does not pass."""
    picture = photo.copy()
    picture[mask] = 255 - picture[mask]
    result = assess(photo, picture, mask, noise((30, 60, 160)), noise((170, 40, 40)))
    assert verdict(result) is Reason.BROKEN


@pytest.mark.parametrize("light", [0.85, 1.0, 1.12])
def test_the_same_garment_in_other_light_agrees(light: float) -> None:
    """A garment 15 % darker or 12 % lighter is still that garment, with room to the threshold."""
    garment = np.concatenate([noise((150, 60, 50)), noise((225, 215, 200), 2000)])
    worn = np.clip(garment * light, 0, 255).astype(np.uint8)
    assert colour_agreement(worn, garment) > 1.5 * LEAST_FIDELITY


@pytest.mark.parametrize("other", [(40, 90, 160), (230, 228, 220), (25, 25, 28), (70, 120, 60)])
def test_other_garments_do_not_agree(other: tuple[int, int, int]) -> None:
    """Garments of other colours, skin and black among them, stay under the threshold."""
    assert colour_agreement(noise(other), noise((150, 60, 50))) < LEAST_FIDELITY


def test_nothing_worn_agrees_with_nothing() -> None:
    """Without a pixel of cloth there is no fidelity."""
    assert colour_agreement(np.empty((0, 3), np.uint8), noise((1, 2, 3))) == 0


def test_unchanged_comes_before_broken() -> None:
    """A photo that was handed back is called that, whatever its colours."""
    assert verdict(Assessment(changed=0.0, preserved=1.0, fidelity=0.0)) is Reason.UNCHANGED
