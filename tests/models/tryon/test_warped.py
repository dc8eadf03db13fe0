"""WarpedTryOn behind its port: what is changed and what is not, seeds, steps, errors."""

import numpy as np
import pytest

from models.garment.features import GarmentCache
from models.tryon.assessment import verdict
from models.tryon.port import OnStep, Rgb, Sample, TryOnInput
from models.tryon.warped import WarpedTryOn
from schemas.events import Category
from tests.models.garment.drawn import product
from tests.models.tryon.figure import Figure, figure, garment, tryon

CASES = [
    ("tee", Category.UPPER), ("long", Category.UPPER), ("tank", Category.UPPER), ("dress", Category.DRESS),
    ("trousers", Category.LOWER), ("shorts", Category.LOWER), ("skirt", Category.LOWER),
]  # fmt: skip


class Stopped(Exception):
    """What an on_step raises to stop the work."""


def ignore(step: int, of: int) -> None:
    """An on_step that lets everything go on."""


def run(item: TryOnInput, on_step: OnStep = ignore) -> list[Sample]:
    """The samples of one input; raises what stands in their place."""
    (result,) = WarpedTryOn().generate([item], [on_step])
    if isinstance(result, Exception):
        raise result
    return result


def picture(person: Figure, outline: str, category: Category, seed: int = 1) -> Rgb:
    """The picture of a drawn garment on a person."""
    return run(tryon(person, garment(person, outline, category), seed=seed))[0].rgb


@pytest.mark.parametrize(("outline", "category"), CASES)
def test_outside_the_mask_is_the_photo(outline: str, category: Category) -> None:
    """Not one pixel outside the agnostic mask differs from the photo, and the picture has its size."""
    person = figure()
    result = picture(person, outline, category)
    outside = ~person.mask(category)
    assert result.shape == person.photo.shape
    assert result.dtype == np.uint8
    assert np.array_equal(result[outside], person.photo[outside])


@pytest.mark.parametrize(("outline", "category"), CASES)
def test_the_garment_arrives(outline: str, category: Category) -> None:
    """The garment's colour, which nothing else here has, covers a good part of its mask; the verdict lets it pass."""
    person = figure()
    (sample,) = run(tryon(person, garment(person, outline, category)))
    red = (sample.rgb[..., 0].astype(int) - sample.rgb[..., 1]) > 70
    assert red[person.mask(category)].mean() > 0.2
    assert sample.assessment.preserved == 1.0
    assert sample.assessment.fidelity > 0.5
    assert verdict(sample.assessment) is None


def test_hands_and_face_are_untouched() -> None:
    """Hands lie before a dress, hair and face before a collar."""
    person = figure()
    result = picture(person, "dress", Category.DRESS)
    for x, y in ((127, 262), (257, 262), (192, 62), (192, 40)):
        assert np.array_equal(result[y, x], person.photo[y, x])


def test_a_bare_arm_stays_before_a_sleeveless_garment() -> None:
    """A forearm that hangs before a sleeveless dress is skin, not cloth."""
    person = figure(elbows={14: (150, 182), 16: (172, 236), 20: (176, 258), 18: (172, 258), 22: (178, 254)})
    result = picture(person, "tank", Category.UPPER)
    forearm = result[205:215, 158:164].reshape(-1, 3).mean(0)
    # It is as light as it was: the shadow that cloth throws on what lies under it is not on what lies before it.
    assert forearm == pytest.approx(person.photo[205:215, 158:164].reshape(-1, 3).mean(0), rel=0.06)


def test_long_sleeves_to_short_shows_skin() -> None:
    """Where the old sleeve covered the forearm and the new one does not, skin of the shopper's own colour is painted,
    nothing grey of the old shirt remains."""
    person = figure(sleeves=True)
    result = picture(person, "tee", Category.UPPER)
    forearm = result[205:225, 128:136].reshape(-1, 3).astype(float)
    assert (forearm[:, 0] - forearm[:, 2]).mean() > 30  # skin is 67 redder than blue, the shirt 10 bluer


def test_trousers_to_shorts_shows_skin() -> None:
    """Below the shorts the trousers are gone."""
    person = figure()
    result = picture(person, "shorts", Category.LOWER)
    shin = result[380:400, 162:172].reshape(-1, 3).astype(float)
    assert shin[:, 0].mean() > 120
    assert (shin[:, 0] - shin[:, 2]).mean() > 30


def test_shorts_stay_shorts() -> None:
    """Length is kept in proportion: shorts end above the knee, trousers at the ankle, a skirt in between."""
    person = figure()

    def lowest(outline: str) -> int:
        result = picture(person, outline, Category.LOWER)
        red = (result[..., 0].astype(int) - result[..., 1]) > 85
        return int(np.nonzero(red.sum(1) > 8)[0].max())

    knee, ankle = 340, 440
    assert lowest("shorts") < knee
    assert lowest("skirt") < ankle
    assert lowest("trousers") > ankle - 20


def test_the_same_seed_gives_the_same_picture() -> None:
    """Bit for bit, also by another instance."""
    person = figure()
    assert np.array_equal(picture(person, "tee", Category.UPPER), picture(person, "tee", Category.UPPER))


def test_another_seed_and_another_sample_differ() -> None:
    """A second try is not the first one again, and the samples of one input are not one picture several times."""
    person = figure()
    first, second = run(tryon(person, garment(person, "skirt", Category.LOWER), samples=2))
    assert not np.array_equal(first.rgb, second.rgb)
    assert not np.array_equal(first.rgb, picture(person, "skirt", Category.LOWER, seed=2))


def test_on_step_counts_to_its_end() -> None:
    """Steps are reported several times, one by one, the last one complete."""
    person = figure()
    seen: list[tuple[int, int]] = []
    run(tryon(person, garment(person, "tee", Category.UPPER), samples=2), lambda step, of: seen.append((step, of)))
    total = seen[-1][1]
    assert seen == [(step, total) for step in range(1, total + 1)]
    assert total >= 5


def test_an_on_step_that_raises_stops_only_its_input() -> None:
    """The exception stands in the input's place, the other inputs of the batch get their pictures."""
    person = figure()
    item = tryon(person, garment(person, "tee", Category.UPPER))

    def stop(step: int, of: int) -> None:
        if step == 2:
            raise Stopped

    first, second, third = WarpedTryOn().generate([item] * 3, [ignore, stop, ignore])
    assert isinstance(first, list)
    assert isinstance(second, Stopped)
    assert isinstance(third, list)


def test_a_plain_picture_for_a_garment_is_that_inputs_error() -> None:
    """A product photo without a garment fails its own input, and says why."""
    person = figure()
    plain = garment(person, "tee", Category.UPPER)
    blank = np.full_like(plain.front, 255)
    bad = tryon(person, type(plain)(plain.category, blank, None, plain.agnostic_mask))
    first, second = WarpedTryOn().generate([bad, tryon(person, plain)], [ignore, ignore])
    assert isinstance(first, Exception)
    assert "no garment" in str(first)
    assert isinstance(second, list)


def test_an_empty_mask_is_an_error() -> None:
    """Where nothing may be changed no picture is handed out as if something had been."""
    person = figure()
    worn = garment(person, "tee", Category.UPPER)
    nothing = type(worn)(worn.category, worn.front, None, np.zeros_like(worn.agnostic_mask))
    with pytest.raises(ValueError, match="mask is empty"):
        run(tryon(person, nothing))


def test_two_garments_are_worn_together_the_top_over_the_trousers() -> None:
    """A red top and green trousers are both seen, and at the hips, where both reach, the top lies over the trousers,
    whichever comes first in the request."""
    person = figure()
    top = garment(person, "tee", Category.UPPER, (160, 30, 40))
    trousers = garment(person, "trousers", Category.LOWER, (30, 140, 60))
    one = run(tryon(person, top, trousers))[0].rgb
    other = run(tryon(person, trousers, top))[0].rgb
    assert np.array_equal(one, other)
    hip, thigh = one[225:235, 185:200].reshape(-1, 3).mean(0), one[330:340, 160:170].reshape(-1, 3).mean(0)
    assert hip[0] > hip[1] + 40
    assert thigh[1] > thigh[0] + 40


@pytest.mark.parametrize(("yaw", "blue"), [(0.0, False), (170.0, True), (-120.0, True)])
def test_seen_from_behind_the_back_is_worn(yaw: float, blue: bool) -> None:
    """The garment's back view is used if the person has turned by more than 90 degrees, and only then."""
    person = figure()
    worn = garment(person, "tee", Category.UPPER, (160, 30, 40), back=product("tee", (30, 50, 170)).photo)
    result = run(tryon(person, worn, yaw=yaw))[0].rgb
    chest = result[170:190, 180:204].reshape(-1, 3).mean(0)
    assert bool(chest[2] > chest[0] + 40) is blue


def test_a_garment_is_read_once() -> None:
    """Another person's try-on of the same picture reads its features from the cache, another picture does not."""
    cache = GarmentCache(capacity=2)
    model = WarpedTryOn(cache)
    person = figure()
    red, blue = (garment(person, "tee", Category.UPPER, colour) for colour in ((150, 30, 40), (30, 40, 150)))
    for worn in (red, red, blue, red):
        model.generate([tryon(person, worn)], [ignore])
    assert cache.misses == 2


def test_the_cache_is_bounded() -> None:
    """The garment that was used longest ago is forgotten first."""
    cache = GarmentCache(capacity=2)
    photos = [product("tee", (40 * index + 20, 30, 90)).photo for index in range(3)]
    for index in (0, 1, 0, 2, 0, 1):
        cache.features(photos[index], Category.UPPER)
    assert cache.misses == 4  # 0, 1, 2 once each, and 1 again, which 2 had displaced


def test_a_print_stays_sharp() -> None:
    """Fine stripes of a product photo are still stripes on the body, not a mean."""
    person = figure(2.0)
    worn = garment(person, "long", Category.UPPER)
    stripes = worn.front.copy()
    rows = (np.arange(stripes.shape[0]) // 8) % 2 == 0
    cloth = np.abs(stripes.astype(int) - (150, 30, 40)).sum(2) < 90
    stripes[cloth & rows[:, None]] = (240, 240, 240)
    result = run(tryon(person, type(worn)(worn.category, stripes, None, worn.agnostic_mask)))[0].rgb
    column = result[300:460, 384, 1].astype(float)
    assert column.std() > 60


@pytest.mark.parametrize("quality", ["fast", "normal", "best"])
def test_a_photo_of_24_megapixels(quality: str) -> None:
    """The largest photo that is let in is dressed at full resolution, with its own pixels outside the mask."""
    person = figure(11.0)  # 5632 x 4224
    worn = garment(person, "tee", Category.UPPER)
    item = tryon(person, worn)
    item = TryOnInput(**{**vars(item), "quality": quality})
    sample = run(item)[0]
    outside = ~worn.agnostic_mask
    assert sample.rgb.shape == person.photo.shape
    assert np.array_equal(sample.rgb[outside], person.photo[outside])
    assert verdict(sample.assessment) is None


def test_trousers_are_of_one_piece() -> None:
    """No dark line is seen where the legs begin: along a thigh the cloth is as light as its folds and print let it."""
    person = figure(2.0)
    column = picture(person, "trousers", Category.LOWER)[500:600, 330:340].astype(float).mean((1, 2))
    assert np.abs(np.diff(column)).max() < 2.5
    assert np.ptp(column) < 12
