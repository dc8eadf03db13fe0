"""Light and shading against what geometry and the conservation of energy say."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from models.synthetic.camera import Camera
from models.synthetic.render import environment as env
from models.synthetic.render.develop import develop, tone_curve
from models.synthetic.render.light import Colour, Lamp, Lighting, LightKind
from models.synthetic.render.light_kinds import card_irradiance, sample_lighting
from models.synthetic.render.shade import picture
from models.synthetic.surface import Layer, Material, Surface, labelled
from tests.support import missing

pytest.importorskip("embreex")

_DARK = env.uniform((0.0, 0.0, 0.0))
_ABOVE = Camera((0.0, -0.01, 4.0), (0.0, 0.0, 0.0), 40.0, 64, 64)


def _sphere(radius: float, centre: tuple[float, float, float], colour: int, material: Material) -> Surface:
    around, down = 64, 32
    polar, azimuth = np.meshgrid(np.linspace(0, np.pi, down + 1), np.linspace(0, 2 * np.pi, around + 1), indexing="ij")
    points = np.stack([np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)], -1)
    row, column = np.meshgrid(np.arange(down), np.arange(around), indexing="ij")
    first = (row * (around + 1) + column).ravel()
    quads = np.stack([first, first + around + 1, first + around + 2, first + 1], 1)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    flat = points.reshape(-1, 3)
    labels, layers = labelled(len(triangles), 0, Layer.SKIN)
    uv = np.stack([azimuth / (2 * np.pi), 1 - polar / np.pi], -1).reshape(-1, 2)
    texture = np.full((8, 8, 3), colour, np.uint8)
    return Surface(
        "sphere", flat * radius + centre, triangles, uv, triangles, texture, labels, layers, material, 1, normals=flat
    )


def _square(half: float, height: float, colour: int, tags: frozenset[str] = frozenset()) -> Surface:
    corners = np.array([(-half, -half, height), (half, -half, height), (half, half, height), (-half, half, height)])
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    labels, layers = labelled(2, 0, Layer.BACKDROP)
    texture = np.full((4, 4, 3), colour, np.uint8)
    uv = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
    return Surface("square", corners, triangles, uv, triangles, texture, labels, layers, tags=tags)


def _sun(towards: tuple[float, float, float], irradiance: Colour) -> Lamp:
    unit = np.asarray(towards) / np.linalg.norm(towards)
    return Lamp((float(unit[0]), float(unit[1]), float(unit[2])), np.inf, 0.3, irradiance)


def _lit_from(*lamps: Lamp) -> Lighting:
    return Lighting(LightKind.STREET, _DARK, lamps)


def test_a_white_sphere_in_an_even_white_light_cannot_be_seen() -> None:
    """The furnace: what arrives leaves again, for a rough white surface within 2 per cent everywhere."""
    camera = Camera((0.0, -4.0, 0.0), (0.0, 0.0, 0.0), 35.0, 64, 64)
    lighting = Lighting(LightKind.STUDIO, env.uniform((1.0, 1.0, 1.0)), ())
    seen = picture([_sphere(1.0, (0.0, 0.0, 0.0), 255, Material.MATTE)], camera, lighting)
    assert np.abs(seen - 1).max() < 0.02


@pytest.mark.parametrize("material", [each for each in Material if each is not Material.HAIR])
def test_no_material_gives_back_more_than_it_gets(material: Material) -> None:
    """In the furnace no white surface of any material is brighter than what surrounds it (1 per cent for rounding of
    the fitted share that is mirrored), and none loses more than the light that rough surfaces keep inside."""
    camera = Camera((0.0, -4.0, 0.0), (0.0, 0.0, 0.0), 20.0, 48, 48)
    lighting = Lighting(LightKind.STUDIO, env.uniform((1.0, 1.0, 1.0)), ())
    seen = picture([_sphere(1.0, (0.0, 0.0, 0.0), 255, material)], camera, lighting)
    assert seen.max() < 1.01
    assert seen.min() > 0.85


@pytest.mark.parametrize("degrees", [0.0, 30.0, 60.0])
def test_a_plane_in_the_sun_follows_lamberts_cosine(degrees: float) -> None:
    """A grey plane's radiance is albedo / pi times the irradiance times the cosine, within 5 per cent (a matte
    surface mirrors some of it besides)."""
    albedo = ((128 / 255 + 0.055) / 1.055) ** 2.4
    sun = _sun((np.sin(np.radians(degrees)), 0.0, np.cos(np.radians(degrees))), (3.0, 2.0, 1.0))
    seen = picture([_square(3.0, 0.0, 128, frozenset({"backdrop"}))], _ABOVE, _lit_from(sun))
    expected = albedo / np.pi * np.array([3.0, 2.0, 1.0]) * np.cos(np.radians(degrees))
    assert seen.mean((0, 1)) == pytest.approx(expected, rel=0.05)


def test_a_shadow_falls_where_the_sun_says() -> None:
    """A plate one metre up under a sun at 45 degrees darkens the floor one metre to the side, not below itself. The
    plate is above the camera's own plane of view, so that both places are seen."""
    plate = _square(0.5, 1.0, 255)
    floor = _square(4.0, 0.0, 255, frozenset({"backdrop"}))
    camera = Camera((0.0, -3.0, 0.9), (0.4, 0.0, 0.0), 60.0, 96, 96)
    seen = picture([floor, plate], camera, _lit_from(_sun((-1.0, 0.0, 1.0), (np.pi, np.pi, np.pi))))
    column, row, _ = camera.project(np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [2.0, 0.0, 0.0]])).astype(int).T
    shadow, below, beside = seen[row, column, 1]
    assert shadow < 0.05
    assert below == pytest.approx(np.cos(np.pi / 4), rel=0.05)
    assert beside == pytest.approx(np.cos(np.pi / 4), rel=0.05)


def test_things_darken_the_floor_they_touch_and_walls_darken_nothing() -> None:
    """Under an even sky the floor is darkest where a ball touches it and open far away; a backdrop above it, which a
    camera could not see through, takes no light away."""
    lighting = Lighting(LightKind.OVERCAST, env.uniform((1.0, 1.0, 1.0)), ())
    floor = _square(4.0, 0.0, 255, frozenset({"backdrop"}))
    ball = _sphere(0.3, (0.0, 0.0, 0.3), 30, Material.MATTE)
    camera = Camera((0.0, -3.0, 1.2), (0.0, 0.0, 0.1), 45.0, 96, 96)
    seen = picture([floor, ball, _square(4.0, 2.5, 0, frozenset({"backdrop"}))], camera, lighting)
    column, row, _ = camera.project(np.array([[0.0, -0.12, 0.0], [1.1, -0.2, 0.0]])).astype(int).T
    touching, far = seen[row, column, 1]
    assert touching < 0.6
    assert far > 0.93


def test_cloth_that_lies_under_the_skin_it_covers_is_not_black() -> None:
    """A body that pokes through its clothes by 2 mm, drawn as cloth (its layer is higher), is lit like the open cloth
    it stands for: rays from below the skin do not stop at its inside."""
    body = _sphere(0.3, (0.0, 0.0, 1.0), 200, Material.SKIN)
    cloth = replace(_sphere(0.298, (0.0, 0.0, 1.0), 200, Material.CLOTH), layers=np.full(4096, Layer.UPPER, np.uint8))
    camera = Camera((0.0, -2.0, 1.0), (0.0, 0.0, 1.0), 12.0, 32, 32)
    lighting = Lighting(LightKind.OVERCAST, env.uniform((1.0, 1.0, 1.0)), (_sun((0.2, -1.0, 0.3), (1.0, 1.0, 1.0)),))
    covered, alone = picture([body, cloth], camera, lighting), picture([cloth], camera, lighting)
    assert covered.mean() > 0.9 * alone.mean()
    assert covered.min() > 0.8 * alone.min()


@pytest.mark.parametrize("kind", list(LightKind))
def test_every_light_exposes_a_card_and_repeats(kind: LightKind) -> None:
    """Each kind of light, ten times by chance: a white card is about white and, after the camera's white balance,
    at most as warm as a dim lamp leaves it; the same seed gives the same light."""
    for seed in range(10):
        lighting = sample_lighting(np.random.default_rng(seed), kind)
        card = card_irradiance(lighting) / np.pi * lighting.exposure * np.asarray(lighting.white)
        assert 0.7 < card @ [0.2126, 0.7152, 0.0722] < 1.4
        assert card.max() / card.min() < 2.5
        again = sample_lighting(np.random.default_rng(seed), kind)
        assert again.lamps == lighting.lamps
        assert again.environment.tobytes() == lighting.environment.tobytes()


def test_the_same_scene_gives_the_same_bytes() -> None:
    """Nothing in a picture is left to chance."""
    surfaces = [_square(4.0, 0.0, 180, frozenset({"backdrop"})), _sphere(0.3, (0.0, 0.0, 0.3), 150, Material.SKIN)]
    camera = Camera((0.0, -3.0, 1.2), (0.0, 0.0, 0.1), 30.0, 48, 64)
    lighting = sample_lighting(np.random.default_rng(3), LightKind.ROOM)
    assert picture(surfaces, camera, lighting).tobytes() == picture(surfaces, camera, lighting).tobytes()


def test_the_tone_curve_keeps_greys_and_order() -> None:
    """More light is never darker, none is black, much is white, and grey stays grey."""
    ramp = np.repeat(np.linspace(0, 9, 400, dtype=np.float32)[None, :, None], 3, 2)
    toned = tone_curve(ramp)[0]
    assert np.diff(toned[:, 1]).min() > -1e-6
    assert toned[0] == pytest.approx(0, abs=1e-6)
    assert toned[-1].min() > 0.995
    assert np.ptp(toned, axis=1).max() == 0
    lighting = Lighting(LightKind.STUDIO, _DARK, (), exposure=2.0)
    half = np.full((4, 4, 3), 0.1, np.float32)
    assert (develop(half, lighting) == develop(half * 2, replace(lighting, exposure=1.0))).all()


def test_environments_give_what_integrals_say() -> None:
    """A uniform sky gives pi times its radiance to every surface; a bright upper half gives an upward surface pi, a
    vertical one half of it, a downward one nothing."""
    assert env.irradiance(env.uniform((1.0, 2.0, 0.5))).reshape(-1, 3) == pytest.approx(
        np.broadcast_to(np.pi * np.array([1.0, 2.0, 0.5]), (512, 3)), rel=1e-5
    )
    upper = env.uniform((1.0, 1.0, 1.0)) * (env.directions()[..., 2:] > 0).astype(np.float32)
    given = env.looked_up(env.irradiance(upper), np.array([(0.0, 0, 1), (1.0, 0, 0), (0.0, 0, -1)]))[:, 0]
    assert given == pytest.approx(np.pi * np.array([1.0, 0.5, 0.0]), abs=0.05)


def test_fast_and_traced_pictures_agree() -> None:
    """Shadows, bounce and tone of the fast picture are those of a path tracer: 9 of 255 steps apart on average, over a
    ball on a floor before a wall in a studio's light."""
    if find_spec("mitsuba") is None or find_spec("pyoidn") is None:
        missing("mitsuba or pyoidn is not installed: the extra 'show'")
    from models.synthetic.render.tracer import trace

    ball = _sphere(0.45, (0.0, 0.0, 0.45), 170, Material.CLOTH)
    surfaces = [_square(3.0, 0.0, 170, frozenset({"backdrop"})), ball]
    camera = Camera((0.0, -3.0, 1.6), (0.0, 0.0, 0.3), 30.0, 48, 48)
    lighting = sample_lighting(np.random.default_rng(2), LightKind.STUDIO)
    fast = develop(picture(surfaces, camera, lighting), lighting).astype(int)
    traced = develop(trace(surfaces, camera, lighting, samples=16), lighting).astype(int)
    difference = float(np.abs(fast - traced).mean())
    print(f"mean difference {difference:.2f} of 255")
    assert difference < 9
