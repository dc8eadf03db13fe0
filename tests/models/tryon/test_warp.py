"""The warp: points of a garment come to lie on the points of the body that they belong to."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from models.garment.features import GarmentFeatures, read_garment
from models.parsing.lip import Lip
from models.tryon import body as bodies
from models.tryon.body import Body, read_body
from models.tryon.composite import without_points
from models.tryon.fit import fit_upper, sleeve_length
from models.tryon.warp import Layer, alpha_at, warp
from schemas.events import Category
from tests.models.garment.drawn import product
from tests.models.tryon.figure import JOINTS, SIZE, Figure, figure

Points = npt.NDArray[np.float64]


def body_of(person: Figure, category: Category) -> Body:
    """The body in a picture of the photo's size."""
    size = np.array([SIZE[1], SIZE[0]], np.float64)
    return read_body(person.pose, person.labels, person.mask(category), lambda shares: shares * size)


def worn(outline: str, category: Category, person: Figure | None = None) -> tuple[Body, GarmentFeatures, list[Layer]]:
    """A drawn garment on the drawn person."""
    body = body_of(person or figure(), category)
    garment = read_garment(product(outline).photo, category)
    return body, garment, warp(body, garment, category)


def at(layer: Layer, garment: GarmentFeatures, point: Points) -> Points:
    """The product photo's point that this point of the picture shows (layers map to a reduced product photo)."""
    x, y = np.round(point).astype(int)
    step = garment.rgb.shape[1] / layer.rgb.shape[1]
    return np.asarray((layer.mapping[y, x] + 0.5) * step - 0.5, np.float64)


def cover(layers: list[Layer]) -> npt.NDArray[np.float32]:
    """How much garment there is at every pixel."""
    alphas = [alpha_at(layer, layer.mapping) * layer.cover for layer in layers]
    return np.asarray(np.max(np.stack(alphas), axis=0), np.float32)


def test_joints_are_read_from_the_landmarks() -> None:
    """Left and right are the viewer's: the person's right shoulder, landmark 12, is the left one."""
    body = body_of(figure(), Category.UPPER)
    assert body.shoulder == pytest.approx(np.array([JOINTS[12], JOINTS[11]]))
    assert body.unit == pytest.approx(80)
    assert body.down == pytest.approx([0, 1], abs=0.02)


def test_shoulders_and_armpits_meet() -> None:
    """The garment's shoulders lie on the body's, its armpits under its arms."""
    body, garment, layers = worn("long", Category.UPPER)
    for side in (0, 1):
        shoulder = at(layers[0], garment, bodies.shoulder_tips(body)[side])
        armpit = at(layers[0], garment, bodies.armpits(body)[side])
        # The spline is relaxed by a thousandth; 12 of the garment's 240 pixels are 4 on the body.
        assert shoulder == pytest.approx(garment.landmarks.shoulders[side], abs=12)
        assert armpit == pytest.approx(garment.landmarks.armpits[side], abs=12)


@pytest.mark.parametrize("side", [0, 1])
def test_long_sleeves_reach_the_wrist(side: int) -> None:
    """There is cloth on the forearm down to the wrist, and none on the hand."""
    body, _, layers = worn("long", Category.UPPER)
    found = cover(layers)
    forearm = body.elbow[side] + 0.8 * (body.wrist[side] - body.elbow[side])
    hand = body.wrist[side] + 1.2 * (body.index[side] - body.wrist[side])
    x, y = np.round(forearm).astype(int)
    assert found[y, x] > 0.95
    x, y = np.round(hand).astype(int)
    assert found[y, x] < 0.05


def test_short_sleeves_stay_short() -> None:
    """A short sleeve ends on the upper arm."""
    body, garment, layers = worn("tee", Category.UPPER)
    fit = fit_upper(body, garment.landmarks, Category.UPPER, 1.0)
    assert 0 < sleeve_length(body, garment.landmarks, fit, 0) < np.linalg.norm(body.elbow[0] - body.shoulder[0])
    x, y = np.round(body.elbow[0] + 0.5 * (body.wrist[0] - body.elbow[0])).astype(int)
    assert cover(layers)[y, x] < 0.05


def test_sleeves_follow_bent_arms() -> None:
    """With the hand on the hip the sleeve bends at the elbow: cloth on both halves of the arm, none where they were."""
    bent = {14: (90.0, 180.0), 16: (140.0, 215.0), 18: (150.0, 225.0), 20: (152.0, 222.0), 22: (150.0, 218.0)}
    body, garment, layers = worn("long", Category.UPPER, figure(elbows=bent))
    found = cover(layers)
    for start, end in ((body.shoulder[0], body.elbow[0]), (body.elbow[0], body.wrist[0])):
        x, y = np.round((start + end) / 2).astype(int)
        assert found[y, x] > 0.95
    halfway = at(layers[1], garment, body.elbow[0])
    limb = garment.landmarks.limbs[0]
    assert limb is not None
    elbow = limb.centre[len(limb.centre) // 2]
    assert np.linalg.norm(halfway - elbow) < 0.2 * limb.length


@pytest.mark.parametrize("outline", ["tee", "long", "tank"])
def test_no_gap_between_the_parts(outline: str) -> None:
    """Cloth is whole over the torso, the armholes' seams included: no pixel of the chest shows through."""
    body, _, layers = worn(outline, Category.UPPER)
    found = cover(layers)
    chest = found[int(body.shoulder[0, 1]) + 35 : int(body.pelvis[1]) - 5, 165:220]
    assert chest.min() > 0.95
    if outline != "tank":
        for side, x in ((0, 150), (1, 234)):
            seam = found[int(body.shoulder[side, 1]) + 5 : int(body.shoulder[side, 1]) + 25, x]
            assert seam.min() > 0.95


def test_a_dress_covers_from_the_chest_to_below_the_hips() -> None:
    """A dress hangs from the shoulders past the hips, as one piece."""
    body, _, layers = worn("dress", Category.DRESS)
    column = cover(layers)[:, round(float(body.neck[0]))]
    rows = np.nonzero(column > 0.5)[0]
    assert rows.min() < body.shoulder[0, 1] + 40
    assert rows.max() > body.pelvis[1] + 60
    assert (column[rows.min() + 2 : rows.max() - 1] > 0.9).all()


def test_trousers_have_two_legs() -> None:
    """Both legs are covered to the ankle, and the wall is seen between the feet."""
    body, _, layers = worn("trousers", Category.LOWER)
    found = cover(layers)
    for side in (0, 1):
        x, y = np.round(body.knee[side] + 0.6 * (body.ankle[side] - body.knee[side])).astype(int)
        assert found[y, x] > 0.95
    between = body.ankle.mean(0)
    assert found[int(between[1]) - 10, int(between[0])] < 0.05


def test_cloth_stays_within_what_may_be_changed() -> None:
    """A skirt wider than its agnostic mask is made narrower, it is not cut off by it."""
    person = figure()
    body, _, layers = worn("skirt", Category.LOWER, person)
    found = cover(layers) > 0.5
    outside = found & ~(person.mask(Category.LOWER) | (person.labels > 0))
    assert outside.sum() < 0.02 * found.sum()
    assert body.room.any()


def test_tops_end_at_the_hips() -> None:
    """A top that is long when laid flat is a larger size, not a tunic: it ends above the crotch."""
    body, _, layers = worn("long", Category.UPPER)
    column = cover(layers)[:, round(float(body.pelvis[0]))]
    hem = int(np.nonzero(column > 0.5)[0].max())
    assert 0.85 < (hem - body.neck[1]) / body.torso_length < 1.25


def test_a_skirt_flares_to_its_hem() -> None:
    """An A-line skirt is widest at its hem on the body too, though over feet that are close together the mask leaves
    less room there than at the knees."""
    together = {25: (205.0, 340.0), 26: (179.0, 340.0), 27: (197.0, 440.0), 28: (187.0, 440.0)}
    body, _, layers = worn("skirt", Category.LOWER, figure(elbows=together))
    widths = (cover(layers) > 0.5).sum(1)
    rows = np.nonzero(widths > 20)[0]
    below = widths[int(body.pelvis[1]) + 30 : rows.max() - 12]
    assert below.max() - below[-1] < 6
    assert below[-1] > below[0]


@pytest.mark.parametrize("side", [0, 1])
def test_cloth_reaches_over_the_trapezius(side: int) -> None:
    """Between neck and shoulder no skin is left above the cloth, also where muscles rise above the straight line."""
    person = figure()
    slopes = [(150, 108), (168, 93), (184, 90), (200, 90), (216, 93), (234, 108)]
    cv2.fillPoly(person.labels, [np.array(slopes, np.int32)], int(Lip.UPPER_CLOTHES))
    body, _, layers = worn("tee", Category.UPPER, person)
    found = cover(layers)
    tip = bodies.shoulder_tips(body)[side]
    x = round(float(tip[0] + 0.35 * (body.neck[0] - tip[0])))
    top = int(np.nonzero(body.silhouette[:, x])[0].min())
    assert found[top + 2, x] > 0.5


def test_points_that_stand_up_at_the_shoulders_are_cut_off() -> None:
    """A thread of cloth above a shoulder's tip goes, the shoulder itself and threads elsewhere stay."""
    body = body_of(figure(), Category.UPPER)
    x, y = np.round(bodies.shoulder_tips(body)[0]).astype(int)
    alpha = np.zeros(SIZE, np.float32)
    alpha[y:300, x - 15 : x + 90] = 1
    alpha[y - 8 : y, x - 1 : x + 1] = 1
    alpha[300:330, x] = 1
    kept = alpha * without_points([alpha], body)
    assert kept[y - 4, x] < 0.2
    assert kept[y + 8, x] > 0.9
    assert kept[315, x] == 1


@pytest.mark.parametrize("outline", ["trousers", "shorts", "skirt"])
def test_a_waistband_is_whole(outline: str) -> None:
    """What is worn below begins where it may: its upper edge is not cut off by the agnostic mask."""
    person = figure()
    _, _, layers = worn(outline, Category.LOWER, person)
    found = (cover(layers) > 0.5) & (np.abs(np.arange(SIZE[1]) - 192) < 20)
    assert found.any()
    assert not (found & ~person.mask(Category.LOWER)).any()
