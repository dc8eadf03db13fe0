"""Light and folds come from the old clothes, their print and borders do not."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from models.parsing.lip import Lip
from models.tryon.body import Body
from models.tryon.shade import Light, contact_shadow, lit, read_light, rim_shade
from schemas.events import Category
from tests.models.tryon.figure import figure
from tests.models.tryon.test_warp import body_of

Rgb = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]


@pytest.fixture
def body() -> Body:
    """The drawn person's body."""
    return body_of(figure(), Category.UPPER)


@pytest.fixture
def cloth() -> Bool:
    """A square of old cloth."""
    area = np.zeros((512, 384), bool)
    area[110:260, 130:255] = True
    return area


def light_on(photo: npt.NDArray[np.float64], cloth: Bool, body: Body) -> Light:
    """The light read from a photo (H, W) in grey."""
    rgb = np.repeat(np.clip(photo, 0, 255).astype(np.uint8)[..., None], 3, 2)
    return read_light(rgb, cloth.astype(np.uint8) * 5, cloth, body)


def test_light_from_one_side_arrives(cloth: Bool, body: Body) -> None:
    """Plain cloth lit from the left shades the new garment darker to the right."""
    slope = np.linspace(1.4, 0.7, 384)[None] * np.full((512, 1), 130.0)
    shade = light_on(slope, cloth, body).shade
    assert shade[180, 150] > shade[180, 192] > shade[180, 235]


def test_a_print_does_not_come_through(cloth: Bool, body: Body) -> None:
    """Cloth that is half black and half white in large blocks leaves no step of its own in the shade."""
    blocks = np.where((np.arange(384) < 192)[None], 40.0, 220.0) * np.ones((512, 1))
    shade = light_on(blocks, cloth, body).shade
    assert abs(shade[130:240, 150:180].mean() - shade[130:240, 204:234].mean()) < 0.03


def test_a_border_does_not_come_through(cloth: Bool, body: Body) -> None:
    """A dark belt over plain cloth leaves less than a twentieth of its contrast."""
    belt = np.full((512, 384), 180.0)
    belt[180:188] = 20.0
    shade = light_on(belt, cloth, body).shade
    assert shade[cloth].min() > 0.93


def test_without_old_cloth_there_is_no_light_to_read(body: Body) -> None:
    """Where nothing is worn the shade is 1 everywhere."""
    photo = np.full((512, 384), 128.0)
    shade = light_on(photo, np.zeros((512, 384), bool), body).shade
    assert (shade == 1).all()


def test_the_rim_of_a_part_is_darker() -> None:
    """Cloth turns away at its edge: darkest there, untouched in the middle."""
    alpha = np.zeros((100, 100), np.float32)
    cv2.circle(alpha, (50, 50), 40, 1.0, -1)
    shade = rim_shade(alpha, 80.0)
    assert shade[50, 50] == 1
    assert shade[50, 11] < 0.95


def test_cloth_shadows_what_lies_beside_it() -> None:
    """Next to a part, and more below it than above, what lies under it is darker; far from it nothing is."""
    alpha = np.zeros((100, 100), np.float32)
    alpha[40:60, 30:70] = 1
    ground = contact_shadow(alpha, 80.0)
    assert ground[61, 50] < ground[38, 50] < 1
    assert ground[90, 50] == pytest.approx(1)


def test_haze_lifts_black() -> None:
    """In a photo whose darkest tone is 15, black cloth is not blacker than that, and white stays white."""
    light = Light(np.ones((1, 2), np.float32), np.ones(3, np.float32), 15.0)
    colours = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    assert lit(colours, light.shade, light) == pytest.approx(np.array([[[15.0] * 3, [255.0] * 3]]))


def test_warm_and_hazy_light_is_taken_on(body: Body, cloth: Bool) -> None:
    """Of a person whose white shirt is yellowish and whose hair is grey, black is lifted and white is yellowish too."""
    photo = np.full((512, 384, 3), (250, 250, 250), np.uint8)
    labels = cloth.astype(np.uint8) * int(Lip.UPPER_CLOTHES)
    labels[40:100, 170:215] = int(Lip.HAIR)
    photo[cloth], photo[40:100, 170:215] = (228, 212, 196), (34, 30, 28)
    light = read_light(photo, labels, cloth, body)
    assert light.tone[0] > light.tone[1] > light.tone[2]
    assert 12 < light.black <= 20
    assert light.tone.max() <= 1.08


def test_a_light_room_is_no_haze(body: Body, cloth: Bool) -> None:
    """Before a white wall nothing but the hair is dark: black stays black."""
    photo = np.full((512, 384, 3), 200, np.uint8)
    labels = cloth.astype(np.uint8) * int(Lip.UPPER_CLOTHES)
    labels[40:100, 170:215] = int(Lip.HAIR)
    photo[40:100, 170:215] = 8
    assert read_light(photo, labels, cloth, body).black == 0
