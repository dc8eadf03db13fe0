"""Is the person sharp?

How wide edges are, at the scale of the body: plain cloth has few edges, but those it has are as sharp as the photo. An
edge of a Gaussian width s, smoothed by a and by b more, has gradients in a ratio that tells s alone, whatever the
edge's contrast (S. Zhuo and T. Sim, "Defocus map estimation from a single image", Pattern Recognition 44, 2011).
Shaking blurs edges across its direction only, so that the least sharp direction counts.
"""

import cv2
import numpy as np
import numpy.typing as npt

from models.photo.checks.photo import CheckedPhoto
from schemas.findings import Finding, FindingCode, Severity

# The blur's standard deviation as a share of the body's height: 0.3 % is 5 mm on a body of 1.75 m. Of a button (11 mm)
# and of a letter's stroke (10 mm) half the contrast is gone then; half as much leaves them as they are.
MOST_BLUR = 0.003
# Of a small picture it is the size that is at fault: pixels themselves have 0.5 to 0.7 and a camera's lens a little.
_PIXEL_BLUR = 1.2

# Here 0.3 % are 1.4 pixels, and edges of half of that can be told from it. Noise and JPEG's blocks average out.
_BODY = 480
# Where that leaves no edges, all may be so blurred that none is steep: then at half the size, down to this one.
_LEAST_BODY = 60
# Smoothing before the two gradients, on both sides of what is asked for: the first takes noise away.
_FINE, _COARSE = 1.2, 2.6
# Gradients (levels a pixel, smoothed) from which an edge is one: noise of 10 levels leaves 2 of them.
_LEAST_GRADIENT = 5.0
# The weaker half of edges is folds and shading, soft in themselves; of the others most, but not all, are as sharp as
# the lens makes them, and noise makes some seem sharper than they are.
_STRONG, _SHARP = 50.0, 40.0
_DIRECTIONS = 6
# In fewer edge pixels of a direction than a face has, a twelfth of the body's height, chance speaks.
_LEAST_EDGES, _FEWEST = 1 / 12, 10


def blurry(photo: CheckedPhoto) -> Finding | None:
    """Warns of a person out of focus or shaken. Value: the blur's standard deviation in its worst direction, as a share
    of the body's height, or of the photo's longer side where that is less or nobody is found."""
    longest = max(photo.rgb.shape[:2])
    body = min(photo.body_pixels, longest) if photo.main is not None else longest
    scale = min(1.0, _BODY / max(body, 1.0))
    grey, where = _person(photo, scale)
    size, pixels = body * scale, _blur(grey, where, body * scale)
    while pixels is None and size >= 2 * _LEAST_BODY:
        grey, where = _reduced(grey, 0.5), _reduced(where.astype(np.float32), 0.5) > 0.5
        size, pixels = size / 2, _blur(grey, where, size / 2)
    most = max(MOST_BLUR, _PIXEL_BLUR / size) if size > 0 else MOST_BLUR
    if pixels is None or pixels <= most * size:
        return None
    return photo.finding(FindingCode.BLURRY, Severity.WARN, pixels / size, round(most, 4))


def _person(photo: CheckedPhoto, scale: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """The main person's part of the photo in grey, and where the person is in it; everything where nobody is."""
    if photo.main is None:
        grey = _reduced(cv2.cvtColor(photo.rgb, cv2.COLOR_RGB2GRAY), scale)
        return grey, np.ones(grey.shape, np.bool_)
    mask = photo.main.mask
    rows, columns = (np.flatnonzero((mask > 0.5).any(axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((1, 1), np.float32), np.zeros((1, 1), np.bool_)
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    grey = _reduced(cv2.cvtColor(np.ascontiguousarray(photo.rgb[part]), cv2.COLOR_RGB2GRAY), scale)
    return grey, _reduced(mask[part], scale) > 0.5


def _reduced(picture: npt.NDArray[np.integer | np.floating], scale: float) -> npt.NDArray[np.float32]:
    height, width = picture.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _blur(grey: npt.NDArray[np.float32], where: npt.NDArray[np.bool_], size: float) -> float | None:
    """The standard deviation in pixels of the blur in its worst direction; None where there are too few edges for a
    body of this size."""
    x, y = _gradient(grey, _FINE)
    gradient, softer = np.hypot(x, y), np.hypot(*_gradient(grey, _COARSE))
    edges = _ridges(gradient, x, y) & where & (gradient > _LEAST_GRADIENT)
    strength, angle = gradient[edges], np.arctan2(y[edges], x[edges])
    ratio = np.maximum((strength / np.maximum(softer[edges], 1e-3)) ** 2, 1.001)
    width = np.sqrt(np.maximum((_COARSE**2 - ratio * _FINE**2) / (ratio - 1), 0.0))
    widths = []
    for direction in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        along = np.abs(np.cos(angle - direction)) > np.cos(np.pi / _DIRECTIONS)
        if along.sum() < max(_LEAST_EDGES * size, _FEWEST):
            continue
        strong = along & (strength >= np.percentile(strength[along], _STRONG))
        widths.append(float(np.percentile(width[strong], _SHARP)))
    return max(widths, default=None)


def _gradient(
    grey: npt.NDArray[np.float32], smoothing: float
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """To the right and down, in levels a pixel, of the picture smoothed by this standard deviation."""
    smooth = cv2.GaussianBlur(grey, (0, 0), smoothing)
    x, y = (cv2.Sobel(smooth, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _ridges(
    gradient: npt.NDArray[np.float32], x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]
) -> npt.NDArray[np.bool_]:
    """Where the gradient is larger than on both sides of it, along itself (Canny's thinning)."""
    padded = np.pad(gradient, 1)
    height, width = gradient.shape

    def beside(dx: int, dy: int) -> npt.NDArray[np.bool_]:
        ahead = padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        behind = padded[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width]
        return np.asarray((gradient >= ahead) & (gradient > behind), np.bool_)

    steep, flat = np.abs(y) > 2.414 * np.abs(x), np.abs(x) > 2.414 * np.abs(y)
    diagonal = np.where(x * y > 0, beside(1, 1), beside(1, -1))
    return np.asarray(np.where(flat, beside(1, 0), np.where(steep, beside(0, 1), diagonal)), np.bool_)
