"""The plate: the person without the old clothes."""

import numpy as np
import pytest

from models.parsing.lip import Lip
from models.tryon.fill import Plate, diffuse, make_plate
from models.tryon.regions import arms_in_front, in_front, replaced
from schemas.events import Category
from tests.models.tryon.figure import Figure, figure
from tests.models.tryon.test_warp import body_of


def plate(person: Figure, category: Category) -> Plate:
    """The plate for a garment of this category, in the light of noon."""
    mask = person.mask(category)
    body = body_of(person, category)
    old = replaced(person.labels, body, mask, [category])
    shade = np.ones(mask.shape, np.float32)
    return make_plate(person.photo, person.labels, body, old, mask, shade, [category])


def test_known_pixels_are_kept_and_unknown_ones_lie_between() -> None:
    """Diffusion between a black and a white side rises steadily from one to the other."""
    rgb = np.zeros((40, 60, 3), np.uint8)
    rgb[:, 40:] = 255
    known = np.zeros((40, 60), bool)
    known[:, :10] = known[:, 50:] = True
    filled = diffuse(rgb, known)[20, :, 0]
    assert filled[:9] == pytest.approx(0, abs=12)
    assert filled[51:] == pytest.approx(255, abs=12)
    assert (np.diff(filled[10:50]) > -2).all()


def test_only_the_mask_is_changed() -> None:
    """Every pixel outside the agnostic mask is the photo's."""
    person = figure(sleeves=True)
    outside = ~person.mask(Category.UPPER)
    assert np.array_equal(plate(person, Category.UPPER).rgb[outside], person.photo[outside])


def test_nothing_of_the_old_clothes_is_left() -> None:
    """After a dress has taken the place of shirt and trousers, neither's colour is seen where they were."""
    person = figure(sleeves=True)
    mask = person.mask(Category.DRESS)
    made = plate(person, Category.DRESS)
    for label, colour in ((Lip.UPPER_CLOTHES, (120, 124, 130)), (Lip.PANTS, (38, 42, 58))):
        worn = (person.labels == label) & mask
        close = np.abs(made.rgb[worn].astype(int) - colour).max(1) < 25
        assert close.mean() < 0.02


def test_sleeves_leave_skin_and_the_wall() -> None:
    """Where a sleeve was there is an arm of the shopper's own colour, and the wall beside it."""
    person = figure(sleeves=True)
    made = plate(person, Category.UPPER)
    arm = made.rgb[made.bare_arms].astype(float)
    assert np.median(arm, axis=0) == pytest.approx([205, 160, 138], abs=28)
    wall = made.rgb[made.background].astype(float)
    assert np.median(wall, axis=0) == pytest.approx([176, 182, 186], abs=20)


def test_trousers_go_on_under_a_top_that_is_gone() -> None:
    """At the hips, where a long shirt hid the trousers, it is trousers that appear, not skin."""
    person = figure()
    person.labels[238:268, 152:232][person.labels[238:268, 152:232] == Lip.PANTS] = Lip.UPPER_CLOTHES
    person.photo[238:268, 152:232] = (120, 124, 130)
    made = plate(person, Category.UPPER)
    hips = made.rgb[250:262, 180:204].reshape(-1, 3).astype(float)
    assert hips.mean(0) == pytest.approx([38, 42, 58], abs=25)


def test_each_category_replaces_its_own_clothes() -> None:
    """A top leaves trousers alone and trousers a top; a dress takes the place of both; nobody's skin is replaced."""
    person = figure()
    body = body_of(person, Category.DRESS)
    everywhere = np.ones(person.labels.shape, bool)
    shirt, trousers = person.labels == Lip.UPPER_CLOTHES, person.labels == Lip.PANTS
    for category, expected in (
        (Category.UPPER, shirt),
        (Category.LOWER, trousers),
        (Category.DRESS, shirt | trousers),
    ):
        assert np.array_equal(replaced(person.labels, body, everywhere, [category]), expected)


def test_one_piece_is_parted_at_the_waist() -> None:
    """Of what looks like a dress, a new top replaces the part above the waist, new trousers the part below it."""
    person = figure()
    body = body_of(person, Category.UPPER)
    everywhere = np.ones(person.labels.shape, bool)
    dress = np.where(np.isin(person.labels, [Lip.UPPER_CLOTHES, Lip.PANTS]), np.uint8(Lip.DRESS), person.labels)
    upper = replaced(dress, body, everywhere, [Category.UPPER])
    lower = replaced(dress, body, everywhere, [Category.LOWER])
    assert np.array_equal(upper | lower, dress == Lip.DRESS)
    assert np.nonzero(upper)[0].max() <= np.nonzero(lower)[0].min()
    assert 200 < np.nonzero(upper)[0].max() < 230  # shoulders at y 120, hips at 240


def test_the_neck_is_behind_a_collar_and_the_chin_before_it() -> None:
    """LIP calls the neck face: only what is above the chin lies in front of clothes."""
    person = figure()
    front = in_front(person.labels, body_of(person, Category.UPPER))
    assert front[70, 192]
    assert front[40, 192]
    assert not front[100, 192]


def test_arms_come_out_of_their_sleeves() -> None:
    """A bare forearm lies before the torso's cloth, a shoulder under it, and what a sleeve covers is no bare arm."""
    person = figure()
    body = body_of(person, Category.UPPER)
    nothing = np.zeros(person.labels.shape, bool)
    bare = arms_in_front(person.labels, body, nothing, (0.0, 0.0))
    assert bare[215, 132] == 1
    assert bare[122, 150] == 0
    sleeved = arms_in_front(person.labels, body, nothing, (200.0, 0.0))
    assert sleeved[215, 132] == 0
    assert sleeved[215, 252] == 1


def test_horizons_go_on_behind_the_clothes() -> None:
    """Filled from both sides, a level border in the background stays where it is."""
    rgb = np.full((80, 120, 3), 60, np.uint8)
    rgb[40:] = 200
    known = np.ones((80, 120), bool)
    known[:, 45:75] = False
    filled = diffuse(rgb, known, (4, 1))[:, 60, 0]
    assert filled[34] < 110
    assert filled[45] > 150


@pytest.mark.parametrize(("wall", "gone"), [("plain", True), ("rough", False)])
def test_a_rim_that_labels_miss_is_replaced_before_a_plain_wall(wall: str, gone: bool) -> None:
    """White cloth beside trousers that is labelled as background goes with them where nobody sees that the wall was
    painted too; a wall with a pattern is left alone."""
    person = figure()
    background = person.labels == Lip.BACKGROUND
    if wall == "rough":
        person.photo[background] = np.random.default_rng(0).choice([90, 220], (int(background.sum()), 1))
    rim = (slice(360, 380), slice(238, 241))
    assert background[rim].all()
    person.photo[rim] = 255
    made = plate(person, Category.LOWER)
    assert bool((made.rgb[rim] < 215).all()) is gone
