"""Light: judged on the person, whatever she wears, whatever tone her skin has, and whatever is behind her."""

import cv2
import numpy as np
import pytest

from models.photo.checks.light import LEAST_LIGHT, overexposed, too_dark
from schemas.findings import Severity
from tests.models.photo.dressed import (
    BLACK,
    DARK_SKIN,
    GREY,
    LIGHT_SKIN,
    RED,
    WHITE,
    flips_once,
    light_of,
    photo_of,
    shown,
)

BODY, SIZE = 350.0, 400
PEOPLE = {
    "light skin, red": {"skin": LIGHT_SKIN, "top": RED},
    "light skin, white": {"skin": LIGHT_SKIN, "top": WHITE, "bottom": WHITE},
    "dark skin, white": {"skin": DARK_SKIN, "top": WHITE},
    "dark skin, red, white wall": {"skin": DARK_SKIN, "top": RED, "wall": WHITE},
    "light skin, black, black wall": {"skin": LIGHT_SKIN, "top": BLACK, "wall": BLACK},
}


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE.keys())
def test_darkening_is_found_once(person: dict[str, tuple[float, ...]]) -> None:
    """From good light to 5 stops under: nothing at 0.7 stops, a finding from 3.5 on, and never back."""
    light = light_of(**person, size=SIZE, body=BODY)
    stops = [-0.7, -1.2, *np.arange(-1.5, -3.5, -0.25), -3.5, -4.0, -5.0]
    found = [too_dark(photo_of(shown(light, stop), BODY)) for stop in stops]
    assert flips_once([finding is not None for finding in found])
    assert all(found[-3:])


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE.keys())
def test_overexposure_is_found_once(person: dict[str, tuple[float, ...]]) -> None:
    """From good light to 5 stops over, clipped: once found, never lost; nothing at 0.3 stops, whatever is white."""
    light = light_of(**person, size=SIZE, body=BODY)
    stops = [0.0, 0.3, *np.arange(0.5, 5.1, 0.25)]
    assert flips_once([overexposed(photo_of(shown(light, stop), BODY)) is not None for stop in stops])


def test_dark_skin_in_dark_clothes_is_not_a_dark_photo() -> None:
    """In good light, in a room with something white in it, only the light counts."""
    light = light_of(skin=DARK_SKIN, top=BLACK, bottom=BLACK, wall=GREY, size=SIZE, body=BODY)
    light[:60, :60] = WHITE
    assert too_dark(photo_of(shown(light), BODY)) is None


def test_a_person_against_the_light_is_dark_and_a_bright_sky_behind_her_is_not_too_bright() -> None:
    """The wall is clipped in both; she is 4 stops under in the first and well lit in the second."""
    light = light_of(wall=(4.0, 4.0, 4.0), size=SIZE, body=BODY)
    photo = photo_of(shown(light), BODY)
    assert too_dark(photo) is None and overexposed(photo) is None
    mask = np.asarray(photo.reading.people[0].mask)[..., None]
    backlit = photo_of(shown(light * np.where(mask > 0.5, 2.0**-4, 1.0)), BODY)
    assert too_dark(backlit) is not None and overexposed(backlit) is None


def test_white_clothes_near_the_limit_are_not_overexposed() -> None:
    """A shirt at sRGB 250 is white; its photo is too bright only when the face is lost with it."""
    light = light_of(top=(0.95, 0.95, 0.95), wall=WHITE, size=SIZE, body=BODY)
    assert overexposed(photo_of(shown(light), BODY)) is None
    assert overexposed(photo_of(shown(light, 1.5), BODY)) is not None


def test_where_nobody_is_found_the_picture_is_judged() -> None:
    """Light may be why nobody is found: black and white-out are told, a good picture of a room is not."""
    light = light_of(size=SIZE, body=BODY)
    light[:60, :60] = WHITE
    for stops, dark, bright in ((0.0, False, False), (-4.5, True, False), (4.5, False, True)):
        photo = photo_of(shown(light, stops), BODY, found=False)
        assert (too_dark(photo) is not None, overexposed(photo) is not None) == (dark, bright), stops


def test_what_is_told() -> None:
    """A warning with the light measured and the least that is enough; darker photos have smaller values. Any size."""
    light = light_of(size=SIZE, body=BODY)
    dark, darker = (too_dark(photo_of(shown(light, stops), BODY)) for stops in (-3.5, -4.5))
    assert dark is not None and dark.value is not None and darker is not None and darker.value is not None
    assert 0 < darker.value < dark.value < LEAST_LIGHT
    large = cv2.resize(shown(light, -3.5), None, fx=2.0, fy=2.0)
    finding = too_dark(photo_of(np.asarray(large, np.uint8), 2 * BODY))
    assert finding is not None and finding.severity is Severity.WARN
    assert finding.value == pytest.approx(dark.value, rel=0.2)
