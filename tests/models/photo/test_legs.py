"""Sitting and crossed legs on posed figures."""

from dataclasses import replace

import numpy as np
import pytest

from models.photo.checks.legs import crossed_legs, seated
from models.photo.checks.photo import CheckedPhoto
from models.pose.landmarks import Joint
from schemas.events import Category
from schemas.findings import Severity
from tests.models.photo.posed import Figure, flips, photo_of

THIGH, SHIN = 0.245, 0.246


def sitting(angle: float, yaw: float = 0.0) -> Figure:
    """Thighs lifted by degrees from standing, shins hanging straight down."""
    lift = np.radians(angle)
    knee = -THIGH * np.cos(lift), THIGH * np.sin(lift)
    return Figure(
        yaw,
        knees={name: (0.08 * sign, *knee) for name, sign in (("LEFT", 1), ("RIGHT", -1))},
        ankles={name: (0.08 * sign, knee[0] - SHIN, knee[1]) for name, sign in (("LEFT", 1), ("RIGHT", -1))},
    )


def crossed(share: float, **more: object) -> Figure:
    """The right foot set before and past the left one: 0 stands side by side, 1 is as far beyond."""
    x = -0.06 + 0.12 * share
    return Figure(
        knees={"LEFT": (0.05, -THIGH, 0.0), "RIGHT": (-0.05 + 0.07 * share, -THIGH, 0.03)},
        ankles={"LEFT": (0.04, -THIGH - SHIN, 0.0), "RIGHT": (x, -THIGH - SHIN, 0.08)},
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("yaw", [-60.0, -20.0, 0.0, 30.0, 90.0])
def test_sitting_down_flips_once(yaw: float) -> None:
    """From standing to thighs level, seen from any side, thighs towards the camera included."""
    answers = [seated(photo_of(sitting(angle, yaw))) is not None for angle in range(0, 91, 6)]
    assert not answers[0]
    assert answers[-1]
    assert flips(answers) == 1


def test_a_squat_and_kneeling_on_the_heels_count_as_sitting() -> None:
    """Thighs lead forward, whatever the shins do."""
    knees = {"LEFT": (0.1, -0.02, 0.24), "RIGHT": (-0.1, -0.02, 0.24)}
    squat = Figure(knees=knees, ankles={"LEFT": (0.1, -0.22, 0.1), "RIGHT": (-0.1, -0.22, 0.1)})
    assert seated(photo_of(squat)) is not None


def test_walking_and_standing_wide_is_no_sitting() -> None:
    """A long step and feet far apart."""
    step = Figure(
        knees={"LEFT": (0.05, -0.23, 0.1), "RIGHT": (-0.05, -0.23, -0.08)},
        ankles={"LEFT": (0.05, -0.46, 0.18), "RIGHT": (-0.05, -0.43, -0.2)},
    )
    wide = Figure(
        knees={"LEFT": (0.15, -0.22, 0.0), "RIGHT": (-0.15, -0.22, 0.0)},
        ankles={"LEFT": (0.24, -0.45, 0.0), "RIGHT": (-0.24, -0.45, 0.0)},
    )
    for figure in (step, wide):
        assert seated(photo_of(figure)) is None
        assert crossed_legs(photo_of(figure)) is None


def test_setting_one_foot_past_the_other_flips_once() -> None:
    """From side by side to beyond."""
    answers = [crossed_legs(photo_of(crossed(share))) is not None for share in np.linspace(-0.4, 1.5, 20)]
    assert not answers[0]
    assert answers[-1]
    assert flips(answers) == 1


def test_a_step_on_the_middle_line_is_not_crossed() -> None:
    """Legs as near to each other as crossed ones, but the foot that is ahead, lower in the photo, stays on its side."""

    def step(x: float) -> Figure:
        return Figure(
            knees={"LEFT": (0.03, -0.23, -0.05), "RIGHT": (-0.02, -THIGH, 0.08)},
            ankles={"LEFT": (0.02, -0.44, -0.15), "RIGHT": (x, -THIGH - SHIN, 0.15)},
        )

    assert crossed_legs(photo_of(step(-0.01))) is None
    assert crossed_legs(photo_of(step(0.03))) is not None


def test_a_mask_that_goes_on_below_the_feet_is_not_believed() -> None:
    """Feet found where the knees are, as in dark photos: a thigh that looks short says nothing then."""
    assert seated(photo_of(sitting(85))) is not None
    photo = photo_of(sitting(85))
    (person,) = photo.people
    longer = person.mask.copy()
    longer[:, 340:360] = 1.0
    reading = replace(photo.reading, people=[replace(person, mask=longer)])
    assert seated(CheckedPhoto(photo.rgb, reading, photo.category)) is None


def test_legs_crossed_while_sitting_are_both() -> None:
    """An ankle on the other knee: the knees are wide apart, the ankle is at the other leg."""
    base = sitting(85)
    figure = Figure(
        knees={**base.knees, "RIGHT": (-0.2, -0.03, 0.2)},
        ankles={**base.ankles, "RIGHT": (0.07, -0.03, 0.27)},
    )
    assert seated(photo_of(figure)) is not None
    assert crossed_legs(photo_of(figure)) is not None
    assert crossed_legs(photo_of(base)) is None


def test_what_is_not_seen_is_not_judged() -> None:
    """Ankles or knees that the network only guesses, and profiles, in which legs always cross."""
    assert crossed_legs(photo_of(crossed(1.0, hidden=(Joint.LEFT_ANKLE,)))) is None
    assert crossed_legs(photo_of(Figure(90.0))) is None
    hidden = Figure(knees=sitting(90).knees, ankles=sitting(90).ankles, hidden=(Joint.LEFT_KNEE, Joint.RIGHT_KNEE))
    assert seated(photo_of(hidden)) is None


def test_an_upper_garment_bears_legs_of_any_kind() -> None:
    """Told, not warned of; trousers and dresses are warned of."""
    for category in Category:
        expected = Severity.INFO if category is Category.UPPER else Severity.WARN
        for check, figure in ((seated, sitting(90)), (crossed_legs, crossed(1.0))):
            found = check(photo_of(figure, category))
            assert found is not None
            assert found.severity is expected
