"""Product photos with what is wrong in many of them, by the code that a check should report."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from models.synthetic.garments.garment import Garment, Worn
from models.synthetic.prints.cloth import Cloth
from models.synthetic.products.photo import ProductPhoto, Shot
from models.synthetic.products.product import both_sides, exposed, framed, outside, placed, product
from models.synthetic.products.shelf import thing
from models.synthetic.surface import Layer, labelled
from schemas.findings import FindingCode

_GAP = 0.06  # metres between garments
_CUT = (0.18, 0.40)  # share of the garment that lies beyond the picture's edge: less may pass for a tight crop


@dataclass(frozen=True, eq=False)
class Piece:
    """A garment in its cloth."""

    garment: Garment
    cloth: Cloth


def product_with_fault(
    code: FindingCode, piece: Piece, shot: Shot, rng: np.random.Generator, others: tuple[Piece, ...] = ()
) -> ProductPhoto:
    """The photo of `piece` for which `code` holds: GARMENT_CROPPED, SEVERAL_GARMENTS (needs `others`), NO_GARMENT (a
    thing, or nothing at all), CATEGORY_MISMATCH (one of `others`, of another category, in place of the piece).

    Raises:
        ValueError: no fault of product photos has this code, or what it needs of `others` is missing.
    """
    makers: dict[FindingCode, Callable[[], ProductPhoto]] = {
        FindingCode.GARMENT_CROPPED: lambda: _cropped(piece, shot, rng),
        FindingCode.SEVERAL_GARMENTS: lambda: _several(piece, others, shot, rng),
        FindingCode.NO_GARMENT: lambda: _none(piece, shot, rng),
        FindingCode.CATEGORY_MISMATCH: lambda: _mistaken(piece, others, shot, rng),
    }
    if code not in makers:
        raise ValueError(f"{code} is no fault of product photos; there are {', '.join(makers)}")
    return replace(makers[code](), codes=frozenset({code}))


def _cropped(piece: Piece, shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    """The camera too close, or looking past the garment: one or two of the picture's edges cut it."""
    worn = placed(piece.garment, shot, rng)
    camera = framed(worn.vertices, shot)
    low, high = worn.vertices.min(0), worn.vertices.max(0)
    share = float(rng.uniform(*_CUT))
    side = int(rng.integers(3))  # its top, its bottom, one of its sides
    x, y, z = camera.target
    metres = 2 * float(np.tan(np.radians(camera.fov / 2))) * (y - camera.eye[1])
    if side < 2:
        # The frame's edge lies at this height of the garment.
        edge = high[2] - share * (high[2] - low[2]) if side == 0 else low[2] + share * (high[2] - low[2])
        shift = (0.0, edge - metres / 2 - z if side == 0 else edge + metres / 2 - z)
    else:
        reach = metres * shot.width / shot.height / 2
        sign = 1 if rng.random() < 0.5 else -1
        edge = (high[0] if sign > 0 else low[0]) - sign * share * (high[0] - low[0])
        shift = (edge - sign * reach - x, 0.0)
    moved = replace(
        camera,
        eye=(camera.eye[0] + shift[0], camera.eye[1], camera.eye[2] + shift[1]),
        target=(x + shift[0], y, z + shift[1]),
    )
    return exposed(worn, both_sides(worn, piece.cloth, shot, rng), moved, shot, rng)


def _several(piece: Piece, others: tuple[Piece, ...], shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    """Side by side, the piece among them."""
    if not others:
        raise ValueError("several garments need at least one other")
    pieces = [piece, *others]
    order = rng.permutation(len(pieces)).tolist()
    worns = [placed(p.garment, shot, rng) for p in pieces]
    left, moved = 0.0, list(worns)
    for number in order:
        low, high = worns[number].vertices.min(0), worns[number].vertices.max(0)
        shift = np.array([left - low[0], 0.0, -high[2]])
        left += float(high[0] - low[0]) + _GAP
        moved[number] = Worn(worns[number].garment, worns[number].vertices + shift)
    drawn = [s for p, w in zip(pieces, moved, strict=True) for s in both_sides(w, p.cloth, shot, rng)]
    camera = framed(np.concatenate([worn.vertices for worn in moved]), shot)
    return exposed(moved[0], tuple(drawn), camera, shot, rng)


def _none(piece: Piece, shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    """A mug, a box, a vase, a ball; one time in four only the backdrop. The piece is nowhere."""
    worn = placed(piece.garment, shot, rng)
    nothing = np.zeros((0, 3), np.int32)
    labels, layers = labelled(0, 0, Layer.UPPER)
    unseen = replace(outside(worn, piece.cloth), triangles=nothing, uv_triangles=nothing, labels=labels, layers=layers)
    shown = thing(rng)
    surfaces = (unseen,) if rng.random() < 0.25 else (unseen, shown)
    camera = framed(shown.vertices, replace(shot, fill=0.7 * shot.fill, metres=None))
    high = camera.target[1] - camera.eye[1]
    above = replace(camera, eye=(camera.eye[0], camera.eye[1], camera.eye[2] + 0.25 * high))
    photo = exposed(worn, surfaces, above, shot, rng)
    return replace(photo, alpha=np.zeros_like(photo.alpha), pixels=np.full_like(photo.pixels, -1.0))


def _mistaken(piece: Piece, others: tuple[Piece, ...], shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    """Another garment than the shop says; the photo's category is that of the piece that was asked for."""
    strangers = [other for other in others if other.garment.category != piece.garment.category]
    if not strangers:
        raise ValueError("a mistaken category needs a garment of another one")
    other = strangers[int(rng.integers(len(strangers)))]
    return replace(product(other.garment, other.cloth, shot, rng), category=piece.garment.category)
