"""Words as masks, in many faces from one font.

The font is the one inside Pillow (Aileron, CC0), so that the same words look the same on every machine; weight, width,
slope, outline and bend make faces of it.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Mask = npt.NDArray[np.uint8]  # (h, w), 0..255
_SIZE = 96  # pixels of an em: a print of 25 cm with ten letters has 4 pixels to a millimetre

WORDS = (
    "Ocean", "Summer", "Studio", "Club 84", "Bonjour", "Hello", "Wild", "Sunday", "Coast", "North", "Mountain", "Amour",
    "Athletic", "Dream", "Paradise", "Harbour", "Kyoto", "Lisboa", "Berlin", "Roma", "Island", "Vintage", "Sunrise",
    "Good days", "Moonlight", "Explore", "Nature", "Garden", "Riviera", "Campus", "Original", "Surf", "Sailing",
    "Cycle", "Soleil", "Ciao", "Hola", "Love", "Peace", "Echo", "Nova", "Lumen", "Atelier", "Future", "Stay cool",
    "West Side",
    "1989", "2024", "No. 7", "Est. 92", "Above", "Tomorrow", "Lemon", "Citrus", "Tokyo nights", "Pacific", "Desert",
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    """How letters look: `weight` and `outline` in hundredths of an em, `width` a factor, `slope` and `bend` in radians
    over the word, `spacing` in hundredths of an em."""

    weight: int = 0
    outline: int = 0
    width: float = 1.0
    slope: float = 0.0
    bend: float = 0.0
    spacing: int = 0
    upper: bool = False


def sample_lettering(rng: np.random.Generator, heavy: bool = False) -> Face:
    """A face; `heavy` for sport."""
    kind = "block" if heavy else str(rng.choice(["thin", "plain", "block", "italic", "outline", "arched", "wide"]))
    faces = {
        "thin": Face(weight=1, spacing=int(rng.integers(4, 22)), upper=bool(rng.random() < 0.6)),
        "plain": Face(weight=4),
        "block": Face(weight=int(rng.integers(5, 9)), width=float(rng.uniform(0.65, 0.95)), spacing=3, upper=True),
        "italic": Face(weight=int(rng.integers(2, 6)), slope=0.25),
        "outline": Face(weight=6, outline=4, spacing=8, upper=True),
        "arched": Face(weight=5, bend=float(rng.uniform(0.6, 1.2)), spacing=4, upper=True),
        "wide": Face(weight=3, width=float(rng.uniform(1.25, 1.6)), upper=True),
    }
    return faces[kind]


@lru_cache(maxsize=512)
def lettering(text: str, face: Face) -> Mask:
    """The word's mask, cut to its letters."""
    text = text.upper() if face.upper else text
    mask = _letters(text, face)
    if face.outline:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * face.outline + 1, 2 * face.outline + 1))
        mask = cv2.subtract(mask, cv2.erode(mask, kernel)).astype(np.uint8)
    if face.slope:
        shift = face.slope * mask.shape[0]
        matrix = np.array([[1.0, -face.slope, shift], [0.0, 1.0, 0.0]])
        mask = cv2.warpAffine(mask, matrix, (mask.shape[1] + int(shift) + 1, mask.shape[0])).astype(np.uint8)
    if face.bend:
        mask = _bent(mask, face.bend)
    if face.width != 1.0:
        size = (max(round(mask.shape[1] * face.width), 1), mask.shape[0])
        mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.uint8)
    x, y, w, h = cv2.boundingRect(mask)
    return np.ascontiguousarray(mask[y : y + h, x : x + w], np.uint8)


def _letters(text: str, face: Face) -> Mask:
    font = ImageFont.load_default(_SIZE)
    space = _SIZE * face.spacing / 100
    stroke = round(_SIZE * face.weight / 100)
    advance = [font.getlength(letter) + space + stroke for letter in text]
    picture = Image.new("L", (int(sum(advance)) + _SIZE, 2 * _SIZE))
    draw = ImageDraw.Draw(picture)
    x = _SIZE / 3
    for letter, step in zip(text, advance, strict=True):
        draw.text((x, _SIZE * 1.4), letter, font=font, fill=255, anchor="ls", stroke_width=stroke)
        x += step
    mask = np.asarray(picture, np.uint8)
    left, top, w, h = cv2.boundingRect(mask)
    return np.ascontiguousarray(mask[top : top + h, left : left + w])


def _bent(mask: Mask, bend: float) -> Mask:
    """Set along an arc of `bend` radians, its middle on top."""
    height, width = mask.shape
    radius = width / bend
    outer = radius + height
    half = outer * np.sin(bend / 2) if bend < np.pi else outer
    columns, rows = int(2 * half) + 2, int(outer - radius * np.cos(bend / 2)) + 2
    x, y = np.meshgrid(np.arange(columns) - columns / 2, outer - np.arange(rows))
    angle, distance = np.arctan2(x, y), np.hypot(x, y)
    source_x = (angle / bend + 0.5) * width
    source_y = outer - distance
    return np.asarray(
        cv2.remap(mask, source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_LINEAR), np.uint8
    )
