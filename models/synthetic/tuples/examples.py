"""A small set of photos, some of them with each fault, and their truth: for tests and for the fitting-room page.

Files are what a shopper or a shop would upload; `manifest.json` says what is true of them.
"""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from models.synthetic.garments.catalogue import garment
from models.synthetic.products import faults
from models.synthetic.products.photo import Shot
from models.synthetic.scene.broken import broken
from models.synthetic.scene.wish import GARMENT_CODES
from models.synthetic.tuples.compose import Studio
from models.synthetic.tuples.looks import looks_of
from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.recipe import Recipe, group_of, recipe, recipe_for
from models.synthetic.tuples.record import Rgb, Tuple
from models.synthetic.tuples.shards import FolderRefused
from schemas.errors import PermanentError
from schemas.findings import FindingCode

OF_EACH_CODE = 2
_IDEAL = 6
# Whether a wish comes true depends on clothes and light, too: another recipe is tried, so many times.
_TRIES = 12
_JPEG = 88
_WITHOUT_TRUTH = frozenset({FindingCode.NO_PERSON, FindingCode.UNREADABLE_IMAGE})

Entry = dict[str, object]


class NoExample(PermanentError):
    """A finding code did not come true in any try."""


def write_examples(folder: Path, plan: Plan, progress: Callable[[str], None]) -> list[Entry]:
    """Writes photos of both regimes at the size, with the seed and in the pass of `plan`, every finding code at least
    `OF_EACH_CODE` times, and the manifest; returns its entries.

    Raises:
        FolderRefused: the folder cannot be written, or is not empty.
        NoExample: a code did not come true.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FolderRefused(f"{folder} is not empty: choose another folder, or remove it first")
        entries = []
        for entry in _Writer(folder, plan).write():
            entries.append(entry)
            progress(str(entry["file"]))
        manifest = {"parameters": plan.parameters(), "examples": entries}
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", "utf-8")
    except OSError as error:
        raise FolderRefused(f"{folder} cannot be written: {error.strerror}") from error
    return entries


class _Writer:
    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._ideal, self._real = replace(plan, regime="ideal"), replace(plan, regime="real")

    def write(self) -> Iterator[Entry]:
        for number in range(_IDEAL):
            index = self._ideal.group_start(0) + number * self._group_size
            yield self._tuple(f"ideal-{number}", self._ideal, self._render(self._ideal, recipe(self._ideal, index)))
        for code in FindingCode:
            for number in range(OF_EACH_CODE):
                yield self._example(code, number)

    @property
    def _group_size(self) -> int:
        """Each example is of a group of its own: other people, other clothes."""
        return next(size for size in range(1, 10_000) if self._ideal.group(size) == 1)

    def _example(self, code: FindingCode, number: int) -> Entry:
        name = f"{code}-{number}"
        start = 100 * (1 + list(FindingCode).index(code)) + 50 * number
        indices = [self._group_size * (start + attempt) + attempt % 2 for attempt in range(_TRIES)]
        if code in GARMENT_CODES:
            return self._garment(name, code, next(index for index in indices if self._has_categories(index)))
        if code in _WITHOUT_TRUTH:
            return self._untrue(name, code, indices[0])
        for index in indices:
            made = self._render(self._real, recipe_for(self._real, index, code))
            if code in made.must:
                return self._tuple(name, self._real, made)
        raise NoExample(f"none of {_TRIES} recipes gave a photo on which {code} holds")

    def _render(self, plan: Plan, wanted: Recipe) -> Tuple:
        return Studio(plan, wanted.group, lambda _: nullcontext()).render(wanted)

    def _tuple(self, name: str, plan: Plan, made: Tuple) -> Entry:
        """The photo, its truth, the product photos, and the photo of the person in garment B."""
        products = {view: self._jpeg(f"{name}-{view}.jpg", made.products[view].picture) for view in ("front", "back")}
        self._png(f"{name}-labels.png", made.a.labels)
        return {
            "file": self._jpeg(f"{name}.jpg", made.a.picture),
            "subject": "photo",
            "regime": plan.regime,
            "seed": plan.seed,
            "index": made.index,
            "must": sorted(made.must),
            "may": sorted(made.may),
            "yaw": round(made.yaw, 2),
            "labels": f"{name}-labels.png",
            "keypoints": [[round(float(x), 1), round(float(y), 1), int(seen)] for x, y, seen in made.keypoints],
            "category": made.facts["category"],
            "garment": made.facts["tried"],
            "products": products,
            "result": self._jpeg(f"{name}-result.jpg", made.b.picture),
        }

    def _untrue(self, name: str, code: FindingCode, index: int) -> Entry:
        """A photo without anybody, or a file that is no photo."""
        wanted = recipe_for(self._real, index, code)
        picture = Studio(self._real, wanted.group, lambda _: nullcontext()).empty(wanted)
        data = _jpeg(picture)
        if wanted.wish.damage is not None:
            data = broken(data, wanted.wish.damage, self._real.rng("damage", index))
        (self._folder / f"{name}.jpg").write_bytes(data)
        return {
            "file": f"{name}.jpg",
            "subject": "photo",
            "regime": "real",
            "seed": self._real.seed,
            "index": index,
            "must": [str(code)],
            "may": [],
        }

    def _has_categories(self, index: int) -> bool:
        """True if the clothes of the tuple's group are of more than one category."""
        pieces = group_of(self._real, self._real.group(index)).wardrobe.pieces()
        return len({piece.category for piece in pieces}) > 1

    def _garment(self, name: str, code: FindingCode, index: int) -> Entry:
        """A product photo with a fault."""
        plan, group = self._real, group_of(self._real, self._real.group(index))
        looks = looks_of(plan, group)
        pieces = [faults.Piece(garment(piece.design), looks[piece][0].cloth) for piece in looks]
        first = next(p for p in pieces if any(q.garment.category != p.garment.category for q in pieces))
        others = tuple(p for p in pieces if p is not first and p.garment.category != first.garment.category)
        shot = Shot(quality="picture", height=plan.height, width=plan.width)
        rng = plan.rng("fault", index)
        photo = faults.product_with_fault(code, first, shot, rng, others[:1])
        while photo.picture.min() == photo.picture.max():  # a thing that is no garment shows more than no thing
            photo = faults.product_with_fault(code, first, shot, rng, others[:1])
        return {
            "file": self._jpeg(f"{name}.jpg", photo.picture),
            "subject": "garment",
            "seed": plan.seed,
            "index": index,
            "category": first.garment.category,
            "must": sorted(photo.codes),
            "may": [],
        }

    def _jpeg(self, name: str, picture: Rgb) -> str:
        (self._folder / name).write_bytes(_jpeg(picture))
        return name

    def _png(self, name: str, labels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
        Image.fromarray(labels).save(self._folder / name, optimize=True)


def _jpeg(picture: Rgb) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(picture).save(sink, "JPEG", quality=_JPEG)
    return sink.getvalue()
