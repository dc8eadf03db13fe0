"""Renders the pictures of the fitting-room page's guide: `python tools/show_guide.py`.

One rendered person, once as a photo should be and once with each of the faults that shoppers make most; written to
`streams/gateway/page/guide`. Takes a minute; needs MakeHuman's assets (`VIRTON_ASSETS`); not needed at run time.
"""

import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from models.synthetic.scene.backdrop import Place
from models.synthetic.scene.framing import Cut
from models.synthetic.scene.lens import Lens
from models.synthetic.scene.wish import Wish
from models.synthetic.tuples.compose import Studio
from models.synthetic.tuples.plan import GROUP, Plan
from models.synthetic.tuples.recipe import Recipe, recipe_for
from models.synthetic.tuples.record import Rgb
from schemas.findings import FindingCode

FOLDER = Path(__file__).parents[1] / "streams" / "gateway" / "page" / "guide"

# Twice the largest size on the page, for screens with two pixels to a point.
HEIGHT, WIDTH = 640, 480
# The faults are shown at under half the size of what is right.
SMALL_HEIGHT, SMALL_WIDTH = 304, 228
QUALITY = 90

# Somebody in a T-shirt and jeans, whose arms hang: found by looking through the first dozen.
PLAN = Plan(1, 88, HEIGHT, WIDTH, "real", "picture", "makehuman")
INDEX = 10 * GROUP["picture"]
LENS = Lens(sharpen=0.4)
# Of `recipe.PASSERS_BY`: somebody in other colours.
STRANGER = 7


@dataclass(frozen=True)
class Shot:
    """A picture of the guide: how it is taken, and the finding it is to show."""

    wish: Wish
    shows: FindingCode | None = None
    passers_by: tuple[int, ...] = ()
    pose: frozenset[FindingCode] = field(default_factory=frozenset)


# Framed by a photographer ("ideal") where the fault is another one than the framing.
_WELL = Wish("ideal", Place.STUDIO, lens=LENS)
_BY_PHONE = replace(_WELL, regime="real")

SHOTS: Mapping[str, Shot] = {
    "right": Shot(_WELL),
    "cut": Shot(replace(_BY_PHONE, cut=Cut.KNEES), FindingCode.NOT_FULL_LENGTH),
    "far": Shot(replace(_BY_PHONE, cut=Cut.SMALL), FindingCode.LOW_RESOLUTION),
    "side": Shot(replace(_WELL, yaw=84.0), FindingCode.SIDE_VIEW),
    "arms": Shot(_WELL, FindingCode.CROSSED_ARMS, pose=frozenset({FindingCode.CROSSED_ARMS})),
    "seated": Shot(_WELL, FindingCode.SEATED, pose=frozenset({FindingCode.SEATED})),
    "dark": Shot(replace(_WELL, lens=replace(LENS, exposure=-3.1, noise=0.03)), FindingCode.TOO_DARK),
    "two": Shot(_WELL, FindingCode.MULTIPLE_PEOPLE, passers_by=(STRANGER,)),
    "blend": Shot(replace(_WELL, clothes="as background"), FindingCode.BLENDS_WITH_BACKGROUND),
}


def main(names: list[str]) -> None:
    """Renders those pictures, or all; says what holds on each, and refuses one that does not show its fault."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or SHOTS:
        shot = SHOTS[name]
        made = _recipe(shot)
        picture, found = Studio(PLAN, made.group, lambda _: nullcontext()).photo(made)
        print(name, *sorted(found.must | found.may))
        if (shot.shows is None and found.must) or (shot.shows and shot.shows not in found.must | found.may):
            raise SystemExit(f"{name}: what holds is {sorted(found.must)}, not {shot.shows}")
        _save(picture, name)


def _recipe(shot: Shot) -> Recipe:
    """The same person in the same clothes each time."""
    # A code about files leaves pose and clothes as they are.
    made = recipe_for(PLAN, INDEX, FindingCode.UNREADABLE_IMAGE)
    models = tuple(replace(model, pose_codes=shot.pose) for model in made.group.models)
    return replace(made, group=replace(made.group, models=models), wish=shot.wish, passers_by=shot.passers_by)


def _save(picture: Rgb, name: str) -> None:
    if name != "right":
        picture = np.asarray(cv2.resize(picture, (SMALL_WIDTH, SMALL_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
    Image.fromarray(picture).save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main(sys.argv[1:])
