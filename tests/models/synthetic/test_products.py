"""Product photos: the truth agrees with the picture, backgrounds are what they say, faults are what they say."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from models.parsing.lip import Lip
from models.synthetic.garments.catalogue import sample_garment
from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.prints.cloth import Cloth, sample_cloth
from models.synthetic.products.faults import Piece, product_with_fault
from models.synthetic.products.figure import turned
from models.synthetic.products.photo import OUTSIDE, STYLES, ProductPhoto, Quality, Shot, Style, View
from models.synthetic.products.product import photograph, product
from models.synthetic.surface import Layer, Material
from schemas.findings import FindingCode

_SIZE = 160
_SHOT = Shot(height=_SIZE, width=128)
_AROUND, _UP = 48, 20
_GIRTH, _HEIGHT = 1.0, 0.6


@cache
def _tube() -> Worn:
    """A skirt's shape: front and back are half a cylinder each, their texture unrolled, facing a frontal camera."""
    half = _AROUND // 2
    grid = np.arange(_AROUND * (_UP + 1)).reshape(_UP + 1, _AROUND)
    angle = -np.pi + 2 * np.pi * np.arange(_AROUND) / _AROUND  # -pi: left end of the front, seen from outside
    radius = _GIRTH / (2 * np.pi)
    z = np.linspace(0, _HEIGHT, _UP + 1)
    vertices = np.stack(
        [
            np.broadcast_to(radius * np.cos(angle), grid.shape),
            np.broadcast_to(radius * np.sin(angle), grid.shape),
            np.broadcast_to(z[:, None], grid.shape),
        ],
        -1,
    ).reshape(-1, 3)
    uv = np.zeros((2, _UP + 1, half + 1, 2))
    uv[..., 0] = np.linspace(0, 0.5, half + 1) + np.array([0.0, 0.5])[:, None, None]
    uv[..., 1] = np.linspace(0, 1, _UP + 1)[:, None]
    texel = np.arange(2 * (_UP + 1) * (half + 1)).reshape(2, _UP + 1, half + 1)
    triangles, uv_triangles, panels = [], [], []
    for side in (0, 1):
        for column in range(half):
            first, second = side * half + column, (side * half + column + 1) % _AROUND
            for row in range(_UP):
                a, b = grid[row, first], grid[row, second]
                c, d = grid[row + 1, second], grid[row + 1, first]
                p, q = texel[side, row, column], texel[side, row, column + 1]
                r, s = texel[side, row + 1, column + 1], texel[side, row + 1, column]
                triangles += [(a, b, c), (a, c, d)]
                uv_triangles += [(p, q, r), (p, r, s)]
                panels += [side, side]
    garment = Garment(
        name="tube",
        category="lower",
        label=Lip.SKIRT,
        layer=Layer.LOWER,
        anchor=sparse.csr_array((len(vertices), 1)),
        ease=np.zeros(len(vertices)),
        triangles=np.array(triangles, np.int32),
        uv=uv.reshape(-1, 2),
        uv_triangles=np.array(uv_triangles, np.int32),
        panels=np.array(panels, np.uint8),
        pins=np.zeros(len(vertices)),
        extent=(_GIRTH / 2, _HEIGHT),
    )
    return Worn(garment, vertices)


def _dotted(at: tuple[float, float]) -> Cloth:
    """Grey cloth with one red dot around a texel."""
    texture = np.full((240, 400, 3), 150, np.uint8)
    column, row = round(at[0] * 400), round((1 - at[1]) * 240)
    texture[row - 3 : row + 3, column - 3 : column + 3] = 220, 20, 20
    return Cloth("plain", texture, None, Material.CLOTH, (150, 150, 150), False)


def _seen(photo: ProductPhoto, texel: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Where the photo's truth says that a texel is."""
    garment = photo.worn.garment
    corners = garment.uv[garment.uv_triangles]
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    matrix = np.stack([b - a, c - a], 2)
    weights = np.linalg.solve(matrix, (np.array(texel) - a)[..., None])[..., 0]
    inside = (weights.min(1) >= -1e-9) & (weights.sum(1) <= 1 + 1e-9) & photo.visible
    number = int(np.flatnonzero(inside)[0])
    shares = np.array([1 - weights[number].sum(), *weights[number]])
    return np.asarray(shares @ photo.pixels[garment.triangles[number]], np.float64)


def _redness(photo: ProductPhoto) -> npt.NDArray[np.float64]:
    picture = photo.picture.astype(float)
    return np.asarray(picture[..., 0] - picture[..., 1:].mean(-1), np.float64)


@pytest.mark.parametrize("quality", ["cheap", "picture"])
@pytest.mark.parametrize(("view", "texel"), [("front", (0.2, 0.7)), ("front", (0.33, 0.25)), ("back", (0.7, 0.6))])
def test_a_dot_on_the_cloth_is_seen_where_the_truth_says(
    quality: Quality, view: View, texel: tuple[float, float]
) -> None:
    """The middle of a red dot's pixels lies within a pixel of what `pixels` says of its texel, front and back."""
    shot = replace(_SHOT, view=view, quality=quality)
    worn = _tube() if view == "front" else turned(_tube())
    photo = photograph(worn, _dotted(texel), shot, np.random.default_rng(0))
    red = np.maximum(_redness(photo) - 30, 0)
    rows, columns = np.mgrid[: shot.height, : shot.width] + 0.5
    middle = np.array([(red * columns).sum(), (red * rows).sum()]) / red.sum()
    assert np.abs(middle - _seen(photo, texel)).max() < 1.0


def test_what_is_on_the_other_side_is_not_visible() -> None:
    """A dot on the back is not in the front's picture, and none of the back's triangles is called visible."""
    photo = photograph(_tube(), _dotted((0.75, 0.5)), _SHOT, np.random.default_rng(0))
    assert _redness(photo).max() < 30
    panels = photo.worn.garment.panels
    assert not photo.visible[panels == 1].any()
    assert photo.visible[panels == 0].mean() > 0.8


def test_alpha_is_the_garments_cover() -> None:
    """The area under alpha is the tube's outline in pixels, within 3 %; the frame's border is free."""
    photo = photograph(_tube(), _dotted((0.2, 0.5)), _SHOT, np.random.default_rng(0))
    low, high = photo.pixels.min(0), photo.pixels.max(0)
    outline = float(np.prod(high - low))
    assert photo.alpha.sum() == pytest.approx(outline, rel=0.03)
    assert max(photo.alpha[0].max(), photo.alpha[-1].max(), photo.alpha[:, 0].max(), photo.alpha[:, -1].max()) == 0


def test_styles_have_the_background_they_say() -> None:
    """White and ghost are pure white, grey is one light grey without colour, a table is shaded beside the garment."""
    free = {}
    for style in STYLES:
        photo = photograph(_tube(), _dotted((0.2, 0.5)), replace(_SHOT, style=style), np.random.default_rng(5))
        free[style] = photo.picture[photo.alpha == 0].astype(float)
    assert (free["white"] == 255).all()
    assert (free["ghost"] == 255).all()
    assert 200 < free["grey"].mean() < 248
    assert np.ptp(free["grey"].mean(0)) < 5
    assert np.ptp(free["flat"].mean(1)) > 15, "a shadow beside what lies there"


def test_a_fixed_scale_keeps_true_proportions() -> None:
    """With `metres` given, a tube half as high is half as high in the picture; without, both fill the frame."""
    short = Worn(_tube().garment, _tube().vertices * [1, 1, 0.5])
    cloth = _dotted((0.2, 0.5))
    heights = {
        metres: [
            np.ptp(photograph(worn, cloth, replace(_SHOT, metres=metres), np.random.default_rng(0)).pixels[:, 1])
            for worn in (_tube(), short)
        ]
        for metres in (1.5, None)
    }
    assert heights[1.5][1] / heights[1.5][0] == pytest.approx(0.5, abs=0.03)
    assert heights[1.5][0] == pytest.approx(_SIZE * _HEIGHT / 1.5, rel=0.05)
    assert heights[None][1] / heights[None][0] > 0.6


@cache
def _piece() -> Piece:
    garment = sample_garment(np.random.default_rng(1), "upper", ["tee"])
    return Piece(garment, sample_cloth(np.random.default_rng(1), garment, "stripes", 256))


def test_real_garments_hang_and_lie_with_their_print_on_the_side_that_is_shown() -> None:
    """A tee in every style from both sides: what is seen outside is the panel of the view; the same seed gives the same
    bytes; laid flat its chest is wider than hung, as half a girth is wider than a trunk seen from the front."""
    widths = {}
    styles: tuple[Style, ...] = ("white", "flat")
    views: tuple[View, ...] = ("front", "back")
    for style in styles:
        for number, view in enumerate(views):
            shot = replace(_SHOT, style=style, view=view, metres=1.2)
            photo, again = (product(*_both(), shot, np.random.default_rng(3)) for _ in range(2))
            assert photo.picture.tobytes() == again.picture.tobytes()
            seen = photo.buffer.triangle[photo.buffer.surface == OUTSIDE]
            assert (photo.worn.garment.panels[seen] == number).mean() > 0.85
            widths[style, view] = (photo.alpha[_SIZE // 2] > 0.5).sum()
    assert widths["flat", "front"] > widths["white", "front"]
    assert abs(int(widths["flat", "front"]) - int(widths["flat", "back"])) <= 4


def _both() -> tuple[Garment, Cloth]:
    return _piece().garment, _piece().cloth


@cache
def _skirt() -> Piece:
    garment = sample_garment(np.random.default_rng(1), "lower", ["mini_skirt"])
    return Piece(garment, sample_cloth(np.random.default_rng(2), garment, "plain", 256))


@pytest.mark.parametrize("seed", range(4))
def test_a_cropped_garment_is_cut_by_the_frame(seed: int) -> None:
    """Some of its vertices, 10 % at least of its length or width, lie beyond the picture; others are in it."""
    photo = product_with_fault(FindingCode.GARMENT_CROPPED, _piece(), _SHOT, np.random.default_rng(seed))
    low, high = photo.pixels.min(0), photo.pixels.max(0)
    size = np.array([_SHOT.width, _SHOT.height])
    beyond = np.concatenate([np.maximum(-low, 0), np.maximum(high - size, 0)]) / np.tile(high - low, 2)
    assert 0.15 < beyond.max() < 0.45
    assert photo.alpha.mean() > 0.1
    assert photo.codes == {FindingCode.GARMENT_CROPPED}


def test_several_garments_are_all_in_the_frame() -> None:
    """Two garments stand apart: the cover falls into two parts, and the truth is that of the piece asked for."""
    photo = product_with_fault(
        FindingCode.SEVERAL_GARMENTS, _piece(), _SHOT, np.random.default_rng(0), others=(_skirt(),)
    )
    columns = photo.alpha.max(0) > 0.5
    starts = (np.diff(columns.astype(int)) == 1).sum()
    assert starts == 2
    assert photo.worn.garment is _piece().garment
    assert photo.pixels.min() > 0


def test_no_garment_means_that_none_is_seen() -> None:
    """Over some seeds there is a thing or nothing; never a pixel of the garment."""
    things = []
    for seed in range(8):
        photo = product_with_fault(FindingCode.NO_GARMENT, _piece(), _SHOT, np.random.default_rng(seed))
        assert photo.alpha.max() == 0
        assert not photo.visible.any()
        things.append((photo.picture < 250).any())
    assert 0 < sum(things) < 8


def test_a_mistaken_category_shows_another_garment_than_it_says() -> None:
    """The photo says "upper" and shows the skirt; without a garment of another category there is no such fault."""
    photo = product_with_fault(
        FindingCode.CATEGORY_MISMATCH, _piece(), _SHOT, np.random.default_rng(0), others=(_skirt(),)
    )
    assert photo.category == "upper"
    assert photo.worn.garment is _skirt().garment
    with pytest.raises(ValueError, match="another one"):
        product_with_fault(FindingCode.CATEGORY_MISMATCH, _piece(), _SHOT, np.random.default_rng(0), others=(_piece(),))
    with pytest.raises(ValueError, match="no fault of product photos"):
        product_with_fault(FindingCode.BLURRY, _piece(), _SHOT, np.random.default_rng(0))
