"""Is the person large enough in the photo?"""

from models.photo.checks.photo import CheckedPhoto
from schemas.findings import Finding, FindingCode, Severity

# The landmark network looks at a square of 256 pixels that is 1.25 times as high as the person: of people under 205
# pixels it gets only interpolated ones, and their fingers have under 2.
LEAST_BODY_PIXELS = 205
# A print of 10 cm, the text of a T-shirt, has 30 pixels on a body of 1.7 m and 512 pixels, which is what it takes to
# read a short word; published try-on also begins at 512x384. A finger has 5 pixels there.
GOOD_BODY_PIXELS = 512


def low_resolution(photo: CheckedPhoto) -> Finding | None:
    """Rejects or warns of a person who is too small. Value: the height in pixels that the whole body would have.

    Where nobody is found it is the photo's longer side, which no standing body exceeds: so a thumbnail is told from a
    landscape, and a person who is too small to be found is not lost from sight.
    """
    body = photo.body_pixels if photo.people else float(max(photo.rgb.shape[:2]))
    variant = "" if photo.people else "picture"
    if body < LEAST_BODY_PIXELS:
        return photo.finding(FindingCode.LOW_RESOLUTION, Severity.REJECT, round(body, 1), LEAST_BODY_PIXELS, variant)
    if body < GOOD_BODY_PIXELS:
        return photo.finding(FindingCode.LOW_RESOLUTION, Severity.WARN, round(body, 1), GOOD_BODY_PIXELS, variant)
    return None
