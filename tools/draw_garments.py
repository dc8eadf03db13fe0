"""Draws the fitting room's sample garments: `python tools/draw_garments.py`, from the repository's root.

They are this project's own pictures, so that a new installation has something to try on. Drawn, not photographed:
flat product shots on white, 768 x 1024, WebP. The same program gives the same pictures; it is not needed at run time.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
from cloth import (
    MIDDLE,
    Colour,
    Corner,
    Field,
    Table,
    X,
    Y,
    darker,
    filled,
    flipped,
    grain,
    hanging,
    mirrored,
    noise,
    radiating,
    rgb,
    stroke,
)
from prints import flowers, painted, soft, sunset

OUT = Path(__file__).parents[1] / "streams" / "gateway" / "page" / "garments"
# Good enough that no block shows at twice the size, and about 60 kB.
QUALITY = 88


def ribs(at: Field, period: float) -> Field:
    """The light on a knitted rib, `at` the coordinate across it."""
    return np.asarray(0.085 * np.sin(2 * np.pi * at / period), np.float32)


def jersey_folds(seed: int) -> Field:
    """How a shirt lies that was smoothed by hand: held at shoulders and armpits, loose below."""
    pulls = sum(radiating(x, 352, 120, seed + x, 5) for x in (210, 558))
    drape = noise(seed, 190, 17, 82) * np.clip((Y - 330) / 500, 0, 1)
    creases = noise(seed + 1, 70, 9, 28) + noise(seed + 2, 70, 9, 150)
    return np.asarray(2.0 * pulls + 2.3 * drape + 0.55 * creases + 1.6 * noise(seed + 3, 60, 60), np.float32)


def sleeve_folds(seed: int, degrees: float) -> Field:
    """Folds of the left sleeve, which lies at this angle; the right one's are the mirror picture of another seed's."""
    bends = noise(seed, 46, 11, degrees + 62) + noise(seed + 1, 60, 10, degrees)
    return np.asarray(1.5 * bends + noise(seed + 2, 40, 40), np.float32)


NECK: list[Corner] = [(384, 226, 0.2), (316, 158, 0.0)]
BODY: list[Corner] = [*NECK, (204, 197, -0.07), (208, 356, 0.012), (203, 808, -0.012), (384, 818, 0)]


def neckband(table: Table, colour: Colour, width: float = 17) -> None:
    """A ribbed crew neck, its front half; `back_of_neck` lies below."""
    outer: list[Corner] = [(384, 226 + width, 0.2), (316 - width, 156, 0.0), (316, 149, -0.215), (384, 226, 0)]
    band = filled(mirrored(outer))
    angle = np.arctan2(Y - 140, (X - MIDDLE) * 1.1)
    table.lay(band, colour, roundness=5, depth=2.6, texture=ribs(angle * 80, 5.2) * 0.7, casts=0.3)
    table.seam([(302, 157, -0.23), (384, 226 + width, -0.23), (466, 157, 0)], 0.2)


def back_of_neck(table: Table, colour: Colour) -> None:
    """The inside of a shirt's back that shows in its neck, with a label."""
    inside: list[Corner] = [(384, 164, 0.05), (312, 150, -0.2), (384, 240, 0)]
    shade = 0.74 + 0.14 * np.clip((Y - 165) / 60, 0, 1)
    table.lay(filled(mirrored(inside)), np.asarray(colour, np.float32) * shade[..., None], 0.8 * noise(5, 40, 20))
    band: list[Corner] = [(384, 164, 0.05), (312, 150, 0), (314, 164, -0.05), (384, 180, 0)]
    table.lay(filled(mirrored(band)), darker(colour, 0.86), roundness=4, depth=2, texture=ribs(X, 5))
    label: list[Corner] = [(366, 182, 0), (366, 202, 0), (402, 202, 0), (402, 182, 0)]
    table.lay(filled(label), rgb("f1ede4"), roundness=2, depth=0.6, casts=0.15)
    table.darken(stroke([(374, 192, 0), (394, 192, 0)], 1.6), 0.6)


def tee() -> Table:
    """A short-sleeved shirt with a printed sun over waves."""
    table, colour = Table(), rgb("26374a")
    weave = 0.018 * grain(1)
    sleeve: list[Corner] = [
        (208, 195, -0.05),
        (166, 222, -0.04),
        (66, 398, -0.02),
        (164, 452, 0.02),
        (212, 358, -0.07),
    ]
    for part, seed in ((sleeve, 10), (flipped(sleeve), 14)):
        side = 1 if part is sleeve else -1
        table.lay(filled(part), colour, sleeve_folds(seed, -60 * side), roundness=22, depth=12, texture=weave)
        hem: list[Corner] = [(73, 385, -0.02), (171, 439, 0)]
        table.seam(hem if part is sleeve else flipped(hem), 0.3)
    back_of_neck(table, colour)
    table.lay(filled(mirrored(BODY)), sunset(colour), jersey_folds(20), roundness=20, depth=9, texture=weave)
    for seam in ([(204, 197, -0.07), (208, 356, 0)], [(203, 792, -0.012), (384, 801, -0.012), (565, 792, 0)]):
        table.seam(seam, 0.4)
    table.seam(flipped([(204, 197, -0.07), (208, 356, 0)]), 0.4)
    neckband(table, colour)
    return table


LONG_SLEEVE: list[Corner] = [
    (208, 195, -0.05),
    (166, 226, -0.03),
    (50, 768, 0.0),
    (122, 786, 0.02),
    (212, 358, -0.07),
]


def cuff(table: Table, colour: Colour, side: int, length: float = 44) -> None:
    """The ribbed end of a long sleeve; `side` 1 is the left one, -1 the right one."""
    run = length / 44
    end: list[Corner] = [
        (51, 759, 0),
        (55 - 12 * run, 762 + 55 * run, 0.03),
        (117 - 11 * run, 778 + 55 * run, 0),
        (123, 777, 0.0),
    ]
    part = end if side == 1 else flipped(end)
    across = (X - MIDDLE) * side * 0.97 + (Y - 760) * 0.2
    table.lay(filled(part), colour, roundness=9, depth=6, texture=ribs(across, 5.4), casts=0.2)


def breton() -> Table:
    """A long-sleeved shirt with navy stripes on ecru."""
    table, ground, navy = Table(), rgb("e9dfcb"), rgb("27345a")
    weave = 0.016 * grain(2)
    for side, seed in ((1, 30), (-1, 34)):
        part = LONG_SLEEVE if side == 1 else flipped(LONG_SLEEVE)
        folds = sleeve_folds(seed, -78 * side)
        along = (Y - 200) * 0.975 - (X - MIDDLE) * side * 0.2 + 0.6 * folds
        stripes = soft(np.abs((along + 8) % 34 - 17) - 5.6) * soft(200 - along)
        table.lay(filled(part), painted(ground, (stripes, navy)), folds, roundness=24, depth=14, texture=weave)
        cuff(table, ground, side, 26)
    back_of_neck(table, ground)
    folds = jersey_folds(40)
    at = Y - 0.00022 * (X - MIDDLE) ** 2 + 0.5 * folds
    stripes = soft(np.abs((at - 8) % 34 - 17) - 5.6) * soft(300 - at) * soft(at - 770)
    table.lay(filled(mirrored(BODY)), painted(ground, (stripes, navy)), folds, roundness=20, depth=9, texture=weave)
    shoulder: list[Corner] = [(204, 197, -0.07), (208, 356, 0)]
    for seam in (shoulder, flipped(shoulder), [(203, 792, -0.012), (384, 801, -0.012), (565, 792, 0)]):
        table.seam(seam, 0.26)
    neckband(table, ground, 13)
    return table


def hoodie() -> Table:
    """A hooded sweatshirt of heavy fleece, with a pouch pocket and cords."""
    table, colour = Table(), rgb("8f9f84")
    fleece = 0.026 * grain(4, 0.9)
    dark = darker(colour, 0.9)
    for side, seed in ((1, 50), (-1, 54)):
        part = LONG_SLEEVE if side == 1 else flipped(LONG_SLEEVE)
        table.lay(filled(part), colour, 1.7 * sleeve_folds(seed, -78 * side), roundness=30, depth=20, texture=fleece)
        cuff(table, dark, side)
    hood: list[Corner] = [(384, 40, -0.16), (286, 104, -0.08), (270, 196, 0.0), (330, 262, 0.0), (384, 280, 0)]
    table.lay(filled(mirrored(hood)), colour, 2.6 * noise(57, 60, 16, 70), roundness=34, depth=24, texture=fleece)
    inside: list[Corner] = [(384, 84, -0.16), (322, 124, -0.09), (308, 190, 0.03), (384, 300, 0)]
    depth = np.clip((Y - 90) / 190, 0, 1)
    lining = np.asarray(colour, np.float32) * (0.5 + 0.26 * depth)[..., None]
    table.lay(filled(mirrored(inside)), lining, 2 * noise(58, 60, 20, 80), depth=-9, roundness=20, casts=0)
    table.seam([(384, 104, 0), (384, 215, 0)], 0.25)
    body: list[Corner] = [
        (384, 296, 0.08),
        (296, 178, -0.02),
        (200, 202, -0.07),
        (208, 360, -0.01),
        (212, 772, 0.0),
        (384, 780, 0),
    ]
    folds = 1.5 * jersey_folds(60)
    table.lay(filled(mirrored(body)), colour, folds, roundness=30, depth=15, texture=fleece)
    hem: list[Corner] = [(384, 776, 0.0), (213, 768, 0), (222, 828, -0.01), (384, 838, 0)]
    table.lay(filled(mirrored(hem)), dark, roundness=10, depth=5, texture=ribs(X, 6.0), casts=0.12)
    edge: list[Corner] = [(384, 316, 0.08), (276, 184, 0), (302, 160, -0.08), (384, 290, 0)]
    table.lay(filled(mirrored(edge)), colour, roundness=8, depth=6, texture=fleece, casts=0.25)
    pocket: list[Corner] = [(384, 580, 0), (316, 580, 0.06), (256, 680, 0), (256, 768, 0), (384, 774, 0)]
    table.lay(filled(mirrored(pocket)), colour, folds * 0.8, roundness=9, depth=5, texture=fleece, casts=0.4)
    opening: list[Corner] = [(325, 588, 0.06), (266, 684, 0)]
    for seam in ([(200, 202, -0.07), (208, 360, 0)], opening, [(318, 588, 0), (384, 588, 0)]):
        table.seam(seam, 0.34)
        table.seam(flipped(seam), 0.34)
    cords: list[list[Corner]] = [
        [(352, 282, 0.05), (342, 392, -0.04), (346, 470, 0)],
        [(416, 282, -0.04), (424, 400, 0.03), (420, 452, 0)],
    ]
    for cord in cords:
        table.lay(stroke(cord, 6), rgb("eceade"), roundness=3, depth=4, texture=ribs(X + Y, 4), casts=0.5)
        table.lay(filled([(x + cord[0][0], y + 283, 0) for x, y in ((-5, -5), (-5, 5), (5, 5), (5, -5))]), dark)
    return table


def trousers() -> Table:
    """Wide trousers with a pleat and a pressed crease."""
    table, colour = Table(), rgb("b08f68")
    twill = (0.012 * grain(6) + 0.01 * np.sin((X + Y) * 2.2)).astype(np.float32)
    inside: list[Corner] = [(384, 72, 0), (284, 68, 0), (286, 110, 0), (384, 118, 0)]
    table.lay(filled(mirrored(inside)), darker(colour, 0.6))
    leg: list[Corner] = [
        (386, 112, 0),
        (280, 104, 0.03),
        (240, 284, 0.0),
        (216, 962, -0.01),
        (362, 966, 0.005),
        (386, 360, 0),
    ]
    for side, seed in ((1, 70), (-1, 76)):
        part = leg if side == 1 else flipped(leg)
        axis = MIDDLE - side * (MIDDLE - (328 - (Y - 120) * 0.046))
        crease = np.exp(-np.abs(X - axis) / 14) * np.clip((Y - 130) / 160, 0, 1)
        crotch = radiating(MIDDLE, 364, 110, seed, 4)
        knee = noise(seed + 1, 60, 15, 12 * side) * np.exp(-(((Y - 600) / 150) ** 2))
        drape = noise(seed + 2, 260, 20, 90 - 3 * side)
        folds = 3.4 * crease + 2.2 * crotch + 1.1 * knee + 2.0 * drape + noise(seed + 3, 50, 50)
        table.lay(filled(part), colour, folds, roundness=22, depth=11, texture=twill, casts=0.3)
        for seam in ([(218, 930, -0.01), (362, 934, 0)], [(270, 150, -0.08), (250, 268, 0)]):
            table.seam(seam if side == 1 else flipped(seam), 0.36)
        pleat: list[Corner] = [(330, 114, 0), (326, 206, 0)]
        table.seam(pleat if side == 1 else flipped(pleat), 0.5, 1.6)
    table.seam([(384, 112, 0), (384, 360, 0)], 0.5)
    table.seam([(384, 264, -0.2), (408, 234, -0.02), (410, 116, 0)], 0.26)
    band: list[Corner] = [(384, 84, 0), (284, 72, 0), (280, 108, 0), (384, 119, 0)]
    table.lay(filled(mirrored(band)), colour, 0.6 * noise(80, 60, 10), roundness=6, depth=4, texture=twill)
    for x in (300, 352, 416, 468):
        loop: list[Corner] = [(x - 5, 70, 0), (x - 5, 124, 0), (x + 5, 124, 0), (x + 5, 70, 0)]
        table.lay(filled(loop), colour, roundness=4, depth=3, texture=twill, casts=0.4)
    table.lay(soft(np.hypot(X - 384, Y - 101) - 7.5), rgb("6d5338"), roundness=3, depth=3, casts=0.4)
    return table


def shorts() -> Table:
    """Denim shorts, washed at the thighs, with orange thread and a rivet or two."""
    table, thread = Table(), rgb("d29a55")
    twill = (0.03 * grain(7, 0.7) + 0.022 * np.sin((X * 1.3 - Y) * 2.4)).astype(np.float32)
    inside: list[Corner] = [(384, 262, 0), (238, 252, 0), (240, 300, 0), (384, 320, 0)]
    table.lay(filled(mirrored(inside)), rgb("3e5878"))
    leg: list[Corner] = [
        (386, 306, 0),
        (236, 292, 0.03),
        (196, 450, 0.0),
        (160, 728, -0.015),
        (366, 752, 0.01),
        (386, 568, 0),
    ]
    wash = np.zeros_like(X)
    for x in (272, 496):
        wash += np.exp(-(((X - x) / 62) ** 2) - ((Y - 590) / 130) ** 2)
    tone = np.clip(wash + 0.10 * noise(90, 14, 5) + 0.06 * noise(91, 3, 50), 0, 1)[..., None]
    denim = ((1 - tone) * np.asarray(rgb("5f86b4")) + tone * np.asarray(rgb("b4cbe2"))).astype(np.float32)
    for side, seed in ((1, 92), (-1, 97)):
        part = leg if side == 1 else flipped(leg)
        whiskers = noise(seed, 60, 6, 24 * side) * np.exp(-(((Y - 500) / 60) ** 2))
        folds = 2.6 * radiating(MIDDLE, 575, 110, seed, 5) + 1.1 * whiskers + 2 * noise(seed + 2, 70, 24, 84)
        table.lay(filled(part), denim, folds, roundness=20, depth=11, texture=twill, casts=0.35)
        fray = soft(np.abs(Y - 741 - (X - MIDDLE + side * 121) * 0.11 * side) - 7 - 3 * grain(seed, 0.5))
        strip = fray * filled(part)
        table.picture += (np.asarray(rgb("dfe8f2"), np.float32) - table.picture) * (0.6 * strip)[..., None]
        pocket: list[Corner] = [(318, 306, 0.18), (226, 372, 0)]
        outer: list[Corner] = [(232, 312, 0), (202, 450, 0), (168, 722, 0)]
        for line in (pocket, outer):
            table.seam(line if side == 1 else flipped(line), 0.5, 1.8)
        inner: list[Corner] = [(313, 306, 0.18), (223, 366, 0)]
        both = (pocket, inner, [(238, 312, 0), (208, 450, 0), (174, 722, 0)])
        table.stitches((line if side == 1 else flipped(line) for line in both), thread)
        for x, y in ((314, 318), (232, 374)):
            rivet = soft(np.hypot(X - MIDDLE + side * (MIDDLE - x), Y - y) - 3.4)
            table.lay(rivet, rgb("c98d5a"), depth=3, roundness=2)
    table.seam([(384, 310, 0), (384, 568, 0)], 0.6, 1.8)
    table.stitches(([(390, 310, 0), (390, 566, 0)], [(386, 470, -0.25), (428, 420, -0.02), (430, 312, 0)]), thread)
    band: list[Corner] = [(384, 278, 0), (240, 262, 0), (234, 300, 0), (384, 317, 0)]
    table.lay(filled(mirrored(band)), denim, 0.6 * noise(99, 50, 9), roundness=6, depth=4, texture=twill)
    edges: list[list[Corner]] = [
        [(238, 295, 0), (384, 312, 0), (530, 295, 0)],
        [(241, 267, 0), (384, 283, 0), (527, 267, 0)],
    ]
    table.stitches(edges, thread)
    for x, y in ((262, 262), (326, 269), (442, 269), (506, 262)):
        loop: list[Corner] = [(x - 6, y - 2, 0), (x - 6, y + 50, 0), (x + 6, y + 50, 0), (x + 6, y - 2, 0)]
        table.lay(filled(loop), denim, roundness=4, depth=3, texture=twill, casts=0.4)
    table.lay(soft(np.hypot(X - 384, Y - 298) - 9), rgb("b9864f"), roundness=4, depth=4, casts=0.45)
    return table


def dress() -> Table:
    """A midi dress with flutter sleeves, gathered at the waist, printed with small flowers."""
    table, ground = Table(), rgb("a8433c")
    weave = 0.014 * grain(8)
    print_ = flowers(ground)
    inside: list[Corner] = [(384, 128, 0.03), (312, 116, 0), (340, 200, 0), (384, 290, 0)]
    table.lay(filled(mirrored(inside)), darker(ground, 0.6))
    sleeve: list[Corner] = [(262, 122, -0.08), (182, 226, 0.06), (246, 296, 0.02), (292, 262, 0)]
    for part, seed in ((sleeve, 110), (flipped(sleeve), 113)):
        side = 1 if part is sleeve else -1
        folds = 3.4 * radiating(MIDDLE - side * 118, 120, 260, seed, 11)
        table.lay(filled(part), print_, folds, roundness=10, depth=5, texture=weave)
    skirt: list[Corner] = [
        (384, 416, 0.0),
        (286, 412, 0.03),
        (206, 700, 0.01),
        (156, 966, -0.03),
        (232, 974, -0.03),
        (310, 980, -0.03),
        (384, 982, 0),
    ]
    folds = 13 * hanging(405, 975, lambda y: 98 + (y - 412) * 0.235, 7.4, 120)
    folds += 1.6 * noise(121, 16, 60, 0) * np.exp(-np.clip(Y - 415, 0, None) / 40)
    table.lay(filled(mirrored(skirt)), print_, folds, roundness=16, depth=9, texture=weave)
    bodice: list[Corner] = [
        (384, 262, 0.04),
        (312, 112, 0.0),
        (258, 122, -0.10),
        (284, 268, 0.03),
        (286, 414, -0.015),
        (384, 420, 0),
    ]
    pulls = radiating(286, 270, 90, 122, 5) + radiating(482, 270, 90, 123, 5)
    gathers = noise(124, 8, 70, 0) * np.exp(-np.clip(414 - Y, 0, None) / 44)
    folds = 2 * pulls + 1.5 * gathers + 1.3 * noise(125, 44, 30)
    table.lay(filled(mirrored(bodice)), print_, folds, depth=9, texture=weave)
    wrap: list[Corner] = [(384, 262, 0.0), (338, 414, 0)]
    table.seam(wrap, 0.3)
    belt: list[Corner] = [(384, 408, 0), (285, 402, 0), (285, 426, 0), (384, 432, 0)]
    table.lay(filled(mirrored(belt)), print_, 0.8 * noise(126, 20, 8), roundness=5, depth=4, texture=weave, casts=0.35)
    for seam in ([(384, 270, 0.04), (306, 116, 0)], [(258, 122, -0.1), (284, 268, 0)]):
        table.seam(seam, 0.3)
        table.seam(flipped(seam), 0.3)
    return table


GARMENTS: dict[str, Callable[[], Table]] = {
    "sunset-tee": tee,
    "breton-top": breton,
    "fleece-hoodie": hoodie,
    "pleated-trousers": trousers,
    "denim-shorts": shorts,
    "flower-dress": dress,
}


def main() -> None:
    """Writes every picture, or those named as arguments."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or GARMENTS:
        file = OUT / f"{name}.webp"
        Image.fromarray(GARMENTS[name]().photographed()).save(file, "WEBP", quality=QUALITY, method=6)
        print(f"{file.name}: {file.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
