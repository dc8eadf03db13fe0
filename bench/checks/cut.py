"""Photos that end too early: cut where the body's joints are, as far as landmarks tell."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from models.pose.landmarks import Joint
from schemas.findings import FindingCode as F

Rgb = npt.NDArray[np.uint8]

_HIDDEN_BY_A_CUT = frozenset(
    {F.CROSSED_LEGS, F.SEATED, F.MONOCHROME_CLOTHES, F.BLENDS_WITH_BACKGROUND, F.HANDS_COVER_BODY}
)


def cuts(rgb: Rgb, points: npt.NDArray[np.floating]) -> Iterator[tuple[str, Rgb, frozenset[F], frozenset[F]]]:
    """(name, photo, must, may) of the photo (H, W, 3) cut at knees, thighs, waist and below the head; `points` (33, 2)
    are landmarks in pixels."""
    knee = points[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE], 1].mean()
    hip = points[[Joint.LEFT_HIP, Joint.RIGHT_HIP], 1].mean()
    ankle = points[[Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE], 1].mean()
    shoulder = points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER], 1].mean()
    must = frozenset({F.NOT_FULL_LENGTH})
    for name, row in (
        ("cut at the shins", (knee + ankle) / 2),
        ("cut at the knees", knee),
        ("cut at the thighs", (hip + knee) / 2),
        ("cut at the hips", hip),
    ):
        if 32 < row < rgb.shape[0]:
            yield name, np.ascontiguousarray(rgb[: round(row)]), must, _HIDDEN_BY_A_CUT
    if 0 < shoulder < rgb.shape[0] - 32:
        yield "without a head", np.ascontiguousarray(rgb[round(shoulder) :]), must, frozenset({F.SIDE_VIEW})
