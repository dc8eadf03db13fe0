"""Where cloth is drawn: two panels side by side, measured in metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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
        texels = (metres + (self.width / 2, 0.0)) * self.scale - 0.5
        return np.round(texels * (1 << _SHIFT)).astype(np.int32)

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
    if target.ndim == 3:  # noqa: PLR2004
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
        return np.stack(columns, -1) + turns[..., None] * total[-1]

    middle = at.astype(np.float64)
    return ((integral(middle + texel / 2) - integral(middle - texel / 2)) / texel).astype(np.float32)


@cache
def _grain(blur: float) -> Field:
    rng = np.random.default_rng(20240517)
    field = rng.standard_normal((512, 512)).astype(np.float32)
    if blur > 0:
        wide = cv2.copyMakeBorder(field, 64, 64, 64, 64, cv2.BORDER_WRAP)
        field = cv2.GaussianBlur(wide, (0, 0), blur)[64:-64, 64:-64]
    return np.asarray(field / field.std(), np.float32)


def noise(
    rng: np.random.Generator, shape: tuple[int, int], period: float, squeeze: tuple[float, float] = (1.0, 1.0)
) -> Field:
    """Smooth noise of unit deviation (H, W), cut from one table; bumps are about `period` texels wide, stretched by
    `squeeze` (rows, columns)."""
    # Bumps of the table are about 8 texels wide: it is enlarged until they have the period asked for.
    rows, columns = (max(round(n * 8 / (period * s)) + 2, 2) for n, s in zip(shape, squeeze, strict=True))
    grain = _grain(2.0)
    top, left = (int(n) for n in rng.integers(0, 512, 2))
    cut = grain[(np.arange(rows) + top) % 512][:, (np.arange(columns) + left) % 512]
    return np.asarray(cv2.resize(cut, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def grain(rng: np.random.Generator, shape: tuple[int, int]) -> Field:
    """White noise of unit deviation (H, W), cut from one table."""
    top, left = (int(n) for n in rng.integers(0, 512, 2))
    table = _grain(0.0)
    return table[(np.arange(shape[0]) + top) % 512][:, (np.arange(shape[1]) + left) % 512]


def _scalar(colour: Sequence[int] | int) -> tuple[int, ...]:
    return (colour,) if isinstance(colour, int) else tuple(int(value) for value in colour)
