"""Fronts of houses as pictures, 10 m wide and 7.5 m high: they stand out of focus behind people."""

from functools import lru_cache

import cv2
import numpy as np

from models.synthetic.scene.noise import noise, smoothstep
from models.synthetic.scene.textures import walls
from models.synthetic.scene.textures.tile import Colour, Picture, finished, mixed, pick, plain, rgb
from models.synthetic.surface import Texture

WIDTH, HEIGHT = 10.0, 7.5  # metres
_SCALE = 64  # pixels per metre
_KEPT, _TAG = 40, 0xFACE
_NAMES = (
    "BAKERY",
    "Books & Paper",
    "Flowers",
    "CAFE",
    "Tailor",
    "OPTICIAN",
    "Corner Shop",
    "BARBER",
    "Tea House",
    "SHOES",
)


def facade(rng: np.random.Generator, colour: Colour | None = None) -> Texture:
    """A house's front; of about `colour` where one is asked for."""
    if colour is None:
        return _kept(int(rng.integers(_KEPT)))
    return _drawn(rng, colour)


@lru_cache(maxsize=_KEPT)
def _kept(number: int) -> Texture:
    return _drawn(np.random.default_rng([_TAG, number]), None)


def _drawn(rng: np.random.Generator, colour: Colour | None) -> Texture:
    image = np.ascontiguousarray(_base(rng, colour))
    storey = rng.uniform(2.9, 3.4)
    trim = pick(rng, "e9e4d8 f2efe8 8d8a84 5a5b5c 3c4246 c7b9a3")
    shop = rng.random() < 0.45
    count = int(rng.integers(3, 6))
    wide, tall = rng.uniform(0.9, 1.3), rng.uniform(1.4, 1.9)
    xs = (np.arange(count) + 0.5) * WIDTH / count
    for floor in range(1, 3):
        for x in xs:
            _window(image, rng, (float(x), floor * storey + 0.8, wide, tall), trim)
    if shop:
        _shopfront(image, rng, storey)
    else:
        entrance = int(rng.integers(count))
        for number, x in enumerate(xs):
            if number == entrance:
                _entrance(image, rng, float(x), trim)
            else:
                _window(image, rng, (float(x), 0.9, wide, tall), trim)
    # Rain and exhaust: darker towards the ground and in streaks.
    y = np.linspace(HEIGHT, 0, len(image), dtype=np.float32)[:, None]
    dirt = 0.2 * np.exp(-y / 0.35) + 0.03 * np.roll(noise(rng, 512, 1.2, 0.06), 0)[:480].repeat(2, 1)[:, :640]
    return finished(image * (1 - dirt)[..., None])


def _base(rng: np.random.Generator, colour: Colour | None) -> Picture:
    height, width = int(HEIGHT * _SCALE), int(WIDTH * _SCALE)
    if rng.random() < 0.4:
        tile = walls.brick(rng, colour)
        rows = (np.arange(height) / _SCALE / tile.size[1] * 512).astype(int) % 512
        columns = (np.arange(width) / _SCALE / tile.size[0] * 512).astype(int) % 512
        return np.asarray(tile.texture[rows][:, columns] / np.float32(255), np.float32)
    base = (
        pick(rng, "e8e2d4 d9cdb8 cfd3d2 e3c9a8 c98f6b b7bfa8 d8b4a0 f0ede6 a9b4bd 8f8a84") if colour is None else colour
    )
    grain = noise(rng, 512, 1.6)[:height].repeat(2, 1)[:, :width]
    return plain(base, 1 + 0.03 * grain)


def _rows(low: float, high: float) -> slice:
    return slice(max(0, round((HEIGHT - high) * _SCALE)), max(0, round((HEIGHT - low) * _SCALE)))


def _columns(left: float, right: float) -> slice:
    return slice(max(0, round(left * _SCALE)), max(0, round(right * _SCALE)))


def _fill(image: Picture, x: tuple[float, float], y: tuple[float, float], colour: Colour) -> None:
    image[_rows(*y), _columns(*x)] = colour


def _glass(rng: np.random.Generator, image: Picture, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Panes that mirror the sky above and the street below, a curtain or a lit room behind."""
    area = image[_rows(*y), _columns(*x)]
    if area.size == 0:
        return
    height, width = area.shape[:2]
    top, bottom = pick(rng, "93a5b3 aebfca 7b8a96 c3ced6"), pick(rng, "3a4148 2b3036 4a4f50")
    # The roofs across the street, mirrored: steps of a few widths and heights.
    roofs = np.repeat(rng.uniform(0.15, 0.75, 6), rng.integers(3, 30, 6) * 4)
    line = np.resize(roofs, width).astype(np.float32)[None]
    share = 6 * (np.linspace(0, 1, height, dtype=np.float32)[:, None] - line)
    share = share + 0.12 * noise(rng, 512, 1.8)[:height, :width]
    panes = mixed(top, bottom, smoothstep(0, 1, share))
    if rng.random() < 0.45:
        curtain = pick(rng, "d8d4ca c9c2b4 e6e2da")
        folds = 0.9 + 0.1 * np.sin(np.linspace(0, 40, width, dtype=np.float32))
        cover = plain(curtain, np.broadcast_to(folds, (height, width)))
        panes = mixed(panes, cover, np.full((height, width), rng.uniform(0.3, 0.7), np.float32))
    area[:] = panes
    # The lintel's shadow.
    area[: max(1, height // 14)] *= 0.55


def _window(image: Picture, rng: np.random.Generator, at: tuple[float, float, float, float], trim: Colour) -> None:
    """A window about x, from a height up, so wide and tall."""
    x, low, wide, tall = at
    left, right, high = x - wide / 2, x + wide / 2, low + tall
    _fill(image, (left - 0.1, right + 0.1), (low - 0.1, high + 0.12), trim)
    _fill(image, (left, right), (low, high), trim * 0.8)
    _glass(rng, image, (left + 0.06, x - 0.025), (low + 0.06, high - 0.06))
    _glass(rng, image, (x + 0.025, right - 0.06), (low + 0.06, high - 0.06))
    _fill(image, (left - 0.16, right + 0.16), (low - 0.16, low - 0.08), trim)
    image[_rows(low - 0.3, low - 0.16), _columns(left - 0.14, right + 0.14)] *= 0.78


def _entrance(image: Picture, rng: np.random.Generator, x: float, trim: Colour) -> None:
    leaf = pick(rng, "3c4a3f 5a2f2a 2d3c4e 6b4a32 2b2b2b 7a6a55 4f6b7a")
    _fill(image, (x - 0.68, x + 0.68), (0, 2.75), trim)
    _fill(image, (x - 0.52, x + 0.52), (0, 2.15), leaf)
    _glass(rng, image, (x - 0.52, x + 0.52), (2.2, 2.62))
    for low, high in ((0.25, 0.95), (1.1, 1.95)):
        for left in (x - 0.42, x + 0.06):
            _fill(image, (left, left + 0.36), (low, high), leaf * 0.75)
            _fill(image, (left + 0.03, left + 0.36), (low, high - 0.03), leaf * 1.08)
    _fill(image, (x + 0.42, x + 0.47), (1.0, 1.12), rgb("c9b070"))
    _fill(image, (x - 0.8, x + 0.8), (0, 0.14), rgb("8d8a84"))


def _shopfront(image: Picture, rng: np.random.Generator, storey: float) -> None:
    paint = pick(rng, "2d3c4e 22262a 3c4a3f 6b2f2f 8a6642 d8d2c4 4f5d5a b08a3e")
    sign = storey - 0.55
    _fill(image, (0.3, WIDTH - 0.3), (0, storey - 0.1), paint)
    _fill(image, (0.5, WIDTH - 0.5), (sign, storey - 0.18), paint * 1.2)
    name = _NAMES[int(rng.integers(len(_NAMES)))]
    ink, face = pick(rng, "efe6d0 c9a860 ffffff"), int(rng.choice([cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX]))
    (wide, tall), _ = cv2.getTextSize(name, face, 0.6, 1)
    board = np.zeros(image.shape[:2], np.uint8)
    start = round(WIDTH * _SCALE / 2 - wide / 2), round((HEIGHT - sign - 0.185) * _SCALE + tall / 2)
    cv2.putText(board, name, start, face, 0.6, (255,), 1, cv2.LINE_AA)
    image[:] = mixed(image, ink, np.asarray(board / np.float32(255), np.float32))
    at: float = 0.5
    while at < WIDTH - 1.6:
        pane = rng.uniform(1.2, 2.4)
        door = rng.random() < 0.25
        low = 0.1 if door else rng.uniform(0.45, 0.6)
        right = min(at + (1.0 if door else pane), WIDTH - 0.5)
        _glass(rng, image, (at, right), (low, sign - 0.1))
        _display(image, rng, at, right, low)
        at = right + 0.12


def _display(image: Picture, rng: np.random.Generator, left: float, right: float, low: float) -> None:
    """Lit goods behind the glass."""
    for _ in range(int(rng.integers(2, 7))):
        x, wide, tall = rng.uniform(left, right - 0.1), rng.uniform(0.1, 0.4), rng.uniform(0.2, 1.0)
        area = image[_rows(low + 0.03, low + tall), _columns(x, min(x + wide, right - 0.03))]
        goods = pick(rng, "d8b48a 9a5a48 e8e0d0 5d7078 8a7a68 d9d5cc b39a5f 3f3a3a")
        # Light comes from above; what stands farther back is dimmer.
        fade = np.linspace(1.0, 0.6, max(1, len(area)), dtype=np.float32)[:, None, None]
        area[:] = 0.6 * area + 0.4 * goods * fade
