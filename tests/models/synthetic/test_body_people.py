"""People have the heights and masses of real adults."""

import numpy as np
import pytest

from models.synthetic.body.model import body
from models.synthetic.body.people import _size, sample_person
from models.synthetic.body.stature import DENSITY, height, mass, solve
from models.synthetic.geometry import triangle_normals


def test_bodies_have_the_sampled_height_and_mass() -> None:
    """Of 12 people every mesh is as tall as sampled within 1 cm and as heavy within 3 %."""
    for seed in range(12):
        person = sample_person(np.random.default_rng(seed))
        rest = person.body().rest
        assert height(rest) * 100 == pytest.approx(person.height_cm, abs=1.0)
        assert mass(rest) == pytest.approx(person.weight_kg, rel=0.03)


@pytest.mark.parametrize(("sex", "bmi"), [("female", 17.0), ("female", 37.9), ("male", 17.0), ("male", 37.9)])
def test_the_ends_of_the_bmi_range_are_reached(sex: str, bmi: float) -> None:
    """The thinnest and the heaviest bodies are found as well, whoever's muscle."""
    gender = 1.0 if sex == "female" else 0.0
    for muscle in (0.3, 0.75):
        shape = solve(1.66, bmi * 1.66**2, {"gender": gender, "age": 0.7, "muscle": muscle})
        assert 0.92 <= shape.girth <= 1.12
        plain = body(dict(shape.phenotypes)).rest * [shape.girth, shape.girth, shape.stretch]
        assert height(plain) == pytest.approx(1.66, abs=0.01)
        assert mass(plain) == pytest.approx(bmi * 1.66**2, rel=0.05)


def test_mass_is_that_of_the_enclosed_volume() -> None:
    """A body scaled by two is eight times as heavy, and moving it changes nothing; a body is closed, so the normals of
    its triangles add up to zero."""
    from models.synthetic.body.basis import basis

    rest = body({}).rest
    assert mass(rest * 2) == pytest.approx(8 * mass(rest))
    assert mass(rest + np.array([3.0, -2.0, 5.0])) == pytest.approx(mass(rest))
    assert np.abs(triangle_normals(rest, basis().parts["body"][0]).sum(0)).max() < 1e-9
    assert 0.04 < mass(rest) / DENSITY < 0.1


def test_sizes_are_spread_as_published() -> None:
    """Means and spreads of 4,000 sampled sizes are those the module names, BMI stays between 17 and 38."""
    rng = np.random.default_rng(0)
    for sex, mean, spread in (("female", 162.5, 7.55), ("male", 175.0, 7.89)):
        metres, kilograms = np.array([_size(rng, sex, 30.0) for _ in range(4000)]).T  # type: ignore[arg-type]
        bmi = kilograms / metres**2
        assert metres.mean() * 100 == pytest.approx(mean, abs=0.5)
        assert metres.std() * 100 == pytest.approx(spread, rel=0.06)
        assert 17.0 <= bmi.min() < 18.0
        assert 35.0 < bmi.max() <= 38.0


def test_the_same_seed_gives_the_same_person() -> None:
    """People are values: equal, with the very same body, for equal seeds, and different for others."""
    first, again, other = (sample_person(np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert first == again
    assert first.body() is again.body()
    assert first != other
