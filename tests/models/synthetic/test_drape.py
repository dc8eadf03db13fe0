"""Cloth that hangs, and garments on bodies."""

from dataclasses import replace

import numpy as np
import pytest

from models.synthetic.body.basis import basis
from models.synthetic.body.model import PosedBody, body, grounded, posed
from models.synthetic.body.people import sample_person
from models.synthetic.drape.collide import Contacts, Group, Obstacles, base_groups, home_seeds
from models.synthetic.drape.dress import VOLUME, covered, dress
from models.synthetic.drape.feet import shod
from models.synthetic.drape.mesh import mesh, skin_mesh
from models.synthetic.drape.nearest import nearest
from models.synthetic.drape.solver import State, advance, sheet_of
from models.synthetic.garments.catalogue import sample_garment
from models.synthetic.garments.garment import Category, Garment, Worn
from models.synthetic.geometry import edges, rotation, vertex_normals
from models.synthetic.surface import Layer

_STAND = {"upperarm01.L": rotation("y", 28), "upperarm01.R": rotation("y", -28)}
_STEP = {**_STAND, "upperleg01.L": rotation("x", 20), "lowerleg01.L": rotation("x", 25)}


def _figure(turns: dict[str, np.ndarray], **phenotypes: float) -> PosedBody:
    return grounded(posed(body(phenotypes), turns))


def _outfit(*kinds: str) -> list[Garment]:
    found = []
    for number, kind in enumerate(kinds):
        category: Category = "lower" if kind.endswith(("jeans", "skirt")) else "upper"
        found.append(sample_garment(np.random.default_rng(number), category, (kind,)))
    return found


def _square(count: int = 21, side: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """A square that hangs in the plane y = 0, its vertices row by row from the top."""
    u, v = np.meshgrid(np.linspace(0, side, count), np.linspace(0, -side, count))
    points = np.stack([u.ravel(), np.zeros(count * count), v.ravel()], 1)
    corner = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).ravel()
    halves = [np.stack([corner, corner + count, corner + 1], 1)]
    halves.append(np.stack([corner + 1, corner + count, corner + count + 1], 1))
    return points, np.concatenate(halves).astype(np.int32)


def test_a_hanging_square_keeps_its_edges_and_comes_to_rest() -> None:
    """Held along its upper edge and released level, cloth swings down, stretches by less than its limit allows (5 %
    with what one pass leaves over), and then stands still."""
    rest, triangles = _square()
    count = len(rest)
    pins = (np.arange(count) < 21).astype(float)
    targets = rest.copy()
    untied = np.full(count, -1, np.int32)
    sheet = sheet_of(
        rest,
        mesh(triangles, count),
        pins,
        targets,
        untied,
        -rest[:, 2],
        density=0.2,
        stiffness=0.3,
        stretch=0.03,
        surplus=0.0,
    )
    level = np.stack([rest[:, 0], rest[:, 2], np.zeros(count)], 1)
    state = State(level, np.zeros_like(level))
    none = np.zeros((0, count, 7))
    advance(state, sheet, none, steps=2500, step=0.0025, damping=0.02)
    ends = edges(triangles)
    lengths = [np.linalg.norm(p[ends[:, 0]] - p[ends[:, 1]], axis=1) for p in (state.positions, rest)]
    assert (lengths[0] / lengths[1]).max() < 1.05
    assert state.positions[-21:, 2].max() < -0.29
    before = state.positions.copy()
    advance(state, sheet, none, steps=40, step=0.0025, damping=0.02)
    assert np.abs(state.positions - before).max() < 0.002


def test_the_nearest_point_of_a_plane_and_past_its_border() -> None:
    """A point over a triangle finds its foot and signed height; one past the border also how far past."""
    rest, triangles = _square()
    normals = vertex_normals(rest, triangles)
    side = np.sign(normals[0, 1])
    points = np.array([[0.101, 0.02 * side, -0.103], [0.35, 0.0, -0.1]])
    found, _ = nearest(points, np.zeros(2, np.int32), rest, normals, mesh(triangles, len(rest)))
    assert found[0, :3] == pytest.approx([0.101, 0.0, -0.103], abs=1e-9)
    assert found[0, 6:] == pytest.approx([0.02, 0.0], abs=1e-9)
    assert found[1, 7] == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("turns", [_STAND, _STEP], ids=["standing", "stepping"])
@pytest.mark.parametrize("heavy", [0.3, 0.8])
def test_cloth_lies_outside_of_the_skin(turns: dict[str, np.ndarray], heavy: float) -> None:
    """On a thin and a heavy body and in two poses, at most 1 in 500 vertices of the cloth lies inside the skin it
    covers, and none deeper than 3 mm."""
    figure = _figure(turns, gender=1.0, weight=heavy)
    for worn in dress(figure, _outfit("slim_jeans", "tee"), VOLUME):
        depths = _depths(figure, worn)
        assert (depths < 0.0).mean() < 0.002
        assert depths.min() > -0.003


def _depths(figure: PosedBody, worn: Worn) -> np.ndarray:
    """Signed distances of the cloth's vertices from the skin they lie over, metres."""
    cloth = worn.vertices[: worn.garment.cloth_count]
    normals = vertex_normals(figure.vertices, skin_mesh().triangles)
    return nearest(cloth, home_seeds(worn.garment), figure.vertices, normals, skin_mesh())[0][:, 6]


def test_the_outer_garment_lies_outside_of_the_inner() -> None:
    """A tee over jeans: where it lies over them, it is outside of them."""
    figure = _figure(_STAND, gender=0.0)
    jeans, tee = dress(figure, _outfit("slim_jeans", "tee"), VOLUME)
    assert (jeans.garment.layer, tee.garment.layer) == (Layer.LOWER, Layer.UPPER)
    contacts = Contacts(tee.garment, Obstacles(figure, [jeans]))
    cloth = tee.vertices[: tee.garment.cloth_count]
    contacts.seek(cloth)
    plane = contacts.planes(cloth)[2]
    over = plane[:, 6] > -1e8
    gap = ((cloth - plane[:, :3]) * plane[:, 3:6]).sum(1)[over]
    assert over.sum() > 100
    assert (gap < 0.0).mean() < 0.02


def test_the_sleeves_of_a_tucked_top_stay_out_of_the_trousers() -> None:
    """A top that is tucked into jeans is inside of them around the trunk, but its sleeves are not, however near arms
    hang to the hips: they keep around their arms, within 6 cm of the skin."""
    figure = _figure(_STAND, gender=0.0, weight=0.7)
    rng = np.random.default_rng(3)
    top = next(g for g in iter(lambda: sample_garment(rng, "upper", ("long_sleeve",)), None) if g.layer == Layer.INNER)
    inner, _ = dress(figure, [top, *_outfit("slim_jeans")], VOLUME)
    assert inner.garment is top
    arms = np.isin(base_groups()[home_seeds(top)], (Group.LEFT_ARM, Group.RIGHT_ARM))
    depths = _depths(figure, inner)[arms]
    assert depths.min() > -0.003
    assert depths.max() < 0.06


def test_legs_of_trousers_do_not_cross() -> None:
    """Wide trousers on heavy legs side by side: each leg's cloth stays on its side of the middle, to 2 mm."""
    figure = _figure({**_STAND, "upperleg01.L": rotation("y", 4), "upperleg01.R": rotation("y", -4)}, weight=0.7)
    trousers = sample_garment(np.random.default_rng(1), "lower", ("wide_trousers",))
    (worn,) = dress(figure, [trousers], VOLUME)
    assert trousers.legs is not None
    across = (worn.vertices[:, 0] * trousers.legs)[: trousers.cloth_count]
    assert across.min() > -0.002


def test_hems_fall_over_shoes() -> None:
    """With a person's shoes on, what is near an ankle is moved off the skin by up to 3 cm, nothing above the shin; the
    hems of trousers lie outside of that."""
    person = sample_person(np.random.default_rng(2))
    figure = _figure(_STAND)
    off = shod(replace(person, shoes="barefoot"))
    assert not off.any()
    off = shod(person)
    assert 0.004 < off.max() < 0.04
    assert not off[basis().template[:, 2] > 0.35].any()
    (worn,) = dress(
        figure, [sample_garment(np.random.default_rng(1), "lower", ("straight_trousers",))], VOLUME, person=person
    )
    skin, normals = Obstacles(figure, person=person).skin
    cloth = worn.vertices[: worn.garment.cloth_count]
    gaps = nearest(cloth, home_seeds(worn.garment), skin, normals, skin_mesh())[0][:, 6]
    assert (gaps < 0.0).mean() < 0.002


def test_the_same_input_hangs_the_same() -> None:
    """Draping twice gives the same bytes, and what is worn already is not moved."""
    figure = _figure(_STEP, gender=1.0)
    garments = _outfit("slim_jeans", "tee")
    first, second = (dress(figure, garments, VOLUME) for _ in range(2))
    assert [w.vertices.tobytes() for w in first] == [w.vertices.tobytes() for w in second]
    (alone,) = dress(figure, garments[1:], VOLUME, dressed=first[:1])
    assert alone.vertices.tobytes() == first[1].vertices.tobytes()


def test_what_is_hidden_lies_under_cloth() -> None:
    """Skin under a tee and jeans is hidden: the thighs, nothing of the head."""
    figure = _figure(_STAND, gender=0.0)
    cover = covered(figure, dress(figure, _outfit("slim_jeans", "tee"), VOLUME))
    triangles = basis().parts["body"][0]
    heights = figure.vertices[triangles][:, :, 2].mean(1)
    neck = figure.joint("neck02")[2]
    assert not cover.skin[heights > neck].any()
    knee, hip = figure.joint("lowerleg01.L")[2] + 0.05, figure.joint("upperleg01.L")[2] - 0.15
    thighs = (heights > knee) & (heights < hip) & (np.abs(figure.vertices[triangles][:, :, 0]).max(1) < 0.35)
    legs = thighs & (base_groups()[triangles[:, 0]] >= Group.LEFT_LEG)
    assert cover.skin[legs].mean() > 0.8
    assert cover.garments[0].any()
    assert not cover.garments[1].any()
