"""The light of each kind of place, by chance; the camera looks along +y."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from models.synthetic.render import environment as env
from models.synthetic.render.light import Colour, Lamp, Lighting, LightKind, Radiance, Vector
from models.synthetic.scene import backdrop as scene

# How bright a white card comes out: photographers expose people so that a white shirt (0.8) is just below white.
_CARD = 1.05
_LUMA = np.array([0.2126, 0.7152, 0.0722])
_WIDEST = 28.0  # degrees; a disk that fills more is no lamp but a part of the surroundings
# Kind, distance in metres and the fill light's share of the key for each kind of light a scene has.
_PLACES: dict[scene.LightKind, tuple[LightKind, float, float]] = {
    scene.LightKind.SOFTBOX: (LightKind.STUDIO, 2.8, 0.45),
    scene.LightKind.WINDOW: (LightKind.ROOM, 3.0, 0.2),
    scene.LightKind.CEILING: (LightKind.ROOM, 1.7, 0.0),
    scene.LightKind.LAMP: (LightKind.EVENING, 2.0, 0.0),
    scene.LightKind.OVERCAST: (LightKind.OVERCAST, np.inf, 0.0),
    scene.LightKind.SUN: (LightKind.STREET, np.inf, 0.0),
    scene.LightKind.EVENING: (LightKind.EVENING, 3.5, 0.25),
    scene.LightKind.FLASH: (LightKind.FLASH, 2.4, 0.0),
}


def sample_lighting(rng: np.random.Generator, kind: LightKind) -> Lighting:
    """A light of this kind; the same generator state gives the same light."""
    return balanced(_MAKERS[kind](rng), rng.uniform(0.65, 1.0), float(np.exp(rng.normal(0, 0.08))))


def lighting_of(place: scene.Lighting, rng: np.random.Generator) -> Lighting:
    """The light of a backdrop: its key as a lamp, the rest from all around, more of it from above."""
    key = _tinted(place.kelvin, place.share)
    kind, distance, fill = _PLACES[place.kind]
    if place.spread > _WIDEST:  # a whole sky: no lamp could be so wide, its darker half counts as surroundings
        key = _tinted(place.kelvin, place.share * 0.5)
    lamps = [Lamp(place.key, distance, float(np.clip(place.spread, 0.3, _WIDEST)), key)]
    rest = (1 - place.share) / np.pi
    around = _tinted(place.ambient_kelvin, rest)
    if np.isinf(distance):
        clear = 1.0 if place.kind is scene.LightKind.SUN else 0.0
        surround = _sky(place.key, clear, rest / 0.75) * np.asarray(blackbody(place.ambient_kelvin), np.float32) ** 0.5
    else:
        surround = env.gradient(
            _colour(np.asarray(around) * 1.4), around, _colour(np.asarray(around) * rng.uniform(0.5, 0.8))
        )
    if fill:  # what a photographer or the nearest wall sends back from the other side
        across = aimed(-np.sign(place.key[0]) * rng.uniform(35, 60), rng.uniform(5, 25))
        lamps.append(Lamp(across, 2.8, 24.0, _tinted(place.kelvin, place.share * fill * rng.uniform(0.5, 1.2))))
    adaption, brightness = rng.uniform(0.75, 1.0), float(np.exp(rng.normal(0, 0.06)))
    return balanced(Lighting(kind, np.asarray(surround, np.float32), tuple(lamps)), adaption, brightness)


def balanced(lighting: Lighting, adaption: float = 1.0, brightness: float = 1.0) -> Lighting:
    """The same light, scaled so that a white card at the subject is about white, the camera's white balance moved by
    the share `adaption` to its colour, exposed by `brightness` around what is right."""
    card = card_irradiance(lighting)
    level = float(card @ _LUMA)
    scale = np.pi * _CARD / level
    tint = card / level
    gains = tint ** (-adaption)
    gains /= float((tint * gains) @ _LUMA)
    lamps = tuple(
        Lamp(lamp.towards, lamp.distance, lamp.size, _colour(np.asarray(lamp.irradiance) * scale))
        for lamp in lighting.lamps
    )
    scaled = np.asarray(lighting.environment * scale, np.float32)
    return Lighting(lighting.kind, scaled, lamps, lighting.exposure * brightness, _colour(gains))


def card_irradiance(lighting: Lighting) -> npt.NDArray[np.float64]:
    """What a white card at the subject gets (3,): between the mean and the most of cards turned left, ahead, right and
    up, because a photographer exposes for the lit side."""
    normals = np.array([(0, -1, 0), (-0.65, -0.75, 0.1), (0.65, -0.75, 0.1), (0, -0.75, 0.65)])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    total = env.looked_up(env.irradiance(lighting.environment), normals)
    for lamp in lighting.lamps:
        facing = np.clip(normals @ np.asarray(lamp.towards), 0, None)
        total = total + facing[:, None] * np.asarray(lamp.irradiance)
    brightest = total[np.argmax(total @ _LUMA)]
    return np.asarray(0.5 * total.mean(0) + 0.5 * brightest, np.float64)


def blackbody(kelvin: float) -> Colour:
    """Linear sRGB of a black body, luminance 1; 6500 K is white. Planckian locus by Kim et al. 2002 (US 7024034)."""
    t = 1e3 / np.clip(kelvin, 1700, 20000)
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
    if kelvin <= 2222:
        y = -1.1063814 * x**3 - 1.34811020 * x**2 + 2.18555832 * x - 0.20219683
    elif kelvin <= 4000:
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    xyz = np.array([x / y, 1.0, (1 - x - y) / y])
    to_rgb = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    rgb = np.clip(to_rgb @ xyz, 0.02, None)
    return _colour(rgb / (rgb @ _LUMA))


def aimed(azimuth: float, elevation: float) -> Vector:
    """Towards a light: azimuth in degrees from the camera's side (0 behind the camera, 90 the picture's right)."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return float(np.sin(a) * np.cos(e)), float(-np.cos(a) * np.cos(e)), float(np.sin(e))


def _colour(values: npt.NDArray[np.float64]) -> Colour:
    return float(values[0]), float(values[1]), float(values[2])


def _tinted(kelvin: float, level: float) -> Colour:
    return _colour(np.asarray(blackbody(kelvin)) * level)


def _side(rng: np.random.Generator) -> float:
    return -1.0 if rng.random() < 0.5 else 1.0


def _studio(rng: np.random.Generator) -> Lighting:
    side, kelvin = _side(rng), rng.uniform(5200, 6600)
    key = Lamp(
        aimed(side * rng.uniform(20, 55), rng.uniform(25, 50)), rng.uniform(2.4, 4), rng.uniform(9, 20),
        _tinted(kelvin, rng.uniform(1.6, 2.4)),
    )  # fmt: skip
    fill = Lamp(
        aimed(-side * rng.uniform(30, 70), rng.uniform(5, 30)), rng.uniform(2.5, 4), rng.uniform(18, 26),
        _tinted(kelvin, rng.uniform(0.3, 1.0)),
    )  # fmt: skip
    ambient = rng.uniform(0.22, 0.45)
    surround = env.gradient(_tinted(kelvin, ambient * 1.5), _tinted(kelvin, ambient), _tinted(kelvin, ambient * 0.8))
    return Lighting(LightKind.STUDIO, surround + env.glow((0, -0.5, 1), _tinted(kelvin, 0.5), 40), (key, fill))


def _room(rng: np.random.Generator) -> Lighting:
    side, day, tungsten = _side(rng), rng.uniform(5600, 7500), rng.uniform(2700, 3600)
    window = Lamp(
        aimed(side * rng.uniform(30, 85), rng.uniform(8, 25)), rng.uniform(1.8, 3.5), rng.uniform(18, 30),
        _tinted(day, rng.uniform(1.0, 2.0)),
    )  # fmt: skip
    ceiling = Lamp(
        aimed(rng.uniform(-60, 60), rng.uniform(60, 80)), rng.uniform(1.5, 2.2), rng.uniform(5, 12),
        _tinted(tungsten, rng.uniform(0.2, 0.9)),
    )  # fmt: skip
    level = rng.uniform(0.2, 0.36)
    mixed = _tinted((day + tungsten) / 2, level)
    walls = env.gradient(_tinted((day + tungsten) / 2, level * 1.4), mixed, _tinted(tungsten, level * 0.6))
    bounce = env.glow(aimed(-side * 70, 10), _tinted(5000, level * 0.7), 60)
    return Lighting(LightKind.ROOM, walls + bounce, (window, ceiling))


def _sky(sun: Vector, clear: float, level: float) -> Radiance:
    """A sky with `clear` 0 overcast (CIE: the zenith three times the horizon) to 1 blue, over a grey ground."""
    blue, grey = np.array([0.35, 0.6, 1.15]), np.array([0.95, 1.0, 1.06])
    zenith = level * (clear * 0.55 * blue + (1 - clear) * 1.2 * grey)
    horizon = level * (clear * np.array([0.8, 0.95, 1.15]) + (1 - clear) * 0.55 * grey)
    ground = level * np.array([0.36, 0.33, 0.3]) * (0.8 + 0.5 * clear)
    sky = env.gradient(_colour(zenith), _colour(horizon), _colour(ground), 0.6)
    return sky + env.glow(sun, _tinted(5500, level * 0.8 * clear), 25)


def _street(rng: np.random.Generator) -> Lighting:
    elevation = rng.uniform(18, 60)
    sun = aimed(_side(rng) * rng.uniform(15, 140), elevation)
    kelvin = np.interp(elevation, [5, 20, 50], [3400, 4800, 5600])
    clear = rng.uniform(0.5, 1.0)
    lamp = Lamp(sun, np.inf, rng.uniform(0.3, 1.5), _tinted(float(kelvin), rng.uniform(2.0, 3.2) * clear))
    return Lighting(LightKind.STREET, _sky(sun, clear, rng.uniform(0.4, 0.6)), (lamp,))


def _overcast(rng: np.random.Generator) -> Lighting:
    sun = aimed(rng.uniform(-120, 120), rng.uniform(35, 65))
    lamp = Lamp(sun, np.inf, rng.uniform(20, 30), _tinted(rng.uniform(5800, 6800), rng.uniform(0.2, 0.7)))
    # Houses and trees cut off the lowest sky on two sides: light comes from above and along the street.
    sky = _sky(sun, 0.0, 0.8)
    across = np.abs(env.directions()[..., :1])
    low = np.clip(1 - np.abs(env.directions()[..., 2:]) / 0.5, 0, 1)
    return Lighting(LightKind.OVERCAST, np.asarray(sky * (1 - 0.6 * across * low), np.float32), (lamp,))


def _evening(rng: np.random.Generator) -> Lighting:
    if rng.random() < 0.5:  # the golden hour
        sun = aimed(_side(rng) * rng.uniform(25, 120), rng.uniform(6, 14))
        lamp = Lamp(sun, np.inf, rng.uniform(0.4, 2.0), _tinted(rng.uniform(2900, 3600), rng.uniform(1.5, 2.6)))
        return Lighting(LightKind.EVENING, _sky(sun, 0.6, rng.uniform(0.35, 0.5)), (lamp,))
    kelvin = rng.uniform(2500, 3100)
    lamps = tuple(
        Lamp(
            aimed(side * rng.uniform(20, 70), rng.uniform(20, 60)), rng.uniform(1.6, 2.6), rng.uniform(5, 14),
            _tinted(kelvin, rng.uniform(0.6, 1.6)),
        )
        for side in (-1.0, 1.0)
    )  # fmt: skip
    level = rng.uniform(0.14, 0.28)
    room = env.gradient(_tinted(kelvin, level * 1.5), _tinted(kelvin, level), _tinted(kelvin, level * 0.5))
    return Lighting(LightKind.EVENING, room, lamps)


def _flash(rng: np.random.Generator) -> Lighting:
    flash = Lamp(aimed(rng.uniform(-4, 4), rng.uniform(4, 9)), rng.uniform(1.8, 2.6), 1.0, _tinted(5700, 2.4))
    kelvin, level = rng.uniform(3600, 5200), rng.uniform(0.15, 0.3)
    room = env.gradient(_tinted(kelvin, level * 1.6), _tinted(kelvin, level), _tinted(kelvin, level * 0.5))
    return Lighting(LightKind.FLASH, room, (flash,))


def _product(rng: np.random.Generator) -> Lighting:
    """A white cyclorama between two large softboxes: shadows only where things touch."""
    kelvin = rng.uniform(5800, 6700)
    lamps = tuple(
        Lamp(
            aimed(side * rng.uniform(40, 60), rng.uniform(25, 45)), 2.5, rng.uniform(20, 28),
            _tinted(kelvin, rng.uniform(0.5, 1.1)),
        )
        for side in (-1.0, 1.0)
    )  # fmt: skip
    surround = env.gradient(_tinted(kelvin, 0.7), _tinted(kelvin, 0.5), _tinted(kelvin, 0.45))
    return Lighting(LightKind.PRODUCT, surround, lamps)


_MAKERS: dict[LightKind, Callable[[np.random.Generator], Lighting]] = {
    LightKind.STUDIO: _studio,
    LightKind.ROOM: _room,
    LightKind.STREET: _street,
    LightKind.OVERCAST: _overcast,
    LightKind.EVENING: _evening,
    LightKind.FLASH: _flash,
    LightKind.PRODUCT: _product,
}
