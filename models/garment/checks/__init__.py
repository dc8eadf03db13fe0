"""Garment checks: one function per finding, each with the value measured and a threshold with its derivation.

They look at what stands out of the picture's ground, and at nothing that has to be learnt: outlines tell a garment from
a thing, legs from sleeves, one from two. A check that has nothing to say answers None; doubts are not reported.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.garment.checks.category import category_mismatch
from models.garment.checks.count import several_garments
from models.garment.checks.frame import garment_cropped
from models.garment.checks.picture import Check, CheckedGarment
from models.garment.checks.presence import no_garment
from models.pose.port import Person
from schemas.events import Category
from schemas.findings import Finding

# In the order of what most needs to be said. Each one makes the next pointless: what is no garment is not cut off, what
# are several garments or a part of one has no category of its own.
CHECKS: tuple[Check, ...] = (no_garment, several_garments, garment_cropped, category_mismatch)


def check_garment(
    rgb: npt.NDArray[np.uint8], category: Category, people: Sequence[Person] = (), locale: str = "en"
) -> list[Finding]:
    """What is wrong with the decoded picture (H, W, 3) of a garment that a shop says is of this category.

    `people` are those whom the pose network finds in it, for somebody may wear the garment; without them a wearer
    is known by bare skin only, and little is said.
    """
    picture = CheckedGarment(rgb, category, people, locale)
    first = next((finding for check in CHECKS if (finding := check(picture)) is not None), None)
    return [] if first is None else [first]
