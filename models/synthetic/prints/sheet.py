"""Where cloth is drawn: two panels side by side, measured in metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.prints.palette import Colour

Picture = npt.NDArray[np.uint8]  # (H, W, 3)
Field = npt.NDArray[np.float32]  # (H, W)
_SHIFT = 4  # binary digits of a texel that OpenCV draws with


@dataclass(frozen=True)
class Sheet:
    """Texels of one panel or tile: `width` x `height` metres, `scale` texels to a metre. Points (x, y) are in metres
    from the middle of the upper edge, x to the right, y downwards."""

    width: float
    height: float
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return max(round(self.height * self.scale), 1), max(round(self.width * self.scale), 1)

    @property
    def x(self) -> npt.NDArray[np.float32]:
        """Where the columns' middles lie (W,)."""
        return ((np.arange(self.shape[1]) + 0.5) / self.scale - self.width / 2).astype(np.float32)

    @property
    def y(self) -> npt.NDArray[np.float32]:
        """Where the rows' middles lie (H,)."""
        return ((np.arange(self.shape[0]) + 0.5) / self.scale).astype(np.float32)

    def blank(self, colour: Colour) -> Picture:
        """A picture of one colour."""
        return np.full((*self.shape, 3), colour, np.uint8)

    def texels(self, points: npt.ArrayLike) -> npt.NDArray[np.int32]:
        """Points (N, 2) in metres as OpenCV's fixed-point coordinates."""
        metres = np.asarray(points, np.float64).reshape(-1, 2)
        # OpenCV counts from pixel middles: a texel's middle is a whole number there, .5 here.
        texels = (metres + np.array([self.width / 2, 0.0])) * self.scale - 0.5
        return np.asarray(np.round(texels * (1 << _SHIFT)), np.int32)

    def fill(self, picture: npt.NDArray[np.uint8], outline: npt.ArrayLike, colour: Sequence[int] | int) -> None:
        """A polygon (N, 2), filled with smooth edges."""
        cv2.fillPoly(picture, [self.texels(outline)], _scalar(colour), cv2.LINE_AA, _SHIFT)

    def disc(
        self, picture: npt.NDArray[np.uint8], centre: npt.ArrayLike, radius: float, colour: Sequence[int] | int
    ) -> None:
        """A filled circle."""
        x, y = self.texels(centre)[0].tolist()
        cv2.circle(
            picture,
            (x, y),
            round(radius * self.scale * (1 << _SHIFT)),
            _scalar(colour),
            cv2.FILLED,
            cv2.LINE_AA,
            _SHIFT,
        )

    def line(
        self,
        picture: npt.NDArray[np.uint8],
        points: npt.ArrayLike,
        width: float,
        colour: Sequence[int] | int,
        closed: bool = False,
    ) -> None:
        """A line of `width` metres; what is thinner than a texel is drawn paler instead."""
        texels = width * self.scale
        thickness = max(round(texels), 1)
        if texels >= 1:
            cv2.polylines(picture, [self.texels(points)], closed, _scalar(colour), thickness, cv2.LINE_AA, _SHIFT)
            return
        cover = np.zeros(picture.shape[:2], np.uint8)
        cv2.polylines(cover, [self.texels(points)], closed, (round(255 * texels),), thickness, cv2.LINE_AA, _SHIFT)
        blend(picture, cover, colour)


def blend(picture: npt.NDArray[np.uint8], cover: npt.NDArray[np.uint8], colour: Sequence[int] | int | Picture) -> None:
    """Lays a colour, or another picture of the same size, over `picture` where `cover` (H, W; 0..255) says so."""
    x, y, w, h = cv2.boundingRect(cover)
    if w == 0:
        return
    where = np.s_[y : y + h, x : x + w]
    share = cover[where].astype(np.float32) / 255
    target = picture[where].astype(np.float32)
    if target.ndim == 3:
        share = share[..., None]
    over = colour[where] if isinstance(colour, np.ndarray) else np.asarray(colour, np.float32)
    picture[where] = np.clip(target + share * (over - target) + 0.5, 0, 255).astype(np.uint8)


def periodic(
    tile: npt.NDArray[np.uint8], shape: tuple[int, int], offset: tuple[int, int] = (0, 0)
) -> npt.NDArray[np.uint8]:
    """A tile repeated over `shape`, shifted by `offset` texels (rows, columns)."""
    rows = (np.arange(shape[0]) + offset[0]) % tile.shape[0]
    columns = (np.arange(shape[1]) + offset[1]) % tile.shape[1]
    return np.ascontiguousarray(tile[rows][:, columns])


def profile(
    at: npt.NDArray[np.float32], edges: Sequence[float], colours: Sequence[Colour], texel: float
) -> npt.NDArray[np.float32]:
    """Colours (N, 3) of a periodic sequence of bands at positions `at` (N,): `edges` are where the bands end, the last
    one is the period; each sample is the mean over a texel, so that edges are smooth and the period is exact."""
    period = edges[-1]
    # The integral of the bands' colours, at both ends of each texel.
    bounds = np.concatenate([[0.0], edges])
    table = np.array(colours, np.float64)
    total = np.concatenate([np.zeros((1, 3)), np.cumsum(table * np.diff(bounds)[:, None], 0)])

    def integral(position: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        turns = np.floor(position / period)
        inside = position - turns * period
        columns = [np.interp(inside, bounds, total[:, k]) for k in range(3)]
        return np.asarray(np.stack(columns, -1) + turns[..., None] * total[-1], np.float64)

    middle = at.astype(np.float64)
    return ((integral(middle + texel / 2) - integral(middle - texel / 2)) / texel).astype(np.float32)


_TABLE = 512  # texels a side of a table of noise
_STEP = 1.25  # tables are made for widths this factor apart: no eye tells bumps of 4 texels from 4.5


@lru_cache(maxsize=40)
def _table(rows: int, columns: int) -> Field:
    """Noise of unit deviation that repeats, blurred by `_STEP` to the power of `rows` and `columns`, 0 not at all."""
    field = np.random.default_rng(20240517).standard_normal((_TABLE, _TABLE)).astype(np.float32)
    if rows or columns:
        pad = _TABLE // 4
        wide = cv2.copyMakeBorder(field, pad, pad, pad, pad, cv2.BORDER_WRAP)
        sigmas = [0.3 * _STEP**power if power else 0.01 for power in (columns, rows)]
        blurred = cv2.GaussianBlur(wide, (0, 0), sigmas[0], sigmaY=sigmas[1])
        field = np.asarray(blurred, np.float32)[pad:-pad, pad:-pad]
    return np.asarray(field / field.std(), np.float32)


def noise(
    rng: np.random.Generator, shape: tuple[int, int], period: float, squeeze: tuple[float, float] = (1.0, 1.0)
) -> Field:
    """Smooth noise of unit deviation (H, W), cut from a table; bumps are about `period` texels wide, stretched by
    `squeeze` (rows, columns)."""
    widths = [max(period * share, 1.0) for share in squeeze]
    # Wide bumps are enlarged from bumps of 8 texels.
    factors = [max(width / 8, 1.0) for width in widths]
    powers = [round(np.log(width / factor) / np.log(_STEP)) for width, factor in zip(widths, factors, strict=True)]
    cut = _cut(rng, _table(*powers), [int(np.ceil(n / f)) + 2 for n, f in zip(shape, factors, strict=True)])
    if factors == [1.0, 1.0]:
        return np.ascontiguousarray(cut[: shape[0], : shape[1]])
    return np.asarray(cv2.resize(cut, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _cut(rng: np.random.Generator, table: Field, shape: Sequence[int]) -> Field:
    top, left = (int(n) for n in rng.integers(0, _TABLE, 2))
    rows, columns = (np.arange(top, top + shape[0]) % _TABLE, np.arange(left, left + shape[1]) % _TABLE)
    return np.asarray(np.take(np.take(table, rows, 0), columns, 1), np.float32)


def grain(rng: np.random.Generator, shape: tuple[int, int]) -> Field:
    """White noise of unit deviation (H, W), cut from one table."""
    return _cut(rng, _table(0, 0), shape)


def _scalar(colour: Sequence[int] | int) -> tuple[int, ...]:
    return (colour,) if isinstance(colour, int) else tuple(int(value) for value in colour)
