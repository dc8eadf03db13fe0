"""The truth of finding codes for a picture of a garment."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.synthetic.scene.findings import Findings
from schemas.findings import FindingCode

Mask = npt.NDArray[np.bool_]  # (H, W)
Category = Literal["upper", "lower", "dress"]

# A garment under 1 % of the picture is a tenth as wide as it: a button or a label fills as much.
_LEAST, _ENOUGH = 0.01, 0.03
# The share of the garment that lies outside the frame: 8 % is a sleeve's end or a hem of 5 cm; under 2 % nothing of
# the cut is missing.
_CUT, _UNCUT = 0.08, 0.02
# Another garment is one if it has a tenth of the first one's area: less is a belt or a tag.
_OTHER, _TRIFLE = 0.1, 0.02


def garment_findings(garments: Sequence[Mask], cut_off: float, category: Category | None, asked: Category) -> Findings:
    """The codes of a picture that shows `garments`, the main one first, each where it is seen; `cut_off` is the share
    of the main one outside the frame, `category` what it is (None: no garment), `asked` what it was said to be."""
    shares = sorted((float(mask.mean()) for mask in garments), reverse=True)
    main = shares[0] if shares else 0.0
    measured = {FindingCode.NO_GARMENT: main}
    if main < _LEAST or category is None:
        may = frozenset() if main < _LEAST / 2 else frozenset({FindingCode.GARMENT_CROPPED})
        return Findings(frozenset({FindingCode.NO_GARMENT}), may, measured)
    must, may_be = set[FindingCode](), set[FindingCode]()
    if main < _ENOUGH:
        may_be.add(FindingCode.NO_GARMENT)
    second = shares[1] / main if len(shares) > 1 else 0.0
    for code, value, holds, possible in (
        (FindingCode.GARMENT_CROPPED, cut_off, _CUT, _UNCUT),
        (FindingCode.SEVERAL_GARMENTS, second, _OTHER, _TRIFLE),
    ):
        measured[code] = value
        if value > possible:
            (must if value > holds else may_be).add(code)
    if category != asked:
        must.add(FindingCode.CATEGORY_MISMATCH)
    return Findings(frozenset(must), frozenset(may_be), measured)
