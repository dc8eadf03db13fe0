"""Mappings take known points of a body to known points of a product photo."""

import numpy as np
import pytest

from models.tryon.mesh import draw_mesh, thin_plate

SIZE = (120, 160)


def test_a_spline_meets_its_points() -> None:
    """At every control point the mapping is the point it was given, to half a pixel (2 of the product's)."""
    target = np.array([[20.0, 20], [140, 25], [80, 60], [25, 100], [135, 105]])
    source = np.array([[100.0, 80], [420, 90], [260, 210], [90, 400], [440, 390]])
    mapping = thin_plate(target, source, SIZE, stiffness=0.0)
    found = np.array([mapping[int(y), int(x)] for x, y in target])
    assert found == pytest.approx(source, abs=2.0)


def test_a_spline_of_an_affine_map_is_that_map_everywhere() -> None:
    """Bookstein's spline bends only where its points ask for it: points of an affine map give it back."""
    target = np.array([[20.0, 20], [140, 20], [140, 100], [20, 100], [80, 60]])
    matrix, shift = np.array([[2.0, 0.3], [-0.2, 3.0]]), np.array([7.0, -11.0])
    mapping = thin_plate(target, target @ matrix.T + shift, SIZE)
    y, x = np.mgrid[8:112, 8:152]
    expected = np.stack([x, y], 2) @ matrix.T + shift
    assert mapping[8:112, 8:152] == pytest.approx(expected, abs=0.02)


def test_a_mesh_meets_its_corners_and_is_linear_between() -> None:
    """Inside a mesh of two cells the mapping is the affine one that its corners have, outside there is none."""
    target = np.array([[[40.0, 20], [60, 20]], [[40, 60], [60, 60]], [[40, 100], [60, 100]]])
    source = target * 3 + 5
    mapping = draw_mesh(target, source, SIZE)
    assert mapping[60, 50] == pytest.approx([155, 185])
    assert mapping[25, 41] == pytest.approx([128, 80])
    assert np.isnan(mapping[60, 30]).all()
    assert np.isnan(mapping[110, 50]).all()


def test_no_pixel_falls_between_the_triangles_of_a_mesh() -> None:
    """A bent limb's inside has no holes."""
    angle = np.linspace(0, np.pi / 2, 20)
    centre = np.stack([20 + 70 * np.sin(angle), 20 + 70 * (1 - np.cos(angle))], 1)
    normal = np.stack([-np.sin(angle), np.cos(angle)], 1)
    across = np.array([-1.0, -0.5, 0, 0.5, 1])
    target = centre[:, None] + across[None, :, None] * 12 * normal[:, None]
    mapping = draw_mesh(target, target, SIZE)
    inside = np.isfinite(mapping[..., 0])
    y, x = np.nonzero(inside)
    assert inside.sum() == pytest.approx(70 * np.pi / 2 * 24, rel=0.05)
    assert np.stack([x, y], 1) == pytest.approx(mapping[inside], abs=0.01)
