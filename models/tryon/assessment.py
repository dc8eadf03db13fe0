"""The self-assessment of a picture, and the verdict: an unchanged or broken picture is no success."""

import cv2
import numpy as np
import numpy.typing as npt

from models.tryon.port import Mask, Rgb
from schemas.events import Assessment, Reason

Colours = npt.NDArray[np.uint8]  # (n, 3) sRGB

# A difference in one channel that is seen: 8 of 255 is about 3 in Lab, just over the 2.3 that are just noticeable.
VISIBLE = 8
# A garment covers at least a third of its agnostic mask, and even a white one on a white one differs by its folds and
# edges on a fifth of that: below 5 % nothing was put on.
LEAST_CHANGED = 0.05
# Compositing copies what lies outside the mask: a single other pixel is an error of the program.
LEAST_PRESERVED = 1.0
# Colours of the same garment under other light agree to 0.5 and more, those of two unlike garments to under 0.2
# (tests/models/tryon/test_assessment.py measures both).
LEAST_FIDELITY = 0.25
# Hue and lightness in bins of about 16 and 25 of Lab's 8-bit scale; smoothed by one bin, so that a shift of light that
# the scene explains costs little.
BINS = (10, 16, 16)


def assess(photo: Rgb, picture: Rgb, mask: Mask, worn: Colours, garment: Colours) -> Assessment:
    """Compares a picture with its photo, both (H, W, 3), and the colours `worn` on the body with those of the garment.

    `mask` (H, W) is the union of the garments' agnostic masks.
    """
    difference = np.zeros(mask.shape, bool)
    same = 0
    for start in range(0, len(photo), 512):  # bands, so that 24 megapixels need no copies of their size
        rows = slice(start, start + 512)
        delta = cv2.absdiff(photo[rows], picture[rows]).max(2)
        difference[rows] = delta >= VISIBLE
        same += int(((delta == 0) & ~mask[rows]).sum())
    inside, outside = int(mask.sum()), int((~mask).sum())
    return Assessment(
        changed=float((difference & mask).sum()) / inside if inside else 0.0,
        preserved=same / outside if outside else 1.0,
        fidelity=colour_agreement(worn, garment),
    )


def colour_agreement(first: Colours, second: Colours) -> float:
    """How well two sets of colours agree, 0..1: the intersection of their smoothed Lab histograms, after Swain and
    Ballard 1991 (Color indexing)."""
    if not len(first) or not len(second):
        return 0.0
    # Rounding can bring the sum of equal histograms just over 1.
    return min(1.0, float(np.minimum(_histogram(first), _histogram(second)).sum()))


def _histogram(colours: Colours) -> npt.NDArray[np.float64]:
    lab = cv2.cvtColor(np.ascontiguousarray(colours[None]), cv2.COLOR_RGB2LAB)[0]
    counts, _ = np.histogramdd(lab, bins=BINS, range=[(0, 256)] * 3)
    for axis in range(3):
        counts = np.apply_along_axis(np.convolve, axis, counts, [0.25, 0.5, 0.25], "same")
    return np.asarray(counts / max(1e-9, counts.sum()), np.float64)


def verdict(assessment: Assessment) -> Reason | None:
    """Why a picture must not be shown, or None. A photo that was handed back is unchanged, whatever else it is."""
    if assessment.changed < LEAST_CHANGED:
        return Reason.UNCHANGED
    if assessment.preserved < LEAST_PRESERVED or assessment.fidelity < LEAST_FIDELITY:
        return Reason.BROKEN
    return None
