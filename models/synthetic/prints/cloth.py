"""The cloth of a garment: its colours, its fine structure and how light behaves on it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.garments.garment import Garment, Texel
from models.synthetic.prints import fabric, floral, organic, patterns
from models.synthetic.prints.choice import KINDS, sample_fabric, sample_kind
from models.synthetic.prints.construction import Panel, Trim, construct
from models.synthetic.prints.cut import cut
from models.synthetic.prints.denim import indigo, wash
from models.synthetic.prints.graphic import graphic
from models.synthetic.prints.palette import Colour, Palette, lightness, sample_palette, tone
from models.synthetic.prints.patterns import Pattern
from models.synthetic.prints.placed import Placed, logo, number, words
from models.synthetic.prints.sheet import Field, Picture, Sheet
from models.synthetic.surface import Material, Texture

__all__ = ["KINDS", "Cloth", "sample_cloth"]


@dataclass(frozen=True, eq=False)
class Cloth:
    """What a garment is made of, drawn for one garment's cut: the front in the left half, the back in the right half.

    Texels are square: a texture of (H, W) shows `extent` metres of cloth in each half, so that a texel is
    `extent[0] / (W / 2) = extent[1] / H` metres.
    """

    kind: str  # one of `KINDS`
    texture: Texture  # (H, W, 3), sRGB
    relief: npt.NDArray[np.float32] | None  # (H, W) metres towards the viewer; None: as flat as can be told
    material: Material
    colour: tuple[int, int, int]  # the ground's sRGB: what a shop would name
    has_text: bool
    fabric: str = "jersey"  # one of `fabric.FABRICS`
    period: tuple[float, float] = (0.0, 0.0)  # metres: the pattern's repeat (x, y), 0 where there is none


_ALL_OVER: dict[str, Callable[[np.random.Generator, Colour | None], Pattern]] = {
    "stripes": patterns.stripes,
    "vertical_stripes": patterns.vertical_stripes,
    "pinstripes": patterns.pinstripes,
    "checks": patterns.checks,
    "tartan": patterns.tartan,
    "gingham": patterns.gingham,
    "dots": patterns.dots,
    "floral": floral.floral,
    "geometric": patterns.geometric,
    "leopard": organic.leopard,
    "zebra": organic.zebra,
    "paisley": floral.paisley,
    "tie_dye": organic.tie_dye,
    "colour_block": patterns.colour_block,
    "camouflage": organic.camouflage,
}
_PLACED: dict[str, Callable[[np.random.Generator, Palette, float], Placed]] = {
    "logo": logo,
    "graphic": graphic,
    "text": words,
    "number": number,
}
_WIDTH = (0.19, 0.27)  # metres: a chest is some 0.45 m wide, a print takes half of it
_BELOW = (0.075, 0.10)  # metres from the neck to a large print: front, back
_MIDDLE = 0.015  # metres: how near to the middle cloth counts as there; a triangle is as large
_NEUTRALITY = {"satin": 0.3, "linen": 0.7, "corduroy": 0.6}
# Where prints go if a garment does not say: the middle of the chest, and the wearer's left of it.
_MARKS: dict[str, Texel] = {"chest": (0.25, 0.70), "back": (0.75, 0.72), "left_chest": (0.29, 0.78)}


@dataclass(frozen=True, eq=False)
class _Recipe:
    """Everything about a cloth but its pixels."""

    kind: str
    pattern: Pattern
    prints: tuple[list[tuple[Placed, Texel]], list[tuple[Placed, Texel]]]  # front, back
    woven: fabric.Fabric
    coarse: float  # 0 fine to 1 coarse
    trim: Trim


def sample_cloth(
    rng: np.random.Generator,
    garment: Garment,
    kind: str | None = None,
    size: int = 1024,
    *,
    ground: Colour | None = None,
) -> Cloth:
    """A cloth that suits the garment, or one of the `kind` asked for; the texture has about `size * size / 2` texels.
    `ground` is the colour (sRGB) that it shall have; what is printed on it follows.

    Raises:
        ValueError: the kind is none of `KINDS`.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"unknown kind of cloth {kind!r}; there are {', '.join(KINDS)}")
    recipe = _recipe(rng, garment, kind or sample_kind(rng, garment.name, garment.category), ground)
    width, height = garment.extent
    sheet = Sheet(width, height, size / 2 / float(np.sqrt(width * height)))
    # Every panel has a generator of its own: what is drawn on one does not change the other.
    seeds = rng.integers(1 << 32, size=2)
    panels = [_panel(np.random.default_rng(int(seed)), sheet, garment, recipe, back) for back, seed in enumerate(seeds)]
    return Cloth(
        kind=recipe.kind,
        texture=np.ascontiguousarray(np.concatenate([picture for picture, _ in panels], 1)),
        relief=np.ascontiguousarray(np.concatenate([relief for _, relief in panels], 1)),
        material=recipe.woven.material,
        colour=recipe.pattern.palette.ground,
        has_text=any(placed.has_text for side in recipe.prints for placed, _ in side),
        fabric=recipe.woven.name,
        period=recipe.pattern.period,
    )


def _recipe(rng: np.random.Generator, garment: Garment, kind: str, ground: Colour | None) -> _Recipe:
    woven = fabric.FABRICS[sample_fabric(rng, kind, garment.name)]
    pattern = _pattern(rng, kind, ground)
    prints = _prints(rng, kind, garment, pattern.palette)
    return _Recipe(kind, pattern, prints, woven, float(rng.random()), _trim(rng, kind, pattern.palette))


def _panel(
    rng: np.random.Generator, sheet: Sheet, garment: Garment, recipe: _Recipe, back: int
) -> tuple[Picture, Field]:
    """A panel's colours and heights."""
    picture = recipe.pattern.paint(sheet)
    if recipe.kind == "denim":
        picture = wash(rng, sheet, picture, garment, bool(back))
    if recipe.kind == "heather":
        picture = organic.melange(rng, sheet, picture)
    for placed, at in recipe.prints[back]:
        placed.paint(sheet, picture, _metres(at, sheet))
    weave = recipe.woven.weave(rng, sheet, recipe.coarse)
    # Threads of white cloth let light through: their shadows are half as deep.
    depth = np.float32(1 - 0.5 * lightness(recipe.pattern.palette.ground) ** 2)
    shade = cv2.merge([np.asarray(1 + depth * (weave.shade - 1), np.float32)] * 3)
    shaded = np.asarray(cv2.multiply(picture, shade, dtype=cv2.CV_8U), np.uint8)
    relief = np.zeros(sheet.shape, np.float32) if weave.relief is None else np.array(weave.relief, np.float32)
    construct(Panel(sheet, shaded, relief), garment.seams, recipe.trim, bool(back))
    return shaded, relief


def _pattern(rng: np.random.Generator, kind: str, ground: Colour | None) -> Pattern:
    if kind in _ALL_OVER:
        return _ALL_OVER[kind](rng, ground)
    if kind in _PLACED:
        palette = sample_palette(rng, 3, neutral=0.65, contrast=0.35, ground=ground)
    elif kind == "denim":
        palette = indigo(rng)
        palette = replace(palette, ground=ground or palette.ground)
    elif kind == "leather":
        palette = sample_palette(rng, 1, neutral=1.0, ground=ground or _leather(rng))
    elif kind in _NEUTRALITY:
        palette = sample_palette(rng, 1, neutral=_NEUTRALITY[kind], ground=ground)
    else:
        return patterns.plain(rng, ground)
    return Pattern(palette, lambda sheet: sheet.blank(palette.ground))


def _leather(rng: np.random.Generator) -> Colour:
    """Mostly black and brown."""
    hides: tuple[Colour, ...] = ((28, 27, 28), (30, 28, 28), (74, 48, 34), (120, 76, 46), (92, 36, 38))
    return tone(hides[int(rng.integers(len(hides)))], float(rng.uniform(0.9, 1.1)))


def _prints(
    rng: np.random.Generator, kind: str, garment: Garment, palette: Palette
) -> tuple[list[tuple[Placed, Texel]], list[tuple[Placed, Texel]]]:
    """What is printed where on the front and on the back."""
    if kind not in _PLACED:
        return [], []
    marks = _MARKS | garment.marks
    if garment.category == "lower":  # small, on the wearer's left thigh
        maker = logo if kind in {"logo", "graphic"} else _PLACED[kind]
        return [(maker(rng, palette, float(rng.uniform(0.04, 0.075))), _thigh(garment))], []
    front: list[tuple[Placed, Texel]] = []
    # Nothing is printed across a zip or a row of buttons: there it is a small mark beside it, and the back is large.
    opens = any(seam.kind in {"zip", "button", "placket"} for seam in garment.seams)
    if opens and kind != "logo":
        maker = logo if kind == "graphic" else _PLACED[kind]
        front.append((maker(rng, palette, float(rng.uniform(0.06, 0.08))), marks["left_chest"]))
    elif kind == "logo":
        centred = rng.random() < 0.3 and not opens
        size = float(rng.uniform(0.08, 0.13) if centred else rng.uniform(0.035, 0.06))
        small = logo(rng, palette, size)
        front.append((small, (_below_neck(garment, 0, small) if centred else None) or marks["left_chest"]))
    else:
        large = _PLACED[kind](rng, palette, float(rng.uniform(*_WIDTH)))
        front.append((large, _below_neck(garment, 0, large) or marks["chest"]))
    if rng.random() > (0.8 if kind == "number" else 0.25):
        return front, []
    behind = kind if kind == "number" else str(rng.choice(["text", "graphic"]))
    large = _PLACED[behind](rng, palette, float(rng.uniform(*_WIDTH)))
    return front, [(large, _below_neck(garment, 1, large) or marks["back"])]


def _below_neck(garment: Garment, side: int, print_: Placed) -> Texel | None:
    """Where a large print's middle goes: its upper edge a hand's width below the neck's; None if there is no cloth in
    the middle."""
    texels = garment.uv[np.unique(garment.uv_triangles[garment.panels == side])]
    column = 0.25 + 0.5 * side
    middle = texels[np.abs(texels[:, 0] - column) * 2 * garment.extent[0] < _MIDDLE]
    if len(middle) == 0:
        return None
    down = (_BELOW[side] + print_.size[1] / 2) / garment.extent[1]
    return column, float(middle[:, 1].max()) - down


def _thigh(garment: Garment) -> Texel:
    """The middle of the wearer's left thigh, in front."""
    mask = cut(garment).front
    rows = np.nonzero(mask.any(1))[0]
    row = int(rows[0] + 0.33 * (rows[-1] - rows[0])) if len(rows) else 0
    inside = np.nonzero(mask[row, mask.shape[1] // 2 :])[0]
    middle = 0.5 + (float(inside.mean()) / mask.shape[1] if len(inside) else 0.1)
    return middle / 2, 1 - (row + 0.5) / len(mask)


def _trim(rng: np.random.Generator, kind: str, palette: Palette) -> Trim:
    ground = palette.ground
    if kind == "denim":
        gold: Colour = (196, 138, 62)
        thread = gold if rng.random() < 0.75 else tone(ground, 1.25)
        return Trim(thread, (150, 128, 96), visible=0.95 if thread == gold else 0.6)
    contrast = rng.random()
    band = (
        palette.accent(0)
        if contrast < 0.12 and kind in {"plain", "logo", "text", "number", "graphic"} and palette.accents
        else ground
    )
    buttons: tuple[Colour, ...] = ((244, 240, 230), tone(ground, 0.55), tone(ground, 1.3), (62, 44, 34), (30, 30, 32))
    button = buttons[int(rng.integers(len(buttons)))]
    thread = tone(ground, 0.78) if lightness(ground) > 0.12 else tone(ground, 1.12)
    plain = kind not in _ALL_OVER
    return Trim(thread, button, band if plain else None, visible=0.4)


def _metres(at: Texel, sheet: Sheet) -> tuple[float, float]:
    """Where a texel of the atlas lies on its panel."""
    return (at[0] % 0.5) * 2 * sheet.width - sheet.width / 2, (1 - at[1]) * sheet.height
