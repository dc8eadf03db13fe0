"""The truth of finding codes: what a photo was made to have is what is measured."""

from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from models.parsing.lip import Lip
from models.photo.decode import Decoder
from models.pose.landmarks import Joint
from models.synthetic.scene.broken import Damage, broken
from models.synthetic.scene.findings import Evidence, exposure_at, photo_findings
from models.synthetic.scene.framing import Cut
from models.synthetic.scene.lens import Lens, ideal_lens, shoot
from models.synthetic.scene.wish import GARMENT_CODES, POSE_CODES, wish_for, wish_ideal, wish_real
from schemas.errors import UnreadableImage
from schemas.findings import FindingCode

HEIGHT, WIDTH, BODY = 700, 500, 600
SKIN, SHIRT, TROUSERS, WALL = (0.5, 0.3, 0.22), (0.6, 0.08, 0.08), (0.05, 0.08, 0.3), (0.5, 0.5, 0.45)
Linear = npt.NDArray[np.float32]


def scene(
    shirt: tuple[float, ...] = SHIRT, trousers: tuple[float, ...] = TROUSERS
) -> tuple[Linear, npt.NDArray[np.uint8]]:
    """A flat figure, 600 pixels high, before a wall: its light and its labels."""
    light = np.broadcast_to(np.array(WALL, np.float32), (HEIGHT, WIDTH, 3)).copy()
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for label, colour, rows, columns in (
        (Lip.FACE, SKIN, (50, 140), (215, 285)),
        (Lip.UPPER_CLOTHES, shirt, (140, 380), (170, 330)),
        (Lip.PANTS, trousers, (380, 620), (185, 315)),
        (Lip.LEFT_SHOE, (0.05, 0.05, 0.05), (620, 650), (185, 315)),
    ):
        area = slice(*rows), slice(*columns)
        light[area], labels[area] = colour, label
    shade = 1 + 0.08 * np.sin(np.arange(WIDTH) / 9).astype(np.float32)
    return light * shade[None, :, None], labels


def keypoints() -> npt.NDArray[np.float32]:
    points = np.full((33, 3), 250, np.float32)
    for joint in Joint:
        points[joint, 1] = 95 if joint <= Joint.MOUTH_RIGHT else 370
    for joint in (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER):
        points[joint, 1] = 160
    for joint in (Joint.LEFT_KNEE, Joint.RIGHT_KNEE):
        points[joint, 1] = 480
    points[Joint.LEFT_ANKLE :, 1] = 625
    return points


def evidence(lens: Lens | None = None, seed: int = 0, light: Linear | None = None) -> Evidence:
    linear, labels = scene()
    used = lens or ideal_lens(np.random.default_rng(seed))
    picture = shoot(linear if light is None else light, None, used, np.random.default_rng(seed))
    return Evidence(picture, labels, keypoints(), yaw=5.0, body_pixels=BODY, lens=used)


def test_on_an_ideal_photo_no_code_holds() -> None:
    """A sound photo of a person 600 pixels high: nothing must nor may be reported."""
    for seed in range(5):
        found = photo_findings(evidence(seed=seed))
        assert not found.must and not found.may


@pytest.mark.parametrize("code", [FindingCode.TOO_DARK, FindingCode.OVEREXPOSED, FindingCode.BLURRY])
def test_a_faulty_lens_is_measured_as_faulty(code: FindingCode) -> None:
    """A photo by the lens of `wish_for(code)` has the code; by the ideal lens it has not."""
    for seed in range(6):
        rng = np.random.default_rng(seed)
        lens = wish_for(code, rng).lens
        linear, _ = scene()
        # A tenth more than a grey wall's light falls on white things: the shirt of who is overexposed is light.
        light = np.minimum(linear * 1.5 + 0.2, 1).astype(np.float32) if code is FindingCode.OVEREXPOSED else linear
        assert code in photo_findings(evidence(lens, seed, light)).must, seed


def test_a_photo_is_between_sound_and_dark_without_a_verdict() -> None:
    """A stop and three quarters under is neither asserted nor denied."""
    found = photo_findings(evidence(Lens(exposure=-1.75)))
    assert FindingCode.TOO_DARK in found.may and FindingCode.TOO_DARK not in found.must


def test_exposure_is_what_light_makes_of_reflectance() -> None:
    """A person in shadow, an eighth of the light, is three stops under although the wall behind is bright."""
    linear, labels = scene()
    person = labels > 0
    light = linear.copy()
    light[person] /= 8
    exposure = exposure_at(light, linear, person)
    assert exposure == pytest.approx(1 / 8)
    found = photo_findings(replace(evidence(), exposure=exposure))
    assert FindingCode.TOO_DARK in found.must


def test_clothes_of_the_walls_colour_blend_and_of_one_colour_are_monochrome() -> None:
    """Measured in the picture; both are only possible where light failed or colour is missing."""
    for shirt, trousers, code in (
        (WALL, WALL, FindingCode.BLENDS_WITH_BACKGROUND),
        (SHIRT, SHIRT, FindingCode.MONOCHROME_CLOTHES),
    ):
        light, _ = scene(shirt, trousers)
        assert code in photo_findings(evidence(light=light)).must
        grey = photo_findings(evidence(Lens(monochrome=True), light=light))
        assert code in grey.may and code not in grey.must
    assert FindingCode.BLENDS_WITH_BACKGROUND not in photo_findings(evidence(light=scene(SHIRT, SHIRT)[0])).must


def test_what_is_outside_the_frame_is_not_full_length() -> None:
    """Ankles below or eyes above the frame must be reported, shoes that touch its edge may be."""
    whole = evidence()
    for shift, codes in ((90, "must"), (-110, "must"), (50, "may"), (20, "no")):
        moved = whole.keypoints.copy()
        moved[:, 1] += shift
        found = photo_findings(replace(whole, keypoints=moved))
        code = FindingCode.NOT_FULL_LENGTH
        assert ("must" if code in found.must else "may" if code in found.may else "no") == codes, shift


def test_turned_small_accompanied_and_absent_people() -> None:
    """Yaw, the body's pixels, others' area and no person at all each have their code."""
    sound = evidence()
    for yaw, state in ((80, "must"), (-100, "must"), (45, "may"), (170, "may"), (20, "no")):
        found = photo_findings(replace(sound, yaw=float(yaw)))
        code = FindingCode.SIDE_VIEW
        assert ("must" if code in found.must else "may" if code in found.may else "no") == state, yaw
    assert FindingCode.LOW_RESOLUTION in photo_findings(replace(sound, body_pixels=180.0)).must
    assert FindingCode.LOW_RESOLUTION in photo_findings(replace(sound, body_pixels=400.0)).may
    enlarged = replace(sound, lens=Lens(scale=0.3))
    assert FindingCode.LOW_RESOLUTION in photo_findings(enlarged).must
    others = np.zeros((HEIGHT, WIDTH), bool)
    others[300:500, :60] = True
    assert FindingCode.MULTIPLE_PEOPLE in photo_findings(replace(sound, others=others)).must
    empty = photo_findings(replace(sound, labels=np.zeros_like(sound.labels)))
    assert empty.must == {FindingCode.NO_PERSON}


def test_a_poses_codes_hold_while_they_are_seen() -> None:
    """Crossed arms are asserted from the front, only possible from the side, and so is a pose that the frame cuts."""
    crossed = replace(evidence(), pose_codes=frozenset({FindingCode.CROSSED_ARMS}))
    found = photo_findings(crossed)
    assert FindingCode.CROSSED_ARMS in found.must and FindingCode.HANDS_COVER_BODY in found.may
    assert FindingCode.CROSSED_ARMS in photo_findings(replace(crossed, yaw=90.0)).may
    seated = replace(crossed, pose_codes=frozenset({FindingCode.SEATED}))
    moved = seated.keypoints.copy()
    moved[:, 1] += 300
    assert FindingCode.SEATED in photo_findings(seated).must
    assert FindingCode.SEATED in photo_findings(replace(seated, keypoints=moved)).may


def test_every_code_of_photos_can_be_wished_for() -> None:
    """Each wish asks for what makes its code and for no pose of another; an ideal one asks for nothing."""
    for code in FindingCode:
        rng = np.random.default_rng(7)
        if code in GARMENT_CODES:
            with pytest.raises(ValueError, match="garment"):
                wish_for(code, rng)
            continue
        wish = wish_for(code, rng)
        assert wish.pose_codes == ({code} if code in POSE_CODES else frozenset())
        asked = {
            FindingCode.NO_PERSON: not wish.person,
            FindingCode.MULTIPLE_PEOPLE: wish.others > 0,
            FindingCode.NOT_FULL_LENGTH: wish.cut not in (Cut.FULL, Cut.SMALL),
            FindingCode.SIDE_VIEW: abs(wish.yaw) > 60,
            FindingCode.LOW_RESOLUTION: wish.cut is Cut.SMALL,
            FindingCode.UNREADABLE_IMAGE: wish.damage is not None,
            FindingCode.BLENDS_WITH_BACKGROUND: wish.clothes == "as background",
            FindingCode.MONOCHROME_CLOTHES: wish.clothes == "one colour",
        }
        assert all(is_asked == (asked_code is code) for asked_code, is_asked in asked.items()), code
    ideal = wish_ideal(np.random.default_rng(1))
    assert ideal.person and not ideal.others and ideal.cut is Cut.FULL and ideal.clothes == "any" and not ideal.damage
    assert wish_real(np.random.default_rng(4)) == wish_real(np.random.default_rng(4))


def test_damaged_files_are_unreadable() -> None:
    """The product's own decoder refuses each of them."""
    _, data = cv2.imencode(".jpg", evidence().picture)
    with Decoder(children=1) as decoder:
        assert decoder.decode(data.tobytes()).rgb.shape == (HEIGHT, WIDTH, 3)
        for damage, seed in product(Damage, range(3)):
            with pytest.raises(UnreadableImage):
                decoder.decode(broken(data.tobytes(), damage, np.random.default_rng(seed)))
