"""The product photos of a tuple's garment B, and the flows from them to the body."""

import zlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.synthetic.body.keypoints import landmarks
from models.synthetic.garments.catalogue import garment
from models.synthetic.prints.cloth import Cloth
from models.synthetic.products.photo import OUTSIDE, ProductPhoto, Quality, Shot, Style, View
from models.synthetic.products.product import product
from models.synthetic.render.flow import ProductView, flow
from models.synthetic.render.gbuffer import GBuffer, smooth
from models.synthetic.scene import framing
from models.synthetic.scene.backdrop import Place
from models.synthetic.scene.backdrops import sample_backdrop
from models.synthetic.scene.lens import ideal_lens, shoot
from models.synthetic.surface import Surface
from models.synthetic.tuples.looks import Looks
from models.synthetic.tuples.outfits import Piece
from models.synthetic.tuples.photos import Darkroom, bytes_of, quick
from models.synthetic.tuples.plan import Plan, thing_rng
from models.synthetic.tuples.recipe import Recipe
from models.synthetic.tuples.record import Product
from models.synthetic.tuples.setting import things_of
from models.synthetic.tuples.wearing import Dressed, Wearer

# Styles that come beside front and back where a tuple is not for volume.
_MORE: tuple[Style, ...] = ("flat", "ghost")

Flow = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Photos:
    """A garment's product photos; `second` is the front of what is tried on with it."""

    front: ProductPhoto
    back: ProductPhoto
    more: Mapping[str, ProductPhoto]

    def products(self) -> dict[str, Product]:
        """As a tuple keeps them."""
        named = {"front": self.front, "back": self.back, **self.more}
        return {name: Product(photo.picture, bytes_of(photo.alpha)) for name, photo in named.items()}


class Goods:
    """Takes product photos once for each garment in a cloth."""

    def __init__(self, plan: Plan, looks: Looks, stages: Callable[[str], AbstractContextManager[None]]) -> None:
        self._plan, self._looks, self._stages = plan, looks, stages
        self._photos: dict[tuple[Piece, int, Style, View], ProductPhoto] = {}
        self._worn: dict[tuple[object, ...], Product] = {}

    def photos(self, recipe: Recipe, cloths: Mapping[Piece, Cloth]) -> Photos:
        """Front and back in the shop's style; in other styles too, unless all is for volume."""
        with self._stages("product"):
            tried, second = recipe.change.tried, recipe.change.second
            front, back = (self._photo(recipe, tried, cloths, recipe.style, view) for view in ("front", "back"))
            more: dict[str, ProductPhoto] = {}
            if self._plan.mode != "geometry":
                more = {style: self._photo(recipe, tried, cloths, style, "front") for style in _MORE}
            if second is not None:
                more["second"] = self._photo(recipe, second, cloths, recipe.style, "front")
            return Photos(front, back, more)

    def flows(
        self, recipe: Recipe, photos: Photos, body: GBuffer, garments: Mapping[Piece, Surface]
    ) -> tuple[Flow, Flow]:
        """From the pixels of person B to front and back."""
        with self._stages("flow"):
            drawn = garments[recipe.change.tried]
            number = next(place for place, surface in enumerate(body.surfaces) if surface is drawn)
            front, back = (flow(body, number, _product_view(photo)).xy for photo in (photos.front, photos.back))
            return front, back

    def worn(self, recipe: Recipe, other: Wearer, cloths: Mapping[Piece, Cloth]) -> Product:
        """Garment B worn by another person, as shops photograph it: with the first things that go with it."""
        tried = recipe.change.tried
        outfit = next(outfit for outfit in recipe.group.wardrobe.outfits if tried in outfit)
        worn = {piece: cloths[piece] if piece == tried else self._looks[piece][0].cloth for piece in outfit}
        key = recipe.worn_by, tried, id(cloths[tried])
        if key not in self._worn:
            with self._stages("drape"):
                dressed = other.dressed(outfit)
            self._worn[key] = self._on_model(recipe, dressed, other, worn)
        return self._worn[key]

    def _on_model(self, recipe: Recipe, dressed: Dressed, other: Wearer, cloths: Mapping[Piece, Cloth]) -> Product:
        tried = recipe.change.tried
        rng = self._rng("worn", recipe.group.number, recipe.worn_by, tried.id, *_name(cloths[tried]))
        with self._stages("worn"):
            surfaces = [*things_of(other, rng), *dressed.surfaces(cloths)]
            subject = framing.Subject(dressed.outline, landmarks(other.posed))
            camera = framing.ideal(subject, (self._plan.height, self._plan.width), rng)
            room = Darkroom(self._plan.mode, camera, sample_backdrop(rng, Place.STUDIO), rng)
            buffer = room.buffer(surfaces)
            picture = shoot(room.photo(surfaces, buffer), None, quick(ideal_lens(rng)), rng)
            number = len(surfaces) - len(dressed.pieces) + dressed.pieces.index(tried)
            return Product(picture, bytes_of(smooth((buffer.surface == number).astype(np.float32))))

    def _photo(
        self, recipe: Recipe, piece: Piece, cloths: Mapping[Piece, Cloth], style: Style, view: View
    ) -> ProductPhoto:
        key = piece, id(cloths[piece]), style, view
        if key not in self._photos:
            plan = self._plan
            quality: Quality = "cheap" if plan.mode == "geometry" else "picture"
            shot = Shot(view, style, quality, plan.height, plan.width)
            rng = self._rng("product", piece.id, recipe.looks[piece], *_name(cloths[piece]), style, view)
            self._photos[key] = product(garment(piece.design), cloths[piece], shot, rng)
        return self._photos[key]

    def _rng(self, *name: object) -> np.random.Generator:
        """A stream that follows from what is photographed, whichever tuple asks for it first."""
        return thing_rng("/".join(map(str, name)), zlib.crc32(f"{self._plan.seed}".encode()))


def _name(cloth: Cloth) -> tuple[object, ...]:
    """What tells a garment's own cloth from the plain ones it also comes in."""
    return cloth.kind, cloth.colour


def _product_view(photo: ProductPhoto) -> ProductView:
    return ProductView(photo.worn.vertices, photo.buffer, OUTSIDE, photo.worn.garment.extent)
