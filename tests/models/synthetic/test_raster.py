"""The z-buffer against rays, planes and counts worked out by hand."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from models.synthetic.camera import Camera
from models.synthetic.geometry import Points
from models.synthetic.render.gbuffer import fine, smooth
from models.synthetic.render.raster import NEAR, OVER, OVER_HEAD, rasterise
from models.synthetic.surface import Layer, Material
from tests.models.synthetic.drawing import ball, surface_of, wall

FRONT = Camera((0.0, -3.0, 0.0), (0.0, 0.0, 0.0), 30, 96, 128)


def _rays(camera: Camera) -> npt.NDArray[np.float64]:
    """The rays (H, W, 3) through the pixels' centres; one unit long along the view."""
    y, x = np.indices((camera.height, camera.width)) + 0.5
    seen = np.stack(
        [(x - camera.width / 2) / camera.focal, (y - camera.height / 2) / camera.focal, np.ones_like(x)], -1
    )
    return np.asarray(seen @ camera.axes, np.float64)


def _depths(camera: Camera, corners: Points) -> npt.NDArray[np.float64]:
    """Where the rays (H, W) meet each triangle (T, 3, 3): its depth (H, W, T), infinite if not at all. Moeller and
    Trumbore 1997."""
    rays = _rays(camera)[:, :, None]
    a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    p = np.cross(rays, v)
    determinant = np.einsum("tc,hwtc->hwt", u, p)
    origin = np.asarray(camera.eye) - a
    s = np.einsum("tc,hwtc->hwt", origin, p) / determinant
    q = np.cross(origin, u)
    t = np.einsum("hwtc,tc->hwt", np.broadcast_to(rays, p.shape), q) / determinant
    depth = np.einsum("tc,tc->t", v, q) / determinant
    inside = (s >= 0) & (t >= 0) & (s + t <= 1) & (depth >= NEAR)
    return np.where(inside, depth, np.inf)


def test_every_pixel_shows_the_triangle_that_its_ray_meets_first() -> None:
    """Random triangles, a third of which reach behind the camera: triangle and depth are those of a ray tracer."""
    rng = np.random.default_rng(4)
    corners = rng.uniform(-1.5, 1.5, (60, 1, 3)) + rng.normal(0, 0.5, (60, 3, 3))
    corners[:20, 0, 1] = -4 - rng.random(20)
    scene = surface_of(corners.reshape(-1, 3), np.arange(180, dtype=np.int32).reshape(-1, 3), layer=Layer.SKIN)
    camera = Camera((0.2, -3.0, 0.1), (0.0, 0.0, 0.0), 40, 80, 60, roll=12)

    buffer = rasterise([scene], camera)

    depths = _depths(camera, corners)
    first = np.where(np.isfinite(depths.min(2)), depths.argmin(2), -1)
    assert 0.5 < (first >= 0).mean() < 1
    # Rays that pass an edge within rounding may differ.
    assert (buffer.triangle != first).mean() < 1e-3
    same = (buffer.triangle == first) & (first >= 0)
    np.testing.assert_allclose(buffer.depth[same], depths.min(2)[same], rtol=1e-5)


def test_points_of_the_barycentrics_lie_on_their_pixels_rays() -> None:
    """The point in space of each pixel projects to that pixel's centre, at the pixel's depth: also of a floor that
    runs on behind the camera."""
    floor = surface_of(
        np.array([[-50.0, -50, -1], [50, -50, -1], [50, 50, -1], [-50, 50, -1]]),
        np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        person=0,
    )
    buffer = rasterise([ball((0.0, 0.0, 0.0), 0.5), floor], FRONT)

    drawn = buffer.surface >= 0
    x, y, depth = FRONT.project(buffer.positions[drawn].astype(np.float64)).T
    rows, columns = np.nonzero(drawn)
    np.testing.assert_allclose(x, columns + 0.5, atol=2e-3)
    np.testing.assert_allclose(y, rows + 0.5, atol=2e-3)
    np.testing.assert_allclose(depth, buffer.depth[drawn], rtol=1e-5)
    below = _rays(FRONT)[..., 2]
    floors = buffer.surface == 1
    np.testing.assert_allclose(buffer.depth[floors], -1 / below[floors], rtol=1e-5)
    assert floors[-1].all()


def test_what_is_too_near_is_not_seen() -> None:
    """A wall 2 cm nearer than the near plane hides nothing; a plank 3 cm under the camera ends there, too."""
    camera = Camera((0.0, -3.0, 0.0), (0.0, 0.0, 0.0), 60, 64, 64)
    buffer = rasterise([wall(-3.0 + NEAR - 0.02), wall(0.0, 8.0)], camera)
    assert (buffer.surface == 1).all()
    plank = np.array([[-1.0, -3.1, -0.03], [1.0, -3.1, -0.03], [1.0, 0.0, -0.03], [-1.0, 0.0, -0.03]])
    buffer = rasterise([surface_of(plank, np.array([[0, 1, 2], [0, 2, 3]], np.int32))], camera)
    below = _rays(camera)[..., 2]
    expected = (below < 0) & (-0.03 / np.minimum(below, -1e-9) >= NEAR) & (-0.03 / np.minimum(below, -1e-9) <= 3.0)
    assert (buffer.surface[:, 32] == 0).sum() == expected[:, 32].sum() > 10


def test_no_pixel_between_two_triangles_is_empty() -> None:
    """A sheet of thin triangles, many of whose corners and edges lie exactly on pixel centres, covers its square
    without holes."""
    camera = Camera((0.0, -64.0, 0.0), (0.0, 0.0, 0.0), 2 * float(np.degrees(np.arctan(0.5))), 64, 64)
    steps = 33  # corners two pixels apart, on centres
    x, z = np.meshgrid(np.arange(steps) * 2.0 - 31.5, np.arange(steps) * 2.0 - 31.5)
    rng = np.random.default_rng(1)
    y = rng.uniform(-20, 20, x.shape)
    # Moved along their rays: the picture stays, the depths and all products change.
    rays = np.stack([x, np.full(x.shape, 64.0), z], -1) * ((64 + y) / 64)[..., None]
    i, j = (index.ravel() for index in np.indices((steps - 1, steps - 1)))
    a = i * steps + j
    triangles = np.concatenate([np.stack([a, a + 1, a + steps + 1], 1), np.stack([a, a + steps + 1, a + steps], 1)])
    sheet = surface_of(rays.reshape(-1, 3) - [0, 64, 0], triangles.astype(np.int32))

    drawn = rasterise([sheet], camera).surface >= 0

    assert drawn.all()


@pytest.mark.parametrize(
    ("gap", "person", "away", "wins"),
    [
        (0.8 * OVER, 1, False, True),
        (1.2 * OVER, 1, False, False),
        (0.8 * OVER, 2, False, False),
        (0.8 * OVER, 1, True, False),
    ],
)
def test_cloth_close_behind_skin_is_seen(gap: float, person: int, away: bool, wins: bool) -> None:
    """Within the tolerance, on the same person, turned outwards; whichever is given first."""
    skin = wall(0.0, layer=Layer.SKIN)
    cloth = wall(gap, layer=Layer.UPPER, person=person, away=away, name="cloth")
    for surfaces in ([skin, cloth], [cloth, skin]):
        buffer = rasterise(surfaces, FRONT)
        names = {surfaces[number].name for number in np.unique(buffer.surface[buffer.surface >= 0])}
        assert names == ({"cloth"} if wins else {"thing"})


def test_hair_is_seen_over_the_head_it_grows_on() -> None:
    """Both lie over clothes; hair that sinks into the scalp by less than the tolerance is hair all the same."""
    scalp = wall(0.0, layer=Layer.OVER)
    hair = replace(wall(0.5 * OVER_HEAD, layer=Layer.OVER), material=Material.HAIR)
    buffer = rasterise([hair, scalp], FRONT)
    assert set(np.unique(buffer.surface)) == {-1, 0}


def test_cut_outs_cover_where_they_are_opaque() -> None:
    """A checkered opacity is drawn as such; behind its holes the wall is seen."""
    texture = np.full((8, 8, 4), 255, np.uint8)
    texture[..., 3] = np.where(np.indices((8, 8)).sum(0) % 2, 255, 0)
    buffer = rasterise([wall(0.0, texture=texture, cut_out=True), wall(0.5, 2.0)], FRONT)

    inside = buffer.surface >= 0
    near = inside & (np.abs(buffer.positions[..., [0, 2]]) < 0.42).all(2)
    cell = np.floor((buffer.positions[..., [0, 2]] * ((3.0 / buffer.depth)[..., None]) + 0.5) * 8).astype(int)
    # Row 0 of the texture is on top.
    opaque = (cell[..., 0] + 7 - cell[..., 1]) % 2 == 1
    edge = np.abs((buffer.positions[..., [0, 2]] * ((3.0 / buffer.depth)[..., None]) * 8) % 1 - 0.5).max(2) > 0.45
    checked = near & ~edge
    assert checked.sum() > 300
    assert ((buffer.surface == 0) == opaque)[checked].all()


def test_hashed_cut_outs_average_to_their_opacity() -> None:
    """Of a texture that is 30 per cent opaque 0.5 leaves nothing, the hash 30 per cent of the finer samples."""
    texture = np.full((4, 4, 4), 255, np.uint8)
    texture[..., 3] = round(0.3 * 255)
    veil = wall(0.0, 4.0, texture=texture, cut_out=True)
    assert (rasterise([veil], FRONT).surface < 0).all()
    covered = smooth((rasterise([veil], fine(FRONT), hashed=True).surface == 0).astype(np.float32))
    # The threshold runs from 0.05 to 0.95, so that what is nearly opaque has no holes: (0.3 - 0.05) / 0.9.
    assert covered.mean() == pytest.approx(0.278, abs=0.01)
    assert covered.std() < 0.2


def test_a_fine_drawing_holds_the_exact_one() -> None:
    """Its centres are what the camera itself draws; its borders are smooth."""
    scene = [ball((0.1, 0.0, 0.05), 0.4), wall(1.0, 0.7)]
    buffer = rasterise(scene, fine(FRONT))

    exact, centres = rasterise(scene, FRONT), buffer.centres()
    assert (exact.surface == centres.surface).mean() > 0.9995
    same = exact.seen == centres.seen
    assert same.mean() > 0.999
    np.testing.assert_allclose(exact.depth[same], centres.depth[same], rtol=1e-5)
    assert centres.camera.focal == pytest.approx(FRONT.focal)
    share = smooth((buffer.surface == 0).astype(np.float32))
    # The disc of a sphere seen in perspective: radius f r / sqrt(d^2 - r^2); 16 rows of triangles lose a little.
    radius = FRONT.focal * 0.4 / np.sqrt(9.0 - 0.16)
    assert share.sum() == pytest.approx(np.pi * radius**2, rel=0.02)


def test_normals_look_to_the_camera() -> None:
    """A sphere's are its radii outside, and turned inwards where one looks into it."""
    opened = ball((0.0, 0.0, 0.0), 0.5, 32)
    kept = opened.vertices[opened.triangles].mean(1)[:, 1] > -0.2
    cup = surface_of(opened.vertices, opened.triangles[kept])
    buffer = rasterise([cup], FRONT)
    drawn = buffer.surface == 0
    radii = buffer.positions / np.maximum(np.linalg.norm(buffer.positions, axis=2, keepdims=True), 1e-6)
    along = np.einsum("hwc,hwc->hw", radii, buffer.normals)
    assert (buffer.outside & drawn).sum() > 50
    assert (~buffer.outside & drawn).sum() > 500
    assert along[buffer.outside].min() > 0.98
    assert along[drawn & ~buffer.outside & (buffer.positions[..., 1] > 0)].max() < -0.98
