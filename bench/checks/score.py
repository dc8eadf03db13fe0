"""Precision and recall of each check on a part of the set and on changed photos, with Wilson's intervals."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from bench.checks.changes import CHANGES
from bench.checks.cut import cuts
from bench.checks.render import SEEDS
from models.garment.checks import check_garment
from models.photo.checks import check_photo
from models.photo.checks.photo import CheckedPhoto
from models.photo.networks import open_reader
from models.photo.reading import PhotoReader
from schemas.events import Category

Rgb = npt.NDArray[np.uint8]
# Every third change of each sound photo: each change meets enough photos, and no photo counts sixteen times.
_EVERY = 3


@dataclass(frozen=True)
class Answer:
    """What the checks said of a picture, and what is true of it."""

    name: str
    subject: str
    must: frozenset[str]
    may: frozenset[str]
    found: dict[str, float | None]


@dataclass(frozen=True)
class Score:
    """Of one code: true and false alarms, misses, and pictures on which it neither holds nor may."""

    code: str
    hits: int
    misses: int
    false_alarms: int
    negatives: int

    @property
    def precision(self) -> float:
        """Of all alarms that are right or wrong, the right ones."""
        return self.hits / max(1, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        """Of all pictures on which the code holds, those with an alarm."""
        return self.hits / max(1, self.hits + self.misses)


def wilson(successes: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if of == 0:
        return 0.0, 1.0
    share, square = successes / of, z * z
    middle = (share + square / (2 * of)) / (1 + square / of)
    part = z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return middle - part, middle + part


def scores(answers: Sequence[Answer]) -> list[Score]:
    """Of every code that holds on any of the pictures."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    photo_codes = {code for answer in answers for code in answer.must | answer.found.keys()}
    for answer in answers:
        for code in photo_codes:
            if not _about(code, answer.subject):
                continue
            if code in answer.must:
                counts[code][0 if code in answer.found else 1] += 1
            elif code not in answer.may:
                counts[code][3] += 1
                counts[code][2] += code in answer.found
    return [Score(code, *counts[code]) for code in sorted(counts)]


def _about(code: str, subject: str) -> bool:
    garments = {"no_garment", "garment_cropped", "several_garments", "category_mismatch"}
    return (code in garments) == (subject == "garment")


def answers(folder: Path, part: str, reader: PhotoReader) -> Iterator[Answer]:
    """What the checks say of each picture of the part, and of changed photos on which little or nothing holds."""
    lines = [json.loads(line) for line in (folder / f"{part}.jsonl").read_text().splitlines()]
    sound = 0
    for line in tqdm(lines):
        rgb = np.asarray(Image.open(folder / line["file"]).convert("RGB"))
        must, may = frozenset(line["must"]), frozenset(line["may"])
        if line["subject"] == "garment":
            found = check_garment(rgb, Category(line["category"]), reader.people(rgb))
            yield Answer(line["file"], "garment", must, may, {str(f.code): f.value for f in found})
            continue
        yield _photo(line["file"], rgb, must, may, reader)
        if not must and line["code"] is None:
            yield from _changed(line["file"], rgb, may, reader, sound)
            sound += 1


def _photo(name: str, rgb: Rgb, must: Iterable[str], may: Iterable[str], reader: PhotoReader) -> Answer:
    found = check_photo(rgb, reader.read(rgb), Category.DRESS)
    return Answer(name, "photo", frozenset(must), frozenset(may), {str(f.code): f.value for f in found})


def _changed(name: str, rgb: Rgb, may: frozenset[str], reader: PhotoReader, number: int) -> Iterator[Answer]:
    photo = CheckedPhoto(rgb, reader.read(rgb), Category.DRESS)
    if photo.main is None:
        return
    for change in CHANGES[number % _EVERY :: _EVERY]:
        picture = change.change(rgb, photo.body_pixels)
        yield _photo(f"{name}: {change.name}", picture, map(str, change.must), may | {*map(str, change.may)}, reader)
    for cut_name, picture, must, more in [*cuts(rgb, photo.points)][number % 2 :: 2]:
        yield _photo(f"{name}: {cut_name}", picture, map(str, must), may | {*map(str, more)}, reader)


def table(found: Sequence[Score]) -> str:
    """Markdown."""
    rows = ["| code | precision | recall | positives | negatives |", "| --- | --- | --- | --- | --- |"]
    for score in found:
        low, high = wilson(score.hits, score.hits + score.misses)
        precise = wilson(score.hits, score.hits + score.false_alarms)
        rows.append(
            f"| `{score.code}` | {score.precision:.2f} ({precise[0]:.2f}-{precise[1]:.2f}) | "
            f"{score.recall:.2f} ({low:.2f}-{high:.2f}) | {score.hits + score.misses} | {score.negatives} |"
        )
    return "\n".join(rows)


@click.command()
@click.option("--part", type=click.Choice(list(SEEDS)), required=True)
@click.option("--set", "folder", type=click.Path(path_type=Path, exists=True), required=True, help="Of `render`.")
@click.option("--weights", type=click.Path(path_type=Path), default=Path("~/.cache/virton/weights").expanduser())
@click.option("--out", type=click.Path(path_type=Path), help="All answers, a JSON object a line.")
def main(part: str, folder: Path, weights: Path, out: Path | None) -> None:
    """Prints precision and recall of every code on a part of the set."""
    with open_reader(weights) as reader:
        said = list(answers(folder, part, reader))
    if out is not None:
        out.write_text("".join(json.dumps(_plain(answer)) + "\n" for answer in said))
    print(table(scores(said)))


def _plain(answer: Answer) -> dict[str, object]:
    return asdict(answer) | {"must": sorted(answer.must), "may": sorted(answer.may)}


if __name__ == "__main__":
    main()
