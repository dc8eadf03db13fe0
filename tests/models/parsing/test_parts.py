"""The pieces of the landmark parser, each against its definition."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.parsing.borders import change_point
from models.parsing.colours import Palette, overlap
from models.parsing.fine import without_islands
from models.parsing.guided import GuidedFilter, apply
from models.parsing.lip import Lip
from models.parsing.regions import UPPER_ARM, regions
from models.parsing.skeleton import skeleton
from models.pose.landmarks import Joint
from tests.models.parsing.figure import HEIGHT, WIDTH, figure

Float = npt.NDArray[np.float32]


def filtered_by_definition(guide: Float, values: Float, radius: int, epsilon: float, at: tuple[int, int]) -> float:
    """The guided filter at one pixel, written out: a ridge regression in every window that holds the pixel."""
    answers = []
    for row in range(at[0] - radius, at[0] + radius + 1):
        for column in range(at[1] - radius, at[1] + radius + 1):
            window = slice(row - radius, row + radius + 1), slice(column - radius, column + radius + 1)
            colours, wanted = guide[window].reshape(-1, 3).astype(float), values[window].ravel().astype(float)
            centred = colours - colours.mean(0)
            covariance = centred.T @ centred / len(wanted) + epsilon * np.eye(3)
            factors = np.linalg.solve(covariance, centred.T @ (wanted - wanted.mean()) / len(wanted))
            answers.append(factors @ (guide[at].astype(float) - colours.mean(0)) + wanted.mean())
    return float(np.mean(answers))


@pytest.mark.parametrize("epsilon", [1e-3, 1e-1])
def test_the_guided_filter_is_that_of_its_paper(epsilon: float) -> None:
    """Equations 19 to 21 of He, Sun and Tang 2013, at pixels whose windows lie inside the picture."""
    random = np.random.default_rng(3)
    guide, values = random.random((24, 20, 3), dtype=np.float32), random.random((24, 20), dtype=np.float32)
    found = apply(GuidedFilter(guide, 2, epsilon).coefficients(values), guide)
    for at in ((8, 8), (12, 9), (15, 11)):
        assert found[at] == pytest.approx(filtered_by_definition(guide, values, 2, epsilon, at), abs=1e-4)


def test_a_filtered_map_follows_the_guides_edge() -> None:
    """A border that is five pixels off comes to where the colour changes."""
    guide = np.zeros((40, 40, 3), np.float32)
    guide[:, 20:] = 0.8
    coarse = np.zeros((40, 40), np.float32)
    coarse[:, 17:] = 1
    found = apply(GuidedFilter(guide, 8, 1e-4).coefficients(coarse), guide) > 0.5
    assert (found == (guide[..., 0] > 0.5)).all()


@given(st.integers(0, 20))
def test_the_change_point_is_where_the_evidence_turns(turn: int) -> None:
    """With evidence against before a stop and for after it, that stop is found, the first and the last among them."""
    stops = np.linspace(0, 1, 21, dtype=np.float32)
    along = (np.arange(2000, dtype=np.float32) + np.float32(0.5)) / np.float32(2000)
    evidence = np.where(along < stops[turn], -1.0, 1.0).astype(np.float32)
    assert change_point(along, evidence, stops, np.zeros(21, np.float32)) == pytest.approx(turn / 20)


def test_a_watch_does_not_end_a_sleeve() -> None:
    """One stretch of contrary evidence, however strong, does not outweigh many."""
    stops = np.linspace(0, 1, 21, dtype=np.float32)
    along = (np.arange(2000, dtype=np.float32) + np.float32(0.5)) / np.float32(2000)
    evidence = np.where(along < 0.3, -1.0, 1.0)
    evidence[(along > 0.9) & (along < 0.95)] = -50
    assert change_point(along, evidence.astype(np.float32), stops, np.zeros(21, np.float32)) == pytest.approx(0.3)


def test_no_evidence_leaves_the_prior() -> None:
    """Without a pixel the likeliest stop is answered."""
    stops, none = np.linspace(0, 1, 5, dtype=np.float32), np.zeros(0, np.float32)
    assert change_point(none, none, stops, np.array([0, 0, 1, 0, 0], np.float32)) == 0.5


def test_colours_are_told_by_samples() -> None:
    """Pixels like the samples are likelier than chance, all others less likely; alike samples overlap, others do
    not."""
    rgb = np.zeros((40, 40, 3), np.uint8)
    rgb[:, :20], rgb[:, 20:] = (200, 40, 40), (40, 40, 200)
    palette = Palette(rgb)
    left = np.zeros((40, 40), np.bool_)
    left[:20, :20] = True
    red, blue = palette.density(left), palette.density(left[:, ::-1])
    found = palette.look_up(red)
    assert found[:, :20].min() > 3
    assert found[:, 20:].max() < -3
    assert overlap(red, palette.density(left[::-1])) == pytest.approx(1.0)
    assert overlap(red, blue) < 0.2


def test_skin_is_skin_in_the_shade() -> None:
    """With light and shade allowed for, a third of the light makes no other colour, but another hue does."""
    rgb = np.zeros((30, 60, 3), np.uint8)
    linear = (np.array([208, 160, 135]) / 255) ** 2.2
    rgb[:, :20], rgb[:, 20:40], rgb[:, 40:] = (
        (208, 160, 135),
        np.round((linear / 3) ** (1 / 2.2) * 255),
        (135, 160, 208),
    )
    palette = Palette(rgb)
    lit = np.zeros((30, 60), np.bool_)
    lit[:, :20] = True
    strict, shaded = palette.look_up(palette.density(lit))[0], palette.look_up(palette.shaded_density(lit))[0]
    assert strict[30] < -2
    assert shaded[30] > 0
    assert shaded[10] > shaded[30]
    assert shaded[50] < 0


def test_islands_are_given_to_what_is_around_them() -> None:
    """Small pieces take their neighbour's kind; large ones and the background stay."""
    kinds = np.zeros((20, 20), np.uint8)
    kinds[2:18, 2:10], kinds[2:18, 10:18] = 1, 2
    kinds[5:7, 5:7] = 2
    kinds[4:6, 14:16] = 3
    found = without_islands(kinds, 10)
    assert (found[2:18, 2:10] == 1).all()
    assert (found[2:18, 10:18] == 2).all()
    assert not found[kinds == 0].any()
    assert (without_islands(kinds, 0) == kinds).all()


def test_nothing_but_islands_stays() -> None:
    """A person of a few pixels keeps its kinds."""
    kinds = np.eye(3, dtype=np.uint8)
    assert (without_islands(kinds, 100) == kinds).all()


def test_the_unit_is_the_width_between_the_shoulders() -> None:
    """Seen from the front it is their distance; seen from the side the torso's length tells it."""
    front = figure()
    assert skeleton(front.person.pose, WIDTH, HEIGHT).unit == pytest.approx(100)
    side = figure(moved={Joint.LEFT_SHOULDER: (205, 140), Joint.RIGHT_SHOULDER: (195, 140)})
    assert skeleton(side.person.pose, WIDTH, HEIGHT).unit == pytest.approx(100, abs=15)


def test_a_head_is_on_its_shoulders_or_none() -> None:
    """Landmarks of a face beside the torso, as are invented for headless people, are no head."""
    assert skeleton(figure().person.pose, WIDTH, HEIGHT).head_on_shoulders
    face = [joint for joint in Joint if joint <= Joint.MOUTH_RIGHT]
    fallen = figure(moved={joint: (150.0 + joint, 200.0) for joint in face})
    assert not skeleton(fallen.person.pose, WIDTH, HEIGHT).head_on_shoulders


def test_the_chin_parts_face_and_neck() -> None:
    """Below the drawn chin the distance is positive, above negative; it grows by the way in units."""
    drawn = figure()
    body = skeleton(drawn.person.pose, WIDTH, HEIGHT)
    below = regions(body, WIDTH, HEIGHT).below_chin
    assert below[85, 200] < 0 < below[115, 200]
    assert below[125, 200] - below[115, 200] == pytest.approx(0.1, abs=0.01)
    assert math.dist(body.head.chin, (200, 102)) < 6


def test_limbs_are_measured_along_and_across() -> None:
    """The elbow is the middle of an arm, the wrist its end; the distance begins at the arm's half width."""
    drawn = figure()
    arm = regions(skeleton(drawn.person.pose, WIDTH, HEIGHT), WIDTH, HEIGHT).arms[0]
    for joint, along in ((Joint.LEFT_ELBOW, 0.5), (Joint.LEFT_WRIST, 1.0)):
        x, y = drawn.joints[joint]
        assert arm.along[round(y), round(x)] == pytest.approx(along, abs=0.03)
        assert arm.distance[round(y), round(x)] == 0
    x, y = drawn.joints[Joint.LEFT_SHOULDER]
    assert arm.distance[round(y), round(x + 40)] == pytest.approx(0.4 - UPPER_ARM, abs=0.06)


def test_classes_have_the_numbers_of_lip() -> None:
    """Those SCHP's LIP checkpoint answers: spot checks of the published list."""
    assert len(Lip) == 20
    assert (Lip.HAT, Lip.HAIR, Lip.UPPER_CLOTHES, Lip.PANTS, Lip.FACE, Lip.LEFT_ARM, Lip.RIGHT_SHOE) == (
        1, 2, 5, 9, 13, 14, 19,
    )  # fmt: skip
