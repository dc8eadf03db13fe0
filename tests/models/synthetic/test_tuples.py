"""Whole tuples: what is drawn, what is said of it, and that each is the same whoever renders it."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from models.parsing.lip import Lip
from models.synthetic.scene.lens import Lens
from models.synthetic.tuples.columns import COLUMNS, decoded, row_of
from models.synthetic.tuples.compose import Studio
from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.recipe import group_of, recipe
from models.synthetic.tuples.record import NOWHERE, Tuple
from models.synthetic.tuples.sheet import warped
from schemas.findings import FindingCode

# Without the assets: the reduced set must do. A group of four, of which two are rendered.
PLAN = Plan(count=4, seed=3, height=192, width=144, regime="real", mode="picture")
CLOTHES = (Lip.UPPER_CLOTHES, Lip.COAT, Lip.PANTS, Lip.SKIRT, Lip.DRESS, Lip.JUMPSUITS)


def studio(plan: Plan) -> Studio:
    return Studio(plan, group_of(plan, 0), lambda _: nullcontext())


@pytest.fixture(scope="module")
def ideal() -> Tuple:
    """The first tuple of an ideal plan, through a perfect lens."""
    plan = replace(PLAN, regime="ideal", mode="geometry")
    made = recipe(plan, 0)
    return studio(plan).render(replace(made, wish=replace(made.wish, lens=Lens())))


def test_outside_the_agnostic_mask_nothing_changes(ideal: Tuple) -> None:
    """A and B are the same picture but for what the mask says, and it says not too much: the face is never in it."""
    kept = ideal.agnostic == 0
    np.testing.assert_array_equal(ideal.a.picture[kept], ideal.b.picture[kept])
    np.testing.assert_array_equal(ideal.a.labels[kept], ideal.b.labels[kept])
    assert (ideal.a.picture != ideal.b.picture).any()
    assert kept[ideal.a.labels == Lip.FACE].mean() > 0.5


def test_the_maps_agree_with_each_other(ideal: Tuple) -> None:
    """Labels, coverage, garments, IUV, depth and keypoints say the same of each pixel."""
    for sight in (ideal.a, ideal.b):
        person = sight.labels > 0
        assert (sight.alpha[person] > 0).all()
        assert not sight.labels[sight.alpha == 0].any()
        assert (np.isin(sight.labels, CLOTHES) == (sight.garment > 0)).all()
        assert (sight.depth[person] > 0.5).all()
        lengths = np.linalg.norm(sight.normals[person].astype(float) / 127, axis=1)
        assert np.abs(lengths - 1).max() < 0.02
    person = ideal.a.labels > 0
    assert ((ideal.iuv[..., 0] > 0) == person).all()
    seen = ideal.keypoints[ideal.keypoints[:, 2] == 1, :2].astype(int)
    assert len(seen) > 20
    assert person[seen[:, 1], seen[:, 0]].mean() > 0.9


def test_the_product_photo_follows_the_flow_onto_the_body(ideal: Tuple) -> None:
    """Most of garment B on the body is in one of the two photos, and looks there as it does here, but for the light."""
    row = decoded(dict.fromkeys(COLUMNS) | row_of(ideal))
    tried = str(ideal.facts["tried"])
    after = ideal.facts["after"]
    assert isinstance(after, list)
    there = (ideal.flow_front[..., 0] != NOWHERE) | (ideal.flow_back[..., 0] != NOWHERE)
    worn = ideal.b.garment > 0
    assert tried in after
    assert not there[~worn].any()
    difference = (warped(row).astype(float) - ideal.b.picture)[there]
    psnr = 10 * np.log10(255**2 / np.mean(difference**2))
    print(f"{there.sum()} pixels of {tried}, product photo warped by the true flow: PSNR {psnr:.1f} dB")
    assert there.sum() > 0.02 * there.size
    assert psnr > 15


def test_garments_are_numbered_as_the_facts_list_them(ideal: Tuple) -> None:
    """A number of `Sight.garment` leads to the garment whose labels are there, and the tried one's to the flow."""
    labels = {"upper": (Lip.UPPER_CLOTHES, Lip.COAT), "lower": (Lip.PANTS, Lip.SKIRT), "dress": (Lip.DRESS,)}
    pieces = {piece.id: piece for piece in recipe(replace(PLAN, regime="ideal", mode="geometry"), 0).pieces()}
    several = 0
    for sight, side in ((ideal.a, "before"), (ideal.b, "after")):
        ids = ideal.facts[side]
        assert isinstance(ids, list)
        assert set(np.unique(sight.garment)) == set(range(len(ids) + 1))
        for number, name in enumerate(ids, 1):
            assert np.isin(sight.labels[sight.garment == number], labels[pieces[name].category]).all()
        several += len({pieces[name].category for name in ids}) > 1
    assert several  # else any order would do
    after = ideal.facts["after"]
    assert isinstance(after, list)
    there = (ideal.flow_front[..., 0] != NOWHERE) | (ideal.flow_back[..., 0] != NOWHERE)
    assert set(ideal.b.garment[there]) == {after.index(ideal.facts["tried"]) + 1}


def test_a_tuple_is_the_same_alone_and_after_others(ideal: Tuple) -> None:
    """Nothing that a group shares depends on which of its tuples came first."""
    plan = replace(PLAN, mode="geometry")
    together = studio(plan)
    together.render(recipe(plan, 0))
    after_another = row_of(together.render(recipe(plan, 1)))
    assert row_of(studio(plan).render(recipe(plan, 1))) == after_another


def test_recipes_ask_for_every_fault_and_keep_the_sides_apart() -> None:
    """In a few hundred real recipes every kind of photo comes up; no design and no body is on both sides of the
    split; ideal recipes ask for nothing."""
    plan = replace(PLAN, count=1200)
    asked: set[object] = set()
    seated: set[str] = set()
    sides: dict[str, set[object]] = {"train": set(), "evaluation": set()}
    for index in range(0, plan.count, 2):
        made = recipe(plan, index)
        wish, group = made.wish, made.group
        asked |= wish.pose_codes | {wish.cut, wish.clothes, wish.place, wish.mirror, made.style, wish.others > 0}
        asked |= {abs(wish.yaw) > 130, wish.lens.exposure < -2.5, wish.lens.exposure > 1.5, wish.lens.blur > 0.005}
        sides[group.split] |= {model.body for model in group.models} | {p.id for p in group.wardrobe.pieces()}
        assert made.change.tried in made.after
        assert made.change.tried not in made.before or len(made.before) > len(made.after)
        if any(FindingCode.SEATED in model.pose_codes for model in group.models):
            seated |= {piece.kind for piece in group.wardrobe.pieces()}
    # In these one looks into the hem, or it tears: see `outfits`.
    assert seated.isdisjoint({"shorts", "bermudas", "mini_skirt", "maxi_skirt", "mini_dress", "coat"})
    assert len(seated) > 10
    assert asked >= {
        FindingCode.CROSSED_ARMS,
        FindingCode.CROSSED_LEGS,
        FindingCode.HANDS_COVER_BODY,
        FindingCode.SEATED,
        "one colour",
        "as background",
        True,
        "small",
        "knees",
        "headless",
        "room",
        "street",
        "flat",
        "ghost",
    }
    assert sides["train"]
    assert sides["evaluation"]
    assert sides["train"].isdisjoint(sides["evaluation"])
    still = recipe(replace(PLAN, regime="ideal"), 0).wish
    assert (still.pose_codes, still.others, still.mirror) == (frozenset(), 0, False)


def test_streams_are_independent_of_each_other() -> None:
    """Two seeds, two regimes, two names, two numbers: four different streams; the same again is the same."""
    plan = PLAN
    first = plan.rng("camera", 1).random()
    assert first == plan.rng("camera", 1).random()
    others = [plan.rng("camera", 2), plan.rng("lens", 1), replace(plan, seed=4).rng("camera", 1)]
    others.append(replace(plan, regime="ideal").rng("camera", 1))
    assert len({first, *(rng.random() for rng in others)}) == 5
    assert group_of(plan, 0).wardrobe == group_of(replace(plan, count=900), 0).wardrobe
