"""Picks rendered people for the fitting-room page and the README: `python tools/show_people.py FOLDER PICKS.json`.

FOLDER is what `virton people render` wrote; PICKS names its tuples by index: {"people": {"17": "Aylin"}, "garments":
{"17": {"id": "...", "name": "..."}}, "tuples": [17, 4]}. People and garments become samples of the page, beside the
drawn garments; tuples become the README's picture. Those committed are of
`virton people render --count 20 --seed 77 --size 1024x768` and `show_people.json`; not needed at run time.
"""

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from models.synthetic.tuples.columns import Row
from models.synthetic.tuples.reader import read_shards
from models.synthetic.tuples.sheet import lip_colours

Rgb = npt.NDArray[np.uint8]

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "streams" / "gateway" / "page"
README_PICTURE = ROOT / "docs" / "pictures" / "rendered-people.webp"
# Good enough that no block shows at twice the size, and about 60 kB.
QUALITY = 88
# Of each picture in the README, in pixels.
WIDTH, HEIGHT = 216, 288


def main(folder: Path, picks: Path) -> None:
    """Writes the page's people and rendered garments, and the README's picture."""
    wanted = json.loads(picks.read_text())
    rows = {row["index"]: row for row in read_shards(folder)}
    people = [_person(rows[int(index)], name) for index, name in wanted["people"].items()]
    _write_list(PAGE / "people" / "people.json", people)
    drawn = [
        entry for entry in _listed(PAGE / "garments" / "garments.json") if not entry["image"].startswith("rendered-")
    ]
    rendered = [_garment(rows[int(index)], entry) for index, entry in wanted["garments"].items()]
    _write_list(PAGE / "garments" / "garments.json", drawn + rendered)
    _save(np.concatenate([_strip(rows[index]) for index in wanted["tuples"]], 0), README_PICTURE)


def _person(row: Row, name: str) -> dict[str, str]:
    image = f"{name.lower()}.webp"
    _save(row["a.picture"], PAGE / "people" / image)
    return {"id": name.lower(), "name": name, "image": image}


def _garment(row: Row, entry: dict[str, str]) -> dict[str, str]:
    image = f"rendered-{entry['id']}.webp"
    _save(row["front.picture"], PAGE / "garments" / image)
    return {"id": entry["id"], "name": entry["name"], "category": row["facts"]["category"], "image": image}


def _strip(row: Row) -> Rgb:
    """Person in A, product photo of B, person in B, B's labels, the body's surface; (HEIGHT, 5 WIDTH, 3)."""
    surface = row["iuv"].copy()
    surface[..., 0] *= 10
    shown = (row["a.picture"], row["front.picture"], row["b.picture"], lip_colours(row["b.labels"]), surface)
    return np.concatenate([cv2.resize(view, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for view in shown], 1)


def _save(picture: Rgb, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path, quality=QUALITY, method=6)


def _listed(path: Path) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(path.read_text())
    return entries


def _write_list(path: Path, entries: list[dict[str, str]]) -> None:
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    path.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
