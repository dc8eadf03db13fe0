"""Colours as shops sell them: mostly neutrals, some of the season, and pairs that go together.

Colours are chosen in OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020), where equal steps
of lightness look equal for all hues.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Colour = tuple[int, int, int]  # sRGB
Lch = tuple[float, float, float]  # OKLCH: lightness 0..1, chroma 0..0.3, hue in degrees

# Share of the rail, lightness, chroma, hue.
_NEUTRALS: dict[str, tuple[float, Lch]] = {
    "black": (14, (0.22, 0.005, 270)),
    "charcoal": (5, (0.34, 0.008, 260)),
    "grey": (5, (0.62, 0.006, 250)),
    "light grey": (5, (0.82, 0.005, 250)),
    "white": (13, (0.975, 0.003, 90)),
    "ecru": (7, (0.93, 0.022, 88)),
    "navy": (10, (0.28, 0.06, 265)),
    "sand": (5, (0.80, 0.045, 78)),
    "camel": (4, (0.64, 0.085, 68)),
    "brown": (4, (0.38, 0.05, 52)),
    "olive": (5, (0.45, 0.055, 118)),
    "khaki": (3, (0.66, 0.055, 98)),
    "blue grey": (3, (0.55, 0.04, 245)),
}
_ACCENTS: dict[str, tuple[float, Lch]] = {
    "red": (3, (0.53, 0.20, 26)),
    "burgundy": (4, (0.34, 0.10, 14)),
    "rust": (3, (0.54, 0.13, 44)),
    "coral": (2, (0.70, 0.15, 32)),
    "mustard": (3, (0.72, 0.13, 84)),
    "butter": (2, (0.92, 0.08, 98)),
    "sage": (3, (0.72, 0.045, 145)),
    "forest": (4, (0.37, 0.07, 155)),
    "emerald": (2, (0.52, 0.12, 160)),
    "teal": (2, (0.46, 0.075, 205)),
    "sky": (4, (0.80, 0.065, 240)),
    "cobalt": (3, (0.45, 0.18, 264)),
    "lavender": (3, (0.77, 0.075, 300)),
    "plum": (2, (0.36, 0.10, 330)),
    "pink": (3, (0.85, 0.065, 5)),
    "rose": (3, (0.66, 0.085, 15)),
    "fuchsia": (1.5, (0.58, 0.22, 355)),
}
# Ottosson's matrices.
_LAB_TO_CONES = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_CONES_TO_LINEAR = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)
_NEUTRAL_SHARE = 0.62  # of a shop's rail, by eye over the samples and common line sheets


@dataclass(frozen=True)
class Palette:
    """A ground and what is printed on it, most important first; `name` is the ground's."""

    name: str
    ground: Colour
    accents: tuple[Colour, ...]

    def accent(self, number: int) -> Colour:
        """The accent of that number; they repeat."""
        return self.accents[number % len(self.accents)]


def to_srgb(colour: Lch) -> Colour:
    """The nearest sRGB of an OKLCH colour: chroma is lowered until it can be shown."""
    lightness, chroma, hue = colour
    for share in np.linspace(1.0, 0.0, 21):
        linear = _linear(lightness, chroma * float(share), hue)
        if linear.min() > -1e-3 and linear.max() < 1 + 1e-3:
            break
    linear = np.clip(linear, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.round(255 * encoded).astype(int).tolist()
    return red, green, blue


def to_lch(colour: Colour) -> Lch:
    """An sRGB colour in OKLCH."""
    encoded = np.array(colour, float) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(np.linalg.solve(_CONES_TO_LINEAR, linear))
    light, a, b = (float(value) for value in np.linalg.solve(_LAB_TO_CONES, cones))
    return light, float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)))


def sample_ground(rng: np.random.Generator, neutral: float = _NEUTRAL_SHARE) -> tuple[str, Lch]:
    """A cloth's name and colour; `neutral` is the share of neutrals."""
    table = _NEUTRALS if rng.random() < neutral else _ACCENTS
    shares = np.array([share for share, _ in table.values()])
    name = list(table)[int(rng.choice(len(table), p=shares / shares.sum()))]
    lightness, chroma, hue = table[name][1]
    # Black and white are the most exact of all dyes; the others differ from maker to maker.
    spread = 0.3 if name in {"black", "white"} else 1.0
    return name, (
        float(np.clip(lightness + spread * rng.normal(0, 0.025), 0.16, 0.985)),
        max(chroma * (1 + 0.12 * rng.normal()), 0.0),
        hue + spread * rng.normal(0, 5),
    )


def sample_palette(
    rng: np.random.Generator,
    accents: int = 2,
    neutral: float = _NEUTRAL_SHARE,
    contrast: float = 0.28,
    *,
    ground: Colour | None = None,
) -> Palette:
    """A ground (or the one given) with `accents` colours that go with it and differ from it by at least `contrast` of
    lightness; `neutral` is the share of neutral grounds."""
    name, base = sample_ground(rng, neutral)
    if ground is not None:
        name, base = "given", to_lch(ground)
    found = [_partner(rng, base, contrast, number) for number in range(accents)]
    return Palette(name, ground or to_srgb(base), tuple(to_srgb(colour) for colour in found))


def tone(colour: Colour, factor: float) -> Colour:
    """Darker (below 1) or lighter (above 1): shadow and light on the same cloth."""
    values = np.array(colour, float)
    scaled = values * factor if factor <= 1 else 255 - (255 - values) / factor
    red, green, blue = np.clip(np.round(scaled), 0, 255).astype(int).tolist()
    return red, green, blue


def lightness(colour: Colour) -> float:
    """Relative luminance 0..1 (Rec. 709 weights on encoded values: enough to choose between dark and light)."""
    return float(np.dot(colour, (0.2126, 0.7152, 0.0722)) / 255)


def _partner(rng: np.random.Generator, ground: Lch, contrast: float, number: int) -> Lch:
    """Same hue, a neighbour, the opposite, or a neutral: the schemes of colour theory that prints are made of."""
    light, chroma, hue = ground
    options = [x for x in (light - contrast, light + contrast) if 0.2 <= x <= 0.97] or [0.95 if light < 0.5 else 0.25]
    target = float(options[int(rng.integers(len(options)))])
    target = float(np.clip(target + np.sign(target - light) * rng.uniform(0, 0.25), 0.2, 0.97))
    scheme = rng.choice(4, p=(0.2, 0.25, 0.2, 0.35) if number == 0 else (0.3, 0.35, 0.25, 0.1))
    if scheme == 3:
        return target, 0.012, 85.0
    # A neutral ground has no hue to keep to: one is drawn from the season's.
    base = hue if chroma > 0.03 else float(rng.choice([lch[2] for _, lch in _ACCENTS.values()]))
    turn = (0.0, float(rng.choice([-1, 1])) * rng.uniform(25, 60), 180 + rng.uniform(-25, 25))[int(scheme)]
    # What is very dark or very light can carry little chroma.
    strength = rng.uniform(0.05, 0.15) * (1 - abs(2 * target - 1.1) ** 3)
    return target, float(max(strength, 0.02)), base + turn


def _linear(light: float, chroma: float, hue: float) -> npt.NDArray[np.float64]:
    lab = np.array([light, chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))])
    return np.asarray(_CONES_TO_LINEAR @ (_LAB_TO_CONES @ lab) ** 3, np.float64)
