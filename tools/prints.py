"""Pictures on cloth for `draw_garments.py`: prints as colour fields (H, W, 3), RGB 0..1."""

import cv2
import numpy as np
from cloth import MIDDLE, SCALE, Colour, Field, X, Y, grain, rgb


def painted(ground: Colour, *layers: tuple[Field, Colour]) -> Field:
    """A picture (H, W, 3): the ground, and each colour where its mask is."""
    picture = np.broadcast_to(np.asarray(ground, np.float32), (*X.shape, 3)).copy()
    for mask, colour in layers:
        picture += (np.asarray(colour, np.float32) - picture) * mask[..., None]
    return picture


def soft(distance: Field) -> Field:
    """1 where a distance in pixels is negative, with one pixel's edge."""
    return np.clip(0.5 - distance * SCALE / 2, 0, 1).astype(np.float32)


def sunset(ground: Colour) -> Field:
    """The tee's print: a sun cut by bands, over three waves, slightly worn as screen prints are."""
    disc = soft(np.hypot(X - MIDDLE, Y - 470) - 104)
    for i, (top, height) in enumerate(((474, 5), (496, 7), (519, 9), (543, 11))):
        disc = disc * (1 - soft(np.abs(Y - top - i) - height / 2))
    warmth = np.clip((Y - 366) / 210, 0, 1)[..., None]
    sun = (1 - warmth) * np.asarray(rgb("f6c667")) + warmth * np.asarray(rgb("e8604c"))
    picture = painted(ground)
    worn = np.clip(0.93 + 0.09 * grain(3, 0.8), 0, 1)
    picture += (sun.astype(np.float32) - picture) * (disc * worn)[..., None]
    for top, code in ((592, "f3ead8"), (616, "7fb6b2"), (640, "4b8a94")):
        wave = np.abs(Y - top - 7 * np.sin((X - MIDDLE) / 17 + top)) - 4.2
        line = soft(wave) * soft(np.abs(X - MIDDLE) - 112 + 0.32 * (top - 592))
        picture += (np.asarray(rgb(code), np.float32) - picture) * (line * worn)[..., None]
    return picture.astype(np.float32)


def flowers(ground: Colour) -> Field:
    """A print of five-petalled flowers and leaves, scattered evenly and turned at random."""
    picture, chance = painted(ground), np.random.default_rng(130)
    petals, hearts, leaves = (np.zeros_like(X) for _ in range(3))
    for row, y in enumerate(range(90, 1010, 27)):
        for x in range(120, 660, 31):
            cx, cy = x + (row % 2) * 15.5 + chance.uniform(-4, 4), y + chance.uniform(-4, 4)
            turn, size = chance.uniform(0, 2 * np.pi), chance.uniform(0.75, 1.15)
            for k in range(5):
                a = turn + k * 2 * np.pi / 5
                spot(petals, cx + 4.2 * size * np.cos(a), cy + 4.2 * size * np.sin(a), 2.9 * size)
            spot(hearts, cx, cy, 1.9 * size)
            spot(leaves, cx + 11 * np.cos(turn), cy + 11 * np.sin(turn), 1.7)
    for mask, code in ((leaves, "6f2a2b"), (petals, "f6ead9"), (hearts, "e7b455")):
        picture += (np.asarray(rgb(code), np.float32) - picture) * mask[..., None]
    return picture.astype(np.float32)


def spot(mask: Field, x: float, y: float, radius: float) -> None:
    """Draws a dot into a mask."""
    centre = (round(x * SCALE * 16), round(y * SCALE * 16))
    cv2.circle(mask, centre, round(radius * SCALE * 16), 1.0, -1, cv2.LINE_AA, shift=4)
