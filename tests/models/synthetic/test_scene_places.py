"""Backdrops, furniture, props and other people: where they stand and what they are made of."""

import numpy as np
import pytest

from models.synthetic.body.anchors import Seat
from models.synthetic.scene import props
from models.synthetic.scene.backdrop import Backdrop, Place
from models.synthetic.scene.backdrops import sample_backdrop
from models.synthetic.scene.people import bystanders, placed_person
from models.synthetic.scene.props import mirror_frame, phone, seat_for
from models.synthetic.surface import Layer, Surface


def bytes_of(surfaces: tuple[Surface, ...]) -> list[bytes]:
    return [part.tobytes() for surface in surfaces for part in (surface.vertices, surface.uv, surface.texture)]


def sound(surfaces: tuple[Surface, ...]) -> None:
    for surface in surfaces:
        assert np.isfinite(surface.vertices).all() and np.isfinite(surface.uv).all(), surface.name
        assert surface.triangles.max() < len(surface.vertices) and surface.uv_triangles.max() < len(surface.uv)
        assert not surface.labels.any() and (surface.layers == Layer.BACKDROP).all() and surface.person == 0
        assert len(surface.labels) == len(surface.layers) == len(surface.triangles)
        assert max(surface.texture.shape[:2]) <= 1024


def trespassers(place: Backdrop) -> list[str]:
    """Surfaces with a triangle, thought of as its vertices and middle, within the clearance or before the person."""
    names = []
    for surface in place.surfaces:
        if "floor" in surface.tags:
            continue
        corners = surface.vertices[surface.triangles]
        points = np.concatenate([corners.reshape(-1, 3), corners.mean(1)])
        low = points[(points[:, 2] > 0.03) & (points[:, 2] < 2.2)]
        near = np.hypot(low[:, 0], low[:, 1]) < place.clearance
        before = (np.abs(low[:, 0]) < 0.7) & (low[:, 1] < 0) & (low[:, 1] > -5)
        if (near | before).any():
            names.append(surface.name)
    return names


@pytest.mark.parametrize("where", list(Place))
def test_a_place_leaves_room_for_a_person_and_a_camera(where: Place) -> None:
    """Nothing but the floor is near the origin or between it and the camera; all of it is background."""
    for seed in range(12):
        place = sample_backdrop(np.random.default_rng(seed), where)
        assert place.place is where and np.linalg.norm(place.lighting.key) == pytest.approx(1)
        sound(place.surfaces)
        assert not trespassers(place), seed
        floor = [surface for surface in place.surfaces if "floor" in surface.tags]
        assert any(np.abs(surface.vertices[:, 2]).min() < 1e-9 for surface in floor)


def test_the_same_seed_builds_the_same_place() -> None:
    """To the byte, and another one from another seed."""
    for where in Place:
        one, same, other = (sample_backdrop(np.random.default_rng(seed), where).surfaces for seed in (3, 3, 4))
        assert bytes_of(one) == bytes_of(same)
        assert bytes_of(one) != bytes_of(other)


def test_a_background_takes_the_colour_that_is_asked_for() -> None:
    """The wall's mean colour is near the one that clothes shall blend with."""
    wanted = np.array([0.62, 0.30, 0.28], np.float32)
    for seed in range(6):
        place = sample_backdrop(np.random.default_rng(seed), Place.ROOM, wanted)
        wall = next(surface for surface in place.surfaces if surface.name == "wall")
        assert np.abs(wall.texture.mean((0, 1)) / 255 - wanted).max() < 0.12


def highest(surfaces: tuple[Surface, ...], x: float, y: float) -> float:
    """The highest point of the surfaces on the vertical through (x, y)."""
    found = [0.0]
    for surface in surfaces:
        a, b, c = (surface.vertices[surface.triangles[:, corner]] for corner in range(3))
        p, q, r = b - a, c - a, np.array([x, y]) - a[:, :2]
        area = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]
        flat = np.abs(area) > 1e-12
        s = (r[:, 0] * q[:, 1] - r[:, 1] * q[:, 0])[flat] / area[flat]
        t = (p[:, 0] * r[:, 1] - p[:, 1] * r[:, 0])[flat] / area[flat]
        hit = (s >= -1e-9) & (t >= -1e-9) & (s + t <= 1 + 1e-9)
        found += (a[flat, 2] + s * p[flat, 2] + t * q[flat, 2])[hit].tolist()
    return max(found)


@pytest.mark.parametrize("height", [0.36, 0.47, 0.72])
def test_a_seat_is_where_it_is_sat_on(height: float) -> None:
    """Whatever it is, something holds the buttocks at the seat's height (soft ones give way by under a centimetre),
    it stands on the floor, and turns with the seat."""
    seat = Seat(height, (0.1, -0.05), (0.0, -1.0), 0.42, 0.36)
    turned = Seat(height, (0.1, -0.05), (1.0, 0.0), 0.42, 0.36)
    for seed in range(16):
        surfaces = seat_for(np.random.default_rng(seed), seat)
        sound(surfaces)
        for dx, dy in ((0.0, 0.0), (0.08, 0.03), (-0.08, -0.03), (0.0, -0.08)):
            # Planks have gaps between them.
            top = max(highest(surfaces, seat.centre[0] + dx, seat.centre[1] + dy + gap) for gap in (0.0, 0.012))
            assert top == pytest.approx(height, abs=0.009), (seed, surfaces[0].name)
        vertices = np.concatenate([surface.vertices for surface in surfaces])
        assert 0 <= vertices[:, 2].min() < 0.03
        other = np.concatenate([s.vertices for s in seat_for(np.random.default_rng(seed), turned)])
        quarter = (vertices[:, :2] - seat.centre) @ np.array([[0.0, 1.0], [-1.0, 0.0]])
        assert np.allclose(other[:, :2] - seat.centre, quarter)


def test_a_phone_lies_in_its_frame() -> None:
    """72 x 150 x 8 mm about its middle, the camera's bump on its back."""
    held = np.eye(4)
    held[:3, 3] = 0.2, -0.3, 1.4
    surfaces = phone(np.random.default_rng(0), held)
    sound(surfaces)
    body = surfaces[0].vertices - held[:3, 3]
    assert np.ptp(body, axis=0) == pytest.approx([0.072, 0.15, 0.0075], abs=1e-4)
    assert surfaces[1].vertices[:, 2].max() - held[2, 3] <= -0.0039


def test_a_mirror_leaves_its_opening_free() -> None:
    """Frame and wall lie in the mirror's plane, around a hole in which a person is seen."""
    for seed in range(8):
        surfaces = mirror_frame(np.random.default_rng(seed), 1.1)
        sound(surfaces)
        for surface in surfaces:
            assert np.abs(surface.vertices[:, 1] + 1.1).max() < 0.03
            middles = surface.vertices[surface.triangles].mean(1)
            assert not ((np.abs(middles[:, 0]) < 0.3) & (middles[:, 2] > 0.6) & (middles[:, 2] < 1.7)).any()


def test_others_stand_beside_or_behind_and_have_numbers_of_their_own() -> None:
    """Never in front of the main person nor in the same spot, never behind the backdrop's depth; a placed figure is
    moved and renumbered, not changed."""
    for seed in range(30):
        places = bystanders(np.random.default_rng(seed), 3, depth=1.4)
        assert places == bystanders(np.random.default_rng(seed), 3, depth=1.4)
        for stand in places:
            assert 0.2 < stand.y <= 1.4 and abs(stand.x) >= 0.4
    figure = props.phone(np.random.default_rng(0), np.eye(4))
    moved = placed_person(figure, places[0], 2)
    assert {surface.person for surface in moved} == {2}
    centre = moved[0].vertices.mean(0) - figure[0].vertices.mean(0)
    assert centre[:2] == pytest.approx((places[0].x, places[0].y), abs=0.01)
