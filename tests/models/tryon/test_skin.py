"""Painted skin: limbs that are round and join the skin that is seen."""

import numpy as np
import numpy.typing as npt
import pytest

from models.parsing.lip import Lip
from models.tryon.skin import ARM, LEG, bare_limbs, grain, limb, paint, skin_colour
from schemas.events import Category
from tests.models.tryon.figure import JOINTS, SKIN, Figure, figure
from tests.models.tryon.test_fill import plate
from tests.models.tryon.test_warp import body_of

STRAIGHT = np.array([[100.0, 50.0], [100.0, 150.0], [100.0, 250.0]])


def in_shorts(shadow: float = 1.0) -> Figure:
    """The figure with bare legs below shorts that end at y 320; `shadow` darkens the skin just under their hem."""
    person = figure()
    rows = np.arange(person.labels.shape[0])[:, None]
    legs = (person.labels == Lip.PANTS) & (rows > 320)
    left = legs & (np.arange(person.labels.shape[1])[None] < 192)
    person.labels[legs] = int(Lip.LEFT_LEG)
    person.labels[left] = int(Lip.RIGHT_LEG)
    person.photo[legs] = SKIN
    strip = legs & (rows < 325)
    person.photo[strip] = (np.array(SKIN) * shadow).astype(np.uint8)
    return person


def painted(person: Figure) -> npt.NDArray[np.float32]:
    """Skin everywhere, in even light."""
    body = body_of(person, Category.LOWER)
    shade = np.ones(person.labels.shape, np.float32)
    return paint(person.photo, person.labels, body, bare_limbs(body, person.labels), shade)


def test_a_limb_knows_its_places() -> None:
    """Along a straight limb positions run from 0 to 2, and across it from -1 at the viewer's left edge to 1."""
    part = limb((300, 200), STRAIGHT, ARM, 60.0)
    assert part.along[50, 100] == pytest.approx(0, abs=0.02)
    assert part.along[150, 100] == pytest.approx(1, abs=0.02)
    assert part.along[249, 100] == pytest.approx(2, abs=0.02)
    row = part.aside[100][part.inside[100]]
    assert row[0] < -0.8
    assert row[-1] > 0.8
    assert (np.diff(row) > 0).all()


def test_legs_have_calves() -> None:
    """A leg narrows at the knee, is wider again at the calf, and narrowest at the ankle."""
    part = limb((300, 200), STRAIGHT, LEG, 60.0)
    thigh, knee, calf, ankle = (int(part.inside[y].sum()) for y in (70, 158, 190, 248))
    assert thigh > calf > knee > ankle


def test_limbs_are_round() -> None:
    """Painted legs are darker at their edges than in their middle, by a tenth and more."""
    person = figure()
    skin = painted(person).mean(2)
    left = bare_limbs(body_of(person, Category.LOWER), person.labels)[1][0]
    middle = skin[left.inside & (np.abs(left.aside) < 0.2)].mean()
    edge = skin[left.inside & (np.abs(left.aside) > 0.9)].mean()
    assert edge < 0.9 * middle


@pytest.mark.parametrize("slope", [-0.4, -0.1, 0.1, 0.4])
def test_light_from_the_side_falls_on_limbs(slope: float) -> None:
    """The half of a leg that is turned to the light is the lighter one, and every pixel has a colour."""
    person = figure()
    body = body_of(person, Category.LOWER)
    limbs = bare_limbs(body, person.labels)
    shade = np.exp(np.linspace(-slope, slope, 384)[None] * np.ones((512, 1))).astype(np.float32)
    skin = paint(person.photo, person.labels, body, limbs, shade)
    assert np.isfinite(skin).all()
    leg = limbs[1][0]
    left, right = (skin[leg.inside & (sign * leg.aside > 0.5)].mean() for sign in (-1, 1))
    assert float(np.sign(round(right - left))) == np.sign(slope)


def test_knees_are_seen() -> None:
    """The hollow under the kneecap is darker than the kneecap."""
    skin = painted(figure()).mean(2)
    x, y = JOINTS[26]
    rows = skin[int(y) - 20 : int(y) + 25, int(x) - 2 : int(x) + 3].mean(1)
    assert rows[10:22].max() > rows[23:35].min() + 4


def test_painted_legs_join_the_legs_that_are_seen() -> None:
    """Legs that are seen beside where landmarks say continue where they are, and as wide, up to the old hem."""
    person = in_shorts()
    person.labels[321:455] = np.roll(person.labels[321:455], 5, axis=1)
    limbs = bare_limbs(body_of(person, Category.LOWER), person.labels)[1]
    seen = np.nonzero(person.labels[335] == Lip.RIGHT_LEG)[0]
    above = np.nonzero(limbs[0].inside[318])[0]
    assert above[0] == pytest.approx(seen[0], abs=3)
    assert above[-1] == pytest.approx(seen[-1], abs=3)


def test_the_shadow_of_an_old_hem_goes_with_it() -> None:
    """Where shorts have ended, their shadow on the leg leaves no line across it."""
    person = in_shorts(shadow=0.6)
    made = plate(person, Category.LOWER)
    strip = made.rgb[321:325, 160:174].reshape(-1, 3).astype(float).mean(0)
    assert strip == pytest.approx(SKIN, abs=22)


def test_skin_is_the_shoppers() -> None:
    """The colour is that of the legs if they are seen, and a middle tone if no skin is."""
    assert skin_colour(in_shorts().photo, in_shorts().labels, 100) == pytest.approx(SKIN, abs=4)
    nobody = np.zeros(figure().labels.shape, np.uint8)
    assert skin_colour(figure().photo, nobody, 100).min() > 100


def test_grain_is_the_photos() -> None:
    """Noise is measured by its deviation, whatever light and edges are there, and is bounded."""
    rng = np.random.default_rng(0)
    slope = np.linspace(90, 200, 120)[None, :, None] * np.ones((120, 1, 3))
    seen = np.ones((120, 120), bool)
    for deviation in (1.0, 2.0):
        noisy = np.clip(slope + rng.normal(0, deviation, (120, 120, 1)), 0, 255).astype(np.uint8)
        assert grain(noisy, seen) == pytest.approx(deviation, rel=0.35)
    rough = np.clip(slope + rng.normal(0, 30, (120, 120, 1)), 0, 255).astype(np.uint8)
    assert grain(rough, seen) == 3
