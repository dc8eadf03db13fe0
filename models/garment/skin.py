"""Which pixels have the colour of skin."""

import cv2
import numpy as np
import numpy.typing as npt


def skin_likeness(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """True (H, W) where a pixel's chrominance is that of human skin under white light.

    The box in Cb and Cr is that of Chai and Ngan 1999 (77..127, 133..173), which holds for light and dark skin alike
    because skin tones differ mainly in lightness; nearly black and burnt-out pixels have no usable chrominance.
    """
    luma, cr, cb = (np.asarray(plane) for plane in cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)))
    return (cb >= 77) & (cb <= 127) & (cr >= 133) & (cr <= 173) & (luma > 40) & (luma < 250)
