"""Every kind of garment: one topology, clean borders, nothing of the body outside, a pattern that can be printed."""

import os

import numpy as np
import pytest

pytest.importorskip("anny", reason="needs the extra 'people'")

from scipy.spatial import cKDTree

from models.synthetic.body.basis import basis
from models.synthetic.body.model import Body, body, posed
from models.synthetic.garments.catalogue import kinds, sample_design, sample_garment
from models.synthetic.garments.garment import Category, Garment
from models.synthetic.garments.sheet import loops
from models.synthetic.garments.source import neutral
from models.synthetic.geometry import rotation, triangle_normals, vertex_normals

# Cutting takes 0.3 to 2 s: one of each way of cutting here; VIRTON_EVERY_GARMENT=1 tests all kinds.
_CATEGORIES: tuple[Category, ...] = ("upper", "lower", "dress")
_FEW = ("tank", "blazer", "shorts", "mini_skirt", "sheath_dress")
_ALL = [(category, kind) for category in _CATEGORIES for kind in kinds(category)]
_TESTED = [pair for pair in _ALL if pair[1] in _FEW or os.environ.get("VIRTON_EVERY_GARMENT")]


def _garment(category: Category, kind: str) -> Garment:
    return sample_garment(np.random.default_rng(1), category, [kind])


def _openings(category: Category, garment: Garment) -> int:
    """Waist and hem; waist and two legs; neck, arms and hem; an open front joins neck and hem."""
    if category == "lower":
        return 2 if garment.name.endswith("skirt") else 3
    opened = any(seam.kind == "placket" for seam in garment.seams) and not any(
        seam.kind == "button" for seam in garment.seams
    )
    return 3 if opened else 4


@pytest.fixture(scope="module")
def bodies() -> list[Body]:
    """A slim and a heavy woman, a strong and a heavy man."""
    return [
        body({"gender": 1, "age": 0.6, "weight": 0.15, "cupsize": 0.4, "height": 0.4}),
        body({"gender": 1, "age": 0.7, "weight": 0.95, "cupsize": 0.9, "height": 0.4}),
        body({"gender": 0, "age": 0.65, "muscle": 0.75, "height": 0.6}),
        body({"gender": 0, "age": 0.8, "weight": 1.0, "height": 0.4}),
    ]


@pytest.mark.parametrize(("category", "kind"), _TESTED)
def test_is_one_sheet_with_as_many_openings_as_it_should_have(category: Category, kind: str) -> None:
    """No holes, no loose pieces of cloth, every edge between two triangles but at the openings."""
    garment = _garment(category, kind)
    faces = garment.cloth_triangles
    assert len(loops(faces)) == _openings(category, garment)
    walks = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    assert len(np.unique(walks, axis=0)) == len(walks)
    np.testing.assert_allclose(garment.anchor.sum(1), 1.0, atol=1e-9)


@pytest.mark.parametrize(("category", "kind"), _TESTED)
def test_borders_are_smooth_lines(category: Category, kind: str) -> None:
    """A border's vertices lie within 2 mm (median) and 8 mm (95 %) of the middle of their neighbours, corners of
    lapels and square necks included: the prototype's ragged hems were off by 1 cm and more."""
    garment = _garment(category, kind)
    cloth = garment.rest(neutral())[: garment.cloth_count]
    off = []
    for walk in loops(garment.cloth_triangles):
        line = cloth[walk]
        before, after = np.roll(line, 1, axis=0), np.roll(line, -1, axis=0)
        chord = after - before
        across = (
            line - before - ((line - before) * chord).sum(1, keepdims=True) / (chord**2).sum(1, keepdims=True) * chord
        )
        bend = np.linalg.norm(across - 0.5 * (np.roll(across, 1, axis=0) + np.roll(across, -1, axis=0)), axis=1)
        off.append(bend)
    assert np.median(np.concatenate(off)) < 0.002
    assert np.percentile(np.concatenate(off), 95) < 0.008


@pytest.mark.parametrize(("category", "kind"), _TESTED)
def test_nothing_of_the_body_is_outside(category: Category, kind: str, bodies: list[Body]) -> None:
    """At rest the skin lies beneath the cloth on every body, though the garment was cut on one: of the thousands of
    vertices covered at most 4 are outside by more than 1 mm (in the armpits of the heaviest, where the skin folds)."""
    garment = _garment(category, kind)
    skin = np.unique(basis().parts["body"][0])
    edge = np.zeros(garment.cloth_count, bool)
    edge[np.concatenate(loops(garment.cloth_triangles))] = True
    for shape in bodies:
        cloth = garment.rest(shape)[: garment.cloth_count]
        normals = vertex_normals(cloth, garment.cloth_triangles)
        outer = vertex_normals(shape.rest, basis().parts["body"][0])
        away, nearest = cKDTree(cloth).query(shape.rest[skin], distance_upper_bound=0.035)
        found = np.asarray(nearest, np.int64)
        near = np.flatnonzero(np.isfinite(away))
        near = near[~edge[found[near]]]
        over = normals[found[near]]
        outwards = ((shape.rest[skin[near]] - cloth[found[near]]) * over).sum(1)
        beside = np.sqrt(np.maximum(np.asarray(away)[near] ** 2 - outwards**2, 0.0))
        # The other side of a fold is near too, but faces the other way.
        faces = (outer[skin[near]] * over).sum(1) > 0
        assert len(near) > 50
        assert int((faces & (beside < 0.008) & (outwards > 0.001)).sum()) <= 4


@pytest.mark.parametrize(("category", "kind"), _TESTED)
def test_the_pattern_is_metric(category: Category, kind: str) -> None:
    """Front left, back right of the texture; nine tenths of the cloth keep their area within 30 % (shorts stand off
    at the crotch; others 10 %); at most 1.5 %
    of the triangles, all in armpits and crotch where cloth cannot lie flat, are turned over."""
    garment = _garment(category, kind)
    faces = garment.cloth_triangles
    corners = garment.uv[garment.uv_triangles[: len(faces)]]
    assert corners.min() >= 0
    assert corners.max() <= 1
    np.testing.assert_array_equal(corners[:, :, 0].mean(1) > 0.5, garment.panels[: len(faces)] == 1)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    flat = (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) * 2 * garment.extent[0] * garment.extent[1]
    rest = garment.rest(neutral())
    ratio = flat / np.linalg.norm(triangle_normals(rest, faces), axis=1)
    assert np.percentile(ratio, 5) > 0.7
    assert np.percentile(ratio, 95) < 1.2
    over = rest[faces[flat <= 0]].mean(1)
    assert len(over) < 0.015 * len(faces)
    hidden = (np.abs(over[:, 2] - 1.37) < 0.07) | (np.abs(over[:, 2] - 0.86) < 0.05)
    assert hidden.mean() > 0.8 if len(over) else True


def test_hems_stay_level_between_the_thighs() -> None:
    """With the legs drawn together the hem of a top stays level: its middle follows both legs, not the crotch."""
    garment = _garment("upper", "tank")
    turned = posed(neutral(), {"upperleg01.L": rotation("y", 8), "upperleg01.R": rotation("y", -8)})
    hem = min(loops(garment.cloth_triangles), key=lambda walk: garment.rest(neutral())[walk, 2].mean())
    heights = garment.carried(turned)[hem, 2]
    assert np.ptp(heights) < 0.03


def test_trouser_legs_do_not_cross(bodies: list[Body]) -> None:
    """On heavy thighs too, each wide leg stays on its side of the middle."""
    garment = _garment("lower", "wide_trousers")
    assert garment.legs is not None
    for shape in bodies:
        x = garment.rest(shape)[: garment.cloth_count, 0]
        side = garment.legs[: garment.cloth_count]
        assert (x[side > 0] > 0).all()
        assert (x[side < 0] < 0).all()


def test_plies_lie_where_their_twins_are(bodies: list[Body]) -> None:
    """Collar, placket, cuffs and hems of a shirt: none of their vertices is farther than a centimetre off the cloth,
    and the hems lie inside."""
    garment = _garment("upper", "shirt")
    assert garment.twins is not None
    rest = garment.rest(bodies[1])
    away = np.linalg.norm(rest - rest[garment.twins], axis=1)
    assert away.max() < 0.01
    inside = np.unique(garment.triangles[garment.panels == 2])
    assert (garment.lift[inside] <= 0).all()  # type: ignore[index]


def test_the_same_draw_is_the_same_garment() -> None:
    """A seed gives one design, a design one object; other seeds give others; every kind can be drawn."""
    assert sample_garment(np.random.default_rng(4), "upper", ["tank"]) is sample_garment(
        np.random.default_rng(4), "upper", ["tank"]
    )
    designs = {repr(sample_design(np.random.default_rng(seed), "upper")) for seed in range(200)}
    assert len(designs) > 100
    for category, kind in _ALL:
        assert sample_design(np.random.default_rng(0), category, [kind]).name == kind
    with pytest.raises(KeyError):
        sample_design(np.random.default_rng(0), "lower", ["tee"])
