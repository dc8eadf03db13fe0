"""What a tuple shows: all that is decided before anything is built, from the seed and the tuple's number alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from models.synthetic.products.photo import Style
from models.synthetic.scene.backdrop import Place
from models.synthetic.scene.wish import POSE_CODES, Wish, wish_for, wish_ideal, wish_plain, wish_real
from models.synthetic.tuples.outfits import Change, Outfit, Piece, Seat, Sex, Wardrobe, large_wardrobe, small_wardrobe
from models.synthetic.tuples.plan import EVALUATION_EVERY, Pass, Plan, Split, draw, thing_rng
from schemas.findings import FindingCode

BODIES, CLOTHS = 4000, 6000
# Dressing one costs 2 s of CPU, once a worker: as much as eight tuples of the cheap pass.
PASSERS_BY: Mapping[Pass, int] = {"geometry": 10, "picture": 20, "show": 20}

_STYLES: Mapping[Style, float] = {"white": 0.45, "grey": 0.25, "ghost": 0.2, "flat": 0.1}
# How many cloths each garment of a large wardrobe comes in.
_LOOKS = 2
# How many people of a group wear its clothes; each is also seen in them on the others' product photos.
_MODELS: Mapping[Pass, int] = {"geometry": 4, "picture": 2, "show": 2}
# A pose that is a fault of its own comes mostly alone, so that the checks are told apart.
_ALONE = 0.7
# How many of the groups with somebody seated are in trousers and so may cross their legs.
_CROSSED = 0.35


@dataclass(frozen=True)
class Model:
    """Somebody of a group: the body's number, and how they stand. `seed` is what the pose is drawn from; in what
    they wear they may cross their legs when seated if `crosses`."""

    body: int
    pose_codes: frozenset[FindingCode]
    mirror: bool
    seed: int
    crosses: bool = False

    @property
    def sex(self) -> Sex:
        """Bodies of both sexes are on both sides of the split."""
        return sex_of(self.body)


@dataclass(frozen=True, eq=False)
class Group:
    """Models with one wardrobe: what is draped once for all tuples of the group."""

    number: int
    split: Split
    models: tuple[Model, ...]
    wardrobe: Wardrobe
    looks: int  # how many cloths each garment comes in


@dataclass(frozen=True, eq=False)
class Recipe:
    """A tuple: the `model` (its number in the group) changes clothes; `worn_by` is the other one, who is seen in them
    on a product photo. `looks` says in which of its cloths each garment comes."""

    index: int
    group: Group
    model: int
    worn_by: int
    change: Change
    looks: Mapping[Piece, int]
    wish: Wish
    style: Style
    passers_by: tuple[int, ...]

    @property
    def before(self) -> Outfit:
        """The person's outfit with garment A."""
        return self.group.wardrobe.outfits[self.change.before]

    @property
    def after(self) -> Outfit:
        """With garment B."""
        return self.group.wardrobe.outfits[self.change.after]

    def pieces(self) -> list[Piece]:
        """What is worn in either outfit, each once."""
        return list(dict.fromkeys([*self.before, *self.after]))

    def facts(self) -> dict[str, object]:
        """In plain JSON values."""
        model, other = (self.group.models[number] for number in (self.model, self.worn_by))
        wish = self.wish
        return {
            "title": f"{' + '.join(p.kind for p in self.before)} -> {self.change.tried.kind}",
            "split": self.group.split,
            "bodies": sorted({str(model.body), str(other.body)}),
            "garments": [piece.id for piece in self.pieces()],
            "body": model.body,
            "sex": model.sex,
            "tried": self.change.tried.id,
            "second": self.change.second.id if self.change.second else None,
            "category": self.change.tried.category,
            "style": self.style,
            "regime": wish.regime,
            "place": str(wish.place),
            "cut": str(wish.cut),
            "mirror": wish.mirror,
        }


def sex_of(body: int) -> Sex:
    """Of the body of that number."""
    return "female" if body // EVALUATION_EVERY % 2 else "male"


@lru_cache(maxsize=4)
def group_of(plan: Plan, number: int) -> Group:
    """The group of that number."""
    return _group(plan, number, None)


def _group(plan: Plan, number: int, code: FindingCode | None) -> Group:
    """The group of that number; with a `code`, as it were if its models' poses had all and only that code."""
    rng = plan.rng("group", number)
    split: Split = "evaluation" if rng.random() < 1 / EVALUATION_EVERY else "train"
    # Six in ten are women: most of the kinds of garments are theirs.
    sex: Sex = "female" if rng.random() < 0.6 else "male"
    models = tuple(_model(plan, rng, sex, split) for _ in range(_MODELS[plan.mode]))
    if code is not None:
        codes = frozenset({code}) & POSE_CODES
        models = tuple(replace(model, pose_codes=codes, mirror=False) for model in models)
    seat: Seat | None = None
    if any(FindingCode.SEATED in model.pose_codes for model in models):
        seat = "crossed" if rng.random() < _CROSSED else "upright"
        models = tuple(replace(model, crosses=seat == "crossed") for model in models)
    wardrobe = (large_wardrobe if plan.mode == "geometry" else small_wardrobe)(rng, sex, split, seat)
    return Group(number, split, models, wardrobe, _LOOKS if plan.mode == "geometry" else 1)


def recipe(plan: Plan, index: int) -> Recipe:
    """The recipe of tuple `index`."""
    return _recipe(plan, index, group_of(plan, plan.group(index)))


def _recipe(plan: Plan, index: int, group: Group) -> Recipe:
    rng = plan.rng("tuple", index)
    within = index - plan.group_start(index)
    model = within % len(group.models)
    changes = group.wardrobe.changes
    change = changes[within // len(group.models) % len(changes)]
    wish = _wish(plan, group.models[model], plan.rng("wish", index))
    passers_by = tuple(draw(rng, PASSERS_BY[plan.mode], group.split) for _ in range(wish.others))
    looks = {piece: int(rng.integers(group.looks)) for piece in group.wardrobe.pieces()}
    # A shop photographs a garment in a cloth one way, on one model or, where that one is the shopper, another.
    shop = thing_rng(f"shop/{change.tried.id}/{looks[change.tried]}", plan.seed)
    return Recipe(
        index=index,
        group=group,
        model=model,
        worn_by=_other(group.models, model, int(shop.integers(len(group.models)))),
        change=change,
        looks=looks,
        wish=wish,
        style=list(_STYLES)[int(shop.choice(len(_STYLES), p=list(_STYLES.values())))],
        passers_by=passers_by,
    )


def recipe_for(plan: Plan, index: int, code: FindingCode) -> Recipe:
    """As tuple `index`, but its photos are to show what `code` is about.

    Raises:
        ValueError: the code is about pictures of garments.
    """
    made = _recipe(plan, index, _group(plan, plan.group(index), code))
    rng = plan.rng(f"for {code}", index)
    wish = wish_for(code, rng)
    passers_by = tuple(draw(rng, PASSERS_BY[plan.mode], made.group.split) for _ in range(wish.others))
    return replace(made, wish=wish, passers_by=passers_by)


def _model(plan: Plan, rng: np.random.Generator, sex: Sex, split: Split) -> Model:
    body = draw(rng, BODIES, split)
    while sex_of(body) != sex:
        body = draw(rng, BODIES, split)
    seed = int(rng.integers(2**32))
    if plan.regime == "ideal":
        return Model(body, frozenset(), mirror=False, seed=seed)
    wish = wish_real(rng)
    return Model(body, wish.pose_codes, wish.mirror, seed)


def _other(models: tuple[Model, ...], model: int, first: int) -> int:
    """Who is seen on the product photo: from the `first` model on one who is not the shopper and whose pose hides
    nothing; if there is none, one whose pose does."""
    others = [number % len(models) for number in range(first, first + len(models)) if number % len(models) != model]
    return next((other for other in others if not models[other].pose_codes and not models[other].mirror), others[0])


def _wish(plan: Plan, model: Model, rng: np.random.Generator) -> Wish:
    """What the photo shall be like, given how the model stands."""
    if plan.regime == "ideal":
        return wish_ideal(rng)
    stands = bool(model.pose_codes) or model.mirror
    wish = wish_plain(rng) if stands and rng.random() < _ALONE else wish_real(rng)
    while wish.pose_codes or wish.mirror:
        wish = wish_real(rng)
    if model.mirror:
        # Whoever photographs a mirror faces it, and is in a room.
        plain = wish_plain(rng)
        wish = replace(wish, mirror=True, place=Place.ROOM, yaw=plain.yaw)
    return replace(wish, pose_codes=model.pose_codes)
