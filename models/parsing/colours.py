"""How likely a pixel's colour is for a kind of thing: densities over CIELAB learnt from sure pixels of the same
photo."""

import cv2
import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Bool = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int32]

# Bins: lightness in 16; a and b, which OpenCV keeps in 0..255 around 128, in 32 over 64..192 (sRGB beyond is rare).
_BINS = (16, 32, 32)
_COUNT = _BINS[0] * _BINS[1] * _BINS[2]
# Widths of the smoothing in bins. Lightness varies with folds and shade; colour by the camera's noise and light.
_SMOOTH = (1.2, 0.8, 0.8)
# The share of pixels whose colour no sample shows; keeps one odd pixel from outweighing everything else.
_UNSEEN = 0.02
# Shade multiplies light. CIELAB's axes follow its cube root, so L + 16, a and b shrink together by these factors:
# light from a quarter to one and a half times that on the face. 16 of L* is so much of OpenCV's 255.
_BLACK = 16 * 2.55
_SHADES = np.linspace(0.63, 1.15, 8)
# Chai and Ngan 1999: chrominance of human skin under white light, for light and dark skin alike.
_SKIN_CB, _SKIN_CR = (77, 127), (133, 173)
# Luma above which a colour's chrominance is to be trusted: the lighter half.
_LIGHT = 128


class Palette:
    """A picture's colours as codes, to look densities up. `rgb` is (h, w, 3) uint8."""

    def __init__(self, rgb: npt.NDArray[np.uint8]) -> None:
        self.lab: Float = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), np.float32)
        self.codes = _codes(self.lab)
        luma, cr, cb = (np.asarray(plane) for plane in cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)))
        self.skin_like: Bool = (
            (cb >= _SKIN_CB[0]) & (cb <= _SKIN_CB[1]) & (cr >= _SKIN_CR[0]) & (cr <= _SKIN_CR[1]) & (luma > 30)
        )
        # Shadows on skin lose their chrominance, light things keep it.
        self.no_skin: Bool = ~self.skin_like & (luma > _LIGHT)

    def density(self, where: Bool) -> Float:
        """The log density (bins,) of the colours `where` (h, w) is true, relative to that of all colours alike."""
        return _log_density(np.bincount(self.codes[where], minlength=_COUNT).astype(np.float32))

    def shaded_density(self, where: Bool) -> Float:
        """As `density`, of things of one colour that are seen elsewhere in other light, such as skin."""
        lab = self.lab[where] + np.array([_BLACK, -128, -128], np.float32)
        counts = np.zeros(_COUNT, np.float32)
        for shade in _SHADES:
            seen = lab * np.float32(shade) + np.array([-_BLACK, 128, 128], np.float32)
            # Light like that of the samples is likelier than any other.
            weight = np.float32(np.exp(-(((shade - 1) / 0.25) ** 2)))
            counts += weight * np.bincount(_codes(seen), minlength=_COUNT)
        return _log_density(counts)

    def look_up(self, density: Float) -> Float:
        """The log density of every pixel, (h, w)."""
        return np.asarray(density[self.codes], np.float32)


def overlap(first: Float, second: Float) -> float:
    """How alike two log densities are: Bhattacharyya's coefficient, 0..1."""
    a, b = np.exp(first), np.exp(second)
    return float(np.sqrt(a * b).sum() / np.sqrt(a.sum() * b.sum()))


def flat_density() -> Float:
    """The log density of all colours alike: what is said of a thing never seen."""
    return np.zeros(_COUNT, np.float32)


def _codes(lab: Float) -> Codes:
    lightness = np.clip(lab[..., 0] * (_BINS[0] / 256), 0, _BINS[0] - 1).astype(np.int32)
    a, b = (np.clip((lab[..., i] - 64) * (_BINS[i] / 128), 0, _BINS[i] - 1).astype(np.int32) for i in (1, 2))
    return np.asarray((lightness * _BINS[1] + a) * _BINS[2] + b, np.int32)


def _log_density(counts: Float) -> Float:
    total = float(counts.sum())
    if total == 0:
        return flat_density()
    cube = counts.reshape(_BINS)
    for axis, sigma in enumerate(_SMOOTH):
        cube = _smooth(cube, axis, sigma)
    shares = cube.ravel() * (_COUNT / total)
    return np.asarray(np.log((1 - _UNSEEN) * shares + _UNSEEN), np.float32)


def _smooth(cube: Float, axis: int, sigma: float) -> Float:
    radius = 3
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    moved = np.moveaxis(cube, axis, 0)
    flat = np.ascontiguousarray(moved.reshape(moved.shape[0], -1))
    blurred = cv2.sepFilter2D(flat, -1, np.ones(1), kernel, borderType=cv2.BORDER_CONSTANT)
    return np.ascontiguousarray(np.moveaxis(np.asarray(blurred, np.float32).reshape(moved.shape), 0, axis))
