"""Renders tuples: two photos of a person who changes clothes, the product photos, and the truth of it all."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.synthetic.body.figure import stand
from models.synthetic.body.people import sample_person
from models.synthetic.drape.dress import PICTURE, VOLUME
from models.synthetic.prints.cloth import Cloth
from models.synthetic.render.gbuffer import GBuffer
from models.synthetic.render.iuv import bare, iuv
from models.synthetic.render.mask import agnostic_truth
from models.synthetic.render.truth import Seen, keypoints, seen
from models.synthetic.scene.backdrop import LightKind
from models.synthetic.scene.findings import Evidence, Findings, photo_findings
from models.synthetic.scene.lens import shoot
from models.synthetic.surface import Surface
from models.synthetic.tuples.blend import matched
from models.synthetic.tuples.goods import Goods
from models.synthetic.tuples.looks import Look, cloth_size, looks_of, middle_colour, one_colour
from models.synthetic.tuples.mirrored import mirrored
from models.synthetic.tuples.outfits import Piece
from models.synthetic.tuples.photos import Darkroom, bytes_of, quick
from models.synthetic.tuples.plan import Plan, thing_rng
from models.synthetic.tuples.recipe import Group, Recipe
from models.synthetic.tuples.record import Rgb, Sight, Tuple
from models.synthetic.tuples.setting import Setting, arrange
from models.synthetic.tuples.stances import stance
from models.synthetic.tuples.wearing import Dressed, Wearer, turned

Points = npt.NDArray[np.floating]
Stages = Callable[[str], AbstractContextManager[None]]

# Whoever photographs very dark skin (Monk's tones 9 and 10) where light is short opens the shutter for it: 0.4 stops.
_DIM = frozenset({LightKind.LAMP, LightKind.CEILING, LightKind.EVENING})
_DARK_SKIN, _LONGER = 9.0, 1.3


@dataclass(frozen=True, eq=False)
class _View:
    """The person in one outfit as the camera sees them."""

    surfaces: Sequence[Surface]
    garments: Mapping[Piece, Surface]
    buffer: GBuffer  # drawn with `fine(camera)`
    truth: Seen


class Studio:
    """Renders the tuples of one group. What several of them need is made once and kept; nothing that is kept depends
    on which tuple asked first, so that any tuple may be rendered alone."""

    def __init__(self, plan: Plan, group: Group, stages: Stages) -> None:
        self._plan, self._group, self._stages = plan, group, stages
        self._wearers: dict[int, Wearer] = {}
        with stages("cloth"):
            self._looks = looks_of(plan, self._group)
        self._plains: dict[tuple[Piece, tuple[Piece, int]], Cloth] = {}
        self._goods = Goods(plan, self._looks, stages)

    def render(self, recipe: Recipe) -> Tuple:
        """The tuple of a recipe of this group."""
        stages, plan = self._stages, self._plan
        wearer = self._wearer(recipe.model)
        with stages("drape"):
            dressed = [wearer.dressed(outfit) for outfit in (recipe.before, recipe.after)]
        cloths = self._cloths_of(recipe)
        with stages("scene"):
            people = [turned(each.surfaces(cloths), recipe.wish.yaw) for each in dressed]
            setting = arrange(plan, recipe, wearer, dressed, [middle_colour(cloths[p]) for p in recipe.before])
            room = self._room(recipe, setting)
            if recipe.wish.clothes == "as background":
                clothes = people[0][-len(dressed[0].pieces) :]
                setting = replace(setting, backdrop=matched(room, [*people[0], *setting.around], clothes))
                room = self._room(recipe, setting)
        views = [self._view(room, setting, *pair) for pair in zip(dressed, people, strict=True)]
        a, b = (self._sight(recipe, room, view) for view in views)
        with stages("truth"):
            body = bare(turned(wearer.skin(), recipe.wish.yaw)[0].vertices, setting.camera)
            exact = views[0].buffer.centres()
            surface = iuv(exact, body)
            points = keypoints(setting.joints, exact, body)
            agnostic = self._agnostic(recipe, views)
        goods = self._goods.photos(recipe, cloths)
        flows = self._goods.flows(recipe, goods, views[1].buffer.centres(), views[1].garments)
        worn = self._goods.worn(recipe, self._wearer(recipe.worn_by), cloths)
        with stages("findings"):
            found = self._found(recipe, setting, wearer, a, points, views[0])
        made = Tuple(
            index=recipe.index,
            facts={**recipe.facts(), **self._ids(recipe), **_worn(dressed), **_facts(wearer, setting)},
            a=a,
            b=b,
            iuv=surface,
            keypoints=points,
            agnostic=agnostic,
            products={**goods.products(), "worn": worn},
            flow_front=flows[0],
            flow_back=flows[1],
            yaw=recipe.wish.yaw,
            must=found.must,
            may=found.may,
        )
        return mirrored(made) if recipe.wish.mirror else made

    def photo(self, recipe: Recipe) -> tuple[Rgb, Findings]:
        """Only the photo of the person in the outfit they come in, and its truth: a third of a tuple's work."""
        wearer = self._wearer(recipe.model)
        dressed = wearer.dressed(recipe.before)
        cloths = self._cloths_of(recipe)
        person = turned(dressed.surfaces(cloths), recipe.wish.yaw)
        setting = arrange(self._plan, recipe, wearer, [dressed], [middle_colour(cloths[p]) for p in recipe.before])
        room = self._room(recipe, setting)
        if recipe.wish.clothes == "as background":
            clothes = person[-len(dressed.pieces) :]
            setting = replace(setting, backdrop=matched(room, [*person, *setting.around], clothes))
            room = self._room(recipe, setting)
        view = self._view(room, setting, dressed, person)
        sight = self._sight(recipe, room, view)
        body = bare(turned(wearer.skin(), recipe.wish.yaw)[0].vertices, setting.camera)
        points = keypoints(setting.joints, view.buffer.centres(), body)
        return sight.picture, self._found(recipe, setting, wearer, sight, points, view)

    def empty(self, recipe: Recipe) -> Rgb:
        """The photo of where the tuple's person would be, with nobody there."""
        wearer, dressed = self._wearer(recipe.model), self._wearer(recipe.model).dressed(recipe.before)
        cloths = self._cloths_of(recipe)
        setting = arrange(self._plan, recipe, wearer, [dressed], [middle_colour(cloths[p]) for p in recipe.before])
        room = self._room(recipe, setting)
        light = room.photo([], room.buffer([]))
        return shoot(light, room.depth, recipe.wish.lens, self._plan.rng("lens", recipe.index), focus=3.0)

    def _room(self, recipe: Recipe, setting: Setting) -> Darkroom:
        rng = self._plan.rng("light", recipe.index)
        dim = setting.backdrop.lighting.kind in _DIM and self._wearer(recipe.model).person.tone >= _DARK_SKIN
        return Darkroom(self._plan.mode, setting.camera, setting.backdrop, rng, _LONGER if dim else 1.0)

    def _wearer(self, number: int) -> Wearer:
        if number not in self._wearers:
            with self._stages("body"):
                model = self._group.models[number]
                person = sample_person(thing_rng("body", model.body), model.sex)
                pose = stance(model, self._plan.regime)
                quality = VOLUME if self._plan.mode == "geometry" else PICTURE
                self._wearers[number] = Wearer(person, pose, stand(person, pose), quality, self._group.wardrobe.outfits)
        return self._wearers[number]

    def _cloths_of(self, recipe: Recipe) -> dict[Piece, Cloth]:
        """The cloth of each garment of both outfits."""
        cloths = {piece: look.cloth for piece, look in self._looks_of(recipe).items()}
        # Half of those that blend with the background do so from head to foot, the others in their upper half.
        blend = recipe.wish.clothes == "as background" and recipe.index // 4 % 2 == 0
        if recipe.wish.clothes == "one colour" or blend:
            first = recipe.before[0]
            cloths.update({piece: self._plain(piece, (first, recipe.looks[first])) for piece in recipe.before})
        return cloths

    def _plain(self, piece: Piece, like: tuple[Piece, int]) -> Cloth:
        key = piece, like
        if key not in self._plains:
            with self._stages("cloth"):
                look = self._looks[like[0]][like[1]]
                self._plains[key] = one_colour(look, piece, cloth_size(self._plan))
        return self._plains[key]

    def _looks_of(self, recipe: Recipe) -> dict[Piece, Look]:
        return {piece: self._looks[piece][recipe.looks[piece]] for piece in recipe.pieces()}

    def _ids(self, recipe: Recipe) -> dict[str, object]:
        looks = self._looks_of(recipe)
        return {"cloths": [str(look.number) for look in looks.values()]}

    def _view(self, room: Darkroom, setting: Setting, dressed: Dressed, person: Sequence[Surface]) -> _View:
        surfaces = [*person, *setting.around]
        garments = dict(zip(dressed.pieces, person[-len(dressed.pieces) :], strict=True))
        with self._stages("raster"):
            buffer = room.buffer(surfaces)
        with self._stages("truth"):
            return _View(surfaces, garments, buffer, seen(buffer, list(garments.values())))

    def _sight(self, recipe: Recipe, room: Darkroom, view: _View) -> Sight:
        truth, wish = view.truth, recipe.wish
        with self._stages("shade"):
            light = room.photo(view.surfaces, view.buffer)
        with self._stages("lens"):
            depth = np.where(truth.depth > 0, truth.depth, room.depth)
            main = depth[truth.labels > 0]
            focus = float(np.median(main)) if len(main) else 0.0
            # Both photos of a tuple have the same noise: what differs between them is clothes.
            lens = quick(wish.lens) if self._plan.mode == "geometry" else wish.lens
            picture = shoot(light, depth, lens, self._plan.rng("lens", recipe.index), focus)
        with self._stages("truth"):
            return Sight(
                picture=picture,
                labels=truth.labels,
                alpha=bytes_of(truth.alpha),
                depth=np.where(np.isfinite(depth), depth, 0).astype(np.float16),
                normals=np.rint(truth.normals * 127).astype(np.int8),
                garment=truth.garment,
                garment_uv=np.rint(truth.uv * 65535).astype(np.uint16),
            )

    def _found(  # noqa: PLR0913, PLR0917 - all that a photo's truth depends on
        self, recipe: Recipe, setting: Setting, wearer: Wearer, sight: Sight, points: Points, view: _View
    ) -> Findings:
        return photo_findings(
            Evidence(
                picture=sight.picture,
                labels=sight.labels,
                keypoints=points,
                yaw=recipe.wish.yaw,
                body_pixels=setting.body_pixels,
                lens=recipe.wish.lens,
                pose_codes=wearer.pose.codes,
                others=view.truth.others > 0.5,
            )
        )

    def _agnostic(self, recipe: Recipe, views: Sequence[_View]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        before, after = views
        off = [surface for piece, surface in before.garments.items() if piece not in recipe.after]
        on = [surface for piece, surface in after.garments.items() if piece not in recipe.before]
        return agnostic_truth(before.buffer, after.buffer, off, on).astype(np.uint8) * 255


def _worn(dressed: Sequence[Dressed]) -> dict[str, object]:
    """The garments of both outfits as `Sight.garment` numbers them, from 1: as they hang, innermost first."""
    before, after = ([piece.id for piece in each.pieces] for each in dressed)
    return {"before": before, "after": after}


def _facts(wearer: Wearer, setting: Setting) -> dict[str, object]:
    person, camera = wearer.person, setting.camera
    return {
        "pose": wearer.pose.kind,
        "height_cm": round(person.height_cm, 1),
        "weight_kg": round(person.weight_kg, 1),
        "age": round(person.age, 1),
        "tone": round(person.tone, 2),
        "hair": person.hair,
        "shoes": person.shoes,
        "backdrop": setting.backdrop.name,
        "body_pixels": round(setting.body_pixels, 1),
        "camera": {
            "eye": list(camera.eye),
            "target": list(camera.target),
            "fov": camera.fov,
            "roll": camera.roll,
        },
    }
