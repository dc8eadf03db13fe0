"""Where a tuple's person is photographed: the place, the things that belong to the pose, others, and the camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.synthetic.body import anchors
from models.synthetic.body.figure import stand
from models.synthetic.body.keypoints import landmarks
from models.synthetic.body.people import sample_person
from models.synthetic.body.stances import sample_pose
from models.synthetic.camera import Camera
from models.synthetic.drape.dress import VOLUME
from models.synthetic.garments.catalogue import garment
from models.synthetic.geometry import Points, rotation
from models.synthetic.prints.cloth import sample_cloth
from models.synthetic.scene import framing, props
from models.synthetic.scene.backdrop import Backdrop, Place
from models.synthetic.scene.backdrops import sample_backdrop
from models.synthetic.scene.people import FIRST_OTHER, bystanders, placed_person
from models.synthetic.scene.textures.tile import Colour
from models.synthetic.surface import Surface
from models.synthetic.tuples.looks import lab
from models.synthetic.tuples.outfits import Sex, small_wardrobe
from models.synthetic.tuples.plan import Plan, split_of, thing_rng
from models.synthetic.tuples.recipe import PASSERS_BY, Recipe
from models.synthetic.tuples.wearing import Dressed, Wearer, turned

# Places of the cheap pass: painting one costs as much as the rest of a tuple, so that they come again.
_PLACES = 40
# A passer-by is seen small or in part.
_COARSE = 256

# Papers of a studio, sRGB: mostly light, neutral or faintly tinted.
_PAPERS = (
    (238, 238, 236),
    (226, 227, 230),
    (205, 206, 208),
    (178, 180, 184),
    (140, 142, 146),
    (104, 106, 110),
    (72, 74, 78),
    (228, 220, 208),
    (208, 192, 176),
    (196, 206, 214),
    (216, 196, 196),
    (190, 200, 186),
    (128, 146, 162),
)
# `scene.findings` lets a check report a blend up to 22; light on clothes and paper differs.
_CONTRAST = 34.0


@dataclass(frozen=True, eq=False)
class Setting:
    """All that stands around the person, and who looks. `things` belong to the pose (a seat, a phone), `others` are
    people; `joints` (33, 3) are the person's, `body_pixels` the height of the person standing up in this picture."""

    camera: Camera
    backdrop: Backdrop
    things: tuple[Surface, ...]
    others: tuple[Surface, ...]
    joints: Points
    body_pixels: float

    @property
    def around(self) -> list[Surface]:
        """Everything but the backdrop."""
        return [*self.things, *self.others]


def arrange(
    plan: Plan, recipe: Recipe, wearer: Wearer, dressed: Sequence[Dressed], colours: Sequence[Colour]
) -> Setting:
    """The setting of a tuple. The camera frames the wearer `dressed` in either outfit; `colours` are those of the
    clothes, first the upper ones: the background is to be like them or unlike them."""
    wish = recipe.wish
    turn = rotation("z", wish.yaw).T
    joints = landmarks(wearer.posed) @ turn
    subject = framing.Subject(np.concatenate([each.outline for each in dressed]) @ turn, joints)
    size = plan.height, plan.width
    rng = plan.rng("camera", recipe.index)
    backdrop = _backdrop(plan, recipe, colours)
    extra: tuple[Surface, ...] = ()
    if wish.mirror and wearer.pose.phone is not None:
        held = anchors.phone(wearer.posed, wearer.pose.phone)[:3, 3] @ turn
        camera, distance = framing.mirror_selfie(subject, held, size, rng)
        extra = props.mirror_frame(rng, distance)
    elif wish.regime == "ideal":
        camera = framing.ideal(subject, size, rng)
    else:
        camera = framing.real(subject, size, rng, wish.cut)
    pixels = framing.body_pixels(camera, subject, wearer.person.height_cm / 100)
    things = (*turned(things_of(wearer, plan.rng("things", recipe.index)), wish.yaw), *extra)
    return Setting(camera, backdrop, things, _others(plan, recipe, backdrop.depth), joints, pixels)


def things_of(wearer: Wearer, rng: np.random.Generator) -> list[Surface]:
    """What belongs to the wearer's pose, at the origin, for a person who faces the camera: a seat, a phone."""
    things: list[Surface] = []
    if wearer.pose.seated:
        things += props.seat_for(rng, anchors.seat(wearer.posed))
    if wearer.pose.phone is not None:
        things += props.phone(rng, anchors.phone(wearer.posed, wearer.pose.phone))
    return things


def _backdrop(plan: Plan, recipe: Recipe, colours: Sequence[Colour]) -> Backdrop:
    wish = recipe.wish
    rng = plan.rng("backdrop", recipe.index)
    if wish.clothes == "as background":
        return sample_backdrop(rng, wish.place, colours[0])
    if wish.regime == "ideal":
        return sample_backdrop(rng, wish.place, _unlike(rng, colours))
    if plan.mode == "geometry":
        return _known_backdrop(wish.place, int(rng.integers(_PLACES)))
    return sample_backdrop(rng, wish.place)


def _unlike(rng: np.random.Generator, colours: Sequence[Colour]) -> Colour:
    """A studio's colour that no garment blends with."""
    papers = np.asarray(_PAPERS, np.float32)[rng.permutation(len(_PAPERS))] / np.float32(255)
    distances = [min(float(np.linalg.norm(lab(paper) - lab(colour))) for colour in colours) for paper in papers]
    good = next((number for number, distance in enumerate(distances) if distance > _CONTRAST), None)
    return np.asarray(papers[int(np.argmax(distances)) if good is None else good], np.float32)


@lru_cache(maxsize=3 * _PLACES)
def _known_backdrop(place: Place, number: int) -> Backdrop:
    return sample_backdrop(thing_rng(f"backdrop/{place}", number), place)


def _others(plan: Plan, recipe: Recipe, depth: float) -> tuple[Surface, ...]:
    rng = plan.rng("others", recipe.index)
    places = bystanders(rng, len(recipe.passers_by), depth)
    return tuple(
        surface
        for number, (who, place) in enumerate(zip(recipe.passers_by, places, strict=False))
        for surface in placed_person(_passer_by(who), place, FIRST_OTHER + number)
    )


@lru_cache(maxsize=max(PASSERS_BY.values()))
def _passer_by(number: int) -> tuple[Surface, ...]:
    """Somebody dressed, at the origin, facing the camera: the same one for the same number."""
    rng = thing_rng("passer-by", number)
    sex: Sex = "female" if number % 2 else "male"
    person, pose = sample_person(rng, sex), sample_pose(rng, "ideal")
    outfit = small_wardrobe(rng, sex, split_of(number)).outfits[0]
    cloths = {piece: sample_cloth(rng, garment(piece.design), size=_COARSE) for piece in outfit}
    wearer = Wearer(person, pose, stand(person, pose), VOLUME, (outfit,))
    return tuple(wearer.dressed(outfit).surfaces(cloths))
