"""People: who stands before the camera."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from models.synthetic.body.model import Body
from models.synthetic.body.stature import Shape, build, solve

Sex = Literal["female", "male"]
Rng = np.random.Generator

# Adults' mean heights and their spread within a country, cm. NCD-RisC, A century of trends in adult human height,
# eLife 2016;5:e13410: worldwide 171 (men) and 159 (women), countries from 160 to 183 and from 149 to 170. Shoppers
# are sampled from the taller half of countries, hence the means; the spread between countries is 4 cm.
_HEIGHT: dict[Sex, tuple[float, float]] = {"male": (175.0, 6.8), "female": (162.5, 6.4)}
_COUNTRIES = 4.0
# From 40 on people lose height, by 75 about 3 (men) and 5 cm (women). Sorkin, Muller and Andres, Am J Epidemiol 1999.
_SHRINKS: dict[Sex, float] = {"male": 3.0, "female": 5.0}
# BMI is about log-normal. NCD-RisC, Trends in adult body-mass index, Lancet 2016;387:1377: means 24.2 and 24.4, so
# medians of 23.9.
_BMI, _BMI_SPREAD = 23.9, 0.16
_BMI_ENDS = (17.0, 38.0)
_AGES = (18.0, 75.0)

SKINS: dict[Sex, tuple[str, ...]] = {
    "female": ("young_caucasian_female2", "young_asian_female", "middleage_asian_female"),
    "male": (
        "young_caucasian_male",
        "young_caucasian_male2",
        "young_asian_male",
        "middleage_asian_male",
        "middleage_caucasian_male",
    ),
}
# Painted dark: palms, lips and nails are as they should be.
DARK_SKINS = ("young_african_male", "middleage_african_male", "old_african_male")
CROPPED = "cropped"  # drawn on the scalp; the others are assets
HAIR: dict[Sex, tuple[str, ...]] = {
    "female": ("bob02", "long01", "ponytail01", "braid01", "short04", CROPPED),
    "male": ("short01", "short02", "short03", "short04", CROPPED),
}
HAIR_COLOURS = ("black", "dark_brown", "brown", "light_brown", "blond", "red", "grey", "white")
EYES = ("darkbrown", "brown", "brownlight", "green", "grey", "blue", "bluegreen")
SHOE_COLOURS = ("black", "black", "dark_brown", "tan", "white", "grey", "navy")
SOCKS = ("black", "white", "grey", "navy")
_SOCKED: dict[Sex, float] = {"female": 0.35, "male": 0.75}
SHOES = ("shoes01", "shoes02", "shoes03", "shoes04", "shoes05", "shoes06", "barefoot")


@dataclass(frozen=True)
class Person:
    """A person. `tone` is on Monk's scale, 1 light to 10 dark, with fractions; `skin`, `hair`, `eyes`, `brows` and
    `shoes` name assets (`shoes` may be "barefoot"). Left out assets are replaced by what the base mesh offers."""

    sex: Sex
    age: float  # years
    height_cm: float
    weight_kg: float
    shape: Shape
    tone: float
    skin: str
    hair: str
    hair_colour: str
    eyes: str
    brows: str
    lashes: str
    shoes: str
    shoe_colour: str = ""  # of `footwear.COLOURS`; empty leaves them
    socks: str = "black"  # the colour; empty: none
    underwear: str = "grey"

    @property
    def bmi(self) -> float:
        """Kilograms per square metre."""
        return self.weight_kg / (self.height_cm / 100) ** 2

    def body(self) -> Body:
        """The body at rest; the same object for equal people, as long as it is remembered."""
        return _body(self.shape)


@lru_cache(maxsize=64)
def _body(shape: Shape) -> Body:
    return build(shape)


def sample_person(rng: Rng, sex: Sex | None = None) -> Person:
    """Somebody whose height and mass are those of real adults (about 20 ms)."""
    sex = sex or ("female" if rng.random() < 0.55 else "male")
    age = float(_AGES[0] + (_AGES[1] - _AGES[0]) * rng.beta(1.1, 1.9))
    metres, kilograms = _size(rng, sex, age)
    tone = float(np.round(rng.uniform(1.0, 10.0), 1))
    shape = solve(metres, kilograms, _phenotypes(rng, sex, age, tone, kilograms / metres**2))
    colour = _hair_colour(rng, sex, age, tone)
    shoes = str(rng.choice(SHOES, p=(0.19, 0.17, 0.19, 0.19, 0.12, 0.12, 0.02)))
    return Person(
        sex=sex,
        age=age,
        height_cm=metres * 100,
        weight_kg=kilograms,
        shape=shape,
        tone=tone,
        skin=_skin(rng, sex, age, tone),
        hair=_hair(rng, sex, tone),
        hair_colour=colour,
        eyes=_eyes(rng, tone, colour),
        brows=f"eyebrow{rng.integers(1, 13):03d}",
        lashes=f"eyelashes{(1 if sex == 'male' else int(rng.integers(1, 5))):02d}",
        shoes=shoes,
        # The sixth pair is bright blue as it comes.
        shoe_colour=str(rng.choice(SHOE_COLOURS)) if rng.random() < (0.85 if shoes == "shoes06" else 0.4) else "",
        socks=str(rng.choice(SOCKS, p=(0.42, 0.3, 0.18, 0.1))) if rng.random() < _SOCKED[sex] else "",
        underwear=str(rng.choice(("white", "grey", "black"))),
    )


def _size(rng: Rng, sex: Sex, age: float) -> tuple[float, float]:
    """Metres and kilograms."""
    mean, spread = _HEIGHT[sex]
    total = float(np.hypot(spread, _COUNTRIES))
    centimetres = mean + total * float(np.clip(rng.standard_normal(), -2.6, 2.6))
    centimetres -= _SHRINKS[sex] * max(age - 40.0, 0.0) / 35.0
    # Young adults are leaner than the middle-aged by about 2 units.
    middle = _BMI * np.exp(0.08 * (min(age, 60.0) - 42.0) / 24.0)
    while True:
        bmi = float(middle * np.exp(_BMI_SPREAD * rng.standard_normal()))
        if _BMI_ENDS[0] <= bmi <= _BMI_ENDS[1]:
            return centimetres / 100, bmi * (centimetres / 100) ** 2


def _phenotypes(rng: Rng, sex: Sex, age: float, tone: float, bmi: float) -> dict[str, float]:
    # anny's 2/3 is 25 years, 1 is 90; below 2/3 the child begins, so the youngest stay just under it.
    grown = 2 / 3 + (age - 25.0) / 65.0 / 3 if age >= 25 else 2 / 3 - 0.004 * (25.0 - age)
    dark = (tone - 1) / 9
    races = rng.dirichlet((0.3 + 1.2 * dark, 0.7, 0.3 + 1.2 * (1 - dark)))
    return {
        "gender": float(rng.uniform(0.88, 1.0)) if sex == "female" else float(rng.uniform(0.0, 0.12)),
        "age": float(grown),
        "muscle": float(rng.uniform(0.3, 0.75)) if bmi < 30 else float(rng.uniform(0.2, 0.5)),
        "proportions": float(rng.uniform(0.35, 0.85)),
        "cupsize": float(rng.uniform(0.25, 0.7)),
        "firmness": float(np.clip(0.75 - 0.4 * (age - 20) / 55 + rng.normal(0, 0.1), 0.1, 0.9)),
        "african": float(races[0]),
        "asian": float(races[1]),
        "caucasian": float(races[2]),
    }


def _skin(rng: Rng, sex: Sex, age: float, tone: float) -> str:
    if sex == "male" and tone > 6.0:
        old = 2 if age > 58 else 1 if age > 40 else 0
        return DARK_SKINS[old]
    choices = [name for name in SKINS[sex] if name.startswith("middleage") == (age > 42)]
    return str(rng.choice(choices))


def _hair(rng: Rng, sex: Sex, tone: float) -> str:
    choices = list(HAIR[sex])
    if sex == "female" and tone < 6.0:
        choices.remove(CROPPED)
    elif sex == "male" and tone > 6.0:
        choices = ["short01", "short02", "short04", CROPPED, CROPPED]
    return str(rng.choice(choices))


def _hair_colour(rng: Rng, sex: Sex, age: float, tone: float) -> str:
    # Half of men are grey at 60 (Panhard, Lozano and Loussouarn, British Journal of Dermatology 2012); women dye it.
    grey = np.clip((age - 48.0) / 24.0, 0.0, 0.85) * (0.5 if sex == "female" else 1.0)
    if rng.random() < grey:
        return "white" if age > 65 and rng.random() < 0.4 else "grey"
    if tone > 6.0:
        return str(rng.choice(("black", "black", "dark_brown")))
    if tone > 3.5:
        return str(rng.choice(HAIR_COLOURS[:3], p=(0.45, 0.4, 0.15)))
    return str(rng.choice(HAIR_COLOURS[:6], p=(0.12, 0.24, 0.24, 0.18, 0.16, 0.06)))


def _eyes(rng: Rng, tone: float, colour: str) -> str:
    if tone > 5.0 or colour == "black":
        return "darkbrown" if tone > 4.0 or rng.random() < 0.6 else "brown"
    return str(rng.choice(EYES, p=(0.22, 0.2, 0.1, 0.14, 0.14, 0.16, 0.04)))
