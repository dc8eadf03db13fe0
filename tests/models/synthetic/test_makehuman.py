"""MakeHuman's clothes as garments."""

from pathlib import Path

import numpy as np
import pytest

from models.synthetic.body.basis import basis
from models.synthetic.body.model import body
from models.synthetic.garments.makehuman import makehuman_garments
from models.synthetic.surface import Layer


def test_every_outfit_fits_any_body(assets: Path) -> None:
    """Each piece has a texture, keeps its topology and lies within 30 cm of the skin on a thin and a heavy body; what
    is worn below comes before what is worn over it."""
    outfits = makehuman_garments()
    assert len(outfits) == 6
    assert assets.is_dir()
    skin = np.unique(basis().parts["body"][0])
    for outfit in outfits:
        layers = [garment.layer for garment, _ in outfit.pieces]
        assert layers == sorted(layers)
        for garment, texture in outfit.pieces:
            assert texture.dtype == np.uint8
            assert garment.uv_triangles.shape == garment.triangles.shape
            assert (garment.pins > 0).any()
            for weight in (0.2, 0.9):
                shape = body({"gender": float(outfit.gender == "female"), "weight": weight})
                rest = garment.rest(shape)
                low, high = shape.rest[skin].min(0), shape.rest[skin].max(0)
                assert rest.shape == (len(garment.ease), 3)
                assert (rest > low - 0.3).all()
                assert (rest < high + 0.3).all()


def test_without_assets_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reduced set has no outfits, and asking for them is no error."""
    makehuman_garments.cache_clear()
    monkeypatch.delenv("VIRTON_ASSETS", raising=False)
    assert makehuman_garments() == ()
    makehuman_garments.cache_clear()


def test_layers_are_those_of_clothes(assets: Path) -> None:
    """Only lower and upper garments: nothing of an outfit is drawn as skin or shoes."""
    assert assets.is_dir()
    found = {garment.layer for outfit in makehuman_garments() for garment, _ in outfit.pieces}
    assert found == {Layer.LOWER, Layer.UPPER}
